"""What only the bench on real pins has: its wiring, its refusals, and gpiozero's traps."""

from __future__ import annotations

import io
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin

from fabgate.config import Contact, MeterSettings, Panel, Settings, Wire
from fabgate.devices import open_bench
from fabgate.devices.lower import header_chip
from fabgate.devices.pi import PiBench
from fabgate.devices.protocols import Colour, Pattern, Sound
from fabgate.errors import DeviceError
from fabgate.model import Duty, MachineId, Sense

LASER, LATHE = MachineId("laser"), MachineId("lathe")
PRESS_ON_2 = (Contact("lid", Sense.LID, 2),)
FULL = Panel("rgb", (16, 20, 21), "gpio", 12, "console")


@pytest.fixture
def opened(lab: Callable[..., Settings], mock_pins: Any):
    benches: list[PiBench] = []

    def made(**changes: Any) -> PiBench:
        benches.append(PiBench(lab("pi", **changes), factory=mock_pins, stream=io.StringIO()))
        return benches[-1]

    yield made
    for bench in benches:
        bench.close()


def test_a_relay_is_active_high_and_was_never_high_before_it_was_switched(opened: Any, mock_pins: Any):
    bench = opened()
    pin = mock_pins.pin(17)
    assert [state.state for state in pin.states] == [False]
    bench.machines[LASER].outputs["relay"].switch(True)
    assert [state.state for state in pin.states] == [False, True]


def test_closing_sets_the_line_low_before_it_lets_it_go(opened: Any, mock_pins: Any):
    """gpiozero alone would leave a line that was high as a floating input."""
    bench = opened()
    bench.machines[LASER].outputs["relay"].switch(True)
    bench.close()
    assert [state.state for state in mock_pins.pin(17).states] == [False, True, False]
    assert mock_pins.pin(17).function == "input"


def test_the_pin_factory_is_the_one_that_was_given(opened: Any, mock_pins: Any):
    opened()
    assert Device.pin_factory is mock_pins


def test_an_emergency_stop_with_a_cut_wire_reads_as_pressed(opened: Any, mock_pins: Any):
    """The contact is normally closed to ground; nothing but the pull-up is left when the wire is cut."""
    bench = opened()
    ((_, estop),) = bench.machines[LASER].inputs
    mock_pins.pin(5).drive_low()
    assert not estop.pressed
    mock_pins.pin(5).drive_high()
    assert estop.pressed
    assert mock_pins.pin(5).pull == "up"


def test_a_lamp_that_blinks_and_a_buzzer_that_beeps_stop_for_the_next_thing(opened: Any, mock_pins: Any):
    bench = opened(panel=FULL)
    devices = bench.machines[LASER]
    for colour in (Colour.RED, Colour.AMBER, Colour.RED):
        devices.lamp.show(colour, Pattern.BLINK)
        devices.buzzer.play(Sound.REFUSE)
    devices.lamp.show(Colour.GREEN, Pattern.STEADY)
    devices.buzzer.play(Sound.NONE)
    assert [mock_pins.pin(pin).state for pin in (16, 20, 21, 12)] == [False, True, False, False]


def test_closing_silences_the_buzzer(opened: Any, mock_pins: Any):
    bench = opened(panel=FULL)
    bench.machines[LASER].buzzer.play(Sound.END)
    bench.close()
    assert not mock_pins.pin(12).state


@pytest.mark.parametrize("display", ["oled", "lcd"])
def test_a_display_that_does_not_answer_is_told_and_done_without(opened: Any, display: str):
    bench = opened(panel=Panel(display=display, display_bus=99))
    with pytest.raises(DeviceError, match="the display of machine laser at 0x3c on I2C bus 99"):
        bench.machines[LASER].display.write(("Hello",))
    bench.machines[LASER].outputs["relay"].switch(True)


def test_without_luma_a_display_says_what_to_install_and_the_others_go_on(
    opened: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "luma.core.interface.serial", None)
    bench = opened(panel=Panel(display="oled"))
    with pytest.raises(DeviceError) as wrong:
        bench.machines[LASER].display.write(("Hello",))
    assert "fabgate[display]" in wrong.value.remedy
    bench.machines[LASER].outputs["relay"].switch(True)


class DeadPin(MockPin):
    """A line that somebody else holds: it can be claimed for nothing."""

    def _set_function(self, value: str) -> None:
        if value == "output" and self.info.name == "GPIO17":
            raise OSError(16, "GPIO busy")
        super()._set_function(value)


class WornPin(MockPin):
    """A line that can be claimed and then no longer be written."""

    worn = False

    def _set_state(self, value: float) -> None:
        if self.worn:
            raise OSError(5, "Input/output error")
        super()._set_state(value)


