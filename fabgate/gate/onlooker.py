"""What a wall beside the gate shows between two records: kept by a thread that nobody waits for.

A machine that waits for a sponsor, starts, or works idle stands in no books. A hub is told by the link, a
board on the gate's own computer by a small file (`link/glance.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fabgate.model import Clock
from fabgate.wire.presence import MachineState

if TYPE_CHECKING:
    from fabgate.link.glance import Glance

REST_S = 0.1


class Onlooker:
    """Used by one thread; `states` gives what each machine does now."""

    def __init__(self, state: Path, clock: Clock, states: Callable[[], Mapping[str, MachineState]]) -> None:
        self._state, self._clock, self._states = state, clock, states
        self._gate = str(state)
        self._glance: Glance | None = None
        self._told: Mapping[str, MachineState] = {}

    def turn(self) -> float:
        """Write down what is new; the seconds to rest."""
        glance = self._glance or self._begun()
        now, at = self._states(), self._clock.now()
        if now != self._told:
            self._told = now
            for machine, said in now.items():
                glance.heard(self._gate, machine, said, at)
        glance.turn(at)
        return REST_S

    def end(self) -> None:
        """The gate says nothing any more, and its board looks into the books alone."""
        if self._glance is not None:
            self._glance.end()

    def _begun(self) -> Glance:
        from fabgate.link.glance import Glance, alone  # in this thread: neither READY nor a tap waits for it

        self._gate = alone(self._state)
        self._glance = Glance(self._state)
        return self._glance
