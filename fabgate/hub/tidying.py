"""What the hub's daemon does for its papers once an hour: certificates of no use any more are revoked."""

from __future__ import annotations

import logging

from fabgate.config import Settings
from fabgate.errors import LinkError, StoreBusy, StoreCorrupt, StoreError
from fabgate.hub import papers
from fabgate.hub.alarms import Alarm, Alarms
from fabgate.hub.books import HubBooks
from fabgate.model import Moment
from fabgate.wire.topics import HUB

log = logging.getLogger(__name__)
EVERY_MS = 3_600_000
AGAIN_MS = 60_000  # where somebody else writes just now


class Tidying:
    """Revokes, and tells by alarms whom it was about. Only by a clock that is right: by it things lapse."""

    def __init__(self, settings: Settings, books: HubBooks, alarms: Alarms) -> None:
        self._settings, self._books, self._alarms = settings, books, alarms
        self._due_ms = 0

    def turn(self, at: Moment) -> None:
        """Do what is due. Only StoreCorrupt ends the hub; all else is told, and tried again in an hour."""
        if not at.synced or at.boot_ms < self._due_ms:
            return
        self._due_ms = at.boot_ms + EVERY_MS
        try:
            with self._books.write():  # who makes certificates at a desk holds the same lock
                gone = papers.tidy(self._settings, self._books.gates(), at.wall_ms)
        except StoreCorrupt:
            raise
        except StoreBusy:
            self._due_ms = at.boot_ms + AGAIN_MS
            return
        except (LinkError, StoreError) as error:
            log.error("event=papers_not_tidied error=%r", error.what)
            self._alarms.tell(HUB, Alarm.PAPERS, f"certificates could not be revoked: {error.what}")
            return
        for gate in gone:
            log.info("event=certificates_revoked gate=%s", gate)
            self._alarms.tell(gate, Alarm.RELOAD, papers.TO_RELOAD)
