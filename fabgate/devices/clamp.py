"""A current clamp as a meter: volts from a converter, sampled over ten periods of the mains.

The clamp gives an alternating voltage in proportion to the current, around a bias of its own. Its
root mean square is taken over 200 ms, which are whole periods of 50 and of 60 Hz, and the bias is
taken away: it is their mean. A mean where no bias can be tells that the clamp or its wires are not
as they should be: a dead clamp must not read as a machine that does nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from fabgate.errors import DeviceError

WINDOW_S = 0.2
STEP_S = 1 / 860  # the fastest that an ADS1115 converts; 17 samples a period are enough for any wave
SETTLE_S = 3 * STEP_S  # until what it gives was measured on the channel that it was told
FEWEST = 100  # a busy computer takes longer, and measures all the same


class Converter(Protocol):
    """One channel of a chip that turns volts into numbers."""

    @property
    def name(self) -> str: ...

    @property
    def rest(self) -> tuple[float, float]:
        """Between which volts the bias of a clamp lies."""

    def sampling(self) -> AbstractContextManager[Callable[[], float]]:
        """The chip for this channel alone, as a function that gives the volts now. Raises DeviceError."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Wave:
    """What was sampled, in volts: its mean, and the root mean square of what moves around it."""

    bias: float
    swing: float


def wave(volts: Sequence[float]) -> Wave:
    """Of one sample or more."""
    bias = math.fsum(volts) / len(volts)
    return Wave(bias, math.sqrt(math.fsum((volt - bias) ** 2 for volt in volts) / len(volts)))


def sampled(
    read: Callable[[], float], now: Callable[[], float], wait: Callable[[float], None]
) -> list[float]:
    """Samples at even steps over the window, and the fewest at least; times in seconds."""
    wait(SETTLE_S)
    begun = now()
    volts: list[float] = []
    while now() - begun < WINDOW_S or len(volts) < FEWEST:
        volts.append(read())
        wait(max(begun + len(volts) * STEP_S - now(), 0))
    return volts


class ClampMeter:
    """A meter on one channel. `per_volt`: the mA that one volt of the clamp stands for.

    `now` and `wait` are a clock in seconds and a sleep by it.
    """

    def __init__(
        self,
        converter: Converter,
        per_volt: int,
        now: Callable[[], float],
        wait: Callable[[float], None],
    ) -> None:
        self._converter = converter
        self._per_volt = per_volt
        self._now, self._wait = now, wait

    def read(self) -> int:
        with self._converter.sampling() as volt:
            seen = wave(sampled(volt, self._now, self._wait))
        low, high = self._converter.rest
        if not low <= seen.bias <= high:
            raise DeviceError(
                f"the clamp at {self._converter.name} rests at {seen.bias:.2f} V, not {low:g} to {high:g} V",
                "See that it is plugged in and that its bias is wired as the wiring guide has it.",
            )
        return round(seen.swing * self._per_volt)

    def close(self) -> None:
        self._converter.close()
