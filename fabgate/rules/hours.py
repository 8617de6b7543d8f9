"""Whether a lab is open for somebody: opening modes, weekly hours, calendars, keyholders (R2).

Hours are wall hours where the lab is. A time that the clocks skip is read with the offset from before,
and of a time that comes twice the first is meant (RFC 5545, 3.3.5): a night from 22:00 to 02:30 is an
hour shorter in spring. A night belongs to the day on which it begins: it goes on into a closed day,
and the evening of a closed day does not go on into the next.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import assert_never

from fabgate.charter import Mode, Opening
from fabgate.model import Closed, Code, Level, Status

AHEAD = timedelta(days=14)
"""How far one looks for the next opening."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
_DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Wall time from `from_ms` up to but not including `to_ms`."""

    from_ms: int
    to_ms: int

    def holds(self, at_ms: int) -> bool:
        return self.from_ms <= at_ms < self.to_ms


def span(text: str, zone: tzinfo) -> Span:
    """The span that a text like `2026-11-24T17:00/2026-11-24T22:00` means in `zone`. Raises ValueError."""
    begin, _, finish = text.partition("/")
    ends = datetime.fromisoformat(begin), datetime.fromisoformat(finish)
    if "/".join(one.isoformat(timespec="minutes") for one in ends) != text or any(one.tzinfo for one in ends):
        raise ValueError(f"not a span in the lab's own time: {text!r}")
    found = Span(*(_ms(one, zone) for one in ends))
    if found.to_ms <= found.from_ms:
        raise ValueError(f"a span that ends before it begins: {text!r}")
    return found


def spans(texts: Iterable[str], zone: tzinfo) -> tuple[Span, ...]:
    """The spans of a calendar, by their begin. A text that cannot be read opens nothing."""
    return tuple(sorted(_readable(texts, zone)))


def merged(found: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans that neither touch nor overlap, in order."""
    whole: list[Span] = []
    for one in sorted(found):
        if whole and one.from_ms <= whole[-1].to_ms:
            whole[-1] = Span(whole[-1].from_ms, max(whole[-1].to_ms, one.to_ms))
        elif one.from_ms < one.to_ms:
            whole.append(one)
    return tuple(whole)


def scheduled(
    opening: Opening, texts: Sequence[str], zone: tzinfo, from_ms: int, to_ms: int
) -> tuple[Span, ...]:
    """The weekly and calendar spans of an opening that touch a stretch of time, merged.

    Days that the charter closes take the weekly hours away and every span of a calendar that begins
    on them: whoever opens on such a day takes the day out of the charter.
    """
    first, last = _local(from_ms, zone).date(), _local(to_ms, zone).date()
    found = (*_weekly(opening, zone, first, last), *_calendar(opening, texts, zone, first, last))
    return merged(one for one in found if one.to_ms > from_ms and one.from_ms <= to_ms)


def of_door(openings: Sequence[Opening]) -> Sequence[Opening]:
    """The openings of a door: one that names none is open while the lab is staffed (R1)."""
    return openings or (Opening("", Mode.STAFFED),)


def closed(
    openings: Sequence[Opening],
    calendar: Mapping[str, Sequence[str]],
    zone: tzinfo,
    at_ms: int,
    *,
    status: Status,
    level: Level,
    subscribed: bool,
    staffed: bool,
    synced: bool = True,
) -> Closed | None:
    """Why these are no hours for somebody; None where they are let in (R2).

    `calendar`: spans as texts by opening; `subscribed`: a subscription of theirs counts; `staffed`: a
    keyholder is checked in. No opening at all is always open; of several, one that is open will do.
    Where all are shut, the answer is the one that helps most: the hour at which the first opens by
    itself, else that a keyholder has to come, else that a subscription is needed, else that they are
    closed and nobody knows until when.

    `synced` is False where nobody knows the time: hours then refuse nobody who is autonomous, in the
    lab or on the machine (see `unasked`); all that is no matter of hours is asked as ever.
    """
    timed = synced or not _autonomous(status, level)
    shut = [
        _closed(one, calendar.get(one.id, ()), zone, at_ms, status, subscribed, staffed, timed)
        for one in openings
    ]
    known = [one for one in shut if one is not None]
    return min(known, key=_help) if known and len(known) == len(shut) else None


def closes_ms(
    openings: Sequence[Opening],
    calendar: Mapping[str, Sequence[str]],
    zone: tzinfo,
    at_ms: int,
    *,
    status: Status,
    subscribed: bool,
    staffed: bool,
) -> int | None:
    """When (wall) the hours are over that let somebody in now; None where no hours end it.

    Hours that follow each other without a gap, of one opening or of several, are one stretch: whoever
    came in by the first may stay for the next. Looks `AHEAD` at most, a day at a time.
    """
    timed: list[tuple[Opening, Sequence[str]]] = []
    for one in openings:
        texts = calendar.get(one.id, ())
        match _let_in(one, texts, status, subscribed, staffed):
            case _Let.ALWAYS:
                return None
            case _Let.IN_ITS_HOURS:
                timed.append((one, texts))
            case Closed():
                pass
    end_ms = at_ms
    while end_ms - at_ms < AHEAD // _MILLISECOND:
        on = (span for one, texts in timed for span in scheduled(one, texts, zone, end_ms, end_ms))
        later_ms = max((one.to_ms for one in on), default=end_ms)
        if later_ms == end_ms:
            return None if end_ms == at_ms else end_ms
        end_ms = later_ms
    return None


