"""The gate in this process: by hand, without threads; or the whole daemon in threads of its own."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from gate_lab import WALL_MS, token_of, until

from fabgate.badges.uid import Uid
from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.sim import SimBench
from fabgate.errors import DiskFull
from fabgate.events import Ask, BadgeGone, BadgeSeen, Event, Ink, Recheck, Tick
from fabgate.gate.assembly import apply_locks, assemble, begin_run_ons, catalogue_of
from fabgate.gate.boot import open_books, troubles
from fabgate.gate.ink import Written
from fabgate.gate.loop import Edges
from fabgate.gate.panel import Showing
from fabgate.gate.run import Daemon
from fabgate.model import MachineId
from fabgate.wire.presence import MachineState

AGAIN_MS = 2_000  # a badge counts again after so long away


class Disk:
    """A disk that a test makes full, or holds up."""

    def __init__(self) -> None:
        self.full = False
        self.free = threading.Event()
        self.free.set()
        self.held_up = threading.Event()

    def before_write(self) -> None:
        if not self.free.is_set():
            self.held_up.set()
            self.free.wait(60)
        if self.full:
            raise DiskFull("the disk is full", "Call a manager.")


class ByHand:
    """The daemon's objects without a thread: what they hand over lies here until the test carries it on."""

    def __init__(self, settings: Settings, clock: SimClock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SimClock(WALL_MS)
        self.bench = SimBench(settings, self.clock)
        self.disk = Disk()
        self.asks: deque[Ask | Recheck] = deque()
        self.inks: deque[Written] = deque()
        self.shows: deque[Showing] = deque()
        self.posted: deque[Event] = deque()
        self.books = open_books(settings, self.clock, self.disk)
        self.told: list[tuple[str, str]] = []  # to whoever looks on: of which machine, and its state
        edges = Edges(self.asks.append, self.inks.append, self.shows.append, self._tell)
        catalogue = catalogue_of(settings)
        self.gate = assemble(
            settings, self.books, catalogue, self.bench, self.clock, edges, self.posted.append
        )
        self.gate.ink.open()
        self.gate.lookup.open()
        self.loop = self.gate.loop

    def begin(self) -> None:
        """As the daemon begins: locks, relays down, troubles of the books, run-ons, faces."""
        apply_locks(self.gate, self.books.store, self.clock)
        self.loop.lower_all()
        for event in troubles(self.books, tuple(self.loop.posts), self.clock.now()):
            self.loop.handle(event)
        begin_run_ons(self.gate, self.books, self.clock)
        self.loop.show_all(self.clock.now())

    def _tell(self, machine: MachineId, now: MachineState) -> None:
        self.told.append((machine, now.state))

    def close(self) -> None:
        self.gate.ink.close()
        self.gate.lookup.close()
        self.bench.close()

    def relay(self, machine: MachineId) -> str:
        return self.bench.state(machine, "relay")

    def tap(self, machine: MachineId, uid: Uid) -> None:
        """The badge touches the reader; the lookup is not yet asked."""
        token = token_of(self.settings, uid)
        self.loop.handle(BadgeSeen(machine, token, self.clock.now()))
        self.loop.handle(BadgeGone(machine, token, self.clock.now()))

    def look(self) -> None:
        """The lookup answers all that it was asked."""
        while self.asks:
            self.loop.handle(self.gate.lookup.answer(self.asks.popleft()))

    def write(self) -> None:
        """The ink writes all that it was handed, and its answers reach the loop."""
        while self.inks:
            answer = self.gate.ink.write(self.inks.popleft())
            if answer is not None:
                self.loop.handle(answer)

    def settle(self) -> None:
        while self.asks or self.inks:
            self.look()
            self.write()

    def wait(self, ms: int) -> None:
        """Time passes and the loop has its tick."""
        self.clock.advance(ms)
        self.loop.tick(self.clock.now())

    def start(self, machine: MachineId, uid: Uid) -> None:
        """A tap, all the way."""
        self.tap(machine, uid)
        self.settle()

    def starts(self) -> list[Ink]:
        """The starts that wait for their ink."""
        return [job for job in self.inks if isinstance(job, Ink) and job.ink is not None]


class StuckClock(SimClock):
    """A clock that holds up a thread which asks it, by the thread's name."""

    def __init__(self, wall_ms: int) -> None:
        super().__init__(wall_ms)
        self.free = threading.Event()
        self.free.set()
        self.holds = ""
        self.held_up = threading.Event()

    def hold(self, thread: str) -> None:
        self.holds = thread
        self.free.clear()

    def now(self) -> Any:
        if threading.current_thread().name == self.holds and not self.free.is_set():
            self.held_up.set()
            self.free.wait(60)
        return super().now()


class Served:
    """The whole daemon, its loop in a thread too, on a virtual clock and a simulated bench."""

    def __init__(
        self,
        settings: Settings,
        monkeypatch: Any,
        room: Callable[[SimBench], None] = lambda _: None,
        stuck: str = "",
    ) -> None:
        """`room` arranges the bench before the daemon begins; the thread named `stuck` gets nowhere."""
        self.settings = settings
        self.clock = StuckClock(WALL_MS)
        if stuck:
            self.clock.hold(stuck)
        self.bench = SimBench(settings, self.clock)
        room(self.bench)
        self.disk = Disk()
        self.daemon = Daemon(settings, self.clock, self.bench, self.disk)
        monkeypatch.setattr(threading, "excepthook", self.daemon.thread_died)
        self.status: int | None = None
        self._thread = threading.Thread(target=self._run, name="loop")
        self._thread.start()

    def _run(self) -> None:
        self.status = self.daemon.run()

    def ready(self) -> Served:
        assert self.daemon.ready.wait(15), "the daemon did not become ready"
        return self

    def end(self) -> int | None:
        """Ask it to stop, and wait until it has: its exit status."""
        self.clock.free.set()
        self.disk.free.set()
        self.daemon.end()
        return self.ended()

    def let_go(self) -> None:
        """End it in any case, and wait for whatever was held up in it."""
        self.clock.free.set()
        self.disk.free.set()
        if self.alive():
            self.daemon.end()
        until(lambda: not self.threads(), f"every thread has ended: {self.threads()}", 30)

    @staticmethod
    def threads() -> list[str]:
        """The threads of a daemon that live."""
        ours = ("loop", "lookup", "ink", "display", "sim-door", "check", "reader-")
        return [thread.name for thread in threading.enumerate() if thread.name.startswith(ours)]

    def ended(self) -> int | None:
        self._thread.join(30)
        assert not self._thread.is_alive(), "the daemon did not end"
        return self.status

    def alive(self) -> bool:
        return self._thread.is_alive()

    def relay(self, machine: MachineId) -> str:
        return self.bench.state(machine, "relay")

    def wait(self, ms: int, machine: MachineId) -> None:
        """Time passes, and something wakes the loop."""
        self.clock.advance(ms)
        self.daemon.post(Tick(machine, self.clock.now()))

    def tap(self, machine: MachineId, uid: Uid) -> None:
        self.bench.tap(machine, uid)

    def start(self, machine: MachineId, uid: Uid) -> None:
        """A session that runs, and whose badge would count again."""
        self.tap(machine, uid)
        until(lambda: self.relay(machine) == "on", "the relay closes")
        self.wait(AGAIN_MS, machine)
