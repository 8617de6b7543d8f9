"""What people at the hub ask of gates: said to the gate while it is good, and its answer written down.

A command is a record of the hub's own journal, so the command line and the daemon share nothing but
the books. None of them switches anything on (law 3), and one that comes too late does nothing.
"""

from __future__ import annotations

from collections import deque

from fabgate.hub.alarms import Alarm, Alarms
from fabgate.hub.books import HubBooks, HubPen
from fabgate.hub.gates import Gates, Live
from fabgate.link.port import Port
from fabgate.model import Moment, RecordId
from fabgate.records import Draft, GateAnswered, GateCommanded
from fabgate.wire.commands import Answer, Command
from fabgate.wire.topics import ANSWER, HUB, Topic, command

ANSWERED = 256  # answers that are known to be dealt with: they may come twice


class Commands:
    """The commands of this hub's epoch that nobody has answered yet."""

    def __init__(self, books: HubBooks, alarms: Alarms, gates: Gates, port: Port) -> None:
        self._books, self._alarms, self._gates, self._port = books, alarms, gates, port
        self._lab = books.identity.lab
        self._epoch = books.identity.origin.rpartition("/")[2]
        self.outdated = 0  # answers that nobody waited for any more
        self._read_to = 0
        self._asked: dict[str, GateCommanded] = {}
        self._said: set[str] = set()
        self._done: deque[str] = deque(maxlen=ANSWERED)

    def read(self) -> None:
        """Read what was asked since."""
        newest = self._books.last_seq()
        for record, asked in self._books.commands(self._read_to):
            self._asked[str(record)] = asked
        self._read_to = newest

    def turn(self, at: Moment) -> None:
        """Say what has not been said yet to gates that are there; forget what is too late."""
        for record, asked in list(self._asked.items()):
            if at.wall_ms > asked.until_ms:
                self._forget(record)
                continue
            live = self._gates.get(asked.gate)
            if record not in self._said and live is not None and live.talks:
                self._say(record, asked, live, at)

    def _say(self, record: str, asked: GateCommanded, live: Live, at: Moment) -> None:
        self._said.add(record)
        said = Command(
            asked.verb, live.instance or "-", asked.until_ms, asked.machine, asked.session, asked.by
        )
        self._port.publish(
            str(Topic(self._lab, live.name, command(asked.verb))),
            said.encode(),
            expiry_s=max(1, -(-(asked.until_ms - at.wall_ms) // 1000)),
            reply_to=str(Topic(self._lab, live.name, ANSWER)),
            correlation=record.encode(),
        )

    def answered(self, pen: HubPen, live: Live, answer: Answer, at: Moment) -> None:
        """A gate says what became of a command; only the one that was asked is believed."""
        asked = self._asked.get(answer.command)
        if asked is not None and asked.gate == live.name:
            pen.append(Draft(at, GateAnswered(live.name, answer.command, answer.answer)))
            self._forget(answer.command)
        elif answer.command not in self._done and not self._was_asked(RecordId.of(answer.command), live):
            self._alarms.tell(live.name, Alarm.UNASKED, f"an answer to {answer.command}")

    def _was_asked(self, record: RecordId, live: Live) -> bool:
        """Whether a hub of this lab asked it once: before it was started anew, or before a backup took the
        place of its books. What was asked in those it may not know any more, so it asks no further."""
        lab, asker, epoch = record.origin.split("/")
        if (lab, asker) != (self._lab, HUB):
            return False
        asked = self._books.command(record) if epoch == self._epoch else None
        known = epoch != self._epoch or (asked is not None and asked.gate == live.name)
        self.outdated += known
        return known

    def _forget(self, record: str) -> None:
        del self._asked[record]
        self._said.discard(record)
        self._done.append(record)
