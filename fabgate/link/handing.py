"""Handing in: a hub that began anew asks its gates for the rights that they hold, and gets them back.

Only what was made elsewhere goes this way: a gate's own records reach the hub in its journal, under the
chain that proves them. One page is under way at a time, and the next one follows when the broker has
taken it: nothing hurries here, and a lost connection costs one page.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

from fabgate.link.pace import Pace
from fabgate.link.port import Fate, Port
from fabgate.model import Clock
from fabgate.store import rights
from fabgate.store.slices import own_epochs
from fabgate.wire.forms import FULL, MOST
from fabgate.wire.roster import Page, Right
from fabgate.wire.topics import RIGHTS, Topic

log = logging.getLogger(__name__)


class Handing:
    """Sends the rights of others that this gate holds, when it was asked to. Used by the link's thread."""

    def __init__(self, lab: str, gate: str, port: Port, clock: Clock, chance: Callable[[], float]) -> None:
        self._topic = str(Topic(lab, gate, RIGHTS))
        self._port, self._clock = port, clock
        self._pace = Pace(chance)
        self._after: int | None = None  # None: nothing is to be handed in
        self._upto = 0
        self._number: int | None = None  # of the page that is under way
        self._last = False

    @property
    def busy(self) -> bool:
        return self._after is not None

    def begin(self) -> None:
        """Hand in all of it, from the first."""
        self._after, self._number = 0, None
        self._pace.rest()

    def lost(self) -> None:
        """The page that was under way goes again on the next connection."""
        self._number = None

    def drop(self) -> None:
        """Another hub is there now; it asks for itself."""
        self._after = self._number = None

    def delivered(self, number: int, fate: Fate) -> None:
        if number != self._number:
            return
        self._number = None
        if fate is not Fate.OK:
            self._pace.wait(self._clock.now().boot_ms)
            return
        self._pace.rest()
        self._after = None if self._last else self._upto

    def turn(self, conn: sqlite3.Connection) -> int | None:
        """Send the next page. Gives the milliseconds until there is something to do; None: nothing."""
        now_ms = self._clock.now().boot_ms
        if self._after is None or self._number is not None:
            return None
        if self._pace.is_waiting(now_ms):
            return (self._pace.due_ms or now_ms) - now_ms
        found = rights.after(conn, self._after, MOST, FULL)
        own = {origin for _, origin in own_epochs(conn)}
        lines = tuple(
            Right(str(right.record), right.hash.hex(), right.body, right.beside)
            for right in found.rights
            if right.record.origin not in own
        )
        epoch = own_epochs(conn)[-1][1].rpartition("/")[2]
        page = Page(epoch, self._after, found.upto, found.end, {}, lines)
        self._upto, self._last = found.upto, found.upto >= found.end
        try:
            said = page.encode()
        except ValueError as error:  # no message can carry it: the hub has to do without the rest
            log.critical("event=rights_not_handed_in after=%d error=%r", self._after, str(error))
            self.drop()
            return None
        self._number = self._port.publish(self._topic, said)
        return 0
