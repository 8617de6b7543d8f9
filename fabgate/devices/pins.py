"""gpiozero over lgpio, and nothing in its place: the one factory of pins that a bench has (law 8)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, cast

from fabgate.devices.lower import header_chip
from fabgate.errors import DeviceError


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
