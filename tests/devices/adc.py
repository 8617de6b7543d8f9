"""A clamp on a wire, and the two chips that measure it, as far as a register or a bit can see them."""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from gpiozero.pins.mock import MockSPIDevice

MAINS_HZ = 50


@dataclass
class Wire:
    """The current in a wire, and the clamp around it. Time is moved by whoever waits."""

    amperes: float = 0.0
    hz: float = MAINS_HZ
    bias: float = 1.65
    per_volt: float = 30.0
    harmonic: float = 0.0  # of the third, as a part of the first: what a cheap power supply draws
    seconds: float = 0.0

    def now(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        time.sleep(0)  # whoever else wants the chip comes now
        self.seconds += seconds

    def swing(self) -> float:
        """The volts of the clamp now, around its bias."""
        turn = 2 * math.pi * self.hz * self.seconds
        peak = math.sqrt(2) * self.amperes / self.per_volt / math.sqrt(1 + self.harmonic**2)
        return peak * (math.sin(turn) + self.harmonic * math.sin(3 * turn))

    def level(self) -> float:
        return self.bias + self.swing()


@dataclass
class AdsChip:
    """An ADS1115 on a bus, by its datasheet: registers, multiplexer, gain, and conversions that take time."""

    pairs: dict[int, Callable[[], float]]  # what stands at its multiplexer, in volts, by its setting
    now: Callable[[], float]
    broken: bool = False
    opened: int = 0
    configured: list[int] = field(default_factory=list)
    _pointer: int = 0
    _config: int = 0x8583
    _turned: float = 0.0
    _held: int = 0

    def open(self, bus: int, address: int) -> AdsChip:
        if (bus, address) != (1, 0x48):
            raise OSError(2, "No such file or directory")
        self.opened += 1
        return self

    def write(self, data: bytes) -> None:
        self._answer()
        self._pointer = data[0]
        if data[1:]:
            self._held = self._converted()
            (self._config,) = struct.unpack(">H", data[1:])
            self.configured.append(self._config)
            self._turned = self.now()

    def read(self, count: int) -> bytes:
        self._answer()
        assert (count, self._pointer) == (2, 0), "only conversions are read"
        return struct.pack(">h", self._converted())

    def close(self) -> None:
        self.opened -= 1

    def _answer(self) -> None:
        assert self.opened > 0
        if self.broken:
            raise OSError(121, "Remote I/O error")

    def _converted(self) -> int:
        """The last conversion: until one has ended since it was configured, that of before."""
        if self._config >> 8 & 1 or self._config >> 5 & 7 != 7:
            return self._held  # not continuous, or slow
        if self.now() - self._turned < 2 / 860:
            return self._held
        assert self._config >> 9 & 7 == 2, "the scale of +-2.048 V"
        volts = self.pairs[self._config >> 12 & 7]()
        return max(-(2**15), min(2**15 - 1, round(volts * 2**15 / 2.048)))


class McpChip(MockSPIDevice):
    """An MCP3008 on the bits of its bus, by its datasheet; `inputs` gives the volts at each input."""

    inputs: tuple[Callable[[], float], ...] = ()

    def on_bit(self) -> None:
        """A start bit, single or differential, three bits of channel; a null bit and ten of the result."""
        if 1 not in self.rx_buf:
            return
        said = self.rx_buf[self.rx_buf.index(1) + 1 :]
        if len(said) == 5:
            assert said[0], "single-ended"
            channel = said[1] << 2 | said[2] << 1 | said[3]
            self.tx_word(max(0, min(1023, round(self.inputs[channel]() / 3.3 * 1023))), 11)
