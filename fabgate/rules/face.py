"""What a machine shows: while nothing happens (`face`), and for a moment when something does (`flash`).

Moods, not colours: which light and sound a mood has is the bench's business (`gate/panel.py`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import assert_never

from fabgate.events import Tell
from fabgate.model import Code, Fact, Facts, MachineRules, Notice, Trouble
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
    """A mood, and what to say: a code or notice with the facts its text is made from."""

    mood: Mood
    what: Code | Notice
    facts: Facts
    language: str | None = None


def face(rules: MachineRules, state: State) -> Face:
    """What the machine shows while it stays in this state."""
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
        case AwaitingSponsor():
            about["sponsors"] = state.sponsors
            return _waiting(rules, Notice.ASK_SPONSOR, state.trainee, about)
        case AwaitingReturn():
            return _waiting(rules, Notice.ASK_RETURN, state.session, about)
        case Opening():
            return Face(Mood.WAITING, Notice.READY, about)
        case Open():
            return _running(Mood.ON, Notice.STILL_ON, state.run, about)
        case Ending():
            return _running(Mood.WARNING, Notice.WARNING, state.run, about)
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
        case Notice.STAY | Notice.BACK | Notice.DOOR_OPEN:
            return Mood.ON
        case Notice.WARNING | Notice.AWAY | Notice.TOLD | Notice.CONFIRM | Notice.PROVE | Notice.ALONE:
            return Mood.WARNING
        case Notice.WELL_DONE | Notice.CHECKED_IN | Notice.CHECKED_OUT:
            return Mood.READY
        case Notice.READY | Notice.CHECKING | Notice.CANCELLED | Notice.WAIT_OVER | Notice.ENDED:
            return Mood.READY
        case _ as never:
            assert_never(never)


def _waiting(rules: MachineRules, what: Notice, session: Session, about: dict[str, Fact]) -> Face:
    facts = about | _names(session) | {"wait_s": rules.wait_ms // 1000}
    return Face(Mood.WAITING, what, facts, session.user.language)


def _running(mood: Mood, what: Notice, run: Run, about: dict[str, Fact]) -> Face:
    facts = about | _names(run.session) | {"why": run.ends_why}
    if run.opened.synced:
        facts["until_ms"] = run.opened.wall_ms + run.ends_ms - run.opened.boot_ms
    return Face(mood, what, facts, run.session.user.language)


def _names(session: Session) -> dict[str, Fact]:
    return {"member": session.user.name, "sponsor": session.sponsor.name if session.sponsor else None}
