"""The books of a gate as one thing: made, opened, moved aside, brought to a newer form.

Everybody below this room opens the store through `Store`; the connections are `writer.py`'s and
bear their names here too.
"""

from __future__ import annotations

import itertools
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlite_utils import Migrations

from fabgate.errors import StoreCorrupt, StoreError
from fabgate.model import Moment, Origin, RecordId
from fabgate.records import Draft, EpochBegun
from fabgate.store import migrations, rights, views
from fabgate.store.connect import Identity, connect, connect_to_write, know_lab, own_origin
from fabgate.store.copies import PRIVATE_MODE, copy_database, pack
from fabgate.store.faults import told
from fabgate.store.files import (
    DATABASE,
    KEYS,
    KEYS_MODE,
    SIDE_FILES,
    Lock,
    put_in_place,
    restore_reserve,
    stamp,
)
from fabgate.store.writer import (
    LAST_RECORD,
    OPEN_MEDIUM,
    SEQ_BITS,
    SEQ_MASK,
    Medium,
    Pen,
    Reader,
    Writer,
)

__all__ = [
    "OPEN_MEDIUM",
    "Identity",
    "Medium",
    "Pen",
    "Previous",
    "Reader",
    "Store",
    "Writer",
    "begin_anew",
    "begin_epoch",
    "check",
    "create",
    "last_known",
    "migrate",
    "move_aside",
    "read_anew",
]

_MAKE_PATIENCE_MS = 5_000


class Store:
    """The books in a folder. Making this object touches nothing."""

    def __init__(self, folder: Path, medium: Medium = OPEN_MEDIUM) -> None:
        self.folder = folder
        self.path = folder / DATABASE
        self._medium = medium

    def exists(self) -> bool:
        return self.path.exists()

    def reader(self) -> Reader:
        """A connection that cannot write; use it in the thread that made it, and close it.

        Raises StoreError when there is no store, StoreCorrupt, StoreTooNew.
        """
        return Reader(self.path)

    def writer(self) -> Writer:
        """A connection that can write, under the same rules and errors as `reader()`."""
        return Writer(self.path, self._medium)


@dataclass(frozen=True, slots=True)
class Previous:
    """Where the epoch before stood, as far as it is known; `last_hash` in hexadecimal."""

    origin: Origin
    last_seq: int | None = None
    last_hash: str | None = None


def create(
    folder: Path,
    lab: str,
    gate: str,
    at: Moment,
    cause: str = "init",
    previous: Previous | None = None,
    medium: Medium = OPEN_MEDIUM,
    epoch: str | None = None,
) -> Store:
    """New books in `folder`: an empty roster, and a journal whose first record says why it began.

    `epoch` is random unless a rehearsal names one. The database appears whole or not at all.
    Raises StoreError when there is one already, DiskFull.
    """
    path = folder / DATABASE
    with told:
        folder.mkdir(parents=True, exist_ok=True)
        with held(path):
            if path.exists():
                raise StoreError(f"{path}: there is a store here already", "Use it, or name another folder.")
            restore_reserve(folder)
            _set_aside(folder, at)  # the log of a database that is gone must not be taken for this one's
            with new_database(path) as conn:
                migrations.apply(conn)
                begin_epoch(conn, Identity(lab, gate, new_origin(lab, gate, epoch)), at, cause, previous)
    return Store(folder, medium)


def new_origin(lab: str, gate: str, epoch: str | None = None) -> Origin:
    """The name of an epoch that was never used before."""
    return Origin(f"{lab}/{gate}/{epoch or secrets.token_hex(4)}")


def begin_epoch(
    conn: sqlite3.Connection, who: Identity, at: Moment, cause: str, previous: Previous | None
) -> RecordId:
    """Write the first record of an epoch into a database that nobody else has open."""
    body = EpochBegun(cause)
    if previous is not None:
        body = EpochBegun(cause, previous.origin, previous.last_seq, previous.last_hash)
    epoch = who.origin.rpartition("/")[2]
    conn.execute("BEGIN IMMEDIATE")
    number = conn.execute(_NEW_ORIGIN, (who.lab, who.gate, epoch)).fetchone()[0]
    conn.execute(_NEW_RUN, (who.lab,))
    begun = Pen(conn, who, number).append(Draft(at, body))
    conn.execute("COMMIT")
    return begun


_NEW_ORIGIN = "INSERT INTO origins (lab, gate, epoch, own) VALUES (?, ?, ?, 1) RETURNING id"
_NEW_RUN = "INSERT INTO gate_run (lab, clean, settled, read_to) VALUES (?, 1, 0, 0) ON CONFLICT DO NOTHING"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The writer's lock of a store that is not opened as one: to make, move or migrate it."""
    lock = Lock(path.with_name(path.name + ".lock"))
    try:
        lock.take(_MAKE_PATIENCE_MS)
        yield
    finally:
        lock.close()


@contextmanager
def new_database(path: Path, content: IO[bytes] | None = None) -> Iterator[sqlite3.Connection]:
    """A connection to a database that stands at `path` only once everything in it is durable.

    It is empty, or begins as `content`.
    """
    new = path.with_name(path.name + ".new")
    _remove(new)
    try:
        if content is not None:
            with new.open("wb") as file:
                shutil.copyfileobj(content, file)
        conn = connect_to_write(new, "rwc")
        try:
            yield conn
        finally:
            conn.close()  # the last connection: it moves the log into the file
        put_in_place(new, path)
    finally:
        _remove(new)


