"""Meters on real chips: what a clamp gives, sampled; what is wrong with it; who shares a chip."""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from adc import AdsChip, McpChip, Wire
from gpiozero import SPISoftwareFallback
from hypothesis import given
from hypothesis import strategies as st

from fabgate.config import MeterSettings, ReaderSettings, Settings
from fabgate.devices.ads1115 import I2C_SLAVE, Ads1115, I2cBus
from fabgate.devices.clamp import FEWEST, WINDOW_S, sampled, wave
from fabgate.devices.meters import Outside
from fabgate.devices.pi import PiBench
from fabgate.devices.protocols import Meter
from fabgate.errors import DeviceError
from fabgate.model import MachineId

LASER, LATHE = MachineId("laser"), MachineId("lathe")
ADS, MCP = MeterSettings("ads1115"), MeterSettings("mcp3008", bus=0)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def chip(wire: Wire) -> AdsChip:
    """The clamp on its first pair of inputs, and 1.2 V on the second."""
    return AdsChip({0: wire.swing, 3: lambda: 0.25}, wire.now)


@pytest.fixture
def opened(lab: Callable[..., Settings], mock_pins: Any, wire: Wire, chip: AdsChip) -> Iterator[Any]:
    """`opened(meter, ...)`: the bench whose laser (and lathe) has these meters."""
    benches: list[PiBench] = []

    def made(laser: MeterSettings, lathe: MeterSettings | None = None) -> PiBench:
        settings = lab("pi", meter=laser)
        machines = {**settings.machines, LATHE: replace(settings.machines[LATHE], meter=lathe)}
        outside = Outside(chip.open, wire.now, wire.wait)
        benches.append(PiBench(replace(settings, machines=machines), factory=mock_pins, outside=outside))
        return benches[-1]

    yield made
    for bench in benches:
        bench.close()


@pytest.fixture
def mcp(mock_pins: Any, wire: Wire) -> McpChip:
    """The chip at the second chip select, its clamp on the first input, and nothing on the last."""
    device = McpChip(11, 10, 9, 7, pin_factory=mock_pins)
    device.inputs = (wire.level, *[lambda: 0.0] * 7)
    return device


# --- the arithmetic


def test_of_a_wave_around_a_bias_the_bias_and_the_root_mean_square_are_told():
    volts = [1.65 + math.sqrt(2) * 0.5 * math.sin(2 * math.pi * step / 40) for step in range(400)]
    seen = wave(volts)
    assert (seen.bias, seen.swing) == (pytest.approx(1.65), pytest.approx(0.5))


@given(st.lists(st.floats(-5, 5), min_size=1), st.floats(-2, 2))
def test_a_bias_changes_nothing_but_the_bias(volts: list[float], bias: float):
    still, moved = wave(volts), wave([volt + bias for volt in volts])
    assert moved.swing == pytest.approx(still.swing, abs=1e-6)
    assert moved.bias == pytest.approx(still.bias + bias, abs=1e-6)


def test_samples_fill_the_window_in_even_steps(wire: Wire):
    taken = sampled(wire.now, wire.now, wire.wait)
    steps = [later - before for before, later in pairwise(taken)]
    assert taken[-1] - taken[0] == pytest.approx(WINDOW_S, abs=0.003)
    assert max(steps) - min(steps) < 1e-6


def test_a_chip_that_is_slow_is_asked_often_enough_all_the_same(wire: Wire):
    def slow() -> float:
        wire.wait(0.005)
        return 0.0

    assert len(sampled(slow, wire.now, wire.wait)) == FEWEST


# --- what each chip measures


def current(bench: PiBench, machine: MachineId = LASER) -> int:
    meter = bench.machines[machine].meter
    assert meter is not None
    return meter.read()


@pytest.mark.parametrize("hz", [50, 60, 49.8])
@pytest.mark.parametrize("amperes", [0.0, 0.3, 3.1, 25.0])
def test_an_ads1115_tells_the_current_at_either_mains_frequency(
    opened: Any, wire: Wire, amperes: float, hz: float
):
    bench = opened(ADS)
    wire.amperes, wire.hz = amperes, hz
    assert current(bench) == pytest.approx(amperes * 1000, rel=0.01, abs=5)


