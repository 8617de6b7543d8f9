"""What can be wrong with any books and the computer that they are on: a gate's, and a hub's.

Part of `fabgate doctor`. Nothing here changes anything; what cannot be read is said to be so.
"""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

from fabgate.config import Settings
from fabgate.errors import StoreError
from fabgate.model import Clock
from fabgate.reports.finding import Finding, Grade
from fabgate.store import journal
from fabgate.store.db import Store
from fabgate.store.keys import Keys

RUN_LOCK = "run.lock"  # in the folder of the books, held by the daemon that runs on them
ENOUGH_BYTES = 200 << 20
FIXED_SQLITE = ((3, 51, 3),)
BACKPORTED = ((3, 44, 6), (3, 50, 7))  # https://sqlite.org/wal.html#walresetbug


def books(settings: Settings, init: str) -> Finding:
    """Whether the books are there and sound; `init` is what makes them. FAIL: nothing else can be read."""
    store = Store(settings.gate.state)
    if not store.exists():
        return Finding("books", Grade.FAIL, f"{store.path} is not there", init)
    try:
        with store.reader() as reader:
            broken = journal.verify(reader.conn, last=100).broken
            count = journal.last_seq(reader.conn)
    except StoreError as error:
        return Finding("books", Grade.FAIL, error.what, error.remedy)
    if broken:
        what = f"record {broken[0].record}: {broken[0].what}"
        return Finding("books", Grade.FAIL, what, "fabgate journal verify; then restore a backup")
    return Finding("books", Grade.OK, f"{count} records, the last hundred verify")


def rules(settings: Settings) -> Finding:
    """Which file of rules holds here; by its digest two files are told apart."""
    path, digest = settings.lab.rules, settings.charter.digest
    found = "the lab has none of its own: docs/rules.md" if path is None else f"{path.name}, digest {digest}"
    return Finding("rules", Grade.OK, found)


def moved_aside(settings: Settings, remedy: str) -> Finding | None:
    """Books that were damaged once, and began again."""
    aside = sorted(settings.gate.state.glob("*.corrupt-*"))
    return Finding("books moved aside", Grade.WARN, aside[-1].name, remedy) if aside else None


def keys(settings: Settings) -> Finding:
    """The keys by which badges are known."""
    path = settings.gate.state / "keys.json"
    try:
        Keys.load(settings.gate.state)
        mode = path.stat().st_mode & 0o777
    except (StoreError, OSError) as error:
        return Finding(
            "badge keys", Grade.FAIL, str(error), "Restore a backup: without them no badge is known."
        )
    if mode & 0o377:
        return Finding("badge keys", Grade.WARN, f"{path.name} has mode {mode:04o}", f"chmod 0400 {path}")
    return Finding("badge keys", Grade.OK, f"{path.name}, mode {mode:04o}")


def disk(folder: Path) -> Finding:
    """Room for what is to be written."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        found = f"{folder}: {error.strerror}"
        return Finding("disk", Grade.FAIL, found, f"Make the folder: mkdir -p {folder}")
    found = f"{free >> 20} MiB free at {folder}"
    if free < ENOUGH_BYTES:
        return Finding("disk", Grade.WARN, found, "Make room: with a full disk nothing can be started.")
    return Finding("disk", Grade.OK, found)


def sqlite(version: tuple[int, ...]) -> Finding:
    """Which SQLite keeps the books."""
    text = ".".join(map(str, version))
    fixed = version >= FIXED_SQLITE[0] or any(version[:2] == b[:2] and version >= b for b in BACKPORTED)
    if fixed:
        return Finding("SQLite", Grade.OK, text)
    return Finding("SQLite", Grade.OK, f"{text}; its WAL-reset bug is kept away by our one writer's lock")


def clock(settings: Settings, clock: Clock) -> Finding:
    """Whether the wall clock is known to be right."""
    if settings.gate.clock == "trusted":
        return Finding("clock", Grade.OK, "trusted, as configured")
    if clock.now().synced:
        return Finding("clock", Grade.OK, "set by systemd-timesyncd")
    remedy = "timedatectl status; without a network, a clock module (DS3231) keeps the time"
    return Finding("clock", Grade.WARN, "not known to be right", remedy)


def runs(folder: Path) -> bool:
    """Whether a daemon runs on the books in a folder."""
    try:
        with (folder / RUN_LOCK).open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False
