"""A sponsor's fall: what they gave or vouched for stays, and somebody looks at it again (R10).

A sponsor has fallen who has left the lab, is suspended, or lost what they gave by. A trainee's grant
rests on nobody's word and is not looked at. Facts of what was done: `by`, `subject`, `handle`, `skill`,
`sponsor`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from fabgate.desk import lineage, who
from fabgate.desk.deed import Desk, Done, turn
from fabgate.desk.lineage import Word
from fabgate.model import Code, Denied, Level, MemberId, RecordId, SkillId, Status
from fabgate.records import GrantGiven, GrantReviewed, MemberStatus
from fabgate.rules import authority
from fabgate.rules.standing import grant_subject, subject
from fabgate.rules.terms import plus_months
from fabgate.store import people, rights, roster
from fabgate.store.roster import Member

LEFT, SUSPENDED, REVOKED = "left", "suspended", "revoked"


@dataclass(frozen=True, slots=True)
class Fall:
    """When (wall ms) a sponsor fell, and how: they left, were suspended, or lost their level."""

    since_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A grant to be looked at again: whose it is, and whose word it rests on.

    `sponsor` is None for one whom these books do not know any more; `by` is their id.
    """

    word: Word
    holder: Member | None
    by: MemberId
    sponsor: Member | None
    fall: Fall


def flagged(desk: Desk, sponsor: MemberId | None = None) -> tuple[Flag, ...]:
    """All grants to be looked at again, or those that rest on one sponsor's word; by the fall, the oldest
    first. Of a grant that a manager gave upon a proposal, the word is the proposer's."""
    today = who.today_ms(desk.conn, desk.clock.now())
    found = _flags(desk, desk.conn, today, sponsor)
    return tuple(sorted(found, key=lambda one: (one.fall.since_ms, one.word.skill, one.word.member)))


def count(desk: Desk, sponsor: str) -> int:
    """How many grants that rest on the word of this member, by handle or id, are to be looked at again."""
    member = roster.member(desk.conn, sponsor)
    return 0 if member is None else len(flagged(desk, member.id))


def review(desk: Desk, by: str | None, whom: str, skill: str, reason: str) -> Done | Denied:
    """Says that somebody looked at a flagged grant again, and that it stays."""
    skill = who.sound(skill)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        known = desk.skill(skill)
        grant = who.grant_of(now.conn, member.id, SkillId(skill))
        if grant is None and isinstance(known, Denied):
            return now.denied(known)
        no = authority.may_review(now.actor, member.id, reason)
        flags = _flags(desk, now.conn, now.today_ms, None)
        flag = next((one for one in flags if (one.word.member, one.word.skill) == (member.id, skill)), None)
        if no is None and flag is None:
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None or flag is None:
            return now.denied(no or Denied(Code.NOTHING_TO_DO), member, skill=skill)
        body = GrantReviewed(member.id, skill, now.member.id, str(flag.word.record))
        record = now.write(body, reason)
        fallen = flag.by if flag.sponsor is None else flag.sponsor.name
        return now.done(record, member, skill=skill, sponsor=fallen)


def _flags(desk: Desk, conn: sqlite3.Connection, today: int, only: MemberId | None) -> Iterator[Flag]:
    words = [one for one in lineage.words(conn) if one.level > Level.TRAINEE]
    reviewed: dict[RecordId, int] = {}
    for one in people.reviews(conn):
        reviewed[one.grant] = max(one.at_ms, reviewed.get(one.grant, 0))
    falls: dict[tuple[MemberId, SkillId], Fall | None] = {}
    months = desk.settings.charter.review_months
    for word in words:
        sponsor = word.sponsor
        if sponsor == word.member or only not in (None, sponsor):
            continue
        if (sponsor, word.skill) not in falls:
            falls[sponsor, word.skill] = fall(conn, sponsor, word.skill, today)
        fell = falls[sponsor, word.skill]
        if fell is None or word.since_ms < plus_months(fell.since_ms, -months):
            continue
        if reviewed.get(word.record, -1) < fell.since_ms:
            holder, known = roster.member(conn, word.member), roster.member(conn, sponsor)
            yield Flag(word, holder, sponsor, known, fell)


def fall(conn: sqlite3.Connection, sponsor: MemberId, skill: SkillId, today: int) -> Fall | None:
    """Whether and when somebody fell who stood for others on a skill; of several falls the first.

    Who was lifted, or was given their level again, stands again.
    """
    found = [*_left(conn, sponsor), *_suspended(conn, sponsor, skill, today), *_lowered(conn, sponsor, skill)]
    return min(found, key=lambda one: one.since_ms, default=None)


def _left(conn: sqlite3.Connection, sponsor: MemberId) -> Iterator[Fall]:
    known = roster.member(conn, sponsor)
    if known is not None and known.status is Status.LEFT:
        said = rights.history(conn, subject(MemberStatus(sponsor, known.status.word, sponsor)) or "")
        counts = [one.at.wall_ms for one in said if one.superseded_by is None]
        yield Fall(max(counts, default=0), LEFT)


def _suspended(conn: sqlite3.Connection, sponsor: MemberId, skill: SkillId, today: int) -> Iterator[Fall]:
    for hold in (people.suspension(conn, sponsor), people.skill_holds(conn, sponsor).get((sponsor, skill))):
        if hold is not None and hold.holds(today):
            yield Fall(hold.since_ms, SUSPENDED)


def _lowered(conn: sqlite3.Connection, sponsor: MemberId, skill: SkillId) -> Iterator[Fall]:
    """When somebody took the level that they stood for others by, unless they have it again. What ran out
    by itself is no fall."""
    before = Level.NONE
    fell: tuple[Level, int] | None = None
    for one in rights.history(conn, grant_subject(sponsor, skill)):
        level = _level(one.body)
        if fell is None and before > Level.TRAINEE and level < before:
            fell = (before, one.at.wall_ms)
        elif fell is not None and level >= fell[0]:
            fell = None
        before = level
    if fell is not None:
        yield Fall(fell[1], REVOKED)


def _level(body: object) -> Level:
    """The level that a record gives; none for a revocation, and for a word of a version to come."""
    word = body.level if isinstance(body, GrantGiven) else ""
    return next((level for level in Level if level.word == word), Level.NONE)
