"""The charges of closed months as they are read back: by month, by payer, by id.

A page counts once the month of its closing is sealed (`periods`); what a closing that was cut off has left
behind counts for nothing, for ever. Pages are read one by one, each a short read, so a million charges
need the memory of one page.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fabgate import records
from fabgate.charges import Charge
from fabgate.errors import ChainBroken
from fabgate.model import MemberId, Origin, RecordId
from fabgate.records import PeriodClosed
from fabgate.rules import lines
from fabgate.store import journal
from fabgate.store.faults import told
from fabgate.store.writer import SEQ_MASK


@dataclass(frozen=True, slots=True)
class Period:
    """A month that was closed: the record that sealed it, what it says, and when (wall, UTC ms)."""

    record: RecordId
    at_ms: int
    body: PeriodClosed

    @property
    def month(self) -> str:
        return self.body.period


@dataclass(frozen=True, slots=True)
class Marked:
    """What was said of a charge after its month was closed: by record `record`; `day` where it was paid."""

    record: RecordId
    day: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of charges: where it stands, the hash of its record, whose it is, its text as written.

    `body` is None where retention has blanked it.
    """

    position: int
    record: RecordId
    hash: bytes
    payer: MemberId
    body: str | None


# --- months -------------------------------------------------------------------------------------


def period(conn: sqlite3.Connection, month: str) -> Period | None:
    """A closed month (`2026-10`), by whom and with what sums; None while it is open. Raises ChainBroken."""
    return next((_period(conn, at) for name, at in _periods(conn) if name == month), None)


def last_period(conn: sqlite3.Connection) -> Period | None:
    """The newest month that is closed. Raises ChainBroken."""
    found = _periods(conn)
    return _period(conn, found[-1][1]) if found else None


def periods(conn: sqlite3.Connection) -> tuple[Period, ...]:
    """All months that are closed, the oldest first. Raises ChainBroken."""
    return tuple(_period(conn, at) for _, at in _periods(conn))


def closed(conn: sqlite3.Connection) -> tuple[str, ...]:
    """The names of all months that are closed, the oldest first: no record is read for it."""
    return tuple(name for name, _ in _periods(conn))


@told
def _periods(conn: sqlite3.Connection) -> list[tuple[str, int]]:
    return conn.execute(_PERIODS).fetchall()


_PERIODS = "SELECT period, position FROM periods WHERE lab = lab() ORDER BY period"


def _period(conn: sqlite3.Connection, position: int) -> Period:
    record, text = _record(conn, position)
    at, body = records.decode(text) if text is not None else (None, None)
    if at is None or not isinstance(body, PeriodClosed):
        raise ChainBroken(
            f"record {record} closed a month and cannot be read",
            "`fabgate journal verify` says what else is wrong; `fabgate restore` brings a backup.",
        )
    return Period(record, at.wall_ms, body)


@told
def _record(conn: sqlite3.Connection, position: int) -> tuple[RecordId, str | None]:
    lab, gate, epoch, seq, text = conn.execute(_RECORD, (position,)).fetchone()
    return RecordId(Origin(f"{lab}/{gate}/{epoch}"), seq), text


_RECORD = """\
SELECT o.lab, o.gate, o.epoch, j.seq, j.body FROM journal AS j JOIN origins AS o ON o.id = j.origin
WHERE j.position = ?"""


def keeps_tariff(conn: sqlite3.Connection, digest: str) -> bool:
    """Whether the text of a price list was kept by the closing of a month."""
    return any(one.body.tariff == digest for one in periods(conn))


def moved(conn: sqlite3.Connection, origin: str, after: int, kinds: Collection[str]) -> bool:
    """Whether a journal has records of these kinds after `after`."""
    ends = journal.ends(conn)
    found = journal.stretch(conn, {origin: after}, {origin: ends.get(origin, 0)}, kinds)
    return next(found, None) is not None


# --- charges ------------------------------------------------------------------------------------


def charges(conn: sqlite3.Connection, month: str) -> Iterator[Charge]:
    """The charges of a closed month, by payer and then by date; nothing where it is open.

    Raises ChainBroken where one was altered.
    """
    for page in pages(conn, month):
        yield from of_page(page)


