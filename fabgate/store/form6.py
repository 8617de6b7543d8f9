"""The tables that form 6 of the database adds, as the migration `m006_signing` makes them.

Never altered: what a later form changes stands in a step of its own. All of it is digests: nobody signs in
with what a stolen copy of the books holds. None of it is a view of records: a store that is made anew from
what its neighbours have knows no password, and links bring them back.
"""

from __future__ import annotations

TABLES = """\
CREATE TABLE passwords (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    n INTEGER NOT NULL,
    r INTEGER NOT NULL,
    p INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE links (
    lab TEXT NOT NULL,
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    member TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
    lab TEXT NOT NULL,
    token TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    member TEXT NOT NULL,
    scopes TEXT NOT NULL,
    label TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE terminals (
    lab TEXT NOT NULL,
    terminal TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    machine TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID"""
