"""Every kind of output, input and meter, on the simulated bench and on gpiozero's mocks: one contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from adc import AdsChip, McpChip
from adc import Wire as Mains

from fabgate.config import Contact, MachineSettings, MeterSettings, Settings, Wire
from fabgate.devices.clock import SimClock
from fabgate.devices.meters import Outside
from fabgate.devices.pi import STILL_S, PiBench
from fabgate.devices.protocols import Bench, Devices, Input
from fabgate.devices.sim import SimBench
from fabgate.errors import DeviceError
from fabgate.model import Duty, MachineId, Sense

LASER, LATHE = MachineId("laser"), MachineId("lathe")
PINS = {Duty.POWER: 17, Duty.AUX: 27, Duty.PULSE: 23, Duty.DEADMAN: 24}
OUTPUTS = tuple(Wire(f"to-{duty}", duty, pin) for duty, pin in PINS.items())
CONTACTS = tuple(
    Contact(f"{sense}-{'opens' if opens else 'closes'}", sense, pin, opens)
    for pin, (sense, opens) in zip(
        (0, 1, 4, 5, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 25, 26),
        ((sense, opens) for sense in Sense for opens in (True, False)),
        strict=True,
    )
)


@dataclass
class Wired:
    """A laser with everything that can be wired to one, and hands and eyes on its wires."""

    bench: Bench
    level: Callable[[str], bool]  # whether this output gives power
    press: Callable[[str, bool], None]  # press an input, or release it
    draw: Callable[[float], None]  # have the machine draw so many amperes

    @property
    def laser(self) -> Devices:
        return self.bench.machines[LASER]


def wired(settings: Settings, meter: str) -> Settings:
    measured = MeterSettings(meter, bus=0 if meter == "mcp3008" else 1)
    laser = replace(settings.machines[LASER], outputs=OUTPUTS, inputs=CONTACTS, meter=measured)
    mirrors = ((f"{Sense.MIRROR}-opens", OUTPUTS[0].name),)
    laser = replace(laser, rules=replace(laser.rules, mirrors=mirrors))
    lathe: MachineSettings = replace(settings.machines[LATHE], outputs=(), inputs=())
    return replace(settings, machines={LASER: laser, LATHE: lathe})


@pytest.fixture(params=["sim", "ads1115", "mcp3008"])
def rig(request: pytest.FixtureRequest, lab: Callable[..., Settings], clock: SimClock) -> Iterator[Wired]:
    if request.param == "sim":
        made = _sim(SimBench(wired(lab(), "sim"), clock))
    else:
        made = _pi(wired(lab("pi"), request.param), request.getfixturevalue("mock_pins"))
    yield made
    made.bench.close()


def _sim(bench: SimBench) -> Wired:
    return Wired(
        bench,
        level=lambda name: bench.state(LASER, name) == "on",
        press=lambda name, down: (bench.press if down else bench.release)(LASER, name),
        draw=lambda amperes: bench.current(LASER, amperes),
    )


def _pi(settings: Settings, pins: Any) -> Wired:
    """The chips that either meter could be are both there; contacts lie as they do at rest."""
    mains = Mains()
    McpChip(11, 10, 9, 7, pin_factory=pins).inputs = (mains.level,)
    outside = Outside(AdsChip({0: mains.swing}, mains.now).open, mains.now, mains.wait)
    bench = PiBench(settings, factory=pins, outside=outside)
    contacts = {contact.name: contact for contact in CONTACTS}
    outputs = {wire.name: wire.pin for wire in OUTPUTS}

    def press(name: str, down: bool) -> None:
        pin = pins.pin(contacts[name].pin)
        if down == contacts[name].opens:
            pin.drive_high()  # the contact is open: only the pull-up is left
        else:
            pin.drive_low()

    for name in contacts:
        press(name, False)
    return Wired(
        bench,
        level=lambda name: bool(pins.pin(outputs[name]).state),
        press=press,
        draw=lambda amperes: setattr(mains, "amperes", amperes),
    )


# --- outputs


def test_outputs_are_in_their_declared_order_and_off(rig: Wired):
    assert list(rig.laser.outputs) == [wire.name for wire in OUTPUTS]
    assert not any(rig.level(wire.name) for wire in OUTPUTS)
    assert rig.bench.machines[LATHE].outputs == {}


@pytest.mark.parametrize("wire", OUTPUTS, ids=lambda wire: wire.duty)
def test_an_output_goes_on_by_itself_and_off_with_the_bench(rig: Wired, wire: Wire):
    rig.laser.outputs[wire.name].switch(True)
    assert [other.name for other in OUTPUTS if rig.level(other.name)] == [wire.name]
    rig.bench.close()
    assert not rig.level(wire.name)


@pytest.mark.parametrize("wire", OUTPUTS[:3], ids=lambda wire: wire.duty)
def test_an_output_that_is_no_square_wave_goes_off_at_once(rig: Wired, wire: Wire):
    rig.laser.outputs[wire.name].switch(True)
    rig.laser.outputs[wire.name].switch(False)
    assert not rig.level(wire.name)


@pytest.mark.parametrize("wire", OUTPUTS, ids=lambda wire: wire.duty)
def test_a_closed_output_is_driven_no_more(rig: Wired, wire: Wire):
    rig.laser.outputs[wire.name].close()
    for on in (True, False):
        with pytest.raises(DeviceError, match=f"{wire.name} of machine laser"):
            rig.laser.outputs[wire.name].switch(on)


# --- inputs


def the_input(rig: Wired, contact: Contact) -> Input:
    (found,) = (line for sense, line in rig.laser.inputs if line.name == contact.name)
    return found


def test_every_input_is_there_with_what_it_tells_and_is_released(rig: Wired):
    told = [(sense, line.name, line.pressed) for sense, line in rig.laser.inputs]
    assert told == [(contact.sense, contact.name, False) for contact in CONTACTS]


@pytest.mark.parametrize("contact", CONTACTS, ids=lambda contact: contact.name)
def test_an_input_tells_each_change_whichever_way_its_contact_moves(rig: Wired, contact: Contact):
    told: list[bool] = []
    line = the_input(rig, contact)
    line.watch(told.append)
    seen = []
    for down in (True, False, True):
        rig.press(contact.name, down)
        seen.append(line.pressed)
    assert told == seen == [True, False, True]


def test_an_input_is_nobody_elses(rig: Wired):
    for contact in CONTACTS:
        rig.press(contact.name, True)
        pressed = [line.name for _, line in rig.laser.inputs if line.pressed]
        assert pressed == [contact.name]
        rig.press(contact.name, False)


@pytest.mark.parametrize("contact", CONTACTS, ids=lambda contact: contact.name)
def test_a_cut_wire_is_a_press_of_what_opens_and_nothing_of_what_closes(
    lab: Callable[..., Settings], mock_pins: Any, contact: Contact
):
    """Nothing is left on the line but its own pull-up, which each of them needs."""
    bench = PiBench(wired(lab("pi"), "ads1115"), factory=mock_pins)
    (line,) = (line for sense, line in bench.machines[LASER].inputs if line.name == contact.name)
    assert mock_pins.pin(contact.pin).pull == "up"
    assert line.pressed is contact.opens
    bench.close()


def test_only_an_emergency_stop_counts_before_its_contact_stands_still(
    lab: Callable[..., Settings], mock_pins: Any
):
    bench = PiBench(wired(lab("pi"), "ads1115"), factory=mock_pins)
    still = {contact.name: mock_pins.pin(contact.pin).bounce for contact in CONTACTS}
    bench.close()
    assert still == {contact.name: None if contact.sense is Sense.ESTOP else STILL_S for contact in CONTACTS}
    assert STILL_S < 0.4 / 2, "what holds for 400 ms is always seen"


# --- the meter


def test_a_meter_tells_what_the_machine_draws(rig: Wired):
    assert rig.laser.meter is not None and rig.bench.machines[LATHE].meter is None
    for amperes in (0.0, 3.0, 12.5, 0.0):
        rig.draw(amperes)
        assert rig.laser.meter.read() == pytest.approx(amperes * 1000, rel=0.02, abs=40)


def test_a_meter_that_was_closed_with_its_bench_measures_nothing(rig: Wired):
    meter = rig.laser.meter
    assert meter is not None
    rig.bench.close()
    with pytest.raises(DeviceError, match="meter"):
        meter.read()
