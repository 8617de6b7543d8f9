"""The bench of a Raspberry Pi, on gpiozero over lgpio: relays, inputs, RGB lamp, buzzer.

Law 8 in code: relays are active-high only and begin at low, because gpiozero drives an active-low
line to its active level for a moment at every start; the pin factory is made here, once, and is
the only one, because gpiozero alone would fall back to another with a warning. gpiozero is
imported when this bench is opened and not before (`fabgate[pi]`). It makes the threads that blink
and beep; they touch nothing else.

Wiring: a relay's input has its own pull-down of 10 kOhm, for a closed line is left floating. An
emergency stop is a normally closed contact from the pin to ground; the pin is pulled up, so
released reads low, and pressed reads high, as does a cut wire.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import chain, cycle
from types import ModuleType
from typing import Any, Protocol, TextIO, TypeVar, cast

from fabgate.config import Contact, MachineSettings, Panel, ReaderSettings, Settings, Wire
from fabgate.devices.console import ConsoleBuzzer, ConsoleDisplay, ConsoleLamp
from fabgate.devices.kinds import check_kind
from fabgate.devices.lower import header_chip
from fabgate.devices.none import Broken, NoBuzzer, NoDisplay, NoLamp, NoReader
from fabgate.devices.protocols import Buzzer, Colour, Devices, Input, Lamp, Pattern, Reader, Relay, Sound
from fabgate.devices.rhythms import BEEPS, RHYTHM, STEP_S, steps
from fabgate.errors import DeviceError
from fabgate.model import MachineId

READERS = ("none", "rc522", "usb")
LAMPS = ("none", "console", "rgb")
BUZZERS = ("none", "console", "gpio")
DISPLAYS = ("none", "console")
HEADER = range(28)
PULLED_UP = range(9)  # GPIO0 to 8 are pulled up from reset until software comes: a relay would close

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


class Pins:
    """gpiozero with the one factory of pins that is used, and what it may raise."""

    def __init__(self, factory: object | None = None) -> None:
        self.gpiozero = _imported("gpiozero")
        self.faults: tuple[type[Exception], ...] = (self.gpiozero.GPIOZeroError, OSError)
        self._own = factory is None
        self.factory = cast("Any", self._lgpio() if factory is None else factory)
        with self.guard("the GPIO chip", "the pin header"):
            _ = self.factory.board_info  # a board that gpiozero does not know fails here, not at each pin
        self.gpiozero.Device.pin_factory = self.factory

    def _lgpio(self) -> object:
        lgpio = _imported("lgpio")
        self.faults = (*self.faults, lgpio.error)
        chip = header_chip()
        if chip is None:
            raise DeviceError(
                "no GPIO chip of a Raspberry Pi's pin header can be opened",
                'Run on a Raspberry Pi as a user of the group "gpio", or set bench = "sim".',
            )
        module = _imported("gpiozero.pins.lgpio")
        with self.guard("the GPIO chip", str(chip)):
            made: object = module.LGPIOFactory(chip=int(chip.name.removeprefix("gpiochip")))
        return made

    @contextmanager
    def guard(self, what: str, where: str) -> Iterator[None]:
        """Whatever gpiozero or the line under it raises, as DeviceError that names both."""
        try:
            yield
        except self.faults as error:
            if isinstance(error, DeviceError):
                raise
            raise DeviceError(
                f"{what} on {where} failed: {error or type(error).__name__}",
                f"See that {where} is wired as configured and that nothing else uses it (`gpioinfo`).",
            ) from error

    def close(self) -> None:
        """Give the chip back, if it was opened here."""
        if self._own:
            self.gpiozero.Device.pin_factory = None
            with self.guard("the GPIO chip", "the pin header"):
                self.factory.close()


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
    def __init__(self, pins: Pins, what: str, name: str, pin: int) -> None:
        super().__init__(pins, what, f"GPIO{pin}", name)
        # Not debounced: an emergency stop counts at its first edge, and bouncing only repeats it.
        self._open("DigitalInputDevice", pin, pull_up=True)

    @property
    def pressed(self) -> bool:
        with self._guard():
            return not self._device.is_active  # with a pull-up, gpiozero's "active" is low: closed

    def watch(self, told: Callable[[bool], None]) -> None:
        with self._guard():
            self._device.when_deactivated = lambda: told(True)
            self._device.when_activated = lambda: told(False)


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
    DeviceError. `factory` is for tests: gpiozero's MockFactory.
    """

    def __init__(
        self, settings: Settings, *, factory: object | None = None, stream: TextIO = sys.stdout
    ) -> None:
        _check(settings)
        self._stream = stream
        self._pins = Pins(factory)
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
            display=ConsoleDisplay(self._stream, machine)
            if wired.panel.display == "console"
            else NoDisplay(),
        )

    def _reader(self, settings: ReaderSettings) -> Reader:
        """One that does not answer is blind, and is tried again: its machine is in fault meanwhile."""
        reader = open_reader(settings)
        self._opened.callback(reader.close)
        return reader

    def _relay(self, what: str, pin: Wire) -> Relay:
        return self._try(pin.name, lambda: PiRelay(self._pins, what, pin.name, _number(pin.pin)))

    def _input(self, machine: MachineId, pin: Contact) -> Input:
        what = f"input {pin.name} of machine {machine}"
        return self._try(pin.name, lambda: PiInput(self._pins, what, pin.name, _number(pin.pin)))

    def _lamp(self, machine: MachineId, panel: Panel) -> Lamp:
        if panel.lamp == "rgb":
            red, green, blue = panel.lamp_pins
            what = f"the lamp of machine {machine}"
            return self._try("lamp", lambda: PiLamp(self._pins, what, red, green, blue))
        return ConsoleLamp(self._stream, machine) if panel.lamp == "console" else NoLamp()

    def _buzzer(self, machine: MachineId, panel: Panel) -> Buzzer:
        if panel.buzzer == "gpio":
            what = f"the buzzer of machine {machine}"
            return self._try("buzzer", lambda: PiBuzzer(self._pins, what, _number(panel.buzzer_pin)))
        return ConsoleBuzzer(self._stream, machine) if panel.buzzer == "console" else NoBuzzer()

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


