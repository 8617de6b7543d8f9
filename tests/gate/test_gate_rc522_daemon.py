"""The whole road on a Pi's bench: a badge in the field of an emulated RC522, the real package, the real
daemon with all its threads, gpiozero's pins, and a relay that closes over a durable start."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gate_lab import ADA, LASER, STRANGER, bodies, found, is_sound, until
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from rc522.clock import LiveClock
from rc522.faults import Stuck
from rc522.rig import Bench

from fabgate import config
from fabgate.config import Settings
from fabgate.devices.clock import SystemClock
from fabgate.devices.pi import PiBench
from fabgate.gate.run import Daemon
from fabgate.model import Code
from fabgate.records import Refused, SessionStarted, SessionStopped, TroubleBegan, TroubleOver

pytestmark = pytest.mark.xdist_group("machine")  # many processes, or a chip in real time: one at a time

ON_A_PI = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"

[gate]
name = "gate1"
state = "state"
bench = "pi"
clock = "trusted"

[machine.laser]
skill = "laser"
title = "Laser"
reader = "rc522"
[machine.laser.output.relay]
role = "power"
pin = 17
"""


class Wall:
    """The gate on the wall above the laser, and somebody with a badge before it."""

    def __init__(self, settings: Settings, chip: Bench, pins: MockFactory) -> None:
        self.chip, self.pins = chip, pins
        bench = PiBench(settings, factory=pins, stream=io.StringIO())
        self.daemon = Daemon(settings, SystemClock("trusted"), bench)
        self.thread = threading.Thread(target=self.daemon.run, daemon=True)
        self.thread.start()
        assert self.daemon.ready.wait(20)
        self.start_clock = chip.clock.monotonic()

    @property
    def on(self) -> bool:
        return bool(self.pins.pin(17).state)

    def settled(self) -> bool:
        """Whether the reader has looked long enough to call a badge that comes now a fresh one."""
        return self.chip.clock.monotonic() - self.start_clock > 1.0

    def end(self) -> None:
        self.daemon.end()
        self.thread.join(20)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found(tmp_path)
    path = tmp_path / "pi.toml"
    path.write_text(ON_A_PI, encoding="utf-8")
    return config.load(path)


@pytest.fixture
def wall(settings: Settings) -> Iterator[Wall]:
    before: Any = Device.pin_factory
    pins = MockFactory()
    with Bench(clock=LiveClock()) as chip:
        made = Wall(settings, chip, pins)
        yield made
        made.end()
    pins.reset()
    Device.pin_factory = before


def tap_until(wall: Wall, so: Callable[[], bool]) -> None:
    """Ada taps, and again as people do where nothing happens: on a starved machine the driver may just then
    have given its chip up and reset it, and what lay there meanwhile counts only once it has been away."""
    clock = wall.chip.clock
    for _ in range(4):
        picc, laid = wall.chip.lay(ADA.raw), clock.monotonic()
        until(lambda laid=laid: so() or clock.monotonic() - laid > 3)
        wall.chip.take(picc)
        gone = clock.monotonic()
        until(lambda gone=gone: so() or clock.monotonic() - gone > 3)
        if so():
            return
    raise AssertionError("she tapped four times, and it is not so")


def test_a_badge_in_the_field_closes_the_relay_over_a_durable_start_and_opens_it_again(
    wall: Wall, settings: Settings
):
    until(wall.settled)
    assert not wall.on
    picc = wall.chip.lay(ADA.raw)
    until(lambda: wall.on, "the relay closes")
    [started] = bodies(settings, SessionStarted)
    assert isinstance(started, SessionStarted) and (started.machine, started.member) == (LASER, "m-ada")
    wall.chip.take(picc)
    gone = wall.chip.clock.monotonic()
    until(lambda: wall.chip.clock.monotonic() - gone > 3, "the badge counts again")
    assert wall.on
    tap_until(wall, lambda: not wall.on)
    until(lambda: bodies(settings, SessionStopped), "the end is written")
    wall.end()
    assert is_sound(settings)


def test_a_stranger_in_the_field_is_refused_and_a_dead_chip_is_in_the_journal(wall: Wall, settings: Settings):
    until(wall.settled)
    picc = wall.chip.lay(STRANGER.raw)
    until(lambda: bodies(settings, Refused), "the refusal is written")
    [refused] = bodies(settings, Refused)
    assert isinstance(refused, Refused) and refused.code == Code.UNKNOWN_BADGE
    wall.chip.take(picc)
    wall.chip.chip().fault(Stuck(0xFF))
    until(lambda: bodies(settings, TroubleBegan), "the blind reader is written")
    wall.chip.chip().mend()
    until(lambda: bodies(settings, TroubleOver), "it sees again")
    assert not wall.on
