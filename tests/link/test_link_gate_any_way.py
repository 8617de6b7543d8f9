"""Whatever becomes of messages, hubs and gates: in the end the hub has each record once, in order."""

from __future__ import annotations

import random

import pytest
from gate_side import LAB, HubModel, Side, held, lab, notes_of, talk, whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.link.port import Delivered, Fate, Message
from fabgate.wire.topics import Topic

STEPS = (
    "write", "write many", "carry", "carry", "carry", "lose one", "twice", "swap", "drop the line",
    "connect", "wait", "hub restarts", "hub forgets", "hub anew", "gate dies", "nobody",
)  # fmt: skip


class Weather:
    """A gate, a hub, and a line on which everything happens in an order that chance picks."""

    def __init__(self, side: Side, chance: random.Random) -> None:
        self.side, self.chance, self.hub = side, chance, HubModel()
        self.back: list[bytes] = []  # acknowledgements on their way to the gate
        self.runs, self.hubs = 1, 1

    def step(self, what: str) -> None:
        getattr(self, what.replace(" ", "_"))()
        self.side.turn(self.chance.randrange(3))
        self.side.clock.ms += self.chance.choice((1, 10, 900, 7_000))

    def write(self) -> None:
        self.side.write("s", note=self.chance.choice((None, "why")))

    def write_many(self) -> None:
        self.side.write_many(self.chance.choice((3, 199, 201, 450)))

    def carry(self) -> None:
        """Some of what is under way arrives, in either direction."""
        for _ in range(self.chance.randrange(1, 6)):
            if self.side.port.out:
                out = self.side.port.out.pop(0)
                self.side.link.handle(Delivered(out.number, Fate.OK))
                self.back += [ack.encode() for ack in self.hub.hear(out)]
            if self.back:
                self.side.hear("ack", self.back.pop(0))

    def lose_one(self) -> None:
        for queue in (self.side.port.out, self.back):
            if queue and self.chance.random() < 0.5:
                queue.pop(self.chance.randrange(len(queue)))  # type: ignore[attr-defined]

    def twice(self) -> None:
        if self.side.port.out:
            self.side.port.out.append(self.chance.choice(self.side.port.out))
        if self.back:
            self.back.append(self.chance.choice(self.back))

    def swap(self) -> None:
        self.chance.shuffle(self.side.port.out)
        self.chance.shuffle(self.back)

    def drop_the_line(self) -> None:
        self.side.lose()

    def connect(self) -> None:
        if not self.side.port.connected:
            self.side.connect()
            self.say_hub(retained=True)

    def wait(self) -> None:
        self.side.wait(self.chance.choice((1, 6, 70)))

    def hub_restarts(self) -> None:
        self.hubs += 1
        self.back.clear()
        self.say_hub(retained=False)

    def hub_forgets(self) -> None:
        self.hub.forget(self.chance.randrange(300), f"hub{self.hubs:05}")
        self.hub_restarts()

    def hub_anew(self) -> None:
        broken = self.hub.broken
        self.hub = HubModel(f"new{self.hubs:05}", broken=broken)
        self.hub_restarts()

    def gate_dies(self) -> None:
        self.side.link.writer.close()
        self.runs += 1
        port, clock = self.side.port, self.side.clock
        self.side = Side(self.side.settings, f"run-{self.runs}", clock)
        del port

    def nobody(self) -> None:
        self.side.fate(Fate.NOBODY, "journal")

    def say_hub(self, retained: bool) -> None:
        if self.side.port.connected:
            self.side.hub_is("ready", self.hub.epoch, f"h-{self.hubs}", retained=retained)

    def calm(self) -> None:
        """From now on everything arrives."""
        self.side.lose()
        self.side.connect()
        self.say_hub(retained=True)
        for _ in range(40):
            talk(self.side, self.hub, 100)
            if held(self.hub) == whole(self.side):
                return
            self.side.clock.ms += 5_000


@given(st.integers(0, 2**32), st.lists(st.sampled_from(STEPS), max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_in_the_end_the_hub_has_each_record_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, seed: int, steps: list[str]
) -> None:
    weather = Weather(Side(lab(tmp_path_factory.mktemp("weather"))), random.Random(seed))
    weather.connect()
    for step in steps:
        weather.step(step)
    weather.calm()
    talk(weather.side, weather.hub)
    assert held(weather.hub) == whole(weather.side)
    assert weather.hub.notes.get("aaaa0001", {}) == notes_of(weather.side, "aaaa0001")
    assert weather.hub.broken == []
    assert weather.side.link.tidings.alarms == {}
    weather.side.link.close()


def test_an_acknowledgement_of_another_lab_or_gate_moves_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    side = Side(lab(tmp_path_factory.mktemp("other")))
    side.connect()
    for place in (Topic("other", "gate1", "ack"), Topic(LAB, "gate2", "ack"), Topic(LAB, "hub", "ack")):
        ack = HubModel().ack("aaaa0001").encode()
        side.link.handle(Message(str(place), ack))
    side.turn(5)
    assert side.says("journal") == []
    assert side.link.tidings.refused == 3
