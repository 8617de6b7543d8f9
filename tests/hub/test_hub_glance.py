"""What the hub keeps of each machine for the wall: in memory, and in a small file that nobody waits for."""

from __future__ import annotations

import json

import pytest
from hub_lab import LAB, WALL_MS
from hub_lab import Lab as HubLab

from fabgate.devices.clock import SimClock
from fabgate.link import glance
from fabgate.link.glance import EVERY_MS, FILE, MOST, Glance
from fabgate.link.hooks import LastWord
from fabgate.link.presence import Presence
from fabgate.link.tidings import Tidings
from fabgate.model import Moment
from fabgate.rules.wall import Word
from fabgate.wire import topics
from fabgate.wire.presence import MachineState


def state(name: str = "in_use", at: Moment | None = None, busy: bool | None = None) -> MachineState:
    return MachineState(name, name == "in_use", (), at or Moment("b", 5, WALL_MS - 9_000, True), busy)


@pytest.fixture
def clock() -> SimClock:
    return SimClock(WALL_MS, name="hub")


@pytest.fixture
def kept(tmp_path) -> Glance:
    return Glance(tmp_path)


def test_a_word_is_there_for_whoever_reads(kept, clock, tmp_path):
    kept.heard("gate-1", "laser", state(busy=True), clock.now())
    kept.turn(clock.now())
    assert glance.read(tmp_path).word("gate-1", "laser") == Word("in_use", WALL_MS - 9_000, True, ())
    assert glance.read(tmp_path).word("gate-1", "router") is None
    assert glance.read(tmp_path).word("gate-2", "laser") is None


def test_since_when_stays_while_the_state_does(kept, clock, tmp_path):
    kept.heard("gate-1", "laser", state(), clock.now())
    later = Moment("b", 60_005, WALL_MS + 51_000, True)
    clock.advance(60_000)
    kept.heard("gate-1", "laser", state(at=later, busy=False), clock.now())
    kept.turn(clock.now())
    assert glance.read(tmp_path).word("gate-1", "laser") == Word("in_use", WALL_MS - 9_000, False, ())
    kept.heard("gate-1", "laser", state("free", at=later), clock.now())
    clock.advance(EVERY_MS)
    kept.turn(clock.now())
    assert glance.read(tmp_path).word("gate-1", "laser").since_ms == WALL_MS + 51_000


@pytest.mark.parametrize(
    "at", [Moment("b", 5, 17, False), Moment("b", 5, WALL_MS + 3_600_000, True)], ids=["unsure", "ahead"]
)
def test_a_gate_that_does_not_know_the_time_is_dated_by_the_hub(kept, clock, tmp_path, at):
    kept.heard("gate-1", "laser", state(at=at), clock.now())
    kept.turn(clock.now())
    assert glance.read(tmp_path).word("gate-1", "laser").since_ms == WALL_MS


def test_it_is_written_ten_times_a_second_at_most_and_only_for_news(kept, clock, tmp_path):
    kept.heard("gate-1", "laser", state(), clock.now())
    kept.turn(clock.now())
    first = (tmp_path / FILE).read_text()
    clock.advance(EVERY_MS - 1)
    kept.heard("gate-1", "laser", state("free"), clock.now())
    kept.turn(clock.now())
    assert (tmp_path / FILE).read_text() == first
    clock.advance(1)
    kept.turn(clock.now())
    assert (tmp_path / FILE).read_text() != first
    (tmp_path / FILE).unlink()
    clock.advance(EVERY_MS)
    kept.heard("gate-1", "laser", state("free"), clock.now())
    kept.turn(clock.now())
    assert not (tmp_path / FILE).exists()


def test_a_folder_that_cannot_be_written_is_no_concern_of_the_hub(clock, tmp_path):
    lost = Glance(tmp_path / "nowhere")
    lost.heard("gate-1", "laser", state(), clock.now())
    lost.turn(clock.now())
    assert set(glance.written_ns(tmp_path / "nowhere")) == {0}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"gate-1": []}',
        '{"gate-1": {"laser": {}}}',
        '{"gate-1": {"laser": {"state": 1, "since_ms": 2}}}',
    ],
)
def test_a_file_that_makes_no_sense_says_nothing(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    assert glance.read(tmp_path).word("gate-1", "laser") is None


def test_names_that_a_client_makes_up_fill_no_memory(kept, clock, tmp_path):
    for number in range(MOST + 50):
        kept.heard("gate-1", f"m{number}", state(), clock.now())
    kept.turn(clock.now())
    assert len(json.loads((tmp_path / FILE).read_text())["gate-1"]) == MOST


def test_a_hub_that_hears_a_gate_keeps_what_its_machines_do(tmp_path):
    lab = HubLab(tmp_path)
    lab.make_hub()
    lab.hub_on()
    lab.join("gate-1")
    lab.settle()
    lab.say("gate-1", topics.machine_state("laser-1"), state("waiting").encode())
    lab.settle()
    assert glance.read(lab.settings.gate.state).word("gate-1", "laser-1").state == "waiting"
    assert LAB not in (lab.settings.gate.state / FILE).read_text()


def test_a_machine_that_begins_to_work_says_so_at_once(tmp_path):
    """The rest of its state is as before: a session goes on."""
    lab = HubLab(tmp_path)
    lab.make_hub()
    lab.hub_on()
    (gate,) = lab.join("gate-1")
    tidings = Tidings(gate.clock, LastWord())
    says = Presence(gate.settings, gate.port, gate.clock, "gate-1-1", tidings)
    for busy in (False, True):
        says.show({"laser-1": state(busy=busy)})
        lab.settle()
        assert glance.read(lab.settings.gate.state).word("gate-1", "laser-1").busy is busy
