"""A machine with a slot and a second reader to tap: what one of them suffers cuts nothing on the other."""

from __future__ import annotations

from collections import deque

import pytest
from gate_lab import ADA, LASER, WALL_MS, token_of

from fabgate.badges.uid import Uid
from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.protocols import Appeared, Left, Sighting
from fabgate.errors import DeviceError
from fabgate.events import BadgeSeen, Event, Inked, Looked, Mended, Power, Tick, Troubled
from fabgate.gate.readers import ReaderEdge, edges
from fabgate.model import (
    Hold,
    InkId,
    Level,
    MachineRules,
    MemberId,
    Origin,
    Person,
    RecordId,
    SkillId,
    Standing,
    Trouble,
)
from fabgate.rules.ahead import deadline
from fabgate.rules.machine import step
from fabgate.rules.states import Condition, State, at_rest
from fabgate.store.keys import Keys


@pytest.fixture
def clock() -> SimClock:
    return SimClock(WALL_MS)


RULES = MachineRules(LASER, SkillId("laser"), "Laser", Hold.SLOT)


class Script:
    """A reader that sees what it is told to, or nothing at all."""

    def __init__(self) -> None:
        self.blind = False
        self.news: deque[Sighting] = deque()

    def wait(self, timeout_s: float) -> tuple[Sighting, ...]:
        if self.blind:
            raise DeviceError("it does not answer")
        news = tuple(self.news)
        self.news.clear()
        return news

    def revive(self) -> None:
        if self.blind:
            raise DeviceError("it does not answer")

    def close(self) -> None:
        return


class Machine:
    """The real rules over two scripted readers; the store knows Ada, and ink is there at once."""

    def __init__(self, lab: Settings, clock: SimClock) -> None:
        self.clock = clock
        self.posted: list[Event] = []
        self.slot, self.tap = Script(), Script()
        both = (self.slot, self.tap)
        self.edges: tuple[ReaderEdge, ...] = edges(
            LASER, both, Keys.load(lab.gate.state), clock, self.posted.append
        )
        self.token = token_of(lab, ADA)
        self.state: State = at_rest(Condition())
        self.on = False

    def turn(self) -> None:
        for edge in self.edges:
            edge.turn(0)
        while self.posted:
            self._handle(self.posted.pop(0))

    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds * 1000)
        due = deadline(RULES, self.state)
        if due is not None and due <= self.clock.now().boot_ms:
            self._handle(Tick(LASER, self.clock.now()))
        self.turn()

    def _handle(self, event: Event) -> None:
        self.state, effects = step(RULES, self.state, event)
        now = self.clock.now()
        for effect in effects:
            match effect:
                case Power(on=on):
                    self.on = on
                case _ if type(effect).__name__ == "Ask":
                    ada = Standing(Person(MemberId("m-ada"), "Ada"), level=Level.AUTONOMOUS)
                    self._handle(Looked(LASER, self.token, now, ada, now))
                case _ if getattr(effect, "ink", None) is not None:
                    self._handle(Inked(LASER, InkId(effect.ink), RecordId(Origin("a/b/c"), 1), now))


def working(lab: Settings, clock: SimClock) -> Machine:
    machine = Machine(lab, clock)
    machine.slot.news.append(Appeared(ADA, fresh=True))
    machine.turn()
    assert machine.on
    return machine


def test_a_tap_reader_that_dies_and_comes_back_ends_no_session_in_the_slot(lab: Settings, clock: SimClock):
    machine = working(lab, clock)
    machine.tap.blind = True
    machine.wait(60)
    machine.tap.blind = False
    for _ in range(10):
        machine.wait(30)
    assert machine.on


def test_the_badge_taken_from_the_slot_meanwhile_still_counts(lab: Settings, clock: SimClock):
    machine = working(lab, clock)
    machine.tap.blind = True
    machine.wait(60)
    machine.slot.news.append(Left(ADA))
    machine.turn()
    machine.wait(31)
    assert not machine.on


def test_a_slot_that_was_blind_keeps_the_session_when_the_badge_lies_there_again(
    lab: Settings, clock: SimClock
):
    machine = working(lab, clock)
    machine.slot.blind = True
    machine.wait(3_000)
    assert machine.on
    machine.slot.blind = False
    machine.slot.news.append(Appeared(ADA, fresh=False))
    machine.wait(1)
    machine.wait(60)
    assert machine.on


def test_a_slot_that_was_blind_and_is_empty_now_ends_the_session_after_the_grace(
    lab: Settings, clock: SimClock
):
    machine = working(lab, clock)
    machine.slot.blind = True
    machine.wait(60)
    machine.slot.blind = False
    machine.wait(1)
    assert machine.on
    machine.wait(31)
    assert not machine.on


def test_the_trouble_is_over_when_the_last_of_them_sees(lab: Settings, clock: SimClock):
    machine = Machine(lab, clock)
    told: list[Event] = []
    machine.slot.blind = machine.tap.blind = True
    for edge in machine.edges:
        edge.turn(0)
    machine.slot.blind = False
    machine.edges[0].turn(0)
    told += machine.posted
    assert not [event for event in told if isinstance(event, Mended)]
    machine.tap.blind = False
    machine.edges[1].turn(0)
    assert machine.posted[-1] == Mended(LASER, Trouble.READER, clock.now())
    assert isinstance(machine.posted[0], Troubled)


def test_what_lies_on_the_one_that_sees_is_told_again_and_starts_nothing(lab: Settings, clock: SimClock):
    machine = Machine(lab, clock)
    machine.slot.news.append(Appeared(Uid(bytes.fromhex("04010203040506")), fresh=False))
    machine.edges[0].turn(0)
    machine.posted.clear()
    machine.tap.blind = True
    machine.edges[1].turn(0)
    [_, again] = machine.posted
    assert isinstance(again, BadgeSeen) and not again.fresh
