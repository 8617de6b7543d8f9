"""What must be so once gates and hub have talked: held against the tables themselves.

It asks the databases in plain SQL, and not the functions by which the hub came to its books: what is
held to account does not keep the account.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from fabgate.model import Origin
from fabgate.store import chain
from fabgate.store.db import Store
from fabgate.store.rights import TABLES

Row = tuple[int, bytes, str | None, bytes | None]  # seq, hash, body, hash of a body that was blanked

_AT_HOME = ("email",)  # what a gate is not told, because no machine needs it


def odd_gate(hub: Store, gate: str, state: str) -> str | None:
    """What the hub knows of a gate instead; None where it knows this."""
    with hub.reader() as books:
        row = books.conn.execute("SELECT state FROM gates WHERE gate = ?", (gate,)).fetchone()
    if row is None or row[0] is None:
        return "the hub has not heard of it"
    return None if row[0] == state else f"it is {row[0]}"


def odd_records(hub: Store, gate: Store, name: str) -> str | None:
    """The first record of a gate that the hub does not hold as the gate wrote it; None where it holds all."""
    with hub.reader() as books, gate.reader() as home:
        for origin, number in _epochs(home.conn, name).items():
            there = _epochs(books.conn, name).get(origin)
            held = [] if there is None else _rows(books.conn, there)
            if (odd := _odd_epoch(origin, _rows(home.conn, number), held)) is not None:
                return odd
    return None


def _epochs(conn: sqlite3.Connection, gate: str) -> dict[Origin, int]:
    found = conn.execute("SELECT id, lab, gate, epoch FROM origins WHERE gate = ? ORDER BY id", (gate,))
    return {Origin(f"{lab}/{gate_}/{epoch}"): number for number, lab, gate_, epoch in found}


def _rows(conn: sqlite3.Connection, number: int) -> list[Row]:
    sql = "SELECT seq, hash, body, body_hash FROM journal WHERE origin = ? ORDER BY position"
    return conn.execute(sql, (number,)).fetchall()


def _odd_epoch(origin: Origin, wrote: list[Row], held: list[Row]) -> str | None:
    if len(held) != len(wrote):
        return f"of {origin} the hub holds {len(held)} records of {len(wrote)}"
    previous = chain.ROOT
    for count, (mine, theirs) in enumerate(zip(wrote, held, strict=True), 1):
        seq, link, body, blank = theirs
        hashed = chain.body_hash(body.encode()) if body is not None else blank or b""
        previous = chain.link(origin, count, previous, hashed)
        if seq != count or mine[0] != count or link != previous or mine[1] != previous:
            return f"{origin}#{count} is another one at the hub"
    return None


def odd_rosters(hub: Store, gates: Mapping[str, Store]) -> str | None:
    """What a gate has otherwise than the hub; None where all have the same rights and rosters."""
    ours, told = _rights(hub), _roster(hub)
    for name, store in gates.items():
        theirs = _rights(store)
        if theirs != ours:
            return f"{name} lacks {len(ours - theirs)} rights of the hub's, and has {len(theirs - ours)} more"
        roster = _roster(store)
        for table in TABLES:
            if odd := roster[table] ^ told[table]:
                return f"{name} has other {table} than the hub: {sorted(map(str, odd))[0]}"
    return None


def _rights(store: Store) -> frozenset[tuple[str, bytes, str]]:
    with store.reader() as books:
        return frozenset(books.conn.execute("SELECT record, hash, body FROM rights").fetchall())


def _roster(store: Store) -> dict[str, frozenset[tuple[object, ...]]]:
    with store.reader() as books:
        return {table: _table(books.conn, table) for table in TABLES}


def _table(conn: sqlite3.Connection, table: str) -> frozenset[tuple[object, ...]]:
    found = conn.execute(f"SELECT * FROM {table}")  # noqa: S608 - one of our own names
    shown = [at for at, (name, *_) in enumerate(found.description) if name not in _AT_HOME]
    return frozenset(tuple(row[at] for at in shown) for row in found)
