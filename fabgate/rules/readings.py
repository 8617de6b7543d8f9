"""Small readings of a state, and the two ways of saying something: used by all that steps."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from fabgate.events import Effect, Refuse, Tell
from fabgate.model import Denied, Fact, MachineRules, Moment, Notice, Person, Token
from fabgate.rules.states import (
    AwaitingReturn,
    AwaitingSponsor,
    Ending,
    Fault,
    Free,
    LockedOut,
    Open,
    Opening,
    Run,
    Session,
    State,
)

Effects = tuple[Effect, ...]
Step = tuple[State, Effects]


def run_of(state: State) -> Run | None:
    return state.run if isinstance(state, Open | Ending) else None


def session_of(state: State) -> Session | None:
    """The session that runs, opens or waits here."""
    match state:
        case Open() | Ending():
            return state.run.session
        case Opening() | AwaitingReturn():
            return state.session
        case AwaitingSponsor():
            return state.trainee
        case Free() | LockedOut() | Fault():
            return None
        case _ as never:
            assert_never(never)


def with_run(state: State, run: Run) -> State:
    assert isinstance(state, Open | Ending)
    return replace(state, run=run)


def refuse(
    rules: MachineRules, state: State, denied: Denied, token: Token, person: Person | None, at: Moment
) -> Step:
    told = Tell(rules.machine, denied.code, denied.facts, person.language if person else None)
    member = person.member if person else None
    return state, (told, Refuse(rules.machine, at, denied.code, token, member))


def tell(rules: MachineRules, what: Notice, to: Person | None, **facts: Fact) -> Tell:
    about: dict[str, Fact] = {"title": rules.title, "hold": rules.hold, "member": to.name if to else None}
    return Tell(rules.machine, what, about | facts, to.language if to else None)


def pair(session: Session) -> dict[str, Fact]:
    return {"member": session.user.name, "sponsor": session.sponsor.name if session.sponsor else None}
