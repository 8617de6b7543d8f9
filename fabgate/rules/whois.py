"""Who taps, seen from the machine as it stands; and why a tap that the table refuses is refused."""

from __future__ import annotations

from typing import assert_never

from fabgate.model import Code, Denied, MachineRules, Moment, Standing, Token, Trouble
from fabgate.rules import policy
from fabgate.rules.gestures import Who
from fabgate.rules.readings import run_of, session_of
from fabgate.rules.states import (
    AwaitingReturn,
    AwaitingSponsor,
    Ending,
    Fault,
    Free,
    LockedOut,
    Open,
    Opening,
    State,
)


def known(rules: MachineRules, state: State, token: Token, at: Moment) -> Who | None:
    """Who taps, where the badge alone tells: then nothing waits for the store (law 2)."""
    match state:
        case AwaitingSponsor():
            return Who.USER if token == state.trainee.badge else None
        case Opening():
            return Who.USER if token == state.session.badge else None
        case Open() | Ending():
            if token == state.run.session.badge:
                return Who.USER
            return _sponsor_of(rules, state, at) if token == state.run.session.sponsor_badge else None
        case AwaitingReturn() | Free() | LockedOut() | Fault():
            return None
        case _ as never:
            assert_never(never)


def who_taps(rules: MachineRules, state: State, token: Token, standing: Standing, at: Moment) -> Who:
    session = session_of(state)
    # A blocked badge stands for nobody: whoever found it is not the one who lost it.
    own = session is not None and (token == session.badge or standing.blocked_ms is None)
    if session is not None and own and standing.person is not None:
        if standing.person.member == session.user.member:
            return Who.USER if token == session.badge else Who.USER_OTHER
        if session.sponsor is not None and standing.person.member == session.sponsor.member:
            return _sponsor_of(rules, state, at)
    match policy.start(rules, standing):
        case Denied():
            return Who.NOBODY
        case policy.Start.ALONE:
            return Who.ABLE if standing.level >= rules.sponsor_from else Who.AUTONOMOUS
        case _:
            return Who.TRAINEE


def _sponsor_of(rules: MachineRules, state: State, at: Moment) -> Who:
    run = run_of(state)
    late = run is not None and at.boot_ms - run.opened.boot_ms > rules.undo_ms
    return Who.SPONSOR if late else Who.SPONSOR_NEW


def reason(
    rules: MachineRules, state: State, who: Who, standing: Standing, token: Token, at: Moment
) -> Denied:
    """Why a tap that the table refuses is refused: first the badge, then the machine, then the right."""
    facts = policy.facts(rules, standing)
    refused = policy.welcome(rules, standing)
    if refused is not None:
        return refused
    match state:
        case Fault():
            troubles = state.condition.troubles
            if troubles == {Trouble.CHECKING}:
                return Denied(Code.JOURNAL_CHECK, facts)
            return Denied(Code.MACHINE_FAULT, facts | {"trouble": min(troubles - {Trouble.CHECKING})})
        case LockedOut():
            lock = state.condition.lock
            return Denied(Code.MACHINE_LOCKED, facts | {"since_ms": lock.since_ms if lock else None})
        case AwaitingSponsor():
            trainee = state.trainee
            denied = policy.sponsor(rules, standing, trainee.user.member, trainee.badge, token)
            return denied or Denied(Code.MACHINE_IN_USE, facts)
        case AwaitingReturn() | Opening():
            return Denied(Code.MACHINE_IN_USE, facts)
        case Open() | Ending():
            run = state.run
            taken = at.boot_ms - run.opened.boot_ms
            left = max(0, run.ends_ms - at.boot_ms)
            return Denied(Code.MACHINE_IN_USE, facts | {"taken_ms": taken, "left_ms": left})
        case Free():
            verdict = policy.start(rules, standing)
            assert isinstance(verdict, Denied), f"{who} was refused on a free machine without a reason"
            return verdict
        case _ as never:
            assert_never(never)