@pytest.mark.parametrize("amperes", [0.0, 1.0, 3.1, 15.0])
def test_an_mcp3008_tells_the_current(opened: Any, mcp: McpChip, wire: Wire, amperes: float):
    bench = opened(MCP)
    wire.amperes = amperes
    assert current(bench) == pytest.approx(amperes * 1000, rel=0.02, abs=40)


def test_a_current_that_is_no_sine_counts_by_its_heat(opened: Any, wire: Wire):
    bench = opened(ADS)
    wire.amperes, wire.harmonic = 4.0, 0.8
    assert current(bench) == pytest.approx(4000, rel=0.01)


def test_another_clamp_gives_another_current(opened: Any, wire: Wire):
    wire.amperes, wire.per_volt = 3.0, 10.0
    assert current(opened(replace(ADS, per_volt=10_000))) == pytest.approx(3000, rel=0.01)


def test_an_input_of_the_mcp3008_is_one_of_eight(opened: Any, mcp: McpChip, wire: Wire):
    mcp.inputs = (*[lambda: 0.0] * 5, wire.level, lambda: 3.3, lambda: 3.3)
    wire.amperes = 6.0
    assert current(opened(replace(MCP, channel=5))) == pytest.approx(6000, rel=0.02)


# --- two machines on one chip


def test_the_other_pair_of_the_chip_is_another_machines_and_leaves_no_trace_in_this_one(
    opened: Any, wire: Wire, chip: AdsChip
):
    bench = opened(ADS, replace(ADS, channel=1))
    wire.amperes = 2.0
    for _ in range(2):
        assert current(bench, LATHE) == 0  # a quarter of a volt that stands still is no current
        assert current(bench) == pytest.approx(2000, rel=0.01)
    assert chip.configured == [0x34E3, 0x04E3] * 2


