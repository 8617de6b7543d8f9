"""What was sold and charged at the desk, as `money_views.py` keeps it of the records that say so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fabgate.charges import Sold, Sort
from fabgate.model import MemberId, RecordId
from fabgate.rules.month import Month
from fabgate.store import journal
from fabgate.store.faults import told


@dataclass(frozen=True, slots=True)
class Kept:
    """A sale as it stands; `cancelled`: it was taken back, and counts for nothing."""

    sold: Sold
    cancelled: bool


def of(conn: sqlite3.Connection, payer: MemberId) -> tuple[Sold, ...]:
    """All sales of a payer that were not taken back, by day, those of one day as they were made."""
    return tuple(one.sold for one in kept(conn, payer) if not one.cancelled)


@told
def kept(conn: sqlite3.Connection, payer: MemberId) -> tuple[Kept, ...]:
    """The same with those that were taken back."""
    return tuple(_read(conn.execute(_SALES + " AND s.payer = ?" + _BY_DAY, (payer,))))


@told
def every(conn: sqlite3.Connection) -> tuple[Kept, ...]:
    """The sales of everybody."""
    return tuple(_read(conn.execute(_SALES + _BY_DAY)))


@told
def one(conn: sqlite3.Connection, record: RecordId) -> Kept | None:
    """The sale that is this record; None where there is none."""
    found = conn.execute(_SALES + " AND s.position = ?", (journal.position(conn, record),))
    return next(_read(found), None)


@told
def payers(conn: sqlite3.Connection) -> tuple[MemberId, ...]:
    """Everybody to whom anything was sold that was not taken back."""
    found = conn.execute("SELECT DISTINCT payer FROM sales WHERE lab = lab() AND cancelled = 0")
    return tuple(sorted(MemberId(payer) for (payer,) in found))


_RECORD = "o.lab || '/' || o.gate || '/' || o.epoch || '#' || (s.position & 1099511627775)"
_SALES = f"""\
SELECT {_RECORD}, s.payer, s.sort, s.item, s.day, s.quantity, s.cents, s.until, s.session, s.cancelled
FROM sales AS s JOIN origins AS o ON o.id = s.position >> 40 WHERE s.lab = lab()"""  # noqa: S608 - ours
_BY_DAY = " ORDER BY s.day, s.position"


def _read(found: sqlite3.Cursor) -> Iterator[Kept]:
    for record, payer, sort, item, day, quantity, cents, until, session, cancelled in found:
        last = None if until is None else date.fromisoformat(until)
        what = Sold(
            record,
            MemberId(payer),
            Sort(sort),
            item,
            date.fromisoformat(day),
            quantity,
            cents,
            last,
            session,
        )
        yield Kept(what, bool(cancelled))


@told
def last_closed(conn: sqlite3.Connection) -> Month | None:
    """The last month that is closed; None before the first."""
    row = conn.execute("SELECT max(period) FROM periods WHERE lab = lab()").fetchone()
    return None if row[0] is None else Month.of(row[0])
