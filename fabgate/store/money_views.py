"""The views of the records of money: sales, corrections of sessions, closed months, marks, batches.

A record moves its row in the transaction that appends it, or that takes it in from another store: a gate
that kept the books by itself brings its sales and its closed months along when it joins a hub. Nothing else
writes these tables, and all of them can be made anew from the journal (law 6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fabgate import records
from fabgate.model import RecordId
from fabgate.records import (
    BatchExported,
    ChargeReversed,
    ChargeSettled,
    ChargesMade,
    PeriodClosed,
    PlanEnded,
    Sale,
    SaleCancelled,
    UsageAssigned,
    UsageMarked,
    UsageSettled,
)
from fabgate.rules import lines
from fabgate.store.nib import Nib

TABLES = ("sales", "corrections", "periods", "pages", "taken", "reversals", "marked_charges", "batches")
_SEQ_BITS = 40  # of a journal position, as the writer has it


def keep(pen: Nib, position: int, record: RecordId, body: object) -> None:
    """Move the rows that a record of a kind in `KINDS` speaks of; any other record moves none.

    `position` is where it stands in the journal of these books.
    """
    move = _BY_TYPE.get(type(body))
    if move is not None:
        move(pen, position, record, body)


def rebuild(pen: Nib) -> None:
    """Make all of these views anew from the journal. Reads it whole: no tap may wait for that.

    What a gate brought along when it joined comes first: since then these books have the last word.
    """
    for table in TABLES:
        pen.execute(f"DELETE FROM {table} WHERE lab = ?", (pen.lab,))  # noqa: S608 - ours
    found = pen.execute(_MONEY.format(", ".join(f"'{kind}'" for kind in sorted(KINDS)))).fetchall()
    for position, origin, seq, text in found:
        _, body = records.decode(text)
        keep(pen, position, RecordId(origin, seq), body)


_MONEY = """\
SELECT j.position, o.lab || '/' || o.gate || '/' || o.epoch, j.seq, j.body FROM journal AS j
JOIN origins AS o ON o.id = j.origin WHERE j.body IS NOT NULL AND j.kind IN ({}) ORDER BY o.own, j.position"""


# --- sales --------------------------------------------------------------------------------------


def _sale(pen: Nib, position: int, _: RecordId, body: Sale) -> None:
    what = (body.payer, body.sort, body.item, body.day, body.quantity, body.cents, body.session)
    pen.execute(_PUT_SALE, (position, pen.lab, *what))


_PUT_SALE = """\
INSERT INTO sales (position, lab, payer, sort, item, day, quantity, cents, session)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def _cancelled(pen: Nib, _: int, __: RecordId, body: SaleCancelled) -> None:
    pen.execute(
        "UPDATE sales SET cancelled = 1 WHERE position = ? AND lab = ?", (_position(pen, body.sale), pen.lab)
    )


def _ended(pen: Nib, _: int, __: RecordId, body: PlanEnded) -> None:
    """The last word counts."""
    end = (body.until, _position(pen, body.sale), pen.lab)
    pen.execute("UPDATE sales SET until = ? WHERE position = ? AND lab = ?", end)


def _position(pen: Nib, text: str) -> int | None:
    """Where a record stands that another one names; None, which no row has, where there is no such origin."""
    try:
        named = RecordId.of(text)
    except ValueError:
        return None
    row = pen.execute(_ORIGIN, tuple(named.origin.split("/"))).fetchone()
    known = row is not None and 0 < named.seq < 1 << _SEQ_BITS
    return (int(row[0]) << _SEQ_BITS) + named.seq if known else None


_ORIGIN = "SELECT id FROM origins WHERE lab = ? AND gate = ? AND epoch = ?"


# --- sessions -----------------------------------------------------------------------------------


def _settled_usage(pen: Nib, _: int, record: RecordId, body: UsageSettled) -> None:
    _correct(pen, record, body.session, "length_ms", str(body.length_ms))
    if body.started_ms is not None:
        _correct(pen, record, body.session, "started_ms", str(body.started_ms))


