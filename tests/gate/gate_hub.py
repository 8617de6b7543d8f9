"""A hub for the tests of a gate: a few lines over the real port and a real broker, in a thread of its own."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from gate_lab import until
from gate_side import GATE, LAB, HubModel, Out, held

from fabgate.config import Settings
from fabgate.link.dial import Address
from fabgate.link.joined import Address as Paper
from fabgate.link.mqtt import MqttPort
from fabgate.link.port import Connected, Message
from fabgate.link.talk import Manner
from fabgate.model import Moment
from fabgate.wire import topics
from fabgate.wire.commands import Command
from fabgate.wire.presence import GateState, HubState, MachineState
from fabgate.wire.roster import Need, Page, Right
from fabgate.wire.topics import Topic, parse

HOST = "127.0.0.1"
AT = Moment("boot-h", 1, 1_790_000_000_000, True)


def join(settings: Settings, port: int) -> None:
    """Let the gate believe that it has joined a hub whose broker is on this port of the loopback."""
    folder = settings.gate.state / "link"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "address.json").write_bytes(Paper(LAB, GATE, HOST, port, False).encode() + b"\n")


class Hub:
    """It holds what the gate sends (`model`), and remembers all else that it heard (`heard`)."""

    def __init__(self, port: int, model: HubModel | None = None, instance: str = "h-1") -> None:
        self.model = model or HubModel()
        self.instance = instance
        self.heard: list[Out] = []
        self.rights: list[Right] = []
        self._jobs: list[Callable[[], None]] = []
        self._over = threading.Event()
        self.port = MqttPort(
            Address(HOST, port),
            None,
            "hub",
            None,
            topics.to_hub(LAB),
            random.random,
            manner=Manner(first_s=0.1),
        )
        self._thread = threading.Thread(name="test-hub", target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self.port.wake()
        self._thread.join(20)

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what it says

    def say(self, what: str, payload: bytes, record: str = "") -> None:
        """To the gate, once it listens."""
        self.last("need")
        self._say(what, payload, record)

    def _say(self, what: str, payload: bytes, record: str = "") -> None:
        def job() -> None:
            self.port.publish(str(Topic(LAB, GATE, what)), payload, correlation=record.encode() or None)

        self._jobs.append(job)
        self.port.wake()

    def grant(self, *rights: Right) -> None:
        """Rights of the hub's own: they go out now, and again whenever the gate says that it lacks them."""
        before = len(self.rights)
        self.rights += rights
        self._page(before)

    def _page(self, after: int) -> None:
        rows, upto = tuple(self.rights[after:]), len(self.rights)
        page = Page(hub=self.model.epoch, after=after, upto=upto, end=upto, needs={}, rights=rows)
        self._say("roster", page.encode())

    def order(self, verb: str, record: str = "openfab/hub/hub00001#7", **said: str) -> None:
        instance = self.last("info").said.instance
        self.say(f"cmd/{verb}", Command(verb, instance, 2**44, **said).encode(), record)

    # --- what it heard

    def last(self, what: str) -> Out:
        """The last that was said of this."""
        until(lambda: any(out.what == what for out in self.heard), f"{what} is heard")
        return next(out for out in reversed(self.heard) if out.what == what)

    def machine(self, machine: str) -> MachineState:
        said = self.last(f"machine/{machine}/state").said
        assert isinstance(said, MachineState)
        return said

    def state(self) -> GateState:
        said = self.last("state").said
        assert isinstance(said, GateState)
        return said

    def has_all(self, hashes: Callable[[], object]) -> bool:
        return held(self.model) == hashes()

    # --- within

    def _work(self) -> None:
        while not self._over.is_set():
            for event in self.port.poll(0.05):
                match event:
                    case Connected():
                        state = HubState("ready", self.model.epoch, self.instance, AT, "1", (1,))
                        self.port.publish(str(Topic(LAB, "hub", "state")), state.encode(), retain=True)
                    case Message():
                        self._take(event)
            while self._jobs:
                self._jobs.pop(0)()
        self.port.close()

    def _take(self, message: Message) -> None:
        self.port.acknowledge(message)
        topic = parse(message.topic)
        if topic is None or topic.gate != GATE:
            return
        out = Out(message.topic, message.payload, message.retained, 0, message.correlation)
        self.heard.append(out)
        match out.said:
            case Need(hub=hub, arrived=arrived):
                after = arrived if hub == self.model.epoch else 0
                if after < len(self.rights):
                    self._page(after)
        for ack in self.model.hear(out):
            self.port.publish(str(Topic(LAB, GATE, "ack")), ack.encode())
