"""The stage: the daemon's own objects on a simulated bench and a virtual clock, without threads.

After everything that happens the stage drains the gate to quiescence; time moves only then. What
the threads of the daemon do side by side is done here one after another, in an order that a seed
can disturb: `settle(steps)` leaves a gate in the middle of its work, as a power cut finds it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.sim import SimBench
from fabgate.errors import DiskFull
from fabgate.events import Ask, Ink, Inked, InkFailed, Recheck
from fabgate.gate.assembly import Gate, apply_locks, assemble, begin_run_ons, catalogue_of, watch_inputs
from fabgate.gate.boot import check_books, open_books, troubles
from fabgate.gate.inbox import Inbox
from fabgate.gate.ink import Written
from fabgate.gate.loop import Edges
from fabgate.gate.outside import Outside
from fabgate.gate.panel import Showing
from fabgate.link.hooks import Hooks
from fabgate.records import CheckedIn, CheckedOut, Draft, EvidenceNoted, GateStopped, GrantRenewed
from fabgate.store.db import Store
from fabgate.texts import Catalogue

WAVE_MS = 400  # between two edges of a dead man's wave: as seldom as it lives, for each is a wake
_NEWS = (CheckedIn, CheckedOut, EvidenceNoted, GrantRenewed)  # what a gate writes and then reads as news


class SimDisk:
    """The disk under the store: takes writes, refuses them, or lets them hang (`store.db.Medium`)."""

    def __init__(self) -> None:
        self.full = False

    def before_write(self) -> None:
        if self.full:
            raise DiskFull("the disk is full", "Call a manager.")


class Stage:
    """One controller. `settings.gate.state` is a folder with books in it, made by `fabgate init`. One that
    has `joined` a hub takes its word on who is on site elsewhere, and on how old its rights are."""

    def __init__(
        self,
        settings: Settings,
        clock: SimClock,
        catalogue: Catalogue | None = None,
        joined: bool = False,
    ) -> None:
        self.settings, self._joined = settings, joined
        self._catalogue = catalogue or catalogue_of(settings)
        self.clock = clock
        self.bench = SimBench(settings, clock)
        self.disk = SimDisk()
        self.store = Store(settings.gate.state)
        self.net = self.time_server = True
        self._start_ms = clock.now().wall_ms
        self.passed_ms = 0
        self.worked = 0  # events and jobs that the gate has handled, for who measures
        self._stalled_until_ms: int | None = None  # in virtual ms since the beginning
        self._gate: Gate | None = None
        self._cut_wall_ms = 0

    # --- mains

    def power_on(self) -> None:
        """The controller boots: books, locks, checks, then whatever lies on its readers."""
        self._inbox = Inbox()
        self._asks: deque[Ask | Recheck] = deque()
        self._inks: deque[Written] = deque()
        self._shows: deque[Showing] = deque()
        self._held: Inked | InkFailed | None = None
        self._inked_news, self._looked_ms = False, -1
        books = open_books(self.settings, self.clock, self.disk)
        self._outside = Outside(self.settings.machines, self.clock, self._inbox)
        edges = Edges(self._asks.append, self._inks.append, self._shows.append, self._outside.state)
        word = self._outside.word if self._joined else None
        gate = assemble(
            self.settings,
            books,
            self._catalogue,
            self.bench,
            self.clock,
            edges,
            self._inbox.put,
            word,
            WAVE_MS,
        )
        gate.ink.open()
        gate.lookup.open()
        apply_locks(gate, books.store, self.clock)
        machines = tuple(gate.loop.posts)
        gate.loop.lower_all()
        for event in troubles(books, machines, self.clock.now()):
            gate.loop.handle(event)
        begin_run_ons(gate, books, self.clock)
        gate.loop.show_all(self.clock.now())
        watch_inputs(gate)
        for event in check_books(books, machines, self.clock):
            self._inbox.put_far(event)
        self._gate = gate
        self.settle()

    def power_cut(self, steps: int = 0) -> None:
        """The mains are gone after `steps` more pieces of work; what was in memory is lost."""
        if self._gate is None:
            return
        self.settle(steps)
        self._let_go()
        self.bench.close()
        self._cut_wall_ms = self.clock.now().wall_ms

    def power_back(self) -> None:
        """A new boot. Without a network nobody sets the clock: it goes on where it was saved."""
        if self._gate is not None:
            return
        self.clock.reboot()
        self.clock.synced = self.net and self.time_server
        if not self.clock.synced:
            self.clock.step_wall(self._cut_wall_ms - self.clock.now().wall_ms)
        self.bench.reopen()
        self.power_on()

    def shut_down(self) -> None:
        """The daemon ends as it should: relays off, last words written."""
        gate = self._gate
        if gate is None:
            return
        gate.loop.stop(self.clock.now())
        self._stalled_until_ms = None
        self.settle()
        gate.ink.write(Draft(self.clock.now(), GateStopped(gate.loop.checked)))
        self._let_go()
        self.bench.close()

    @property
    def powered(self) -> bool:
        """Whether the controller itself has power."""
        return self._gate is not None

    @property
    def gate(self) -> Gate:
        assert self._gate is not None, "the controller has no power"
        return self._gate

    def hooks(self) -> Hooks:
        """What the gate's end of the link may do here. Nothing has to wake it: a stage is watched."""
        return self._outside.hooks(self.gate.keys.reload)

    # --- surroundings

    def set_net(self, up: bool) -> None:
        """The network comes or goes; with it comes the time."""
        self.net = up
        if up and self.time_server and self._gate is not None and not self.clock.synced:
            self.sync_clock()

    def unset_clock(self) -> None:
        """Nobody vouches for the wall clock from now on, until `sync_clock`."""
        self.time_server = self.clock.synced = False
        self.settle()

    def sync_clock(self) -> None:
        """The wall clock becomes right, and is known to be."""
        right_ms = self._start_ms + self.passed_ms
        self.clock.step_wall(right_ms - self.clock.now().wall_ms)
        self.time_server = self.clock.synced = True
        self.settle()

    def stall_disk(self, for_ms: int) -> None:
        """Writes hang for so long, then succeed."""
        self._stalled_until_ms = self.passed_ms + for_ms

    def free_disk(self) -> None:
        """The disk takes writes again."""
        self.disk.full = False
        self._stalled_until_ms = None
        if self._gate is not None:
            self.settle()
            self._gate.ink.idle()

    # --- time

    def advance(self, ms: int) -> None:
        """Let virtual time pass; everything that falls due happens at its own moment."""
        if ms == 0:
            return  # the same instant: whatever is in the middle of its work stays there
        end_ms = self.passed_ms + ms
        while (due_ms := self.due_in_ms()) is not None and self.passed_ms + due_ms <= end_ms:
            self.let_pass(due_ms)
            self.settle()
        self.let_pass(end_ms - self.passed_ms)
        self.settle()

    def due_in_ms(self) -> int | None:
        """How long until something falls due here; None for never, or without power."""
        if self._gate is None:
            return None
        now_ms = self.clock.now().boot_ms
        meters = (edge.wake_ms() for edge in self._gate.meters)
        wakes = (self._gate.loop.wake_ms(), self._looks_ms(), *meters)
        waits = [max(0, wake_ms - now_ms) for wake_ms in wakes if wake_ms is not None]
        if self._stalled_until_ms is not None:
            waits.append(max(0, self._stalled_until_ms - self.passed_ms))
        return min(waits, default=None)

    def let_pass(self, ms: int) -> None:
        """Time passes, at most until something falls due, which `settle` then does."""
        self.clock.advance(ms)
        self.passed_ms += ms
        if self._stalled_until_ms is not None and self._stalled_until_ms <= self.passed_ms:
            self._stalled_until_ms = None

    def settle(self, steps: int | None = None) -> None:
        """Drain the gate: to quiescence, or for so many pieces of work."""
        if self._gate is None:
            return
        self._read()
        done = 0
        while (steps is None or done < steps) and self._work():
            done += 1
        self.worked += done

    def work(self) -> bool:
        """One piece of work, of whatever has come to readers and inbox; False when there is none."""
        if self._gate is None:
            return False
        self._read()
        done = self._work()
        self.worked += done
        return done

    def news(self) -> None:
        """Another process has written: the lookup sees it, as it does ten times a second."""
        self.watch()
        self.settle()

    def watch(self) -> None:
        """The lookup looks at the books; what it saw waits for `settle`."""
        if self._gate is not None:
            for event in self._gate.lookup.watch():
                self._inbox.put_far(event)

    # --- inside

    def _read(self) -> None:
        """Badges and currents; nothing more comes while the gate works, for time stands still."""
        for reader in self.gate.readers:
            reader.turn(0)
        for meter in self.gate.meters:
            meter.turn()

    def _work(self) -> bool:
        """One piece of work; False when there is none."""
        gate = self.gate
        event = self._inbox.get(0)
        if event is not None:
            gate.loop.handle(event)
        elif self._asks:
            self._answer(gate)
        elif self._can_ink():
            self._ink(gate)
        elif self._shows:
            gate.panels.show(self._shows.popleft())
        elif self._is_to_look():
            self._looked_ms, self._inked_news = self.clock.now().boot_ms, False
            self.watch()
        else:
            return self._tick(gate)
        return True

    def _is_to_look(self) -> bool:
        """Whether the lookup would see something: what the ink wrote, or a check-in that is over."""
        looks_ms = self._looks_ms()
        return self._inked_news or (looks_ms is not None and looks_ms <= self.clock.now().boot_ms)

    def _looks_ms(self) -> int | None:
        """When the lookup sees something because time has passed; once a moment, for a look may fail."""
        wake_ms = self.gate.lookup.wake_ms()
        return None if wake_ms is None or wake_ms <= self._looked_ms else wake_ms

    def _answer(self, gate: Gate) -> None:
        answer = gate.lookup.answer(self._asks.popleft())
        if answer is not None:
            self._inbox.put(answer)

    def _tick(self, gate: Gate) -> bool:
        """Whatever time asks for now; True if that made work."""
        gate.loop.tick(self.clock.now())
        if (event := self._inbox.get(0)) is not None:  # an input that no edge has told of
            gate.loop.handle(event)
            return True
        return bool(self._shows or self._asks or self._can_ink())

    def _can_ink(self) -> bool:
        if self._stalled_until_ms is None:
            return self._held is not None or bool(self._inks)
        return self._held is None and bool(self._inks)

    def _ink(self, gate: Gate) -> None:
        """Write the next job. Behind a stalled disk its word comes late: the write itself was under way."""
        answer, self._held = self._held, None
        if answer is None:
            job = self._inks.popleft()
            answer = gate.ink.write(job)
            self._inked_news |= isinstance(job, Ink) and isinstance(job.body, _NEWS)
        if self._stalled_until_ms is not None:
            self._held = answer
        elif answer is not None:
            self._inbox.put(replace(answer, at=self.clock.now()))

    def _let_go(self) -> None:
        gate, self._gate = self.gate, None
        gate.ink.close()
        gate.lookup.close()
