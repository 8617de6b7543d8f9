"""Who acts, who is meant, who could help: people as the desk finds them in the roster."""

from __future__ import annotations

import difflib
import re
import sqlite3
from collections.abc import Collection, Iterable

from fabgate.desk import held
from fabgate.desk.held import Skills
from fabgate.model import Code, Denied, Fact, MemberId, Moment, Role, SkillId, Status
from fabgate.rules.authority import Actor
from fabgate.store import journal, named, roster
from fabgate.store.roster import Grant, Member

_HALVES = re.compile("[\ud800-\udfff]")


def sound(text: str) -> str:
    """The text as it can be kept: half characters, from a terminal in another encoding, are marked."""
    return _HALVES.sub("\ufffd", text)


def acting(conn: sqlite3.Connection, proof: str, login: str | None, by: str | None) -> Member | Denied:
    """The member who acts (`actors.proof`).

    `login`: the one whom the operating system knows, and `by` must be that person if it is
    given. `claimed` (rehearsals): whoever `by` names is believed.
    """
    named = None if by is None else find(conn, by)
    if isinstance(named, Denied):
        return named
    owner = None if login is None else roster.member_of_login(conn, sound(login))
    if proof == "claimed":
        return named or owner or Denied(Code.NOT_ALLOWED, {"needs": "by", "option": "--by"})
    if owner is None:
        return Denied(Code.NO_LOGIN, {"login": login})
    if named is not None and named.id != owner.id:
        told: dict[str, Fact] = {"login": login, "by": named.name, "handle": owner.handle}
        return Denied(Code.NOT_YOUR_LOGIN, told)
    return owner


def find(conn: sqlite3.Connection, text: str) -> Member | Denied:
    """The member with this handle or id, or UNKNOWN_MEMBER with the handles that are near."""
    text = sound(text)
    found = roster.member(conn, text)
    if found is not None:
        return found
    known = named.handles(conn, text.casefold())
    return Denied(Code.UNKNOWN_MEMBER, {"handle": text, "near": near(text, known)})


def near(text: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three known names that somebody may have meant, the nearest first."""
    return tuple(difflib.get_close_matches(text.casefold(), list(known), n=3))


def today_ms(conn: sqlite3.Connection, at: Moment) -> int:
    """Wall time that dates are counted from: never before the last time known to be right (law 5)."""
    if at.synced:
        return at.wall_ms
    return max(at.wall_ms, journal.latest_synced_ms(conn) or 0)


def actor(conn: sqlite3.Connection, skills: Skills, member: Member, today: int) -> Actor:
    """What the rules need to know of the one who acts: what is left of their levels, not what was given."""
    roles = roster.roles(conn, member.id)
    holds = held.of_member(conn, skills, member.id, today)
    return Actor(
        member=member.id,
        suspended_ms=member.suspended_at(today),
        roles=frozenset(role.role for role in roles if role.machine is None),
        first=any(role.first and role.role is Role.MANAGER for role in roles),
        maintains=frozenset(role.machine for role in roles if role.machine is not None),
        levels={skill: one.level for skill, one in holds.items()},
        status=member.status,
        held=frozenset(skill for skill, one in holds.items() if one.hold is not None),
    )


def grant_of(conn: sqlite3.Connection, member: MemberId, skill: SkillId) -> Grant | None:
    """The grant of a member on a skill, in force or run out."""
    return next(iter(roster.grants(conn, member, skill)), None)


def managers(conn: sqlite3.Connection, today: int) -> frozenset[MemberId]:
    """The managers who may act at a wall time: who left or is suspended may not, whatever they hold."""
    return in_office(conn, {Role.MANAGER}, today)


def in_office(conn: sqlite3.Connection, offices: Collection[Role], today: int) -> frozenset[MemberId]:
    """The same of whoever holds one of these offices."""
    office = {role.member for role in roster.roles(conn) if role.role in offices}
    found = (roster.member(conn, member) for member in office)
    return frozenset(
        one.id
        for one in found
        if one is not None and one.suspended_at(today) is None and one.status is not Status.LEFT
    )


def name_of(conn: sqlite3.Connection, member: str | None) -> str | None:
    """The name behind a member's id, for those who look back; None where nobody is known by it."""
    found = None if member is None else roster.member(conn, member)
    return None if found is None else found.name
