"""A session from its first moment on; and taps in it that end nothing: its user is there or away, and whoever
stands by is there."""

from __future__ import annotations

from dataclasses import replace

from fabgate.model import Hold, MachineRules, Moment, Notice, RecordId, Standing, Token, Why
from fabgate.rules import company
from fabgate.rules.ahead import left
from fabgate.rules.readings import Step, run_of, tell, with_run
from fabgate.rules.states import MAINTENANCE, Ending, Open, Opening, Owed, Run, Session, State

ASIDE = frozenset({Why.IDLE, Why.BADGE_GONE})  # over with a tap of the member: they are here


def begun(state: Opening, record: RecordId, at: Moment) -> Run:
    """The session that begins now, with the ends that it owes from its first moment."""
    session, limit_ms = state.session, at.boot_ms + state.limit_ms
    return Run(
        session,
        record,
        at,
        limit_ms=limit_ms,
        owed=(Owed(Why.LIMIT, limit_ms), *_closing(session, at)),
        proved_ms=at.boot_ms,
        user=session.standing,
        beside=session.beside,
    )


def _closing(session: Session, at: Moment) -> tuple[Owed, ...]:
    """The end of the hours that let them start, a time of day that somebody has to know.

    A workshop has an end of its own, and maintenance no hours.
    """
    closes_ms = session.standing.closes_ms
    if closes_ms is None or not at.synced or session.workshop is not None or session.purpose == MAINTENANCE:
        return ()
    return (Owed(Why.CLOSING, at.boot_ms + closes_ms - at.wall_ms),)


def stay(rules: MachineRules, state: State, what: Notice, at: Moment) -> Step:
    """The user is here. It silences the warning; it never moves the end (see docs/decisions/), but that of a
    machine that does nothing. Who left the machine to its job is back."""
    assert isinstance(state, Open | Ending)
    run = replace(
        state.run,
        unseen=frozenset(),
        warned=state.run.warned - ASIDE,
        told=state.run.told - ASIDE,
        finishing=None,
        away_ms=None,
        stayed_ms=at.boot_ms,
        claim=None,
    )
    told = tell(rules, what, run.session.user, **left(rules, state.condition, run, at))
    if state.run.finishing is None:
        return with_run(state, run), (told,)
    after, missed = company.again(rules, with_run(state, run), at)
    return after, (told, *missed)


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
