"""A hub that the gate hears or does not hear: what it says goes through the gate's own ear for it.

The broker and the hub's own work are tried elsewhere; here it matters only when the gate heard last, and
who it was told is on site at another gate (R3, R12). Beside it stands what a pencil keeps of the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sponsorship_lab import Gate
from sponsorship_people import MINUTE, Now

from fabgate.link.hearing import Hearing
from fabgate.model import Moment
from fabgate.wire.present import Here, Present

NOTED = 10 * MINUTE  # how often a gate writes down when it heard its hub


@dataclass(frozen=True)
class Came:
    """Somebody who came to another gate, by its wall clock, and went again."""

    since: int
    out: int | None = None


class Hub:
    """What the hub knows, and the gate's ear, while there is a way between the two."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.up = True
        self.people: dict[str, Came] = {}
        self.heard: Now | None = None  # last, in this boot of the gate
        self._noted: Now | None = None
        self.boots()

    def boots(self) -> None:
        """The gate has begun anew: it knows of the hub what it wrote down."""
        self.heard = None
        self._word = self._gate.stage.hooks().word
        self._hearing = Hearing(self._word)
        self._hearing.open(self._gate.writer)

    def came(self, name: str, here: bool) -> None:
        """Somebody came to another gate, or went from it."""
        wall, before = self._gate.clock.now().wall_ms, self.people.get(name)
        if here:
            self.people[name] = Came(wall)
        elif before is not None and before.out is None:
            self.people[name] = replace(before, out=wall)

    def speaks(self) -> bool:
        """The gate hears it, if there is a way; whether it did."""
        if not self.up:
            return False
        at = self._gate.clock.now()
        here = tuple(Here(self._gate.id_of(name), one.since, one.out) for name, one in self.people.items())
        self._word.heard(at)
        self._hearing.take(Present("h1", here))
        self._hearing.turn(self._gate.writer)
        self._keep(at)
        return True

    def _keep(self, at: Moment) -> None:
        self.heard = self._gate.now()
        noted = self._noted
        if at.synced and (noted is None or abs(at.wall_ms - noted.wall) >= NOTED):
            self._noted = self.heard

    def now(self, now: Now) -> Now:
        """With how old the hub's last word is: by the clock that nobody sets, where it was in this boot; by
        the other one, where that was right then and is now; else nobody knows (R12)."""
        last = self.heard or self._noted
        age = None
        if last is not None and last.boot == now.boot:
            age = now.ms - last.ms
        elif last is not None and last.synced and now.synced:
            age = max(0, now.wall - last.wall)
        heard = self.heard is not None and now.ms - self.heard.ms <= 2 * MINUTE
        return replace(now, age=age, others=heard, joined=True)
