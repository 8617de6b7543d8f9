"""Whole copies of the books: the database copied while it is in use, and packed into one file.

Used by backups and before a migration.
"""

from __future__ import annotations

import sqlite3
import tarfile
from collections.abc import Mapping
from pathlib import Path

from fabgate.errors import StoreCorrupt
from fabgate.store.faults import MOVE, told
from fabgate.store.files import whole

_PAGES_AT_ONCE = 1_024  # 4 MiB: some milliseconds, so that no read transaction lasts
_PATIENT_STARTS = 20
PRIVATE_MODE = 0o600


class _StartedOver(Exception):
    """Somebody wrote, and SQLite begins the copy anew."""


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """A copy of the database as it is at one moment, checked whole, in a single file at `path`.

    Raises DiskFull, StoreCorrupt when the copy is not sound.
    """
    with told:
        copy = sqlite3.connect(path, isolation_level=None)
        try:
            _copy(source, copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        finally:
            copy.close()
    if found != "ok":
        raise StoreCorrupt(f"a copy of the database is not sound: {found}", MOVE)


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    """In slices; in one go when others write so often that slices never come to an end."""
    left = [0, 0]  # pages at the slice before, times it went up again

    def watch(_status: int, remaining: int, _total: int) -> None:
        left[1] += remaining >= left[0] > 0
        left[0] = remaining
        if left[1] > _PATIENT_STARTS:
            raise _StartedOver

    try:
        source.backup(copy, pages=_PAGES_AT_ONCE, progress=watch, sleep=0)
    except _StartedOver:
        source.backup(copy)


def pack(to: Path, files: Mapping[str, tuple[Path, int]], at_ms: int) -> None:
    """One archive at `to`, readable by its owner only, of `name: (file, mode)`; durable and whole.

    `at_ms` (UTC) is written as the time of each file. Raises DiskFull or StoreError; nothing is
    then left at `to`.
    """
    with (
        told,
        whole(to, PRIVATE_MODE) as file,
        tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, (path, mode) in files.items():
            member = tarfile.TarInfo(name)
            member.size = path.stat().st_size
            member.mode = mode
            member.mtime = max(0, at_ms // 1000)
            with path.open("rb") as content:
                archive.addfile(member, content)
