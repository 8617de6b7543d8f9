"""How a file becomes a connection that this house trusts: modes, pragmas, and whose books it holds.

Used by this room only; everybody else goes through `db.Store`.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from fabgate.errors import StoreCorrupt, StoreError
from fabgate.model import Origin
from fabgate.store import migrations
from fabgate.store.faults import MOVE

OPEN_PATIENCE_MS = 2_000


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose books these are: `origin` is the epoch that records are written under now."""

    lab: str
    gate: str
    origin: Origin


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A plain connection; `mode` as in SQLite's file names. Raises StoreError when there is no file."""
    if mode != "rwc" and not path.exists():
        raise StoreError(f"{path}: there is no store here", "`fabgate init` makes one.")
    name = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(name, uri=True, isolation_level=None, timeout=OPEN_PATIENCE_MS / 1000)


def connect_to_write(path: Path, mode: str = "rw") -> sqlite3.Connection:
    """A connection as every writer must have it (law 1: a commit is on the disk when it returns)."""
    conn = connect(path, mode)
    try:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA secure_delete = FAST")  # a name that was erased is not left in the page
    except BaseException:
        conn.close()
        raise
    return conn


def check_form(conn: sqlite3.Connection, path: Path) -> None:
    """Raises StoreCorrupt, StoreTooNew, or StoreError when the store waits for its migration."""
    if conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        raise StoreCorrupt(f"{path}: the database is empty", MOVE)
    if missing := migrations.behind(conn):
        raise StoreError(
            f"{path}: written by an earlier fabgate, {missing} step(s) behind",
            "Stop the gate and run the installation again: it backs up and migrates.",
        )


def own_origin(conn: sqlite3.Connection) -> tuple[int, Identity]:
    """The number and the name of the epoch that this store writes under. Raises StoreCorrupt."""
    row = conn.execute(_OWN).fetchone()
    if row is None:
        raise StoreCorrupt("the database does not say whose it is", MOVE)
    number, lab, gate, epoch = row
    return number, Identity(lab, gate, Origin(f"{lab}/{gate}/{epoch}"))


def know_lab(conn: sqlite3.Connection, lab: str) -> None:
    """Let statements on this connection say `lab()`: every table bears the lab."""
    conn.create_function("lab", 0, lambda: lab, deterministic=True)


_OWN = "SELECT id, lab, gate, epoch FROM origins WHERE own = 1 ORDER BY id DESC LIMIT 1"
