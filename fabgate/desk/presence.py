"""Who is on site: checked in and out from the command line, where no door or counter does it (R4).

Facts of what was done: `by`, `subject`, `handle`, `since_ms`, `until_ms`.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.desk import who
from fabgate.desk.deed import Desk, Done, Turn, looking, turn
from fabgate.errors import UsageError
from fabgate.model import Denied, Moment, Status
from fabgate.records import CheckedIn, CheckedOut
from fabgate.rules import authority
from fabgate.store import present, roster
from fabgate.store.lookup import Asked
from fabgate.store.present import Present
from fabgate.store.roster import Member


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody who is checked in; `keyholder`: while they are, the lab is staffed (R1).

    `minor`: whether they are under age; None where whoever asks is not told.
    """

    member: Member
    gate: str
    since_ms: int
    until_ms: int
    keyholder: bool
    minor: bool | None


def check_in(desk: Desk, by: str | None, whom: str) -> Done | Denied:
    """Says that a member is on site; it counts for as long as the lab's rules have it.

    Who is in already is in anew: the time begins again. Raises UsageError for who left or is suspended:
    they are nobody's company.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        no = authority.may_check_in(now.actor, member.id)
        if no is not None:
            return now.denied(no, member)
        _refuse_unwelcome(now, member)
        record = now.write(CheckedIn(member.id, now.member.id))
        stay = now.desk.settings.charter.stay_ms
        return now.done(record, member, until_ms=now.today_ms + stay)


def _refuse_unwelcome(now: Turn, member: Member) -> None:
    if member.status is Status.LEFT:
        again = f"Back again? fabgate member status {member.handle} trainee"
        raise UsageError(f"{member.handle} has left the lab", again)
    if member.suspended_at(now.today_ms) is not None:
        raise UsageError(f"{member.handle} is suspended", "A manager lifts that first: fabgate member lift")


def check_out(desk: Desk, by: str | None, whom: str) -> Done | Denied:
    """Says that a member is on site no more, at whichever gate they came in."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        here = of(now, member)
        no = authority.may_check_out(now.actor, member.id, on_site(now, member))
        if no is not None:
            return now.denied(no, member)
        record = now.write(CheckedOut(member.id, now.member.id))
        return now.done(record, member, since_ms=None if here is None else here.since_ms)


def on_site(now: Turn, member: Member) -> bool:
    """Whether a member is checked in; whoever is suspended counts for nobody, and may still be there."""
    here, _ = present.of(now.conn, member.id, _asked(now.desk, now.at, now.today_ms))
    return here


def of(now: Turn, member: Member) -> Present | None:
    """The presence of a member, as these books know it now."""
    found = present.now(now.conn, _asked(now.desk, now.at, now.today_ms))
    return next((one for one in found if one.member == member.id), None)


def listed(desk: Desk, by: str | None = None) -> tuple[Shown, ...] | Denied:
    """Who is checked in, the longest first; who is under age is a manager's to know.

    Who asks is nobody in particular unless `by` says so, or their login does.
    """
    asks = None if by is None and desk.said_by is None else looking(desk, by)
    if isinstance(asks, Denied) and by is not None:
        return asks
    manages = isinstance(asks, Turn) and asks.actor.manages
    at = desk.clock.now()
    found = present.now(desk.conn, _asked(desk, at, who.today_ms(desk.conn, at)))
    known = ((one, roster.member(desk.conn, one.member)) for one in found)
    shown = (_shown(one, member, manages) for one, member in known if member is not None)
    return tuple(sorted(shown, key=lambda one: (one.since_ms, one.member.handle)))


def _asked(desk: Desk, at: Moment, today_ms: int) -> Asked:
    return Asked(today_ms, desk.settings.charter, desk.settings.lab.zone, at.synced, at=at)


def _shown(one: Present, member: Member, manages: bool) -> Shown:
    keyholder = one.status is Status.AUTONOMOUS
    return Shown(member, one.gate, one.since_ms, one.until_ms, keyholder, one.minor if manages else None)
