"""The daemon: threads around the loop, systemd's watchdog, and a last line that opens the relays.

READY means: relays off, loop alive, the last hundred records verified. SIGTERM opens the relays
first and writes afterwards. The watchdog is fed by the loop's own progress and by nothing else: a
blind reader or a slow disk is no reason to cut a running machine.
"""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
from typing import TYPE_CHECKING

from fabgate.config import Settings
from fabgate.devices import open_bench
from fabgate.devices.clock import SystemClock
from fabgate.devices.door import Door
from fabgate.devices.notify import Notify
from fabgate.devices.protocols import Bench
from fabgate.devices.sim import SimBench
from fabgate.events import Ask, Event, Inked, InkFailed, Recheck, Stopping
from fabgate.gate.assembly import Gate, apply_locks, assemble, begin_run_ons, catalogue_of, watch_inputs
from fabgate.gate.boot import Books, alone, check_books, open_books, troubles
from fabgate.gate.inbox import Inbox
from fabgate.gate.ink import Written
from fabgate.gate.loop import Edges
from fabgate.gate.meters import MeterEdge
from fabgate.gate.onlooker import Onlooker
from fabgate.gate.outside import Outside
from fabgate.gate.panel import Showing
from fabgate.gate.readers import ReaderEdge
from fabgate.gate.sensing import READ_MS
from fabgate.gate.threads import LINK, SPARED, WALL, Patience, Turner, Worker, spawn
from fabgate.link.hooks import has_joined
from fabgate.model import Clock, MachineId
from fabgate.records import Draft, GateStopped
from fabgate.store.db import OPEN_MEDIUM, Medium

if TYPE_CHECKING:
    from fabgate.gate.line import Line

log = logging.getLogger(__name__)
SWITCH_S = 0.0001  # a busy thread must not hold a tap for the default 5 ms
WATCH_S = 0.1
READ_S = 1.0
BLIND_S = 1.0
MEASURE_S = 0.3  # between two readings of a meter, each of which takes 0.2
LONGEST_SLEEP_MS = 2_000
FEED_MS = 1_000
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
WATCHDOG_MS = 10_000  # as in the unit
BRIEF_S = 0.5
LAST_WORDS_S = 4.0  # for all that is left to do once the relays are open: systemd kills after 5


