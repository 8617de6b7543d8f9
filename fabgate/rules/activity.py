"""Idle and busy told apart by the current: two thresholds, and a time to hold below the lower one.

A laser at rest draws 0.3 A and fires at 3 A; a spindle stops while its tool is changed. So one reading
at the upper threshold is work, and only a stretch below the lower one is none. What is between the two
changes nothing; where nothing was known before, it counts as work, for nobody's cut ends on a guess.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """What the current of a machine means, in mA: work from `busy` on, none below `idle` for `hold_ms`."""

    busy: int
    idle: int
    hold_ms: int

    @property
    def draws(self) -> int:
        """From what current on a machine has power, though it may do nothing: well above the noise of a
        clamp, well below what it draws at rest by its own threshold."""
        return max(1, self.idle // 4)


@dataclass(frozen=True, slots=True)
class Known:
    """Whether the machine works, None where nothing tells yet; since when its current was low without a
    break (CLOCK_BOOTTIME ms)."""

    busy: bool | None = None
    low_ms: int | None = None


def read(scale: Scale, known: Known, current: int, now_ms: int) -> Known:
    """What is known after a reading of `current` mA."""
    if current >= scale.busy:
        return Known(busy=True)
    if current >= scale.idle:
        return Known(busy=known.busy is not False)
    low_ms = now_ms if known.low_ms is None else known.low_ms
    return Known(known.busy if now_ms - low_ms < scale.hold_ms else False, low_ms)


def wake_ms(scale: Scale, known: Known) -> int | None:
    """When the next reading may show that it is idle (CLOCK_BOOTTIME ms); None where nothing waits."""
    return None if known.low_ms is None or known.busy is False else known.low_ms + scale.hold_ms
