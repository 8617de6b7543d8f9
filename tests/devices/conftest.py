"""A lab with two machines, on whichever bench a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fabgate.badges.uid import Uid, parse
from fabgate.config import (
    Contact,
    GateSettings,
    LabSettings,
    MachineSettings,
    Panel,
    ReaderSettings,
    Settings,
    Skill,
    Wire,
)
from fabgate.devices.clock import SimClock
from fabgate.devices.pi import PiBench
from fabgate.devices.protocols import Bench
from fabgate.devices.sim import SimBench
from fabgate.model import Duty, MachineId, MachineRules, Sense, SkillId

LASER, LATHE = MachineId("laser"), MachineId("lathe")
ESTOP_PIN = {LASER: 5, LATHE: 6}


@pytest.fixture
def ada() -> Uid:
    return parse("04A2B3C4D5E680")


@pytest.fixture
def grace() -> Uid:
    return parse("04A2B3C4D5E681")


@pytest.fixture
def clock() -> SimClock:
    return SimClock(1_790_000_000_000)


@pytest.fixture
def lab(tmp_path: Path) -> Callable[..., Settings]:
    """`lab(bench="pi", reader="none", ...)`: a laser and a lathe, each with a relay and an emergency stop."""

    def made(bench: str = "sim", reader: str = "", panel: Panel | None = None, **changes: Any) -> Settings:
        reader = reader or {"pi": "none"}.get(bench, bench)
        machines = {
            LASER: _machine(LASER, reader, panel or Panel(), 17, **changes),
            LATHE: _machine(LATHE, reader, Panel(), 22),
        }
        return Settings(
            path=tmp_path / "fabgate.toml",
            lab=LabSettings("openfab", ZoneInfo("Europe/Brussels")),
            gate=GateSettings("gate", tmp_path, bench=bench, clock="trusted"),
            skills={SkillId("laser"): Skill(SkillId("laser"), "Laser")},
            machines=machines,
        )

    return made


def _machine(machine: MachineId, reader: str, panel: Panel, pin: int, **changes: Any) -> MachineSettings:
    given: dict[str, Any] = {
        "outputs": (Wire("relay", Duty.POWER, pin),),
        "inputs": (Contact("estop", Sense.ESTOP, ESTOP_PIN[machine]),),
    }
    rules = MachineRules(machine, SkillId("laser"), machine.title())
    return MachineSettings(rules, (ReaderSettings(reader),), panel=panel, **given | changes)


@dataclass
class Rig:
    """A bench, and hands and eyes on its wires."""

    bench: Bench
    level: Callable[[MachineId], bool]  # whether the relay's line gives power
    press: Callable[[MachineId, bool], None]  # push the emergency stop, or release it
    colour: Callable[[MachineId], str]  # what the lamp shines, as red green blue


@pytest.fixture
def mock_pins() -> Iterator[Any]:
    """gpiozero over pins that are only told; whatever is open afterwards is closed."""
    from gpiozero import Device
    from gpiozero.pins.mock import MockFactory

    factory = MockFactory()
    yield factory
    factory.close()
    factory.reset()
    Device.pin_factory = None


@pytest.fixture(params=["sim", "pi"])
def rig(request: pytest.FixtureRequest, lab: Callable[..., Settings], clock: SimClock) -> Iterator[Rig]:
    """The same two machines on every kind of bench that we have."""
    made = _sim(lab, clock) if request.param == "sim" else _pi(lab, request.getfixturevalue("mock_pins"))
    yield made
    made.bench.close()


def _sim(lab: Callable[..., Settings], clock: SimClock) -> Rig:
    bench = SimBench(lab(), clock)
    light = {"off": "000", "red": "100", "green": "010", "blue": "001", "amber": "110", "white": "111"}
    return Rig(
        bench,
        level=lambda machine: bench.state(machine, "relay") == "on",
        press=lambda machine, down: (bench.press if down else bench.release)(machine, "estop"),
        colour=lambda machine: light[bench.state(machine, "lamp").split()[0]],
    )


def _pi(lab: Callable[..., Settings], pins: Any) -> Rig:
    bench = PiBench(lab("pi", panel=Panel(lamp="rgb", lamp_pins=(16, 20, 21))), factory=pins)
    for pin in ESTOP_PIN.values():
        pins.pin(pin).drive_low()  # the normally closed contact is there and pulls the line to ground

    def press(machine: MachineId, down: bool) -> None:
        pin = pins.pin(ESTOP_PIN[machine])
        if down:
            pin.drive_high()
        else:
            pin.drive_low()

    return Rig(
        bench,
        level=lambda machine: bool(pins.pin({LASER: 17, LATHE: 22}[machine]).state),
        press=press,
        colour=lambda machine: "".join(str(int(pins.pin(pin).state)) for pin in (16, 20, 21)),
    )
