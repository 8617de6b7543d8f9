"""From what one look at the field showed to what is told: who came, who is gone, what is refused.

A badge at the edge of the field is missed now and then, so a single miss is nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fabgate.badges.uid import Uid
from fabgate.devices.protocols import Appeared, Left, Refused, Sighting
from fabgate.model import Code

Thing = Uid | Code  # a badge, or why what is there is none
MISSES = 3  # in a row


@dataclass(frozen=True, slots=True)
class Missed:
    """How many looks in a row something was missing, and since when (s)."""

    times: int = 0
    since_s: float = 0.0


HERE = Missed()


class Sight:
    """What is at a reader that looks again and again. A badge has left after three misses in a row
    that lie at least `patience_s` apart, the first and the last."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._there: dict[Thing, Missed] = {}

    @property
    def badges(self) -> tuple[Uid, ...]:
        return tuple(thing for thing in self._there if isinstance(thing, Uid))

    @property
    def empty(self) -> bool:
        return not self._there

    def knows(self, thing: Thing) -> bool:
        return thing in self._there

    def forgive(self) -> None:
        """The reader did not see for a while: what it missed meanwhile does not count."""
        self._there = dict.fromkeys(self._there, HERE)

    def look(self, seen: Collection[Thing], at_s: float, *, fresh: bool) -> tuple[Sighting, ...]:
        """What is to be told after a look that showed `seen`; a badge that is new is told `fresh`."""
        gone = [thing for thing in self._there if thing not in seen and self._missed(thing, at_s)]
        for thing in gone:
            del self._there[thing]
        come = [thing for thing in seen if thing not in self._there]
        self._there |= dict.fromkeys(seen, HERE)
        left = tuple(Left(thing) for thing in gone if isinstance(thing, Uid))
        return left + tuple(
            Refused(thing) if isinstance(thing, Code) else Appeared(thing, fresh) for thing in come
        )

    def _missed(self, thing: Thing, at_s: float) -> bool:
        """Count a miss; whether that was the last that is borne."""
        before = self._there[thing]
        now = Missed(before.times + 1, before.since_s if before.times else at_s)
        self._there[thing] = now
        return now.times >= MISSES and at_s - now.since_s >= self._patience_s
