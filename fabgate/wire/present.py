"""Who is on site, as the hub has it from all gates and its own desk: told to each gate, and to nobody else.

It says of people where they are, so it is never retained: a broker keeps nothing of it, and who looks on
sees nothing of it. Random ids and times, no name (law 12).
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.wire.forms import OneLine
from fabgate.wire.kinds import Id, Ms, Name

MOST_HERE = 400  # people in a message: more ids of the longest sort would not fit


@dataclass(frozen=True, slots=True)
class Here:
    """A member who is checked in: since when, and until when that counts (wall time, UTC)."""

    member: Name
    since_ms: Ms
    until_ms: Ms


@dataclass(frozen=True, slots=True)
class Present(OneLine):
    """All who are checked in now, in the place of what was said before; `hub` is the hub's epoch."""

    hub: Id
    here: tuple[Here, ...]

    def flaw(self) -> str | None:
        return None if len(self.here) <= MOST_HERE else f"more than {MOST_HERE} people"
