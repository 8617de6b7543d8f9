"""After a supervised session: its sponsor's next tap says "well done" (R5, R8). It starts nothing."""

from __future__ import annotations

from dataclasses import replace

from fabgate.events import Effect, Ink
from fabgate.model import Code, Lapse, MachineRules, Moment, Notice, Standing, Token, Why
from fabgate.records import EvidenceNoted, GrantRenewed
from fabgate.rules import policy
from fabgate.rules.readings import Step, refuse, tell
from fabgate.rules.states import Condition, Free, Need, Praise, Run, State, under

WELL_ENDED = frozenset({Why.OWN_TAP, Why.BADGE_GONE, Why.LIMIT, Why.CLOSING, Why.IDLE})
"""Ends after which there is something to praise: the member's own, or the time that was up."""
RENEWED = frozenset({Lapse.VALIDITY, Lapse.DISUSE, Lapse.CHANGED})
"""What a sponsor's word makes good again: never the day that a giver wrote down."""

_NOW_ONLY = frozenset({Code.NOT_CHECKED_IN, Code.SPONSOR_FULL, Code.NEEDS_COMPANY})
"""What keeps from standing by now, and does not undo that they did."""


def earned(rules: MachineRules, run: Run, why: Why, at: Moment) -> Praise | None:
    """What may be said of a session that ends now; nothing where nobody stood by to the end.

    It takes the place of what might have been said of the session before.
    """
    session = run.session
    watched = session.need is Need.SPONSOR and run.alone_ms is None
    if session.sponsor is None or not watched or why not in WELL_ENDED:
        return None
    return Praise(
        run.record,
        rules.skill,
        session.user,
        session.badge,
        session.sponsor,
        renews=session.standing.lapse in RENEWED,
        until_ms=at.boot_ms + rules.praise_ms,
    )


def waits_for(condition: Condition, standing: Standing, at: Moment) -> bool:
    """Whether this is the sponsor whose word is waited for. A blocked badge speaks for nobody."""
    praise, person = condition.praise, standing.person
    if praise is None or person is None or standing.blocked_ms is not None or standing.contested:
        return False
    return at.boot_ms < praise.until_ms and person.member == praise.sponsor.member


def say(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    """Note it, once; the next tap means what it always does. Who may sponsor no more says nothing."""
    assert isinstance(state, Free)
    praise = state.condition.praise
    assert praise is not None, "there is nothing to praise"
    state = under(state, replace(state.condition, praise=None))
    denied = policy.sponsor(rules, standing, praise.trainee.member, praise.badge, token)
    if denied is not None and denied.code not in _NOW_ONLY:
        return refuse(rules, state, denied, token, standing.person, at)
    told = tell(rules, Notice.WELL_DONE, praise.trainee, sponsor=praise.sponsor.name)
    return state, (told, *_words(rules, praise, at))


def _words(rules: MachineRules, praise: Praise, at: Moment) -> tuple[Effect, ...]:
    member, by, session = praise.trainee.member, praise.sponsor.member, str(praise.session)
    noted = Ink(rules.machine, at, EvidenceNoted(member, praise.skill, "session", session, by))
    if not praise.renews:
        return (noted,)
    return noted, Ink(rules.machine, at, GrantRenewed(member, praise.skill, by, session))
