"""The books and the keys in one file, and back again on an empty machine.

A backup is a `.tar` for its owner's eyes only (0600): whoever has it has every name and the keys.
It holds `journal.db`, copied while the gate works, `keys.json`, and the certificates in `FOLDERS` where
there are any: a gate keeps its place at the hub by them, a hub its gates. What is restored begins a new
epoch, because records that came after the backup may live on elsewhere under the old one (law 7).
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from fabgate.errors import StoreBusy, StoreCorrupt, StoreError
from fabgate.model import Moment
from fabgate.store import migrations
from fabgate.store.connect import Identity, own_origin
from fabgate.store.copies import PRIVATE_MODE, copy_database, pack
from fabgate.store.db import Store, begin_epoch, held, last_of, new_database, new_origin, read_anew
from fabgate.store.faults import told
from fabgate.store.files import DATABASE, KEYS, KEYS_MODE, restore_reserve, stamp, whole
from fabgate.store.keys import Keys
from fabgate.store.run import latest_synced_ms

# Certificates and the broker's files: a joined gate has the first, a hub all of them.
FOLDERS = ("link", "pki", "broker")
_FILE = re.compile(rf"(?:{'|'.join(FOLDERS)})(?:/issued)?/[A-Za-z0-9_-][A-Za-z0-9._-]{{0,99}}")
_LARGEST_KEYS = _LARGEST_FILE = 1 << 20
_FOLDER_MODE = 0o700
_OTHER = "Name a backup that `fabgate backup` made."


def backup(store: Store, to: Path, at: Moment, keep: int = 7) -> Path:
    """A backup of the whole store in the folder `to`, made while the gate works. Returns the file.

    It is there whole and checked, or not at all. Of this gate's backups there, the newest `keep`
    stay. Raises DiskFull, StoreCorrupt when the copy is not sound, StoreBusy when another backup is
    being made there.
    """
    with told, _alone(to), store.reader() as reader:
        # A gate without a clock must not make its newest backup look like its oldest.
        wall_ms = at.wall_ms if at.synced else max(at.wall_ms, latest_synced_ms(reader.conn) or 0)
        name = f"fabgate-{reader.identity.lab}-{reader.identity.gate}-"
        made = _free_name(to, name + stamp(wall_ms))
        copy = to / f".{name}copy.db"
        copy.unlink(missing_ok=True)
        try:
            copy_database(reader.conn, copy)
            files = {DATABASE: (copy, PRIVATE_MODE)}
            if (store.folder / KEYS).exists():
                files[KEYS] = (store.folder / KEYS, KEYS_MODE)
            files |= _beside(store.folder)
            pack(made, files, wall_ms)
        finally:
            copy.unlink(missing_ok=True)
        _forget_old(to, name, made, keep)
    return made


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else makes a backup in this folder meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise StoreBusy(f"{folder}: another backup is being made there", "Wait until it is done.") from None
    finally:
        os.close(handle)


def _free_name(folder: Path, name: str) -> Path:
    path, count = folder / f"{name}.tar", 1
    while path.exists():
        count += 1
        path = folder / f"{name}-{count}.tar"
    return path


def _forget_old(folder: Path, name: str, made: Path, keep: int) -> None:
    """Remove this gate's backups beyond the newest `keep`; the one just made always stays."""
    others = sorted(path for path in folder.glob(f"{name}*.tar") if path != made)
    for old in others[: max(0, len(others) - max(0, keep - 1))]:
        old.unlink()


def restore(archive: Path, folder: Path, at: Moment) -> Identity:
    """Put a backup in force in `folder`, under a new epoch. Returns whose books they are now.

    The database is checked and brought to this version's form before it takes its name; the next
    start of the gate reads the whole chain. Raises StoreError when the folder holds books already or
    the file is no backup, StoreCorrupt, StoreTooNew, DiskFull.
    """
    path = folder / DATABASE
    with told:
        folder.mkdir(parents=True, exist_ok=True)
        with held(path), _opened(archive) as packed:
            books, keys = _books(packed, archive), _keys(packed, archive)
            _refuse_books(folder, keys)
            restore_reserve(folder)
            _unpack_beside(packed, folder)
            if keys is not None and not (folder / KEYS).exists():
                with whole(folder / KEYS, KEYS_MODE) as file:
                    file.write(keys.text().encode())
            with new_database(path, books) as conn:
                return _take_over(conn, at)


