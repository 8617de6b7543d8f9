"""Refusals for the journal: the first at once, the same one within a minute only counted.

A person who taps ten times in anger, or a child with a bus card, fills no disk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fabgate.events import Refuse
from fabgate.model import Code, MachineId, Moment, Token
from fabgate.records import Draft, Refused

MINUTE_MS = 60_000
Same = tuple[MachineId, Code, Token]


@dataclass(frozen=True, slots=True)
class Counted:
    """How often one refusal was repeated since its first, and when last."""

    since_ms: int
    last: Moment
    body: Refused
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """The refusals of the last minute."""

    counted: tuple[tuple[Same, Counted], ...] = ()

    def add(self, refusal: Refuse) -> tuple[Tally, Draft | None]:
        """The tally with this refusal, and the record to write now if it is the first of its minute."""
        same = (refusal.machine, refusal.code, refusal.token)
        known = dict(self.counted)
        if same in known:
            known[same] = replace(known[same], last=refusal.at, repeats=known[same].repeats + 1)
            return Tally(tuple(known.items())), None
        body = Refused(refusal.machine, refusal.code, refusal.token, refusal.member)
        known[same] = Counted(refusal.at.boot_ms, refusal.at, body)
        return Tally(tuple(known.items())), Draft(refusal.at, body)

    def due(self, now_ms: int | None) -> tuple[Tally, tuple[Draft, ...]]:
        """The tally without the minutes that are over (None: all), and the repeats to write."""
        if not self.counted:
            return self, ()
        over = [c for _, c in self.counted if now_ms is None or now_ms - c.since_ms >= MINUTE_MS]
        kept = tuple((same, c) for same, c in self.counted if c not in over)
        drafts = tuple(Draft(c.last, replace(c.body, count=c.repeats)) for c in over if c.repeats)
        return Tally(kept), drafts

    def wake_ms(self) -> int | None:
        """When the next minute is over."""
        return min((c.since_ms + MINUTE_MS for _, c in self.counted), default=None)
