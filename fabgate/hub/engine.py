"""The hub as an engine: what it hears from a port, what it does with it, what it says. No MQTT, no threads.

What was heard waits until `turn`, which puts several messages into one transaction. Only when that is
durable are they acknowledged, to the gate and to the broker (law 7): a hub that dies in between hears
them again, and all that it does with them can be done twice. Nothing that anybody sends raises here.
"""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import assert_never

from fabgate import VERSION
from fabgate.config import Settings
from fabgate.errors import DiskFull, StoreBusy
from fabgate.hub.alarms import Alarm, Alarms
from fabgate.hub.balances import Balances
from fabgate.hub.books import HubBooks, HubPen
from fabgate.hub.collector import Collector
from fabgate.hub.commands import Commands
from fabgate.hub.gates import Gates, Live
from fabgate.hub.handing import VERB as HAND_IN
from fabgate.hub.handing import Handing
from fabgate.hub.limits import excess
from fabgate.hub.onlookers import Onlookers
from fabgate.hub.onsite import OnSite
from fabgate.hub.publisher import Publisher
from fabgate.hub.ring import Ring
from fabgate.hub.uses import Uses
from fabgate.link.glance import Glance
from fabgate.link.port import Alarmed, Connected, Delivered, Fate, Lost, Message, Port, PortEvent
from fabgate.model import Clock, Moment
from fabgate.wire import topics
from fabgate.wire.commands import Answer
from fabgate.wire.forms import Malformed
from fabgate.wire.journal import Batch, Notes
from fabgate.wire.presence import GateInfo, GateState, HubState, MachineState
from fabgate.wire.roster import Keyring, Need, Page
from fabgate.wire.topics import HUB, HUB_STATE, WIRE, Topic

log = logging.getLogger(__name__)
AT_ONCE = 24  # messages in one transaction, of up to 200 records: a person at the hub waits for its end
LOOK_S = 0.025  # how often the books are looked at for what others wrote
STATE_MS = 60_000
TRIED_AGAIN_S = 1.0

Deal = Callable[[HubPen], None]


def hub_state(lab: str) -> str:
    """The topic on which the hub says that it is there."""
    return str(Topic(lab, HUB, HUB_STATE))


def will(books: HubBooks, instance: str) -> bytes:
    """What the broker says of the hub when it is gone without a word."""
    epoch = books.identity.origin.rpartition("/")[2]
    return HubState("lost", epoch, instance, None, VERSION, (WIRE,)).encode()


