"""Files of the state folder that are not the database: the writer's lock, the reserve, whole files.

Used by this room, and wherever a certificate or an invitation is kept. A file is either there whole
and on the disk, or not there at all.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from fabgate.errors import StoreBusy
from fabgate.store.faults import told

DATABASE = "journal.db"
KEYS = "keys.json"
SIDE_FILES = ("-wal", "-shm")
RESERVE = "reserve"
RESERVE_BYTES = 1 << 20
KEYS_MODE = 0o400  # who can read the keys can tell a UID from its token
GROUP_MODE = 0o660  # managers' logins work through the group; nobody else reads the books
_FIRST_NAP_S = 0.0002
_LONGEST_NAP_S = 0.002


class Lock:
    """The lock of the one writer: `flock` on a file of its own, across processes and threads.

    The kernel drops it with the process, however that dies. It is tried again and again rather
    than waited for, because a blocking `flock` knows no deadline outside the main thread.
    """

    def __init__(self, path: Path) -> None:
        with told:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, GROUP_MODE)
            with contextlib.suppress(PermissionError):  # another user's file: it has its mode already
                os.fchmod(self._file, GROUP_MODE)  # whatever the umask took away
        self._path = path

    def take(self, patience_ms: int) -> None:
        """Hold the lock. Raises StoreBusy when others hold it for `patience_ms`."""
        if self._tried():
            return
        deadline = time.monotonic() + patience_ms / 1000
        nap = _FIRST_NAP_S
        while time.monotonic() < deadline:
            time.sleep(nap)
            if self._tried():
                return
            nap = min(2 * nap, _LONGEST_NAP_S)
        raise StoreBusy(
            f"{self._path}: another process has been writing for {patience_ms} ms",
            "Try again in a moment.",
        )

    def _tried(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)


def sync_folder(folder: Path) -> None:
    """Make names that were made, renamed or removed in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make what was written to `path` durable."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def whole(path: Path, mode: int) -> Iterator[BinaryIO]:
    """A file to write that stands at `path`, durably, once all of it was written.

    Readers find the old file or the new one, never a part. Raises DiskFull or StoreError; the old
    file is then as it was.
    """
    part = path.with_name(f".{path.name}.part")
    with told, contextlib.ExitStack() as undo:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        undo.callback(part.unlink)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)  # whatever the umask took away
            yield file
            file.flush()
            os.fsync(handle)
        part.replace(path)
        undo.pop_all()
        sync_folder(path.parent)


def put_in_place(new: Path, path: Path) -> None:
    """Let a finished file take its name, durably."""
    new.chmod(GROUP_MODE)
    sync_file(new)
    new.replace(path)
    sync_folder(path.parent)


def inode(path: Path) -> tuple[int, int] | None:
    """Which file bears this name now; None when there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - before each commit: Path.stat takes twice as long
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def stamp(wall_ms: int) -> str:
    """A wall time (UTC) as it stands in the names of files: sorts by age, opens on any system."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def restore_reserve(folder: Path) -> None:
    """Hold 1 MiB of the disk back for stops that must be written when it is full (law 10).

    Does nothing when the reserve is there. Raises DiskFull when there is no room for it.
    """
    path = folder / RESERVE
    with contextlib.suppress(OSError):
        if path.stat().st_blocks * 512 >= RESERVE_BYTES:
            return
    # Written, not only made long: a hole in a file holds no room back.
    with whole(path, GROUP_MODE) as file:
        file.write(b"\0" * RESERVE_BYTES)


def release_reserve(folder: Path) -> bool:
    """Give the reserve back to the disk. True when there was one."""
    path = folder / RESERVE
    with told:
        if not path.exists():
            return False
        path.unlink()
    return True
