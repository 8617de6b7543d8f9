"""What a person should know of the link: said once in the log, and kept for the doctor.

A broken link lasts for days and is tried each minute; a client that talks nonsense may do so a thousand
times a second. Neither may fill a card with its log.
"""

from __future__ import annotations

import logging

from fabgate.errors import StoreError
from fabgate.link.hooks import LastWord
from fabgate.model import Clock

log = logging.getLogger(__name__)
MOST_SORTS = 64  # of nonsense that are told apart
QUIET_MS = 180_000  # without a word of the hub for so long, it counts as not there


class Tidings:
    """How the link stands. Used by its thread."""

    def __init__(self, clock: Clock, word: LastWord) -> None:
        self._clock, self._word = clock, word
        self.heard_ms: int | None = None  # the last word of a hub, wall time
        self.refused = 0
        self.alarms: dict[str, str] = {}
        self.why = ""
        self.stopped = self.nobody = False
        self._connected = False
        self._heard_boot_ms: int | None = None
        self._sorts: set[tuple[str, str]] = set()
        self._ills: set[str] = set()

    @property
    def state(self) -> str:
        if self.stopped:
            return "stopped"
        if not self._connected:
            return "away"
        now_ms = self._clock.now().boot_ms
        heard = self._heard_boot_ms is not None and now_ms - self._heard_boot_ms < QUIET_MS
        return "linked" if heard and not self.nobody else "quiet"

    def connected(self) -> None:
        self._connected, self.why = True, ""

    def lost(self, why: str) -> None:
        if why != self.why:
            log.warning("event=link_lost why=%r", why)
        self._connected, self.why = False, why
        self._heard_boot_ms = None

    def heard(self) -> None:
        """A word of a hub that is there now."""
        at = self._clock.now()
        self.heard_ms, self._heard_boot_ms = at.wall_ms, at.boot_ms
        self._word.heard(at)

    def refuse(self, topic: str, why: str) -> None:
        """Something that nobody here can use: counted, and each sort of it told once. Its bytes never are."""
        self.refused += 1
        sort = (topic.rpartition("/")[2][:32], why)
        if sort not in self._sorts and len(self._sorts) < MOST_SORTS:
            self._sorts.add(sort)
            log.warning("event=message_refused what=%r why=%r", *sort)

    def alarm(self, alarm: str, what: str) -> None:
        """Something that a person must look at. It stays until the gate is started again."""
        if self.alarms.get(alarm) != what:
            log.critical("event=link_alarm alarm=%s what=%r", alarm, what)
        self.alarms[alarm] = what

    def ill(self, part: str, error: StoreError) -> None:
        """The store does not do what a part of the link needs; told once until it does."""
        if part not in self._ills:
            self._ills.add(part)
            log.error("event=link_waits part=%s error=%r", part, error.what)

    def well(self, part: str) -> None:
        self._ills.discard(part)
