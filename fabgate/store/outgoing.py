"""The journal of this gate as it goes out to a hub: rows by their numbers, hashes and notes beside them.

Nothing is decoded here: a body leaves byte for byte as it was written (law 6). Every read is short, and
none is in a transaction of its own: what is asked for was committed before.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from fabgate.store import chain
from fabgate.store.faults import told
from fabgate.store.slices import last_position, own_epochs
from fabgate.store.writer import SEQ_BITS, SEQ_MASK


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an own epoch is written: its newest record and that one's hash; `ROOT` for none."""

    number: int
    epoch: str
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record as it leaves. Of a body that was purged only its hash is left."""

    seq: int
    hash: bytes
    body: str | None
    body_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Beside:
    """A text that belongs to record `seq`."""

    seq: int
    kind: str
    text: str


@told
def reaches(conn: sqlite3.Connection) -> tuple[Reach, ...]:
    """Every own epoch, the present one last."""
    found = []
    for number, origin in own_epochs(conn):
        seq = last_position(conn, number) & SEQ_MASK
        found.append(Reach(number, origin.rpartition("/")[2], seq, hash_of(conn, number, seq) or chain.ROOT))
    return tuple(found)


@told
def hash_of(conn: sqlite3.Connection, number: int, seq: int) -> bytes | None:
    """The hash of a record of epoch `number`, `ROOT` before the first; None where there is no such record."""
    if seq == 0:
        return chain.ROOT
    row = conn.execute("SELECT hash FROM journal WHERE position = ?", (_at(number, seq),)).fetchone()
    return None if row is None else bytes(row[0])


@told
def rows(conn: sqlite3.Connection, number: int, after: int, most: int) -> list[Outgoing]:
    """The next records of epoch `number` after a `seq`, at most so many. Raises StoreCorrupt."""
    end = _at(number, SEQ_MASK)
    found = conn.execute(_ROWS, (_at(number, after), end, most))
    return [Outgoing(position & SEQ_MASK, bytes(link), body, blank) for position, link, body, blank in found]


_ROWS = """\
SELECT position, hash, body, body_hash FROM journal
WHERE position > ? AND position <= ? ORDER BY position LIMIT ?"""


@told
def notes(conn: sqlite3.Connection, number: int, first: int, last: int) -> list[Beside]:
    """All texts beside records `first` to `last` of epoch `number`, in the order of their records.

    What stands beside a right (a name, a badge's label) goes the same way, as a note `beside`: the hub
    lays it beside the right again.
    """
    found = conn.execute(_NOTES, {"first": _at(number, first), "last": _at(number, last), "number": number})
    return [Beside(position & SEQ_MASK, kind, text) for position, kind, text in found]


BESIDE = "beside"
_NOTES = """\
SELECT position, kind, text FROM notes WHERE position BETWEEN :first AND :last
UNION ALL
SELECT j.position, 'beside', r.beside FROM journal AS j JOIN origins AS o ON o.id = :number
JOIN rights AS r ON r.lab = o.lab
AND r.record = o.lab || '/' || o.gate || '/' || o.epoch || '#' || (j.position - (:number << 40))
WHERE j.position BETWEEN :first AND :last AND r.beside IS NOT NULL
AND j.kind IN ('member.add', 'member.edit', 'badge.add')
ORDER BY 1, 2"""


def _at(number: int, seq: int) -> int:
    return (number << SEQ_BITS) + seq
