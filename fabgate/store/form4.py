"""The tables that form 4 of the database adds, as the migration `m004_bench` makes them.

Never altered: what a later form changes stands in a step of its own.
"""

from __future__ import annotations

TABLES = """\
CREATE TABLE wear (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    powered_ms INTEGER NOT NULL,
    busy_ms INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    since_ms INTEGER,
    PRIMARY KEY (machine, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE services (
    lab TEXT NOT NULL,
    machine TEXT NOT NULL,
    service TEXT NOT NULL,
    powered_ms INTEGER NOT NULL,
    busy_ms INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    given_by TEXT NOT NULL,
    PRIMARY KEY (machine, service, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE wear_read (
    origin INTEGER PRIMARY KEY REFERENCES origins (id),
    lab TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT"""
