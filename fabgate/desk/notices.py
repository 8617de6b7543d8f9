"""Whom to write to: what runs out soon or has just run out, who is suspended, who comes of age (R8, R9).

fabgate sends no mail. This is what a mail merge takes: a line for each member and each thing.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from fabgate.charter import DAY_MS, Charter
from fabgate.desk import days, held, who
from fabgate.desk.deed import Desk
from fabgate.model import Due, Lapse, MemberId, SkillId, Status
from fabgate.rules import terms
from fabgate.rules.earned import HoldStands
from fabgate.rules.terms import End
from fabgate.store import people, roster
from fabgate.store.roster import Member

GONE_DAYS = 7


class Kind(enum.StrEnum):
    """What a notice is about."""

    PAPER = "paper"
    SKILL = "skill"
    SUSPENDED = "suspended"
    OF_AGE = "of_age"


@dataclass(frozen=True, slots=True)
class Notice:
    """What one member is to be told.

    `what`: the paper or the skill by its id, empty where it is neither; `title` is what the lab calls
    it in their `language`. `until_ms`: its last moment (wall), None where there is none; with `grace`
    the last moment of its days of grace, `filed_ms` having been the last of the paper itself.
    `days_left`: whole days from today, 0 is today, below 0 is over. `why` a skill ends.
    """

    member: Member
    language: str
    kind: Kind
    what: str
    title: str
    until_ms: int | None
    days_left: int | None
    why: Lapse | None = None
    grace: bool = False
    filed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is read of everybody, once: ends of grants, papers, skills that are suspended."""

    ends: Mapping[MemberId, Mapping[SkillId, End]]
    filed: Mapping[MemberId, Mapping[str, int | None]]
    holds: Mapping[MemberId, Mapping[SkillId, HoldStands]]


def listed(desk: Desk, within_days: int | None = None) -> tuple[Notice, ...]:
    """What runs out within so many days (None: the lab's longest notice) or ran out in the last seven.

    By handle, what ends first on top. Nothing of those who left.
    """
    charter = desk.settings.charter
    today = who.today_ms(desk.conn, desk.clock.now())
    within = max(charter.notice_days, default=0) if within_days is None else within_days
    asked = replace(charter, notice_days=(within + 1,))  # days end at midnight, wherever in the day it is
    known = _known(desk, today)
    return tuple(
        notice
        for member in roster.members(desk.conn)
        if member.status is not Status.LEFT
        for notice in sorted(_of(desk, asked, member, known, today), key=_soonest_first)
        if notice.days_left is None or notice.kind is Kind.SUSPENDED or notice.days_left <= within
    )


def _soonest_first(one: Notice) -> tuple[bool, int, str]:
    return (one.kind is not Kind.SUSPENDED, one.until_ms or 0, one.what)


def _known(desk: Desk, today_ms: int) -> _Known:
    ends: dict[MemberId, dict[SkillId, End]] = {}
    for (member, skill), one in held.every(desk.conn, desk.settings.skills, today_ms).items():
        if one.end is not None and skill in desk.settings.skills:
            ends.setdefault(member, {})[skill] = one.end
    filed: dict[MemberId, dict[str, int | None]] = {}
    for paper in people.papers(desk.conn):
        filed.setdefault(paper.member, {})[paper.paper] = paper.until_ms
    holds: dict[MemberId, dict[SkillId, HoldStands]] = {}
    for (member, skill), hold in people.skill_holds(desk.conn).items():
        if hold.holds(today_ms):
            holds.setdefault(member, {})[skill] = hold
    return _Known(ends, filed, holds)


def _of(desk: Desk, charter: Charter, member: Member, known: _Known, today_ms: int) -> Iterator[Notice]:
    yield from _suspended(desk, member, known.holds.get(member.id, {}), today_ms)
    yield from _ending(desk, charter, member, known, today_ms)
    yield from _of_age(desk, member, today_ms)


def _suspended(
    desk: Desk, member: Member, holds: Mapping[SkillId, HoldStands], today_ms: int
) -> Iterator[Notice]:
    if member.suspended_at(today_ms) is not None:
        yield _notice(desk, member, Kind.SUSPENDED, "", member.suspended_until_ms, today_ms)
    for skill, hold in holds.items():
        yield _notice(desk, member, Kind.SUSPENDED, skill, hold.until_ms, today_ms)


def _ending(desk: Desk, charter: Charter, member: Member, known: _Known, today_ms: int) -> Iterator[Notice]:
    """What is due, asked as of today, and as of a week ago for what is over since."""
    ends, filed = known.ends.get(member.id, {}), known.filed.get(member.id, {})
    zone = desk.settings.lab.zone
    minor = terms.minor(member.minor_until, today_ms, zone)
    soon = terms.due(charter, ends, filed, minor, today_ms, zone)
    before = replace(charter, notice_days=(GONE_DAYS,))
    gone = terms.due(before, ends, filed, minor, today_ms - GONE_DAYS * DAY_MS, zone)
    on_grace = {one.what for one in soon}
    over = (one for one in gone if one.until_ms < today_ms and one.what not in on_grace)
    for due in (*soon, *over):
        yield _end(desk, member, due, ends, filed, today_ms)


def _end(
    desk: Desk,
    member: Member,
    due: Due,
    ends: Mapping[SkillId, End],
    filed: Mapping[str, int | None],
    today_ms: int,
) -> Notice:
    skill = ends.get(SkillId(due.what))
    if skill is not None and skill.ms == due.until_ms:
        one = _notice(desk, member, Kind.SKILL, due.what, due.until_ms, today_ms)
        return replace(one, why=skill.why)
    one = _notice(desk, member, Kind.PAPER, due.what, due.until_ms, today_ms)
    last = filed.get(due.what)
    return replace(one, grace=last != due.until_ms, filed_ms=last)


def _of_age(desk: Desk, member: Member, today_ms: int) -> Iterator[Notice]:
    zone = desk.settings.lab.zone
    if member.minor_until is None:
        return
    turns = datetime.combine(date.fromisoformat(member.minor_until), time(), zone)
    one = _notice(desk, member, Kind.OF_AGE, "", round(turns.timestamp() * 1000), today_ms)
    if one.days_left is not None and one.days_left >= -GONE_DAYS:
        yield one


def _notice(desk: Desk, member: Member, kind: Kind, what: str, until_ms: int | None, today_ms: int) -> Notice:
    zone, languages = desk.settings.lab.zone, desk.settings.lab.languages
    language = member.language or languages[0]
    left = None if until_ms is None else (days.of(until_ms, zone) - days.of(today_ms, zone)).days
    return Notice(member, language, kind, what, _title(desk, what, language), until_ms, left)


def _title(desk: Desk, what: str, language: str) -> str:
    charter = desk.settings.charter
    thing = charter.papers.get(what) or desk.settings.skills.get(SkillId(what))
    return what if thing is None else thing.titles.get(language, thing.title) or what
