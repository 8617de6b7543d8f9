"""What needs a person: counted while it goes on, written down once, told until somebody dealt with it."""

from __future__ import annotations

from enum import StrEnum

from fabgate.hub.books import HubPen
from fabgate.model import Moment
from fabgate.records import AlarmRaised, Draft

EVERY_MS = 1_000  # a flood of nonsense costs the disk one small commit a second
MOST = 2_000  # kinds of alarms of gates at a time; whoever invents more names is one alarm


class Alarm(StrEnum):
    """The kinds of alarms, and what each is about."""

    UNREADABLE = "unreadable"  # bytes that are no message of ours
    UNSOUND = "unsound"  # records that are not what their chain says, or no records
    DIFFERS = "differs"  # a record that is held with another content
    FORKED = "forked"  # the hub holds records that the gate does not have: its card is an old copy
    GAP = "gap"  # an epoch ended with records that never came
    UNINVITED = "uninvited"  # a certificate of ours that no invitation of these books made
    LATE = "late"  # a gate was first heard more than a day after it was invited
    RETIRED = "retired"  # a gate that was retired speaks
    MACHINE_TWICE = "machine_twice"  # two gates say that they have the same machine
    TWO_CLIENTS = "two_clients"  # two programs speak as one gate
    CALLED = "called"  # a machine calls people: a session that must not go on so, or a welded contactor
    CLOCK = "clock"  # a gate that trusts its clock has another time than the hub
    HUB_CLOCK = "hub_clock"  # the hub's own clock is not known to be right
    UNASKED = "unasked"  # rights or answers that nobody asked for
    RIGHTS_DIFFER = "rights_differ"  # a right that is known with another content
    KEY_DIFFERS = "key_differs"  # a badge key of a known name with another secret
    WIRE = "wire"  # a gate that speaks another wire
    BROKER = "broker"  # the broker refuses what the hub says
    RELOAD = "reload"  # the broker must hear of revoked certificates
    PAPERS = "papers"  # certificates of no use any more could not be revoked
    TOO_MANY = "too_many"  # more of something than a lab can have: gates, keys, epochs, machines, rights


class Alarms:
    """The alarms of one run, until they are written down."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], tuple[str, int]] = {}
        self._written: dict[tuple[str, str], tuple[str, int]] = {}
        self._next_ms = 0

    def tell(self, gate: str, alarm: str, what: str) -> None:
        """Something happened that a person must look at. `what` bears no name of a person."""
        if (gate, alarm) not in self._due and len(self._due) >= MOST:
            gate, alarm, what = "-", Alarm.TOO_MANY, "alarms of very many gates"
        self._due[gate, alarm] = what, self._due.get((gate, alarm), ("", 0))[1] + 1

    def is_due(self, at: Moment) -> bool:
        """Whether there is something to write down, and it may be written for its own sake."""
        return bool(self._due) and at.boot_ms >= self._next_ms

    def write(self, pen: HubPen, at: Moment) -> None:
        """Write all of them down, in whatever transaction there is."""
        self._written = dict(self._due)
        for (gate, alarm), (what, count) in self._due.items():
            if pen.put_alarm(gate, str(alarm), what, at.wall_ms, count):
                pen.append(Draft(at, AlarmRaised(gate, str(alarm), what)))

    def committed(self, at: Moment) -> None:
        """What was written is durable."""
        for key in self._written:
            del self._due[key]
        self._written = {}
        self._next_ms = at.boot_ms + EVERY_MS
