"""The loop: owns the machines and their outputs, and does no I/O but GPIO.

It takes an event, lets `rules/machine.py` or `rules/door.py` decide, and carries the effects out in
their order. Everything that could wait for a disk or a person is handed over through the three callables
of `Edges`; their answers come back as events. The same object runs in the daemon and in a rehearsal.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from fabgate.devices.protocols import Devices, Sound
from fabgate.errors import DeviceError
from fabgate.events import Ask, Effect, Event, Ink, Power, Recheck, Refuse, Stopping, Tell, Tick, Troubled
from fabgate.gate.ink import Beat, Written
from fabgate.gate.outside import machine_state
from fabgate.gate.panel import Panels, Showing
from fabgate.gate.signals import sound
from fabgate.model import Clock, Duty, MachineId, MachineRules, Moment, Trouble
from fabgate.records import ClockSynced, Draft
from fabgate.rules.countdown import runs_out_ms
from fabgate.rules.face import Mood, flash
from fabgate.rules.gestures import Name
from fabgate.rules.kinds import AnyState, begin, deadline, look, step
from fabgate.rules.refusals import Tally
from fabgate.rules.states import Ending, Open
from fabgate.wire.presence import MachineState

log = logging.getLogger(__name__)
FLASH_MS = 4_000


@dataclass(frozen=True, slots=True)
class Edges:
    """Where the loop hands things over: to the lookup, the ink, the display, and whoever looks on."""

    ask: Callable[[Ask | Recheck], None]
    ink: Callable[[Written], None]
    show: Callable[[Showing], None]
    state: Callable[[MachineId, MachineState], None] = lambda _machine, _state: None


class Post:
    """One machine, door or counter at the loop: its rules, its devices, its state, and what it shows."""

    def __init__(self, rules: MachineRules, devices: Devices) -> None:
        self.rules, self.devices = rules, devices
        self.state: AnyState = begin(rules)
        self.shown: Showing | None = None
        self.mood: Mood | None = None
        self.flash_until_ms: int | None = None
        self.told: MachineState | None = None  # what whoever looks on was told last

    @property
    def powered(self) -> bool:
        """Whether somebody works here: the pulse of a door needs no heartbeat."""
        return isinstance(self.state, Open | Ending)


class Loop:
    """All machines of one controller. Used by one thread."""

    def __init__(
        self, posts: Iterable[Post], clock: Clock, edges: Edges, panels: Panels, beat_ms: int, synced: bool
    ) -> None:
        self.posts: Mapping[MachineId, Post] = {post.rules.machine: post for post in posts}
        self._clock, self._edges, self._panels = clock, edges, panels
        self._beat_ms = beat_ms
        self._beat_at_ms: int | None = None
        self._tally = Tally()
        self._synced = synced
        self._stopping = False

    # --- what comes in

    def handle(self, event: Event) -> None:
        """Let the machine decide, and do what it says."""
        if isinstance(event, Stopping):
            self._stopping = True
        elif self._stopping and isinstance(event, Tick | Troubled):
            return
        post = self.posts[event.machine]
        todo: deque[Event] = deque([event])
        while todo:
            post.state, effects = step(post.rules, post.state, todo.popleft())
            for effect in effects:
                todo.extend(self._carry_out(post, effect))
        self._show_rest(post, event.at.boot_ms)
        self._plan_beat(event.at.boot_ms)
        self._tell_state(post, event.at)

    def tick(self, at: Moment) -> None:
        """Do what time alone asks for: deadlines, lamps, heartbeat, counted refusals, the first sync."""
        now_ms = at.boot_ms
        for post in self.posts.values():
            due = deadline(post.rules, post.state)
            if due is not None and due <= now_ms:
                self.handle(Tick(post.rules.machine, at))
            if post.flash_until_ms is not None and post.flash_until_ms <= now_ms:
                post.flash_until_ms = None
                self._show_rest(post, now_ms)
        if self._beat_at_ms is not None and self._beat_at_ms <= now_ms:
            self._beat_at_ms = now_ms + self._beat_ms
            self._edges.ink(Beat(at))
        self._write_tally(now_ms)
        if at.synced and not self._synced:
            self._synced = True
            self._edges.ink(Draft(at, ClockSynced()))

    def wake_ms(self) -> int | None:
        """When `tick` has something to do next (CLOCK_BOOTTIME ms)."""
        wanted = [self._beat_at_ms, self._tally.wake_ms()]
        for post in self.posts.values():
            wanted += [deadline(post.rules, post.state), post.flash_until_ms]
        return min((at for at in wanted if at is not None), default=None)

    def stop(self, at: Moment) -> None:
        """Everything off; then what is left to say goes to the ink."""
        for machine in self.posts:
            self.handle(Stopping(machine, at))
        self._write_tally(None)

    def lower_all(self) -> None:
        """Open every relay before the first event; one that does not obey puts its machine in fault."""
        for post in self.posts.values():
            for trouble in self._switch(post, on=False):
                self.handle(trouble)

    def show_all(self, at: Moment) -> None:
        """Show every machine's state: called once before the first event."""
        for post in self.posts.values():
            self._show_rest(post, at.boot_ms)
            self._tell_state(post, at)

    @property
    def powered(self) -> bool:
        """Whether any machine has power."""
        return any(post.powered for post in self.posts.values())

    @property
    def checked(self) -> bool:
        """Whether the books are known to be sound; if not, the next run must read them through again."""
        unsure = {Trouble.JOURNAL, Trouble.CHECKING}
        return not any(post.state.condition.troubles & unsure for post in self.posts.values())

    # --- what goes out

    def _carry_out(self, post: Post, effect: Effect) -> tuple[Event, ...]:
        match effect:
            case Power(on=on):
                return self._switch(post, on)
            case Ask() | Recheck():
                self._edges.ask(effect)
            case Ink():
                self._edges.ink(effect)
            case Refuse():
                self._tally, first = self._tally.add(effect)
                if first is not None:
                    self._edges.ink(first)
            case Tell():
                self._flash(post, effect)
            case _ as never:
                assert_never(never)
        return ()

    def _switch(self, post: Post, on: bool) -> tuple[Event, ...]:
        """Set every power output, the others too when one fails; a failure is an event for the machine."""
        failed = False
        for output in post.rules.outputs:
            if output.duty is Duty.AUX:
                continue
            relay = post.devices.outputs[output.name]
            try:
                relay.switch(on)
            except DeviceError as error:
                failed = True
                log.critical(
                    "event=relay_failed machine=%s relay=%s on=%s error=%r",
                    post.rules.machine, relay.name, on, error.what,
                )  # fmt: skip
        return (Troubled(post.rules.machine, Trouble.RELAY, self._clock.now()),) if failed else ()

    def _flash(self, post: Post, tell: Tell) -> None:
        mood = flash(tell)
        # "It is over" lights what the machine is now: after an emergency stop it is not ready.
        self._light(post, look(post.rules, post.state).mood if mood is Mood.READY else mood)
        post.flash_until_ms = self._clock.now().boot_ms + FLASH_MS
        post.shown = None
        ends_ms = runs_out_ms(post.rules, post.state)
        said = Showing(tell.machine, tell.what, tell.facts, tell.language, sound(tell.what), ends_ms)
        self._edges.show(said)

    def _show_rest(self, post: Post, now_ms: int) -> None:
        if post.flash_until_ms is not None and now_ms < post.flash_until_ms:
            return
        if post.state.name is Name.OPENING:  # for two seconds at most: what is shown stays
            return
        resting = look(post.rules, post.state)
        self._light(post, resting.mood)
        ends_ms = runs_out_ms(post.rules, post.state)
        about = (resting.what, resting.facts, resting.language, Sound.NONE, ends_ms)
        shown = Showing(post.rules.machine, *about, rest=True)
        if shown != post.shown:
            post.shown = shown
            self._edges.show(shown)

    def _tell_state(self, post: Post, at: Moment) -> None:
        now = machine_state(post.state, at)
        if post.told is None or replace(post.told, at=at) != now:
            post.told = now
            self._edges.state(post.rules.machine, now)

    def _light(self, post: Post, mood: Mood) -> None:
        if mood is not post.mood:
            post.mood = mood
            self._panels.light(post.rules.machine, mood)

    def _plan_beat(self, now_ms: int) -> None:
        if not self.powered:
            self._beat_at_ms = None
        elif self._beat_at_ms is None:
            self._beat_at_ms = now_ms + self._beat_ms

    def _write_tally(self, now_ms: int | None) -> None:
        self._tally, drafts = self._tally.due(now_ms)
        for draft in drafts:
            self._edges.ink(draft)
