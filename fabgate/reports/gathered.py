"""What a lab did between two months, read from its books: what the reports for funders are made of.

Used by `fabgate report`. Reads the journal of a hub or of a lone gate and changes nothing. What it holds in
memory grows with members, days and check-ins; sessions pass one by one.
"""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fabgate.charter import Charter, Mode
from fabgate.model import MachineId, Moment
from fabgate.records import (
    CheckedIn,
    CheckedOut,
    Entry,
    MemberStatus,
    Purged,
    SessionStarted,
    UsageMarked,
    UsageSettled,
    WorkshopOpened,
)
from fabgate.reports.offered import stays
from fabgate.rules import downtime, hours, newcomers, presence
from fabgate.rules.census import Census, Frame, Paid, by_openness, months
from fabgate.rules.downtime import Stretch
from fabgate.rules.hours import Span
from fabgate.rules.ledger import KINDS, SYNC_KINDS, Dated, Ledger, Syncs, first_syncs, settled
from fabgate.rules.month import Month
from fabgate.rules.newcomers import Group, People
from fabgate.rules.occupancy import Times
from fabgate.store import journal, outages, workshops

_PRESENCE = (CheckedIn.kind, CheckedOut.kind, MemberStatus.kind)
_DECIDED = (UsageMarked.kind, UsageSettled.kind)
_UNPRICED = Paid()


class Basis(enum.StrEnum):
    """By what it is known when the lab was open."""

    CHECK_INS = "check_ins"  # keyholders who were there
    PLANNED = "planned"  # the opening hours: nobody checks in, or it was purged since
    ALWAYS = "always"  # neither is known: day and night


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, in the lab's zone, up to now where they are not over."""

    first: Month
    last: Month
    zone: ZoneInfo
    now_s: int

    @property
    def from_s(self) -> int:
        return self.first.bounds(self.zone)[0]

    @property
    def whole_to_s(self) -> int:
        return self.last.bounds(self.zone)[1]

    @property
    def to_s(self) -> int:
        return max(self.from_s, min(self.whole_to_s, self.now_s))

    @property
    def days(self) -> tuple[date, date]:
        """Its first day and the one after its last."""
        begin, after = (
            datetime.fromtimestamp(one, self.zone).date() for one in (self.from_s, self.whole_to_s)
        )
        return begin, after


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was counted.

    `out`: when each machine that there is, or that was used, could not be. `groups`: how many people each
    workshop had. `undated`: sessions in the period by a clock that was not right. `purged`: check-ins of a
    part of the period are not there any more. `priced`: it is known how sessions were paid.
    """

    period: Period
    census: Census
    people: People
    groups: tuple[int, ...]
    basis: frozenset[Basis]
    out: Mapping[MachineId, tuple[Stretch, ...]]
    undated: int = 0
    still_open: int = 0
    purged: bool = False
    priced: bool = False


@dataclass(slots=True)
class _Read:
    """One pass over the sessions, and what is noted by the way."""

    syncs: Syncs
    held: set[str] = field(default_factory=set)
    undated: int = 0
    still_open: int = 0

    def starts(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The same entries; which workshops were held is noted."""
        for entry in entries:
            if isinstance(entry.body, SessionStarted) and entry.body.workshop is not None:
                self.held.add(entry.body.workshop)
            yield entry


def gather(
    conn: sqlite3.Connection,
    charter: Charter,
    machines: Iterable[MachineId],
    period: Period,
    paid: Mapping[str, Paid] | None = None,
) -> Gathered:
    """Counts the period. `paid`: how each session (by its record) was paid; None where nothing is charged.

    `machines`: those that there are; others that were used are told too. Raises StoreError, ChainBroken.
    """
    read = _Read(first_syncs(journal.entries(conn, kinds=SYNC_KINDS)))
    came = list(journal.entries(conn, kinds=_PRESENCE))
    open_, basis, purged = _open(conn, charter, period, came)
    census = Census(Frame(period.zone, open_, _modes(conn, charter, period, came)))
    _sessions(conn, read, census, period, {} if paid is None else paid)
    for entry in came:
        if isinstance(entry.body, CheckedIn):
            day = _day(entry, read.syncs, period.zone)
            if day is not None:
                census.came(entry.body.member, day)
    return Gathered(
        period,
        census,
        _people(conn, read.syncs, period.zone),
        newcomers.workshops(_groups(conn, read, period)),
        basis,
        _out(conn, read, period, (*machines, *sorted(census.machines))),
        read.undated,
        read.still_open,
        purged,
        paid is not None,
    )


# --- sessions ---------------------------------------------------------------------------------


def _sessions(
    conn: sqlite3.Connection, read: _Read, census: Census, period: Period, paid: Mapping[str, Paid]
) -> None:
    """Counts every session that ended in the period; what people decided of one is laid on it."""
    purposes, lengths = _decided(conn)
    from_s, to_s = period.from_s, period.to_s
    ledger = Ledger(read.syncs)
    for usage in ledger.usages(read.starts(journal.entries(conn, kinds=KINDS))):
        if not usage.charged:
            continue  # a start that was taken back
        session = str(usage.session)
        seconds = lengths.get(session, usage.seconds)
        if from_s <= usage.started_s + seconds < to_s:
            read.undated += usage.dated is Dated.UNSYNCED
            census.add(usage, purposes.get(session, usage.purpose), seconds, paid.get(session, _UNPRICED))
    read.still_open = sum(one.start.wall_ms < to_s * 1000 for one in ledger.still_open())


