"""What stands at a reader, machine, door or counter: one way to step, to wake and to look at each.

`gate/loop.py` keeps one of these states for each and need not know which it is.
"""

from __future__ import annotations

from fabgate.events import Event
from fabgate.model import MachineRules
from fabgate.rules import ahead, door, face, machine, states
from fabgate.rules.door import Door
from fabgate.rules.readings import Effects
from fabgate.rules.states import Condition, State

AnyState = State | Door


def begin(rules: MachineRules) -> AnyState:
    """The state in which nothing has happened yet."""
    return states.at_rest(Condition()) if rules.kind.is_machine else Door()


def step(rules: MachineRules, state: AnyState, event: Event) -> tuple[AnyState, Effects]:
    """What comes after `event`, and what is to be done, in this order."""
    if isinstance(state, Door):
        return door.step(rules, state, event)
    return machine.step(rules, state, event)


def deadline(rules: MachineRules, state: AnyState) -> int | None:
    """When this state wants to be woken (CLOCK_BOOTTIME ms), None for never."""
    return door.deadline(state) if isinstance(state, Door) else ahead.deadline(rules, state)


def look(rules: MachineRules, state: AnyState) -> face.Face:
    """What is shown while it stays in this state."""
    return door.look(rules, state) if isinstance(state, Door) else face.face(rules, state)
