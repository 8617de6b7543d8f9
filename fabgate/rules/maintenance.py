"""A machine that is out of service, and who keeps it: two taps start it for maintenance (R2).

The first tap asks, the second one of the same badge starts: whoever comes by in habit switches nothing
on. The lock must be there the whole time; no lock and no tap of anybody else ends such a session. A machine
that needs its service first is started for it in the same way, without a lock.
"""

from __future__ import annotations

from dataclasses import replace

from fabgate.model import Lock, MachineRules, Moment, Notice, Origin, RecordId, Standing, Token
from fabgate.rules import beside, questions, starting
from fabgate.rules.readings import Step, refuse, tell
from fabgate.rules.states import (
    MAINTENANCE,
    AwaitingConfirm,
    Free,
    LockedOut,
    Opening,
    Session,
    State,
    at_rest,
)

UNWRITTEN = RecordId(Origin(""), 0)
"""The record of a lock that this very machine made just now, and that is not in the journal yet."""


def ask(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    """Is nobody's hand in it? The second tap says so."""
    assert isinstance(state, LockedOut | Free)
    assert standing.person is not None
    session = Session(standing.person, token, standing.level, standing=standing, purpose=MAINTENANCE)
    lock = state.condition.lock
    told = tell(
        rules,
        Notice.CONFIRM,
        session.user,
        since_ms=lock.since_ms if lock else None,
        wait_s=rules.confirm_ms // 1000,
        contact=rules.contact,
    )
    until_ms = at.boot_ms + rules.confirm_ms
    return AwaitingConfirm(state.condition, session, at.boot_ms, until_ms), (told,)


def start(rules: MachineRules, state: State, standing: Standing, at: Moment) -> Step:
    """The second tap: looked up again, and the lock is there still, or the service is over still."""
    assert isinstance(state, AwaitingConfirm)
    denied = beside.keeper(rules, standing)
    serviced = questions.service(rules, standing) is None
    if denied is not None or (state.condition.lock is None and serviced):
        rest = at_rest(state.condition)
        if denied is None:
            return starting.cancel(rules, rest, state.session.user)
        return refuse(rules, rest, denied, state.session.badge, standing.person, at)
    session = replace(state.session, standing=standing, level=standing.level)
    return starting.start(rules, state, session, at)


def under_way(state: State) -> bool:
    """Whether a start for maintenance waits for its second tap or for its ink."""
    return isinstance(state, AwaitingConfirm) or (
        isinstance(state, Opening) and state.session.purpose == MAINTENANCE
    )


def same_lock(one: Lock | None, other: Lock | None) -> bool:
    """Whether this is the lock that was there before: one that was not written yet is its own record's.

    None is the same as None: then it was a service that they were asked about.
    """
    if one is None or other is None:
        return one is other
    return one.record == other.record or one.record == UNWRITTEN
