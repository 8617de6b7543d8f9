"""What the desk changes under a machine: rights, and locks (law 10)."""

from __future__ import annotations

from dataclasses import replace

from fabgate.events import LockChanged, Recheck, Rechecked, RosterMoved
from fabgate.model import Code, Level, Lock, MachineRules, Standing, Why
from fabgate.rules import beside, company, endings, maintenance, policy, starting
from fabgate.rules.readings import Effects, Step, refuse, run_of, session_of
from fabgate.rules.states import (
    MAINTENANCE,
    AwaitingReturn,
    AwaitingSponsor,
    Ending,
    Open,
    Opening,
    Run,
    Session,
    State,
    at_rest,
    under,
)


def roster_moved(rules: MachineRules, state: State, event: RosterMoved) -> Step:
    """Look again at whoever works here or is about to, and at whoever stands by (R4)."""
    session = session_of(state)
    if session is None:
        return state, ()
    badges = (session.badge, session.sponsor_badge)
    return state, tuple(Recheck(rules.machine, badge, event.at) for badge in badges if badge)


def rechecked(rules: MachineRules, state: State, event: Rechecked) -> Step:
    """How somebody stands now who works, waits or stands by here: what they lost, and who is missed (R4)."""
    session = session_of(state)
    if session is None or event.token not in (session.badge, session.sponsor_badge):
        return state, ()
    run = run_of(state)
    if run is None:
        return _recheck_start(rules, state, session, event)
    lost: Effects = ()
    for why in _losses(run, event.standing) if event.token == session.badge else ():
        if isinstance(state, Open | Ending):
            state, told = endings.lose(rules, state, why, event.at)
            lost += told
    if not isinstance(state, Open | Ending):
        return state, lost
    state, missed = company.looked(rules, state, event.token, event.standing, event.at)
    return state, lost + missed


def _losses(run: Run, standing: Standing) -> tuple[Why, ...]:
    """What the user of a running session lost; maintenance takes no level, but the office.

    Who would not have been let in where the gate did more than look on has nothing to lose.
    """
    if run.session.would:
        return ()
    if run.session.purpose != MAINTENANCE:
        return policy.losses(standing, run.session.level)
    return policy.losses(standing, Level.NONE) or (() if standing.keeps else (Why.REVOKED,))


def _recheck_start(rules: MachineRules, state: State, session: Session, event: Rechecked) -> Step:
    """A right that is taken while a start waits for somebody or for ink takes the start with it."""
    if event.token != session.badge:
        # Why a sponsor may no more is not the trainee's business: the start is off, that is all.
        off = _may_no_more(rules, session, event)
        return starting.cancel(rules, state, session.user) if off else (state, ())
    denied = starting.short(rules, session, event.standing)
    if denied is None:
        return state, ()
    return refuse(rules, at_rest(state.condition), denied, event.token, event.standing.person, event.at)


def _may_no_more(rules: MachineRules, session: Session, event: Rechecked) -> bool:
    """Whether whoever stands by lost what they do it with, or went away since they tapped.

    That they stand beside as many as they may is no news: this start may be counted already.
    """
    denied = beside.refused(rules, session, event.standing, event.token)
    unfit = denied is not None and denied.code is not Code.SPONSOR_FULL
    at_ms = session.sponsor_ms
    return unfit or policy.company_lost(rules, session.standing, event.standing, at_ms, how=session.how)


def lock_changed(rules: MachineRules, state: State, event: LockChanged) -> Step:
    """A lock came or went: a session that runs loses its ground by it, unless it is maintenance."""
    state = locked(state, event.lock)
    run = run_of(state)
    if event.lock is None or run is None or run.session.purpose == MAINTENANCE:
        return state, ()
    return endings.lose(rules, state, Why.LOCKED, event.at)


def locked(state: State, lock: Lock | None) -> State:
    """The same state with this lock.

    Who waits for somebody or for ink on a machine that is locked now waits no more; nor does who keeps it,
    unless the lock that they were asked about is there still.
    """
    condition = replace(state.condition, lock=lock)
    if maintenance.under_way(state):
        stands = maintenance.same_lock(state.condition.lock, lock)
        return under(state, condition) if stands else at_rest(condition)
    if lock is not None and isinstance(state, AwaitingSponsor | AwaitingReturn | Opening):
        return at_rest(condition)
    return under(state, condition)
