"""What a machine shows: while nothing happens (`face`), and for a moment when something does (`flash`).

Moods, not colours: which light and sound a mood has is the bench's business (`gate/panel.py`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import assert_never

from fabgate.events import Tell
from fabgate.model import Code, Fact, Facts, MachineRules, Notice, Taximeter, Trouble, Why
from fabgate.rules.ahead import soonest
from fabgate.rules.fares import taximeter
from fabgate.rules.readings import ASKS, pair
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
    Rest,
    Run,
    Session,
    State,
)


class Mood(enum.StrEnum):
    READY = "ready"
    WAITING = "waiting"
    ON = "on"
    WARNING = "warning"
    LOCKED = "locked"
    FAULT = "fault"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Face:
    """A mood, and what to say: a code or notice with the facts its text is made from.

    `taxi` gives the fact `cost`, which grows while nothing happens.
    """

    mood: Mood
    what: Code | Notice
    facts: Facts
    language: str | None = None
    taxi: Taximeter | None = None


def face(rules: MachineRules, state: State) -> Face:
    """What the machine shows while it stays in this state."""
    about: dict[str, Fact] = {"title": rules.title, "hold": rules.hold, "contact": rules.contact}
    match state:
        case Free() | LockedOut() | Fault():
            return resting(rules, state)
        case AwaitingSponsor():
            about["sponsors"] = state.sponsors
            return _waiting(rules, ASKS[state.need], state.trainee, about)
        case AwaitingReturn():
            return _waiting(rules, Notice.ASK_RETURN, state.session, about)
        case AwaitingConfirm():
            return _confirming(rules, state, about)
        case Opening():
            return Face(Mood.WAITING, Notice.READY, about)
        case Open() | Ending() if state.run.finishing is not None:
            # Whose session it was is nobody's business any more.
            return Face(Mood.ON, Notice.FINISHING, about)
        case Open() | Ending() if state.run.alone_ms is not None:
            # How long they have left changes by the second: it was said when it began.
            return _running(rules, state, Mood.WARNING, Notice.ALONE, about | {"why": Why.ALONE})
        case Open() | Ending() if state.run.asked_ms is not None:
            return _proving(state.run, about)
        case Open() | Ending() if state.run.overdue:
            why = state.run.overdue[0]
            return _running(rules, state, Mood.WARNING, Notice.OVERDUE, about | {"why": why})
        case Open():
            return _running(rules, state, Mood.ON, Notice.STILL_ON, about)
        case Ending():
            return _running(rules, state, Mood.WARNING, Notice.WARNING, about)
        case _ as never:
            assert_never(never)


def resting(rules: MachineRules, state: Rest) -> Face:
    """What is shown where nobody does anything."""
    about: dict[str, Fact] = {"title": rules.title, "hold": rules.hold, "contact": rules.contact}
    match state:
        case Free():
            return Face(Mood.READY, Notice.READY, about)
        case LockedOut():
            since = state.condition.lock.since_ms if state.condition.lock else None
            return Face(Mood.LOCKED, Code.MACHINE_LOCKED, about | {"since_ms": since})
        case Fault():
            if state.condition.troubles == {Trouble.CHECKING}:
                return Face(Mood.WARNING, Notice.CHECKING, about)
            trouble = min(state.condition.troubles - {Trouble.CHECKING})
            return Face(Mood.FAULT, Code.MACHINE_FAULT, about | {"trouble": trouble})
        case _ as never:
            assert_never(never)


def flash(tell: Tell) -> Mood:
    """The mood of a telling: every refusal is one and the same."""
    if isinstance(tell.what, Code):
        return Mood.DENIED
    match tell.what:
        case Notice.ASK_SPONSOR | Notice.ASK_RETURN | Notice.ASK_COMPANY | Notice.ASK_HOST | Notice.IDENTIFY:
            return Mood.WAITING
        case Notice.OPENED | Notice.OPENED_SUPERVISED | Notice.STILL_ON | Notice.HERE:
            return Mood.ON
        case Notice.OPENED_ACCOMPANIED | Notice.OPENED_WORKSHOP | Notice.OPENED_MAINTENANCE:
            return Mood.ON
        case Notice.STAY | Notice.BACK | Notice.DOOR_OPEN | Notice.OPENED_AUDIT | Notice.FINISHING:
            return Mood.ON
        case Notice.OVERDUE | Notice.ASK_CLAIM | Notice.ALARM | Notice.LID_OPEN | Notice.NO_POWER:
            return Mood.WARNING
        case Notice.SERVICE_SOON:
            return Mood.WARNING
        case Notice.WARNING | Notice.AWAY | Notice.TOLD | Notice.CONFIRM | Notice.PROVE | Notice.ALONE:
            return Mood.WARNING
        case Notice.WELL_DONE | Notice.CHECKED_IN | Notice.CHECKED_OUT:
            return Mood.READY
        case Notice.DOOR_READY | Notice.COUNTER_READY:
            return Mood.READY
        case Notice.READY | Notice.CHECKING | Notice.CANCELLED | Notice.WAIT_OVER | Notice.ENDED:
            return Mood.READY
        case _ as never:
            assert_never(never)


def _waiting(rules: MachineRules, what: Notice, session: Session, about: dict[str, Fact]) -> Face:
    facts = about | pair(session) | {"wait_s": rules.wait_ms // 1000}
    return Face(Mood.WAITING, what, facts, session.user.language)


def _confirming(rules: MachineRules, state: AwaitingConfirm, about: dict[str, Fact]) -> Face:
    lock, user = state.condition.lock, state.session.user
    facts = about | {
        "member": user.name,
        "since_ms": lock.since_ms if lock else None,
        "wait_s": rules.confirm_ms // 1000,
    }
    return Face(Mood.WARNING, Notice.CONFIRM, facts, user.language)


def _proving(run: Run, about: dict[str, Fact]) -> Face:
    """The one who is asked reads it in their language."""
    asked = run.session.prover
    facts = about | {"sponsor": asked.name if asked else None}
    return Face(Mood.WARNING, Notice.PROVE, facts, asked.language if asked else None)


def _running(
    rules: MachineRules, state: Open | Ending, mood: Mood, what: Notice, about: dict[str, Fact]
) -> Face:
    run, end = state.run, soonest(rules, state.condition, state.run)
    facts: dict[str, Fact] = {**about, **pair(run.session)}
    if end is not None:
        facts = {"why": end.why, **facts}
        if run.opened.synced:
            facts["until_ms"] = run.opened.wall_ms + end.at_ms - run.opened.boot_ms
    return Face(mood, what, facts, run.session.user.language, taximeter(rules, state.condition, run))
