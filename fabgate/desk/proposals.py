"""Proposals: a sponsor says that somebody is ready, a manager gives it or does not (R6).

A proposal confers nothing. Facts of what was done: `by`, `subject`, `handle`, `skill`, `level`,
`proposer`, `was`, `until_ms`; `missing`: what is not there yet of what the level asks for.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from fabgate.desk import evidence, grounds, held, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.desk.evidence import Progress
from fabgate.model import Code, Denied, Fact, Level, MemberId, SkillId
from fabgate.records import GrantGiven, GrantProposed, ProposalApproved, ProposalRefused
from fabgate.rules import authority
from fabgate.rules.authority import Gift, Grounds
from fabgate.rules.earned import ProposalStands
from fabgate.store import journal, people, roster
from fabgate.store.roster import Member


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal, whose it is, and what there is to go by. `fit`: its proposer may still vouch for others."""

    proposal: ProposalStands
    member: Member | None
    proposer: Member | None
    fit: bool
    progress: Progress | None
    reason: str | None = None


def propose(
    desk: Desk, by: str | None, whom: str, skill: str, reason: str, level: Level = Level.AUTONOMOUS
) -> Done | Denied:
    """Says that somebody is ready for a level. What is missing is asked for when it is approved."""
    skill = who.sound(skill)
    gift = Gift(SkillId(skill), level)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        known = desk.skill(skill)
        if isinstance(known, Denied):
            return now.denied(known)
        if isinstance(member, Denied):
            return member
        holds = grounds.worth(grounds.holding(now, member.id, gift.skill))
        asked = grounds.of(now, member.id, gift)
        no = authority.may_propose(now.actor, member.id, holds, gift, reason, grounds=asked)
        waits = people.proposal(now.conn, member.id, gift.skill)
        if no is None and waits is not None and (waits.by, waits.level) == (now.member.id, level):
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, member, skill=skill, level=level.word)
        record = now.write(GrantProposed(member.id, skill, level.word, now.member.id), reason)
        missing = tuple(map(str, asked.missing))
        return now.done(record, member, skill=skill, level=level.word, missing=missing)


def approve(
    desk: Desk,
    by: str | None,
    whom: str,
    skill: str,
    reason: str | None = None,
    waive: bool = False,
    until_ms: int | None = None,
) -> Done | Denied:
    """Gives what was proposed, on the proposer's word; in force at the next tap.

    Without a reason the proposer's stands. Whoever may no longer vouch for others cannot be built on:
    a manager may then give it upon their own word.
    """
    skill = who.sound(skill)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        known = desk.skill(skill)
        if isinstance(known, Denied):
            return now.denied(known)
        if isinstance(member, Denied):
            return member
        waits = people.proposal(now.conn, member.id, SkillId(skill))
        gift = None if waits is None else Gift(waits.skill, waits.level, until_ms)
        asked = _asked(now, member, gift, waits, waive)
        holds = grounds.worth(grounds.holding(now, member.id, SkillId(skill)))
        no = authority.may_approve(now.actor, member.id, holds, gift, reason, grounds=asked)
        if no is None and gift is not None and until_ms is not None and until_ms < now.today_ms:
            no = Denied(Code.PAST_DATE, {"until_ms": until_ms})
        if no is not None or waits is None or gift is None:
            return now.denied(no or Denied(Code.NO_PROPOSAL), member, skill=skill)
        proposer = roster.member(now.conn, waits.by)
        if not _fit(now.conn, desk, waits, proposer, now.today_ms):
            return now.denied(Denied(Code.UNFIT_SPONSOR), proposer)
        return _approved(now, member, gift, waits, asked, reason)


def _asked(
    now: Turn, member: Member, gift: Gift | None, waits: ProposalStands | None, waive: bool
) -> Grounds:
    if gift is None or waits is None:
        return Grounds(waive=waive)
    return grounds.of(now, member.id, gift, waive, waits.by)


