"""The ADS1115: four inputs, measured in two pairs, each the difference of a clamp and its bias.

Spoken to through the kernel's I2C device (linux/i2c-dev.h), without a library. A chip has one
multiplexer: whoever measures one pair has the whole chip meanwhile.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Protocol

from fabgate.errors import DeviceError

Ioctl = Callable[[int, int, int], int]

I2C_SLAVE = 0x0703  # linux/i2c-dev.h: whom the file speaks to from now on
ADDRESSES = range(0x48, 0x4C)
CHANNELS = range(2)
CONVERSION, CONFIG = 0, 1  # its registers
# Differences of inputs 0 and 1, and of 2 and 3; +-2.048 V, continuous, 860 a second, no comparator.
PAIRS = (0x04E3, 0x34E3)
VOLTS = 2.048 / 2**15


class Bus(Protocol):
    """A chip on an I2C bus. Both raise OSError."""

    def write(self, data: bytes) -> None: ...

    def read(self, count: int) -> bytes: ...

    def close(self) -> None: ...


class I2cBus:
    """The chip at an address of a bus of this computer. Raises OSError when it cannot be opened."""

    def __init__(
        self, bus: int, address: int, *, folder: Path = Path("/dev"), ioctl: Ioctl = fcntl.ioctl
    ) -> None:
        self._fd = os.open(folder / f"i2c-{bus}", os.O_RDWR | os.O_CLOEXEC)
        try:
            ioctl(self._fd, I2C_SLAVE, address)
        except OSError:
            os.close(self._fd)
            raise

    def write(self, data: bytes) -> None:
        os.write(self._fd, data)

    def read(self, count: int) -> bytes:
        return os.read(self._fd, count)

    def close(self) -> None:
        os.close(self._fd)


OpenBus = Callable[[int, int], Bus]


class Ads1115:
    """One pair of inputs of the chip, as a converter. Opened when it is needed, and anew after a failure.

    `turn` is the lock of the chip, which its pairs share.
    """

    rest = (-0.3, 0.3)  # the difference of a clamp and its bias: nothing, but for what the parts differ

    def __init__(self, bus: int, address: int, channel: int, turn: Lock, opening: OpenBus = I2cBus) -> None:
        first = 2 * channel
        self.name = f"inputs {first} and {first + 1} of the ADS1115 at 0x{address:02X} on I2C bus {bus}"
        self._bus, self._address, self._pair = bus, address, PAIRS[channel]
        self._opening, self._turn = opening, turn
        self._line: Bus | None = None
        self._closed = False

    @contextmanager
    def sampling(self) -> Iterator[Callable[[], float]]:
        with self._turn:
            if self._closed:
                raise DeviceError(
                    f"the meter on {self.name} is closed", "Open the bench again before using it."
                )
            try:
                line = self._line = self._line or self._opening(self._bus, self._address)
                line.write(struct.pack(">BH", CONFIG, self._pair))
                line.write(bytes([CONVERSION]))
                yield lambda: _volts(line.read(2))
            except OSError as error:
                self._let_go()
                raise DeviceError(
                    f"the meter on {self.name} does not answer: {error.strerror or error}",
                    f"See what answers there: i2cdetect -y {self._bus}; `fabgate doctor` looks at the bus.",
                ) from error

    def close(self) -> None:
        """A second close does nothing. Waits for a measurement that goes on."""
        with self._turn:
            self._closed = True
            self._let_go()

    def _let_go(self) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            line.close()


def _volts(two: bytes) -> float:
    if len(two) < 2:
        raise OSError(f"{len(two)} bytes instead of 2")
    (number,) = struct.unpack(">h", two)
    return float(number * VOLTS)
