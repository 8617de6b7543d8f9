"""What every bench must do, run on each kind that we have."""

from __future__ import annotations

from typing import Any

import pytest

from fabgate.devices.protocols import Colour, Pattern, Sound
from fabgate.errors import DeviceError
from fabgate.model import MachineId

LASER, LATHE = MachineId("laser"), MachineId("lathe")


def test_a_bench_has_the_machines_of_the_configuration_and_what_is_wired_to_each(rig: Any):
    assert set(rig.bench.machines) == {LASER, LATHE}
    laser = rig.bench.machines[LASER]
    assert [(name, relay.name) for name, relay in laser.outputs.items()] == [("relay", "relay")]
    assert [(role, line.name) for role, line in laser.inputs] == [("estop", "estop")]


def test_every_relay_is_off_when_the_bench_is_opened(rig: Any):
    assert [rig.level(machine) for machine in rig.bench.machines] == [False, False]


def test_a_relay_switches_on_and_off_and_no_other_follows(rig: Any):
    (relay,) = rig.bench.machines[LASER].outputs.values()
    relay.switch(True)
    assert (rig.level(LASER), rig.level(LATHE)) == (True, False)
    relay.switch(False)
    assert (rig.level(LASER), rig.level(LATHE)) == (False, False)


def test_switching_to_where_it_stands_changes_nothing(rig: Any):
    (relay,) = rig.bench.machines[LASER].outputs.values()
    relay.switch(True)
    relay.switch(True)
    assert rig.level(LASER)


def test_closing_the_bench_leaves_every_relay_off(rig: Any):
    for devices in rig.bench.machines.values():
        devices.outputs["relay"].switch(True)
    rig.bench.close()
    assert [rig.level(machine) for machine in (LASER, LATHE)] == [False, False]


@pytest.mark.parametrize("on", [True, False])
def test_a_relay_that_was_closed_does_not_switch(rig: Any, on: bool):
    (relay,) = rig.bench.machines[LASER].outputs.values()
    rig.bench.close()
    with pytest.raises(DeviceError, match="relay of machine laser"):
        relay.switch(on)


def test_a_second_close_does_nothing(rig: Any):
    rig.bench.machines[LASER].outputs["relay"].close()
    rig.bench.close()
    rig.bench.close()


def test_an_input_reads_as_what_was_done_to_it(rig: Any):
    ((_, estop),) = rig.bench.machines[LASER].inputs
    assert not estop.pressed
    rig.press(LASER, True)
    assert estop.pressed
    rig.press(LASER, False)
    assert not estop.pressed


def test_an_input_tells_its_watcher_of_each_change_and_of_nothing_else(rig: Any):
    told: list[bool] = []
    ((_, estop),) = rig.bench.machines[LASER].inputs
    estop.watch(told.append)
    assert told == []
    rig.press(LASER, True)
    rig.press(LATHE, True)
    rig.press(LASER, False)
    assert told == [True, False]


def test_an_input_that_was_closed_tells_nothing_more(rig: Any):
    told: list[bool] = []
    ((_, estop),) = rig.bench.machines[LASER].inputs
    estop.watch(told.append)
    rig.bench.close()
    with pytest.raises(DeviceError):
        _ = estop.pressed
    assert told == []


@pytest.mark.parametrize(
    ("colour", "shines"),
    [
        (Colour.WHITE, "111"),
        (Colour.GREEN, "010"),
        (Colour.RED, "100"),
        (Colour.AMBER, "110"),
        (Colour.BLUE, "001"),
        (Colour.OFF, "000"),
    ],
)
def test_a_lamp_shines_in_the_colour_that_it_is_given(rig: Any, colour: Colour, shines: str):
    lamp = rig.bench.machines[LASER].lamp
    lamp.show(Colour.RED, Pattern.BLINK)
    lamp.show(colour, Pattern.STEADY)
    assert rig.colour(LASER) == shines


def test_a_lamp_is_dark_at_the_start_and_after_the_end(rig: Any):
    assert rig.colour(LASER) == "000"
    rig.bench.machines[LASER].lamp.show(Colour.GREEN, Pattern.BLINK)
    rig.bench.close()
    assert rig.colour(LASER) == "000"


def test_what_faces_the_people_takes_whatever_it_is_given(rig: Any):
    for devices in rig.bench.machines.values():
        for sound in Sound:
            devices.buzzer.play(sound)
        devices.display.write(())
        devices.display.write(("Ada Lovelace", "two\nlines \x1b[2J Zoë 机"))


def test_a_reader_with_nothing_before_it_says_so_at_once(rig: Any):
    reader = rig.bench.machines[LASER].readers[0]
    assert reader.wait(0) == ()
    reader.revive()
    assert reader.wait(0) == ()
