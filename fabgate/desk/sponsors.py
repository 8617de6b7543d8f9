"""Whose duty it is to look after a newcomer, and how much each sponsor has to do.

A duty gives no right: who may stand beside a trainee is said by levels. Facts of what was done: `by`,
`subject`, `handle`, `sponsor`, `was`: whose duty it was before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fabgate.desk import days, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.model import Code, Denied, Level, MemberId, Status
from fabgate.records import SessionStarted, SessionStopped, SponsorAssigned, SponsorReleased
from fabgate.rules import authority
from fabgate.store import journal, people, roster
from fabgate.store.roster import Member


@dataclass(frozen=True, slots=True)
class Load:
    """A sponsor and what they do: newcomers to look after, supervised sessions since the month began.

    `sponsor` is None for somebody whom these books do not know any more; `fit` whether they may look
    after anybody now.
    """

    id: MemberId
    sponsor: Member | None
    newcomers: tuple[Member, ...]
    sessions: int
    fit: bool


def assign(desk: Desk, by: str | None, whom: str, sponsor: str, reason: str | None = None) -> Done | Denied:
    """Says who looks after a newcomer, in the place of whoever did before."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        chosen = now.find(sponsor)
        if isinstance(chosen, Denied):
            return chosen
        old = people.duty(now.conn, member.id)
        no = authority.may_assign_sponsor(
            now.actor,
            member.id,
            chosen.id,
            status=chosen.status,
            suspended=chosen.suspended_at(now.today_ms) is not None,
            assigned=None if old is None else old.sponsor,
        )
        if no is not None:
            return now.denied(no, chosen if no.code is Code.UNFIT_SPONSOR else member)
        record = now.write(SponsorAssigned(member.id, chosen.id, now.member.id), reason)
        was = None if old is None else _name(now, old.sponsor)
        return now.done(record, member, sponsor=chosen.name, was=was)


def release(desk: Desk, by: str | None, whom: str, reason: str | None = None) -> Done | Denied:
    """Ends a duty: nobody looks after them any more."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        old = people.duty(now.conn, member.id)
        no = authority.may_release_sponsor(now.actor, None if old is None else old.sponsor)
        if no is not None:
            return now.denied(no, member)
        record = now.write(SponsorReleased(member.id, now.member.id), reason)
        return now.done(record, member, was=None if old is None else _name(now, old.sponsor))


def _name(now: Turn, member: MemberId) -> str:
    """The name of a member, their id where nobody is known by it any more."""
    return who.name_of(now.conn, member) or member


def fit(sponsor: Member | None, today_ms: int) -> bool:
    """Whether somebody may look after a newcomer: known here, no guest, not gone, not suspended."""
    return sponsor is not None and sponsor.status > Status.GUEST and sponsor.suspended_at(today_ms) is None


def listed(desk: Desk) -> tuple[Load, ...]:
    """Every sponsor with their load, who has most to do first: who has a newcomer to look after, stood
    beside somebody this month, or holds the level."""
    duties = people.duties(desk.conn)
    today = who.today_ms(desk.conn, desk.clock.now())
    sessions = supervised(desk, month_ms(desk, today))
    teach = {one.member for one in roster.grants(desk.conn) if one.level is Level.SPONSOR}
    after: dict[MemberId, list[MemberId]] = {}
    for duty in duties.values():
        after.setdefault(duty.sponsor, []).append(duty.member)
    found = [
        _load(desk, one, after.get(one, ()), sessions.get(one, 0), today)
        for one in {*after, *sessions, *teach}
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.newcomers), -one.sessions, _handle(one))))


def _load(desk: Desk, of: MemberId, after: Iterable[MemberId], sessions: int, today: int) -> Load:
    known = (roster.member(desk.conn, one) for one in after)
    newcomers = sorted((one for one in known if one is not None), key=lambda one: one.handle)
    sponsor = roster.member(desk.conn, of)
    return Load(of, sponsor, tuple(newcomers), sessions, fit(sponsor, today))


def _handle(load: Load) -> str:
    return load.id if load.sponsor is None else load.sponsor.handle


def month_ms(desk: Desk, today_ms: int) -> int:
    """When the month began (wall time), in the lab's zone."""
    first = days.of(today_ms, desk.settings.lab.zone).replace(day=1)
    begun = datetime(first.year, first.month, 1, tzinfo=desk.settings.lab.zone)
    return round(begun.timestamp() * 1000)


def supervised(desk: Desk, since_ms: int) -> dict[MemberId, int]:
    """How many sessions each sponsor stood beside since a wall time, without those that were taken back."""
    found: dict[MemberId, int] = {}
    free: set[str] = set()
    kinds = (SessionStarted.kind, SessionStopped.kind)
    for entry in journal.entries(desk.conn, kinds=kinds, newest_first=True):
        match entry.body:
            case SessionStopped(session=session, charged=False):
                free.add(session)
            case SessionStarted(sponsor=sponsor) if entry.at is not None:
                if entry.at.synced and entry.at.wall_ms < since_ms:
                    break
                if sponsor is not None and str(entry.id) not in free and entry.at.wall_ms >= since_ms:
                    found[MemberId(sponsor)] = found.get(MemberId(sponsor), 0) + 1
            case _:
                pass
    return found
