"""When a lab was really open in a month, by the check-ins of its keyholders, beside what was planned (R2).

A volunteer lab is open when somebody comes: reports follow what happened, not the calendar.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from fabgate.charter import Charter
from fabgate.model import MemberId, Status
from fabgate.records import CheckedIn, CheckedOut, Entry, MemberStatus
from fabgate.rules import hours
from fabgate.rules.hours import Span
from fabgate.rules.month import Month
from fabgate.rules.presence import Stay, offered
from fabgate.store import journal, workshops

_LAST_MS = 253_370_764_799_000  # as far as Python's dates go
_KINDS = {CheckedIn.kind, CheckedOut.kind, MemberStatus.kind}


@dataclass(frozen=True, slots=True)
class Offered:
    """A month: when a keyholder was there, and by opening what was planned; spans within the month.

    `until_ms` (wall): up to where it is known; a month that still runs is known until now.
    """

    month: Month
    spans: tuple[Span, ...]
    planned: Mapping[str, tuple[Span, ...]]
    until_ms: int


def hours_of(
    conn: sqlite3.Connection, charter: Charter, zone: ZoneInfo, month: Month, now_ms: int
) -> Offered:
    """What a month offered, from the records of these books; what was purged of them is not in it."""
    return reckoned(
        journal.entries(conn, kinds=_KINDS), workshops.calendar(conn), charter, zone, month, now_ms
    )


def reckoned(
    entries: Iterable[Entry],
    calendar: Mapping[str, Sequence[str]],
    charter: Charter,
    zone: ZoneInfo,
    month: Month,
    now_ms: int,
) -> Offered:
    """The same from these records; `calendar`: spans as texts by opening."""
    first_ms, next_ms = (second * 1000 for second in month.bounds(zone))
    until_ms = max(first_ms, min(next_ms, now_ms))
    there = offered(stays(entries), until_ms, charter.stay_ms)
    planned = {
        name: hours.scheduled(one, calendar.get(name, ()), zone, first_ms, next_ms - 1)
        for name, one in charter.openings.items()
        if one.weekly or calendar.get(name)
    }
    within = {name: _within(spans, first_ms, next_ms) for name, spans in planned.items()}
    return Offered(month, _within(there, first_ms, until_ms), within, until_ms)


def stays(entries: Iterable[Entry]) -> Iterator[Stay]:
    """Each check-in and what ended it, with the status that the member had when they came.

    The books of a hub come gate by gate; what happened is told in the order of the wall clocks. Who
    taps at a second place while checked in is there twice, and one check-out ends both.
    """
    status: dict[MemberId, Status] = {}
    here: dict[MemberId, list[Stay]] = {}
    for wall_ms, body in sorted(_dated(entries), key=lambda one: one[0]):
        member = MemberId(body.member)
        match body:
            case MemberStatus():
                status[member] = _status(body.status)
            case CheckedIn():
                keyholder = status.get(member) is Status.AUTONOMOUS
                here.setdefault(member, []).append(Stay(member, keyholder, wall_ms))
            case CheckedOut():
                yield from (replace(one, out_ms=wall_ms) for one in here.pop(member, ()))
    yield from (one for several in here.values() for one in several)


def by_day(spans: Iterable[Span], zone: ZoneInfo) -> dict[date, list[tuple[datetime, datetime]]]:
    """The spans by the lab's day that they begin on, as local times; a night goes on past midnight."""
    days: dict[date, list[tuple[datetime, datetime]]] = {}
    for span in spans:
        begin, end = (_local(ms, zone) for ms in (span.from_ms, span.to_ms))
        days.setdefault(begin.date(), []).append((begin, end))
    return days


def length_ms(spans: Iterable[Span]) -> int:
    return sum(span.to_ms - span.from_ms for span in spans)


def _dated(entries: Iterable[Entry]) -> Iterator[tuple[int, CheckedIn | CheckedOut | MemberStatus]]:
    for entry in entries:
        if entry.at is not None and isinstance(entry.body, CheckedIn | CheckedOut | MemberStatus):
            yield entry.at.wall_ms, entry.body


def _status(word: str) -> Status:
    """A word that only a later version knows makes no keyholder."""
    return Status.of(word) if word.upper() in Status.__members__ else Status.TRAINEE


def _within(spans: Iterable[Span], first_ms: int, next_ms: int) -> tuple[Span, ...]:
    cut = (Span(max(one.from_ms, first_ms), min(one.to_ms, next_ms)) for one in spans)
    return tuple(one for one in cut if one.from_ms < one.to_ms)


def _local(ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(min(max(ms, 0), _LAST_MS) / 1000, zone)