def _take_over(conn: sqlite3.Connection, at: Moment) -> Identity:
    """Check what was restored, and begin its new epoch."""
    migrations.behind(conn)
    found = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreCorrupt(f"the database in the backup is not sound: {found}", "Try an older backup.")
    migrations.apply(conn)
    read_anew(conn)
    conn.execute("UPDATE gate_run SET clean = 0")  # so that the next start reads the whole journal
    before = last_of(conn)
    _, was = own_origin(conn)
    now = replace(was, origin=new_origin(was.lab, was.gate))
    begin_epoch(conn, now, at, "restore", before)
    return now


def _beside(folder: Path) -> dict[str, tuple[Path, int]]:
    """The files of `FOLDERS`, by their names in the archive; what a broker keeps for itself is not ours."""
    found = {
        str(path.relative_to(folder)): path
        for name in FOLDERS
        for path in sorted((folder / name).rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
    return {
        name: (path, path.stat().st_mode & 0o777) for name, path in found.items() if _FILE.fullmatch(name)
    }


def _unpack_beside(packed: tarfile.TarFile, folder: Path) -> None:
    """Put the certificates back; those that are there and are others are never written over.

    Only names of one shape are looked at: no name in an archive leads anywhere else.
    """
    names = sorted({name for name in packed.getnames() if _FILE.fullmatch(name)})
    texts = {}
    for name in names:
        file = _member(packed, name)
        if file is not None:
            texts[name] = (file.read(_LARGEST_FILE), packed.getmember(name).mode & 0o644 | 0o400)
    for name, (text, _) in texts.items():
        if (folder / name).exists() and (folder / name).read_bytes() != text:
            raise StoreError(f"{folder / name}: there is another file here already", "Move it away first.")
    for name, (text, mode) in texts.items():
        path = folder / name
        path.parent.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
        with whole(path, mode) as to:
            to.write(text)


def _refuse_books(folder: Path, keys: Keys | None) -> None:
    """Raises StoreError for a folder with books, or with keys that are not those of the backup."""
    for name in (DATABASE, f"{DATABASE}-wal"):
        if (folder / name).exists():
            raise StoreError(
                f"{folder / name}: there is a store here already",
                "Restore into an empty folder, or move the old store away first.",
            )
    if (folder / KEYS).exists() and Keys.load(folder) != keys:
        raise StoreError(f"{folder / KEYS}: there are other keys here already", "Move them away first.")


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive, "r:") as packed:
            yield packed
    except tarfile.TarError as error:
        raise StoreError(f"{archive}: this is not a backup: {error}", _OTHER) from error


def _member(packed: tarfile.TarFile, name: str) -> IO[bytes] | None:
    """A plain file of the archive by its exact name: nothing else in it is ever looked at."""
    try:
        found = packed.getmember(name)
    except KeyError:
        return None
    return packed.extractfile(found) if found.isreg() else None


def _books(packed: tarfile.TarFile, archive: Path) -> IO[bytes]:
    found = _member(packed, DATABASE)
    if found is None:
        raise StoreError(f"{archive}: there is no {DATABASE} in it", _OTHER)
    return found


def _keys(packed: tarfile.TarFile, archive: Path) -> Keys | None:
    """The keys in the backup; None for one of a gate that had none yet. Raises StoreError."""
    found = _member(packed, KEYS)
    if found is None:
        return None
    return Keys.parse(found.read(_LARGEST_KEYS).decode(errors="replace"), f"{archive}: {KEYS}")
