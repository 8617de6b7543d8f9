"""The simulated wires that know of each other: a contactor and its mirror, a charge pump, a clamp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fabgate.config import Contact, MeterSettings, Settings, Wire
from fabgate.devices import open_bench
from fabgate.devices.clock import SimClock
from fabgate.devices.sim import SimBench
from fabgate.devices.verbs import act
from fabgate.errors import DeviceError
from fabgate.model import Duty, MachineId, Sense

LASER, LATHE = MachineId("laser"), MachineId("lathe")
OUTPUTS = (
    Wire("main", Duty.POWER, 17),
    Wire("tube", Duty.POWER, 27),
    Wire("fan", Duty.AUX, 26),
    Wire("alive", Duty.DEADMAN, 24),
)
MIRRORS = (Contact("seen", Sense.MIRROR, 12), Contact("tube-seen", Sense.MIRROR, 13))


@pytest.fixture
def bench(lab: Callable[..., Settings], clock: SimClock) -> SimBench:
    """A laser with two contactors that are mirrored, a charge pump and a meter."""
    return SimBench(wired(lab()), clock)


def wired(settings: Settings) -> Settings:
    laser = settings.machines[LASER]
    rules = replace(laser.rules, mirrors=(("seen", "main"), ("tube-seen", "tube")))
    laser = replace(laser, rules=rules, outputs=OUTPUTS, inputs=MIRRORS, meter=MeterSettings("sim"))
    return replace(settings, machines={**settings.machines, LASER: laser})


def hear(bench: SimBench) -> list[tuple[str, bool]]:
    """What the watchers of the laser's inputs are told from now on."""
    told: list[tuple[str, bool]] = []
    for _, line in bench.machines[LASER].inputs:
        line.watch(lambda pressed, name=line.name: told.append((name, pressed)))
    return told


# --- the clamp


def test_a_meter_tells_in_milliamperes_what_the_machine_draws(bench: SimBench):
    meter = bench.machines[LASER].meter
    assert meter.read() == 0
    bench.current(LASER, 3.1)
    assert meter.read() == 3_100
    act(bench, ["current", "laser", "0.0456"])
    assert meter.read() == 46


def test_a_machine_without_a_meter_has_none_and_none_can_break(bench: SimBench):
    assert bench.machines[LATHE].meter is None
    with pytest.raises(DeviceError, match="has no 'meter'"):
        bench.fail(LATHE, "meter")


def test_a_broken_meter_says_so_and_measures_again_once_it_is_mended(bench: SimBench):
    meter = bench.machines[LASER].meter
    bench.current(LASER, 2)
    act(bench, ["meter", "laser", "break"])
    with pytest.raises(DeviceError, match="meter of machine laser does not answer"):
        meter.read()
    act(bench, ["meter", "laser", "mend"])
    assert meter.read() == 2_000


def test_a_meter_measures_nothing_once_the_bench_is_closed_and_again_when_it_is_opened(bench: SimBench):
    meter = bench.machines[LASER].meter
    bench.current(LASER, 2)
    bench.close()
    with pytest.raises(DeviceError, match="meter of machine laser is closed"):
        meter.read()
    bench.reopen()
    assert bench.machines[LASER].meter.read() == 2_000


def test_a_real_meter_on_a_simulated_bench_stops_the_start(lab: Callable[..., Settings], clock: Any):
    with pytest.raises(DeviceError, match="the meter of machine laser: 'ads1115'"):
        open_bench(lab(meter=MeterSettings("ads1115")), clock)


# --- mirrors


def test_a_mirror_moves_with_its_own_contactor_and_tells_of_it(bench: SimBench):
    told = hear(bench)
    outputs = bench.machines[LASER].outputs
    outputs["main"].switch(True)
    outputs["main"].switch(True)
    assert [bench.state(LASER, name) for name in ("seen", "tube-seen")] == ["pressed", "released"]
    outputs["tube"].switch(True)
    outputs["fan"].switch(True)
    outputs["main"].switch(False)
    assert told == [("seen", True), ("tube-seen", True), ("seen", False)]


def test_a_mirror_that_is_pressed_is_a_weld_it_stays_when_the_output_goes_off(bench: SimBench):
    main = bench.machines[LASER].outputs["main"]
    bench.press(LASER, "seen")
    told = hear(bench)
    main.switch(True)
    main.switch(False)
    assert bench.state(LASER, "seen") == "pressed" and told == []
    act(bench, ["seen", "laser", "mend"])
    assert bench.state(LASER, "seen") == "released" and told == [("seen", False)]


