"""A door and a counter at a gate, by hand: the loop steps, wakes and shows them like machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from gate_bench import ByHand
from gate_lab import ADA, GRACE, LASER, STRANGER, TOM, bodies, found, read

from fabgate import config
from fabgate.gate.outside import machine_state
from fabgate.model import MachineId, Notice
from fabgate.records import CheckedIn, CheckedOut, DoorOpened, Refused, SessionStarted
from fabgate.rules.door import Door

FRONT, DESK = MachineId("front"), MachineId("desk")
DOORS = """
[opening.always]
mode = "public"
weekly = ["mon-sun 00:00-24:00"]
"""
WIRED = """
[machine.front]
kind = "door"
title = "Front door"
opening = ["always"]
pulse = "5s"
[machine.front.output.strike]
role = "pulse"

[machine.desk]
kind = "counter"
title = "Counter"
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ByHand]:
    found(tmp_path)
    path = tmp_path / "fabgate.toml"
    lab = path.read_text(encoding="utf-8").replace("[gate]", 'rules = "rules.toml"\n\n[gate]', 1)
    path.write_text(lab + WIRED, encoding="utf-8")
    (tmp_path / "rules.toml").write_text(DOORS, encoding="utf-8")
    made = ByHand(config.load(path))
    made.begin()
    yield made
    made.close()


def strike(house: ByHand) -> str:
    return house.bench.state(FRONT, "strike")


def test_a_tap_at_a_door_opens_it_for_its_pulse_and_checks_in(house: ByHand):
    house.start(FRONT, ADA)
    assert strike(house) == "on"
    house.wait(4_999)
    assert strike(house) == "on"
    house.wait(1)
    assert strike(house) == "off"
    assert [one.member for one in bodies(house.settings, DoorOpened)] == ["m-ada"]
    assert [one.member for one in bodies(house.settings, CheckedIn)] == ["m-ada"]


def test_the_strike_has_no_power_before_its_record_is_durable(house: ByHand):
    house.tap(FRONT, ADA)
    house.look()
    assert (len(house.starts()), strike(house)) == (1, "off")
    house.write()
    assert strike(house) == "on"


def test_the_loop_asks_to_be_woken_for_a_strike_and_beats_for_sessions_only(house: ByHand):
    house.start(FRONT, ADA)
    assert house.loop.wake_ms() is not None
    assert not house.loop.powered
    house.wait(5_000)
    house.wait(60_000)
    assert house.loop.wake_ms() is None


def test_a_door_that_is_open_is_in_use_for_whoever_looks_on(house: ByHand):
    house.start(FRONT, ADA)
    told = machine_state(house.loop.posts[FRONT].state, house.clock.now())
    assert (told.state, told.powered) == ("in_use", True)
    house.wait(5_000)
    told = machine_state(house.loop.posts[FRONT].state, house.clock.now())
    assert (told.state, told.powered) == ("free", False)


def test_who_was_checked_in_at_a_door_checks_out_at_the_counter(house: ByHand):
    house.start(FRONT, ADA)
    house.start(DESK, ADA)
    house.wait(3_000)
    house.start(DESK, ADA)
    assert [type(one) for one in bodies(house.settings, CheckedIn, CheckedOut)] == [
        CheckedIn,
        CheckedOut,
        CheckedIn,
    ]


def test_a_stranger_at_a_door_is_refused_and_written(house: ByHand):
    house.start(FRONT, STRANGER)
    assert strike(house) == "off"
    assert [one.machine for one in bodies(house.settings, Refused)] == ["front"]


def test_doors_and_machines_of_one_gate_do_not_touch_each_other(house: ByHand):
    house.start(LASER, GRACE)
    house.start(FRONT, TOM)
    house.wait(5_000)
    assert (house.relay(LASER), strike(house)) == ("on", "off")
    assert len(read(house.settings, SessionStarted)) == 1


def test_the_end_of_the_daemon_shuts_every_door(house: ByHand):
    house.start(FRONT, ADA)
    house.loop.stop(house.clock.now())
    assert strike(house) == "off"


def test_a_door_and_a_counter_say_what_they_are(house: ByHand):
    shown = {one.machine: one.what for one in house.shows}
    assert (shown[FRONT], shown[DESK], shown[LASER]) == (
        Notice.DOOR_READY,
        Notice.COUNTER_READY,
        Notice.READY,
    )
    assert isinstance(house.loop.posts[FRONT].state, Door)
