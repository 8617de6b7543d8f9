"""The gate's side of the protocol: what it says to its hub, and what it makes of the hub's word.

One thread owns it, and gives it the events of a port and a turn whenever it asks for one. Nothing that
comes in can end it: what cannot be read is refused, counted and told once, and a store that cannot be
asked or written is asked again. Nothing here switches power (law 3): rights, locks and ends go through
the store, where the gate finds them as it finds everything that the desk does.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import assert_never

from fabgate.config import Settings
from fabgate.errors import StoreError
from fabgate.link.handing import Handing
from fabgate.link.hearing import Hearing
from fabgate.link.hooks import Hooks
from fabgate.link.intake import Intake
from fabgate.link.keyring import KeyBox
from fabgate.link.orders import Deed, Done, Orders, stop
from fabgate.link.outbox import Outbox, Word
from fabgate.link.pace import Pace
from fabgate.link.port import Alarmed, Connected, Delivered, Fate, Lost, Message, Port, PortEvent
from fabgate.link.presence import Presence
from fabgate.link.status import LinkStatus, StatusFile
from fabgate.link.tidings import Tidings
from fabgate.model import Clock
from fabgate.store.db import Store, Writer
from fabgate.wire.commands import Answer, Command
from fabgate.wire.forms import Malformed
from fabgate.wire.journal import Ack
from fabgate.wire.presence import HubState
from fabgate.wire.present import Present
from fabgate.wire.roster import Keyring, Need, Page
from fabgate.wire.topics import ACK, ANSWER, HUB, KEYRING, KEYS, NEED, PRESENT, ROSTER, STATE, Topic, parse

log = logging.getLogger(__name__)
IDLE_S = 0.1  # how often the journal is looked at while nothing comes
AWAY_S = 1.0
REST_S = 0.008  # after a turn with work: at most 2 ms in 10 (FIGURES: a tap must not starve)
COMMITS = 32  # of pages, between two checkpoints


Work = Callable[[], int | None]
_NOBODY = ("", "")  # the hub said that it goes, or speaks what this gate does not
_Told = Ack | Page | Keyring | Present | Malformed
_FROM_HUB: Mapping[str, Callable[[bytes], _Told]] = {
    ACK: Ack.decode,
    ROSTER: Page.decode,
    KEYRING: Keyring.decode,
    PRESENT: Present.decode,
}


class GateLink:
    """One gate and its hub. `open`, then `handle` and `turn` in any order, then `close`: in one thread."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        clock: Clock,
        port: Port,
        hooks: Hooks,
        chance: Callable[[], float],
        instance: str | None = None,
    ) -> None:
        """`chance` gives 0 <= x < 1; `instance` names this run of the link, as the last will does."""
        self.instance = instance or secrets.token_hex(8)
        self._store, self._settings, self._clock, self._port = store, settings, clock, port
        self._hooks = hooks
        self.tidings = Tidings(clock, hooks.word)
        self._hearing = Hearing(hooks.word)
        self._lab, self._gate = settings.lab.name, settings.gate.name
        self._writer: Writer | None = None
        self._version = 0
        self._outbox = Outbox(self._lab, self._gate, port, clock, chance)
        self._intake = Intake(clock, chance, self._need, hooks.refuse)
        self._handing = Handing(self._lab, self._gate, port, clock, chance)
        self._presence = Presence(settings, port, clock, self.instance, self.tidings)
        self._keys = KeyBox(settings.gate.state, self._keys_changed, self.tidings)
        deeds: dict[str, Deed] = {
            "stop": lambda command: stop(self.writer, self._clock, command),
            "identify": self._identify,
            "refresh": lambda _: self._refresh(),
            "hand_in": lambda _: self._hand_in(),
        }
        self._orders = Orders(clock, self.instance, deeds, self._answer)
        self._hello = Pace(chance)
        self._parts: tuple[tuple[str, Work], ...] = (
            ("look", self._look),
            ("keys", self._keys.turn),
            ("intake", lambda: self._intake.turn(self.writer)),
            ("hearing", lambda: self._hearing.turn(self.writer)),
            ("handing", lambda: self._handing.turn(self.writer.conn)),
            ("outbox", self._send),
        )
        self._ills = {part: Pace(chance, 1_000) for part in (*(name for name, _ in self._parts), "tidy")}
        self._hub: HubState | None = None
        self._greeted: tuple[str, str] | None = None  # on this connection: which run of the hub
        self._status = StatusFile(settings.gate.state)

    @property
    def writer(self) -> Writer:
        assert self._writer is not None, "the link is not open"
        return self._writer

    def open(self) -> None:
        """To be called in the thread that does all the rest. Raises StoreError and its kin."""
        self._writer = self._store.writer()
        self._version = self.writer.data_version()
        self._intake.open(self.writer)
        self._hearing.open(self.writer)
        self._outbox.look(self.writer.conn)
        self._tell()

    def close(self) -> None:
        """Say that the gate stops, and let go of the store."""
        if self._port.connected:
            self._presence.say("stopping")
        self.tidings.stopped = True
        self._tell()
        if self._writer is not None:
            self._writer.close()

    # --- what comes in

    def handle(self, event: PortEvent) -> None:
        """Deal with one event of the port. Whatever came: nothing is raised for what it says."""
        match event:
            case Connected():
                self._connected()
            case Lost(why=why):
                self._lost(why)
            case Delivered(number=number, fate=fate):
                self._delivered(number, fate)
            case Alarmed(alarm=alarm, what=what):
                self.tidings.alarm(alarm, what)
            case Message():
                self._message(event)
            case _ as never:
                assert_never(never)

    def _connected(self) -> None:
        log.info("event=link_connected")
        self.tidings.connected()
        self._outbox.begin()
        self._presence.forget()
        self._greeted = None
        self._hello.rest()
        self._say_hello()
        self._tell()

    def _lost(self, why: str) -> None:
        self.tidings.lost(why)
        self._intake.lost()
        self._handing.lost()
        self._outbox.begin()
        self._tell()

    def _delivered(self, number: int, fate: Fate) -> None:
        self._outbox.delivered(number, fate)
        self._handing.delivered(number, fate)
        if fate is Fate.REFUSED:
            self.tidings.alarm("refused", "the broker lets this gate not say what it must")
        self.tidings.nobody = self._outbox.trouble is Fate.NOBODY

    def _message(self, message: Message) -> None:
        """At once and once: what is lost by a store that fails is asked for again by the protocol."""
        try:
            why = self._read(message)
        except StoreError as error:
            self.tidings.ill("handle", error)
            why = None
        if why is not None:
            self.tidings.refuse(message.topic, why)
        self._port.acknowledge(message)

    def _read(self, message: Message) -> str | None:
        """Why it is refused; None where it was dealt with."""
        topic = parse(message.topic)
        if topic is None or topic.lab != self._lab:
            return "not a topic of this gate"
        if (topic.gate, topic.what) == (HUB, STATE):
            return self._heard_hub(message)
        if topic.gate != self._gate:
            return "not a topic of this gate"
        if topic.verb is not None:
            return self._orders.take(topic.verb, message)
        if topic.what == STATE:
            return self._presence.heard(message)
        decode = _FROM_HUB.get(topic.what)
        if decode is None:
            return "not a topic of this gate"
        # Nobody says for later how far the hub is.
        return "retained" if message.retained else self._heard(decode(message.payload))

    def _heard(self, said: _Told) -> str | None:
        match said:
            case Malformed(why=why):
                return why
            case Keyring():
                self._keys.take(said)
            case Ack() | Page() | Present() if self._hub is not None and said.hub != self._hub.hub:
                return "of another epoch of the hub than the one that is there"
            case Ack():
                return self._acknowledged(said)
            case Page():
                self.tidings.heard()
                self._intake.take(said)
            case Present():
                self.tidings.heard()
                self._hearing.take(said)
            case _ as never:
                assert_never(never)
        return None

    def _acknowledged(self, ack: Ack) -> str | None:
        match self._outbox.acknowledged(self.writer.conn, ack):
            case Word.UNKNOWN:
                return "of an epoch that this gate never had"
            case Word.TAKEN:
                pass
            case Word.FORKED:
                what = (
                    f"the hub has record {ack.seq} of epoch {ack.epoch}, and these books have another or none"
                )
                self.tidings.alarm("forked", what)
                if ack.epoch == self._outbox.present:
                    self._intake.forked = True
            case _ as never:
                assert_never(never)
        self._greeted = self._greeted if self._greeted != _NOBODY else None
        self.tidings.heard()
        self.tidings.nobody = False
        return None

    def _heard_hub(self, message: Message) -> str | None:
        state = HubState.decode(message.payload)
        if isinstance(state, Malformed):
            return state.why
        before, self._hub = self._hub, state
        if not message.retained and state.state != "lost":  # that one is the broker's word
            self.tidings.heard()
        if state.state != "ready" or not state.understood:
            self._greeted = _NOBODY
            if not state.understood:
                self.tidings.alarm("wire", "the hub speaks another wire than this gate: upgrade one of them")
            return None
        if before is not None and before.hub != state.hub:
            self._handing.drop()
        self._greet((state.hub, state.instance))
        return None

    def _greet(self, hub: tuple[str, str]) -> None:
        """A hub is there: say what this gate has, and ask for what it lacks. Once for each run of a hub."""
        before, self._greeted = self._greeted, hub
        if before == hub:
            return
        if before is not None:  # it came after this connection's hello
            self._outbox.begin()
            self._say_hello()
        self._intake.ask()
        self._publish(KEYS, self._keys.ring().encode())

    # --- what it is asked to do

    def _identify(self, command: Command) -> Done:
        if command.machine is not None and command.machine not in self._settings.machines:
            return Done("refused", "no such machine stands here")
        self._hooks.identify(command.machine)
        return Done("done")

    def _refresh(self) -> Done:
        """Say everything anew, and ask for everything that may be lacking."""
        self._presence.forget()
        self._outbox.begin()
        self._say_hello()
        self._intake.ask()
        self._publish(KEYS, self._keys.ring().encode())
        return Done("done")

    def _hand_in(self) -> Done:
        self._handing.begin()
        return Done("done")

    # --- what it does by itself

    def turn(self) -> float:
        """Work for about two milliseconds, where there is work.

        Gives the seconds until the next turn. At most `REST_S`: there is more work, and all of them are to be
        rested; else whatever happens may come sooner.
        """
        if not self._port.connected:
            self._tell()
            return AWAY_S
        self._presence.show(self._hooks.machines())
        waits: list[int | None] = [self._presence.turn()]
        for part, work in self._parts:  # one slice a turn: rights before records
            waits.append(self._guarded(part, work))
            if waits[-1] == 0:
                break
        self._tell()
        if 0 in waits:
            return REST_S
        if not self._intake.busy:
            self._guarded("tidy", self._tidy)
        return min(IDLE_S, *(wait / 1000 for wait in waits if wait is not None))

    def _guarded(self, part: str, work: Callable[[], int | None]) -> int | None:
        """A store that fails stops one part for a while, and no other one."""
        pace, now_ms = self._ills[part], self._clock.now().boot_ms
        if pace.is_waiting(now_ms):
            return (pace.due_ms or now_ms) - now_ms
        try:
            wait = work()
        except StoreError as error:
            self.tidings.ill(part, error)
            pace.wait(now_ms)
            return None
        pace.rest()
        self.tidings.well(part)
        return wait

    def _look(self) -> int | None:
        """See what was written, and say hello again to a hub that has not said what it has."""
        version = self.writer.data_version()
        if version != self._version:
            self._outbox.look(self.writer.conn)
            self._version = version
        now_ms = self._clock.now().boot_ms
        if self._outbox.unheard and self._hello.is_due(now_ms):
            self._say_hello()
        return None

    def _send(self) -> int | None:
        if self._greeted == _NOBODY:
            return None
        wait = self._outbox.turn(self.writer.conn)
        for epoch, why in self._outbox.shut:
            self.tidings.alarm(why, f"epoch {epoch} is not sent any further")
        return wait

    def _tidy(self) -> None:
        if self.writer.commits >= COMMITS:
            self.writer.checkpoint()

    def _keys_changed(self) -> None:
        self._hooks.keys()
        self._say_hello()

    # --- what it says

    def _say_hello(self) -> None:
        """The hub answers how far it has each epoch; asked again until it does."""
        self._hello.wait(self._clock.now().boot_ms)
        try:
            self._outbox.look(self.writer.conn)
            self._presence.hello(self.writer.conn, self._outbox.marks(), self._intake.now, self._keys.keys())
        except StoreError as error:
            self.tidings.ill("hello", error)
        else:
            self.tidings.well("hello")

    def _need(self, need: Need) -> None:
        self._publish(NEED, need.encode())

    def _answer(self, answer: Answer) -> None:
        # Always to this gate's own topic, whatever the command says: a gate speaks in its own tree only.
        self._publish(ANSWER, answer.encode(), answer.command.encode())

    def _publish(self, what: str, payload: bytes, correlation: bytes | None = None) -> None:
        self._port.publish(str(Topic(self._lab, self._gate, what)), payload, correlation=correlation)

    def _tell(self) -> None:
        at = self._clock.now()
        status = LinkStatus(
            lab=self._lab,
            gate=self._gate,
            state=self.tidings.state,
            at_ms=at.wall_ms,
            hub=self._hub.hub if self._hub else self._intake.now.hub,
            heard_ms=self.tidings.heard_ms,
            behind=self._outbox.behind,
            arrived=self._intake.now.arrived,
            end=self._intake.end,
            refused=self.tidings.refused,
            alarms=dict(self.tidings.alarms),
            why=self.tidings.why,
        )
        self._status.write(status, at.boot_ms)
