"""One machine, door or counter at the loop: its rules, its state, its outputs, and what is seen of it."""

from __future__ import annotations

from fabgate.events import Event
from fabgate.gate.meters import MeterEdge
from fabgate.gate.outputs import Outputs
from fabgate.gate.panel import Showing
from fabgate.gate.sensing import Sensing
from fabgate.model import MachineRules, Moment
from fabgate.rules import feedback
from fabgate.rules.face import Mood
from fabgate.rules.feedback import CURRENT, Sight
from fabgate.rules.kinds import AnyState, begin, deadline
from fabgate.rules.states import Ending, Open
from fabgate.wire.presence import MachineState


class Post:
    """What the loop holds of one machine. `state` moves by the rules alone."""

    def __init__(
        self, rules: MachineRules, outputs: Outputs, sensing: Sensing, meter: MeterEdge | None = None
    ) -> None:
        self.rules, self.outputs, self.sensing, self._meter = rules, outputs, sensing, meter
        self.state: AnyState = begin(rules)
        self.shown: Showing | None = None
        self.mood: Mood | None = None
        self.flash_until_ms: int | None = None
        self.told: MachineState | None = None  # what whoever looks on was told last
        self._feedback = feedback.begin(rules)
        self._reckoned: AnyState | None = None
        self._due_ms: int | None = None

    def due_ms(self) -> int | None:
        """When its state wants to be woken (CLOCK_BOOTTIME ms): asked at every event, reckoned once."""
        if self._reckoned is not self.state:
            self._reckoned, self._due_ms = self.state, deadline(self.rules, self.state)
        return self._due_ms

    @property
    def powered(self) -> bool:
        """Whether somebody works here: the pulse of a door needs no heartbeat."""
        return isinstance(self.state, Open | Ending)

    def begin_session(self) -> None:
        """Power was given: what is missing is told anew."""
        self._feedback = feedback.anew(self._feedback)

    def look(self, now_ms: int) -> None:
        """Read the inputs, at once where something may be concluded from them."""
        due_ms = self.proves_ms()
        self.sensing.look(now_ms, at_once=due_ms is not None and due_ms <= now_ms)

    def prove(self, at: Moment) -> tuple[Event, ...]:
        """Hold what was commanded against what is seen (law 9); what the machine is to be told."""
        if not self._feedback:
            return ()
        seen = {name: self._sight(name) for name in self._feedback}
        looked = feedback.look(self.rules, self._feedback, self.outputs.commanded, seen, at)
        self._feedback = looked.feedback
        return looked.events

    def proves_ms(self) -> int | None:
        """When `prove` may conclude something (CLOCK_BOOTTIME ms)."""
        return feedback.wake_ms(self.rules, self._feedback) if self._feedback else None

    def _sight(self, name: str) -> Sight | None:
        if name == CURRENT:
            return None if self._meter is None else self._meter.sight
        return self.sensing.sight(name)
