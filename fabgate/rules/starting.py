"""From a tap to power: the questions, the waits, the ink of a start.

Power goes on in one place of the whole machine: `_opened`, on `Inked` for the very start that waits
for it (law 1). Nothing else in this file or beside it says `Power(on=True)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fabgate.events import Ink, Inked, InkFailed, Power, Refuse, Tell
from fabgate.model import (
    Code,
    Denied,
    Fact,
    Hold,
    InkId,
    Level,
    MachineRules,
    Moment,
    Notice,
    Person,
    Standing,
    Token,
    Trouble,
    Why,
)
from fabgate.rules import audit, beside, endings, fares, lid, policy, running
from fabgate.rules.policy import Start
from fabgate.rules.readings import ASKS, Step, due_facts, no_ledger, pair, refuse, tell
from fabgate.rules.start_record import company, limit_ms, record
from fabgate.rules.states import (
    MAINTENANCE,
    AwaitingReturn,
    AwaitingSponsor,
    Need,
    Open,
    Opening,
    Run,
    Session,
    State,
    at_rest,
)

LACKS: Mapping[Need, Code] = {
    Need.SPONSOR: Code.NEEDS_SPONSOR,
    Need.COMPANY: Code.NEEDS_COMPANY,
    Need.HOST: Code.GUEST_ALONE,
}


def newcomer(rules: MachineRules, standing: Standing, token: Token) -> Session:
    """The session of somebody who taps at a free machine, as they may start it."""
    if rules.audit:
        return audit.session(rules, standing, token)
    how = policy.start(rules, standing)
    assert standing.person is not None, "an unknown badge was let through"
    assert isinstance(how, Start), "somebody who may not start was let through"
    # A guest works by the right of their host, whatever they once held.
    level = Level.NONE if how is Start.HOSTED else standing.level
    return Session(standing.person, token, level, how, standing)


def start(rules: MachineRules, state: State, session: Session, at: Moment) -> Step:
    """Write the start; power waits for it (law 1)."""
    if lid.bars(rules, state.condition):
        facts = policy.facts(rules, session.standing) | {"trouble": Trouble.LID}
        denied = Denied(Code.MACHINE_FAULT, facts)
        return refuse(rules, at_rest(state.condition), denied, session.badge, session.user, at)
    if rules.hold is Hold.SLOT and not state.condition.presence.lies(session.badge):
        # Taken out before its lookup was answered: nothing would hold the session.
        return cancel(rules, state, session.user)
    limit = limit_ms(rules, session, at)
    if limit <= 0:
        # The workshop was over before its leader's tap was answered.
        return cancel(rules, state, session.user)
    ink = InkId(state.condition.inks + 1)
    condition = replace(state.condition, inks=ink)
    by_ms = at.boot_ms + rules.ink_ms
    body = record(rules, session, limit)
    return Opening(condition, session, ink, by_ms, limit), (Ink(rules.machine, at, body, ink, by_ms),)


# --- with somebody else's tap -----------------------------------------------------------------


def ask(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    """Wait for a sponsor, for another adult or for a host, as whoever tapped needs it (R3, R4)."""
    trainee = newcomer(rules, standing, token)
    waiting = AwaitingSponsor(state.condition, trainee, at.boot_ms + rules.wait_ms, standing.sponsors)
    facts = policy.facts(rules, standing) | {"wait_s": rules.wait_ms // 1000}
    return waiting, (Tell(rules.machine, ASKS[waiting.need], facts, trainee.user.language),)


def ask_return(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    """Whoever stands by has been: the badge of the one who waits comes back to the slot to stay."""
    assert isinstance(state, AwaitingSponsor)
    session = beside.tied(state.trainee, standing, token, at)
    if state.condition.presence.lies(session.badge):
        # The sponsor tapped at a second reader: the trainee's badge is in the slot already.
        return start(rules, state, session, at)
    waiting = AwaitingReturn(state.condition, session, at.boot_ms + rules.wait_ms)
    told = tell(rules, Notice.ASK_RETURN, session.user, wait_s=rules.wait_ms // 1000, **pair(session))
    return waiting, (told,)


def start_supervised(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    """Somebody stands by, and in a slot the badge is back: the session of the one who waited starts (R3)."""
    if isinstance(state, AwaitingReturn):
        # Up to two waits have passed since the trainee was looked up: look again at what they hold.
        session = state.session
        denied = short(rules, session, standing)
        if denied is not None:
            return refuse(rules, at_rest(state.condition), denied, token, standing.person, at)
        level = Level.NONE if session.how is Start.HOSTED else standing.level
        return start(rules, state, replace(session, badge=token, level=level, standing=standing), at)
    assert isinstance(state, AwaitingSponsor)
    return start(rules, state, beside.tied(state.trainee, standing, token, at), at)


_ENOUGH: Mapping[Start, frozenset[Start]] = {
    Start.ALONE: frozenset(),
    Start.ACCOMPANIED: frozenset({Start.ACCOMPANIED}),
    Start.SUPERVISED: frozenset({Start.SUPERVISED, Start.ACCOMPANIED, Start.COMPANY}),
    Start.COMPANY: frozenset({Start.COMPANY}),
    Start.HOSTED: frozenset({Start.HOSTED}),
    Start.WORKSHOP: frozenset(),
}
_STILL_ASKS: Mapping[Start, Need] = {
    Start.ACCOMPANIED: Need.SPONSOR,
    Start.SUPERVISED: Need.SPONSOR,
    Start.COMPANY: Need.COMPANY,
    Start.HOSTED: Need.HOST,
}


def short(rules: MachineRules, session: Session, standing: Standing) -> Denied | None:
    """Why a start that is under way may not go on as its member stands now; None where it may.

    It may need less than it did, never more: who asked as one who works alone gets no power as a trainee.
    """
    if session.purpose == MAINTENANCE:
        return beside.keeper(rules, standing)
    if rules.audit:
        return None
    verdict = policy.start(rules, standing)
    if isinstance(verdict, Denied):
        return verdict
    if session.workshop is not None and standing.workshop is None:
        return Denied(Code.NO_WORKSHOP, policy.facts(rules, standing))
    if verdict in _ENOUGH[session.how] or verdict not in _STILL_ASKS:
        return None
    return Denied(LACKS[_STILL_ASKS[verdict]], policy.facts(rules, standing))


def waited(
    rules: MachineRules, state: AwaitingSponsor | AwaitingReturn, session: Session, at: Moment
) -> Step:
    """Nobody came in time: it counts as a refusal for what was missing."""
    sponsors = state.sponsors if isinstance(state, AwaitingSponsor) else ()
    told = tell(rules, Notice.WAIT_OVER, session.user, contact=rules.contact, sponsors=sponsors)
    code = LACKS[session.need]
    if session.need is not Need.SPONSOR:
        # "Find a sponsor first" would be the wrong advice: what was missing says its own.
        told = replace(told, what=code)
    refused = Refuse(rules.machine, at, code, session.badge, session.user.member)
    return at_rest(state.condition), (told, refused)


# --- the ink ----------------------------------------------------------------------------------


def inked(rules: MachineRules, state: State, event: Inked) -> Step:
    """A start is durable: the one that waits for it opens, and no other."""
    if isinstance(state, Opening) and state.ink == event.ink:
        return _opened(rules, state, event)
    # Its time was over, or somebody stopped it: it opens nothing, and the books say so (law 1).
    return state, (endings.stopped(rules, event.record, Why.ABORTED, 0, event.at),)


def _opened(rules: MachineRules, state: Opening, event: Inked) -> Step:
    """The one place where power goes on."""
    session = state.session
    run = running.begun(state, event.record, event.at)
    return Open(state.condition, run), (
        Power(rules.machine, on=True),
        tell(rules, _welcome(rules, session), session.user, **_facts(run, state.limit_ms)),
        *_upkeep(rules, session),
    )


def _welcome(rules: MachineRules, session: Session) -> Notice:
    if session.purpose == MAINTENANCE:
        return Notice.OPENED_MAINTENANCE
    if session.would:
        return Notice.OPENED_AUDIT
    if session.workshop is not None:
        return Notice.OPENED_WORKSHOP
    if session.sponsor is not None and session.need is not Need.COMPANY:
        return Notice.OPENED_SUPERVISED
    return Notice.OPENED_ACCOMPANIED if company(rules, session) else Notice.OPENED


def _upkeep(rules: MachineRules, session: Session) -> tuple[Tell, ...]:
    """That the machine is due for service; who services it knows."""
    due = session.standing.upkeep
    if due is None or session.purpose == MAINTENANCE:
        return ()
    return (tell(rules, Notice.SERVICE_SOON, session.user, contact=rules.contact, upkeep=due.service),)


def _facts(run: Run, limit_ms: int) -> dict[str, Fact]:
    session = run.session
    facts: dict[str, Fact] = {"limit_ms": limit_ms, **pair(session), **due_facts(session.standing.due)}
    facts |= fares.balance(session)
    if session.workshop is not None:
        facts["people"] = session.workshop.people
        if run.opened.synced:
            facts["until_ms"] = run.opened.wall_ms + limit_ms
    return facts


def ink_failed(rules: MachineRules, state: State, event: InkFailed) -> Step:
    """A start will never be durable: where it is waited for, nothing opens."""
    if not (isinstance(state, Opening) and state.ink == event.ink):
        return state, ()
    return no_ink(rules, state, event.at)


def no_ink(rules: MachineRules, state: Opening, at: Moment) -> Step:
    """The start was not written in time, or not at all."""
    user = state.session.user
    return refuse(rules, at_rest(state.condition), no_ledger(rules), state.session.badge, user, at)


def cancel(rules: MachineRules, state: State, who: Person) -> Step:
    """Nothing starts, and nothing is charged."""
    return at_rest(state.condition), (tell(rules, Notice.CANCELLED, who),)
