"""The shape of the database, as a list of steps that only grows.

A step that was ever released is kept for ever and never altered; each runs in one transaction,
together with the note that it ran and with `user_version`, the number of steps so far. A step
never rewrites a journal row (law 6).

    origins    the epochs of gates and hubs; `own` marks this gate's
    journal    what happened; `position` is (origin << 40) + seq
    notes      texts that belong to a record: names, reasons, logins; blanked by a purge
    people     what is personal about a member; members, badges, grants, roles, locks: the roster
    gate_run   one row: did the last run end cleanly; how far views of the journal have read
    beats      one row for each boot with open sessions: when they were last seen alive
"""

from __future__ import annotations

import sqlite3
from functools import cache

from sqlite_utils import Database, Migrations

from fabgate.errors import StoreCorrupt, StoreTooNew
from fabgate.store.faults import MOVE

MIGRATIONS = Migrations("fabgate")
APPLICATION_ID = 0x46414247  # "FABG": no other program's database passes for ours


@MIGRATIONS(name="m001_books")
def _books(db: Database) -> None:
    for statement in _BOOKS.split(";\n"):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")


# The journal's key is (origin, seq) in one integer. A WITHOUT ROWID table on both columns cannot
# append to its last page: measured, a session cost it 24 KB and up to 54, against 10 and at most 21.
# `kind` is cut out of the text rather than parsed, because a damaged body must still be readable.
_BOOKS = """\
CREATE TABLE origins (
    id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4194303),
    lab TEXT NOT NULL,
    gate TEXT NOT NULL,
    epoch TEXT NOT NULL,
    own INTEGER NOT NULL CHECK (own IN (0, 1)),
    UNIQUE (lab, gate, epoch)
) STRICT;
CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    lab TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    body TEXT,
    body_hash BLOB CHECK ((body IS NULL) = (body_hash IS NOT NULL)),
    origin INTEGER AS (position >> 40) VIRTUAL,
    seq INTEGER AS (position & 1099511627775) VIRTUAL,
    kind TEXT AS (substr(body, 10, instr(substr(body, 10, 64), '"') - 1)) VIRTUAL
) STRICT;
CREATE TABLE notes (
    position INTEGER NOT NULL REFERENCES journal (position),
    lab TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (position, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE members (
    lab TEXT NOT NULL,
    id TEXT NOT NULL PRIMARY KEY,
    added_ms INTEGER NOT NULL,
    suspended_ms INTEGER,
    suspended_record TEXT,
    CHECK ((suspended_ms IS NULL) = (suspended_record IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE people (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    handle TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT,
    email TEXT,
    login TEXT,
    nameable INTEGER NOT NULL CHECK (nameable IN (0, 1)),
    UNIQUE (lab, handle)
) STRICT, WITHOUT ROWID;
CREATE INDEX people_by_login ON people (lab, login) WHERE login IS NOT NULL;
CREATE TABLE badges (
    lab TEXT NOT NULL,
    token TEXT NOT NULL PRIMARY KEY,
    member TEXT NOT NULL REFERENCES members (id),
    label TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    blocked_ms INTEGER,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX badges_by_member ON badges (member);
CREATE TABLE grants (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_skill ON grants (skill, level DESC, member);
CREATE TABLE roles (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    role TEXT NOT NULL,
    machine TEXT NOT NULL,
    first INTEGER NOT NULL CHECK (first IN (0, 1)),
    record TEXT NOT NULL,
    PRIMARY KEY (member, role, machine)
) STRICT, WITHOUT ROWID;
CREATE TABLE locks (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (machine, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE gate_run (
    lab TEXT NOT NULL PRIMARY KEY,
    clean INTEGER NOT NULL CHECK (clean IN (0, 1)),
    settled INTEGER NOT NULL,
    read_to INTEGER NOT NULL,
    synced_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE beats (
    lab TEXT NOT NULL,
    boot TEXT NOT NULL,
    boot_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
    PRIMARY KEY (lab, boot)
) STRICT, WITHOUT ROWID"""


def apply(conn: sqlite3.Connection, steps: Migrations = MIGRATIONS) -> None:
    """Take every step that this database has not taken yet."""
    steps.apply(Database(conn))


def behind(conn: sqlite3.Connection, steps: Migrations = MIGRATIONS) -> int:
    """How many steps this database lacks. Raises StoreTooNew when it took one that we do not know,
    StoreCorrupt when it is no store of fabgate at all."""
    if conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreCorrupt("the database is not one of fabgate", MOVE)
    known = _names(steps)
    version = conn.execute("PRAGMA user_version").fetchone()[0]
    taken = {name for (name,) in conn.execute(_TAKEN, (steps.name,))}
    if version > len(known) or not taken <= known:
        raise StoreTooNew(
            f"the database has form {version}, this fabgate knows forms up to {len(known)}",
            "Install the newer fabgate again, or `fabgate restore` a backup from before it.",
        )
    return len(known - taken)


_TAKEN = "SELECT name FROM _sqlite_migrations WHERE migration_set = ?"


@cache
def _names(steps: Migrations) -> frozenset[str]:
    """The names of all steps: those that an empty database lacks."""
    empty = Database(memory=True)
    try:
        return frozenset(step.name for step in steps.pending(empty))
    finally:
        empty.close()
