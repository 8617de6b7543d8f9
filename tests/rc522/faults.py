"""What can go wrong with a reader, and for how long.

Faults of the wire count SPI calls, faults of the air count answers that the chip receives.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from .frame import Frame


class WireFault:
    """A fault between the controller and the chip."""


class AirFault(ABC):
    """A fault between a badge and the chip."""

    @abstractmethod
    def spoil(self, frame: Frame) -> tuple[Frame, bool]:
        """The frame as it is received, and whether its parity is wrong."""


class ChipFault:
    """A fault of the chip itself; it lasts until it is mended."""


@dataclass(frozen=True, slots=True)
class Stuck(WireFault):
    """The chip does not answer: MISO stays low (0x00) or high (0xFF). It hears nothing either."""

    level: int


@dataclass(frozen=True, slots=True)
class Garbage(WireFault):
    """Each byte that is read is another one with the probability `share`; writes arrive.

    With `deaf` the chip is not asked at all: every byte is random and writes are lost.
    """

    rng: random.Random
    share: float = 1.0
    deaf: bool = False


@dataclass(frozen=True, slots=True)
class Broken(WireFault):
    """The transfer itself fails: the kernel's error number, as OSError from the `xfer` call."""

    errno: int


@dataclass(frozen=True, slots=True)
class Clone(ChipFault):
    """Another version number: 0x91 and 0x92 are genuine, 0x88 is an FM17522, 0x90 0xB2 0x12 clones."""

    version: int


@dataclass(frozen=True, slots=True)
class Stalled(ChipFault):
    """The oscillator has stopped: registers read and write, nothing is sent, no timer runs."""


@dataclass(frozen=True, slots=True)
class Flip(AirFault):
    """These bits of an answer arrive wrong (0 is the first). Two in one byte leave its parity right."""

    bits: tuple[int, ...]

    def spoil(self, frame: Frame) -> tuple[Frame, bool]:
        return flipped(frame, self.bits)


@dataclass(frozen=True, slots=True)
class Noise(AirFault):
    """Each bit of an answer arrives wrong with the probability `rate`."""

    rng: random.Random
    rate: float

    def spoil(self, frame: Frame) -> tuple[Frame, bool]:
        return flipped(frame, [bit for bit in range(frame.length) if self.rng.random() < self.rate])


@dataclass(frozen=True, slots=True)
class Torn(AirFault):
    """An answer stops after so many bits."""

    bits: int

    def spoil(self, frame: Frame) -> tuple[Frame, bool]:
        return frame.first(self.bits), False


Fault = WireFault | AirFault | ChipFault
Kind = TypeVar("Kind", bound=Fault)


def flipped(frame: Frame, bits: Iterable[int]) -> tuple[Frame, bool]:
    mask = sum({1 << bit for bit in bits if bit < frame.length})
    whole = mask & ((1 << frame.length // 8 * 8) - 1)  # a byte that is not whole has no parity bit
    odd = any(byte.bit_count() % 2 for byte in whole.to_bytes(frame.length // 8, "little"))
    return Frame(frame.bits ^ mask, frame.length), odd


@dataclass(slots=True)
class _Running:
    fault: Fault
    after: int
    times: int | None
    until_reset: bool

    def strikes(self) -> bool:
        if self.after:
            self.after -= 1
            return False
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0

    @property
    def over(self) -> bool:
        return self.times is not None and self.times <= 0 and not self.after


class Faults:
    """The faults of one reader, the latest first."""

    def __init__(self) -> None:
        self._running: list[_Running] = []

    def add(self, fault: Fault, after: int = 0, times: int | None = None, until_reset: bool = False) -> None:
        self._running.insert(0, _Running(fault, after, times, until_reset))

    def reset(self) -> None:
        """The chip was held in reset: what that cures is over."""
        self._running = [each for each in self._running if not each.until_reset]

    def mend(self) -> None:
        self._running.clear()

    def present(self, kind: type[Kind]) -> Kind | None:
        """The fault of this kind, if there is one, without counting it."""
        return next((each.fault for each in self._running if isinstance(each.fault, kind)), None)

    def strike(self, kind: type[Kind]) -> Kind | None:
        """The fault of this kind that strikes now; each call counts as one occasion."""
        if not self._running:
            return None
        struck = None
        for each in self._running:
            if isinstance(each.fault, kind) and each.strikes() and struck is None:
                struck = each.fault
        self._running = [each for each in self._running if not each.over]
        return struck
