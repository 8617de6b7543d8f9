"""The lab's days: on which one an instant falls, and when a day of the books is dated."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_QUARTER_S = 900  # every zone's hours differ from UTC by whole quarters
_NOON = time(12)
_LAST_S = 253_370_764_799  # the end of 9998: beyond it Python has no dates


class Days:
    """The days of a zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    def of(self, at_s: int) -> date:
        """The day on which an instant (seconds since 1970, UTC) falls."""
        return _day(self.zone, at_s // _QUARTER_S)

    def noon(self, day: date) -> int:
        """Noon of a day, in seconds since 1970 (UTC): when something that was sold on it is dated."""
        return _noon(self.zone, day)


@lru_cache(maxsize=65_536)
def _day(zone: ZoneInfo, quarter: int) -> date:
    at_s = min(max(quarter * _QUARTER_S, 0), _LAST_S)
    return datetime.fromtimestamp(at_s, zone).date()


@lru_cache(maxsize=4096)
def _noon(zone: ZoneInfo, day: date) -> int:
    return int(datetime.combine(day, _NOON, zone).timestamp())


def months_on(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def month_of(day: date) -> str:
    """The month of a day as `2026-10`."""
    return f"{day.year:04}-{day.month:02}"


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