class Daemon:
    """A running gate: one loop in the calling thread, edges in threads of their own."""

    def __init__(self, settings: Settings, clock: Clock, bench: Bench, medium: Medium = OPEN_MEDIUM) -> None:
        self._settings, self._clock, self._bench, self._medium = settings, clock, bench, medium
        self._inbox = Inbox()
        self._notify = Notify()
        # Alive at least three times in a watchdog's interval, however short a lab has made that.
        self._nap_ms = max(50, min(LONGEST_SLEEP_MS, (self._notify.watchdog_ms or WATCHDOG_MS) // 3))
        self._over = False
        self.ready = threading.Event()
        self._died: str | None = None
        self._fed_ms = 0
        self._latest: dict[MachineId, Showing] = {}
        self._readers: list[Turner] = []
        self._meters: list[Turner] = []
        self._outside = Outside(settings.machines, clock, self._inbox)
        self._line: Line | None = None  # to the hub, where there is one
        self._linker: Turner | None = None
        self._onlooker: Turner | None = None
        self._door: Door | None = None

    def post(self, event: Event) -> None:
        """Something happened at this gate; from any thread."""
        self._inbox.put(event)

    def settle(self, patience_s: float) -> None:
        """Wait until what the edges were given before is done."""
        self._asker.settle(patience_s)
        self._inker.settle(patience_s)

    def run(self) -> int:
        """Serve until told to stop; 0 after an orderly end, 1 when a thread died."""
        books = open_books(self._settings, self._clock, self._medium)
        gate = self._assemble(books)
        self._start(gate)
        try:
            if self._begun():
                self._begin(gate, books)
                self._serve(gate)
        finally:
            self._stop(gate)
        return 1 if self._died else 0

    # --- starting

    def _assemble(self, books: Books) -> Gate:
        edges = Edges(
            ask=lambda job: self._asker.put(job),
            ink=lambda job: self._inker.put(job),
            show=self._show,
            state=self._outside.state,
        )
        catalogue = catalogue_of(self._settings)
        word = self._outside.word if has_joined(self._settings.gate.state) else None
        return assemble(
            self._settings, books, catalogue, self._bench, self._clock, edges, self._inbox.put, word
        )

    def _start(self, gate: Gate) -> None:
        self._asker: Worker[Ask | Recheck] = Worker(
            "lookup",
            lambda job: self._answer(gate, job),
            idle=lambda: self._post_far(gate.lookup.watch()),
            every_s=WATCH_S,
            insists=True,
            begin=gate.lookup.open,
            end=gate.lookup.close,
        )
        self._inker: Worker[Written] = Worker(
            "ink",
            lambda job: self._write(gate, job),
            idle=gate.ink.idle,
            begin=gate.ink.open,
            end=lambda: self._close_ink(gate),
        )
        self._shower: Worker[Showing] = Worker(
            "display", lambda job: self._show_latest(gate, job), idle=gate.panels.turn
        )

    def _begun(self) -> bool:
        """Whether lookup and ink are ready: without them no machine is ever said to be."""
        ready = (self._asker.begun(), self._inker.begun())
        return all(ready)

    def _begin(self, gate: Gate, books: Books) -> None:
        """Locks and troubles first, then the devices that could ask for power."""
        machines = tuple(gate.loop.posts)
        if isinstance(self._bench, SimBench):  # before anything moves: its file has every change
            self._door = Door(self._bench, self._settings.gate.state)
        apply_locks(gate, books.store, self._clock)
        gate.loop.lower_all()
        for event in troubles(books, machines, self._clock.now()):
            gate.loop.handle(event)
        begin_run_ons(gate, books, self._clock)
        gate.loop.show_all(self._clock.now())
        watch_inputs(gate)
        self._meters = [self._measure(edge) for edge in gate.meters]
        self._readers = [self._turn(edge) for edge in gate.readers]
        if has_joined(self._settings.gate.state):
            self._line = self._line_of(gate, books)
            self._linker = Turner(LINK, self._line.turn, self._line.end)
        if not books.clean:
            spawn("check", lambda: self._post_far(check_books(books, machines, self._clock)))
        if self._door is not None:
            self._door.serve_in(spawn)

    def _line_of(self, gate: Gate, books: Books) -> Line:
        from fabgate.gate.line import Line  # MQTT and TLS: a gate on its own need not read them at each start

        def wake() -> None:
            if self._line is not None:
                self._line.wake()

        hooks = self._outside.hooks(gate.keys.reload, wake)
        return Line(self._settings, books.store, self._clock, hooks, spawn)

    def _look_on(self) -> None:
        """For the wall beside this gate. Like that of the link, its thread may die and ends nothing by it."""
        onlooker = Onlooker(self._settings.gate.state, self._clock, self._outside.states)
        self._onlooker = Turner(WALL, onlooker.turn, onlooker.end)

    def _turn(self, edge: ReaderEdge) -> Turner:
        def turn() -> float:
            edge.turn(READ_S)
            return BLIND_S if edge.blind else 0.0

        return Turner(f"reader-{edge.machine}", turn)

    def _measure(self, edge: MeterEdge) -> Turner:
        def turn() -> float:
            edge.turn()
            return BLIND_S if edge.dead else MEASURE_S

        return Turner(f"meter-{edge.machine}", turn)

    def thread_died(self, what: threading.ExceptHookArgs) -> None:
        """No thread dies in silence: the gate stops, and systemd starts it anew.

        The one that speaks with the hub is begun anew alone: nothing that is decided here needs it, and
        nobody's cut may end because of it (law 10).
        """
        name = what.thread.name if what.thread else "?"
        log.critical("event=thread_died thread=%s", name, exc_info=what.exc_value)
        if name == LINK and self._line is not None:
            self._line.died()
            if not self._over:
                self._linker = Turner(LINK, self._line.turn, self._line.end)
        elif not name.startswith(SPARED):
            self._died = name
            self.end()

    def end(self) -> None:
        """Stop serving, before anything else that waits. May be called from any thread."""
        self._over = True
        self._inbox.put_first(Stopping(next(iter(self._settings.machines)), self._clock.now()))

    # --- serving

    def _serve(self, gate: Gate) -> None:
        if not self._over:
            log.info("event=ready machines=%d", len(gate.loop.posts))
            self._notify.say("READY=1")
            self.ready.set()
            self._look_on()
        while True:
            event = self._inbox.get(self._sleep_s(gate))
            if self._over:
                break
            at = self._clock.now()
            # Time first: after a stall, an event stamped before a deadline must not come before it.
            gate.loop.tick(at)
            if event is not None:
                gate.loop.handle(event)
            self._feed(at.boot_ms)

    def _sleep_s(self, gate: Gate) -> float:
        """Until something is due, and never for long: inputs are read although no edge has told of them."""
        nap_ms = min(self._nap_ms, READ_MS) if gate.loop.senses else self._nap_ms
        wake_ms = gate.loop.wake_ms()
        if wake_ms is None:
            return nap_ms / 1000
        return max(0, min(wake_ms - self._clock.now().boot_ms, nap_ms)) / 1000

    def _feed(self, now_ms: int) -> None:
        if now_ms - self._fed_ms >= min(FEED_MS, self._nap_ms):
            self._fed_ms = now_ms
            self._notify.say("WATCHDOG=1")
            if self._line is not None:
                self._line.look_after(now_ms)

    def _show(self, job: Showing) -> None:
        self._latest[job.machine] = job
        self._shower.put(job)

    def _show_latest(self, gate: Gate, job: Showing) -> None:
        """A slow display shows what is true now, not all that was."""
        if self._latest[job.machine] is job:
            gate.panels.show(job)

    def _post_far(self, events: list[Event]) -> None:
        for event in events:
            self._inbox.put_far(event)

    def _answer(self, gate: Gate, job: Ask | Recheck) -> None:
        answer = gate.lookup.answer(job)
        if answer is not None:
            self._inbox.put(answer)

    def _write(self, gate: Gate, job: Written) -> None:
        answer = gate.ink.write(job)
        if answer is not None:
            self._inbox.put(answer)

    # --- stopping

    def _stop(self, gate: Gate) -> None:
        """Relays first; then the last words, in the time that systemd leaves."""
        gate.loop.stop(self._clock.now())
        self._notify.say("STOPPING=1")
        try:
            self._end_threads(gate, Patience(LAST_WORDS_S))
        finally:
            self._close_devices()
        log.info("event=stopped")

    def _end_threads(self, gate: Gate, patience: Patience) -> None:
        """Let the edges finish, the ink with the most time: it alone has something to lose."""
        for turner in (*self._readers, *self._meters):
            turner.finish()
        if self._onlooker is not None:
            self._onlooker.finish()
        if self._linker is not None and self._line is not None:
            self._linker.finish()  # it says goodbye to the hub while the ink is written
            self._line.wake()
        self._inker.settle(patience.left_s())
        while (event := self._inbox.get(0)) is not None:
            if isinstance(event, Inked | InkFailed):  # a start that came too late is answered in the books
                gate.loop.handle(event)
        self._asker.finish(min(BRIEF_S, patience.left_s()))
        if not self._inker.finish(patience.left_s()):
            log.error("event=last_words_not_written")
        self._shower.finish(min(BRIEF_S, patience.left_s()))
        if self._onlooker is not None:
            self._onlooker.ended(min(BRIEF_S, patience.left_s()))
        if self._linker is not None:
            self._linker.ended(min(BRIEF_S, patience.left_s()))

    def _close_devices(self) -> None:
        try:
            self._bench.close()
        finally:
            if self._door is not None:
                self._door.close()
            self._notify.close()

    def _close_ink(self, gate: Gate) -> None:
        gate.ink.write(Draft(self._clock.now(), GateStopped(gate.loop.checked)))
        gate.ink.close()


def run(settings: Settings) -> int:
    """Run the gate until SIGTERM, SIGINT or SIGHUP; the exit status.

    Raises ConfigError, DeviceError or StoreError when it cannot start. However it ends, the last
    thing that happens is that every relay is opened.
    """
    sys.setswitchinterval(SWITCH_S)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # every thread that is made from here on inherits it
    with alone(settings.gate.state):  # before the bench: to open it drives every line low
        clock = SystemClock(settings.gate.clock)
        bench = open_bench(settings, clock)
        try:
            daemon = Daemon(settings, clock, bench)
            _listen(daemon)
            gc.freeze()  # what was imported stays: to walk over all of it now and then would hold up a tap
            return daemon.run()
        finally:
            bench.close()


def _listen(daemon: Daemon) -> None:
    """Signals end the daemon, the loss of its terminal among them; so does a thread that dies.

    A thread waits for them. A handler would run in the loop's thread only once that wakes by itself:
    of two signals in a row the kernel may give both to other threads, and then nothing wakes it.
    """

    def listen() -> None:
        while True:
            signal.sigwait(ENDS)
            daemon.end()

    spawn("signals", listen)
    threading.excepthook = daemon.thread_died
