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
    rights     every record that gives or takes a right, of the whole lab; the roster is made from them
    waiting    subjects of rights whose member nobody has taken in yet, as far as this store knows
    rights_sum how many there are, and the sum of their hashes
    link       at a gate: which hub's rights it has, and up to where
    heard      at the hub: how far the journal of each gate's epoch is held
    open_sessions, gates, alarms   at the hub: what runs, what each gate is, what needs a person
    papers, grant_holds, renewals, proposals, reviews, evidence, duties, uses, workshops, openings
               the roster too: what stands beside a grant
    practice, practice_read, practice_ends   a view of sessions, how far it has read, ends apart from starts
    wear, services, wear_read   a view of how much machines were used, and when their services were done
    accounts, account_states   the roster too: what a payer is, and how they stood at last
    addresses  where bills go; only where the books are kept
    sales, corrections, periods, pages, taken, reversals, marked_charges, batches
               views of the records of money
    passwords, links, tokens, terminals   ways to sign in at the board, as digests; in no record
    present    who checked in, here and (as the hub says) elsewhere
"""

from __future__ import annotations

import sqlite3
from functools import cache

from sqlite_utils import Database, Migrations

from fabgate.errors import StoreCorrupt, StoreTooNew
from fabgate.store import backfill, form3, form4, form5, form6
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


@MIGRATIONS(name="m002_hub")
def _hub(db: Database) -> None:
    for statement in _HUB.split(";\n"):
        db.execute(statement)
    backfill.rights(db.conn)
    db.execute("PRAGMA user_version = 2")


# `record` and not a position: most records of rights were made elsewhere, and have no row in this journal.
_HUB = """\
CREATE TABLE rights (
    arrived INTEGER PRIMARY KEY,
    lab TEXT NOT NULL,
    record TEXT NOT NULL,
    subject TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    body TEXT NOT NULL,
    beside TEXT,
    UNIQUE (lab, record)
) STRICT;
CREATE INDEX rights_by_subject ON rights (lab, subject);
CREATE TABLE rights_sum (
    lab TEXT NOT NULL PRIMARY KEY,
    records INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID;
CREATE TABLE waiting (
    lab TEXT NOT NULL,
    member TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (lab, member, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE link (
    lab TEXT NOT NULL PRIMARY KEY,
    hub TEXT NOT NULL,
    arrived INTEGER NOT NULL,
    needs TEXT NOT NULL,
    forked INTEGER NOT NULL CHECK (forked IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE heard (
    origin INTEGER PRIMARY KEY REFERENCES origins (id),
    lab TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    noted INTEGER NOT NULL
) STRICT;
CREATE TABLE open_sessions (
    position INTEGER PRIMARY KEY REFERENCES journal (position),
    lab TEXT NOT NULL,
    machine TEXT NOT NULL
) STRICT;
CREATE TABLE gates (
    lab TEXT NOT NULL,
    gate TEXT NOT NULL,
    info TEXT,
    state TEXT,
    state_ms INTEGER,
    heard_ms INTEGER,
    offset_ms INTEGER,
    fingerprint TEXT,
    invited_ms INTEGER,
    joined_ms INTEGER,
    retired_ms INTEGER,
    handed TEXT,
    PRIMARY KEY (lab, gate)
) STRICT, WITHOUT ROWID;
CREATE TABLE alarms (
    lab TEXT NOT NULL,
    gate TEXT NOT NULL,
    alarm TEXT NOT NULL,
    what TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    over_ms INTEGER,
    PRIMARY KEY (lab, gate, alarm)
) STRICT, WITHOUT ROWID;
ALTER TABLE badges ADD COLUMN rivals TEXT;
ALTER TABLE people ADD COLUMN claimed TEXT;
CREATE INDEX people_by_claim ON people (lab, claimed) WHERE claimed IS NOT NULL"""


@MIGRATIONS(name="m003_sponsorship")
def _sponsorship(db: Database) -> None:
    for statement in form3.TABLES.split(";\n"):
        db.execute(statement)
    db.execute("PRAGMA user_version = 3")


@MIGRATIONS(name="m004_bench")
def _bench(db: Database) -> None:
    for statement in form4.TABLES.split(";\n"):
        db.execute(statement)
    db.execute("PRAGMA user_version = 4")


@MIGRATIONS(name="m005_money")
def _money(db: Database) -> None:
    for statement in form5.TABLES.split(";\n"):
        db.execute(statement)
    db.execute("PRAGMA user_version = 5")


@MIGRATIONS(name="m006_signing")
def _signing(db: Database) -> None:
    for statement in form6.TABLES.split(";\n"):
        db.execute(statement)
    db.execute("PRAGMA user_version = 6")


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
