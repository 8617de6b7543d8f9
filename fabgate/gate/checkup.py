"""What can be wrong with a gate, looked at one thing at a time, each with how to mend it.

`fabgate doctor` prints it. Nothing here changes anything; what cannot be read is said to be so.
"""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from fabgate.config import Settings
from fabgate.errors import StoreError
from fabgate.gate.boot import RUN_LOCK
from fabgate.gate.checkup_link import on_the_line
from fabgate.gate.checkup_pi import on_a_pi
from fabgate.gate.finding import Finding, Grade
from fabgate.model import Clock
from fabgate.store import journal
from fabgate.store.db import Store
from fabgate.store.keys import Keys
from fabgate.store.troubles import troubles_now

__all__ = ["Finding", "Grade", "checkup", "runs"]

ENOUGH_BYTES = 200 << 20
FIXED_SQLITE = ((3, 51, 3),)
BACKPORTED = ((3, 44, 6), (3, 50, 7))  # https://sqlite.org/wal.html#walresetbug


def checkup(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Every finding about this gate, books first."""
    yield from _books(settings)
    yield _keys(settings)
    yield _disk(settings.gate.state)
    yield _sqlite(sqlite3.sqlite_version_info)
    yield _clock(settings, clock)
    yield _daemon(settings.gate.state)
    yield from on_the_line(settings, clock)
    if settings.gate.bench == "pi":
        yield from on_a_pi(settings)


def _books(settings: Settings) -> Iterator[Finding]:
    store = Store(settings.gate.state)
    if not store.exists():
        yield Finding("books", Grade.FAIL, f"{store.path} is not there", "fabgate init --manager NAME")
        return
    try:
        with store.reader() as reader:
            broken = journal.verify(reader.conn, last=100).broken
            count = journal.last_seq(reader.conn)
    except StoreError as error:
        yield Finding("books", Grade.FAIL, error.what, error.remedy)
        return
    if broken:
        what = f"record {broken[0].record}: {broken[0].what}"
        yield Finding("books", Grade.FAIL, what, "fabgate journal verify; then restore a backup")
    else:
        yield Finding("books", Grade.OK, f"{count} records, the last hundred verify")
    with store.reader() as reader:
        for machine, troubles in troubles_now(reader.conn).items():
            remedy = "fabgate machine show " + machine + "; docs/readers.md where it is the reader"
            yield Finding(f"machine {machine}", Grade.FAIL, ", ".join(troubles), remedy)
    aside = sorted(settings.gate.state.glob("*.corrupt-*"))
    if aside:
        remedy = "Restore the last backup: the gate began again without any right."
        yield Finding("books moved aside", Grade.WARN, aside[-1].name, remedy)


def _keys(settings: Settings) -> Finding:
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


def _disk(folder: Path) -> Finding:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        found = f"{folder}: {error.strerror}"
        return Finding("disk", Grade.FAIL, found, f"Make the folder: mkdir -p {folder}")
    found = f"{free >> 20} MiB free at {folder}"
    if free < ENOUGH_BYTES:
        return Finding("disk", Grade.WARN, found, "Make room: with a full disk nothing can be started.")
    return Finding("disk", Grade.OK, found)


def _sqlite(version: tuple[int, ...]) -> Finding:
    text = ".".join(map(str, version))
    fixed = version >= FIXED_SQLITE[0] or any(version[:2] == b[:2] and version >= b for b in BACKPORTED)
    if fixed:
        return Finding("SQLite", Grade.OK, text)
    return Finding("SQLite", Grade.OK, f"{text}; its WAL-reset bug is kept away by our one writer's lock")


def _clock(settings: Settings, clock: Clock) -> Finding:
    if settings.gate.clock == "trusted":
        return Finding("clock", Grade.OK, "trusted, as configured")
    if clock.now().synced:
        return Finding("clock", Grade.OK, "set by systemd-timesyncd")
    remedy = "timedatectl status; without a network, a clock module (DS3231) keeps the time"
    return Finding("clock", Grade.WARN, "not known to be right", remedy)


def _daemon(folder: Path) -> Finding:
    if runs(folder):
        return Finding("daemon", Grade.OK, "a gate runs on these books")
    return Finding("daemon", Grade.WARN, "no gate runs here", "systemctl status fabgate-gate")


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
