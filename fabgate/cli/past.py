"""Sessions as people ask for them: the last ones, those of a month, one by its id.

Starts and stops are paired by the ledger, as for the treasurer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from fabgate.cli.show import Handles
from fabgate.desk import Desk, sessions
from fabgate.errors import UsageError
from fabgate.model import RecordId, Why
from fabgate.records import CloseAsked, Entry, SessionStarted, SessionStopped
from fabgate.rules.ledger import KINDS, SYNC_KINDS, Dated, Ledger, Session, Usage, first_syncs
from fabgate.rules.month import Month
from fabgate.store import journal

RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Line:
    """One session, people by their handles. `length_ms` is None where it began before the last boot.

    `ended` says how, or `runs`; `uncertain_s`: it may have lasted so much longer; `busy_ms`: for how long
    the machine worked. `would`: by which code a gate that only looks on would have refused it.
    """

    session: RecordId
    number: str
    machine: str
    skill: str
    member: str
    level: str
    sponsor: str
    begun_ms: int
    dated: Dated
    length_ms: int | None
    ended: str
    charged: bool = True
    recovered: bool = False
    uncertain_s: int = 0
    busy_ms: int | None = None
    would: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody said "now" to a session."""

    at_ms: int | None
    by: str
    reason: str | None


def recent(desk: Desk, last: int) -> list[Line]:
    """The `last` sessions that ended, the oldest first, then those that run."""
    newest = journal.entries(desk.conn, kinds=(SessionStopped.kind,), newest_first=True, limit=max(0, last))
    stops = list(newest)[::-1]
    return [*_lines(desk, [*_starts_of(desk, stops), *stops]), *running(desk)]


def running(desk: Desk) -> list[Line]:
    """The sessions that run now, the oldest first."""
    starts = [journal.entry(desk.conn, one.start) for one in journal.running(desk.conn)]
    return _lines(desk, [start for start in starts if start is not None])


def of_month(desk: Desk, month: Month) -> list[Line]:
    """All sessions that ended in a month of the lab's zone, in the order of their ends."""
    first_s, next_s = month.bounds(desk.settings.lab.zone)
    ledger = Ledger(first_syncs(journal.entries(desk.conn, kinds=SYNC_KINDS)))
    usages = ledger.usages(journal.entries(desk.conn, kinds=KINDS))
    ended = [one for one in usages if first_s <= one.ended_s < next_s]
    ended.sort(key=lambda one: (one.ended_s, one.session))
    return _drawn(desk, ended)


def of_record(desk: Desk, record: RecordId) -> Line:
    """The session that began with this record. Raises UsageError when none did."""
    start = journal.entry(desk.conn, record)
    if start is None or not isinstance(start.body, SessionStarted):
        raise UsageError(f"there is no session {record}", "`fabgate session list` shows them.")
    stops = (
        entry
        for entry in _after(desk, record, SessionStopped.kind)
        if isinstance(entry.body, SessionStopped) and entry.body.session == str(record)
    )
    lines = _lines(desk, [start, *islice(stops, 1)])
    if lines:
        return lines[0]
    # A start whose ink came too late never had power: the ledger makes no usage of it.
    return replace(_lines(desk, [start])[0], ended=Why.ABORTED.value, length_ms=0, charged=False)


def asked_to_end(desk: Desk, record: RecordId) -> list[Asked]:
    """Who said "now" to the session that began with this record, and why."""
    handles = Handles(desk.conn)
    return [
        Asked(
            None if entry.at is None else entry.at.wall_ms,
            handles.of(entry.body.by),
            journal.notes(desk.conn, entry.id).get("reason"),
        )
        for entry in _after(desk, record, CloseAsked.kind)
        if isinstance(entry.body, CloseAsked) and entry.body.session == str(record)
    ]


def _after(desk: Desk, record: RecordId, kind: str) -> Iterator[Entry]:
    """The records of a kind that came after one of them."""
    same_epoch = record.origin == desk.writer.identity.origin
    return journal.entries(desk.conn, after=record.seq if same_epoch else 0, kinds=(kind,))


def _starts_of(desk: Desk, stops: Iterable[Entry]) -> Iterator[Entry]:
    for stop in stops:
        if isinstance(stop.body, SessionStopped):
            start = journal.entry(desk.conn, RecordId.of(stop.body.session))
            if start is not None:
                yield start


def _lines(desk: Desk, entries: Sequence[Entry]) -> list[Line]:
    """The sessions that these starts and stops make; those without a stop run."""
    unsure = any(entry.at is not None and not entry.at.synced for entry in entries)
    ledger = Ledger(first_syncs(journal.entries(desk.conn, kinds=SYNC_KINDS) if unsure else ()))
    ended = list(ledger.usages(entries))
    return _drawn(desk, [*ended, *ledger.still_open()])


def _drawn(desk: Desk, found: Iterable[Session]) -> list[Line]:
    handles = Handles(desk.conn)
    lengths = {one.session: one.length_ms for one in sessions.listed(desk)}
    return [_line(desk, one, handles, lengths.get(one.session)) for one in found]


def _line(desk: Desk, one: Session, handles: Handles, so_far_ms: int | None) -> Line:
    line = Line(
        session=one.session,
        number=str(one.session.seq)
        if one.session.origin == desk.writer.identity.origin
        else str(one.session),
        machine=one.machine,
        skill=one.skill,
        member=handles.of(one.member),
        level=one.level,
        sponsor=handles.of(one.sponsor) if one.sponsor else "",
        begun_ms=one.start.wall_ms,
        dated=one.dated,
        length_ms=so_far_ms,
        ended=RUNS,
        would=one.would,
    )
    if not isinstance(one, Usage):
        return line
    return replace(
        line,
        length_ms=one.length_ms,
        ended=one.why,
        charged=one.charged,
        recovered=one.recovered,
        uncertain_s=-(-one.uncertain_ms // 1000),
        busy_ms=one.busy_ms,
    )
