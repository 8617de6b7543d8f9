"""Grants: who may work alone, who may teach. Every one names who, to whom, what, when, why (law 11).

Facts of what was done: `by`, `subject`, `handle`, `skill`, `level`, `until_ms`; `was` is the level
before; `waived`: what was asked for, not there, and given all the same.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from fabgate.desk import grounds, held, proposals, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.desk.held import Holding
from fabgate.model import Code, Denied, Fact, Lapse, Level, MemberId, SkillId
from fabgate.records import GrantGiven, GrantRenewed, GrantRevoked, SessionStarted
from fabgate.rules import authority, terms
from fabgate.rules.authority import Gift, Grounds
from fabgate.rules.terms import End
from fabgate.store import annals, journal, people, practice, roster
from fabgate.store.roster import Grant, Member


@dataclass(frozen=True, slots=True)
class Shown:
    """A grant, whose it is, who gave it, and what it is worth today.

    `end` is its last moment and why it ends, past or to come (R8); `lapsed_ms` is set where it is past.
    `voucher` proposed it, where another gave it upon their word.
    """

    grant: Grant
    holder: Member | None
    giver: Member | None
    level: Level
    lapsed_ms: int | None
    end: End | None = None
    suspended_ms: int | None = None
    voucher: Member | None = None


def give(
    desk: Desk,
    by: str | None,
    whom: str,
    skill: str,
    level: Level,
    reason: str,
    until_ms: int | None = None,
    bootstrap: bool = False,
    waive: bool = False,
) -> Done | Denied:
    """Gives a member a level on a skill, good up to and including `until_ms` (wall time, UTC).

    `bootstrap`: the first manager names the skill's first sponsor, themselves perhaps. `waive`: a
    manager gives it though something is missing that the skill asks for (R5). What somebody proposed
    and is given so waits no longer. In force at the next tap.
    """
    skill = who.sound(skill)
    gift = Gift(SkillId(skill), level, until_ms)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        no = now.desk.skill(skill)
        member = now.find(whom)
        if isinstance(no, Denied):
            return now.denied(no)
        if isinstance(member, Denied):
            return member
        old = grounds.holding(now, member.id, gift.skill)
        asked = grounds.of(now, member.id, gift, waive)
        refused = _refused(now, member, gift, reason, old, None if bootstrap else asked)
        if refused is not None:
            return now.denied(refused, member, skill=skill, level=level.word)
        return _given(now, member, gift, reason, old, bootstrap, asked)


def _refused(
    now: Turn, member: Member, gift: Gift, reason: str, old: Holding | None, asked: Grounds | None
) -> Denied | None:
    """Why not; nothing is asked (None) of a skill's first sponsor."""
    if asked is None:
        no = authority.may_bootstrap(now.actor, gift, _has_sponsor(now, gift.skill), reason)
    else:
        no = authority.may_grant(now.actor, member.id, grounds.worth(old), gift, reason, grounds=asked)
    if no is None and gift.until_ms is not None and gift.until_ms < now.today_ms:
        no = Denied(Code.PAST_DATE, {"until_ms": gift.until_ms})
    return no


def _has_sponsor(now: Turn, skill: SkillId) -> bool:
    """Whether anybody holds `sponsor` here, suspended or not: to suspend a sponsor opens no door."""
    holds = held.every(now.conn, now.desk.settings.skills, now.today_ms, skill=skill)
    return any(one.level is Level.SPONSOR for one in holds.values())


def _given(
    now: Turn, member: Member, gift: Gift, reason: str, old: Holding | None, bootstrap: bool, asked: Grounds
) -> Done:
    was = Level.NONE if old is None else old.level
    waived = asked.missing if gift.level > was and not bootstrap else ()
    body = GrantGiven(
        member.id,
        gift.skill,
        gift.level.word,
        now.member.id,
        gift.until_ms,
        bootstrap,
        waived=tuple(map(str, waived)),
        offline=asked.offline,
    )
    record = now.write(body, reason)
    proposals.settle(now, member.id, gift, reason)
    told: dict[str, Fact] = {"skill": gift.skill, "level": gift.level.word, "was": was.word}
    if body.waived:
        told["waived"] = body.waived
    return now.done(record, member, **told, until_ms=gift.until_ms)


