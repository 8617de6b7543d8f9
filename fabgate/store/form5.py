"""The tables that form 5 of the database adds, as the migration `m005_money` makes them.

Never altered: what a later form changes stands in a step of its own. `store/money_views.py` fills what
records of money move. A row of `pages` or of `taken` counts only where `periods` has its `closing`: what a
closing wrote that never came to its end counts for nothing.
"""

from __future__ import annotations

TABLES = """\
CREATE TABLE accounts (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    category TEXT NOT NULL,
    organisation INTEGER NOT NULL CHECK (organisation IN (0, 1)),
    prepaid INTEGER NOT NULL CHECK (prepaid IN (0, 1)),
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE account_states (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    balance_cents INTEGER NOT NULL,
    plans TEXT NOT NULL,
    remains TEXT NOT NULL,
    read TEXT NOT NULL,
    as_of_ms INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE addresses (
    lab TEXT NOT NULL,
    member TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    vat_number TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE sales (
    position INTEGER PRIMARY KEY REFERENCES journal (position),
    lab TEXT NOT NULL,
    payer TEXT NOT NULL,
    sort TEXT NOT NULL,
    item TEXT NOT NULL,
    day TEXT NOT NULL,
    quantity TEXT NOT NULL,
    cents INTEGER,
    session TEXT NOT NULL,
    until TEXT,
    cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1))
) STRICT;
CREATE INDEX sales_by_payer ON sales (payer, lab);
CREATE TABLE corrections (
    lab TEXT NOT NULL,
    session TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (session, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE periods (
    lab TEXT NOT NULL,
    period TEXT NOT NULL,
    closing TEXT NOT NULL,
    position INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (period, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE pages (
    position INTEGER PRIMARY KEY REFERENCES journal (position),
    lab TEXT NOT NULL,
    closing TEXT NOT NULL,
    payer TEXT NOT NULL
) STRICT;
CREATE INDEX pages_by_payer ON pages (payer, lab);
CREATE TABLE taken (
    lab TEXT NOT NULL,
    payer TEXT NOT NULL,
    pool TEXT NOT NULL,
    closing TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (payer, pool, closing, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE reversals (
    lab TEXT NOT NULL,
    charge TEXT NOT NULL,
    closing TEXT NOT NULL,
    PRIMARY KEY (charge, closing, lab)
) STRICT, WITHOUT ROWID;
CREATE TABLE marked_charges (
    lab TEXT NOT NULL,
    charge TEXT NOT NULL,
    mark TEXT NOT NULL CHECK (mark IN ('reversed', 'again', 'settled')),
    day TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (charge, mark)
) STRICT, WITHOUT ROWID;
CREATE TABLE batches (
    lab TEXT NOT NULL,
    batch TEXT NOT NULL PRIMARY KEY,
    period TEXT NOT NULL,
    profile TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE badges ADD COLUMN purpose TEXT NOT NULL DEFAULT ''"""
