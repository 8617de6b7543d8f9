"""The journal as it is read: records in their order, and the texts beside them.

What happened is appended by `Pen.append` and never altered (law 6); only retention blanks a body,
under a record that says so. The check of the chain is `audit.py`'s, what runs now is `run.py`'s;
both bear their names here too.
"""

from __future__ import annotations

import heapq
import itertools
import sqlite3
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping

from fabgate import records
from fabgate.errors import ChainBroken
from fabgate.model import Moment, Origin, RecordId
from fabgate.records import (
    Draft,
    Entry,
    EpochBegun,
    Purged,
    PurgedElsewhere,
    SessionStarted,
    SessionStopped,
    money,
)
from fabgate.rules.standing import KINDS as RIGHTS
from fabgate.store import chain
from fabgate.store.audit import Break, Verdict, verify
from fabgate.store.faults import told
from fabgate.store.run import Running, beat, latest_synced_ms, mark_run, running, was_clean
from fabgate.store.slices import all_epochs, last_position, own_epochs, rows
from fabgate.store.writer import SEQ_BITS, SEQ_MASK, Pen

__all__ = [
    "Break",
    "Running",
    "Verdict",
    "beat",
    "begun_by",
    "ends",
    "entries",
    "entry",
    "entry_of",
    "last_seq",
    "latest_synced_ms",
    "mark_run",
    "notes",
    "position",
    "purge",
    "running",
    "stretch",
    "texts",
    "verify",
    "was_clean",
]

MONEY = frozenset(
    kind for kind, cls in records.KINDS.items() if getattr(cls, "__module__", "") == money.__name__
) - {money.MemberForgotten.kind}
"""What was sold, settled, charged: ids and numbers, and every balance is reckoned from all of it."""
USAGES = (SessionStarted.kind, SessionStopped.kind)
NOTES = "notes"  # in the place of a kind: the texts beside the records, and no body

# No rule may blank what the chain itself is read by, nor what rights and balances rest on.
_KEPT = {EpochBegun.kind, Purged.kind, PurgedElsewhere.kind, *RIGHTS, *MONEY}


def entries(
    conn: sqlite3.Connection,
    after: int = 0,
    kinds: Collection[str] = (),
    newest_first: bool = False,
    limit: int | None = None,
    own: bool = False,
    saying: str | None = None,
) -> Iterator[Entry]:
    """The records of these books in their order, of all epochs; of `kinds` only, where given.

    The books of a hub hold every gate's: they come gate by gate, its own first, or, the newest first,
    from all gates by their wall time; where `own` is asked for, only its own. `after` is a `seq` of the
    present epoch: what came later in it, and nothing older. `saying`: only those whose text has this in
    it, such as `"member":"m-1"`; the others are not decoded. Read in slices, each a short read of its
    own: records that are written meanwhile may come at the end. Raises ChainBroken for a body that
    cannot be read, StoreCorrupt.
    """
    if after:
        found = _of([own_epochs(conn)[-1]], conn, after, kinds, newest_first, saying)
    else:
        gates = [
            _of(epochs[::-1] if newest_first else epochs, conn, 0, kinds, newest_first, saying)
            for epochs in ([own_epochs(conn)] if own else all_epochs(conn).values())
        ]
        found = _newest(gates) if newest_first and len(gates) > 1 else itertools.chain.from_iterable(gates)
    return itertools.islice(found, limit)


def _of(
    epochs: Collection[tuple[int, Origin]],
    conn: sqlite3.Connection,
    after: int,
    kinds: Collection[str],
    backwards: bool,
    saying: str | None,
) -> Iterator[Entry]:
    """The records of one gate's epochs, one epoch after the other."""
    for number, origin in epochs:
        for row in rows(conn, number, after, kinds, backwards, saying):
            yield entry_of(origin, *row)


def _newest(gates: Iterable[Iterator[Entry]]) -> Iterator[Entry]:
    """The records of several gates as one, the newest first as far as their clocks agree."""
    return (entry for _, entry in heapq.merge(*map(_dated, gates), key=lambda dated: -dated[0]))


def _dated(entries: Iterator[Entry]) -> Iterator[tuple[int, Entry]]:
    """Each record with a wall time that never rises: one gate's stay in their order, whatever it says."""
    wall_ms = sys.maxsize
    for entry in entries:
        wall_ms = wall_ms if entry.at is None else min(wall_ms, entry.at.wall_ms)
        yield wall_ms, entry


def entry_of(origin: Origin, position: int, body: str | None) -> Entry:
    """The record that stands at a position, or at a `seq`, with this text. Raises ChainBroken."""
    record = RecordId(origin, position & SEQ_MASK)
    if body is None:
        return Entry(record, None, None)
    try:
        at, said = records.decode(body)
    except ValueError as error:
        raise ChainBroken(
            f"record {record} cannot be read: {error}",
            "`fabgate journal verify` says what else is wrong; `fabgate restore` brings a backup.",
        ) from error
    return Entry(record, at, said)


