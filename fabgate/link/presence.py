"""What a gate says of itself: that it is there, what it is and has, and what each machine does.

All of it is retained by the broker and holds no person (law 12). Each is said anew on every connection,
because a broker may have forgotten it, and the state each minute: a hub counts the age of the last one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from fabgate import VERSION
from fabgate.config import Settings
from fabgate.errors import LinkError
from fabgate.link.joined import joined
from fabgate.link.port import Message, Port
from fabgate.link.tidings import Tidings
from fabgate.model import Clock, MachineRules
from fabgate.store import rights
from fabgate.store.keys import Keys
from fabgate.store.linked import Linked
from fabgate.wire.forms import Malformed
from fabgate.wire.marks import OriginMark, RosterMark
from fabgate.wire.presence import GateInfo, GateState, MachineInfo, MachineState
from fabgate.wire.presence import Presence as Word
from fabgate.wire.roster import FEATURES
from fabgate.wire.topics import INFO, STATE, Topic, machine_state

EVERY_MS = 60_000


def last_will(lab: str, gate: str, instance: str) -> tuple[str, bytes]:
    """Topic and payload of what the broker says for a gate that went without a word."""
    return str(Topic(lab, gate, STATE)), GateState("lost", instance, None, VERSION).encode()


class Presence:
    """Says it, where there is a connection. Used by the link's thread."""

    def __init__(self, settings: Settings, port: Port, clock: Clock, instance: str, tidings: Tidings) -> None:
        self._lab, self._gate = settings.lab.name, settings.gate.name
        self._port, self._clock, self._instance = port, clock, instance
        self._machines = tuple(_info(wired.rules) for wired in settings.machines.values())
        self._rules = settings.charter.digest
        self._shown: dict[str, tuple[object, ...]] = {}
        self._said_ms: int | None = None
        self._tidings, self._state = tidings, settings.gate.state
        self._echoed = False  # our own word has come back: what comes after it was said after it

    def forget(self) -> None:
        """A new connection: nothing is said yet."""
        self._shown.clear()
        self._said_ms = None

    def say(self, state: Word) -> None:
        at = self._clock.now()
        self._said_ms = at.boot_ms
        self._publish(STATE, GateState(state, self._instance, at, VERSION).encode())

    def hello(
        self, conn: sqlite3.Connection, origins: tuple[OriginMark, ...], linked: Linked, keys: Keys
    ) -> None:
        """Say what this gate is and has; the hub answers how far it has each of the origins."""
        mark = rights.mark(conn)
        info = GateInfo(
            instance=self._instance,
            version=VERSION,
            origins=origins,
            roster=RosterMark(linked.hub, linked.arrived, mark.records, mark.digest),
            keys=tuple(key.id for key in keys.live),
            machines=self._machines,
            features=tuple(sorted(FEATURES)),
            certificate=_fingerprint(self._state),
            rules=self._rules,
        )
        self._publish(INFO, info.encode())

    def show(self, states: Mapping[str, MachineState]) -> None:
        """Say what each machine does, where that is news."""
        for machine, state in states.items():
            news = (state.state, state.powered, state.busy, state.troubles)
            if self._shown.get(machine) != news:
                self._shown[machine] = news
                self._publish(machine_state(machine), state.encode())

    def turn(self) -> int:
        """Say each minute that it is still so. Gives the milliseconds until the next time."""
        now_ms = self._clock.now().boot_ms
        if self._said_ms is None or now_ms - self._said_ms >= EVERY_MS:
            self.say("ready")
            return EVERY_MS
        return self._said_ms + EVERY_MS - now_ms

    def heard(self, message: Message) -> str | None:
        """Something on this gate's own topic. Another run that speaks after this one did is another gate:
        the one that it replaced has gone, and its last will is no word of its own. Gives why not, if so."""
        state = GateState.decode(message.payload)
        if isinstance(state, Malformed):
            return state.why
        if state.instance == self._instance:
            self._echoed = True
        elif self._echoed and not message.retained and state.state == "ready":
            what = f"another gate speaks as {self._gate}: its files are on two machines; retire one of them"
            self._tidings.alarm("two_clients", what)
        return None

    def _publish(self, what: str, payload: bytes) -> None:
        self._port.publish(str(Topic(self._lab, self._gate, what)), payload, retain=True)


def _fingerprint(state: Path) -> str:
    """Of the certificate that is in use now: one that was renewed is told at the next hello."""
    try:
        found = joined(state)
    except LinkError:
        return ""
    return "" if found is None or found.certificate is None else found.certificate.fingerprint


def _info(rules: MachineRules) -> MachineInfo:
    return MachineInfo(
        machine=rules.machine,
        title=rules.title,
        skill=rules.skill,
        hold=rules.hold,
        limit_ms=rules.limit_ms,
        warning_ms=rules.warning_ms,
        sponsor_from=rules.sponsor_from.word,
        kind=rules.kind,
        metered=rules.metered,
        openings=rules.openings,
    )
