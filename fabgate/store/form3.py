"""The tables that form 3 of the database adds, as the migration `m003_sponsorship` makes them.

Never altered: what a later form changes stands in a step of its own.
"""

from __future__ import annotations

# `practice` and `present` name members that the roster may not know yet: they are no rights.
# A check-in without a boot is another gate's: its wall time is all that is known.
TABLES = """\
ALTER TABLE people ADD COLUMN minor_until TEXT;
ALTER TABLE members ADD COLUMN status INTEGER NOT NULL DEFAULT 2 CHECK (status BETWEEN 0 AND 3);
ALTER TABLE members ADD COLUMN status_record TEXT;
ALTER TABLE members ADD COLUMN suspended_until_ms INTEGER;
ALTER TABLE badges ADD COLUMN payer TEXT;
ALTER TABLE grants ADD COLUMN vouched TEXT;
ALTER TABLE link ADD COLUMN heard_ms INTEGER;
ALTER TABLE link ADD COLUMN heard_boot TEXT;
ALTER TABLE link ADD COLUMN heard_boot_ms INTEGER;
ALTER TABLE link ADD COLUMN heard_synced INTEGER;
CREATE TABLE papers (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    paper TEXT NOT NULL,
    until_ms INTEGER,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, paper)
) STRICT, WITHOUT ROWID;
CREATE TABLE grant_holds (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER,
    cause TEXT NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
CREATE TABLE renewals (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    given_by TEXT NOT NULL,
    session TEXT,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
CREATE TABLE proposals (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
CREATE TABLE reviews (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    given TEXT NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill, given)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    what TEXT NOT NULL,
    item TEXT NOT NULL,
    score INTEGER,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill, what, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE duties (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    sponsor TEXT NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE uses (
    lab TEXT NOT NULL,
    member TEXT NOT NULL REFERENCES members (id),
    skill TEXT NOT NULL,
    own_ms INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    supervised_ms INTEGER NOT NULL,
    supervised_last_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill)
) STRICT, WITHOUT ROWID;
CREATE TABLE workshops (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    leader TEXT NOT NULL REFERENCES members (id),
    people INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (machine, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE openings (
    lab TEXT NOT NULL,
    opening TEXT NOT NULL,
    spans TEXT NOT NULL,
    given_by TEXT NOT NULL,
    record TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (opening, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE practice (
    lab TEXT NOT NULL,
    member TEXT NOT NULL,
    skill TEXT NOT NULL,
    own_ms INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    supervised_ms INTEGER NOT NULL,
    supervised_last_ms INTEGER NOT NULL,
    PRIMARY KEY (member, skill, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE practice_read (
    origin INTEGER PRIMARY KEY REFERENCES origins (id),
    lab TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;
CREATE TABLE practice_ends (
    lab TEXT NOT NULL,
    session TEXT NOT NULL,
    position INTEGER NOT NULL,
    counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
    PRIMARY KEY (session, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE present (
    lab TEXT NOT NULL,
    member TEXT NOT NULL,
    gate TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    out_ms INTEGER,
    boot TEXT,
    boot_ms INTEGER,
    synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
    PRIMARY KEY (member, gate, lab)
) STRICT, WITHOUT ROWID"""
