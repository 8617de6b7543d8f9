"""A member's passport: for every skill what they may do, since when, by whose word, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.config import Skill
from fabgate.desk import who
from fabgate.desk.deed import Desk
from fabgate.model import Code, Denied, Fact, Level, RecordId
from fabgate.store import named, roster
from fabgate.store.roster import Badge, Grant, Member, RoleHeld


@dataclass(frozen=True, slots=True)
class Stamp:
    """One skill. `missing` says why they may not work alone, with the next step; None where they may.

    `sponsors` may stand beside them, `granters` may raise them: names of those who agreed to be
    named, without the member.
    """

    skill: Skill
    level: Level
    since_ms: int | None
    until_ms: int | None
    lapsed_ms: int | None
    by: Member | None
    record: RecordId | None
    missing: Denied | None
    sponsors: tuple[str, ...]
    granters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passport:
    """A member, a stamp for every skill of the lab, and what stands in the way of all of them."""

    member: Member
    stamps: tuple[Stamp, ...]
    badges: tuple[Badge, ...]
    roles: tuple[RoleHeld, ...]
    suspended: Denied | None


def passport(desk: Desk, whom: str) -> Passport | Denied:
    """The passport of a member as it stands today."""
    member = who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    today = who.today_ms(desk.conn, desk.clock.now())
    held = {grant.skill: grant for grant in roster.grants(desk.conn, member.id)}
    stamps = [
        _stamp(desk, member, skill, held.get(skill.id), today) for skill in desk.settings.skills.values()
    ]
    suspended = None
    if member.suspended_ms is not None:
        told: dict[str, Fact] = {"member": member.name, "since_ms": member.suspended_ms}
        suspended = Denied(Code.SUSPENDED_MEMBER, told | {"contact": desk.settings.lab.contact})
    badges, roles = roster.badges(desk.conn, member.id), roster.roles(desk.conn, member.id)
    return Passport(member, tuple(stamps), badges, roles, suspended)


def _stamp(desk: Desk, member: Member, skill: Skill, grant: Grant | None, today: int) -> Stamp:
    level = who.left(grant, today).level
    lapsed = None if grant is None else who.lapsed_ms(grant, today)
    sponsors = named.sponsors(desk.conn, skill.id, today, skill.sponsor_from, but=member.id)
    teachers = named.sponsors(desk.conn, skill.id, today, Level.SPONSOR, but=member.id)
    granters = dict.fromkeys((*teachers, *named.managers(desk.conn, but=member.id)))
    return Stamp(
        skill=skill,
        level=level,
        since_ms=None if grant is None else grant.since_ms,
        until_ms=None if grant is None else grant.until_ms,
        lapsed_ms=lapsed,
        by=None if grant is None else roster.member(desk.conn, grant.by),
        record=None if grant is None else grant.record,
        missing=_missing(desk, member, skill, level, lapsed, sponsors),
        sponsors=sponsors,
        granters=tuple(granters),
    )


def _missing(
    desk: Desk, member: Member, skill: Skill, level: Level, lapsed_ms: int | None, sponsors: tuple[str, ...]
) -> Denied | None:
    if level >= Level.AUTONOMOUS:
        return None
    facts: dict[str, Fact] = {
        "member": member.name,
        "title": skill.title,
        "skill": skill.id,
        "sponsors": sponsors,
        "lapsed_ms": lapsed_ms,
        "contact": desk.settings.lab.contact,
    }
    if lapsed_ms is not None:
        return Denied(Code.LAPSED, facts)
    return Denied(Code.NOT_QUALIFIED if level is Level.NONE else Code.NEEDS_SPONSOR, facts)
