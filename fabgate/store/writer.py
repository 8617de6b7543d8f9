"""The connections of the store: one kind reads, the other also writes, in one way only.

A `Reader` cannot write. A `Writer` writes inside `write()` only: one process at a time, one
transaction, durable when it returns (law 1), rolled back when anything goes wrong. Its writing
connection is out of reach outside. No read lasts over a second, and nothing writes or checkpoints
outside the lock: SQLite before 3.51.3 can lose commits when two connections do so at the same
instant (sqlite.org/wal.html, "WAL-reset bug").
"""

from __future__ import annotations

import ctypes
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from fabgate.errors import StoreBusy, StoreCorrupt, StoreError
from fabgate.model import RecordId
from fabgate.records import CheckedIn, CheckedOut, Draft, Note, encode
from fabgate.rules.standing import is_right
from fabgate.store import chain, money_views, present, rights
from fabgate.store.connect import (
    OPEN_PATIENCE_MS,
    Identity,
    check_form,
    connect,
    connect_to_write,
    know_lab,
    own_origin,
)
from fabgate.store.faults import MOVE, told
from fabgate.store.files import Lock, inode
from fabgate.store.nib import Nib

SEQ_BITS = 40  # of a journal position; the number of the origin stands above them
SEQ_MASK = (1 << SEQ_BITS) - 1
_CLOSE_PATIENCE_MS = 5_000
_WAL_KEPT_BYTES = 4 << 20


class Medium(Protocol):
    """The disk as a rehearsal sees it: the seam where it makes one full."""

    def before_write(self) -> None:
        """Called before each write. Raises DiskFull."""


class _OpenMedium:
    def before_write(self) -> None:
        return None


OPEN_MEDIUM: Medium = _OpenMedium()


