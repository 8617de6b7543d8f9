"""May this person start, sponsor, go on? Codes and facts; `texts/` makes the sentences.

A refusal is a value (law 4). The order of the questions is the order in which a person would want
them answered: is this a badge we know, is it still good, are you welcome, then the right itself.
"""

from __future__ import annotations

import enum

from fabgate.model import Code, Denied, Fact, Level, MachineRules, MemberId, Standing, Token, Why


class Start(enum.Enum):
    """How somebody who was not refused may start."""

    ALONE = enum.auto()
    SUPERVISED = enum.auto()


def start(rules: MachineRules, standing: Standing) -> Start | Denied:
    """Whether, and how, this badge may start the machine (the machine itself being free)."""
    refused = welcome(rules, standing)
    if refused is not None:
        return refused
    if standing.level >= Level.AUTONOMOUS:
        return Start.ALONE
    if standing.level is Level.TRAINEE:
        return Start.SUPERVISED
    code = Code.NOT_QUALIFIED if standing.lapsed_ms is None else Code.LAPSED
    return Denied(code, facts(rules, standing))


def sponsor(
    rules: MachineRules, standing: Standing, trainee: MemberId, trainee_badge: Token, token: Token
) -> Denied | None:
    """Why this badge may not sponsor that trainee here; None where it may.

    A sponsor is another person with another badge, welcome in the lab, and holds the skill at the
    level that the lab asks of sponsors (R3).
    """
    refused = welcome(rules, standing)
    if refused is not None:
        return refused
    if token == trainee_badge or (standing.person is not None and standing.person.member == trainee):
        return Denied(Code.SAME_PERSON, facts(rules, standing))
    if standing.level < rules.sponsor_from:
        return Denied(Code.MAY_NOT_SPONSOR, facts(rules, standing))
    return None


def lost(standing: Standing, level: Level) -> Why | None:
    """What a member who works here at `level` lost meanwhile; None when all still stands."""
    if standing.person is None or standing.blocked_ms is not None:
        return Why.BLOCKED
    if standing.suspended_ms is not None:
        return Why.SUSPENDED
    # A right that ran out in mid-session holds until its end: the level at the start prices and
    # carries the whole session. A right that somebody took does not.
    # Who may no more sponsor may still work here alone.
    if standing.level < min(level, Level.AUTONOMOUS) and standing.lapsed_ms is None:
        return Why.REVOKED
    return None


def welcome(rules: MachineRules, standing: Standing) -> Denied | None:
    """Why this badge opens nothing anywhere; None where it belongs to a member in good standing."""
    if standing.person is None:
        return Denied(Code.UNKNOWN_BADGE, facts(rules, standing))
    if standing.contested:
        # Which of the two stands here is not known: nobody is named.
        return Denied(Code.CONTESTED_BADGE, facts(rules, standing) | {"member": None})
    if standing.blocked_ms is not None:
        return Denied(Code.BLOCKED_BADGE, facts(rules, standing) | {"since_ms": standing.blocked_ms})
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
