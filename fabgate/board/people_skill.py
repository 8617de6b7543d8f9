"""One skill of one member: what they have shown, who proposed them, what they are given or lose."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import pages
from fabgate.board.pages import page
from fabgate.board.people_found import (
    chosen,
    deeds,
    last_day,
    marked,
    number,
    of_member,
    path_of,
    shown,
    stopped_by,
    told,
)
from fabgate.board.people_gaps import gap
from fabgate.board.people_standing import CAUSES, terms_of
from fabgate.board.visit import Visit
from fabgate.charter import Skill
from fabgate.desk import evidence, grants, held, holds, passport, proposals, reviews
from fabgate.desk.deed import Done
from fabgate.desk.evidence import MOST_POINTS, SORTS, Asked, Progress
from fabgate.desk.stamp import Stamp
from fabgate.model import Denied, Level, SkillId
from fabgate.rules.viewing import Area
from fabgate.store import people, roster
from fabgate.store.roster import Member

LEVELS = (Level.TRAINEE, Level.AUTONOMOUS, Level.SPONSOR)


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing that a skill asks to be shown, and who saw it."""

    what: str
    item: str
    text: str
    points: int | None
    seen: evidence.Proof | None


def show(visit: Visit, member: Member) -> Response:
    """How far they are, and what a fab manager may do about it."""
    known = _skill(visit, member)
    if known is None:
        return pages.stopped(visit, "not_found", 404)
    stamp, progress = _stamp(visit, member, known), evidence.of(visit.desk, member.id, [known])[0]
    hold = people.skill_holds(visit.conn, member.id).get((member.id, known.id))
    given = held.on(visit.conn, visit.settings.skills, member.id, known.id, visit.today_ms)
    return shown(
        visit,
        "skill",
        member,
        "passport",
        skill=known,
        configured=known.id in visit.settings.skills,
        stamp=stamp,
        given=given,
        giver=None if given is None else roster.member(visit.conn, given.grant.by),
        progress=progress,
        items=tuple(_items(progress)),
        gaps=[gap(visit, one) for one in progress.missing],
        hold=holds.in_force(hold, visit.today_ms),
        waits=_waits(visit, member, known.id),
        flag=_flag(visit, member, known.id),
        levels=LEVELS,
        causes=CAUSES,
        first=_names_first(visit, known.id),
        seen=_mark(visit, member),
    )


def _skill(visit: Visit, member: Member) -> Skill | None:
    """The skill of the path; also one that is configured no more, while they hold something on it."""
    name = SkillId(visit.asked.parameters["skill"])
    known = visit.settings.skills.get(name)
    if known is not None:
        return known
    left = roster.grants(visit.conn, member.id, name) or people.proposal(visit.conn, member.id, name)
    on_it = left or (member.id, name) in people.skill_holds(visit.conn, member.id)
    return Skill(name, name) if on_it else None


def _stamp(visit: Visit, member: Member, known: Skill) -> Stamp | None:
    found = passport.passport(visit.desk, member.id)
    stamps = () if isinstance(found, Denied) else found.stamps
    return next((one for one in stamps if one.skill.id == known.id), None)


def _items(progress: Progress) -> list[_Item]:
    """All that can be noted, and what was noted of an item that the skill asks for no more."""
    asked = [one for one in progress.asked if one.what in SORTS]
    found = [_Item(one.what, one.item, one.text, _points(one), one.proof) for one in asked]
    known = {(one.what, one.item) for one in asked}
    left = ((one.seen.what, one.seen.item, one) for one in progress.proofs)
    gone = (_Item(what, item, "", None, one) for what, item, one in left if (what, item) not in known)
    return [*found, *(one for one in gone if one.what in SORTS)]


def _points(one: Asked) -> int | None:
    return one.want if one.what == "quiz" else None


def _waits(visit: Visit, member: Member, skill: SkillId) -> proposals.Waiting | None:
    theirs = (one for one in proposals.waiting(visit.desk) if one.proposal.member == member.id)
    return next((one for one in theirs if one.proposal.skill == skill), None)


def _flag(visit: Visit, member: Member, skill: SkillId) -> reviews.Flag | None:
    theirs = (one for one in reviews.flagged(visit.desk) if one.word.member == member.id)
    return next((one for one in theirs if one.word.skill == skill), None)


def _names_first(visit: Visit, skill: SkillId) -> bool:
    """Whether whoever looks may name the first sponsor of this skill; the deed asks again."""
    sponsors = any(one.level is Level.SPONSOR for one in roster.grants(visit.conn, skill=skill))
    return not sponsors and visit.actor is not None and visit.actor.first


def _mark(visit: Visit, member: Member) -> str:
    """Of all that is decided here: what they hold, what waits, what was seen, whether it is suspended."""
    conn, skill = visit.conn, SkillId(visit.asked.parameters["skill"])
    hold = people.skill_holds(conn, member.id).get((member.id, skill))
    waits = people.proposal(conn, member.id, skill)
    return marked(
        tuple(one.record for one in roster.grants(conn, member.id, skill)),
        None if hold is None else hold.record,
        None if waits is None else waits.record,
        tuple(one.record for one in people.evidence(conn, member.id, skill)),
    )


