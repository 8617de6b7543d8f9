"""The SPI bus: a stand-in for the module `spidev` over one or more chips.

Its SpiDev behaves as py-spidev 3.x does where a driver could notice: the list given to `xfer2` is
overwritten with the answer and returned, a tuple comes back as a tuple.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .chip import Chip
from .clock import Clock
from .faults import Broken, Garbage, Stuck, WireFault

LONGEST = 4096
READ = 0x80


@dataclass(frozen=True, slots=True)
class Call:
    """One transfer: when it began, to which chip, what went out and what came in."""

    at_ns: int
    cs: int
    sent: bytes
    got: bytes


class Bus:
    """`overhead_ns` is what a call costs besides its bits; `calls` counts them all, per chip `counts`."""

    def __init__(self, clock: Clock, chips: Mapping[int, Chip], overhead_ns: int) -> None:
        self.clock = clock
        self.chips = chips
        self.overhead_ns = overhead_ns
        self.counts = dict.fromkeys(chips, 0)
        self.log: list[Call] | None = None

    @property
    def calls(self) -> int:
        return sum(self.counts.values())

    def transfer(self, cs: int, sent: bytes, hz: int) -> list[int]:
        """One transfer with chip select `cs`. Raises OSError as the kernel would."""
        with self.clock.lock:
            at_ns = self.clock.now_ns
            self.counts[cs] += 1
            self.clock.advance(self.overhead_ns)
            got = self._exchange(self.chips[cs], sent, round(8e9 / hz))
            if self.log is not None:
                self.log.append(Call(at_ns, cs, sent, bytes(got)))
            return got

    def _exchange(self, chip: Chip, sent: bytes, byte_ns: int) -> list[int]:
        fault = chip.faults.strike(WireFault)
        match fault:
            case Broken():
                raise OSError(fault.errno, os.strerror(fault.errno))
            case Stuck():
                self.clock.advance(byte_ns * len(sent))
                return [fault.level] * len(sent)
            case Garbage(deaf=True):
                self.clock.advance(byte_ns * len(sent))
                return list(fault.rng.randbytes(len(sent)))
        got = self._talk(chip, sent, byte_ns)
        if isinstance(fault, Garbage):
            rng = fault.rng
            got = [rng.randrange(256) if rng.random() < fault.share else byte for byte in got]
        return got

    def _talk(self, chip: Chip, sent: bytes, byte_ns: int) -> list[int]:
        """A first byte with bit 7 reads: each byte is an address, its value comes with the next one.

        Otherwise it is the address that all following bytes are written to.
        """
        advance = self.clock.advance
        advance(byte_ns)
        register = sent[0] >> 1 & 0x3F
        got = [0]
        if sent[0] & READ:
            for byte in sent[1:]:
                got.append(chip.read(register))
                register = byte >> 1 & 0x3F
                advance(byte_ns)
        else:
            for byte in sent[1:]:
                advance(byte_ns)
                chip.write(register, byte)
                got.append(0)
        return got


class SpiDev:
    """`spidev.SpiDev` over a bus; the subclass made by `spidev_module` has one."""

    bus: Bus

    def __init__(self, bus: int | None = None, client: int | None = None) -> None:
        self._cs: int | None = None
        self.mode = 0
        self.bits_per_word = 8
        self.max_speed_hz = 500_000
        if bus is not None and client is not None:
            self.open(bus, client)

    def open(self, bus: int, device: int) -> None:
        if bus != 0 or device not in self.bus.chips:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        self._cs = device

    def close(self) -> None:
        self._cs = None

    def fileno(self) -> int:
        return -1 if self._cs is None else 100 + self._cs

    def __enter__(self) -> SpiDev:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def xfer2(self, values: Any, speed_hz: int = 0, delay_usecs: int = 0, bits_per_word: int = 0) -> Any:
        """Transfer the values and give what came in. Raises TypeError, OverflowError and OSError."""
        got = self._transfer(values, speed_hz)
        if isinstance(values, tuple):
            return tuple(got)
        if isinstance(values, list):
            values[:] = got
            return values
        return got

    xfer = xfer2

    def xfer3(self, values: Any, speed_hz: int = 0, delay_usecs: int = 0, bits_per_word: int = 0) -> Any:
        return tuple(self._transfer(values, speed_hz))

    def writebytes(self, values: Any) -> None:
        self._transfer(values, 0)

    writebytes2 = writebytes

    def readbytes(self, count: int) -> list[int]:
        return self._transfer([0] * count, 0)

    def _transfer(self, values: Any, speed_hz: int) -> list[int]:
        if not len(values):
            raise TypeError("Non-empty list of integers expected")
        if len(values) > LONGEST:
            raise OverflowError(f"Argument list size exceeds {LONGEST} bytes.")
        if not all(isinstance(value, int) for value in values):
            raise TypeError("Non-Int/Long value in arguments")
        if self._cs is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        sent = bytes(value & 0xFF for value in values)
        return self.bus.transfer(self._cs, sent, speed_hz or self.max_speed_hz)


def spidev_module(bus: Bus) -> ModuleType:
    """The module `spidev` for this bus."""
    module = ModuleType("spidev", "A stand-in for py-spidev over an emulated bus.")
    module.SpiDev = type("SpiDev", (SpiDev,), {"bus": bus})  # type: ignore[attr-defined]
    module.__version__ = "3.8"  # type: ignore[attr-defined]
    return module
