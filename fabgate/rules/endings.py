"""How a session ends, and what leads to it: off first, then ink (law 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from fabgate.events import CloseNow, Ink, Power
from fabgate.model import Ending as End
from fabgate.model import MachineRules, Moment, Notice, RecordId, Why
from fabgate.records import SessionStopped
from fabgate.rules import praise
from fabgate.rules.readings import Step, run_of, tell, with_run
from fabgate.rules.states import Ending, Open, Run, State, at_rest


def stop(rules: MachineRules, state: State, why: Why, at: Moment) -> Step:
    """Off, then ink (law 2)."""
    run = run_of(state)
    assert run is not None, "only a session with power can be stopped"
    # Events come from several threads: one may have happened just before the ink that came before it.
    length_ms = max(0, at.boot_ms - run.opened.boot_ms)
    told = tell(rules, Notice.ENDED, run.session.user, why=why, length_ms=length_ms)
    condition = replace(state.condition, praise=praise.earned(rules, run, why, at))
    return at_rest(condition), (
        Power(rules.machine, on=False),
        stopped(rules, run.record, why, length_ms, at, run.blind_until(at.boot_ms)),
        told,
    )


def stopped(
    rules: MachineRules, record: RecordId, why: Why, length_ms: int, at: Moment, blind_ms: int = 0
) -> Ink:
    """The end of a session as the journal has it. What was undone or never had power is not charged."""
    charged = why not in (Why.UNDONE, Why.ABORTED)
    body = SessionStopped(str(record), rules.machine, why, length_ms, charged, blind_ms=blind_ms)
    return Ink(rules.machine, at, body)


def announce(rules: MachineRules, state: Open | Ending, run: Run, at: Moment) -> Step:
    """Say that the end comes, and wait for somebody to say that they have seen it."""
    left_ms = run.ends_ms - at.boot_ms
    told = tell(rules, Notice.WARNING, run.session.user, left_ms=left_ms, why=run.ends_why)
    return Ending(state.condition, replace(run, seen=False)), (told,)


def lose(rules: MachineRules, state: State, why: Why, at: Moment) -> Step:
    """A running session whose ground is gone: the machine's table says what happens (law 10)."""
    assert isinstance(state, Open | Ending)
    run = state.run
    if why in run.told:
        return state, ()
    run = replace(run, told=run.told | {why})
    match rules.ends.of(why):
        case End.NOW:
            return stop(rules, state, why, at)
        case End.WHEN_IDLE if (ends_ms := at.boot_ms + rules.warning_ms) < run.ends_ms:
            return announce(rules, state, replace(run, ends_ms=ends_ms, ends_why=why), at)
        case End.WHEN_IDLE | End.WARN | End.ALARM:
            # An end that is nearer than the warning time was announced already, and keeps its cause.
            told = tell(rules, Notice.TOLD, run.session.user, why=why, left_ms=run.ends_ms - at.boot_ms)
            return with_run(state, run), (told,)
        case _ as never:
            assert_never(never)


def close(rules: MachineRules, state: State, event: CloseNow) -> Step:
    """A person said "now" to this very session."""
    run = run_of(state)
    if run is None or run.record != event.session:
        return state, ()
    return stop(rules, state, Why.CLOSED, event.at)