def _imported(name: str) -> ModuleType:
    """A package of the extra `pi`. Raises DeviceError that says what to install, or what stops it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise DeviceError(
            f'bench = "pi" needs {name}, which is not installed: {error}',
            "Install it into fabgate's own environment: pip install 'fabgate[pi]'",
        ) from error
    except OSError as error:  # lgpio makes a pipe in its working folder when it is imported
        raise DeviceError(
            f"{name} does not start: {error}",
            "Set LG_WD to a folder that this user may write to, such as /run/fabgate.",
        ) from error


# --- what a configuration must have right for this bench ------------------------------------------


def _check(settings: Settings) -> None:
    """Raises DeviceError before anything is opened."""
    taken: dict[int, str] = {}
    for machine, wired in settings.machines.items():
        for reader in wired.readers:
            check_kind(READERS, reader.kind, f"the {reader.name} of machine {machine}")
        check_kind(LAMPS, wired.panel.lamp, f"the lamp of machine {machine}")
        check_kind(BUZZERS, wired.panel.buzzer, f"the buzzer of machine {machine}")
        check_kind(DISPLAYS, wired.panel.display, f"the display of machine {machine}")
        for what, pin in _pins_of(machine, wired):
            _check_pin(what, pin, taken)
            taken[_number(pin)] = what
        for output in wired.outputs:
            if _number(output.pin) in PULLED_UP:
                raise DeviceError(
                    f"output {output.name} of machine {machine} is on GPIO{output.pin}, "
                    "which is pulled up until software runs: it would give power at every start",
                    "Use one of GPIO 12, 13, 16, 17, 20 to 24, 26, 27.",
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


def _number(pin: int | None) -> int:
    assert pin is not None, "checked before anything was opened"
    return pin
