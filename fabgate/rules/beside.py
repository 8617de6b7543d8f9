"""Who may stand by whom, and who keeps a machine: other people than the one who works (R3, R4)."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from fabgate.model import Code, Denied, MachineRules, Moment, Standing, Token
from fabgate.rules import policy
from fabgate.rules.states import Need, Run, Session


def refused(rules: MachineRules, session: Session, standing: Standing, token: Token) -> Denied | None:
    """Why this badge may not stand by this session as what it needs; None where it may."""
    user, badge, minor = session.user.member, session.badge, session.standing.minor
    match session.need:
        case Need.SPONSOR:
            return policy.sponsor(rules, standing, user, badge, token, minor=minor)
        case Need.COMPANY:
            return policy.company(rules, standing, user, badge, token, minor=minor)
        case Need.HOST:
            return policy.host(rules, standing, user, badge, token, minor=minor)
        case _ as never:
            assert_never(never)


def relieves(rules: MachineRules, run: Run, standing: Standing, token: Token) -> bool:
    """Whether this badge may take the place of whoever is missed (R4).

    Nobody proves for the leader of a workshop that the leader is there.
    """
    led = run.missed and run.session.workshop is not None
    return run.alone_ms is not None and not led and refused(rules, run.session, standing, token) is None


def tied(session: Session, standing: Standing, token: Token, at: Moment) -> Session:
    """The session with this person beside it, who says so with their tap."""
    return replace(
        session,
        sponsor=standing.person,
        sponsor_badge=token,
        beside=standing,
        sponsor_ms=tapped_ms(standing, at),
    )


def tapped_ms(standing: Standing | None, at: Moment) -> int:
    """When (wall) they tapped here: after whatever is known of their leaving, whatever the clock says."""
    gone_ms = standing.gone_ms if standing else None
    return at.wall_ms if gone_ms is None else max(at.wall_ms, gone_ms)


def keeper(rules: MachineRules, standing: Standing) -> Denied | None:
    """Why this badge may not start a machine that is out of service, for maintenance; None where it may.

    It is an office (R2 asks for papers, hours and a level of those who work for themselves); the person
    must be in good standing.
    """
    denied = policy.welcome(rules, standing)
    if denied is not None or standing.keeps:
        return denied
    since = standing.lock.since_ms if standing.lock else None
    return Denied(Code.MACHINE_LOCKED, policy.facts(rules, standing) | {"since_ms": since})
