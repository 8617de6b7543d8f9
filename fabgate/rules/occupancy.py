"""How much of the time that a lab was open its machines worked: spans of time, cut and added up.

Pure. Times are wall milliseconds (UTC).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import accumulate

from fabgate.charter import Mode
from fabgate.rules.downtime import Stretch
from fabgate.rules.hours import Span, merged

OPENNESS = (Mode.PUBLIC, Mode.SEMI_OPEN, Mode.STAFFED, Mode.PRIVATE, Mode.SUBSCRIPTION)
"""Of several openings at once, the one that lets in most people counts."""
CLOSED = "closed"
"""The mode of what was done at none of them."""


class Times:
    """Spans as one stretch of time that can be asked quickly, a hundred thousand times."""

    def __init__(self, spans: Iterable[Span]) -> None:
        whole = merged(spans)
        self._begin = [one.from_ms for one in whole]
        self._end = [one.to_ms for one in whole]
        self._before = [0, *accumulate(one.to_ms - one.from_ms for one in whole)]

    @property
    def length_ms(self) -> int:
        return self._before[-1]

    def holds(self, at_ms: int) -> bool:
        number = bisect_right(self._begin, at_ms)
        return number > 0 and at_ms < self._end[number - 1]

    def within_ms(self, from_ms: int, to_ms: int) -> int:
        """How much of it lies between two times."""
        return max(0, self._upto_ms(to_ms) - self._upto_ms(from_ms))

    def _upto_ms(self, at_ms: int) -> int:
        number = bisect_right(self._begin, at_ms)
        if number == 0:
            return 0
        last_ms = self._begin[number - 1], min(at_ms, self._end[number - 1])
        return self._before[number - 1] + last_ms[1] - last_ms[0]


def mode(open_: Mapping[Mode, Times], at_ms: int) -> str:
    """Under which opening mode a time falls: the most open of those that held then."""
    return next((one.value for one in OPENNESS if one in open_ and open_[one].holds(at_ms)), CLOSED)


def down_ms(offered: Times, stretches: Iterable[Stretch]) -> int:
    """How much of the offered time a machine was out of service."""
    out = merged(Span(one.from_ms, one.to_ms) for one in stretches)
    return sum(offered.within_ms(one.from_ms, one.to_ms) for one in out)


def hours(seconds: int) -> Decimal:
    """Whole seconds as hours to one decimal, half up."""
    return Decimal((seconds + 180) // 360).scaleb(-1)


def percent(part: int, whole: int) -> Decimal | None:
    """A share in per cent to one decimal, half up; None of nothing."""
    return Decimal((2_000 * part + whole) // (2 * whole)).scaleb(-1) if whole > 0 else None


def median(numbers: Iterable[int]) -> Decimal | None:
    """The one in the middle, or half way between the two; None of none."""
    found = sorted(numbers)
    if not found:
        return None
    middle = len(found) // 2
    if len(found) % 2:
        return Decimal(found[middle])
    both = found[middle - 1] + found[middle]
    return Decimal(both // 2) if both % 2 == 0 else Decimal(both * 5).scaleb(-1)