def of_payer(conn: sqlite3.Connection, payer: MemberId, month: str | None = None) -> Iterator[Charge]:
    """All that was ever charged to a payer, month by month, by date; or in one month. Raises ChainBroken."""
    for position in _positions(conn, _OF_PAYER, (payer, month)):
        yield from of_page(_page(conn, position))


@told
def payer_numbered(conn: sqlite3.Connection, month: str, number: int) -> MemberId | None:
    """The payer with that number (from 1 on) among those of a closed month, in the order of its pages."""
    row = conn.execute(_NUMBERED, (month, number - 1)).fetchone() if number > 0 else None
    return None if row is None else MemberId(row[0])


def charge(conn: sqlite3.Connection, id: str) -> Charge | None:  # noqa: A002
    """The charge with that id; None where no closed month has it. Raises ChainBroken."""
    name, _, number = id.rpartition(".")
    try:
        position = journal.position(conn, RecordId.of(name))
    except ValueError:
        return None
    if position is None or not _positions(conn, _ONE, (position,)):
        return None
    found = (one for one in of_page(_page(conn, position)) if one.id == f"{name}.{number}")
    return next(found, None)


def month_of(conn: sqlite3.Connection, id: str) -> str:  # noqa: A002
    """The month that charged it, empty where none did."""
    name = id.rpartition(".")[0]
    try:
        position = journal.position(conn, RecordId.of(name))
    except ValueError:
        return ""
    row = conn.execute(_MONTH, (position,)).fetchone()
    return row[0] if row else ""


def of_session(conn: sqlite3.Connection, payer: MemberId, session: str) -> Charge | None:
    """The charge of a payer that has this session in it and still stands; None where there is none.

    One that was taken back to be priced again does not stand. Raises ChainBroken.
    """
    said = f'"{session}"'
    for position in _positions(conn, _OF_PAYER, (payer, None)):
        page = _page(conn, position)
        if page.body is not None and said in page.body:
            for one in of_page(page):
                if session in one.sessions and not one.of and "again" not in marks(conn, one.id):
                    return one
    return None


def taken(conn: sqlite3.Connection, payer: MemberId) -> Mapping[str, int]:
    """What closed charges took of each pool of a payer: seconds, days or cents."""
    return dict(_taken(conn, payer))


@told
def _taken(conn: sqlite3.Connection, payer: MemberId) -> list[tuple[str, int]]:
    return conn.execute(_TAKEN, (payer,)).fetchall()


_TAKEN = """\
SELECT t.pool, sum(t.amount) FROM taken AS t JOIN periods AS p ON p.closing = t.closing AND p.lab = t.lab
WHERE t.payer = ? AND t.lab = lab() GROUP BY t.pool"""


# --- pages --------------------------------------------------------------------------------------


def pages(conn: sqlite3.Connection, month: str) -> Iterator[Page]:
    """The pages of a closed month in the order in which they were written, which is by payer."""
    for position in _positions(conn, _OF_MONTH, (month,)):
        yield _page(conn, position)


@told
def hashed(conn: sqlite3.Connection, closing: str) -> bytes:
    """The SHA-256 of the hashes of a closing's pages, in their order; sealed or not yet."""
    made = hashlib.sha256()
    for (one,) in conn.execute(_HASHES, (closing,)):
        made.update(one)
    return made.digest()


_HASHES = """\
SELECT j.hash FROM pages AS g JOIN journal AS j ON j.position = g.position
WHERE g.closing = ? AND g.lab = lab() ORDER BY g.position"""


def of_page(page: Page) -> Iterator[Charge]:
    """The charges of a page; nothing of one that was blanked. Raises ChainBroken."""
    if page.body is None:
        return
    try:
        # Not decoded as other records are: a month has a million of lines, and this costs half.
        name = str(page.record)
        for number, line in enumerate(json.loads(page.body)["lines"], 1):
            yield lines.read(line, page.payer, f"{name}.{number}")
    except (ValueError, KeyError, TypeError) as wrong:
        raise ChainBroken(
            f"record {page.record} cannot be read: {wrong}",
            "`fabgate journal verify` says what else is wrong; `fabgate restore` brings a backup.",
        ) from wrong


