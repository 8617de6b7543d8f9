"""Who taps, seen from the machine as it stands; and why a tap that the table refuses is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from fabgate.model import Code, Denied, MachineRules, Moment, Standing, Token
from fabgate.rules import ahead, audit, beside, claim, policy, praise, questions
from fabgate.rules.gestures import Who
from fabgate.rules.readings import in_trouble, run_of, session_of
from fabgate.rules.states import (
    AwaitingConfirm,
    AwaitingReturn,
    AwaitingSponsor,
    Ending,
    Fault,
    Free,
    LockedOut,
    Open,
    Opening,
    Run,
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
                return Who.USER_ASKED if _asked(state.run) else Who.USER
            return _sponsor_of(rules, state, at) if token == state.run.session.sponsor_badge else None
        case AwaitingReturn() | AwaitingConfirm() | Free() | LockedOut() | Fault():
            return None
        case _ as never:
            assert_never(never)


def who_taps(rules: MachineRules, state: State, token: Token, standing: Standing, at: Moment) -> Who:
    """Who taps, once the store has said whose badge it is."""
    return _of_the_session(rules, state, token, standing, at) or _by_the_state(
        rules, state, token, standing, at
    )


def _of_the_session(
    rules: MachineRules, state: State, token: Token, standing: Standing, at: Moment
) -> Who | None:
    """Whoever works, opens or waits here, and whoever stands by, with whichever badge."""
    session, person = session_of(state), standing.person
    # A blocked badge stands for nobody: whoever found it is not the one who lost it.
    if session is None or person is None or (token != session.badge and standing.blocked_ms is not None):
        return None
    if person.member == session.user.member:
        if (run := run_of(state)) is not None and _asked(run):
            return Who.USER_ASKED
        return Who.USER if token == session.badge else Who.USER_OTHER
    if session.sponsor is not None and person.member == session.sponsor.member:
        return _sponsor_of(rules, state, at)
    return None


def _by_the_state(rules: MachineRules, state: State, token: Token, standing: Standing, at: Moment) -> Who:
    """Somebody else: what they are here depends on what the machine waits for, then on what they may."""
    match state:
        case Free() if praise.waits_for(state.condition, standing, at):
            return Who.SPONSOR_WAS
        case LockedOut() if beside.keeper(rules, standing) is None:
            return Who.KEEPER
        case Free() if _serves(rules, standing):
            return Who.KEEPER
        case AwaitingSponsor() if beside.refused(rules, state.trainee, standing, token) is None:
            return Who.ABLE
        case Open() | Ending() if beside.relieves(rules, state.run, standing, token):
            return Who.ABLE
        case Open() | Ending() if claim.may(rules, state, standing, at):
            return Who.CLAIMANT_ASKED if claim.asked(state, token, at) else Who.CLAIMANT
        case _:
            return _stranger(rules, standing)


_STARTS: Mapping[policy.Start, Who] = {
    policy.Start.ALONE: Who.AUTONOMOUS,
    policy.Start.ACCOMPANIED: Who.ACCOMPANIED,
    policy.Start.SUPERVISED: Who.TRAINEE,
    policy.Start.COMPANY: Who.LONE,
    policy.Start.HOSTED: Who.GUEST,
    policy.Start.WORKSHOP: Who.LEADER,
}


def _stranger(rules: MachineRules, standing: Standing) -> Who:
    verdict = audit.start(rules, standing) if rules.audit else policy.start(rules, standing)
    if not isinstance(verdict, Denied):
        return _STARTS[verdict]
    return Who.AUTONOMOUS if rules.audit else Who.NOBODY


def _serves(rules: MachineRules, standing: Standing) -> bool:
    """Whether the machine needs its service first, and this is who keeps it."""
    over = questions.service(rules, standing) is not None
    return over and not rules.audit and beside.keeper(rules, standing) is None


def _asked(run: Run) -> bool:
    """Whether the one who works leads a workshop, and is to say that they are here (R4)."""
    return run.session.workshop is not None and (run.asked_ms is not None or run.missed)


def _sponsor_of(rules: MachineRules, state: State, at: Moment) -> Who:
    """Whoever stands by. A start is theirs to take back for a moment; one that they took over is not."""
    run = run_of(state)
    if run is None:
        return Who.SPONSOR_NEW
    since_ms = at.boot_ms - run.opened.boot_ms
    theirs = since_ms <= rules.undo_ms and not run.taken_over
    return Who.SPONSOR_NEW if theirs else Who.SPONSOR


def reason(
    rules: MachineRules, state: State, who: Who, standing: Standing, token: Token, at: Moment
) -> Denied:
    """Why a tap that the table refuses is refused: first the badge, then the machine, then the right."""
    facts = policy.facts(rules, standing)
    refused = policy.welcome(rules, standing)
    if refused is not None and not rules.audit:
        return refused
    match state:
        case Fault():
            return in_trouble(state.condition.troubles, facts)
        case LockedOut() | AwaitingConfirm():
            lock = state.condition.lock
            return Denied(Code.MACHINE_LOCKED, facts | {"since_ms": lock.since_ms if lock else None})
        case AwaitingSponsor():
            denied = beside.refused(rules, state.trainee, standing, token)
            return denied or Denied(Code.MACHINE_IN_USE, facts)
        case AwaitingReturn() | Opening():
            return Denied(Code.MACHINE_IN_USE, facts)
        case Open() | Ending():
            run = state.run
            taken = at.boot_ms - run.opened.boot_ms
            left = ahead.left(rules, state.condition, run, at)
            return Denied(Code.MACHINE_IN_USE, {**facts, "taken_ms": taken, **left})
        case Free():
            verdict = policy.start(rules, standing)
            assert isinstance(verdict, Denied), f"{who} was refused on a free machine without a reason"
            return verdict
        case _ as never:
            assert_never(never)