def test_a_contactor_that_runs_can_weld_and_the_mend_is_no_news_while_it_is_on(bench: SimBench):
    main = bench.machines[LASER].outputs["main"]
    main.switch(True)
    told = hear(bench)
    act(bench, ["press", "laser", "seen"])
    main.switch(False)
    assert bench.state(LASER, "seen") == "pressed" and told == []
    main.switch(True)
    bench.mend(LASER, "seen")
    assert told == []
    main.switch(False)
    assert told == [("seen", False)]


def test_a_mirror_that_is_released_while_it_is_on_is_a_coil_that_does_not_pull(bench: SimBench):
    main = bench.machines[LASER].outputs["main"]
    main.switch(True)
    told = hear(bench)
    bench.release(LASER, "seen")
    assert told == [("seen", False)]
    main.switch(False)
    main.switch(True)
    assert bench.state(LASER, "seen") == "released" and told == [("seen", False)]


def test_a_weld_outlives_the_daemon_and_a_sound_contactor_falls_with_it(bench: SimBench):
    for name in ("main", "tube"):
        bench.machines[LASER].outputs[name].switch(True)
    bench.release(LASER, "seen")
    bench.press(LASER, "seen")
    bench.close()
    assert [bench.state(LASER, name) for name in ("seen", "tube-seen")] == ["pressed", "released"]
    bench.reopen()
    bench.machines[LASER].outputs["main"].switch(True)
    bench.machines[LASER].outputs["main"].switch(False)
    assert bench.state(LASER, "seen") == "pressed"


# --- the charge pump


def feed(bench: SimBench, clock: SimClock, ms: int) -> None:
    """A square wave of 50 ms high and 50 ms low, for so long."""
    alive = bench.machines[LASER].outputs["alive"]
    for edge in range(ms // 50):
        alive.switch(edge % 2 == 0)
        clock.advance(50)


def test_a_charge_pump_gives_power_while_it_is_fed_and_that_is_one_change(bench: SimBench, clock: SimClock):
    on = clock.now()
    feed(bench, clock, 5_000)
    assert bench.state(LASER, "alive") == "on"
    assert [(change.at, change.value) for change in bench.history] == [(on, "on")]


def test_a_charge_pump_runs_dry_half_a_second_after_its_last_edge(bench: SimBench, clock: SimClock):
    feed(bench, clock, 1_000)  # the last edge was 50 ms ago
    clock.advance(449)
    assert bench.state(LASER, "alive") == "on"
    clock.advance(1)
    dry = clock.now()
    assert bench.state(LASER, "alive") == "off"
    assert [(change.at, change.value) for change in bench.history][1:] == [(dry, "off")]


def test_when_a_charge_pump_ran_dry_is_not_when_somebody_looked(bench: SimBench, clock: SimClock):
    feed(bench, clock, 50)
    clock.advance(60_000)
    assert [(change.at.boot_ms, change.value) for change in bench.history] == [(0, "on"), (500, "off")]


def test_a_line_that_stands_still_gives_no_power_for_long_high_or_low(bench: SimBench, clock: SimClock):
    alive = bench.machines[LASER].outputs["alive"]
    alive.switch(False)
    assert bench.state(LASER, "alive") == "off"
    for _ in range(20):
        alive.switch(True)
        clock.advance(50)
    assert bench.state(LASER, "alive") == "off"


def test_what_ran_dry_is_told_before_what_happened_later(bench: SimBench, clock: SimClock):
    feed(bench, clock, 100)
    clock.advance(10_000)
    bench.machines[LASER].outputs["fan"].switch(True)
    assert [(change.device, change.value) for change in bench.history] == [
        ("alive", "on"),
        ("alive", "off"),
        ("fan", "on"),
    ]


def test_a_charge_pump_is_low_at_once_when_the_bench_is_closed(bench: SimBench, clock: SimClock):
    feed(bench, clock, 100)
    bench.close()
    assert bench.state(LASER, "alive") == "off"
    bench.reopen()
    assert bench.state(LASER, "alive") == "off"


def test_a_broken_dead_man_line_says_so_and_runs_dry(bench: SimBench, clock: SimClock):
    feed(bench, clock, 100)
    bench.fail(LASER, "alive")
    with pytest.raises(DeviceError, match="alive of machine laser does not answer"):
        bench.machines[LASER].outputs["alive"].switch(True)
    clock.advance(500)
    assert bench.state(LASER, "alive") == "off"
