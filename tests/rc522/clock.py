"""The time of the emulated bench: it passes only when the bus, a sleep or a test makes it pass.

Everything that will happen (the end of a frame, a timer, a badge taken away) waits here, so that
things happen in one order, whoever makes the time pass.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable

from fabgate.model import Moment

Action = Callable[[], None]


class Event:
    """Something that will happen at `when_ns`, unless it is cancelled before."""

    __slots__ = ("_act", "when_ns")

    def __init__(self, when_ns: int, act: Action) -> None:
        self.when_ns = when_ns
        self._act: Action | None = act

    def cancel(self) -> None:
        self._act = None

    def happen(self) -> None:
        act, self._act = self._act, None
        if act is not None:
            act()


class Clock:
    """A clock that starts at 0 and stands still until `sleep`, `advance` or the bus moves it.

    `monotonic` and `sleep` are in seconds, like those of the module `time`; `now` makes it a clock
    of fabgate's devices. `wall_ms` is the wall time at the start (UTC).
    """

    def __init__(self, wall_ms: int = 1_790_000_000_000, name: str = "emulated") -> None:
        self.lock = threading.RLock()
        self._ns = 0
        self._wall_ms = wall_ms
        self._name = name
        self._order = itertools.count()
        self._due: list[tuple[int, int, Event]] = []

    @property
    def now_ns(self) -> int:
        return self._ns

    def monotonic(self) -> float:
        return self.now_ns / 1e9

    def sleep(self, seconds: float) -> None:
        """Let time pass at once, and what is due in it happen. Raises ValueError if negative."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.advance(round(seconds * 1e9))

    def now(self) -> Moment:
        boot_ms = self.now_ns // 1_000_000
        return Moment(self._name, boot_ms, self._wall_ms + boot_ms, synced=True)

    def after(self, seconds: float, act: Action) -> Event:
        """Have `act` called once so many seconds have passed, also in the middle of a transfer."""
        return self.at(self.now_ns + round(seconds * 1e9), act)

    def at(self, when_ns: int, act: Action) -> Event:
        event = Event(when_ns, act)
        with self.lock:
            heapq.heappush(self._due, (when_ns, next(self._order), event))
        return event

    def advance(self, ns: int) -> None:
        """Let `ns` nanoseconds pass. What is due sees the clock at its own time."""
        with self.lock:
            until = self._ns + ns
            while self._due and self._due[0][0] <= until:
                event = heapq.heappop(self._due)[2]
                self._ns = max(self._ns, event.when_ns)
                event.happen()
            self._ns = max(self._ns, until)


class LiveClock(Clock):
    """The same bench in real time, for a whole daemon over it: the bus then takes what Python takes.

    What is due happens at the next transfer or the end of the next sleep. It sees the clock at its own time:
    a chip works on while a busy computer has paused the program that asks it.
    """

    def __init__(self, wall_ms: int = 1_790_000_000_000, name: str = "live") -> None:
        super().__init__(wall_ms, name)
        self._start_ns = time.monotonic_ns()
        self._happening = threading.local()

    @property
    def now_ns(self) -> int:
        when_ns: int | None = getattr(self._happening, "when_ns", None)
        return time.monotonic_ns() - self._start_ns if when_ns is None else when_ns

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
        self.advance(0)

    def advance(self, ns: int) -> None:
        with self.lock:
            while self._due and self._due[0][0] <= self.now_ns:
                event = heapq.heappop(self._due)[2]
                self._happening.when_ns = event.when_ns
                try:
                    event.happen()
                finally:
                    self._happening.when_ns = None