def test_a_relay_that_cannot_be_opened_fails_at_its_machine_and_the_others_go_on(
    opened: Any, mock_pins: MockFactory
):
    mock_pins.pin_class = DeadPin
    bench = opened()
    with pytest.raises(DeviceError, match=r"output relay of machine laser on GPIO17 failed: .*GPIO busy"):
        bench.machines[LASER].outputs["relay"].switch(True)
    bench.machines[LATHE].outputs["relay"].switch(True)
    assert mock_pins.pin(22).state


def test_a_line_that_fails_later_is_named_with_its_pin_and_a_remedy(opened: Any, mock_pins: MockFactory):
    mock_pins.pin_class = WornPin
    bench = opened()
    bench.machines[LATHE].outputs["relay"].switch(True)
    mock_pins.pin(17).worn = True
    with pytest.raises(DeviceError, match="GPIO17") as wrong:
        bench.machines[LASER].outputs["relay"].switch(True)
    assert wrong.value.remedy
    with pytest.raises(DeviceError):
        bench.close()
    assert not mock_pins.pin(22).state, "the others were closed all the same"
    mock_pins.pin(17).worn = False


def test_a_board_that_gpiozero_does_not_know_stops_the_start(lab: Callable[..., Settings]):
    with pytest.raises(DeviceError, match="pin header failed"):
        PiBench(lab("pi"), factory=MockFactory(revision="0"))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"outputs": (Wire("relay", Duty.POWER),)}, "no pin is given"),
        ({"outputs": (Wire("relay", Duty.POWER, 40),)}, "GPIO40"),
        ({"outputs": (Wire("relay", Duty.POWER, 4),)}, "pulled up"),
        ({"outputs": (Wire("relay", Duty.POWER, 22),)}, "both on GPIO22"),
        ({"inputs": (Contact("estop", Sense.ESTOP, 17),)}, "both on GPIO17"),
        ({"panel": Panel(lamp="rgb", lamp_pins=(16, 20))}, "2 pins"),
        ({"panel": Panel(lamp="rgb", lamp_pins=(16, 20, 17))}, "both on GPIO17"),
        ({"panel": Panel(buzzer="gpio")}, "no pin is given"),
        ({"reader": "sim"}, "reader of machine laser: 'sim'"),
        ({"panel": Panel(lamp="neon")}, "lamp of machine laser: 'neon'"),
        ({"panel": Panel(buzzer="bell")}, "buzzer of machine laser: 'bell'"),
        ({"panel": Panel(display="sim")}, "display of machine laser: 'sim'"),
        ({"panel": Panel(display="lcd", display_columns=17)}, "17 columns"),
        (
            {"panel": Panel(display="oled"), "inputs": PRESS_ON_2},
            "lid of machine laser and I2C bus 1 are both",
        ),
        ({"meter": MeterSettings("ads1115"), "inputs": PRESS_ON_2}, "both on GPIO2"),
    ],
)
def test_a_configuration_that_does_not_fit_the_pins_opens_nothing(
    opened: Any, mock_pins: Any, changes: dict[str, Any], what: str
):
    with pytest.raises(DeviceError, match=what):
        opened(**changes)
    assert not mock_pins.pins


@pytest.mark.parametrize("elsewhere", [{"panel": Panel(display="oled", display_bus=3)}, {}])
def test_the_pins_of_the_first_bus_are_free_where_nothing_is_on_it(opened: Any, elsewhere: dict[str, Any]):
    ((_, lid),) = opened(inputs=PRESS_ON_2, **elsewhere).machines[LASER].inputs
    assert lid.pressed


def test_without_gpiozero_it_says_what_to_install(
    lab: Callable[..., Settings], clock: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "gpiozero", None)
    with pytest.raises(DeviceError, match=r"pip install 'fabgate\[pi\]'"):
        open_bench(lab("pi"), clock)


def test_without_lgpio_no_other_pins_are_tried(
    lab: Callable[..., Settings], clock: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    with pytest.raises(DeviceError, match=r"lgpio, which is not installed"):
        open_bench(lab("pi"), clock)
    assert Device.pin_factory is None


def test_on_a_machine_without_a_pin_header_it_says_so(
    lab: Callable[..., Settings], clock: Any, monkeypatch: pytest.MonkeyPatch
):
    if header_chip() is not None:
        pytest.skip("this machine has a pin header")
    library = types.ModuleType("lgpio")
    library.error = type("error", (Exception,), {})
    monkeypatch.setitem(sys.modules, "lgpio", library)
    with pytest.raises(DeviceError, match="no GPIO chip"):
        open_bench(lab("pi"), clock)
