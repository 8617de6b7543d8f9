"""The inputs of one machine: what each tells, by its edges and when it is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from gate_lab import WALL_MS
from gate_saw import MILL, SAW, wired

from fabgate.devices.clock import SimClock
from fabgate.devices.protocols import Input
from fabgate.devices.sim import SimBench
from fabgate.errors import DeviceError
from fabgate.events import (
    Activity,
    ButtonPressed,
    Event,
    LidMoved,
    Mended,
    OopsPressed,
    Tick,
    Troubled,
)
from fabgate.gate.sensing import BOUNCE_MS, READ_MS, Sensing
from fabgate.model import MachineId, Moment, Sense, Trouble
from fabgate.rules.feedback import Sight


class Room:
    """The bench, and the inputs of one of its machines."""

    def __init__(self, folder: Path, machine: MachineId = SAW) -> None:
        self.clock = SimClock(WALL_MS)
        self.bench = SimBench(wired(folder), self.clock)
        self.posted: list[Event] = []
        inputs = self.bench.machines[machine].inputs
        self.sensing = Sensing(machine, inputs, self.clock, self.posted.append)

    @property
    def now(self) -> Moment:
        return self.clock.now()

    def news(self) -> list[Event]:
        posted, self.posted[:] = list(self.posted), []
        return posted

    def look(self) -> list[Event]:
        self.sensing.look(self.now.boot_ms, at_once=True)
        return self.news()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path)
    made.sensing.watch()
    assert made.news() == [], "at rest there is nothing to tell"
    return made


# --- what each tells


@pytest.mark.parametrize(
    ("name", "trouble"), [("estop", Trouble.ESTOP), ("key", Trouble.KEY), ("box", Trouble.TAMPER)]
)
def test_an_emergency_stop_a_key_and_an_opened_box_are_troubles(room: Room, name: str, trouble: Trouble):
    room.bench.press(SAW, name)
    room.bench.release(SAW, name)
    assert room.news() == [Troubled(SAW, trouble, room.now), Mended(SAW, trouble, room.now)]


def test_a_lid_opens_and_shuts(room: Room):
    room.bench.press(SAW, "lid")
    room.bench.release(SAW, "lid")
    assert room.news() == [LidMoved(SAW, True, room.now), LidMoved(SAW, False, room.now)]


@pytest.mark.parametrize(("name", "event"), [("done", ButtonPressed), ("oops", OopsPressed)])
def test_a_button_counts_when_it_is_pressed(room: Room, name: str, event: type[ButtonPressed | OopsPressed]):
    room.bench.press(SAW, name)
    assert room.news() == [event(SAW, room.now)]
    room.bench.release(SAW, name)
    assert room.news() == []


def test_a_mirror_contact_has_the_loop_look_and_is_seen_as_it_is(room: Room):
    assert room.sensing.sight("echo") == Sight(False, 0)
    room.clock.advance(70)
    room.bench.press(SAW, "echo")
    assert room.news() == [Tick(SAW, room.now)]
    assert room.sensing.sight("echo") == Sight(True, 70)
    assert room.sensing.sight("no such input") is None


def test_a_machine_says_by_itself_whether_it_runs_from_the_beginning(tmp_path: Path):
    room = Room(tmp_path, MILL)
    room.sensing.watch()
    assert room.news() == [Activity(MILL, False, room.now)]
    room.bench.press(MILL, "running")
    assert room.news() == [Activity(MILL, True, room.now)]


def test_what_is_pressed_when_the_gate_comes_up_says_so(tmp_path: Path):
    room = Room(tmp_path)
    for name in ("estop", "lid", "oops"):
        room.bench.press(SAW, name)
    room.sensing.watch()
    now = room.now
    assert room.news() == [Troubled(SAW, Trouble.ESTOP, now), LidMoved(SAW, True, now), OopsPressed(SAW, now)]


# --- bounce


def test_a_contact_that_bounces_presses_a_button_once(room: Room):
    for _ in range(3):
        room.bench.press(SAW, "done")
        room.clock.advance(2)
        room.bench.release(SAW, "done")
        room.clock.advance(2)
    assert len(room.news()) == 1
    room.clock.advance(BOUNCE_MS)
    room.bench.press(SAW, "done")
    assert len(room.news()) == 1


def test_an_emergency_stop_counts_at_its_first_edge_however_it_bounces(room: Room):
    room.bench.press(SAW, "estop")
    room.bench.release(SAW, "estop")
    room.bench.press(SAW, "estop")
    assert [type(event) for event in room.news()] == [Troubled, Mended, Troubled]


# --- edges that are lost


class Deaf:
    """An input whose edges get lost."""

    def __init__(self, name: str) -> None:
        self.name, self.pressed = name, False
        self.told: Callable[[bool], None] = lambda _: None
        self.watched = 0

    def watch(self, told: Callable[[bool], None]) -> None:
        self.told, self.watched = told, self.watched + 1

    def close(self) -> None:
        pass


@pytest.fixture
def deaf(room: Room) -> Deaf:
    line = Deaf("estop")
    inputs: tuple[tuple[Sense, Input], ...] = ((Sense.ESTOP, line),)
    room.sensing = Sensing(SAW, inputs, room.clock, room.posted.append)
    room.sensing.watch()
    return line


def test_what_holds_is_seen_without_any_edge(room: Room, deaf: Deaf):
    room.sensing.look(room.now.boot_ms)
    deaf.pressed = True
    room.clock.advance(READ_MS)
    room.sensing.look(room.now.boot_ms)
    assert room.news() == [Troubled(SAW, Trouble.ESTOP, room.now)]


def test_inputs_are_not_read_at_every_turn_of_the_loop_but_when_it_matters(room: Room, deaf: Deaf):
    room.sensing.look(room.now.boot_ms)
    deaf.pressed = True
    room.clock.advance(READ_MS - 1)
    room.sensing.look(room.now.boot_ms)
    assert room.news() == []
    assert len(room.look()) == 1


def test_an_edge_that_comes_after_it_was_read_is_not_told_twice(room: Room, deaf: Deaf):
    deaf.pressed = True
    assert len(room.look()) == 1
    deaf.told(True)
    assert room.news() == []
    deaf.pressed = False
    deaf.told(False)
    assert room.look() == [Mended(SAW, Trouble.ESTOP, room.now)]
    assert deaf.watched == 1


def test_nothing_is_read_before_the_inputs_are_watched(tmp_path: Path):
    room = Room(tmp_path)
    room.bench.press(SAW, "estop")
    assert room.look() == []
    assert not room.sensing.stopped


# --- inputs that fail


def test_an_input_that_dies_is_told_once_and_once_it_answers_again(room: Room):
    room.bench.fail(SAW, "lid")
    assert room.look() == [Troubled(SAW, Trouble.INPUT, room.now)]
    assert room.look() == []
    room.bench.mend(SAW, "lid")
    assert room.look() == [Mended(SAW, Trouble.INPUT, room.now), LidMoved(SAW, False, room.now)]


def test_the_trouble_is_over_when_the_last_of_them_answers(room: Room):
    room.bench.fail(SAW, "lid")
    room.bench.fail(SAW, "key")
    assert [type(event) for event in room.look()] == [Troubled, Troubled]
    room.bench.mend(SAW, "lid")
    assert room.look() == [LidMoved(SAW, False, room.now)]
    room.bench.mend(SAW, "key")
    assert Mended(SAW, Trouble.INPUT, room.now) in room.look()


def test_an_emergency_stop_that_cannot_be_read_counts_as_pressed(room: Room):
    assert not room.sensing.stopped
    room.bench.fail(SAW, "estop")
    room.look()
    assert room.sensing.stopped
    room.bench.mend(SAW, "estop")
    assert Mended(SAW, Trouble.ESTOP, room.now) in room.look()
    assert not room.sensing.stopped


def test_a_machine_whose_own_word_fails_says_nothing_any_more(tmp_path: Path):
    room = Room(tmp_path, MILL)
    room.sensing.watch()
    room.news()
    room.bench.fail(MILL, "running")
    assert room.look() == [Troubled(MILL, Trouble.INPUT, room.now), Activity(MILL, None, room.now)]
    room.bench.mend(MILL, "running")
    assert room.look() == [Mended(MILL, Trouble.INPUT, room.now), Activity(MILL, False, room.now)]


def test_a_mirror_contact_that_cannot_be_read_shows_nothing(room: Room):
    room.bench.fail(SAW, "echo")
    room.look()
    assert room.sensing.sight("echo") is None


def test_an_input_that_was_dead_at_the_start_is_watched_once_it_lives(tmp_path: Path):
    room = Room(tmp_path)
    room.bench.fail(SAW, "estop")
    room.sensing.watch()
    assert room.news() == [Troubled(SAW, Trouble.INPUT, room.now)]
    room.bench.mend(SAW, "estop")
    room.look()
    room.bench.press(SAW, "estop")
    assert room.news() == [Troubled(SAW, Trouble.ESTOP, room.now)]


def test_a_device_that_fails_to_watch_is_a_dead_one(room: Room):
    class Broken(Deaf):
        def watch(self, told: Callable[[bool], None]) -> None:
            raise DeviceError("no such pin", "Wire it.")

    sensing = Sensing(SAW, ((Sense.LID, Broken("lid")),), room.clock, room.posted.append)
    sensing.watch()
    assert room.news() == [Troubled(SAW, Trouble.INPUT, room.now)]
