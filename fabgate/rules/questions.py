"""The single questions about a badge at a machine: each is answered with why not, or with None.

`policy.py` puts them together, in its order.
"""

from __future__ import annotations

from fabgate.model import Code, Denied, Fact, Level, MachineRules, MemberId, Stale, Standing, Status, Token
from fabgate.rules import money

LINK_MS = 120_000
"""A gate that had no word of its hub for longer has lost its link, as far as presence goes (R3)."""


def welcome(rules: MachineRules, standing: Standing) -> Denied | None:
    """Why this badge opens nothing anywhere; None where it belongs to a member in good standing."""
    refused = badge(rules, standing)
    if refused is not None:
        return refused
    if standing.status is Status.LEFT:
        return Denied(Code.MEMBER_LEFT, facts(rules, standing))
    if standing.suspended_ms is not None:
        return Denied(Code.SUSPENDED_MEMBER, facts(rules, standing) | {"since_ms": standing.suspended_ms})
    return None


def facts(rules: MachineRules, standing: Standing) -> dict[str, Fact]:
    """What a next step can be made from: who, where, who could help, since when a right is gone."""
    return {
        "member": standing.person.name if standing.person else None,
        "title": rules.title,
        "skill": rules.skill,
        "sponsors": standing.sponsors,
        "lapsed_ms": standing.lapsed_ms,
        "contact": rules.contact,
    }


def badge(rules: MachineRules, standing: Standing) -> Denied | None:
    """Is this a badge that we know, somebody's alone, and not blocked?"""
    if standing.person is None:
        return Denied(Code.UNKNOWN_BADGE, facts(rules, standing))
    if standing.contested:
        # Which of the two stands here is not known: nobody is named.
        return Denied(Code.CONTESTED_BADGE, facts(rules, standing) | {"member": None})
    if standing.blocked_ms is not None:
        return Denied(Code.BLOCKED_BADGE, facts(rules, standing) | {"since_ms": standing.blocked_ms})
    return None


def guest(rules: MachineRules, standing: Standing) -> Denied | None:
    """A guest works under a host where the machine takes guests, and nowhere else."""
    if standing.status is not Status.GUEST or rules.guests:
        return None
    return Denied(Code.GUEST_ALONE, facts(rules, standing))


def papers(rules: MachineRules, standing: Standing) -> Denied | None:
    """One paper at a time, in the lab's order: what is never filed and what ran out have other next steps."""
    if not standing.lacks:
        return None
    lack = standing.lacks[0]
    code = Code.PAPER_MISSING if lack.until_ms is None else Code.PAPER_EXPIRED
    return Denied(code, facts(rules, standing) | {"paper": lack.paper, "lapsed_ms": lack.until_ms})


def right(rules: MachineRules, standing: Standing) -> Denied | None:
    """Do they have what comes first, is the skill not suspended, is any level of it left (R2)?"""
    if standing.status is Status.GUEST:
        return None  # their host has it
    if standing.needed is not None:
        return Denied(Code.PREREQUISITE, facts(rules, standing) | {"needed": standing.needed})
    refused = held(rules, standing)
    if refused is not None or standing.level >= Level.TRAINEE:
        return refused
    code = Code.NOT_QUALIFIED if standing.lapsed_ms is None else Code.LAPSED
    return Denied(code, facts(rules, standing))


def held(rules: MachineRules, standing: Standing) -> Denied | None:
    """Is this skill of theirs suspended (R9)?"""
    if standing.held_ms is None:
        return None
    return Denied(Code.SUSPENDED_SKILL, facts(rules, standing) | {"since_ms": standing.held_ms})


def credit(rules: MachineRules, standing: Standing) -> Denied | None:
    """Has whoever pays enough left to start? Asked of a start only: nothing that runs ends for money.

    The facts say what is left and what it takes, as people read money.
    """
    has = standing.credit
    if has is None or has.least_cents is None or has.balance_cents >= has.least_cents:
        return None
    currency = standing.fare.tariff.currency if standing.fare else ""
    amounts = {"balance": has.balance_cents, "least": has.least_cents}
    told = {name: money.shown(cents, currency).strip() for name, cents in amounts.items()}
    return Denied(Code.NO_CREDIT, facts(rules, standing) | told)


def hours(rules: MachineRules, standing: Standing) -> Denied | None:
    """Are these hours for them (R2)? The facts say from when, where anybody knows."""
    if standing.closed is None:
        return None
    told = facts(rules, standing) | {"opens_ms": standing.closed.opens_ms}
    return Denied(standing.closed.code, told)


def stale(rules: MachineRules, standing: Standing) -> Denied | None:
    """Refused where the lab says `deny`; `age_ms` is how old the roster is, None where nobody knows."""
    if rules.stale is not Stale.DENY or not is_stale(rules, standing):
        return None
    return Denied(Code.STALE_ROSTER, facts(rules, standing) | {"age_ms": standing.roster_age_ms})


def service(rules: MachineRules, standing: Standing) -> Denied | None:
    """Is a service over that the machine does not run without?"""
    due = standing.upkeep
    if due is None or not (due.over and due.blocks):
        return None
    return Denied(Code.SERVICE_OVER, facts(rules, standing) | {"upkeep": due.service})


def is_stale(rules: MachineRules, standing: Standing) -> bool:
    """Whether the roster is older than the lab allows on this machine; an unknown age is too old (R12)."""
    if rules.stale_after_ms is None:
        return False
    return standing.roster_age_ms is None or standing.roster_age_ms > rules.stale_after_ms


def linked(standing: Standing) -> bool:
    """Whether this gate hears its hub, or is its own source: then it knows who is checked in."""
    return standing.roster_age_ms is not None and standing.roster_age_ms <= LINK_MS


def same(
    rules: MachineRules, standing: Standing, user: MemberId, badge: Token, token: Token
) -> Denied | None:
    """Is this another person, with another badge (R3)? A borrowed one is the same badge twice."""
    if token != badge and (standing.person is None or standing.person.member != user):
        return None
    return Denied(Code.SAME_PERSON, facts(rules, standing))


def not_in(rules: MachineRules, standing: Standing) -> Denied | None:
    """Has whoever stands by checked in, where the machine asks for it and the gate can tell (R3)?"""
    if not rules.check_in or standing.here or not linked(standing):
        return None
    return Denied(Code.NOT_CHECKED_IN, facts(rules, standing))


def full(rules: MachineRules, standing: Standing) -> Denied | None:
    """Do they stand beside as many as they may at once already (R4)?"""
    if not 0 < rules.max_trainees <= standing.sponsoring:
        return None
    return Denied(Code.SPONSOR_FULL, facts(rules, standing) | {"most": rules.max_trainees})
