"""How a session ends, and what leads to it: off first, then ink (law 2).

The machine's table says for each cause what it does (law 10). What is to end `when_idle` is owed: it waits
for its time and then for the machine, in `Run.owed` and `Run.overdue`; `idle.py` hears the machine.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from fabgate.events import ButtonPressed, CloseNow, Ink, Power
from fabgate.model import Ending as End
from fabgate.model import MachineRules, MemberId, Moment, Notice, RecordId, Why
from fabgate.records import AlarmCalled, SessionStopped
from fabgate.rules import fares, praise
from fabgate.rules.ahead import left, quiet, soonest
from fabgate.rules.readings import Effects, Step, run_of, tell, with_run
from fabgate.rules.states import Condition, Ending, Open, Owed, Run, State, at_rest

CUT = frozenset({Why.ESTOP, Why.FAULT, Why.LID, Why.CLOSED, Why.GATE_STOPPED})
"""Causes that take the permission away at once, whatever delay an output has (law 8)."""


def stop(rules: MachineRules, state: State, why: Why, at: Moment, *, by: MemberId | None = None) -> Step:
    """Off, then ink (law 2). `by`: who ended the idle session of another."""
    run = run_of(state)
    assert run is not None, "only a session with power can be stopped"
    # Events come from several threads: one may have happened just before the ink that came before it.
    length_ms = max(0, at.boot_ms - run.opened.boot_ms)
    busy_ms = worked_ms(state.condition, run, at)
    taxi = None if why is Why.UNDONE else fares.taximeter(rules, state.condition, run, at.boot_ms)
    told = replace(tell(rules, Notice.ENDED, run.session.user, why=why, length_ms=length_ms), taxi=taxi)
    blind_ms = run.blind_until(at.boot_ms)
    condition = replace(state.condition, praise=praise.earned(rules, run, why, at))
    return at_rest(condition), (
        Power(rules.machine, on=False, cut=why in CUT),
        stopped(rules, run.record, why, length_ms, at, blind_ms, busy_ms, by),
        told,
    )


def stopped(
    rules: MachineRules,
    record: RecordId,
    why: Why,
    length_ms: int,
    at: Moment,
    blind_ms: int = 0,
    busy_ms: int | None = None,
    by: MemberId | None = None,
) -> Ink:
    """The end of a session as the journal has it. What was undone or never had power is not charged."""
    charged = why not in (Why.UNDONE, Why.ABORTED)
    body = SessionStopped(
        str(record), rules.machine, why, length_ms, charged, blind_ms=blind_ms, busy_ms=busy_ms, by=by
    )
    return Ink(rules.machine, at, body)


def worked_ms(condition: Condition, run: Run, at: Moment) -> int | None:
    """For how long the machine worked in this session; None as long as nothing has told."""
    if condition.busy is None:
        return run.busy_ms
    since_ms = max(condition.since_ms, run.opened.boot_ms)
    return (run.busy_ms or 0) + (max(0, at.boot_ms - since_ms) if condition.busy else 0)


# --- what its own member asks for ---------------------------------------------------------------


def leave(rules: MachineRules, state: State, why: Why, at: Moment) -> Step:
    """Its member is done: off, or as soon as the machine is, with nobody logged in meanwhile."""
    run = run_of(state)
    assert run is not None, "only a session with power can be left"
    if rules.ends.of(why) is not End.WHEN_IDLE or quiet(rules, state.condition):
        return stop(rules, state, why, at)
    if run.finishing is not None:
        return state, ()
    left_alone = with_run(state, replace(run, finishing=why))
    return left_alone, (tell(rules, Notice.FINISHING, run.session.user),)


def pressed(rules: MachineRules, state: State, event: ButtonPressed) -> Step:
    """The machine's own button: as its member's own tap for "off", whoever presses it."""
    return (state, ()) if run_of(state) is None else leave(rules, state, Why.OWN_TAP, event.at)


def gone(rules: MachineRules, state: Open | Ending, at: Moment) -> Step:
    """The badge that holds the session is out of the slot for too long."""
    if rules.ends.badge_gone in (End.NOW, End.WHEN_IDLE):
        return leave(rules, state, Why.BADGE_GONE, at)
    return lose(rules, state, Why.BADGE_GONE, at)


def close(rules: MachineRules, state: State, event: CloseNow) -> Step:
    """A person said "now" to this very session."""
    run = run_of(state)
    if run is None or run.record != event.session:
        return state, ()
    return stop(rules, state, Why.CLOSED, event.at)


# --- what the table says ------------------------------------------------------------------------


def lose(rules: MachineRules, state: State, why: Why, at: Moment) -> Step:
    """A running session whose ground is gone: the machine's table says what happens (law 10)."""
    assert isinstance(state, Open | Ending)
    if why in state.run.told:
        return state, ()
    state = with_run(state, replace(state.run, told=state.run.told | {why}))
    match rules.ends.of(why):
        case End.NOW:
            return stop(rules, state, why, at)
        case End.WHEN_IDLE:
            return _owe(rules, state, Owed(why, at.boot_ms + rules.warning_ms), at)
        case End.WARN:
            return state, note(rules, state, why, at)
        case End.ALARM:
            return state, call(rules, state.run, why, at)
        case _ as never:
            assert_never(never)