class Hub:
    """`open` once, then `handle` for each event and `turn` after them, and `close` at the end.

    `instance` names this run of the program; two of them on one broker are an alarm.
    """

    def __init__(
        self, books: HubBooks, settings: Settings, clock: Clock, port: Port, instance: str | None = None
    ) -> None:
        self._books, self._clock, self._port = books, clock, port
        self.instance = instance or secrets.token_hex(4)
        self._lab = books.identity.lab
        self._epoch = books.identity.origin.rpartition("/")[2]
        self.alarms = Alarms()
        invites = settings.hub is not None and settings.hub.tls
        self.gates = Gates(books, self.alarms, invites)
        self._collector = Collector(books, self.alarms, port)
        self._publisher = Publisher(books, self.alarms, self.gates, port)
        self.commands = Commands(books, self.alarms, self.gates, port)
        self._handing = Handing(books, self.alarms, self.gates)
        self._ring = Ring(books, self.alarms, port)
        self._onlookers = Onlookers(self._lab, self.gates, port)
        self._on_site = OnSite(books, self.alarms, self.gates, port, settings.charter.stay_ms)
        self._uses = Uses(books, settings.charter)
        self._balances = Balances(books, settings, clock)
        self._glance = Glance(settings.gate.state)
        self._heard: deque[Message] = deque()
        self._version: int | None = None
        self._state_ms = 0

    def open(self) -> None:
        """Read what is known. Raises StoreError."""
        self._version = self._books.version()
        self.gates.open()
        self._ring.reload()
        self.commands.read()
        self._handing.open()

    def close(self) -> None:
        """Say goodbye, and write down what was learnt, if that can be done."""
        self._say("stopping", self._clock.now())
        try:
            self._write(self._clock.now(), ())
        except (DiskFull, StoreBusy) as error:
            log.error("event=last_words_not_written error=%r", error.what)

    # --- what is heard

    def handle(self, event: PortEvent) -> None:
        """Take note of something; what it costs is done in `turn`."""
        match event:
            case Connected():
                self._forget()
                self._say("ready", self._clock.now())
            case Lost():
                self._forget()
                self._heard.clear()  # never acknowledged: the broker brings them again
            case Message():
                self._heard.append(event)
            case Delivered(fate=fate):
                if fate in (Fate.REFUSED, Fate.TOO_LARGE):
                    self.alarms.tell(HUB, Alarm.BROKER, f"the broker did not take a message: {fate}")
            case Alarmed(alarm, what):
                self.alarms.tell(HUB, alarm, what)
            case _:
                assert_never(event)

    def _forget(self) -> None:
        self.gates.lost()
        self._publisher.forget()
        self._ring.forget()
        self._onlookers.forget()
        self._on_site.forget()

    def turn(self) -> float:
        """Do what is due; gives the seconds until it wants its next turn."""
        at = self._clock.now()
        try:
            self._work(at)
        except (DiskFull, StoreBusy) as error:
            log.error("event=books_not_written error=%r", error.what)
            return TRIED_AGAIN_S
        self._look()
        self._uses.turn(at)
        self._balances.turn(at)
        self._glance.turn(at)
        if not self._port.connected:
            return LOOK_S
        self.commands.turn(at)
        self._on_site.turn(at)
        self._onlookers.turn()
        for live in self.gates:
            self._ring.hand_out(live)
        more = self._publisher.turn(at)
        if at.boot_ms - self._state_ms >= STATE_MS:
            self._say("ready", at)
        return 0.0 if more or self._heard else LOOK_S

    def _work(self, at: Moment) -> None:
        """Deal with what waits, in one transaction, then acknowledge it."""
        if not at.synced:
            self._clock_is_unsure(at)
        messages = [self._heard[place] for place in range(min(AT_ONCE, len(self._heard)))]
        deals = [deal for message in messages if (deal := self._deal(message, at)) is not None]
        if deals or self.gates.dirty or self._handing.due(at) or self.alarms.is_due(at):
            self._write(at, deals)
        for message in messages:
            self._heard.popleft()
            self._port.acknowledge(message)
        self._collector.acknowledge()

    def _write(self, at: Moment, deals: tuple[Deal, ...] | list[Deal]) -> None:
        with self._books.write() as pen:
            for deal in deals:
                deal(pen)
            asked = bool(self._handing.due(at))
            self._handing.ask(pen, at)
            self.gates.write(pen, at)
            self.alarms.write(pen, at)
            self._collector.look(pen)
        self.gates.committed(at)
        self.alarms.committed(at)
        if asked:
            self.commands.read()
        self._books.tidy()

    def _look(self) -> None:
        """See whether anybody has written, this hub's own pen too."""
        version = self._books.version()
        if version != self._version:
            self._version = version
            self.gates.reload()
            self._ring.reload()
            self.commands.read()
            self._on_site.moved()

    def _clock_is_unsure(self, at: Moment) -> None:
        if at.boot_ms - self._state_ms >= STATE_MS:
            self.alarms.tell(HUB, Alarm.HUB_CLOCK, "the hub's clock is not known to be right")

    # --- what a message means

    def _deal(self, message: Message, at: Moment) -> Deal | None:
        """What is to be written for a message; None where that is nothing."""
        topic = topics.parse(message.topic)
        if topic is None or topic.lab != self._lab:
            self.alarms.tell("-", Alarm.UNREADABLE, "a message on a topic that is none of this lab's")
            return None
        if topic.gate == HUB:
            self._hear_hub(message)
            return None
        if not message.payload and message.retained:
            return None
        live = self.gates.heard(topic.gate, topic.what, at)
        if live is None:
            return None
        found = self._read(topic, message, live, at)
        if isinstance(found, Malformed):
            self.alarms.tell(live.name, Alarm.UNREADABLE, f"{topic.what}: {found.why}")
            return None
        return found

    def _read(self, topic: Topic, message: Message, live: Live, at: Moment) -> Deal | Malformed | None:
        data = message.payload
        said: object
        match topic.what:
            case topics.JOURNAL:
                said = Batch.decode(data)
                if isinstance(said, Malformed):
                    return said
                return partial(self._collector.take, live=live, batch=said, at=at)
            case topics.NOTES:
                said = Notes.decode(data)
                if isinstance(said, Malformed):
                    return said
                return partial(self._collector.take_notes, live=live, said=said)
            case topics.RIGHTS:
                said = Page.decode(data)
                if isinstance(said, Malformed):
                    return said
                return partial(self._handing.take, live=live, page=said, at=at)
            case topics.ANSWER:
                said = Answer.decode(data)
                if isinstance(said, Malformed):
                    return said
                return partial(self.commands.answered, live=live, answer=said, at=at)
            case _:
                return self._hear(topic, message, live, at)

    def _hear(self, topic: Topic, message: Message, live: Live, at: Moment) -> Deal | Malformed | None:
        """What is written with the gate's row, or not at all."""
        data = message.payload
        said: object
        match topic.what:
            case topics.STATE:
                said = GateState.decode(data)
                if isinstance(said, GateState):
                    self.gates.take_state(live, said, message.retained, at)
            case topics.INFO:
                said = GateInfo.decode(data)
                if isinstance(said, GateInfo) and (what := excess(said)) is not None:
                    self.alarms.tell(live.name, Alarm.TOO_MANY, what)
                elif isinstance(said, GateInfo) and self.gates.take_info(live, said, message.retained, at):
                    self._collector.greet(live, said)
                    self._publisher.begin(live)
                    self._on_site.begin(live)
                    return _nothing  # a transaction, so that what is held is looked at
            case topics.NEED:
                said = Need.decode(data)
                if isinstance(said, Need):
                    self._hear_need(live, said, at)
            case topics.KEYS:
                said = Keyring.decode(data)
                if isinstance(said, Keyring):
                    self._ring.take(live, said)
            case _ if topic.machine is not None:
                said = MachineState.decode(data)
                if isinstance(said, MachineState):
                    self._glance.heard(live.name, topic.machine, said, at)
            case _:
                said = Malformed("nothing is expected on this topic")
        return said if isinstance(said, Malformed) else None

    def _hear_need(self, live: Live, need: Need, at: Moment) -> None:
        arrived = self._publisher.needs(live, need, at)
        if arrived is None or live.info is None:
            return
        roster = replace(live.info.roster, hub=self._epoch, arrived=arrived)
        if roster != live.info.roster:
            live.info = replace(live.info, roster=roster)
            self.gates.keep_info(live)

    def _hear_hub(self, message: Message) -> None:
        """Our own words come back; those of another hub do not belong here."""
        said = HubState.decode(message.payload)
        if message.retained or not isinstance(said, HubState):
            return
        if said.state == "ready" and said.instance != self.instance:
            self.alarms.tell(HUB, Alarm.TWO_CLIENTS, "another hub speaks on this broker")

    # --- what is said

    def _say(self, state: str, at: Moment) -> None:
        self._state_ms = at.boot_ms
        said = HubState(state, self._epoch, self.instance, at, VERSION, (WIRE,))  # type: ignore[arg-type]
        self._port.publish(hub_state(self._lab), said.encode(), retain=True)


def _nothing(_: HubPen) -> None:
    """A message for which nothing but the common part of a transaction is to be done."""


__all__ = ["HAND_IN", "Hub", "hub_state", "will"]
