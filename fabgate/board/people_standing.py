"""What a member is in the lab: status, suspension, offices, who looks after them, how they sign in."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

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
    told,
)
from fabgate.board.visit import Visit
from fabgate.desk import holds, roles, sponsors
from fabgate.desk import status as statuses
from fabgate.desk.deed import Done
from fabgate.desk.holds import Terms
from fabgate.errors import UsageError
from fabgate.model import Denied, Level, MachineId, MemberId, Role, Status
from fabgate.rules.earned import DutyStands
from fabgate.rules.viewing import Area
from fabgate.store import people, roster
from fabgate.store.roster import Member

CAUSES = ("other", "safety", "unpaid")
_HOUR_MS = 3_600_000
_YEAR_H = 8_760


def show(visit: Visit, member: Member) -> Response:
    """All of it, with a form for each."""
    member = roster.member(visit.conn, member.id) or member
    duty = people.duty(visit.conn, member.id)
    return shown(
        visit,
        "standing",
        member,
        "standing",
        statuses=tuple(reversed(Status)),
        hold=holds.in_force(people.suspension(visit.conn, member.id), visit.today_ms),
        roles=roster.roles(visit.conn, member.id),
        offices=tuple(Role),
        machines={name: one.rules.title for name, one in visit.settings.machines.items()},
        causes=CAUSES,
        duty=duty,
        sponsor=None if duty is None else roster.member(visit.conn, duty.sponsor),
        could=_could_sponsor(visit, member, duty),
        seen=_mark(visit, member),
    )


def _mark(visit: Visit, member: Member) -> str:
    now = roster.member(visit.conn, member.id) or member
    hold = people.suspension(visit.conn, member.id)
    duty = people.duty(visit.conn, member.id)
    return marked(
        now.status,
        now.status_record,
        None if hold is None else hold.record,
        tuple(one.record for one in roster.roles(visit.conn, member.id)),
        None if duty is None else duty.record,
    )


def _could_sponsor(visit: Visit, member: Member, duty: DutyStands | None) -> tuple[Member, ...]:
    """Who else could look after a newcomer, by name: who works alone on something or manages the lab, and is
    neither gone nor suspended."""
    known = {one.member for one in roster.grants(visit.conn) if one.level >= Level.AUTONOMOUS}
    known |= {one.member for one in roster.roles(visit.conn) if one.role is Role.MANAGER}
    known -= {member.id} if duty is None else {member.id, duty.sponsor}
    could = (one for one in roster.members(visit.conn) if one.id in known)
    fit = (one for one in could if sponsors.fit(one, visit.today_ms))
    return tuple(sorted(fit, key=lambda one: (one.name.casefold(), one.handle)))


# --- deeds --------------------------------------------------------------------------------------


def _status(visit: Visit, member: Member) -> Response:
    """Say what they are; of a sponsor who leaves, that their newcomers need somebody else."""
    new = Status.of(chosen(visit, "status", tuple(one.word for one in Status)))
    done = statuses.give(visit.desk, None, member.id, new, visit.field("reason") or None)
    orphans = any(one.sponsor == member.id for one in people.duties(visit.conn).values())
    key = "people.said_orphans" if new is Status.LEFT and orphans else "people.said_status"
    word = visit.speaker.word("status", new)
    return _answer(visit, member, done, key, status=word)


def _suspend(visit: Visit, member: Member) -> Response:
    """Suspend them, for a time or until somebody lifts it."""
    done = holds.suspend(visit.desk, None, member.id, visit.field("reason"), terms_of(visit))
    return _answer(visit, member, done, "people.said_suspended")


def terms_of(visit: Visit) -> Terms:
    """How a suspension is meant: by its last day, or in hours. Raises UsageError for both."""
    until_ms, hours = last_day(visit), number(visit, "hours", _YEAR_H)
    if until_ms is not None and hours is not None:
        t = visit.speaker.t
        raise UsageError(t("people.two_ends"), t("people.two_ends_next"))
    if hours is not None:
        until_ms = visit.today_ms + hours * _HOUR_MS
    cause = chosen(visit, "cause", CAUSES)
    return Terms(until_ms, "" if cause == "other" else cause)


def _lift(visit: Visit, member: Member) -> Response:
    done = holds.lift(visit.desk, None, member.id, visit.field("reason"))
    return _answer(visit, member, done, "people.said_lifted")


def _give_role(visit: Visit, member: Member) -> Response:
    role, machine = _office(visit)
    done = roles.give(visit.desk, None, member.id, role, visit.field("reason"), machine)
    return _answer(visit, member, done, "people.said_role", role=visit.speaker.word("role", role))


def _revoke_role(visit: Visit, member: Member) -> Response:
    role, machine = _office(visit)
    done = roles.revoke(visit.desk, None, member.id, role, visit.field("reason"), machine)
    return _answer(visit, member, done, "people.said_no_role", role=visit.speaker.word("role", role))


def _office(visit: Visit) -> tuple[Role, MachineId | None]:
    """The office of the form; of a maintainer the machine too. Raises UsageError where that is not said."""
    role = Role(chosen(visit, "role", tuple(one.value for one in Role)))
    if role is not Role.MAINTAINER:
        return role, None
    if not visit.field("machine"):
        t = visit.speaker.t
        raise UsageError(t("people.which_machine"), t("people.which_machine_next"))
    return role, MachineId(visit.field("machine"))


def _assign(visit: Visit, member: Member) -> Response:
    """Say who looks after them."""
    name = visit.field("sponsor")
    done = sponsors.assign(visit.desk, None, member.id, name, visit.field("reason") or None)
    chosen_ = roster.member(visit.conn, MemberId(name))
    shown_ = visit.speaker.name(name if chosen_ is None else chosen_.name)
    return _answer(visit, member, done, "people.said_assigned", sponsor=shown_)


def _release(visit: Visit, member: Member) -> Response:
    done = sponsors.release(visit.desk, None, member.id, visit.field("reason") or None)
    return _answer(visit, member, done, "people.said_released")


def _answer(visit: Visit, member: Member, done: Done | Denied, key: str, **words: object) -> Response:
    to = f"{path_of(member)}/standing"
    return told(visit, done, to, lambda: show(visit, member), key, **words)


ROUTES: list[BaseRoute] = [
    page(
        "/members/{member}/standing",
        Area.LAB,
        of_member(show),
        of_member(
            deeds(
                show,
                _mark,
                status=_status,
                suspend=_suspend,
                lift=_lift,
                give_role=_give_role,
                revoke_role=_revoke_role,
                assign=_assign,
                release=_release,
            )
        ),
    )
]