def ends(conn: sqlite3.Connection) -> dict[str, int]:
    """The `seq` of the newest record of every epoch in the books, by its origin: where a reading can end."""
    return {
        str(origin): last_position(conn, number) & SEQ_MASK
        for epochs in all_epochs(conn).values()
        for number, origin in epochs
    }


def stretch(
    conn: sqlite3.Connection, after: Mapping[str, int], upto: Mapping[str, int], kinds: Collection[str]
) -> Iterator[Entry]:
    """The records between two such marks, gate by gate, epoch by epoch, in slices as `entries` reads them.

    An origin that `after` does not name is read from its first record; one that `upto` does not name, not at
    all. What is written meanwhile is not in it. Raises ChainBroken, StoreCorrupt.
    """
    for origin, seq, body in texts(conn, after, upto, kinds):
        yield entry_of(origin, seq, body)


def texts(
    conn: sqlite3.Connection, after: Mapping[str, int], upto: Mapping[str, int], kinds: Collection[str]
) -> Iterator[tuple[Origin, int, str | None]]:
    """The same as they are written: origin, `seq` and text. For whoever reads a million."""
    for epochs in all_epochs(conn).values():
        for number, origin in epochs:
            end = (number << SEQ_BITS) + upto.get(origin, 0)
            for position, body in rows(conn, number, after.get(origin, 0), kinds):
                if position > end:
                    break
                yield origin, position & SEQ_MASK, body


def last_seq(conn: sqlite3.Connection) -> int:
    """The `seq` of the newest record of the present epoch."""
    return last_position(conn, own_epochs(conn)[-1][0]) & SEQ_MASK


@told
def entry(conn: sqlite3.Connection, id: RecordId) -> Entry | None:  # noqa: A002
    """One record, of whatever origin; None when this store has none of that id."""
    at = position(conn, id)
    if at is None:
        return None
    row = conn.execute("SELECT position, body FROM journal WHERE position = ?", (at,)).fetchone()
    return entry_of(id.origin, *row) if row else None


def begun_by(conn: sqlite3.Connection) -> str:
    """Why the present epoch of these books began: `init`, `corrupt`, `restore`, `fork`; empty where its first
    record does not say so. Raises ChainBroken, StoreCorrupt."""
    first = entry(conn, RecordId(own_epochs(conn)[-1][1], 1))
    return first.body.cause if first is not None and isinstance(first.body, EpochBegun) else ""


@told
def notes(conn: sqlite3.Connection, id: RecordId) -> Mapping[str, str]:  # noqa: A002
    """The texts beside a record by their kind: a reason, a name, a login. Empty once purged."""
    found = conn.execute("SELECT kind, text FROM notes WHERE position = ?", (position(conn, id),))
    return dict(found.fetchall())


def position(conn: sqlite3.Connection, record: RecordId) -> int | None:
    """Where a record stands in these books; None where there is no such origin or number."""
    lab, gate, epoch = record.origin.split("/")
    row = conn.execute(_ORIGIN, (lab, gate, epoch)).fetchone()
    known = row is not None and 0 < record.seq <= SEQ_MASK
    return (row[0] << SEQ_BITS) + record.seq if known else None


_ORIGIN = "SELECT id FROM origins WHERE lab = ? AND gate = ? AND epoch = ?"


def purge(pen: Pen, at: Moment, rule: str, first: int, last: int, kinds: Collection[str] = ()) -> RecordId:
    """Blank bodies and notes of this epoch's records `first` to `last`, of `kinds` or of all, and
    write the record that says so (law 12). Ask for some thousand records at once: a tap waits.

    What the chain is read by (the beginning of an epoch, purges) and the records of rights, with who
    gave them and why, are kept whatever `kinds` says.
    """
    number, _ = own_epochs(pen.conn)[-1]
    last = min(last, last_seq(pen.conn))
    blank(pen, number << SEQ_BITS, first, last, kinds)
    return pen.append(Draft(at, Purged(first, last, rule, tuple(sorted(kinds)))))


def blank(
    pen: Pen, base: int, first: int, last: int, kinds: Collection[str], but: Collection[str] = ()
) -> None:
    """Blank what a purge record names, in the epoch whose positions begin at `base`: also where another
    store has written that record. `but`: kinds that are kept here whatever it names."""
    for at, kind, body in pen.execute(_WHOLE, (base + first, base + last)).fetchall():
        if kind not in _KEPT and kind not in but and (not kinds or meant(kind, body, kinds)):
            pen.execute(_BLANK, (chain.body_hash(body.encode()), at))
            pen.execute("DELETE FROM notes WHERE position = ?", (at,))


def meant(kind: str, body: str, kinds: Collection[str]) -> bool:
    """Whether the kinds of a purge record name this one, as a whole or by its code."""
    if kind in kinds:
        return True
    codes = {one.partition(":")[2] for one in kinds if one.startswith(f"{kind}:")}
    return bool(codes) and any(f'"code":"{code}"' in body for code in codes)


_WHOLE = "SELECT position, kind, body FROM journal WHERE position BETWEEN ? AND ? AND body IS NOT NULL"
_BLANK = "UPDATE journal SET body = NULL, body_hash = ? WHERE position = ?"