# --- deeds --------------------------------------------------------------------------------------


def _give(visit: Visit, member: Member) -> Response:
    """Give them a level; what is missing is waived only where that is said."""
    level = Level.of(chosen(visit, "level", tuple(one.word for one in LEVELS)))
    done = grants.give(
        visit.desk,
        None,
        member.id,
        visit.asked.parameters["skill"],
        level,
        visit.field("reason"),
        last_day(visit),
        bootstrap=bool(visit.field("first")),
        waive=bool(visit.field("waive")),
    )
    return _answer(visit, member, done, "people.said_given", level=visit.speaker.word("level", level))


def _renew(visit: Visit, member: Member) -> Response:
    skill, reason = visit.asked.parameters["skill"], visit.field("reason") or None
    done = grants.renew(visit.desk, None, member.id, skill, reason)
    return _answer(visit, member, done, "people.said_renewed")


def _revoke(visit: Visit, member: Member) -> Response:
    """Take it away; what rests on their word is flagged for somebody to look at."""
    skill = visit.asked.parameters["skill"]
    done = grants.revoke(visit.desk, None, member.id, skill, visit.field("reason"))
    flags = 0 if isinstance(done, Denied) else reviews.count(visit.desk, member.id)
    key = "people.said_revoked_flags" if flags else "people.said_revoked"
    return _answer(visit, member, done, key, count=flags)


def _approve(visit: Visit, member: Member) -> Response:
    skill, reason = visit.asked.parameters["skill"], visit.field("reason") or None
    waive = bool(visit.field("waive"))
    done = proposals.approve(visit.desk, None, member.id, skill, reason, waive, last_day(visit))
    return _answer(visit, member, done, "people.said_approved")


def _refuse(visit: Visit, member: Member) -> Response:
    skill = visit.asked.parameters["skill"]
    done = proposals.refuse(visit.desk, None, member.id, skill, visit.field("reason"))
    return _answer(visit, member, done, "people.said_refused")


def _review(visit: Visit, member: Member) -> Response:
    skill = visit.asked.parameters["skill"]
    done = reviews.review(visit.desk, None, member.id, skill, visit.field("reason"))
    return _answer(visit, member, done, "people.said_reviewed")


def _note(visit: Visit, member: Member) -> Response:
    """Note that they were seen to do something; of a quiz how many points they reached."""
    what = chosen(visit, "what", SORTS)
    score = number(visit, "score", MOST_POINTS, 0) if what == "quiz" else None
    if what == "quiz" and score is None:
        return stopped_by(visit, "people.points_needed", lambda: show(visit, member))
    ref, reason = visit.field("ref") or None, visit.field("reason") or None
    skill, item = visit.asked.parameters["skill"], visit.field("item")
    done = evidence.note(visit.desk, None, member.id, skill, what, item, score, ref, reason)
    return _answer(visit, member, done, "people.said_noted", item=item)


def _strike(visit: Visit, member: Member) -> Response:
    """Take back what was noted; the note stays in the history."""
    what, item, reason = chosen(visit, "what", SORTS), visit.field("item"), visit.field("reason")
    if not reason:
        return stopped_by(visit, "people.say_why", lambda: show(visit, member))
    done = evidence.strike(visit.desk, None, member.id, visit.asked.parameters["skill"], what, item, reason)
    return _answer(visit, member, done, "people.said_struck", item=item)


def _suspend(visit: Visit, member: Member) -> Response:
    skill = visit.asked.parameters["skill"]
    done = holds.suspend(visit.desk, None, member.id, visit.field("reason"), terms_of(visit), skill)
    return _answer(visit, member, done, "people.said_suspended_skill")


def _lift(visit: Visit, member: Member) -> Response:
    skill = visit.asked.parameters["skill"]
    done = holds.lift(visit.desk, None, member.id, visit.field("reason"), skill)
    return _answer(visit, member, done, "people.said_lifted")


def _answer(visit: Visit, member: Member, done: Done | Denied, key: str, **words: object) -> Response:
    skill = visit.asked.parameters["skill"]
    gone = _skill(visit, member) is None  # configured no more, and the last of it was just taken away
    to, title = path_of(member) + ("" if gone else f"/skills/{skill}"), visit.speaker.title("skill", skill)
    return told(visit, done, to, lambda: show(visit, member), key, skill=title, **words)


ROUTES: list[BaseRoute] = [
    page(
        "/members/{member}/skills/{skill}",
        Area.LAB,
        of_member(show),
        of_member(
            deeds(
                show,
                _mark,
                give=_give,
                renew=_renew,
                revoke=_revoke,
                approve=_approve,
                refuse=_refuse,
                review=_review,
                note=_note,
                strike=_strike,
                suspend=_suspend,
                lift=_lift,
            )
        ),
    )
]
