"""How an RC522 hangs on a Raspberry Pi: the package `mfrc522` opens the bus and the reset line.

The package is imported when a reader is opened and not before; it is not vendored. Of what it
brings, `SimpleMFRC522` is never used (it cuts 7-byte numbers), nor `Close_MFRC522`, which turns
every line of RPi.GPIO into an input, nor its default reset line, which is GPIO15 where lines are
counted by BCM numbers. It adds a handler to its log at every construction: that is taken off.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from fabgate.devices.rc522_chip import Spi
from fabgate.errors import DeviceError


class Mount:
    """The reader on chip select `device` of SPI bus `bus`, its RST on the line with BCM number `reset`.

    Opens both; raises DeviceError, also off a Raspberry Pi. The chip itself is not looked at.
    """

    def __init__(self, bus: int, device: int, reset: int) -> None:
        self.where = f"/dev/spidev{bus}.{device}"
        self._reset = reset
        with self.guard():
            self._gpio: Any = import_module("RPi.GPIO")
            package = import_module("mfrc522")
            self._gpio.setwarnings(False)  # it finds its own line still driven after a crash
            self._gpio.setmode(self._gpio.BCM)
            self._board: Any = package.MFRC522(bus, device, pin_mode=self._gpio.BCM, pin_rst=reset)
        self._board.logger.handlers.clear()
        self.spi: Spi = self._board.spi

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Whatever the bus or the line raises, as DeviceError."""
        faults: tuple[type[Exception], ...] = (OSError, RuntimeError, ValueError, ImportError)
        if "lgpio" in sys.modules:  # rpi-lgpio lets the errors of lgpio through
            faults = (*faults, sys.modules["lgpio"].error)
        try:
            yield
        except faults as error:
            if isinstance(error, DeviceError):
                raise
            raise DeviceError(self._what(error), self._remedy(error)) from error

    def drive_reset(self, high: bool) -> None:
        """Set the line RST: the chip is off while it is low. Raises DeviceError."""
        with self.guard():
            self._gpio.output(self._reset, int(high))

    def soft_reset(self) -> None:
        """Every register as after power-on; for a reader whose RST is not wired. Raises DeviceError."""
        with self.guard():
            self._board.MFRC522_Reset()

    def close(self) -> None:
        """Give the bus back; a second close does nothing. Raises DeviceError."""
        with self.guard():
            self.spi.close()

    def _what(self, error: Exception) -> str:
        if isinstance(error, ImportError):
            return f'reader = "rc522" needs a package that is not installed: {error}'
        return f"the reader on {self.where} failed: {error or type(error).__name__}"

    def _remedy(self, error: Exception) -> str:
        if isinstance(error, ImportError):
            return (
                "Install spidev, RPi.GPIO (on a Pi 5: rpi-lgpio) and, without its own "
                "dependencies, mfrc522: pip install --no-deps mfrc522==0.0.7"
            )
        return (
            "Turn SPI on (dtparam=spi=on in config.txt), let this user into the groups spi and "
            f"gpio, and see that nothing else uses {self.where} or GPIO{self._reset}."
        )
