"""The one place where threads are made. Each has a queue or a turn of its own and shares nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

Job = TypeVar("Job")
LINK = "link"  # the thread that speaks with the hub, and how those that it makes begin
WALL = "wall"  # the one that tells a board on this computer
SPARED = (LINK, WALL)  # how those begin whose death ends nothing that is decided here
GLANCE_S = 0.05  # how often whoever waits for a thread looks whether it lives


def spawn(name: str, target: Callable[[], None]) -> threading.Thread:
    """A running daemon thread. If it dies of an exception, `threading.excepthook` is told."""
    thread = threading.Thread(name=name, target=target, daemon=True)
    thread.start()
    return thread


class Patience:
    """So many seconds for several things together."""

    def __init__(self, seconds: float) -> None:
        self._end_s = time.monotonic() + seconds

    def left_s(self) -> float:
        return max(0.0, self._end_s - time.monotonic())


class Worker(Generic[Job]):
    """A thread that does one job after another, and `idle` about every `every_s` seconds.

    With `insists`, `idle` has its turn although jobs are waiting. `begin` runs first and `end`
    last in the thread itself: a SQLite connection belongs to its thread.
    """

    def __init__(
        self,
        name: str,
        do: Callable[[Job], None],
        *,
        idle: Callable[[], None] = lambda: None,
        every_s: float = 1.0,
        insists: bool = False,
        begin: Callable[[], None] = lambda: None,
        end: Callable[[], None] = lambda: None,
    ) -> None:
        self._jobs: SimpleQueue[Job | threading.Event | None] = SimpleQueue()
        self._do, self._idle, self._every_s, self._insists = do, idle, every_s, insists
        self._begin, self._end = begin, end
        self._begun = threading.Event()
        self._fit = False
        self._thread = spawn(name, self._work)

    def put(self, job: Job) -> None:
        self._jobs.put(job)

    def begun(self) -> bool:
        """Wait until the thread is ready for jobs; False when it has died of its beginning."""
        self._begun.wait()
        return self._fit

    def settle(self, patience_s: float) -> bool:
        """Wait until everything that was put before is done; whether it was, in time."""
        done = threading.Event()
        self._jobs.put(done)
        patience = Patience(patience_s)
        while not done.wait(min(GLANCE_S, patience.left_s())):
            if patience.left_s() == 0 or not self._thread.is_alive():
                return done.is_set()
        return True

    def finish(self, patience_s: float) -> bool:
        """Let it do what is queued, then end; whether it did so in time."""
        self._jobs.put(None)
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            self._begin()
            self._fit = True
        finally:
            self._begun.set()
        idle_at = time.monotonic() + self._every_s
        while True:
            left_s = idle_at - time.monotonic()
            if left_s <= 0 and (self._insists or self._jobs.empty()):
                self._idle()
                idle_at = time.monotonic() + self._every_s
                continue
            try:
                job = self._jobs.get(timeout=max(0.0, left_s))
            except Empty:
                continue
            if job is None:
                break
            if isinstance(job, threading.Event):
                job.set()
            else:
                self._do(job)
        self._end()


class Turner:
    """A thread that takes one turn after another until it is told to end.

    `turn` gives the seconds to rest before the next one; `end` runs last, in the thread itself, and also
    where a turn has raised.
    """

    def __init__(self, name: str, turn: Callable[[], float], end: Callable[[], None] = lambda: None) -> None:
        self._over = threading.Event()
        self._turn, self._end = turn, end
        self._thread = spawn(name, self._work)

    def finish(self) -> None:
        """No further turn. A rest ends at once; a turn that is under way is not waited for."""
        self._over.set()

    def ended(self, patience_s: float) -> bool:
        """Wait for its end; whether it came in time."""
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            while not self._over.is_set():
                if (rest_s := self._turn()) > 0:
                    self._over.wait(rest_s)
        finally:
            self._end()
