"""Grants: who may work alone, who may teach. Every one names who, to whom, what, when, why (law 11).

Facts of what was done: `by`, `subject`, `handle`, `skill`, `level`, `until_ms`; `was` is the level
before.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.desk import who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.model import Code, Denied, Level, Moment, RecordId, SkillId
from fabgate.records import GrantGiven, GrantRevoked
from fabgate.rules import authority
from fabgate.rules.authority import Gift
from fabgate.rules.standing import grant_subject
from fabgate.store import journal, rights, roster
from fabgate.store.rights import Told
from fabgate.store.roster import Grant, Member


@dataclass(frozen=True, slots=True)
class Shown:
    """A grant, whose it is, who gave it, and what it is worth today."""

    grant: Grant
    holder: Member | None
    giver: Member | None
    level: Level
    lapsed_ms: int | None


def give(
    desk: Desk,
    by: str | None,
    whom: str,
    skill: str,
    level: Level,
    reason: str,
    until_ms: int | None = None,
    bootstrap: bool = False,
) -> Done | Denied:
    """Gives a member a level on a skill, good up to and including `until_ms` (wall time, UTC).

    `bootstrap`: the first manager names the skill's first sponsor, themselves perhaps. In force
    at the next tap.
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
        refused = _refused(now, member, gift, reason, bootstrap)
        if refused is not None:
            return now.denied(refused, member, skill=skill, level=level.word)
        return _given(now, member, gift, reason, bootstrap)


def _refused(now: Turn, member: Member, gift: Gift, reason: str, bootstrap: bool) -> Denied | None:
    if bootstrap:
        no = authority.may_bootstrap(now.actor, gift, _has_sponsor(now, gift.skill), reason)
    else:
        held = who.left(who.grant_of(now.conn, member.id, gift.skill), now.today_ms)
        no = authority.may_grant(now.actor, member.id, held, gift, reason)
    if no is None and gift.until_ms is not None and gift.until_ms < now.today_ms:
        no = Denied(Code.NOTHING_TO_DO, {"until_ms": gift.until_ms})
    return no


def _has_sponsor(now: Turn, skill: SkillId) -> bool:
    """Whether anybody holds `sponsor` here, suspended or not: to suspend a sponsor opens no door."""
    held = roster.grants(now.conn, skill=skill)
    return any(who.left(grant, now.today_ms).level is Level.SPONSOR for grant in held)


def _given(now: Turn, member: Member, gift: Gift, reason: str, bootstrap: bool) -> Done:
    old = who.grant_of(now.conn, member.id, gift.skill)
    body = GrantGiven(member.id, gift.skill, gift.level.word, now.member.id, gift.until_ms, bootstrap)
    record = now.write(body, reason)
    was = who.left(old, now.today_ms).level.word
    return now.done(record, member, skill=gift.skill, level=gift.level.word, was=was, until_ms=gift.until_ms)


def revoke(desk: Desk, by: str | None, whom: str, skill: str, reason: str) -> Done | Denied:
    """Takes a grant away; also on a skill that is no longer in the configuration."""
    skill = who.sound(skill)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        old = who.grant_of(now.conn, member.id, SkillId(skill))
        known = now.desk.skill(skill)
        if old is None and isinstance(known, Denied):
            return now.denied(known)
        held = who.left(old, now.today_ms)
        no = authority.may_revoke_grant(now.actor, SkillId(skill), held, reason)
        if no is not None:
            return now.denied(no, member, skill=skill)
        if old is None:
            return now.denied(Denied(Code.NOTHING_TO_DO), member, skill=skill)
        record = now.write(GrantRevoked(member.id, skill, now.member.id), reason)
        return now.done(record, member, skill=skill, level=Level.NONE.word, was=held.level.word)


def listed(desk: Desk, whom: str | None = None, skill: str | None = None) -> tuple[Shown, ...] | Denied:
    """All grants, or those of a member, or on a skill; by skill, the highest first."""
    member = None if whom is None else who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    known = None if skill is None else desk.skill(skill)
    if isinstance(known, Denied):
        return known
    found = roster.grants(
        desk.conn, None if member is None else member.id, None if known is None else known.id
    )
    today = who.today_ms(desk.conn, desk.clock.now())
    return tuple(_shown(desk, grant, today) for grant in found)


@dataclass(frozen=True, slots=True)
class Word:
    """One record of a grant's history: at which gate it was said, by whom, and what became of it.

    `level` is `none` for a revocation; `over` the record that superseded it, None for what counts.
    """

    record: RecordId
    at: Moment
    gate: str
    skill: str
    level: str
    until_ms: int | None
    by: Member | None
    reason: str | None
    over: RecordId | None


def history(desk: Desk, whom: str, skill: str | None = None) -> tuple[Word, ...] | Denied:
    """All that was ever said of a member's grants, at any gate; of one skill, also one that is gone.

    In the order in which these books came to know it, skill by skill. Where several words count,
    they did not know of each other, and the most restrictive holds.
    """
    member = who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    if skill is None:
        about = rights.subjects(desk.conn, grant_subject(member.id, ""))
    else:
        about = (grant_subject(member.id, who.sound(skill)),)
    return tuple(_word(desk, told) for one in about for told in rights.history(desk.conn, one))


def _word(desk: Desk, told: Told) -> Word:
    body = told.body
    assert isinstance(body, GrantGiven | GrantRevoked), told.record
    given = body if isinstance(body, GrantGiven) else None
    return Word(
        record=told.record,
        at=told.at,
        gate=told.record.origin.split("/")[1],
        skill=body.skill,
        level=Level.NONE.word if given is None else given.level,
        until_ms=None if given is None else given.until_ms,
        by=roster.member(desk.conn, body.by),
        reason=journal.notes(desk.conn, told.record).get("reason"),
        over=told.superseded_by,
    )


def _shown(desk: Desk, grant: Grant, today: int) -> Shown:
    people = roster.member(desk.conn, grant.member), roster.member(desk.conn, grant.by)
    return Shown(grant, *people, who.left(grant, today).level, who.lapsed_ms(grant, today))
