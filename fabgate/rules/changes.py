"""What the desk changes under a machine: rights, and locks (law 10)."""

from __future__ import annotations

from dataclasses import replace

from fabgate.events import LockChanged, Recheck, Rechecked, RosterMoved
from fabgate.model import Code, Denied, Level, Lock, MachineRules, Why
from fabgate.rules import endings, policy, starting
from fabgate.rules.readings import Step, refuse, run_of, session_of
from fabgate.rules.states import AwaitingReturn, AwaitingSponsor, Opening, Session, State, at_rest, under


def roster_moved(rules: MachineRules, state: State, event: RosterMoved) -> Step:
    """Look again at whoever works here, and at those whose start is still under way."""
    session = session_of(state)
    if session is None:
        return state, ()
    under_way = run_of(state) is None and session.sponsor_badge is not None
    badges = (session.badge, session.sponsor_badge) if under_way else (session.badge,)
    return state, tuple(Recheck(rules.machine, badge, event.at) for badge in badges if badge)


def rechecked(rules: MachineRules, state: State, event: Rechecked) -> Step:
    session = session_of(state)
    if session is None or event.token not in (session.badge, session.sponsor_badge):
        return state, ()
    if run_of(state) is None:
        return _recheck_start(rules, state, session, event)
    why = policy.lost(event.standing, session.level) if event.token == session.badge else None
    return (state, ()) if why is None else endings.lose(rules, state, why, event.at)


def _recheck_start(rules: MachineRules, state: State, session: Session, event: Rechecked) -> Step:
    """A right that is taken while a start waits for a sponsor or for ink takes the start with it."""
    if event.token != session.badge:
        denied = policy.sponsor(rules, event.standing, session.user.member, session.badge, event.token)
        # Why a sponsor may no more is not the trainee's business: the start is off, that is all.
        return (state, ()) if denied is None else starting.cancel(rules, state, session.user)
    verdict = policy.start(rules, event.standing)
    if verdict is policy.Start.SUPERVISED and session.level >= Level.AUTONOMOUS:
        verdict = Denied(Code.NEEDS_SPONSOR, policy.facts(rules, event.standing))
    if not isinstance(verdict, Denied):
        return state, ()
    return refuse(rules, at_rest(state.condition), verdict, event.token, event.standing.person, event.at)


def lock_changed(rules: MachineRules, state: State, event: LockChanged) -> Step:
    state = locked(state, event.lock)
    if event.lock is not None and run_of(state) is not None:
        return endings.lose(rules, state, Why.LOCKED, event.at)
    return state, ()


def locked(state: State, lock: Lock | None) -> State:
    """The same state with this lock; who waits for a sponsor or for ink on a locked machine waits no more."""
    condition = replace(state.condition, lock=lock)
    if lock is not None and isinstance(state, AwaitingSponsor | AwaitingReturn | Opening):
        return at_rest(condition)
    return under(state, condition)
