"""A machine that takes itself out of service: its oops button was pressed, or its contactor welded (law 9).

It is out of service from that moment on, before the record of it is written, and the books cannot say
otherwise until they have heard of it. Whoever works is treated as under any lock (law 10); only a person
puts the machine back.
"""

from __future__ import annotations

from fabgate.events import Effect, Ink, LockChanged, OopsPressed
from fabgate.model import Lock, MachineRules, Moment
from fabgate.records import MachineLocked
from fabgate.rules import changes
from fabgate.rules.maintenance import UNWRITTEN
from fabgate.rules.readings import Step
from fabgate.rules.states import State

OOPS, WELDED = "oops", "welded"


def oops(rules: MachineRules, state: State, event: OopsPressed) -> Step:
    """Somebody at the machine takes it out of service; who, nobody knows."""
    if state.condition.lock is not None:
        return state, ()
    state, told = _lock(rules, state, event.at)
    return state, (*told, record(rules, OOPS, event.at))


def welded(rules: MachineRules, state: State, at: Moment) -> Step:
    """Commanded off and seen on: written again over a lock that is there, so that whoever lifts it knows."""
    told: tuple[Effect, ...] = ()
    if state.condition.lock is None:
        state, told = _lock(rules, state, at)
    return state, (*told, record(rules, WELDED, at))


def lock(at: Moment) -> Lock:
    """The lock of this moment, of which no record is written yet."""
    return Lock(at.wall_ms, UNWRITTEN)


def record(rules: MachineRules, cause: str, at: Moment) -> Ink:
    """What the journal says of it. Nobody did it but the gate."""
    return Ink(rules.machine, at, MachineLocked(rules.machine, by="", cause=cause))


def looked(mine: Lock | None, theirs: Lock | None) -> Lock | None:
    """The lock that holds when a lookup found `theirs`: one that is not written yet holds still."""
    unwritten = mine is not None and mine.record == UNWRITTEN
    return mine if theirs is None and unwritten else theirs


def _lock(rules: MachineRules, state: State, at: Moment) -> Step:
    return changes.lock_changed(rules, state, LockChanged(rules.machine, lock(at), at))
