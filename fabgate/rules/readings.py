"""Small readings of a state, and the two ways of saying something: used by all that steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from fabgate.events import Effect, Refuse, Tell
from fabgate.model import (
    Code,
    Denied,
    Due,
    Fact,
    Facts,
    MachineRules,
    Moment,
    Notice,
    Person,
    Token,
    Trouble,
)
from fabgate.rules.states import (
    AwaitingConfirm,
    AwaitingReturn,
    AwaitingSponsor,
    Ending,
    Fault,
    Free,
    LockedOut,
    Need,
    Open,
    Opening,
    Run,
    Session,
    State,
    going,
)

ASKS: Mapping[Need, Notice] = {
    Need.SPONSOR: Notice.ASK_SPONSOR,
    Need.COMPANY: Notice.ASK_COMPANY,
    Need.HOST: Notice.ASK_HOST,
}
Effects = tuple[Effect, ...]
Step = tuple[State, Effects]


def run_of(state: State) -> Run | None:
    """The session with power, if there is one."""
    return state.run if isinstance(state, Open | Ending) else None


def session_of(state: State) -> Session | None:
    """The session that runs, opens or waits here."""
    match state:
        case Open() | Ending():
            return state.run.session
        case Opening() | AwaitingReturn() | AwaitingConfirm():
            return state.session
        case AwaitingSponsor():
            return state.trainee
        case Free() | LockedOut() | Fault():
            return None
        case _ as never:
            assert_never(never)


def with_run(state: State, run: Run) -> Open | Ending:
    """The same state of a running machine with this run."""
    assert isinstance(state, Open | Ending)
    return going(state.condition, run)


def refuse(
    rules: MachineRules, state: State, denied: Denied, token: Token, person: Person | None, at: Moment
) -> Step:
    """The state as it is, and a refusal."""
    return state, refusal(rules, denied, token, person, at)


def refusal(rules: MachineRules, denied: Denied, token: Token, person: Person | None, at: Moment) -> Effects:
    """Say it, and count it for the journal."""
    told = Tell(rules.machine, denied.code, denied.facts, person.language if person else None)
    member = person.member if person else None
    return told, Refuse(rules.machine, at, denied.code, token, member)


def no_ledger(rules: MachineRules) -> Denied:
    """Nothing starts without its record (law 1), nor without a word of the store in time."""
    return Denied(Code.LEDGER_UNAVAILABLE, {"title": rules.title, "contact": rules.contact})


def due_facts(due: Due | None) -> dict[str, Fact]:
    """What runs out first, where something does soon."""
    return {} if due is None else {"due": due.what, "due_ms": due.until_ms}


def in_trouble(troubles: frozenset[Trouble], facts: Facts) -> Denied:
    """Why a machine in trouble refuses; that the journal is read through is none of its own."""
    if troubles == {Trouble.CHECKING}:
        return Denied(Code.JOURNAL_CHECK, facts)
    return Denied(Code.MACHINE_FAULT, {**facts, "trouble": min(troubles - {Trouble.CHECKING})})


def tell(rules: MachineRules, what: Notice, to: Person | None, **facts: Fact) -> Tell:
    """Say something to this person in their language, with the facts that every sentence may use."""
    about: dict[str, Fact] = {"title": rules.title, "hold": rules.hold, "member": to.name if to else None}
    return Tell(rules.machine, what, about | facts, to.language if to else None)


def pair(session: Session) -> dict[str, Fact]:
    """The names of a session: who works, and under whom. Another adult who is only there sponsors nobody."""
    under = None if session.need is Need.COMPANY else session.sponsor
    return {"member": session.user.name, "sponsor": under.name if under else None}
