"""What a figure is, and how a sample of times becomes one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the result: a value, what it is held against, and whether the goal is met.

    `goal` is None for a figure that is told for its own sake.
    """

    name: str
    value: float
    unit: str
    floor: float | None = None
    goal: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.goal is None else self.value <= self.goal


def median(times: Sequence[float]) -> float:
    return statistics.median(times)


def p99(times: Sequence[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]


def microseconds(seconds: float) -> float:
    return round(seconds * 1e6, 1)
