"""From a tap to power: the questions, the waits, the ink of a start.

Power goes on in one place of the whole machine: `_opened`, on `Inked` for the very start that waits
for it (law 1). Nothing else in this file or beside it says `Power(on=True)`.
"""

from __future__ import annotations

from dataclasses import replace

from fabgate.events import Ink, Inked, InkFailed, Power, Refuse, Tell
from fabgate.model import (
    Code,
    Denied,
    Hold,
    InkId,
    MachineRules,
    Moment,
    Notice,
    Person,
    Standing,
    Token,
    Why,
)
from fabgate.records import SessionStarted
from fabgate.rules import endings, policy
from fabgate.rules.readings import Step, pair, refuse, tell
from fabgate.rules.states import AwaitingReturn, AwaitingSponsor, Open, Opening, Run, Session, State, at_rest


def newcomer(standing: Standing, token: Token) -> Session:
    assert standing.person is not None, "an unknown badge was let through"
    return Session(standing.person, token, standing.level)


def start(rules: MachineRules, state: State, session: Session, at: Moment) -> Step:
    if rules.hold is Hold.SLOT and not state.condition.presence.lies(session.badge):
        # Taken out before its lookup was answered: nothing would hold the session.
        return cancel(rules, state, session.user)
    ink = InkId(state.condition.inks + 1)
    condition = replace(state.condition, inks=ink)
    by_ms = at.boot_ms + rules.ink_ms
    body = SessionStarted(
        machine=rules.machine,
        skill=rules.skill,
        member=session.user.member,
        badge=session.badge,
        level=session.level.word,
        hold=rules.hold,
        limit_ms=rules.limit_ms,
        sponsor=session.sponsor.member if session.sponsor else None,
        sponsor_badge=session.sponsor_badge,
    )
    return Opening(condition, session, ink, by_ms), (Ink(rules.machine, at, body, ink, by_ms),)


def ask_sponsor(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    trainee = newcomer(standing, token)
    waiting = AwaitingSponsor(state.condition, trainee, at.boot_ms + rules.wait_ms, standing.sponsors)
    facts = policy.facts(rules, standing) | {"wait_s": rules.wait_ms // 1000}
    return waiting, (Tell(rules.machine, Notice.ASK_SPONSOR, facts, trainee.user.language),)


def ask_return(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    assert isinstance(state, AwaitingSponsor)
    session = replace(state.trainee, sponsor=standing.person, sponsor_badge=token)
    if state.condition.presence.lies(session.badge):
        # The sponsor tapped at a second reader: the trainee's badge is in the slot already.
        return start(rules, state, session, at)
    waiting = AwaitingReturn(state.condition, session, at.boot_ms + rules.wait_ms)
    told = tell(rules, Notice.ASK_RETURN, session.user, wait_s=rules.wait_ms // 1000, **pair(session))
    return waiting, (told,)


def start_supervised(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    if isinstance(state, AwaitingReturn):
        # Up to two waits have passed since the trainee was looked up: look again at what they hold.
        verdict = policy.start(rules, standing)
        if isinstance(verdict, Denied):
            refused = at_rest(state.condition)
            return refuse(rules, refused, verdict, token, standing.person, at)
        return start(rules, state, replace(state.session, badge=token, level=standing.level), at)
    assert isinstance(state, AwaitingSponsor)
    return start(rules, state, replace(state.trainee, sponsor=standing.person, sponsor_badge=token), at)


def inked(rules: MachineRules, state: State, event: Inked) -> Step:
    if isinstance(state, Opening) and state.ink == event.ink:
        return _opened(rules, state, event)
    # Its time was over, or somebody stopped it: it opens nothing, and the books say so (law 1).
    return state, (endings.stopped(rules, event.record, Why.ABORTED, 0, event.at),)


def _opened(rules: MachineRules, state: Opening, event: Inked) -> Step:
    """The one place where power goes on."""
    session = state.session
    ends_ms = event.at.boot_ms + rules.limit_ms
    run = Run(session, event.record, event.at, ends_ms, Why.LIMIT)
    facts = {"limit_ms": rules.limit_ms, **pair(session)}
    what = Notice.OPENED_SUPERVISED if session.sponsor else Notice.OPENED
    return Open(state.condition, run), (
        Power(rules.machine, on=True),
        tell(rules, what, session.user, **facts),
    )


def ink_failed(rules: MachineRules, state: State, event: InkFailed) -> Step:
    if not (isinstance(state, Opening) and state.ink == event.ink):
        return state, ()
    return no_ink(rules, state, event.at)


def no_ink(rules: MachineRules, state: Opening, at: Moment) -> Step:
    user = state.session.user
    return refuse(rules, at_rest(state.condition), no_ledger(rules), state.session.badge, user, at)


def no_ledger(rules: MachineRules) -> Denied:
    return Denied(Code.LEDGER_UNAVAILABLE, {"title": rules.title, "contact": rules.contact})


def waited(rules: MachineRules, state: State, trainee: Session, at: Moment) -> Step:
    sponsors = state.sponsors if isinstance(state, AwaitingSponsor) else ()
    told = tell(rules, Notice.WAIT_OVER, trainee.user, contact=rules.contact, sponsors=sponsors)
    refused = Refuse(rules.machine, at, Code.NEEDS_SPONSOR, trainee.badge, trainee.user.member)
    return at_rest(state.condition), (told, refused)


def cancel(rules: MachineRules, state: State, who: Person) -> Step:
    return at_rest(state.condition), (tell(rules, Notice.CANCELLED, who),)
