"""What a question about a badge or about who is here is asked under."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from fabgate.charter import Charter
from fabgate.model import Moment


@dataclass(frozen=True, slots=True)
class Asked:
    """The date, the lab's rules and zone, how fresh the rights are.

    `today_ms` (wall) is the date that everything is held against; `synced` says whether the clock was
    right. `roster_age_ms`: since the hub's last word, 0 where this gate is its own source, None where
    nobody knows. `linked`: the hub is there now, so that who is checked in elsewhere counts. `at`: now by
    the clock of this boot, by which a check-in of this boot is timed.
    """

    today_ms: int
    charter: Charter = field(default_factory=Charter)
    zone: tzinfo = UTC
    synced: bool = True
    roster_age_ms: int | None = 0
    linked: bool = True
    at: Moment | None = None