def test_two_machines_on_one_chip_take_turns(opened: Any, wire: Wire, chip: AdsChip):
    bench = opened(ADS, replace(ADS, channel=1))
    wire.amperes = 2.0
    seen: dict[MachineId, list[int]] = {LASER: [], LATHE: []}

    def measure(machine: MachineId) -> None:
        for _ in range(5):
            seen[machine].append(current(bench, machine))

    threads = [threading.Thread(target=measure, args=(machine,)) for machine in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert seen[LATHE] == [0] * 5
    assert seen[LASER] == [pytest.approx(2000, rel=0.01)] * 5


# --- what fails


def failing(meter: Meter | None) -> DeviceError:
    assert meter is not None
    with pytest.raises(DeviceError) as wrong:
        meter.read()
    assert wrong.value.remedy
    return wrong.value


def test_a_chip_that_does_not_answer_says_so_and_is_asked_anew(opened: Any, wire: Wire, chip: AdsChip):
    bench = opened(ADS)
    chip.broken = True
    assert "ADS1115 at 0x48 on I2C bus 1" in failing(bench.machines[LASER].meter).what
    assert chip.opened == 0
    chip.broken, wire.amperes = False, 1.0
    assert current(bench) == pytest.approx(1000, rel=0.01)


def test_a_bus_that_is_not_there_when_the_gate_starts_may_come_later(opened: Any, wire: Wire, chip: AdsChip):
    chip.broken = True
    bench = opened(replace(ADS, address=0x49))
    assert "No such file or directory" in failing(bench.machines[LASER].meter).what


def test_a_clamp_that_is_not_plugged_in_is_not_a_machine_at_rest(opened: Any, wire: Wire, mcp: McpChip):
    mcp.inputs = (lambda: 0.0,) * 8
    assert "rests at 0.00 V" in failing(opened(MCP).machines[LASER].meter).what


def test_a_pair_of_which_one_wire_is_off_is_not_a_machine_at_rest(opened: Any, wire: Wire, chip: AdsChip):
    chip.pairs[0] = lambda: 1.65
    assert "rests at 1.65 V" in failing(opened(ADS).machines[LASER].meter).what


@pytest.mark.parametrize("settings", [ADS, MCP])
def test_a_closed_meter_measures_nothing(opened: Any, mcp: McpChip, chip: AdsChip, settings: MeterSettings):
    bench = opened(settings)
    meter = bench.machines[LASER].meter
    meter.read()
    meter.close()
    assert "is closed" in failing(meter).what
    meter.close()
    assert chip.opened == 0


def test_the_bench_closes_its_meters(opened: Any, chip: AdsChip):
    bench = opened(ADS)
    current(bench)
    assert chip.opened == 1
    bench.close()
    assert chip.opened == 0


def test_the_bus_is_not_moved_by_hand_where_spi_is_off(
    opened: Any, mock_pins: Any, monkeypatch: pytest.MonkeyPatch
):
    """gpiozero warns and goes on with its own pins: that would take the bus from the badge reader."""

    def fallen_back(**options: object) -> None:
        warnings.warn(SPISoftwareFallback("failed to initialize hardware SPI"), stacklevel=1)

    monkeypatch.setattr(mock_pins, "spi", fallen_back)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrong = failing(opened(MCP).machines[LASER].meter)
    assert "SPI 0.1 cannot be opened" in wrong.what and "dtparam=spi=on" in wrong.remedy


# --- the kernel's side of the I2C bus


def test_a_bus_is_a_file_that_is_told_whom_it_speaks_to(tmp_path: Path):
    (tmp_path / "i2c-3").write_bytes(b"\x12\x34")
    asked: list[tuple[int, int]] = []
    line = I2cBus(3, 0x48, folder=tmp_path, ioctl=lambda fd, ask, what: asked.append((ask, what)) or 0)
    assert asked == [(I2C_SLAVE, 0x48)] == [(0x0703, 0x48)]
    assert line.read(2) == b"\x12\x34"
    line.write(b"\x01\x04\xe3")
    line.close()
    assert (tmp_path / "i2c-3").read_bytes() == b"\x12\x34\x01\x04\xe3"


def test_an_address_that_the_kernel_keeps_for_itself_is_no_leak(tmp_path: Path):
    (tmp_path / "i2c-1").touch()
    held: list[int] = []

    def busy(fd: int, ask: int, what: int) -> int:
        held.append(fd)
        raise OSError(16, "Device or resource busy")

    meter = Ads1115(
        1, 0x48, 0, threading.Lock(), lambda bus, at: I2cBus(bus, at, folder=tmp_path, ioctl=busy)
    )
    with pytest.raises(DeviceError, match="Device or resource busy"), meter.sampling():
        pass
    assert not Path(f"/proc/self/fd/{held[0]}").exists()


def test_half_a_conversion_is_none(tmp_path: Path):
    (tmp_path / "i2c-1").touch()
    meter = Ads1115(
        1, 0x48, 0, threading.Lock(), lambda bus, at: I2cBus(bus, at, folder=tmp_path, ioctl=lambda *_: 0)
    )
    with pytest.raises(DeviceError, match="bytes instead of 2"), meter.sampling() as volt:
        volt()


# --- what a configuration has wrong


@pytest.mark.parametrize(
    ("laser", "lathe", "what"),
    [
        (MeterSettings("sim"), None, "the meter of machine laser: 'sim'"),
        (MeterSettings("mcp3008"), None, "SPI bus 1"),
        (replace(ADS, address=0x3C), None, "0x3C"),
        (replace(ADS, channel=2), None, "no channel 2"),
        (ADS, ADS, "the meter of machine lathe and the meter of machine laser are at the same place"),
        (MCP, MCP, "same place"),
    ],
)
def test_a_meter_that_cannot_be_there_opens_nothing(
    opened: Any, mock_pins: Any, laser: MeterSettings, lathe: MeterSettings | None, what: str
):
    with pytest.raises(DeviceError, match=what):
        opened(laser, lathe)
    assert not mock_pins.pins


def test_a_meter_where_a_badge_reader_is_opens_nothing(lab: Callable[..., Settings], mock_pins: Any):
    settings = lab("pi", meter=replace(MCP, device=0))
    laser = replace(settings.machines[LASER], readers=(ReaderSettings("rc522"),))
    with pytest.raises(DeviceError, match="meter of machine laser and the reader of machine laser"):
        PiBench(replace(settings, machines={LASER: laser}), factory=mock_pins)


@pytest.mark.parametrize("lathe", [replace(ADS, channel=1), replace(ADS, address=0x49), MCP])
def test_two_meters_at_two_places_go_together(opened: Any, mcp: McpChip, lathe: MeterSettings):
    assert opened(ADS, lathe).machines[LATHE].meter is not None
