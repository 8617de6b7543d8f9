"""Days as people write them, in the lab's zone: last days, hours of today, the day of coming of age."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fabgate.charter import Charter
from fabgate.errors import UsageError
from fabgate.rules import terms

_OLDEST_YEARS = 120
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_HOW = "Write it as 2027-01-31: year, month, day."


def day(text: str) -> date:
    """The day that is written as 2027-01-31, and in no other way. Raises UsageError."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day", _HOW, "day") from None


def end_of_day_ms(zone: ZoneInfo, text: str) -> int:
    """The last moment (wall time, UTC) of a day in the lab's zone. Raises UsageError for what is no day."""
    try:
        return _wall_ms(day(text) + timedelta(days=1), time(), zone) - 1
    except OverflowError:
        raise UsageError(f"{text!r} is no day", _HOW) from None


def moment_ms(zone: ZoneInfo, text: str, today_ms: int) -> int:
    """The moment (wall time, UTC) that is written as 17:00, which is today, or as 2027-01-31T17:00.

    Raises UsageError.
    """
    wrong = UsageError(f"{text!r} is no time", "Write it as 17:00, or as 2027-01-31T17:00.", "end")
    on, _, at = text.strip().replace(" ", "T").rpartition("T")
    if not _CLOCK.fullmatch(at):
        raise wrong
    try:
        clock = time.fromisoformat(at.zfill(5))
        return _wall_ms(day(on) if on else of(today_ms, zone), clock, zone)
    except (ValueError, OverflowError):
        raise wrong from None


def of(wall_ms: int, zone: ZoneInfo) -> date:
    """The day in the lab's zone that a wall time lies in."""
    at = datetime.fromtimestamp(min(max(wall_ms, 0), 253_370_764_799_000) / 1000, UTC)
    return at.astimezone(zone).date()


def later_ms(wall_ms: int, count: int, zone: ZoneInfo) -> int:
    """The same time of day so many days on, in the lab's zone."""
    at = datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone(zone) + timedelta(days=count)
    return round(at.timestamp() * 1000)


def comes_of_age(charter: Charter, born: str, today: date) -> str | None:
    """The day (ISO) on which somebody comes of age who was born on that day; None for an adult.

    Nothing else is kept of a birth date, and of adults nothing at all (law 12). Raises UsageError for
    a day to come, or one too long ago.
    """
    birth = day(born)
    if birth > today:
        raise UsageError(f"{born} is still to come: nobody was born then", _HOW)
    if birth.year < today.year - _OLDEST_YEARS:
        raise UsageError(f"{born} is over {_OLDEST_YEARS} years ago", _HOW)
    of_age = terms.of_age_on(birth, charter.majority_years)
    return of_age.isoformat() if of_age > today else None


def _wall_ms(on: date, at: time, zone: ZoneInfo) -> int:
    return round(datetime.combine(on, at, zone).timestamp() * 1000)