def _owe(rules: MachineRules, state: Open | Ending, owed: Owed, at: Moment) -> Step:
    """From now on the session ends at this time, or as soon as the machine does nothing after it."""
    known = {one.why for one in state.run.owed} | {*state.run.overdue}
    if owed.why not in known:
        state = with_run(state, replace(state.run, owed=(*state.run.owed, owed)))
    if state.run.finishing is not None:
        # Nobody is logged in: it ends before, or its member comes back and is told then.
        return state, ()
    if soonest(rules, state.condition, state.run) == owed:
        return announce(rules, state, owed, at)
    # An end that is nearer was announced already, and keeps its cause.
    return state, note(rules, state, owed.why, at)


def announce(rules: MachineRules, state: Open | Ending, owed: Owed, at: Moment) -> Step:
    """Say that the end comes, and wait for somebody to say that they have seen it."""
    run, why = state.run, owed.why
    told = tell(rules, Notice.WARNING, run.session.user, left_ms=max(0, owed.at_ms - at.boot_ms), why=why)
    return with_run(state, replace(run, warned=run.warned | {why}, unseen=run.unseen | {why})), (told,)


def come(rules: MachineRules, state: Open | Ending, owed: Owed, at: Moment) -> Step:
    """The time of an end has come."""
    why, run = owed.why, replace(state.run, owed=tuple(one for one in state.run.owed if one != owed))
    match rules.ends.of(why):
        case End.NOW:
            return stop(rules, state, why, at)
        case End.WHEN_IDLE:
            idle = quiet(rules, state.condition)
            return stop(rules, state, why, at) if idle else _wait(rules, state, run, why)
        case End.WARN:
            state = with_run(state, replace(run, told=run.told | {why}))
            return state, note(rules, state, why, at)
        case End.ALARM:
            run = replace(run, told=run.told | {why})
            return with_run(state, run), call(rules, run, why, at)
        case _ as never:
            assert_never(never)


def overrun(rules: MachineRules, state: Open | Ending, at: Moment) -> Step:
    """The machine still works, long after the limit: people are called, once, or it ends now."""
    run = replace(state.run, overran=True)
    match rules.ends.overrun:
        case End.NOW | End.WHEN_IDLE:
            return stop(rules, state, Why.LIMIT, at)
        case End.WARN:
            return with_run(state, run), note(rules, state, Why.LIMIT, at)
        case End.ALARM:
            return with_run(state, run), call(rules, run, Why.LIMIT, at)
        case _ as never:
            assert_never(never)


def _wait(rules: MachineRules, state: State, run: Run, why: Why) -> Step:
    """Time is over, and the machine works: the first moment at which it does nothing ends the session."""
    first = not run.overdue and run.finishing is None
    run = replace(run, overdue=(*run.overdue, why))
    if not first:
        return with_run(state, run), ()
    told = tell(rules, Notice.OVERDUE, run.session.user, why=why)
    return with_run(state, replace(run, unseen=run.unseen | {why})), (told,)


def without(run: Run, why: Why) -> Run:
    """The session without this end, and without what was said of it."""
    return replace(
        run,
        owed=tuple(one for one in run.owed if one.why is not why),
        overdue=tuple(one for one in run.overdue if one is not why),
        warned=run.warned - {why},
        unseen=run.unseen - {why},
    )


def note(rules: MachineRules, state: State, why: Why, at: Moment) -> Effects:
    """Tell the member, and leave the end to them or to the limit."""
    run = run_of(state)
    assert run is not None, "there is nobody to tell"
    return (tell(rules, Notice.TOLD, run.session.user, why=why, **left(rules, state.condition, run, at)),)


def call(rules: MachineRules, run: Run, why: Why, at: Moment) -> Effects:
    """Call people: sound, record, hub. Nothing is switched."""
    told = tell(rules, Notice.ALARM, run.session.user, why=why, contact=rules.contact)
    return told, Ink(rules.machine, at, AlarmCalled(rules.machine, why, str(run.record)))
