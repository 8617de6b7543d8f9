"""The bench of a Raspberry Pi, on gpiozero over lgpio: relays, inputs, RGB lamp, buzzer.

Law 8 in code: relays are active-high only and begin at low, because gpiozero drives an active-low
line to its active level for a moment at every start; the pin factory is made here, once, and is
the only one, because gpiozero alone would fall back to another with a warning. gpiozero is
imported when this bench is opened and not before (`fabgate[pi]`). It makes the threads that blink
and beep; they touch nothing else.

Wiring: a relay's input has its own pull-down of 10 kOhm, for a closed line is left floating. Every
contact goes from its pin to ground, and the pin is pulled up. One that opens when it is pressed (an
emergency stop) reads low at rest and high when pressed, as does a cut wire; one that closes reads
the other way round, and its cut wire as at rest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from itertools import chain, cycle
from typing import Any, Protocol, TextIO, TypeVar

from fabgate.config import Contact, MachineSettings, MeterSettings, Panel, ReaderSettings, Settings, Wire
from fabgate.devices.console import ConsoleBuzzer, ConsoleDisplay, ConsoleLamp
from fabgate.devices.displays import open_display
from fabgate.devices.meters import HERE, Meters, Outside
from fabgate.devices.none import Broken, NoBuzzer, NoDisplay, NoLamp, NoReader
from fabgate.devices.pi_check import check, number
from fabgate.devices.pins import Pins
from fabgate.devices.protocols import (
    Buzzer,
    Colour,
    Devices,
    Display,
    Input,
    Lamp,
    Meter,
    Pattern,
    Reader,
    Relay,
    Sound,
)
from fabgate.devices.rhythms import BEEPS, RHYTHM, STEP_S, steps
from fabgate.errors import DeviceError
from fabgate.model import MachineId, Sense

STILL_S = 0.05  # longer than contacts bounce, much shorter than a hand presses

RGB = {
    Colour.OFF: (0, 0, 0),
    Colour.WHITE: (1, 1, 1),
    Colour.GREEN: (0, 1, 0),
    Colour.RED: (1, 0, 0),
    Colour.AMBER: (1, 1, 0),
    Colour.BLUE: (0, 0, 1),
}


class _Closing(Protocol):
    def close(self) -> None: ...


Opened = TypeVar("Opened", bound=_Closing)


class _Line:
    """One device of gpiozero by name. `where` names its pins."""

    def __init__(self, pins: Pins, what: str, where: str, name: str) -> None:
        self.name = name
        self._pins = pins
        self._what, self._where = what, where
        self._device: Any = None

    def _open(self, kind: str, *args: object, **options: object) -> None:
        with self._guard():
            made = getattr(self._pins.gpiozero, kind)
            self._device = made(*args, pin_factory=self._pins.factory, **options)

    def _guard(self) -> AbstractContextManager[None]:
        return self._pins.guard(self._what, self._where)

    def close(self) -> None:
        """A second close does nothing."""
        with self._guard():
            self._device.close()


class _Output(_Line):
    def close(self) -> None:
        """Low first: a closed line is an input, which only a pull-down holds, and may stay where it was."""
        with ExitStack() as after:
            after.callback(super().close)
            if not self._device.closed:
                with self._guard():
                    self._device.off()


class PiRelay(_Output):
    def __init__(self, pins: Pins, what: str, name: str, pin: int) -> None:
        super().__init__(pins, what, f"GPIO{pin}", name)
        self._open("OutputDevice", pin, active_high=True, initial_value=False)

    def switch(self, on: bool) -> None:
        with self._guard():
            if on:
                self._device.on()
            else:
                self._device.off()


class PiInput(_Line):
    """A contact from its pin to ground; gpiozero calls it active while it is closed.

    An emergency stop counts at its first edge: that it bounces only repeats it. Any other contact
    counts once it has stood still for `STILL_S`, or one press of a button would be two.
    """

    def __init__(self, pins: Pins, what: str, contact: Contact) -> None:
        pin = number(contact.pin)
        super().__init__(pins, what, f"GPIO{pin}", contact.name)
        self._opens = contact.opens
        still_s = None if contact.sense is Sense.ESTOP else STILL_S
        self._open("DigitalInputDevice", pin, pull_up=True, bounce_time=still_s)

    @property
    def pressed(self) -> bool:
        with self._guard():
            return bool(self._device.is_active) is not self._opens

    def watch(self, told: Callable[[bool], None]) -> None:
        with self._guard():
            self._device.when_deactivated = lambda: told(self._opens)
            self._device.when_activated = lambda: told(not self._opens)


class PiLamp(_Output):
    """Three pins, each on or off: amber is red and green together."""

    def __init__(self, pins: Pins, what: str, red: int, green: int, blue: int) -> None:
        super().__init__(pins, what, f"GPIO{red}, GPIO{green} and GPIO{blue}", "lamp")
        self._open("RGBLED", red, green, blue, active_high=True, initial_value=(0, 0, 0), pwm=False)

    def show(self, colour: Colour, pattern: Pattern) -> None:
        with self._guard():
            self._device.source = None
            match RHYTHM[pattern]:
                case ():
                    self._device.color = RGB[colour]
                case (on_s, off_s):
                    self._device.blink(on_s, off_s, on_color=RGB[colour], off_color=RGB[Colour.OFF])
                case _:
                    self._device.source_delay = STEP_S
                    self._device.source = cycle([RGB[colour if on else Colour.OFF] for on in steps(pattern)])

    def close(self) -> None:
        if not self._device.closed:
            self._device.source = None  # or its thread would go on writing to lines that are closed
        super().close()


class PiBuzzer(_Output):
    """An active buzzer (it sounds by itself when it has current), behind a transistor."""

    def __init__(self, pins: Pins, what: str, pin: int) -> None:
        super().__init__(pins, what, f"GPIO{pin}", "buzzer")
        self._open("Buzzer", pin, active_high=True, initial_value=False)

    def play(self, sound: Sound) -> None:
        with self._guard():
            if sound is Sound.NONE:
                self._device.off()
            else:
                on_s, off_s, times = BEEPS[sound]
                self._device.beep(on_s, off_s, times)


class PiBench:
    """The devices of the configuration on the pins of this controller, every relay off.

    A device that cannot be opened is there all the same and raises what went wrong at each use:
    its machine goes into fault and the others go on. What the configuration has wrong (a pin that
    is missing, used twice, or no pin at all; a kind that this bench has not) stops the start with
    DeviceError. `factory` and `outside` are for tests: gpiozero's MockFactory, chips and a clock.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        factory: object | None = None,
        stream: TextIO = sys.stdout,
        outside: Outside = HERE,
    ) -> None:
        check(settings)
        self._stream = stream
        self._pins = Pins(factory)
        self._meters = Meters(self._pins, outside)
        wiring = settings.machines
        with ExitStack() as opened:
            opened.callback(self._pins.close)
            self._opened = opened
            # Relays before all else: a line may still be driven from before a crash.
            self._relays = {machine: self._outputs(machine, wired) for machine, wired in wiring.items()}
            self._machines = {machine: self._devices(machine, wired) for machine, wired in wiring.items()}
            for relay in chain.from_iterable(one.values() for one in self._relays.values()):
                opened.callback(relay.close)
            self._opened = opened.pop_all()

    @property
    def machines(self) -> Mapping[MachineId, Devices]:
        return self._machines

    def close(self) -> None:
        """Relays first, then the rest, whatever fails; then DeviceError, if something did."""
        self._opened.close()

    def _outputs(self, machine: MachineId, wired: MachineSettings) -> Mapping[str, Relay]:
        return {
            wire.name: self._relay(f"output {wire.name} of machine {machine}", wire) for wire in wired.outputs
        }

    def _devices(self, machine: MachineId, wired: MachineSettings) -> Devices:
        return Devices(
            outputs=self._relays[machine],
            inputs=tuple((contact.sense, self._input(machine, contact)) for contact in wired.inputs),
            readers=tuple(self._reader(reader) for reader in wired.readers),
            lamp=self._lamp(machine, wired.panel),
            buzzer=self._buzzer(machine, wired.panel),
            display=self._display(machine, wired.panel),
            meter=self._meter(wired.meter),
        )

    def _reader(self, settings: ReaderSettings) -> Reader:
        """One that does not answer is blind, and is tried again: its machine is in fault meanwhile."""
        reader = open_reader(settings)
        self._opened.callback(reader.close)
        return reader

    def _relay(self, what: str, pin: Wire) -> Relay:
        return self._try(pin.name, lambda: PiRelay(self._pins, what, pin.name, number(pin.pin)))

    def _input(self, machine: MachineId, pin: Contact) -> Input:
        what = f"input {pin.name} of machine {machine}"
        return self._try(pin.name, lambda: PiInput(self._pins, what, pin))

    def _meter(self, settings: MeterSettings | None) -> Meter | None:
        return None if settings is None else self._try("meter", lambda: self._meters.open(settings))

    def _lamp(self, machine: MachineId, panel: Panel) -> Lamp:
        if panel.lamp == "rgb":
            red, green, blue = panel.lamp_pins
            what = f"the lamp of machine {machine}"
            return self._try("lamp", lambda: PiLamp(self._pins, what, red, green, blue))
        return ConsoleLamp(self._stream, machine) if panel.lamp == "console" else NoLamp()

    def _buzzer(self, machine: MachineId, panel: Panel) -> Buzzer:
        if panel.buzzer == "gpio":
            what = f"the buzzer of machine {machine}"
            return self._try("buzzer", lambda: PiBuzzer(self._pins, what, number(panel.buzzer_pin)))
        return ConsoleBuzzer(self._stream, machine) if panel.buzzer == "console" else NoBuzzer()

    def _display(self, machine: MachineId, panel: Panel) -> Display:
        match panel.display:
            case "none":
                return NoDisplay()
            case "console":
                return ConsoleDisplay(self._stream, machine)
        what = f"the display of machine {machine}"
        return self._try("display", lambda: open_display(panel, what))

    def _try(self, name: str, opening: Callable[[], Opened]) -> Opened | Broken:
        try:
            device = opening()
        except DeviceError as wrong:
            return Broken(name, wrong)
        self._opened.callback(device.close)
        return device


def open_reader(settings: ReaderSettings) -> Reader:
    """The reader that these settings ask for; neither SPI nor a USB device is touched for another kind.

    Raises DeviceError for settings that fit no reader. One that does not answer is blind.
    """
    match settings.kind:
        case "rc522":
            from fabgate.devices.rc522 import open_rc522

            return open_rc522(settings.bus, settings.device, settings.reset, hold=settings.hold)
        case "usb":
            from fabgate.devices.usb import open_usb

            return open_usb(
                settings.path,
                settings.layout,
                settings.format,
                settings.order,
                digits=settings.digits or None,
            )
        case _:
            return NoReader()
