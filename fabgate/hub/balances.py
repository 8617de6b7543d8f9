"""How payers stand over all gates, told to all gates: as rights, so that each of them knows (law 3).

A gate takes its own use off by itself; what was used at the others, only the books know. So they are reckoned
here now and then, and told where it matters (`rules/balances.py`): the set of rights never shrinks. Of a
member who tops up each month that is some six records a month, of 400 bytes each; of one who pays nothing
before, none. Labs that have neither a minimum to start nor plans nor packs are told nothing, and nothing is
reckoned.
"""

from __future__ import annotations

import logging

from fabgate.config import Settings
from fabgate.errors import ChainBroken, DiskFull, StoreBusy
from fabgate.hub.books import HubBooks
from fabgate.model import Clock, Moment
from fabgate.rules import credit

log = logging.getLogger(__name__)
EVERY_MS = 600_000
REST = 50  # times as long as the reckoning took: a hub has other things to do
AGAIN_MS = 60_000  # where somebody else writes just now
SLICE = 32  # states in a transaction


class Balances:
    """Reckons and tells. `turn` costs little where nothing is due, or nothing has moved since."""

    def __init__(self, books: HubBooks, settings: Settings, clock: Clock) -> None:
        self._books, self._settings, self._clock = books, settings, clock
        self._tells = credit.tells(settings.tariff)
        self._due_ms = 0
        self._seen: tuple[int, int] | None = None

    def turn(self, at: Moment) -> None:
        """Do what is due, by a clock that is right only: plans and packs end on a day.

        A full disk and another writer are tried again; books that cannot be read are told, and end nothing.
        """
        if not self._tells or not at.synced or at.boot_ms < self._due_ms:
            return
        self._due_ms = at.boot_ms + EVERY_MS
        now = self._now(at)
        if now == self._seen:
            return
        try:
            self._tell(at)
        except (DiskFull, StoreBusy) as error:
            log.error("event=balances_not_told error=%r", error.what)
            self._due_ms = at.boot_ms + AGAIN_MS
        except ChainBroken as error:
            log.error("event=balances_not_reckoned error=%r", error.what)
        else:
            self._seen = self._now(at)
            took_ms = self._clock.now().boot_ms - at.boot_ms
            self._due_ms = at.boot_ms + max(EVERY_MS, REST * took_ms)

    def _now(self, at: Moment) -> tuple[int, int]:
        """What a balance can move by: what is in the books, and the day."""
        return self._books.version(), credit.day_of(at.wall_ms // 1000, self._settings.lab.zone).toordinal()

    def _tell(self, at: Moment) -> None:
        states = self._books.states(self._settings, at)
        for first in range(0, len(states), SLICE):
            with self._books.write() as pen:
                for one in states[first : first + SLICE]:
                    pen.tell_state(one, at)
        if states:
            log.info("event=balances_told payers=%d", len(states))
