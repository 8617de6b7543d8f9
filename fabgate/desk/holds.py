"""Suspensions: of a member, or of one skill of theirs; for a while, or until somebody lifts them (R9).

A manager suspends as they see fit. Where the lab's rules say so, any autonomous member does it on
grounds of safety, for as long as these rules allow; a manager confirms it by suspending again. Facts
of what was done: `by`, `subject`, `handle`, `until_ms`, `cause`, `skill`; `was_ms` is the end that a
suspension had before, `confirmed` says that there was one.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.desk import who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.model import Code, Denied, SkillId
from fabgate.records import Body, GrantLifted, GrantSuspended, MemberLifted, MemberSuspended
from fabgate.rules import authority
from fabgate.rules.authority import Safety
from fabgate.rules.earned import HoldStands
from fabgate.store import people
from fabgate.store.roster import Member

SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class Terms:
    """How a suspension is meant: until when (wall; None: until it is lifted), and on what grounds."""

    until_ms: int | None = None
    cause: str = ""


def suspend(
    desk: Desk, by: str | None, whom: str, reason: str, meant: Terms = Terms(), skill: str | None = None
) -> Done | Denied:
    """Suspends a member, or one skill of theirs, from the next tap on (R9).

    A running session ends as its machine has it. Whoever is no manager suspends on grounds of safety,
    and where they name no end, for as long as the lab's rules allow.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = _found(now, whom, skill)
        if isinstance(found, Denied):
            return found
        member, about = found
        held = _held(now, member, about)
        ends = _ends(now, meant)
        no = _may(now, member, about, reason, ends, held) or _same(held, ends, now.today_ms)
        if no is not None:
            return now.denied(no, member, skill=about)
        record = now.write(_suspended(now, member, about, ends), reason)
        was = None if held is None else held.until_ms
        return now.done(
            record,
            member,
            skill=about,
            until_ms=ends.until_ms,
            cause=ends.cause,
            was_ms=was,
            confirmed=held is not None,
        )


def lift(desk: Desk, by: str | None, whom: str, reason: str, skill: str | None = None) -> Done | Denied:
    """Ends a suspension; what they hold is theirs again. Also of a skill that is in no rules any more."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = _found(now, whom, skill)
        if isinstance(found, Denied):
            return found
        member, about = found
        if about is None:
            no = authority.may_lift(now.actor, member.id, reason)
            body: Body = MemberLifted(member.id, now.member.id)
        else:
            no = authority.may_lift_skill(now.actor, member.id, reason)
            body = GrantLifted(member.id, about, now.member.id)
        if no is None and _held(now, member, about) is None:
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, member, skill=about)
        return now.done(now.write(body, reason), member, skill=about)


def in_force(hold: HoldStands | None, today_ms: int) -> HoldStands | None:
    """A suspension that still holds; None where there is none, or where its time is over."""
    return hold if hold is not None and hold.holds(today_ms) else None


def _found(now: Turn, whom: str, skill: str | None) -> tuple[Member, SkillId | None] | Denied:
    member = now.find(whom)
    if isinstance(member, Denied) or skill is None:
        return member if isinstance(member, Denied) else (member, None)
    about = SkillId(who.sound(skill))
    known = now.desk.skill(about)
    if isinstance(known, Denied) and (member.id, about) not in people.skill_holds(now.conn, member.id):
        return now.denied(known)
    return member, about


def _held(now: Turn, member: Member, skill: SkillId | None) -> HoldStands | None:
    """The suspension that is in force now."""
    if skill is None:
        return in_force(people.suspension(now.conn, member.id), now.today_ms)
    return in_force(people.skill_holds(now.conn, member.id).get((member.id, skill)), now.today_ms)


def _ends(now: Turn, meant: Terms) -> Terms:
    """Who is no manager suspends on grounds of safety, and not for longer than the lab's rules say."""
    if now.actor.manages:
        return meant
    most = now.today_ms + now.desk.settings.charter.suspend_ms
    return Terms(most if meant.until_ms is None else meant.until_ms, SAFETY)


def _may(
    now: Turn, member: Member, skill: SkillId | None, reason: str, ends: Terms, held: HoldStands | None
) -> Denied | None:
    charter = now.desk.settings.charter
    safety = Safety(charter.safety_suspend, charter.suspend_ms)
    for_ms = None if ends.until_ms is None else ends.until_ms - now.today_ms
    if skill is not None:
        return authority.may_suspend_skill(
            now.actor,
            member.id,
            skill,
            reason,
            for_ms=for_ms,
            suspended=held is not None,
            safety=safety,
        )
    last = who.managers(now.conn, now.today_ms) == {member.id}
    return authority.may_suspend(
        now.actor, member.id, last, reason, for_ms=for_ms, suspended=held is not None, safety=safety
    )


def _same(held: HoldStands | None, ends: Terms, today_ms: int) -> Denied | None:
    if ends.until_ms is not None and ends.until_ms <= today_ms:
        return Denied(Code.PAST_DATE, {"until_ms": ends.until_ms})
    if held is not None and held.until_ms == ends.until_ms:
        return Denied(Code.NOTHING_TO_DO, {"since_ms": held.since_ms})
    return None


def _suspended(now: Turn, member: Member, skill: SkillId | None, ends: Terms) -> Body:
    if skill is None:
        return MemberSuspended(member.id, now.member.id, until_ms=ends.until_ms, cause=ends.cause)
    return GrantSuspended(member.id, skill, now.member.id, ends.until_ms, ends.cause)
