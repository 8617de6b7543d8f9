"""What a promotion is judged by: evidence, who made whom a sponsor, word of the hub (R5, R7, R12)."""

from __future__ import annotations

import sqlite3

from fabgate.charter import Skill
from fabgate.desk import held
from fabgate.desk.deed import Turn
from fabgate.desk.held import Holding
from fabgate.model import Level, MemberId, SkillId
from fabgate.records import GrantGiven
from fabgate.rules import progress
from fabgate.rules.authority import Gift, Grounds, Held
from fabgate.rules.progress import Missing
from fabgate.rules.standing import grant_subject
from fabgate.store import linked, people, practice, rights

SILENCE_MS = 15 * 60_000


def holding(now: Turn, member: MemberId, skill: SkillId) -> Holding | None:
    """What a member holds on a skill at this moment."""
    return held.on(now.conn, now.desk.settings.skills, member, skill, now.today_ms)


def worth(one: Holding | None) -> Held:
    """The same as the rules ask for it: what is left, until when, by whose word. What ran out has no end."""
    if one is None:
        return Held()
    end = one.end if one.lapsed is None else None
    return Held(one.level, None if end is None else end.ms, one.grant.by)


def of(
    now: Turn, member: MemberId, gift: Gift, waive: bool = False, proposer: MemberId | None = None
) -> Grounds:
    """What this gift is judged by. `proposer`: on whose word, where it is not the giver's own."""
    skill = now.desk.settings.skills.get(gift.skill) or Skill(gift.skill, gift.skill)
    words = {now.member.id} if proposer is None else {now.member.id, proposer}
    return Grounds(
        skill=skill,
        missing=_missing(now, member, skill, gift.level),
        waive=waive,
        proposer=proposer,
        vouches={word: made_by(now.conn, word, gift.skill) for word in words},
        offline=offline(now),
        offline_promotion=now.desk.settings.charter.offline_promotion,
    )


def _missing(now: Turn, member: MemberId, skill: Skill, level: Level) -> tuple[Missing, ...]:
    if level < Level.AUTONOMOUS:
        return ()
    holds = held.of_member(now.conn, now.desk.settings.skills, member, now.today_ms)
    levels = {one: holding.worth for one, holding in holds.items()}
    used = practice.of(now.conn, member, skill.id)
    shown = people.evidence(now.conn, member, skill.id)
    return progress.missing(skill, used, shown, level, held=levels)


def made_by(conn: sqlite3.Connection, sponsor: MemberId, skill: SkillId) -> frozenset[MemberId]:
    """On whose word somebody ever became a sponsor of a skill: who gave it, who proposed it (R7)."""
    found: set[MemberId] = set()
    for one in rights.history(conn, grant_subject(sponsor, skill)):
        if isinstance(one.body, GrantGiven) and one.body.level == Level.SPONSOR.word:
            found |= {MemberId(word) for word in (one.body.by, one.body.vouched) if word is not None}
    return frozenset(found)


def offline(now: Turn) -> bool:
    """Whether this is a gate that has a hub and no word of it now. A lone gate is its own source (R12).

    The gate notes every ten minutes that it heard its hub, so a quarter of an hour is silence. Where
    the clock is not right and the gate was started anew since, nobody knows, and it counts as silence.
    """
    if linked.linked(now.conn).hub is None:
        return False
    heard = linked.heard(now.conn)
    if heard is None:
        return True
    if heard.boot == now.at.boot:
        return now.at.boot_ms - heard.boot_ms > SILENCE_MS
    return not now.at.synced or now.at.wall_ms - heard.wall_ms > SILENCE_MS
