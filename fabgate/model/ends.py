"""What ends a session, and how: the table of law 10, one row a cause.

What cuts at once, always, and what ends nothing, ever, is the same for every machine (`FIXED`); the
rest a machine sets for itself, and has safe words for it by its kind (`rules` of `config/`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from fabgate.model.codes import Why


class Ending(enum.StrEnum):
    """What a cause does to a running session (law 10).

    `now` opens the relay at once. `when_idle` warns, and opens it once the warning time is over and the
    machine does nothing; what its own member asks for waits for the machine only, not for the warning;
    where nothing tells what the machine does, time alone counts. `warn` tells the member and leaves the
    end to them or to the limit. `alarm` does so too, and calls people: sound, record, hub.
    """

    NOW = "now"
    WHEN_IDLE = "when_idle"
    WARN = "warn"
    ALARM = "alarm"


class Cause(enum.StrEnum):
    """What can happen to a running session: the rows of the table."""

    TAP = "tap"
    BADGE_GONE = "badge_gone"
    LIMIT = "limit"
    OVERRUN = "overrun"
    IDLE = "idle"
    TAKEOVER = "takeover"
    ALONE = "alone"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    LOCKED = "locked"
    CLOSING = "closing"
    LID = "lid"
    REMOTE = "remote"
    ESTOP = "estop"
    FEEDBACK = "feedback"
    READER = "reader"
    LEDGER = "ledger"
    STALE = "stale"


FIXED: Mapping[Cause, Ending] = {
    Cause.TAKEOVER: Ending.NOW,  # two taps, on a machine that is idle (or a manager's)
    Cause.REMOTE: Ending.NOW,  # a person said "now"
    Cause.ESTOP: Ending.NOW,
    Cause.FEEDBACK: Ending.NOW,
    Cause.READER: Ending.WARN,  # deny the next start, and end nothing
    Cause.LEDGER: Ending.WARN,
    Cause.STALE: Ending.WARN,
}


@dataclass(frozen=True, slots=True)
class Ends:
    """The rows that a machine sets for itself."""

    tap: Ending = Ending.NOW
    badge_gone: Ending = Ending.NOW
    limit: Ending = Ending.WHEN_IDLE
    overrun: Ending = Ending.ALARM
    idle: Ending = Ending.NOW
    alone: Ending = Ending.WARN
    revoked: Ending = Ending.WARN
    suspended: Ending = Ending.WARN
    locked: Ending = Ending.WARN
    closing: Ending = Ending.WARN
    lid: Ending = Ending.WARN

    def of(self, why: Why) -> Ending:
        """The ending for a cause; a blocked badge ends a session as a suspension does."""
        return self._row(_CAUSES[why])

    def looking_on(self) -> Ends:
        """The same for a gate that only looks on (`mode = "audit"`): it ends what its members end."""
        return Ends(tap=self.tap, badge_gone=self.badge_gone, **_ALL_WARN)

    def table(self) -> dict[Cause, Ending]:
        """Every row, those that no machine sets among them, in the order of `Cause`."""
        return {cause: self._row(cause) for cause in Cause}

    def _row(self, cause: Cause) -> Ending:
        return FIXED.get(cause) or getattr(self, cause)


_CAUSES: Mapping[Why, Cause] = {
    Why.OWN_TAP: Cause.TAP,
    Why.BADGE_GONE: Cause.BADGE_GONE,
    Why.LIMIT: Cause.LIMIT,
    Why.IDLE: Cause.IDLE,
    Why.TAKEOVER: Cause.TAKEOVER,
    Why.ALONE: Cause.ALONE,
    Why.REVOKED: Cause.REVOKED,
    Why.SUSPENDED: Cause.SUSPENDED,
    Why.BLOCKED: Cause.SUSPENDED,
    Why.LOCKED: Cause.LOCKED,
    Why.CLOSING: Cause.CLOSING,
    Why.LID: Cause.LID,
    Why.CLOSED: Cause.REMOTE,
    Why.ESTOP: Cause.ESTOP,
    Why.FAULT: Cause.FEEDBACK,
}
"""The row of each cause that can come upon a session; the others are how one ended, and no cause."""
_ALL_WARN: Mapping[str, Ending] = dict.fromkeys(
    ("limit", "overrun", "idle", "alone", "revoked", "suspended", "locked", "closing", "lid"), Ending.WARN
)
