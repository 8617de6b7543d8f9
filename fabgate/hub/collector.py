"""Takes the journals of the gates into the books: verified, contiguous, each record exactly once (law 7).

Commit, then acknowledge: what `take` and `take_notes` found is said to the gate only when the
transaction that they ran in is durable. The acknowledgement is absolute: what the hub holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from fabgate.hub.alarms import Alarm, Alarms
from fabgate.hub.books import HubBooks, HubPen
from fabgate.hub.gates import Live
from fabgate.hub.limits import RIGHTS_A_DAY, Daily
from fabgate.link.port import Port
from fabgate.model import Moment, Origin
from fabgate.records import AlarmCalled, CheckedIn, CheckedOut, MachineLocked, Note, decode
from fabgate.store.heard import EPOCHS, Body, Broken, Differs, Gap, Held, Mark, NoteOf, Taken, TooMany
from fabgate.wire.journal import Ack, Batch, Blank, Notes
from fabgate.wire.presence import GateInfo
from fabgate.wire.topics import ACK, Topic

_KINDS = (CheckedIn, CheckedOut, AlarmCalled, MachineLocked)
_SEEN = tuple(f'{{"kind":"{body.kind}"' for body in _KINDS)


class Collector:
    """The receiving end of every gate's outbox."""

    def __init__(self, books: HubBooks, alarms: Alarms, port: Port) -> None:
        self._books, self._alarms, self._port = books, alarms, port
        self._lab = books.identity.lab
        self._epoch = books.identity.origin.rpartition("/")[2]
        self._rights = Daily(RIGHTS_A_DAY)
        self._due: dict[tuple[str, str], Mark | None] = {}  # gate and epoch: what to say of it

    def greet(self, live: Live, said: GateInfo) -> None:
        """A gate named its epochs: it is told what is held of each.

        That it names fewer records than are held means nothing: these may be words of an hour ago. A
        record with another hash is no such thing: its books are an old copy that went its own way.
        """
        for one in said.origins:
            held = self._books.hash_of(self._origin(live, one.epoch), one.seq) if one.seq else None
            if held is not None and held.hex() != one.hash:
                what = f"record {one.seq} of epoch {one.epoch} is another one at the gate than here"
                self._alarms.tell(live.name, Alarm.FORKED, what)
            self._due[live.name, one.epoch] = None

    def take(self, pen: HubPen, live: Live, batch: Batch, at: Moment) -> None:
        """A batch of records."""
        origin = self._origin(live, batch.epoch)
        bodies = [bytes.fromhex(one.hash) if isinstance(one, Blank) else one for one in batch.bodies]
        previous, last = bytes.fromhex(batch.previous), bytes.fromhex(batch.last)
        self._due[live.name, batch.epoch] = None
        match pen.take(origin, batch.first, bodies, previous, last):
            case Taken() as taken:
                self._tell(live, batch, taken, at)
                self._see(pen, live, bodies[-taken.records :], at)
            case Differs(seq):
                what = f"record {seq} of epoch {batch.epoch} is held with another content"
                self._alarms.tell(live.name, Alarm.DIFFERS, what)
            case Broken(why):
                self._alarms.tell(live.name, Alarm.UNSOUND, f"epoch {batch.epoch}: {why}")
            case TooMany():
                self._alarms.tell(live.name, Alarm.TOO_MANY, f"more than {EPOCHS} epochs")
            case Held() | Gap():
                pass

    def _see(self, pen: HubPen, live: Live, bodies: Sequence[Body], at: Moment) -> None:
        """Who came and went, and which machine calls people, by records that were verified when taken."""
        for body in bodies:
            if isinstance(body, str) and body.startswith(_SEEN):
                when, said = decode(body)
                match said:
                    case CheckedIn() | CheckedOut():
                        pen.put_presence(live.name, said, when, at.wall_ms)
                    case AlarmCalled(machine=machine, why=why):
                        self._alarms.tell(live.name, Alarm.CALLED, f"{machine} calls people: {why}")
                    case MachineLocked(machine=machine, cause="welded"):
                        self._alarms.tell(live.name, Alarm.CALLED, f"{machine}: a contactor is welded")
                    case _:
                        pass

    def _tell(self, live: Live, batch: Batch, taken: Taken, at: Moment) -> None:
        """What is worth a word of records that were taken."""
        if taken.forked:
            what = f"its books were an old copy; epoch {batch.epoch} goes on from there"
            self._alarms.tell(live.name, Alarm.FORKED, what)
        if taken.lacks is not None:
            self._alarms.tell(live.name, Alarm.GAP, taken.lacks)
        for what in taken.odd:
            self._alarms.tell(live.name, Alarm.RIGHTS_DIFFER, what)
        if taken.rights and self._rights.exceeded(live.name, at, taken.rights):
            self._alarms.tell(live.name, Alarm.TOO_MANY, f"more than {RIGHTS_A_DAY} rights in a day")

    def take_notes(self, pen: HubPen, live: Live, said: Notes) -> None:
        """The notes of records that are held."""
        notes = [NoteOf(one.seq, Note(one.kind, one.text)) for one in said.notes]
        pen.take_notes(self._origin(live, said.epoch), said.first, said.last, notes)
        self._due[live.name, said.epoch] = None

    def look(self, pen: HubPen) -> None:
        """See what is held now, at the end of a transaction."""
        for gate, epoch in self._due:
            self._due[gate, epoch] = pen.mark(Origin(f"{self._lab}/{gate}/{epoch}"))

    def acknowledge(self) -> None:
        """Tell the gates, once what was seen is durable."""
        for (gate, epoch), mark in self._due.items():
            if mark is not None:
                said = Ack(self._epoch, epoch, mark.seq, mark.hash.hex() if mark.seq else "", mark.noted)
                self._port.publish(str(Topic(self._lab, gate, ACK)), said.encode())
        self._due.clear()

    def _origin(self, live: Live, epoch: str) -> Origin:
        return Origin(f"{self._lab}/{live.name}/{epoch}")
