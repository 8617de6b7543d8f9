"""What members hold on their skills at a wall time: what was given, what is left of it, until when (R8).

Nothing of this is stored. A grant on a skill that is no longer configured ends by its giver's word only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from fabgate.charter import Skill
from fabgate.model import Level, MemberId, SkillId
from fabgate.rules import terms
from fabgate.rules.earned import HoldStands
from fabgate.rules.terms import End
from fabgate.store import people, roster
from fabgate.store.roster import Grant

Skills = Mapping[SkillId, Skill]
Holdings = dict[tuple[MemberId, SkillId], "Holding"]


@dataclass(frozen=True, slots=True)
class Holding:
    """A grant and what it is worth: `level` is left of it, `end` its last moment, past or to come.

    `lapsed` is that end where it is past. `hold`: the suspension of this skill that is in force; the
    level is then theirs, and of no use.
    """

    grant: Grant
    level: Level
    end: End | None = None
    lapsed: End | None = None
    hold: HoldStands | None = None

    @property
    def worth(self) -> Level:
        """The level that they may act by."""
        return Level.NONE if self.hold is not None else self.level


def every(
    conn: sqlite3.Connection,
    skills: Skills,
    today_ms: int,
    member: MemberId | None = None,
    skill: SkillId | None = None,
) -> Holdings:
    """All that is held, of one member or on one skill, by skill, the highest grant first."""
    terms_of = people.held(conn, member, skill)
    holds = people.skill_holds(conn, member)
    found = {}
    for grant in roster.grants(conn, member, skill):
        key = (grant.member, grant.skill)
        found[key] = _holding(skills, grant, terms_of.get(key) or _written(grant), holds.get(key), today_ms)
    return found


def of_member(
    conn: sqlite3.Connection, skills: Skills, member: MemberId, today_ms: int
) -> dict[SkillId, Holding]:
    """All that one member holds, by skill."""
    return {skill: one for (_, skill), one in every(conn, skills, today_ms, member).items()}


def on(
    conn: sqlite3.Connection, skills: Skills, member: MemberId, skill: SkillId, today_ms: int
) -> Holding | None:
    """What a member holds on one skill."""
    return every(conn, skills, today_ms, member, skill).get((member, skill))


def _written(grant: Grant) -> terms.Held:
    return terms.Held(grant.level, grant.since_ms, grant.until_ms)


def _holding(
    skills: Skills, grant: Grant, held: terms.Held, hold: HoldStands | None, today_ms: int
) -> Holding:
    skill = skills.get(grant.skill) or Skill(grant.skill, grant.skill)
    level, lapsed = terms.left(held, skill, today_ms)
    in_force = hold if hold is not None and hold.holds(today_ms) else None
    return Holding(grant, level, terms.end(held, skill), lapsed, in_force)