def _approved(
    now: Turn, member: Member, gift: Gift, waits: ProposalStands, asked: Grounds, reason: str | None
) -> Done:
    was = grounds.worth(grounds.holding(now, member.id, gift.skill)).level
    body = GrantGiven(
        member.id,
        gift.skill,
        gift.level.word,
        now.member.id,
        gift.until_ms,
        proposal=str(waits.record),
        vouched=waits.by,
        waived=tuple(map(str, asked.missing)),
        offline=asked.offline,
    )
    record = now.write(body, reason)
    now.write(ProposalApproved(member.id, gift.skill, now.member.id, str(waits.record)), reason)
    told: dict[str, Fact] = {"skill": gift.skill, "level": gift.level.word, "was": was.word}
    if body.waived:
        told["waived"] = body.waived
    proposer = who.name_of(now.conn, waits.by) or waits.by
    return now.done(record, member, **told, until_ms=gift.until_ms, proposer=proposer)


def settle(now: Turn, member: MemberId, gift: Gift, reason: str) -> None:
    """Closes a proposal for what somebody was given directly: nobody need approve it any more."""
    waits = people.proposal(now.conn, member, gift.skill)
    if waits is not None and waits.level <= gift.level:
        now.write(ProposalApproved(member, gift.skill, now.member.id, str(waits.record)), reason)


def refuse(desk: Desk, by: str | None, whom: str, skill: str, reason: str) -> Done | Denied:
    """Does not give what was proposed; its proposer takes it back. Also on a skill that is gone."""
    skill = who.sound(skill)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        waits = people.proposal(now.conn, member.id, SkillId(skill))
        known = desk.skill(skill)
        if waits is None and isinstance(known, Denied):
            return now.denied(known)
        no = authority.may_refuse(now.actor, None if waits is None else waits.by, reason)
        if no is not None or waits is None:
            return now.denied(no or Denied(Code.NO_PROPOSAL), member, skill=skill)
        record = now.write(ProposalRefused(member.id, skill, now.member.id, str(waits.record)), reason)
        proposer = who.name_of(now.conn, waits.by) or waits.by
        return now.done(record, member, skill=skill, level=waits.level.word, proposer=proposer)


def waiting(desk: Desk) -> tuple[Waiting, ...]:
    """What waits for a manager, the longest first; what somebody holds by now waits no longer."""
    evidence.keep_up(desk)
    today = who.today_ms(desk.conn, desk.clock.now())
    return tuple(
        _waiting(desk, one, today) for one in people.proposals(desk.conn) if not _holds(desk, one, today)
    )


def _holds(desk: Desk, one: ProposalStands, today: int) -> bool:
    """Whether it was given meanwhile, perhaps at another gate that knew of no proposal."""
    found = held.on(desk.conn, desk.settings.skills, one.member, one.skill, today)
    return found is not None and found.level >= one.level


def _waiting(desk: Desk, one: ProposalStands, today: int) -> Waiting:
    proposer = roster.member(desk.conn, one.by)
    skill = desk.settings.skills.get(one.skill)
    found = None if skill is None else evidence.of(desk, one.member, [skill], one.level)[0]
    member = roster.member(desk.conn, one.member)
    fit = _fit(desk.conn, desk, one, proposer, today)
    reason = journal.notes(desk.conn, one.record).get("reason")
    return Waiting(one, member, proposer, fit, found, reason)


def _fit(
    conn: sqlite3.Connection, desk: Desk, one: ProposalStands, proposer: Member | None, today: int
) -> bool:
    """Whether who proposed it may still sponsor on the skill: a word does not outlive its giver's right."""
    if proposer is None:
        return False
    skill = desk.settings.skills.get(one.skill)
    least = Level.AUTONOMOUS if skill is None else skill.sponsor_from
    actor = who.actor(conn, desk.settings.skills, proposer, today)
    return authority.may_note_evidence(actor, one.member, one.skill, least=least) is None
