"""The API on what a member may use, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fabgate.board.api_forms import Instant
from fabgate.board.api_people import Level
from fabgate.board.api_words import or_id, utc
from fabgate.board.visit import Visit
from fabgate.desk import passport as passports
from fabgate.desk.evidence import Progress
from fabgate.desk.stamp import Stamp as Stamped
from fabgate.desk.stamp import Step
from fabgate.model import Denied
from fabgate.rules.progress import MINUTE_MS


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a skill asks for and that is not there yet."""

    what: Annotated[str, "skill, level, sessions, minutes, tick, quiz or challenge."]
    item: str
    have: int
    want: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a member stands on one skill, and what comes next."""

    skill: str
    title: str
    level: Level
    since: Instant | None
    ends: Instant | None
    lapsed: Instant | None
    by: Annotated[str | None, "Who gave it."]
    refused: Annotated[str | None, "The code with which a machine would refuse them; null where it starts."]
    text: Annotated[str | None, "The same as a sentence, with its next step."]
    sessions: Annotated[int, "Sessions beside a sponsor so far."]
    minutes: Annotated[int, "Minutes of them."]
    missing: tuple[Missing, ...]
    waits: Annotated[str | None, "The level that somebody proposed, where a manager has yet to decide."]
    next: Annotated[Step, "What to do next."]
    sponsors: Annotated[tuple[str, ...], "Names of sponsors who agreed to be named."]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that the lab asks of them."""

    paper: str
    title: str
    filed: bool
    until: Instant | None
    lacking: Annotated[bool, "Whether it stands in the way of a start."]


@dataclass(frozen=True, slots=True)
class Passport:
    """What a member may use, and what is missing."""

    member: str
    name: str
    status: str
    status_since: Instant | None
    suspended_text: Annotated[str | None, "What stands in front of every skill."]
    sponsor: Annotated[str | None, "Who looks after them."]
    papers: tuple[Paper, ...]
    skills: tuple[Stamp, ...]


def mine(visit: Visit, _: object) -> Passport | Denied:
    return _passport(visit, visit.me.id)


def theirs(visit: Visit, _: object) -> Passport | Denied:
    return _passport(visit, visit.asked.parameters["member"])


def _passport(visit: Visit, whom: str) -> Passport | Denied:
    shown = passports.passport(visit.desk, whom)
    if isinstance(shown, Denied):
        return shown
    looked = shown.looked_after
    return Passport(
        member=shown.member.handle,
        name=shown.member.name,
        status=shown.member.status.word,
        status_since=utc(shown.status_ms),
        suspended_text=None if shown.suspended is None else _sentence(visit, shown.suspended),
        sponsor=None if looked is None else or_id(looked.sponsor, looked.id),
        papers=tuple(_paper(visit, one) for one in shown.papers),
        skills=tuple(_stamp(visit, one) for one in shown.stamps),
    )


def _sentence(visit: Visit, no: Denied) -> str:
    said = visit.speaker.refusal(no)
    return f"{said.text} {said.next}".strip()


def _paper(visit: Visit, one: passports.Filed) -> Paper:
    return Paper(
        paper=one.paper.id,
        title=visit.speaker.title("paper", one.paper.id),
        filed=one.filed is not None,
        until=None if one.filed is None else utc(one.filed.until_ms),
        lacking=one.lacking,
    )


def _stamp(visit: Visit, one: Stamped) -> Stamp:
    no, practice = one.missing, one.progress.practice
    return Stamp(
        skill=one.skill.id,
        title=visit.speaker.title("skill", one.skill.id),
        level=one.level.word,
        since=utc(one.since_ms),
        ends=utc(one.until_ms),
        lapsed=utc(one.lapsed_ms),
        by=None if one.by_id is None else or_id(one.by, one.by_id),
        refused=None if no is None else no.code.value,
        text=None if no is None else _sentence(visit, no),
        sessions=practice.sessions,
        minutes=practice.supervised_ms // MINUTE_MS,
        missing=_missing(one.progress),
        waits=None if one.waits is None else one.waits.proposal.level.word,
        next=one.next,
        sponsors=one.sponsors,
    )


def _missing(progress: Progress) -> tuple[Missing, ...]:
    return tuple(Missing(one.what, one.item, one.have, one.want) for one in progress.missing)
