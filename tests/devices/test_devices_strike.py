"""A door's strike: on every bench an output like those that give power, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fabgate.config import MachineSettings, ReaderSettings, Settings, Wire
from fabgate.devices import lower, open_bench
from fabgate.devices.kinds import check_names
from fabgate.devices.pi import PiBench
from fabgate.devices.protocols import Bench
from fabgate.devices.sim import SimBench
from fabgate.errors import DeviceError
from fabgate.model import Duty, Kind, MachineId, MachineRules, SkillId

DOOR, PIN = MachineId("front"), 27
STRIKE = (Wire("strike", Duty.PULSE, PIN),)


def with_door(settings: Settings, kind: Kind, outputs: tuple[Wire, ...], reader: str) -> Settings:
    rules = MachineRules(DOOR, SkillId(""), "Front door", kind=kind)
    door = MachineSettings(rules, (ReaderSettings(reader),), outputs, ())
    return replace(settings, machines={**settings.machines, DOOR: door})


Opened = tuple[Bench, Callable[[], bool]]


@pytest.fixture(params=["sim", "pi"])
def opened(request: pytest.FixtureRequest, lab: Callable[..., Settings], clock: Any) -> Opened:
    """A bench with a door, and whether the strike has current."""
    if request.param == "sim":
        sim = SimBench(with_door(lab(), Kind.DOOR, STRIKE, "sim"), clock)
        return sim, lambda: sim.state(DOOR, "strike") == "on"
    pins = request.getfixturevalue("mock_pins")
    return PiBench(with_door(lab("pi"), Kind.DOOR, STRIKE, "none"), factory=pins), lambda: bool(
        pins.pin(PIN).state
    )


def test_a_strike_has_no_current_at_boot_and_is_the_only_thing_that_the_gate_drives_at_a_door(opened: Opened):
    bench, current = opened
    assert not current()
    assert list(bench.machines[DOOR].outputs) == ["strike"]
    bench.close()


def test_a_strike_is_pulsed_as_a_relay_is_switched(opened: Opened):
    bench, current = opened
    (strike,) = bench.machines[DOOR].outputs.values()
    strike.switch(True)
    assert current()
    strike.switch(False)
    assert not current()
    bench.close()


def test_a_strike_loses_its_current_when_the_bench_is_closed(opened: Opened):
    bench, current = opened
    bench.machines[DOOR].outputs["strike"].switch(True)
    bench.close()
    assert not current()


def test_a_strike_and_a_dead_man_line_are_lowered_after_a_crash_as_a_relay_is(tmp_path: Path):
    config = {
        "machine": {
            "front": {"output": {"strike": {"role": "pulse", "pin": PIN}}},
            "laser": {"output": {"fan": {"role": "aux", "pin": 5}, "alive": {"role": "deadman", "pin": 24}}},
        }
    }
    assert lower.lines(config) == [lower.Line("front", "strike", PIN), lower.Line("laser", "alive", 24)]


@pytest.mark.parametrize(
    ("kind", "role", "remedy"),
    [
        (Kind.DOOR, Duty.POWER, "Set its role to 'pulse'"),
        (Kind.DOOR, Duty.DEADMAN, "Set its role to 'pulse'"),
        (Kind.COUNTER, Duty.PULSE, "Take the output away"),
    ],
)
def test_a_contactor_at_a_door_and_anything_at_a_counter_stop_the_start(
    lab: Callable[..., Settings], clock: Any, kind: Kind, role: Duty, remedy: str
):
    settings = with_door(lab(), kind, (Wire("strike", role, PIN),), "sim")
    with pytest.raises(DeviceError, match="front: output 'strike'") as refused:
        open_bench(settings, clock)
    assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    ("kind", "roles"),
    [(Kind.DOOR, (Duty.PULSE, Duty.AUX)), (Kind.MACHINE, tuple(Duty)), (Kind.LASER, tuple(Duty))],
)
def test_what_a_door_and_a_machine_may_drive(
    lab: Callable[..., Settings], kind: Kind, roles: tuple[Duty, ...]
):
    outputs = tuple(Wire(f"to-{role}", role, PIN + place) for place, role in enumerate(roles))
    check_names(with_door(lab(), kind, outputs, "sim"))


def test_a_counter_needs_nothing_but_a_reader(lab: Callable[..., Settings], clock: Any):
    settings = with_door(lab(), Kind.COUNTER, (), "sim")
    check_names(settings)
    bench = SimBench(settings, clock)
    assert bench.machines[DOOR].outputs == {}
    bench.close()
