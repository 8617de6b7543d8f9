"""What one gate may make the hub keep: far above what a lab brings about, and below what would fill it.

A gate that has a certificate is believed in what it writes down, so its records are not counted: a month
away is a long journal too, and a full disk is told of (law 7). What is bounded is all that costs more
than the gate itself had to keep, or that is handed on to every other gate.
"""

from __future__ import annotations

from fabgate.model import Moment
from fabgate.store.heard import EPOCHS
from fabgate.wire.presence import GateInfo

MACHINES = 64  # of one gate: a Pi has not so many pins
BOOTS_A_DAY = 100  # without a clock that is right: each is a record of the hub's own
RIGHTS_A_DAY = 20_000  # of one gate; more are taken and told of, for the set must be one everywhere
RIGHTS_HANDED = 200_000  # in answer to one question
DAY_MS = 86_400_000


def excess(said: GateInfo) -> str | None:
    """Why a gate's word of itself is too much to be taken; None where it is not."""
    if len(said.machines) > MACHINES:
        return f"more than {MACHINES} machines"
    return f"more than {EPOCHS} epochs" if len(said.origins) > EPOCHS else None


class Daily:
    """Counts something of each gate, from midnight to midnight of the hub's boot time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._day = -1
        self._counts: dict[str, int] = {}

    def exceeded(self, gate: str, at: Moment, more: int = 1) -> bool:
        """Count so many more; whether they are too many."""
        if at.boot_ms // DAY_MS != self._day:
            self._day = at.boot_ms // DAY_MS
            self._counts.clear()
        self._counts[gate] = self._counts.get(gate, 0) + more
        return self._counts[gate] > self._most