def unasked(openings: Sequence[Opening], *, status: Status, level: Level, synced: bool) -> bool:
    """Whether somebody is let in without a look at the hours, since nobody knows the time: on record then."""
    return bool(openings) and not synced and _autonomous(status, level)


def _autonomous(status: Status, level: Level) -> bool:
    return status is Status.AUTONOMOUS or level >= Level.AUTONOMOUS


class _Let(enum.Enum):
    """How an opening lets somebody in."""

    ALWAYS = enum.auto()
    IN_ITS_HOURS = enum.auto()


def _closed(
    opening: Opening,
    texts: Sequence[str],
    zone: tzinfo,
    at_ms: int,
    status: Status,
    subscribed: bool,
    staffed: bool,
    timed: bool,
) -> Closed | None:
    let = _let_in(opening, texts, status, subscribed, staffed)
    if isinstance(let, Closed):
        return let
    return _at_the_hours(opening, texts, zone, at_ms) if timed and let is _Let.IN_ITS_HOURS else None


def _let_in(
    opening: Opening, texts: Sequence[str], status: Status, subscribed: bool, staffed: bool
) -> _Let | Closed:
    """Whether an opening is for somebody at all, and whether its hours matter."""
    match opening.mode:
        case Mode.STAFFED:
            return _Let.ALWAYS if staffed or status is Status.AUTONOMOUS else Closed(Code.NOBODY_STAFFS)
        case Mode.SEMI_OPEN if status is Status.AUTONOMOUS:
            return _Let.ALWAYS
        case Mode.PRIVATE if status <= Status.GUEST:
            return Closed(Code.CLOSED_NOW)
        case Mode.SUBSCRIPTION if not subscribed:
            return Closed(Code.NOT_SUBSCRIBED)
        case Mode.SUBSCRIPTION if not opening.weekly and not texts:
            return _Let.ALWAYS
        case Mode.PUBLIC | Mode.SEMI_OPEN | Mode.PRIVATE | Mode.SUBSCRIPTION:
            return _Let.IN_ITS_HOURS
        case _:
            assert_never(opening.mode)


def _at_the_hours(opening: Opening, texts: Sequence[str], zone: tzinfo, at_ms: int) -> Closed | None:
    """Who comes while it is open waits for one day to be read, not for all that lie ahead."""
    if any(one.holds(at_ms) for one in scheduled(opening, texts, zone, at_ms, at_ms)):
        return None
    ahead = scheduled(opening, texts, zone, at_ms, at_ms + AHEAD // _MILLISECOND)
    return Closed(Code.CLOSED_NOW, ahead[0].from_ms if ahead else None)


def _help(shut: Closed) -> tuple[int, int]:
    if shut.opens_ms is not None:
        return 0, shut.opens_ms
    order = (Code.NOBODY_STAFFS, Code.NOT_SUBSCRIBED, Code.CLOSED_NOW)
    return 1 + order.index(shut.code), 0


def _weekly(opening: Opening, zone: tzinfo, first: date, last: date) -> Iterator[Span]:
    """The weekly spans that begin between two days, and those from days before that reach into them."""
    longest = max((one.to_min for one in opening.weekly), default=0)
    day = first - _DAY * (longest // _DAY_MIN)
    while day <= last:
        midnight = datetime.combine(day, time())
        for one in opening.weekly:
            if one.weekday == day.weekday() and not _shut(opening, day):
                begin, finish = (midnight + timedelta(minutes=at) for at in (one.from_min, one.to_min))
                yield Span(_ms(begin, zone), _ms(finish, zone))
        day += _DAY


def _calendar(
    opening: Opening, texts: Sequence[str], zone: tzinfo, first: date, last: date
) -> Iterator[Span]:
    """Only what lies near is read: a calendar may hold years, and a tap waits for the answer."""
    since, until = first.isoformat(), (last + _DAY).isoformat()
    near = (text for text in texts if text < until and text.partition("/")[2] >= since)
    for one in _readable(near, zone):
        if not _shut(opening, _local(one.from_ms, zone).date()):
            yield one


def _readable(texts: Iterable[str], zone: tzinfo) -> Iterator[Span]:
    for text in texts:
        try:
            yield span(text, zone)
        except ValueError:
            continue


def _shut(opening: Opening, day: date) -> bool:
    on = day.isoformat()
    return any(begin <= on <= finish for begin, finish in opening.closed)


def _local(ms: int, zone: tzinfo) -> datetime:
    return (_EPOCH + ms * _MILLISECOND).astimezone(zone)


def _ms(local: datetime, zone: tzinfo) -> int:
    """Two moments of one zone are never subtracted as they are: that gives the difference of their labels."""
    return (local.replace(tzinfo=zone).astimezone(UTC) - _EPOCH) // _MILLISECOND
