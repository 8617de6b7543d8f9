"""What the journal says of a start: who, at which level, on whose account, what for, and who was there.

All of it is as it stood when they tapped, and holds for the whole session (docs/decisions/0004).
"""

from __future__ import annotations

from fabgate.model import Company, MachineRules, MemberId, Moment, Standing
from fabgate.records import SessionStarted
from fabgate.rules.policy import Start
from fabgate.rules.states import Session

WORKSHOP_MS = 12 * 3_600_000
"""The longest workshop: whoever opens one for longer is asked again after it."""


def record(rules: MachineRules, session: Session, limit_ms: int) -> SessionStarted:
    """The start of this session, as it is written before there is power (law 1)."""
    standing, workshop = session.standing, session.workshop
    age_ms = standing.roster_age_ms
    sponsored = session.sponsor is not None and session.how is not Start.COMPANY
    return SessionStarted(
        machine=rules.machine,
        skill=rules.skill,
        member=session.user.member,
        badge=session.badge,
        level=session.level.word,
        hold=rules.hold,
        limit_ms=limit_ms,
        sponsor=session.sponsor.member if session.sponsor and sponsored else None,
        sponsor_badge=session.sponsor_badge if sponsored else None,
        payer=_payer(session),
        purpose=purpose(session),
        people=workshop.people if workshop else 1,
        workshop=str(workshop.record) if workshop else None,
        company=company(rules, session),
        roster_age_ms=-1 if age_ms is None else age_ms,
        hours_unasked=standing.hours_unasked,
        would=session.would,
    )


def company(rules: MachineRules, session: Session) -> tuple[MemberId, ...]:
    """Those who are there because somebody has to be (R4): checked in, or tied by a tap as another adult.

    A sponsor and a host have a field of their own.
    """
    match session.how:
        case Start.ACCOMPANIED:
            there = session.standing.sponsors_here
        case _ if rules.company is Company.NEVER_ALONE and not session.purpose:
            there = session.standing.adults_here
        case _:
            return ()
    tied = session.sponsor.member if session.sponsor else None
    others = tuple(member for member in there if member != tied)
    return (tied, *others) if tied is not None and session.how is Start.COMPANY else others


def limit_ms(rules: MachineRules, session: Session, at: Moment) -> int:
    """How long this session may last: a workshop until its own end, everybody else the machine's limit.

    The end of a workshop takes the place of the limit, up to `WORKSHOP_MS`: a course of six hours on a
    machine with a limit of four is what it was opened for. It is a time of day, so while the clock is
    not set nobody knows it, and the machine's limit holds.
    """
    workshop = session.workshop
    if workshop is None or not at.synced:
        return rules.limit_ms
    return min(workshop.until_ms - at.wall_ms, WORKSHOP_MS)


def purpose(session: Session) -> str:
    """What it is for: the workshop, maintenance, else what the badge is for whose owner pays."""
    if session.workshop is not None:
        return session.workshop.purpose
    return session.purpose or paying(session).purpose


def paying(session: Session) -> Standing:
    """How the one stands whose badge says who pays: a guest's host, else whoever works."""
    if session.how is Start.HOSTED and session.beside is not None:
        return session.beside
    return session.standing


def _payer(session: Session) -> MemberId | None:
    """Who pays, where it is not the member: whoever the badge says; for a guest, their host (R3)."""
    if session.how is not Start.HOSTED or session.sponsor is None:
        return session.standing.payer
    paid_by = session.beside.payer if session.beside else None
    return paid_by or session.sponsor.member
