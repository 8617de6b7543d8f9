"""The roster on its way to the gates: pages of rights, in the order in which the hub came to know them.

Each gate has a cursor. Pages go out ahead of it, a window of them, and what the gate says that it
has moves it: forward as an acknowledgement, back where a page was lost. A gate that says nothing for
too long is told again from where it was known to be.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace

from fabgate.hub.alarms import Alarm, Alarms
from fabgate.hub.books import HubBooks
from fabgate.hub.gates import Gates, Live
from fabgate.link.port import Port
from fabgate.model import Moment, Origin
from fabgate.store import rights
from fabgate.wire.forms import FULL, MOST
from fabgate.wire.roster import Need, Page, Right
from fabgate.wire.topics import HUB, ROSTER, Topic

WINDOW = 8  # pages on their way that the gate has not acknowledged
AGAIN_MS = 5_000
LONGEST_MS = 60_000


@dataclass(slots=True)
class Cursor:
    """How far a gate has the roster: `has` as it said, `sent` as it was told; the pages between."""

    has: int
    sent: int
    but: Origin | None
    under_way: deque[int] = field(default_factory=deque)
    wait_ms: int = AGAIN_MS
    due_ms: int = 0

    def rewind(self, arrived: int) -> None:
        self.has = self.sent = arrived
        self.under_way.clear()

    def move(self, arrived: int, at: Moment) -> None:
        """The gate has everything up to here: it got on, or it asks once more for what it did not get."""
        if arrived <= self.has or arrived > self.sent:
            self.rewind(arrived)
            return
        self.has, self.wait_ms = arrived, AGAIN_MS
        while self.under_way and self.under_way[0] <= arrived:
            self.under_way.popleft()
        self.due_ms = at.boot_ms + self.wait_ms  # for the pages behind it, too


class Publisher:
    """Sends every gate that is there the rights that it lacks."""

    def __init__(self, books: HubBooks, alarms: Alarms, gates: Gates, port: Port) -> None:
        self._books, self._alarms, self._gates, self._port = books, alarms, gates, port
        self._lab = books.identity.lab
        self._epoch = books.identity.origin.rpartition("/")[2]
        self._cursors: dict[str, Cursor] = {}

    def forget(self) -> None:
        """Nothing is known of what the gates have: each says it when it is there again."""
        self._cursors.clear()

    def begin(self, live: Live) -> None:
        """A gate said what it has; its own present epoch it need not be told."""
        if live.info is None:
            return
        known = self._cursors.get(live.name)
        if known is not None and live.info.roster.hub == self._epoch:
            known.but = self._present(live)
            return  # it says so again: what is under way goes on, and what is lost it will ask for
        arrived = live.info.roster.arrived if live.info.roster.hub == self._epoch else 0
        arrived = min(arrived, self._books.newest_right())
        self._cursors[live.name] = Cursor(arrived, arrived, self._present(live))

    def _present(self, live: Live) -> Origin | None:
        """The epoch that a gate writes now."""
        if live.info is None or not live.info.origins:
            return None
        return Origin(f"{self._lab}/{live.name}/{live.info.origins[-1].epoch}")

    def needs(self, live: Live, need: Need, at: Moment) -> int | None:
        """A gate said how far it is; gives how far, None where it has nothing of this hub's epoch."""
        if live.name not in self._cursors:
            self.begin(live)
        cursor = self._cursors.get(live.name)
        if cursor is None:
            return None
        if need.hub != self._epoch:
            cursor.rewind(0)
            return None
        cursor.move(min(need.arrived, self._books.newest_right()), at)
        return cursor.has

    def turn(self, at: Moment) -> bool:
        """Send each gate its next page, if it may have one. True when there is more to send at once."""
        newest, more = self._books.newest_right(), False
        for live in self._gates:
            cursor = self._cursors.get(live.name)
            if cursor is None or not live.talks:
                continue
            if cursor.under_way and at.boot_ms >= cursor.due_ms:
                cursor.rewind(cursor.has)
                cursor.wait_ms = min(2 * cursor.wait_ms, LONGEST_MS)
            if cursor.sent < newest and len(cursor.under_way) < WINDOW:
                self._send(live, cursor, at)
                more = more or (cursor.sent < newest and len(cursor.under_way) < WINDOW)
        return more

    def _send(self, live: Live, cursor: Cursor, at: Moment) -> None:
        page, data = self._page(cursor)
        self._port.publish(str(Topic(self._lab, live.name, ROSTER)), data)
        if not cursor.under_way:
            cursor.due_ms = at.boot_ms + cursor.wait_ms
        cursor.under_way.append(page.upto)
        cursor.sent = page.upto

    def _page(self, cursor: Cursor) -> tuple[Page, bytes]:
        """The next page for a gate. A right that no reader would take is passed over and told of: the
        others must not wait for it."""
        for rows in (MOST, 1):
            stretch = self._books.rights_after(cursor.sent, rows, FULL, cursor.but)
            page = Page(
                hub=self._epoch,
                after=cursor.sent,
                upto=stretch.upto,
                end=stretch.end,
                needs=self._books.needs(),
                rights=tuple(_told(one) for one in stretch.rights),
            )
            with suppress(ValueError):
                return page, page.encode()
        self._alarms.tell(HUB, Alarm.UNSOUND, f"a right that cannot be handed on: {page.rights[0].record}")
        bare = replace(page, rights=())
        return bare, bare.encode()


def _told(one: rights.Right) -> Right:
    return Right(str(one.record), one.hash.hex(), one.body, rights.for_gate(one.beside))
