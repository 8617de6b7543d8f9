"""A hub that began anew gets its rights back: each gate is asked once in each epoch of the hub.

What a gate wrote itself comes with its journal; it hands in what others wrote, the hub before this one
among them, and what it wrote itself on a card that is lost. The rights are a set, so nothing that was
revoked comes back by it: the revocation comes too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fabgate.hub.alarms import Alarm, Alarms
from fabgate.hub.books import HubBooks, HubPen
from fabgate.hub.gates import Gates, Live
from fabgate.hub.limits import RIGHTS_HANDED
from fabgate.model import Moment, RecordId
from fabgate.records import Draft, GateCommanded, RightsHanded
from fabgate.store import rights
from fabgate.wire.roster import Page, Right
from fabgate.wire.topics import HUB

VERB = "hand_in"
PATIENCE_MS = 600_000


@dataclass(slots=True)
class Asked:
    """A gate that was asked: which run of it, up to where its pages came, how many rights were new.

    `until_ms` of the boot: a page is waited for so long, then it is asked once more.
    """

    instance: str | None
    until_ms: int
    upto: int = 0
    new: int = 0


class Handing:
    """Who has handed in what in this epoch of the hub. The question itself is a command like any other."""

    def __init__(self, books: HubBooks, alarms: Alarms, gates: Gates) -> None:
        self._alarms, self._gates = alarms, gates
        self._lab = books.identity.lab
        self._epoch = books.identity.origin.rpartition("/")[2]
        self._books = books
        self._asked: dict[str, Asked] = {}
        self._before: frozenset[str] = frozenset()  # asked by runs of the hub before this one

    def open(self) -> None:
        self._before = self._books.asked(VERB)

    def due(self, at: Moment) -> list[Live]:
        """The gates that are there and have yet to be asked; one that began anew forgot the question."""
        return [
            live
            for live in self._gates
            if live.talks and live.row.handed != self._epoch and not self._is_asked(live, at)
        ]

    def _is_asked(self, live: Live, at: Moment) -> bool:
        asked = self._asked.get(live.name)
        return asked is not None and asked.instance == live.instance and at.boot_ms < asked.until_ms

    def ask(self, pen: HubPen, at: Moment) -> None:
        """Write the questions down; they go out as commands do."""
        for live in self.due(at):
            pen.append(Draft(at, GateCommanded(live.name, VERB, HUB, at.wall_ms + PATIENCE_MS)))
            self._asked[live.name] = Asked(live.instance, at.boot_ms + PATIENCE_MS)

    def take(self, pen: HubPen, live: Live, page: Page, at: Moment) -> None:
        """A page of rights from a gate."""
        asked = self._asked.get(live.name)
        if asked is None and live.name in self._before and live.row.handed != self._epoch:
            return  # an answer to the run before; this one asks for all of it anew
        if asked is None or live.row.handed == self._epoch:
            self._unasked(pen, live, page)
            return
        if page.after == 0:
            asked.upto = 0
        if page.after > asked.upto:  # one was lost on the way: it is asked for all of them once more
            asked.instance = None
            return
        for one in page.rights:
            asked.new += self._take_one(pen, live, one)
        asked.upto, asked.until_ms = page.upto, at.boot_ms + PATIENCE_MS
        too_many = asked.new > RIGHTS_HANDED
        if too_many:
            self._alarms.tell(live.name, Alarm.TOO_MANY, f"more than {RIGHTS_HANDED} rights handed in")
        if page.upto == page.end or too_many:
            pen.append(Draft(at, RightsHanded(live.name, asked.new)))
            live.row = replace(live.row, handed=self._epoch)
            live.dirty = True

    def _take_one(self, pen: HubPen, live: Live, one: Right) -> int:
        record = RecordId.of(one.record)
        if self._is_own(live, record):
            return 0  # they come with its journal, verified
        match pen.take_right(record, bytes.fromhex(one.hash), one.body, one.beside):
            case rights.Taken():
                return 1
            case rights.Differs():
                self._alarms.tell(live.name, Alarm.RIGHTS_DIFFER, f"{record} is known with another content")
            case rights.Unfit(why):
                self._alarms.tell(live.name, Alarm.UNSOUND, f"{record}: {why}")
            case rights.Known():
                pass
        return 0

    def _is_own(self, live: Live, record: RecordId) -> bool:
        """Whether the gate has the journal that this record stands in. Those of a lost card nobody has."""
        epochs = () if live.info is None else live.info.origins
        return record.origin in {f"{self._lab}/{live.name}/{one.epoch}" for one in epochs}

    def _unasked(self, pen: HubPen, live: Live, page: Page) -> None:
        """The last page may come twice; anything new that nobody asked for is refused."""
        if not all(pen.knows_right(RecordId.of(one.record)) for one in page.rights):
            self._alarms.tell(live.name, Alarm.UNASKED, "rights that nobody asked for")
