"""How hours and days are written in a file of rules: "tue,thu 17:00-22:00", "2026-12-24..2027-01-02"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from fabgate.charter import Weekly
from fabgate.config.values import DAY, Kind, Unfit, items, nearest

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60
_WEEKLY = re.compile(
    r"(?P<days>[a-z]{1,12}(?: ?[,-] ?[a-z]{1,12}){0,6}) +(?P<from>\S{1,5}) ?- ?(?P<to>\S{1,5})"
)
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_EXAMPLE = '["tue,thu 17:00-22:00", "sat 10:00-18:00"]'


def _weekly(value: object) -> tuple[Weekly, ...]:
    return tuple(hours for one in items(value, _EXAMPLE) for hours in _one(one))


def _one(value: object) -> Iterator[Weekly]:
    """The hours of each day that a text names. Hours that end before they begin end on the next day."""
    found = _WEEKLY.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise Unfit(f"{_quoted(value)} are no weekly hours", f"Write days, then hours: {_EXAMPLE}.")
    begin, end = _minutes(found["from"]), _minutes(found["to"])
    if begin in (end, MIDNIGHT):
        raise Unfit(f"{found['from']}-{found['to']} are no hours", 'A whole day is "00:00-24:00".')
    for weekday in _weekdays(found["days"].replace(" ", "")):
        yield Weekly(weekday, begin, end if end > begin else end + MIDNIGHT)


def _weekdays(text: str) -> tuple[int, ...]:
    """The days that "mon-fri" or "tue,thu" means, Monday is 0; a range may go over the week's end."""
    days: dict[int, None] = {}
    for part in text.split(","):
        first, *last = (_weekday(word) for word in part.split("-"))
        if len(last) > 1:
            raise Unfit(f'"{part}" is no range of days', 'Write it as "mon-fri".')
        length = ((last[0] if last else first) - first) % 7
        days |= dict.fromkeys((first + step) % 7 for step in range(length + 1))
    return tuple(days)


def _weekday(word: str) -> int:
    if word not in DAYS:
        raise Unfit(f'"{word}" is no day of the week', nearest(word, DAYS))
    return DAYS.index(word)


def _minutes(text: str) -> int:
    """Minutes since midnight, up to and including 24:00."""
    found = _TIME.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else -1
    if not 0 <= minutes <= MIDNIGHT:
        raise Unfit(f'"{text}" is no time of day', "Write hours and minutes: 17:00.")
    return minutes


def _closed(value: object) -> tuple[tuple[str, str], ...]:
    return tuple(_days(one) for one in items(value, '["2026-12-25", "2026-12-24..2027-01-02"]'))


def _days(value: object) -> tuple[str, str]:
    """The first and the last day that a text names, ISO; both belong to it."""
    if not isinstance(value, str):
        only = DAY.read(value)
        return only.isoformat(), only.isoformat()
    first, dots, last = (part.strip() for part in value.partition(".."))
    begin: date = DAY.read(first)
    end = DAY.read(last) if dots else begin
    if end < begin:
        raise Unfit(f"{end} is before {begin}", "Write the first day first.")
    return begin.isoformat(), end.isoformat()


def _quoted(value: object) -> str:
    return f'"{value[:80]}"' if isinstance(value, str) else "these"


WEEKLY = Kind("list of weekly hours", _weekly)
CLOSED = Kind("list of days", _closed)
