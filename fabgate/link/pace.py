"""When to try again: a pause that doubles up to a longest, with some chance in it.

Three hundred gates that lost their hub at one instant must not come back at one instant.
"""

from __future__ import annotations

from collections.abc import Callable

SHORTEST_MS = 5_000
LONGEST_MS = 60_000


class Pace:
    """One thing that is tried until it works. Times are CLOCK_BOOTTIME milliseconds.

    `chance` gives 0 <= x < 1.
    """

    def __init__(
        self, chance: Callable[[], float], shortest_ms: int = SHORTEST_MS, longest_ms: int = LONGEST_MS
    ) -> None:
        self._chance, self._shortest_ms, self._longest_ms = chance, shortest_ms, longest_ms
        self._pause_ms = shortest_ms
        self.due_ms: int | None = None  # None: nothing is waited for

    def wait(self, now_ms: int) -> None:
        """Try again after the present pause; the one after it is twice as long."""
        self.due_ms = now_ms + self._pause_ms + int(self._chance() * self._pause_ms / 4)
        self._pause_ms = min(2 * self._pause_ms, self._longest_ms)

    def again(self, now_ms: int) -> None:
        """It worked, and the next is awaited: from here the shortest pause counts."""
        self.rest()
        self.wait(now_ms)

    def rest(self) -> None:
        """It worked, and nothing is awaited any more."""
        self._pause_ms = self._shortest_ms
        self.due_ms = None

    def is_due(self, now_ms: int) -> bool:
        return self.due_ms is not None and self.due_ms <= now_ms

    def is_waiting(self, now_ms: int) -> bool:
        return self.due_ms is not None and now_ms < self.due_ms
