"""The lid of a machine on which somebody works: recorded and told, and the table says what it ends.

Where it ends a session at once, nothing starts under an open one either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from fabgate.events import Ink, LidMoved
from fabgate.model import Ending as End
from fabgate.model import MachineRules, Notice, Why
from fabgate.records import LidSeen
from fabgate.rules import endings
from fabgate.rules.readings import Step, tell, with_run
from fabgate.rules.states import Condition, Ending, Open, Opening, Owed, State, at_rest, under


def moved(rules: MachineRules, state: State, event: LidMoved) -> Step:
    """Nobody minds the lid of a machine without power, but who is about to start."""
    state = under(state, replace(state.condition, lid=event.open))
    if isinstance(state, Opening) and bars(rules, state.condition):
        return at_rest(state.condition), (tell(rules, Notice.CANCELLED, state.session.user),)
    if not isinstance(state, Open | Ending):
        return state, ()
    seen = Ink(rules.machine, event.at, LidSeen(rules.machine, event.open, str(state.run.record)))
    after, effects = _opened(rules, state, event) if event.open else _shut(state)
    return after, (*effects, seen)


def bars(rules: MachineRules, condition: Condition) -> bool:
    """Whether an open lid keeps the machine from starting."""
    return condition.lid and rules.ends.lid is End.NOW


def _opened(rules: MachineRules, state: Open | Ending, event: LidMoved) -> Step:
    at, run = event.at, state.run
    told = tell(rules, Notice.LID_OPEN, run.session.user)
    match rules.ends.lid:
        case End.NOW:
            return endings.stop(rules, state, Why.LID, at)
        case End.WHEN_IDLE:
            # It says itself what an announcement would: shut it, or the session ends.
            owed = Owed(Why.LID, at.boot_ms + rules.warning_ms)
            run = replace(
                run, owed=(*run.owed, owed), warned=run.warned | {Why.LID}, unseen=run.unseen | {Why.LID}
            )
            told = replace(told, facts={**told.facts, "left_ms": rules.warning_ms})
            return with_run(state, run), (told,)
        case End.WARN:
            return state, (told,)
        case End.ALARM:
            return state, (told, *endings.call(rules, run, Why.LID, at))
        case _ as never:
            assert_never(never)


def _shut(state: Open | Ending) -> Step:
    """The session goes on, whatever the lid was to end."""
    return with_run(state, endings.without(state.run, Why.LID)), ()
