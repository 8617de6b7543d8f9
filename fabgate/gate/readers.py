"""A reader's edge: from a UID to a token. No UID goes further than this file (law 12)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fabgate.devices.protocols import Clock, Left, Reader, Refused, Sighting
from fabgate.errors import DeviceError
from fabgate.events import BadgeGone, BadgeSeen, BadgeUnfit, Event, Mended, Troubled
from fabgate.model import MachineId, Trouble
from fabgate.store.keys import Keys

log = logging.getLogger(__name__)


class ReaderEdge:
    """One reader of one machine, turned by its thread or by a rehearsal."""

    def __init__(
        self, machine: MachineId, reader: Reader, keys: Keys, clock: Clock, post: Callable[[Event], None]
    ) -> None:
        self.machine, self._reader = machine, reader
        self._keys, self._clock, self._post = keys, clock, post
        self.blind = False

    def turn(self, timeout_s: float) -> None:
        """Wait for badges for at most `timeout_s` seconds and post what came; a dead reader is told once."""
        try:
            if self.blind:
                self._reader.revive()
                self.blind = False
                self._post(Mended(self.machine, Trouble.READER, self._clock.now()))
            sightings = self._reader.wait(timeout_s)
        except DeviceError as error:
            self._went_blind(error)
            return
        for sighting in sightings:
            self._post(self._event(sighting))

    def _went_blind(self, error: DeviceError) -> None:
        if not self.blind:
            log.error("event=reader_blind machine=%s error=%r", self.machine, error.what)
            self.blind = True
            self._post(Troubled(self.machine, Trouble.READER, self._clock.now()))

    def _event(self, sighting: Sighting) -> BadgeSeen | BadgeGone | BadgeUnfit:
        if isinstance(sighting, Refused):
            return BadgeUnfit(self.machine, sighting.code, self._clock.now())
        token, *older = self._keys.tokens(sighting.uid)
        at = self._clock.now()
        if isinstance(sighting, Left):
            return BadgeGone(self.machine, token, at)
        return BadgeSeen(self.machine, token, at, tuple(older), sighting.fresh)
