"""A calendar in a file (iCalendar, RFC 5545) as the spans that opening hours are kept in.

Recurring events are written out one by one, in the lab's own time: a weekly evening stays at 17:00 when
the clocks change. The two libraries that do it are asked for when a calendar is read and never before: a
gate has no need of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from importlib import import_module
from math import prod
from typing import Any
from zoneinfo import ZoneInfo

from fabgate.errors import MissingExtra, UsageError

MOST_BYTES = 5_000_000
MOST_EVENTS = 5_000
MOST_DAYS = 3_660
_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_TIMES_A_DAY = 24
_DAY = timedelta(days=1)
Component = Any  # a part of a calendar, from a library that says nothing of types
# What the libraries raise for a file that is no calendar: they promise nothing about it.
_BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)


def spans(raw: bytes, zone: ZoneInfo, first: date, days: int) -> tuple[str, ...]:
    """The spans (`2026-11-24T17:00/2026-11-24T22:00`) of all events that touch `days` days from `first` on.

    Events that are cancelled are left out, as are those of no length. An event of whole days gives one
    span a day; times of no zone are the lab's; parts of a minute are left off. Raises UsageError for a
    file that is no calendar, or one that no lab keeps its hours in; and where the libraries miss.
    """
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"{days} days cannot be looked at", f"Take 1 to {MOST_DAYS}.")
    if len(raw) > MOST_BYTES:
        raise UsageError(f"the calendar is larger than {MOST_BYTES // 1_000_000} MB", "Export a part of it.")
    icalendar, recurring = _libraries()
    begin = datetime.combine(first, time(), zone)
    try:
        calendar = icalendar.Calendar.from_ical(raw)
        _check(calendar.walk("VEVENT"))
        found = recurring.of(calendar).between(begin, datetime.combine(first + _DAY * days, time(), zone))
        return tuple(sorted({span for event in found for span in _spans(event, zone, first, days)}))
    except UsageError:
        raise
    except _BROKEN as error:
        raise UsageError(
            f"this is no calendar that can be read: {_first_line(error)}",
            "Export it again as iCalendar (.ics), one calendar in one file.",
        ) from error


def closed_days(found: Iterable[str]) -> tuple[str, ...]:
    """The days that spans touch, as a file of rules has them: `2026-12-24..2027-01-02`, `2026-11-11`."""
    days = sorted({day for span in found for day in _days(span)})
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and runs[-1][1] == day - _DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return tuple(f"{one}" if one == last else f"{one}..{last}" for one, last in runs)


def _libraries() -> tuple[Any, Any]:
    try:
        return import_module("icalendar"), import_module("recurring_ical_events")
    except ImportError as error:
        raise MissingExtra(
            f"calendars are read by a library that is not here: {error.name}",
            "Install it into fabgate's own environment: pip install 'fabgate[calendar]'",
        ) from error


def _check(events: list[Component]) -> None:
    """Raises UsageError for what would take for ever, or whose time nobody can tell."""
    if len(events) > MOST_EVENTS:
        raise UsageError(
            f"{len(events)} events are no opening hours", "Export a calendar of the hours alone."
        )
    for event in events:
        for rule in _rules(event):
            times = prod(len(rule.get(part) or (0,)) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
            if times > _TIMES_A_DAY or _OFTEN & {str(word).upper() for word in rule.get("FREQ") or ()}:
                raise UsageError(
                    f"{_named(event)} comes again and again within a day", "Opening hours come once a day."
                )
        for at in (event.get("DTSTART"), event.get("DTEND")):
            zone = getattr(at, "params", {}).get("TZID")
            if zone and isinstance(at.dt, datetime) and at.dt.tzinfo is None:
                raise UsageError(
                    f"{_named(event)} is in a time zone that nobody knows: {zone}",
                    "Set the calendar to a zone such as Europe/Brussels, and export it again.",
                )


def _rules(event: Component) -> list[Component]:
    rules = event.get("RRULE") or []
    return rules if isinstance(rules, list) else [rules]


def _spans(event: Component, zone: ZoneInfo, first: date, days: int) -> Iterator[str]:
    """The spans of one event; of one of whole days those within the days that are looked at."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    begin, end = event.start, event.end
    if not isinstance(begin, datetime):
        day, after = max(begin, first), min(end, first + _DAY * days)
        while day < after:
            yield f"{day.isoformat()}T00:00/{(day + _DAY).isoformat()}T00:00"
            day += _DAY
        return
    local = [_local(at, zone) for at in (begin, end)]
    if local[0] < local[1]:
        yield "/".join(at.isoformat(timespec="minutes") for at in local)


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    """The wall clock of the lab; the second of two hours that bear one name is taken for the first."""
    there = at if at.tzinfo is None else at.astimezone(zone)
    return there.replace(tzinfo=None, second=0, microsecond=0, fold=0)


def _days(span: str) -> Iterator[date]:
    begin, end = (datetime.fromisoformat(part) for part in span.split("/"))
    day = begin.date()
    while datetime.combine(day, time()) < end:
        yield day
        day += _DAY


def _named(event: Component) -> str:
    return f"the event {str(event.get('SUMMARY', 'without a name'))[:60]!r}"


def _first_line(error: Exception) -> str:
    text = str(error).splitlines() or [type(error).__name__]
    return text[0][:160]