def revoke(desk: Desk, by: str | None, whom: str, skill: str, reason: str) -> Done | Denied:
    """Takes a grant away; also on a skill that is no longer in the configuration."""
    skill = who.sound(skill)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        old = grounds.holding(now, member.id, SkillId(skill))
        known = now.desk.skill(skill)
        if old is None and isinstance(known, Denied):
            return now.denied(known)
        holds = grounds.worth(old)
        no = authority.may_revoke_grant(now.actor, SkillId(skill), holds, reason)
        if no is not None:
            return now.denied(no, member, skill=skill)
        if old is None:
            return now.denied(Denied(Code.NOTHING_TO_DO), member, skill=skill)
        record = now.write(GrantRevoked(member.id, skill, now.member.id), reason)
        return now.done(record, member, skill=skill, level=Level.NONE.word, was=holds.level.word)


# --- renewal ------------------------------------------------------------------------------------


def renew(desk: Desk, by: str | None, whom: str, skill: str, reason: str | None = None) -> Done | Denied:
    """Says that somebody still knows a machine, after a supervised session since their right ran out (R8).

    Validity and disuse begin anew, and a machine that was replaced is theirs again; the day that a
    giver wrote is not moved: that takes a new grant. Facts: `level`, what they have again.
    """
    skill = who.sound(skill)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        known = desk.skill(skill)
        member = now.find(whom)
        if isinstance(known, Denied):
            return now.denied(known)
        if isinstance(member, Denied):
            return member
        old = grounds.holding(now, member.id, known.id)
        lapse = None if old is None else _lapse(now, old)
        used = practice.of(now.conn, member.id, known.id)
        least = known.sponsor_from
        no = authority.may_renew(now.actor, member.id, known.id, lapse, used, least=least)
        if no is not None and lapse is not None and no.code is Code.NOTHING_TO_DO:
            no = Denied(Code.LAPSED, {"lapsed_ms": lapse.ms})
        if no is not None or lapse is None or old is None:
            return now.denied(no or Denied(Code.NOTHING_TO_DO), member, skill=skill)
        session = _session_since(now.conn, member.id, known.id, lapse.ms)
        record = now.write(GrantRenewed(member.id, skill, now.member.id, session), reason)
        return now.done(record, member, skill=skill, level=old.grant.level.word, was=old.level.word)


def _lapse(now: Turn, old: Holding) -> End | None:
    """What a grant ran out by, everywhere or on a machine that was replaced; the last of it where there
    are several, since whoever renews it must have seen them after all of them."""
    if old.lapsed is not None and old.lapsed.why is Lapse.UNTIL:
        return old.lapsed
    settings = now.desk.settings
    skill = settings.skills[old.grant.skill]
    key = (old.grant.member, old.grant.skill)
    holds = people.held(now.conn, *key)[key]
    places = [one.rules for one in settings.machines.values() if one.rules.skill == skill.id]
    ends = [terms.left(holds, skill, now.today_ms, place.changed_ms)[1] for place in places]
    found = [one for one in (old.lapsed, *ends) if one is not None]
    return max(found, key=lambda one: one.ms, default=None)


def _session_since(conn: sqlite3.Connection, member: MemberId, skill: SkillId, after_ms: int) -> str | None:
    """The last supervised session since then; None where it was at a gate whose journal is not here."""
    saying = annals.said("member", member)
    for entry in journal.entries(conn, kinds=(SessionStarted.kind,), newest_first=True, saying=saying):
        if entry.at is not None and entry.at.synced and entry.at.wall_ms < after_ms:
            return None
        body = entry.body
        if isinstance(body, SessionStarted) and (body.member, body.skill) == (member, skill) and body.sponsor:
            return str(entry.id)
    return None


# --- questions ----------------------------------------------------------------------------------


def listed(desk: Desk, whom: str | None = None, skill: str | None = None) -> tuple[Shown, ...] | Denied:
    """All grants, or those of a member, or on a skill; by skill, the highest first."""
    member = None if whom is None else who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    known = None if skill is None else desk.skill(skill)
    if isinstance(known, Denied):
        return known
    today = who.today_ms(desk.conn, desk.clock.now())
    found = held.every(
        desk.conn,
        desk.settings.skills,
        today,
        None if member is None else member.id,
        None if known is None else known.id,
    )
    return tuple(_shown(desk, one) for one in found.values())


def _shown(desk: Desk, one: Holding) -> Shown:
    grant = one.grant
    people_ = roster.member(desk.conn, grant.member), roster.member(desk.conn, grant.by)
    lapsed = None if one.lapsed is None else one.lapsed.ms
    held_ms = None if one.hold is None else one.hold.since_ms
    voucher = None if grant.vouched is None else roster.member(desk.conn, grant.vouched)
    return Shown(grant, *people_, one.level, lapsed, one.end, held_ms, voucher)
