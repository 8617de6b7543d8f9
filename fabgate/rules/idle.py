"""Whether the machine works: what waits for it, what its doing nothing ends, and how long it worked."""

from __future__ import annotations

from dataclasses import replace

from fabgate.events import Activity
from fabgate.model import MachineRules, Why
from fabgate.rules import endings
from fabgate.rules.readings import Step, run_of, with_run
from fabgate.rules.states import Run, State, under


def activity(rules: MachineRules, state: State, event: Activity) -> Step:
    """The machine begins to work, stops working, or nobody can tell any more."""
    before, run = state.condition, run_of(state)
    if event.busy is before.busy:
        return state, ()
    state = under(state, replace(before, busy=event.busy, since_ms=event.at.boot_ms))
    if run is None:
        return state, ()
    run = replace(run, busy_ms=endings.worked_ms(before, run, event.at))
    if event.busy is not False:
        return with_run(state, _at_work(run)), ()
    state = with_run(state, run)
    why = run.finishing or next(iter(run.overdue), None)
    return (state, ()) if why is None else endings.stop(rules, state, why, event.at)


def _at_work(run: Run) -> Run:
    """It may be at work: its doing nothing is over, with all that was said of it, and anybody's claim."""
    return replace(endings.without(run, Why.IDLE), told=run.told - {Why.IDLE}, claim=None)