def _assigned(pen: Nib, _: int, record: RecordId, body: UsageAssigned) -> None:
    _correct(pen, record, body.session, "payer", body.payer)


def _marked(pen: Nib, _: int, record: RecordId, body: UsageMarked) -> None:
    _correct(pen, record, body.session, "purpose", body.purpose)
    _correct(pen, record, body.session, "free", "1" if body.free else "")


def _correct(pen: Nib, record: RecordId, session: str, field: str, value: str) -> None:
    """The last word on a field counts: `length_ms`, `payer`, `purpose`, `free` (`1` or nothing)."""
    pen.execute(_CORRECT, (pen.lab, session, field, value, str(record)))


_CORRECT = "INSERT OR REPLACE INTO corrections (lab, session, field, value, record) VALUES (?, ?, ?, ?, ?)"


# --- months -------------------------------------------------------------------------------------


def _page(pen: Nib, position: int, _: RecordId, body: ChargesMade) -> None:
    """A page, what its lines took of pools and took back; all count once `periods` has their closing."""
    pen.execute(
        "INSERT INTO pages (position, lab, closing, payer) VALUES (?, ?, ?, ?)",
        (position, pen.lab, body.closing, body.payer),
    )
    took: dict[str, int] = {}
    for line in body.lines:
        for pool, amount in lines.taken(line):
            took[pool] = took.get(pool, 0) + amount
        charge = lines.reversed_by(line)
        if charge:
            pen.execute(_TAKE_BACK, (pen.lab, charge, body.closing))
    for pool, amount in took.items():
        pen.execute(_TAKE, (pen.lab, body.payer, pool, body.closing, amount))


_TAKE = """\
INSERT INTO taken (lab, payer, pool, closing, amount) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (payer, pool, closing, lab) DO UPDATE SET amount = amount + excluded.amount"""
_TAKE_BACK = "INSERT OR IGNORE INTO reversals (lab, charge, closing) VALUES (?, ?, ?)"


def _closed(pen: Nib, position: int, _: RecordId, body: PeriodClosed) -> None:
    pen.execute(_CLOSE, (pen.lab, body.period, body.closing, position, body.hash))


# A month is closed once: the first word stands, and so does what rests on it.
_CLOSE = "INSERT OR IGNORE INTO periods (lab, period, closing, position, hash) VALUES (?, ?, ?, ?, ?)"


# --- charges ------------------------------------------------------------------------------------


def _reversed(pen: Nib, _: int, record: RecordId, body: ChargeReversed) -> None:
    for mark in ("reversed", "again") if body.again else ("reversed",):
        pen.execute(_MARK, (pen.lab, body.charge, mark, "", str(record)))


def _settled(pen: Nib, _: int, record: RecordId, body: ChargeSettled) -> None:
    pen.execute(_MARK, (pen.lab, body.charge, "settled", body.day, str(record)))


_MARK = "INSERT OR IGNORE INTO marked_charges (lab, charge, mark, day, record) VALUES (?, ?, ?, ?, ?)"


def _exported(pen: Nib, position: int, _: RecordId, body: BatchExported) -> None:
    pen.execute(_BATCH, (pen.lab, body.batch, body.period, body.profile, position))


_BATCH = "INSERT OR IGNORE INTO batches (lab, batch, period, profile, position) VALUES (?, ?, ?, ?, ?)"

_BY_TYPE: Mapping[type, Callable[[Nib, int, RecordId, Any], None]] = {
    Sale: _sale,
    SaleCancelled: _cancelled,
    PlanEnded: _ended,
    UsageSettled: _settled_usage,
    UsageAssigned: _assigned,
    UsageMarked: _marked,
    ChargesMade: _page,
    PeriodClosed: _closed,
    ChargeReversed: _reversed,
    ChargeSettled: _settled,
    BatchExported: _exported,
}
KINDS = frozenset(cls.kind for cls in _BY_TYPE)  # type: ignore[attr-defined]