def _decided(conn: sqlite3.Connection) -> tuple[dict[str, str], dict[str, int]]:
    """Purposes and lengths (seconds) that people wrote down afterwards; the last word counts."""
    purposes: dict[str, str] = {}
    lengths: dict[str, int] = {}
    for entry in journal.entries(conn, kinds=_DECIDED):
        match entry.body:
            case UsageMarked(session=session, purpose=purpose) if purpose:
                purposes[session] = purpose
            case UsageSettled(session=session, length_ms=length_ms):
                lengths[session] = length_ms // 1000
            case _:
                pass
    return purposes, lengths


# --- when it was open -------------------------------------------------------------------------


def _open(
    conn: sqlite3.Connection, charter: Charter, period: Period, came: list[Entry]
) -> tuple[Times, frozenset[Basis], bool]:
    """When the lab was open, by what that is known, and whether check-ins were purged within the period."""
    kept = [entry.at.wall_ms for entry in came if isinstance(entry.body, CheckedIn) and entry.at is not None]
    from_ms, to_ms = period.from_s * 1000, period.to_s * 1000
    gone_ms = min(kept, default=to_ms) if _purged(conn) else from_ms
    there = presence.offered(stays(came), to_ms, charter.stay_ms)
    planned = tuple(span for _, span in _planned(conn, charter, period))
    seen = any(from_ms <= at_ms < to_ms for at_ms in kept)
    spans: list[Span] = []
    basis: set[Basis] = set()
    for month in months(period.first, period.last):
        begin_ms, end_ms = (1000 * one for one in month.bounds(period.zone))
        whole = Span(begin_ms, min(end_ms, to_ms))
        if begin_ms >= to_ms:
            break
        if seen and begin_ms >= gone_ms:
            found, by = there, Basis.CHECK_INS
        elif planned:
            found, by = planned, Basis.PLANNED
        else:
            found, by = (whole,), Basis.ALWAYS
        basis.add(by)
        spans += _cut(found, whole)
    return Times(spans), frozenset(basis), gone_ms > from_ms


def _purged(conn: sqlite3.Connection) -> bool:
    """Whether check-ins were ever purged: what is left then begins with the oldest one."""
    found = (entry.body for entry in journal.entries(conn, kinds=(Purged.kind,)))
    return any(isinstance(one, Purged) and (not one.kinds or CheckedIn.kind in one.kinds) for one in found)


def _planned(conn: sqlite3.Connection, charter: Charter, period: Period) -> Iterator[tuple[Mode, Span]]:
    calendar = workshops.calendar(conn)
    whole = Span(period.from_s * 1000, period.to_s * 1000)
    for name, one in charter.openings.items():
        spans = hours.scheduled(
            one, calendar.get(name, ()), period.zone, whole.from_ms, max(whole.from_ms, whole.to_ms - 1)
        )
        yield from ((one.mode, span) for span in _cut(spans, whole))


def _cut(spans: Iterable[Span], whole: Span) -> Iterator[Span]:
    cut = (Span(max(one.from_ms, whole.from_ms), min(one.to_ms, whole.to_ms)) for one in spans)
    return (one for one in cut if one.from_ms < one.to_ms)


def _modes(
    conn: sqlite3.Connection, charter: Charter, period: Period, came: list[Entry]
) -> Mapping[Mode, Times]:
    whole = Span(period.from_s * 1000, period.to_s * 1000)
    there = presence.offered(stays(came), whole.to_ms, charter.stay_ms)
    planned = (one for one in _planned(conn, charter, period) if one[0] is not Mode.STAFFED)
    return by_openness([*planned, *((Mode.STAFFED, span) for span in _cut(there, whole))])


def _out(
    conn: sqlite3.Connection, read: _Read, period: Period, machines: Iterable[str]
) -> Mapping[MachineId, tuple[Stretch, ...]]:
    """When each machine could not be used, within the period."""
    from_ms, to_ms = period.from_s * 1000, period.to_s * 1000
    told = outages.told(conn, [MachineId(one) for one in dict.fromkeys(machines)], read.syncs)
    return {
        machine: downtime.within(downtime.stretches(said, to_ms), from_ms, to_ms)
        for machine, said in told.items()
    }


# --- people -----------------------------------------------------------------------------------


def _people(conn: sqlite3.Connection, syncs: Syncs, zone: ZoneInfo) -> People:
    """Every record of who may do what, in the order of the clocks, whichever gate it was made at."""
    people = People()
    found = [
        (settled(entry.id.origin, entry.at, syncs).wall_ms, str(entry.id), entry.body)
        for entry in journal.entries(conn, kinds=newcomers.KINDS)
        if entry.at is not None and entry.body is not None
    ]
    for wall_ms, record, body in sorted(found, key=lambda one: one[0]):
        people.tell(record, _day_of(wall_ms, zone), body)
    return people


def _groups(conn: sqlite3.Connection, read: _Read, period: Period) -> Iterator[Group]:
    """The machines that were opened for a group in the period, and started for it."""
    for entry in journal.entries(conn, kinds=(WorkshopOpened.kind,)):
        if isinstance(entry.body, WorkshopOpened) and entry.at is not None and str(entry.id) in read.held:
            at_ms = settled(entry.id.origin, entry.at, read.syncs).wall_ms
            if period.from_s * 1000 <= at_ms < period.to_s * 1000:
                yield Group(entry.body.leader, entry.body.people, at_ms, entry.body.until_ms)


def _day(entry: Entry, syncs: Syncs, zone: ZoneInfo) -> date | None:
    at: Moment | None = entry.at
    return None if at is None else _day_of(settled(entry.id.origin, at, syncs).wall_ms, zone)


def _day_of(wall_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(min(max(wall_ms // 1000, 0), 253_370_764_799), zone).date()
