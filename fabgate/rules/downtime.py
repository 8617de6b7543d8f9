"""When a machine could not be used, and why: reckoned from the records of its locks and its troubles.

Nothing is written for it. What overlaps counts once in the whole, and whole for each cause.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

LOCKED = "locked"
"""The cause of a lock that a person made; `oops` and `welded` are those that a machine makes itself."""


@dataclass(frozen=True, slots=True)
class Begun:
    """From `at_ms` (wall) on it was out of service, for `cause`; what `of` says when it is over."""

    at_ms: int
    of: str
    cause: str


@dataclass(frozen=True, slots=True)
class Over:
    """That is over at `at_ms` (wall)."""

    at_ms: int
    of: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Out of service for `cause` from `from_ms` up to `to_ms` (wall)."""

    cause: str
    from_ms: int
    to_ms: int

    @property
    def length_ms(self) -> int:
        return self.to_ms - self.from_ms


def stretches(told: Iterable[Begun | Over], now_ms: int) -> tuple[Stretch, ...]:
    """The stretches that these make, by their begin; what is not over lasts until `now_ms`.

    What begins again while it lasts, for another cause, is another stretch from there. A clock that was
    set back makes none of negative length.
    """
    going: dict[str, Begun] = {}
    done: list[Stretch] = []
    for one in told:
        before = going.get(one.of)
        match one:
            case Begun():
                if before is not None and before.cause == one.cause:
                    continue
                going[one.of] = one
            case Over():
                going.pop(one.of, None)
            case _ as never:
                assert_never(never)
        if before is not None:
            done.append(_stretch(before, one.at_ms))
    done += [_stretch(one, now_ms) for one in going.values()]
    return tuple(sorted(done, key=lambda one: (one.from_ms, one.to_ms, one.cause)))


def within(found: Iterable[Stretch], from_ms: int, to_ms: int) -> tuple[Stretch, ...]:
    """What of them lies between two times."""
    cut = (replace(one, from_ms=max(one.from_ms, from_ms), to_ms=min(one.to_ms, to_ms)) for one in found)
    return tuple(one for one in cut if one.length_ms > 0)


def whole_ms(found: Iterable[Stretch]) -> int:
    """How long it was out of service at all: what overlaps counts once."""
    whole, upto_ms = 0, 0
    for one in sorted(found, key=lambda one: one.from_ms):
        whole += max(0, one.to_ms - max(one.from_ms, upto_ms))
        upto_ms = max(upto_ms, one.to_ms)
    return whole


def by_cause(found: Iterable[Stretch]) -> dict[str, int]:
    """The milliseconds of each cause, the longest first; a cause that overlaps itself counts once."""
    several = list(found)
    causes = {one.cause for one in several}
    sums = {cause: whole_ms(one for one in several if one.cause == cause) for cause in causes}
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _stretch(begun: Begun, to_ms: int) -> Stretch:
    return Stretch(begun.cause, begun.at_ms, max(begun.at_ms, to_ms))
