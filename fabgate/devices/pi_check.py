"""What a configuration must have right for the bench of a Raspberry Pi: kinds, pins, meters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fabgate.config import MachineSettings, Settings
from fabgate.devices.displays import check_displays
from fabgate.devices.kinds import check_kind
from fabgate.devices.meters import METERS, check_meters
from fabgate.errors import DeviceError
from fabgate.model import MachineId

__all__ = ["BUZZERS", "DISPLAYS", "HEADER", "LAMPS", "METERS", "PULLED_UP", "READERS", "check", "number"]

READERS = ("none", "rc522", "usb")
LAMPS = ("none", "console", "rgb")
BUZZERS = ("none", "console", "gpio")
I2C_DISPLAYS = ("oled", "lcd")
DISPLAYS = ("none", "console", *I2C_DISPLAYS)
HEADER = range(28)
I2C_PINS = (2, 3)
PULLED_UP = range(9)  # GPIO0 to 8 are pulled up from reset until software comes: a relay would close


def check(settings: Settings) -> None:
    """Raises DeviceError for what is wrong; opens nothing."""
    taken: dict[int, str] = dict.fromkeys(I2C_PINS, "I2C bus 1") if _on_i2c(settings) else {}
    for machine, wired in settings.machines.items():
        for reader in wired.readers:
            check_kind(READERS, reader.kind, f"the {reader.name} of machine {machine}")
        check_kind(LAMPS, wired.panel.lamp, f"the lamp of machine {machine}")
        check_kind(BUZZERS, wired.panel.buzzer, f"the buzzer of machine {machine}")
        check_kind(DISPLAYS, wired.panel.display, f"the display of machine {machine}")
        for what, pin in _pins_of(machine, wired):
            _check_pin(what, pin, taken)
            taken[number(pin)] = what
        for output in wired.outputs:
            if number(output.pin) in PULLED_UP:
                raise DeviceError(
                    f"output {output.name} of machine {machine} is on GPIO{output.pin}, "
                    "which is pulled up until software runs: it would give power at every start",
                    "Use one of GPIO 12, 13, 16, 17, 20 to 24, 26, 27.",
                )
    check_meters(settings)
    check_displays(settings.machines)


def _on_i2c(settings: Settings) -> bool:
    """Whether anything is on the bus that has its pins on the header by itself."""
    return any(
        (wired.panel.display in I2C_DISPLAYS and wired.panel.display_bus == 1)
        or (wired.meter is not None and wired.meter.kind == "ads1115" and wired.meter.bus == 1)
        for wired in settings.machines.values()
    )


def _pins_of(machine: MachineId, wired: MachineSettings) -> Iterator[tuple[str, int | None]]:
    for wire in wired.outputs:
        yield f"{wire.name} of machine {machine}", wire.pin
    for contact in wired.inputs:
        yield f"{contact.name} of machine {machine}", contact.pin
    if wired.panel.lamp == "rgb":
        if len(wired.panel.lamp_pins) != 3:
            raise DeviceError(
                f"the RGB lamp of machine {machine} has {len(wired.panel.lamp_pins)} pins",
                "Give three: red, green, blue.",
            )
        for pin_number in wired.panel.lamp_pins:
            yield f"the lamp of machine {machine}", pin_number
    if wired.panel.buzzer == "gpio":
        yield f"the buzzer of machine {machine}", wired.panel.buzzer_pin


def _check_pin(what: str, pin: int | None, taken: Mapping[int, str]) -> None:
    if pin is None or pin not in HEADER:
        raise DeviceError(
            f"{what} is on no pin of the header ({'no pin is given' if pin is None else f'GPIO{pin}'})",
            "Give its BCM number, 0 to 27, not the place on the header.",
        )
    if pin in taken:
        raise DeviceError(f"{what} and {taken[pin]} are both on GPIO{pin}", "Give each a pin of its own.")


def number(pin: int | None) -> int:
    """A pin that was checked."""
    assert pin is not None, "checked before anything was opened"
    return pin
