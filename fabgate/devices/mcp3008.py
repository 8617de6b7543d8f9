"""The MCP3008 on gpiozero: eight inputs from 0 to 3.3 V, a clamp's bias at half of it.

gpiozero alone would take the pins of the bus and move them by hand where SPI is not switched on,
with a warning: that is slow, and takes the bus from the badge reader. Here it is an error (law 8).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from fabgate.devices.pins import Pins
from fabgate.errors import DeviceError

BUS = 0  # gpiozero takes the lines of this one, whichever it is asked for
CHANNELS = range(8)
SUPPLY = 3.3
STEPS = 2**10 - 1


class Mcp3008:
    """One input of the chip, as a converter. Raises DeviceError when the chip cannot be opened.

    `turn` is the lock of the chip, which its inputs share.
    """

    rest = (1.0, 2.3)  # half of the supply, or nearly

    def __init__(self, pins: Pins, device: int, channel: int, turn: Lock) -> None:
        self.name = f"input {channel} of the MCP3008 at SPI {BUS}.{device}"
        self._pins, self._turn = pins, turn
        with pins.guard("the meter", self.name), warnings.catch_warnings():
            warnings.simplefilter("error", pins.gpiozero.SPISoftwareFallback)
            try:
                made: Any = pins.gpiozero.MCP3008(
                    channel=channel, port=BUS, device=device, pin_factory=pins.factory
                )
            except pins.gpiozero.SPISoftwareFallback as error:
                raise DeviceError(
                    f"the meter on {self.name} cannot be opened: {error}",
                    "Write dtparam=spi=on into /boot/firmware/config.txt and restart.",
                ) from error
        self._device = made

    @contextmanager
    def sampling(self) -> Iterator[Callable[[], float]]:
        with self._turn, self._pins.guard("the meter", self.name):
            if self._device.closed:
                raise DeviceError(
                    f"the meter on {self.name} is closed", "Open the bench again before using it."
                )
            yield lambda: float(self._device.raw_value * SUPPLY / STEPS)

    def close(self) -> None:
        """A second close does nothing. Waits for a measurement that goes on."""
        with self._turn, self._pins.guard("the meter", self.name):
            self._device.close()
