"""Who is on site, as the hub has it from all gates and its own desk: told to each gate, and to nobody else.

Who went is told for as long as their check-in would have counted: a gate where somebody stands beside a
trainee must hear that they left by another door.

It says of people where they are, so it is never retained: a broker keeps nothing of it, and who looks on
sees nothing of it. Random ids and times, no name (law 12).
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.wire.forms import OneLine
from fabgate.wire.kinds import Id, Ms, Name

MOST_HERE = 800  # people in a message


@dataclass(frozen=True, slots=True)
class Here:
    """A member who checked in, and when (wall time, UTC); `out_ms` once they went."""

    member: Name
    since_ms: Ms
    out_ms: Ms | None = None


@dataclass(frozen=True, slots=True)
class Present(OneLine):
    """All who came and went of late, in the place of what was said before; `hub` is the hub's epoch."""

    hub: Id
    here: tuple[Here, ...]

    def flaw(self) -> str | None:
        return None if len(self.here) <= MOST_HERE else f"more than {MOST_HERE} people"