def _remove(database: Path) -> None:
    for name in ("", *SIDE_FILES):
        database.with_name(database.name + name).unlink(missing_ok=True)


def move_aside(folder: Path, at: Moment) -> Path:
    """Give a database that is not sound another name, with its log; nothing is ever deleted.

    Returns where it is now. Raises StoreError when there is none.
    """
    path = folder / DATABASE
    with told, held(path):
        moved = _set_aside(folder, at)
    if moved is None:
        raise StoreError(f"{path}: there is no store here", "`fabgate init` makes one.")
    return moved


def _set_aside(folder: Path, at: Moment) -> Path | None:
    """Rename the database and its side files: the database last, so that its log never stays alone."""
    path = folder / DATABASE
    aside = _free_name(path, f"corrupt-{stamp(at.wall_ms)}")
    for name in (*SIDE_FILES, ""):
        old = path.with_name(path.name + name)
        if old.exists():
            old.rename(aside.with_name(aside.name + name))
    return aside if aside.exists() else None


def _free_name(path: Path, suffix: str) -> Path:
    """A name that neither a database nor its side files bear: two may be moved in one second."""
    for count in itertools.count(1):
        name = f"{path.name}.{suffix}" if count == 1 else f"{path.name}.{suffix}-{count}"
        if not any(path.with_name(name + side).exists() for side in ("", *SIDE_FILES)):
            return path.with_name(name)
    raise AssertionError("counting ends never")


def begin_anew(folder: Path, at: Moment, cause: str) -> RecordId:
    """A new epoch in the books as they are: everything is kept, and what is written goes on under a name
    that nobody else has written under. Nobody may have the store open. Raises StoreError and its kin."""
    path = folder / DATABASE
    with told, held(path):
        conn = connect_to_write(path)
        try:
            before = last_of(conn)
            lab, gate, _ = before.origin.split("/")
            begun = begin_epoch(conn, Identity(lab, gate, new_origin(lab, gate)), at, cause, before)
            conn.execute("UPDATE link SET forked = 0 WHERE lab = ?", (lab,))
        finally:
            conn.close()
    return begun


def last_known(folder: Path) -> Previous | None:
    """What a database that is not sound still tells of its epoch; None when that is nothing."""
    path = folder / DATABASE
    if not path.exists():
        return None
    conn = connect(path, "ro")
    try:
        return last_of(conn)
    except (sqlite3.Error, StoreError):
        return None
    finally:
        conn.close()


def last_of(conn: sqlite3.Connection) -> Previous:
    """Where the present epoch of a database stands. Raises StoreCorrupt."""
    number, who = own_origin(conn)
    row = conn.execute(LAST_RECORD, (number << SEQ_BITS, number << SEQ_BITS | SEQ_MASK)).fetchone()
    return Previous(who.origin, row[0] & SEQ_MASK, bytes(row[1]).hex()) if row else Previous(who.origin)


def migrate(folder: Path, at: Moment, steps: Migrations = migrations.MIGRATIONS) -> Path | None:
    """Bring the database to the form of this version, after a backup beside it.

    Returns the backup; None when it has that form already. Raises StoreTooNew, StoreCorrupt, DiskFull.
    """
    path, kept = folder / DATABASE, None
    with told, held(path):
        conn = connect_to_write(path)
        try:
            if migrations.behind(conn, steps):
                kept = _keep(conn, folder, at)
                migrations.apply(conn, steps)
            read_anew(conn)
        finally:
            conn.close()
    return kept


def read_anew(conn: sqlite3.Connection) -> None:
    """Read what the version that wrote these books could not, or had no view of. Nobody has them open.

    What was done already is not done again, so that one that was cut short is made good by the next.
    """
    number, who = own_origin(conn)
    know_lab(conn, who.lab)
    if rights.unread(conn):
        with _written(conn, who, number) as pen:
            rights.read_again(pen)
    while views.behind(conn) > views.BEHIND:
        with _written(conn, who, number) as pen:
            views.catch_up(pen)


@contextmanager
def _written(conn: sqlite3.Connection, who: Identity, number: int) -> Iterator[Pen]:
    conn.execute("BEGIN IMMEDIATE")
    yield Pen(conn, who, number)
    conn.execute("COMMIT")


def _keep(conn: sqlite3.Connection, folder: Path, at: Moment) -> Path:
    """A backup of a store in its old form; `fabgate restore` takes it."""
    form = conn.execute("PRAGMA user_version").fetchone()[0]
    to = folder / f"before-migration-from-{form}-{stamp(at.wall_ms)}.tar"
    copy = folder / f".{to.name}.db"
    try:
        copy_database(conn, copy)
        files = {DATABASE: (copy, PRIVATE_MODE)}
        if (folder / KEYS).exists():
            files[KEYS] = (folder / KEYS, KEYS_MODE)
        pack(to, files, at.wall_ms)
    finally:
        copy.unlink(missing_ok=True)
    return to


def check(folder: Path) -> tuple[str, ...]:
    """What SQLite finds wrong with the database as a whole; empty when it is sound.

    Reads every page in one go, which can take seconds: for the start after a crash and for
    `fabgate doctor`, not beside a working gate.
    """
    try:
        found = _checked(folder / DATABASE)
    except StoreCorrupt as error:  # so far gone that SQLite cannot even say where
        return (error.what,)
    return tuple(line for line in found if line != "ok")


@told
def _checked(path: Path) -> list[str]:
    conn = connect(path, "ro")
    try:
        return [row[0] for row in conn.execute("PRAGMA quick_check")]
    finally:
        conn.close()