class Reader:
    """A connection to read with. SQLite's own errors leave the functions of this room as StoreError."""

    conn: sqlite3.Connection
    identity: Identity

    def __init__(self, path: Path) -> None:
        with told, ExitStack() as undo:
            self.conn = connect(path, "ro")
            undo.callback(self.conn.close)
            try:
                self._begin(path)
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
                    raise
                raise StoreCorrupt(f"{path}: part of the database is missing: {error}", MOVE) from error
            undo.pop_all()

    def _begin(self, path: Path) -> None:
        """Look at the form, at whose books these are, and at the page that comes into use first."""
        self.conn.execute("PRAGMA query_only = 1")
        check_form(self.conn, path)
        self._number, self.identity = own_origin(self.conn)
        know_lab(self.conn, self.identity.lab)
        self.conn.execute(
            "SELECT hash, CAST(body AS BLOB) FROM journal ORDER BY position DESC LIMIT 2"
        ).fetchall()
        self.conn.execute("SELECT settled FROM gate_run").fetchall()

    def data_version(self) -> int:
        """A number that changes whenever another connection has changed the database."""
        with told:
            return int(self.conn.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        self.conn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Writer(Reader):
    """A connection that can write, inside `write()`. `conn` itself stays one that only reads, and
    sees what a `write()` changes once that has ended; inside it, read through the pen's."""

    def __init__(self, path: Path, medium: Medium = OPEN_MEDIUM) -> None:
        self._inode = inode(path)
        super().__init__(path)
        self._path = path
        self._medium = medium
        self._closed = False
        self.commits = 0  # since the last checkpoint
        with ExitStack() as undo:
            undo.callback(self.conn.close)
            self._lock = Lock(path.with_name(path.name + ".lock"))
            undo.callback(self._lock.close)
            with told, self._locked(OPEN_PATIENCE_MS):
                self._refuse_moved()
                # Apart from `conn`: to turn one connection's query_only off and on makes SQLite
                # compile every statement anew, which costs a tap a quarter of its time.
                self._ink = connect_to_write(path)
                know_lab(self._ink, self.identity.lab)
            undo.pop_all()

    @contextmanager
    def write(self, patience_ms: int = 2_000) -> Iterator[Pen]:
        """One durable transaction; read through the pen what it has changed.

        On return it is on the disk. Any exception inside rolls it back and goes on its way. Raises
        StoreBusy when another process writes for longer than `patience_ms`, DiskFull when the disk
        has no room or fails; the writer can be used again after either.
        """
        self._refuse_nested()
        self._medium.before_write()
        with told, self._locked(patience_ms):
            self._refuse_moved()
            self._ink.execute("BEGIN IMMEDIATE")
            pen = Pen(self._ink, self.identity, self._number)
            try:
                yield pen
                pen.settle()
                self._ink.execute("COMMIT")
                self.commits += 1
            finally:
                pen.lay_down()
                if self._ink.in_transaction:
                    self._ink.execute("ROLLBACK")

    def checkpoint(self) -> bool:
        """Move what was written from the log into the database; call it when no tap waits, and not
        for a few `commits`: the first one after it costs a second flush.

        True when all of it is there. Does nothing, and says False, while another process writes.
        The log keeps its length for reuse, unless it has grown long: a log that need not grow
        saves each commit the writing of a file's size.
        """
        try:
            with told, self._locked(patience_ms=0):
                self._refuse_moved()
                self.commits = 0
                return self._checkpoint()
        except StoreBusy:
            return False

    def _checkpoint(self) -> bool:
        log = self._path.with_name(self._path.name + "-wal")
        how = "PASSIVE"
        if log.exists() and log.stat().st_size > _WAL_KEPT_BYTES:
            how = "TRUNCATE"
        self._ink.execute("PRAGMA busy_timeout = 0")  # a reader is not waited for: a tap may come
        try:
            _, frames, moved = self._ink.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        finally:
            self._ink.execute(f"PRAGMA busy_timeout = {OPEN_PATIENCE_MS}")
        return bool(frames == moved)

    def close(self) -> None:
        """Close both connections; the last one of all checkpoints, and does so under the lock."""
        super().close()
        if self._closed:
            return
        self._closed = True
        try:
            with self._locked(_CLOSE_PATIENCE_MS):
                self._close_ink()
        except StoreBusy:
            self._ink.close()  # who writes has the store open: this is not the last connection
        finally:
            self._lock.close()

    @contextmanager
    def _locked(self, patience_ms: int) -> Iterator[None]:
        self._lock.take(patience_ms)
        try:
            yield
        finally:
            self._lock.release()

    def _close_ink(self) -> None:
        if inode(self._path) in (self._inode, None):
            self._ink.close()
        else:
            # SQLite would remove the log and its index by name, and these names are another store's now.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._ink))

    def _refuse_nested(self) -> None:
        if self._ink.in_transaction:
            raise RuntimeError("write() inside write()")

    def _refuse_moved(self) -> None:
        if inode(self._path) != self._inode:
            raise StoreError(f"{self._path}: the store was moved away while it was open", "Open it again.")


class Pen(Nib):
    """What a transaction is written with. Good inside its `write()` only."""

    def __init__(self, conn: sqlite3.Connection, identity: Identity, number: int) -> None:
        super().__init__(conn, identity)
        self._first = number << SEQ_BITS

    def append(self, draft: Draft, notes: Sequence[Note] = (), beside: str | None = None) -> RecordId:
        """Put a record at the end of the journal, with its notes beside it. Gives its id.

        One that gives or takes a right moves the roster; `beside` is then what is personal in it
        (a person's details, a badge's label), as JSON. A check-in or a check-out moves who is here, and a
        record of money its view.
        """
        body = encode(draft)
        last = self.execute(LAST_RECORD, (self._first, self._first | SEQ_MASK)).fetchone()
        position, previous = last or (self._first, chain.ROOT)
        position += 1
        seq = position & SEQ_MASK
        link = chain.link(self.identity.origin, seq, previous, chain.body_hash(body.encode()))
        self.conn.execute(_APPEND, (position, self.identity.lab, link, body))
        for note in notes:
            self.conn.execute(_NOTE, (position, self.identity.lab, note.kind, note.text))
        record = RecordId(self.identity.origin, seq)
        if is_right(draft.body):
            rights.put(self, record, link, body, draft.body, beside)
        elif isinstance(draft.body, CheckedIn | CheckedOut):
            present.note(self, draft.body, draft.at)
        else:
            money_views.keep(self, position, record, draft.body)
        return record

    def settle(self) -> None:
        """Move the roster by the rights that were taken up so far; the end of `write()` does it."""
        if self.unsettled:
            rights.settle_all(self, self.unsettled)


LAST_RECORD = (
    "SELECT position, hash FROM journal WHERE position BETWEEN ? AND ? ORDER BY position DESC LIMIT 1"
)
_APPEND = "INSERT INTO journal (position, lab, hash, body) VALUES (?, ?, ?, ?)"
_NOTE = "INSERT INTO notes (position, lab, kind, text) VALUES (?, ?, ?, ?)"
