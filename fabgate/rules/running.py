"""Taps in a running session that end nothing: its user is there or away, and whoever stands by is there."""

from __future__ import annotations

from dataclasses import replace

from fabgate.model import Hold, MachineRules, Moment, Notice, Standing, Token
from fabgate.rules import company
from fabgate.rules.readings import Step, run_of, tell, with_run
from fabgate.rules.states import Ending, Open, State


def stay(rules: MachineRules, state: State, what: Notice, at: Moment) -> Step:
    """The user is here. It silences the warning; it never moves the end (see docs/decisions/)."""
    assert isinstance(state, Open | Ending)
    run = replace(state.run, seen=state.run.seen or isinstance(state, Ending), away_ms=None)
    told = tell(rules, what, run.session.user, left_ms=run.ends_ms - at.boot_ms)
    return Open(state.condition, run), (told,)


def back(rules: MachineRules, state: State, token: Token, at: Moment) -> Step:
    """The user's badge is in the slot again; another of their badges takes the place of one that is out."""
    run = run_of(state)
    assert run is not None, "only a session with power is held by a badge"
    if run.away_ms is not None and token != run.session.badge:
        if not state.condition.presence.lies(token):
            # It was taken out before its lookup was answered: what holds the session is away still.
            return state, ()
        state = with_run(state, replace(run, session=replace(run.session, badge=token)))
    return stay(rules, state, Notice.BACK, at)


def here(rules: MachineRules, state: State, at: Moment) -> Step:
    """Whoever stands by says that they do."""
    assert isinstance(state, Open | Ending)
    sponsor = state.run.session.sponsor
    assert sponsor is not None, "nobody stands by this session"
    return company.here(rules, state, sponsor, at)


def prove(rules: MachineRules, state: State, token: Token, at: Moment) -> Step:
    """The leader of a workshop was asked whether they are here: their tap says so, and is not "off" (R4)."""
    slot = rules.hold is Hold.SLOT
    after, _ = back(rules, state, token, at) if slot else stay(rules, state, Notice.STAY, at)
    assert isinstance(after, Open | Ending)
    return company.here(rules, after, after.run.session.user, at)


def take_over(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    """Another stands by, since whoever did is missed."""
    assert isinstance(state, Open | Ending)
    return company.take_over(rules, state, standing, token, at)


def away(state: State, since_ms: int | None) -> State:
    """The badge that holds the session is out of the slot since then; None: it is in."""
    run = run_of(state)
    return state if run is None else with_run(state, replace(run, away_ms=since_ms))
