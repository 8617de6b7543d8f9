"""What SQLite and the disk say, told as the errors of the house.

Used by every function of this room that touches a file, so that nobody above catches
`sqlite3.Error`. What is none of the disk's faults (a constraint, a wrong statement) is a bug and
passes through as it is.
"""

from __future__ import annotations

import errno
import sqlite3
from contextlib import ContextDecorator
from types import TracebackType

from fabgate.errors import DiskFull, FabgateError, StoreBusy, StoreCorrupt, StoreError

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_SHUT = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}
_NOT_TEXT = "Could not decode to UTF-8"  # Python's own words: this error bears no code

ROOM = "Free some space, or replace the card; `fabgate doctor` says which disk it is."
MOVE = "Start the gate: it moves the file aside and begins anew; or `fabgate restore` a backup."


class _Told(ContextDecorator):
    """As `with told:` or `@told`: errors of SQLite and the system leave as StoreError and its kin."""

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fault: StoreError | None
        if isinstance(error, sqlite3.Error):
            fault = of_sqlite(error)
        elif isinstance(error, UnicodeDecodeError):
            # SQLite named what it found wrong, and the name itself is damaged: Python cannot read the error.
            fault = StoreCorrupt(f"the database holds bytes that are no text: {error}", MOVE)
        elif isinstance(error, OSError) and not isinstance(error, FabgateError):
            fault = of_system(error)
        else:
            return
        if fault is not None:
            raise fault from error


told = _Told()


def of_sqlite(error: sqlite3.Error) -> StoreError | None:
    """The fault behind an error of SQLite; None when it is nobody's but ours."""
    said = str(error)
    if said.startswith(_NOT_TEXT):
        return StoreCorrupt(f"the database holds bytes that are no text: {said}", MOVE)
    # The low byte is the kind; the rest says where in SQLite it came up.
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    if kind in _FULL:
        return DiskFull(f"the database could not be written or read: {said}", ROOM)
    if kind in _CORRUPT:
        return StoreCorrupt(f"the database is not sound: {said}", MOVE)
    if kind in _BUSY:
        return StoreBusy(f"the database is held by another process: {said}", "Try again in a moment.")
    if kind in _SHUT:
        return StoreError(f"the database cannot be opened or written: {said}", WHO)
    return None


WHO = "Run the command as the user of the gate, or look at the rights of its state folder."


def of_system(error: OSError) -> StoreError:
    """The fault behind an error of the operating system."""
    what = f"{error.filename or 'the store'}: {error.strerror or error}"
    if error.errno in _NO_ROOM:
        return DiskFull(what, ROOM)
    return StoreError(what, WHO)
