"""The loop: owns the machines and their outputs, and does no I/O but GPIO.

It takes an event, lets `rules/machine.py` or `rules/door.py` decide, and carries the effects out in
their order. Everything that could wait for a disk or a person is handed over through the three callables
of `Edges`; their answers come back as events. The same object runs in the daemon and in a rehearsal.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from fabgate.devices.protocols import Sound
from fabgate.events import (
    Ask,
    Effect,
    Event,
    Ink,
    Mended,
    Power,
    Recheck,
    Refuse,
    Stopping,
    Tell,
    Tick,
    Troubled,
)
from fabgate.gate.ink import Beat, Written
from fabgate.gate.outside import machine_state
from fabgate.gate.panel import Panels, Showing
from fabgate.gate.post import Post
from fabgate.gate.signals import sound
from fabgate.model import Clock, MachineId, Moment, Trouble
from fabgate.records import ClockSynced, Draft
from fabgate.rules.countdown import runs_out_ms
from fabgate.rules.face import Mood, flash
from fabgate.rules.gestures import Name
from fabgate.rules.kinds import look, step
from fabgate.rules.refusals import Tally
from fabgate.rules.sequence import LastEnd
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
        before = post.state
        self._settle(post, (event,))
        # By the time now: the event may have waited, and a contactor takes its time from the command on.
        self._settle(post, post.prove(self._clock.now()))
        if post.state is before and post.flash_until_ms is None:
            return  # all is as it was shown and told
        self._show_rest(post, event.at.boot_ms)
        self._plan_beat(event.at.boot_ms)
        self._tell_state(post, event.at)

    def tick(self, at: Moment) -> None:
        """Do what time alone asks for: deadlines, lamps, heartbeat, counted refusals, the first sync."""
        now_ms = at.boot_ms
        for post in self.posts.values():
            due_ms = post.due_ms()
            if due_ms is not None and due_ms <= now_ms:
                self.handle(Tick(post.rules.machine, at))
            self._pass_time(post, at)
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
            wanted += [post.due_ms(), post.flash_until_ms, post.outputs.wake_ms(), post.proves_ms()]
        return min((at for at in wanted if at is not None), default=None)

    def stop(self, at: Moment) -> None:
        """Everything that gives permission off; then what is left to say goes to the ink."""
        for post in self.posts.values():
            post.outputs.power(on=False, cut=True, now_ms=at.boot_ms)
        for machine in self.posts:
            self.handle(Stopping(machine, at))
        self._write_tally(None)

    def lower_all(self) -> None:
        """Lower every output before the first event; one that does not obey puts its machine in fault."""
        for post in self.posts.values():
            self._obey(post, post.outputs.lower(self._now_ms()))

    def run_on(self, ends: Mapping[MachineId, LastEnd], now: Moment) -> None:
        """What gives no permission goes on where a restart broke it off: `ends` by machine, as the books
        know them."""
        for machine, post in self.posts.items():
            self._obey(post, post.outputs.run_on(ends.get(machine), now))

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
    def senses(self) -> bool:
        """Whether any machine has inputs to be read."""
        return any(post.sensing.reads for post in self.posts.values())

    @property
    def checked(self) -> bool:
        """Whether the books are known to be sound; if not, the next run must read them through again."""
        unsure = {Trouble.JOURNAL, Trouble.CHECKING}
        return not any(post.state.condition.troubles & unsure for post in self.posts.values())

    # --- what goes out

    def _settle(self, post: Post, events: Iterable[Event]) -> None:
        """Let the machine decide about these, and about whatever comes of that."""
        todo = deque(events)
        while todo:
            post.state, effects = step(post.rules, post.state, todo.popleft())
            for effect in effects:
                todo.extend(self._carry_out(post, effect))

    def _carry_out(self, post: Post, effect: Effect) -> tuple[Event, ...]:
        match effect:
            case Power(on=True):
                return self._give(post)
            case Power(cut=cut):
                return self._fault(post, post.outputs.power(on=False, cut=cut, now_ms=self._now_ms()))
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

    def _give(self, post: Post) -> tuple[Event, ...]:
        """Give permission, but under no emergency stop: its own word may wait in the inbox still."""
        if stopped := self._stopped(post):
            return stopped
        post.begin_session()
        return self._fault(post, post.outputs.power(on=True, cut=False, now_ms=self._now_ms()))

    def _stopped(self, post: Post) -> tuple[Event, ...]:
        """The emergency stop, where one is pressed when the inputs are read now."""
        now = self._clock.now()
        post.sensing.look(now.boot_ms, at_once=True)
        return (Troubled(post.rules.machine, Trouble.ESTOP, now),) if post.sensing.stopped else ()

    def _pass_time(self, post: Post, at: Moment) -> None:
        """What time alone asks of inputs and outputs, once the rules have had their say."""
        post.look(at.boot_ms)
        if post.outputs.lapsed(at.boot_ms):
            self._end_lapse(post, at)
        if post.outputs.gives(at.boot_ms):
            self._handle_all(self._stopped(post))
        self._obey(post, post.outputs.pass_time(at.boot_ms))
        self._handle_all(post.prove(at))

    def _end_lapse(self, post: Post, at: Moment) -> None:
        """The loop stood still, and the charge pump has let go: nothing may come on again by itself."""
        self.handle(Troubled(post.rules.machine, Trouble.RELAY, at))
        if not post.outputs.stuck:
            self.handle(Mended(post.rules.machine, Trouble.RELAY, at))

    def _handle_all(self, events: Iterable[Event]) -> None:
        for event in events:
            self.handle(event)

    def _obey(self, post: Post, obeyed: bool) -> None:
        self._handle_all(self._fault(post, obeyed))

    def _fault(self, post: Post, obeyed: bool) -> tuple[Event, ...]:
        """An output that does not obey is an event for its machine."""
        return () if obeyed else (Troubled(post.rules.machine, Trouble.RELAY, self._clock.now()),)

    def _now_ms(self) -> int:
        return self._clock.now().boot_ms

    def _flash(self, post: Post, tell: Tell) -> None:
        mood = flash(tell)
        # "It is over" lights what the machine is now: after an emergency stop it is not ready.
        self._light(post, look(post.rules, post.state).mood if mood is Mood.READY else mood)
        post.flash_until_ms = self._clock.now().boot_ms + FLASH_MS
        post.shown = None
        ends_ms = runs_out_ms(post.rules, post.state)
        about = (tell.facts, tell.language, sound(tell.what), ends_ms)
        said = Showing(tell.machine, tell.what, *about, taxi=tell.taxi)
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
        shown = Showing(post.rules.machine, *about, rest=True, taxi=resting.taxi)
        if shown != post.shown:
            post.shown = shown
            self._edges.show(shown)

    def _tell_state(self, post: Post, at: Moment) -> None:
        before = post.told
        if before is None or machine_state(post.state, before.at) != before:
            post.told = machine_state(post.state, at)
            self._edges.state(post.rules.machine, post.told)

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