@told
def _positions(conn: sqlite3.Connection, sql: str, what: tuple[str | int | None, ...]) -> list[int]:
    return [at for (at,) in conn.execute(sql, what)]


_SEALED = "FROM pages AS g JOIN periods AS p ON p.closing = g.closing AND p.lab = g.lab WHERE g.lab = lab()"
_OF_MONTH = f"SELECT g.position {_SEALED} AND p.period = ? ORDER BY g.position"
_OF_PAYER = f"""\
SELECT g.position {_SEALED} AND g.payer = ? AND p.period = coalesce(?, p.period)
ORDER BY p.period, g.position"""
_NUMBERED = f"""\
SELECT g.payer {_SEALED} AND p.period = ? GROUP BY g.payer ORDER BY min(g.position) LIMIT 1 OFFSET ?"""
_ONE = f"SELECT g.position {_SEALED} AND g.position = ?"
_MONTH = f"SELECT p.period {_SEALED} AND g.position = ?"


@told
def _page(conn: sqlite3.Connection, position: int) -> Page:
    lab, gate, epoch, hash_, payer, body = conn.execute(_READ, (position,)).fetchone()
    record = RecordId(Origin(f"{lab}/{gate}/{epoch}"), position & SEQ_MASK)
    return Page(position, record, bytes(hash_), MemberId(payer), body)


_READ = """\
SELECT o.lab, o.gate, o.epoch, j.hash, g.payer, j.body FROM pages AS g
JOIN journal AS j ON j.position = g.position JOIN origins AS o ON o.id = j.origin WHERE g.position = ?"""


# --- marks --------------------------------------------------------------------------------------


@told
def marks(conn: sqlite3.Connection, id: str) -> Mapping[str, Marked]:  # noqa: A002
    """What was said of a charge since: `reversed`, `again` (reversed, to be priced anew), `settled`."""
    found = conn.execute(_MARKS, (id,)).fetchall()
    return {mark: Marked(RecordId.of(record), day) for mark, day, record in found}


_MARKS = "SELECT mark, day, record FROM marked_charges WHERE charge = ? AND lab = lab()"


@told
def to_reverse(conn: sqlite3.Connection) -> tuple[tuple[str, RecordId], ...]:
    """Charges that somebody took back and no closed month has, each with the record of it."""
    return tuple((charge, RecordId.of(record)) for charge, record in conn.execute(_TO_REVERSE))


_TO_REVERSE = """\
SELECT charge, record FROM marked_charges AS m WHERE lab = lab() AND mark = 'reversed' AND NOT EXISTS (
    SELECT 1 FROM reversals AS r JOIN periods AS p ON p.closing = r.closing AND p.lab = r.lab
    WHERE r.charge = m.charge AND r.lab = m.lab) ORDER BY charge"""


@told
def again(conn: sqlite3.Connection) -> tuple[str, ...]:
    """All charges that were taken back to be priced anew, in whatever month."""
    found = conn.execute("SELECT charge FROM marked_charges WHERE lab = lab() AND mark = 'again' ORDER BY 1")
    return tuple(charge for (charge,) in found)


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody said of a session: a value, and the record of it."""

    value: str
    record: str


@told
def corrections(
    conn: sqlite3.Connection, session: str | None = None
) -> Mapping[str, Mapping[str, Correction]]:
    """What people said of one session, or of all, by session and field; the newest word of each.

    `length_ms`, `started_ms` (where it was undated), `payer`, `purpose`, `free` (`1` or nothing).
    """
    found: dict[str, dict[str, Correction]] = {}
    for which, name, value, record in conn.execute(_CORRECTIONS, {"session": session}):
        found.setdefault(which, {})[name] = Correction(value, record)
    return found


_CORRECTIONS = """\
SELECT session, field, value, record FROM corrections
WHERE lab = lab() AND (:session IS NULL OR session = :session)"""


def sessions(conn: sqlite3.Connection, month: str) -> Iterator[str]:
    """The sessions that a closed month has charged, also those that were taken back since."""
    for page in pages(conn, month):
        for line in () if page.body is None else json.loads(page.body)["lines"]:
            yield from lines.sessions(line)
