"""May this person start, sponsor, come in, go on? Codes and facts; `texts/` makes the sentences.

A refusal is a value (law 4). The order of the questions is the order in which a person would want
them answered (R2): is this a badge we know, is it still good; are you welcome; are your papers in
order; what has to come before this skill, and the skill itself; is enough left to pay for it; is it open;
does this gate know enough to tell; does the machine need its service first; and last who has to be there.
A machine that is out of service is `machine.py`'s.
"""

from __future__ import annotations

import enum
from typing import assert_never

from fabgate.model import (
    Code,
    Company,
    Denied,
    Level,
    MachineRules,
    MemberId,
    Standing,
    Status,
    Token,
    Why,
)
from fabgate.rules import questions as ask
from fabgate.rules.questions import facts, is_stale, linked, welcome

__all__ = [
    "Start",
    "company",
    "company_lost",
    "counter",
    "door",
    "facts",
    "host",
    "is_stale",
    "linked",
    "losses",
    "sponsor",
    "start",
    "welcome",
]


class Start(enum.Enum):
    """How somebody who was not refused may start."""

    ALONE = enum.auto()
    ACCOMPANIED = enum.auto()  # a trainee at once, since a sponsor is checked in
    SUPERVISED = enum.auto()  # after the tap of a sponsor
    COMPANY = enum.auto()  # after the tap of another adult
    HOSTED = enum.auto()  # a guest, after the tap of a host
    WORKSHOP = enum.auto()  # the leader of a group, on everybody's behalf


# --- starting ---------------------------------------------------------------------------------


def start(rules: MachineRules, standing: Standing) -> Start | Denied:
    """Whether, and how, this badge may start the machine (the machine itself being free) (R2).

    A trainee, and whoever's right ran out or is from before the machine was replaced, works as the
    class of the machine has it (R4); so does everybody where the roster is too old and the lab says
    `sponsor` (R12). On a `never_alone` machine two adults are there whoever works: the one who works
    may be one of them, a minor is none.
    """
    refused = (
        welcome(rules, standing)
        or ask.guest(rules, standing)
        or ask.papers(rules, standing)
        or ask.right(rules, standing)
        or _credit(rules, standing)
        or ask.hours(rules, standing)
        or ask.stale(rules, standing)
        or ask.service(rules, standing)
    )
    if refused is not None:
        return refused
    if standing.status is Status.GUEST:
        return _with_help(rules, standing, Start.HOSTED)
    if _level(rules, standing) < Level.AUTONOMOUS:
        return _as_trainee(rules, standing)
    return _as_autonomous(rules, standing)


def _credit(rules: MachineRules, standing: Standing) -> Denied | None:
    """A guest does not pay: their host is asked, who does."""
    return None if standing.status is Status.GUEST else ask.credit(rules, standing)


def _level(rules: MachineRules, standing: Standing) -> Level:
    """What counts at the start: with a stale roster everybody works as a trainee does."""
    return min(standing.level, Level.TRAINEE) if is_stale(rules, standing) else standing.level


def _as_trainee(rules: MachineRules, standing: Standing) -> Start | Denied:
    match rules.company:
        case Company.FREE:
            return Start.ALONE
        case Company.ACCOMPANIED if standing.sponsors_here:
            return Start.ACCOMPANIED
        case Company.ACCOMPANIED | Company.SUPERVISED | Company.NEVER_ALONE:
            return _with_help(rules, standing, Start.SUPERVISED)
        case _ as never:
            assert_never(never)


def _as_autonomous(rules: MachineRules, standing: Standing) -> Start | Denied:
    """Alone, or as the leader of the workshop that was opened for them; the second adult checks in first."""
    if rules.company is Company.NEVER_ALONE and len(standing.adults_here) < _others(standing):
        return _with_help(rules, standing, Start.COMPANY)
    return Start.ALONE if standing.workshop is None else Start.WORKSHOP


def _with_help(rules: MachineRules, standing: Standing, how: Start) -> Start | Denied:
    """One tap brings one adult: where a minor may never be alone, the other is checked in already (R4)."""
    if rules.company is Company.NEVER_ALONE and len(standing.adults_here) < _others(standing) - 1:
        return Denied(Code.NEEDS_COMPANY, facts(rules, standing))
    return how


def _others(standing: Standing) -> int:
    """How many other adults have to be there on a machine that is never used alone."""
    return 2 if standing.minor else 1


# --- standing by ------------------------------------------------------------------------------


def sponsor(
    rules: MachineRules,
    standing: Standing,
    trainee: MemberId,
    trainee_badge: Token,
    token: Token,
    *,
    minor: bool = False,
) -> Denied | None:
    """Why this badge may not sponsor that trainee here; None where it may (R3).

    A sponsor is another person with another badge, welcome in the lab with their papers in order, of
    age, and holds the skill at the level that the lab asks of sponsors. Hours and the age of the
    roster are asked of the one who works. A sponsor stands beside so many at once and no more, and
    has checked in where the machine asks for it; with the link down nobody knows who has, and their
    tap here is presence enough. `minor`: the trainee is one (R4).
    """
    return _beside(rules, standing, rules.sponsor_from, trainee, trainee_badge, token, minor)


def host(
    rules: MachineRules,
    standing: Standing,
    guest: MemberId,
    guest_badge: Token,
    token: Token,
    *,
    minor: bool = False,
) -> Denied | None:
    """Why this badge may not stand for that guest here; None where it may.

    As a sponsor does, and pays, so they need enough left to start; but they need not be one who teaches:
    who may work here may show it.
    """
    refused = _beside(rules, standing, Level.AUTONOMOUS, guest, guest_badge, token, minor)
    return refused or ask.credit(rules, standing)


def company(
    rules: MachineRules,
    standing: Standing,
    user: MemberId,
    badge: Token,
    token: Token,
    *,
    minor: bool = False,
) -> Denied | None:
    """Why this badge is no company for who works here; None where it is (R4).

    Any other adult who is welcome, a guest too: they call for help, they do not work. So no paper and
    no skill is asked of them. `minor`: who works here is one, and a second adult is checked in.
    """
    refused = welcome(rules, standing) or ask.same(rules, standing, user, badge, token)
    if refused is not None:
        return refused
    if standing.minor:
        return Denied(Code.NEEDS_COMPANY, facts(rules, standing))
    return ask.not_in(rules, standing) or _second_adult(rules, standing, minor)


def _beside(
    rules: MachineRules,
    standing: Standing,
    least: Level,
    user: MemberId,
    badge: Token,
    token: Token,
    minor: bool,
) -> Denied | None:
    return (
        welcome(rules, standing)
        or ask.papers(rules, standing)
        or ask.held(rules, standing)
        or ask.same(rules, standing, user, badge, token)
        or _may_stand_by(rules, standing, least)
        or ask.not_in(rules, standing)
        or ask.full(rules, standing)
        or _second_adult(rules, standing, minor)
    )


def _may_stand_by(rules: MachineRules, standing: Standing, least: Level) -> Denied | None:
    able = standing.level >= max(least, Level.AUTONOMOUS)
    if able and not standing.minor and standing.status >= max(rules.sponsor_status, Status.TRAINEE):
        return None
    return Denied(Code.MAY_NOT_SPONSOR, facts(rules, standing))


def _second_adult(rules: MachineRules, standing: Standing, minor: bool) -> Denied | None:
    """The one who taps is the first; those who are checked in besides them are in their standing."""
    if not minor or rules.company is not Company.NEVER_ALONE or standing.adults_here:
        return None
    return Denied(Code.NEEDS_COMPANY, facts(rules, standing))


# --- doors and counters -----------------------------------------------------------------------


def door(rules: MachineRules, standing: Standing) -> Denied | None:
    """Why this door stays shut for this badge; None where it opens (R1).

    Who is autonomous in the lab has the keys: they come at any hour. The others come in the door's
    openings; a door that names none is for when the lab is staffed (`hours.of_door`), and for members.
    Levels play no part: a right on a machine is no key.
    """
    refused = welcome(rules, standing) or ask.papers(rules, standing)
    if refused is None and standing.status is Status.GUEST and not rules.openings:
        refused = Denied(Code.GUEST_ALONE, facts(rules, standing))
    if refused is None and standing.status < Status.AUTONOMOUS:
        refused = ask.hours(rules, standing)
    return refused or ask.stale(rules, standing)


def counter(rules: MachineRules, standing: Standing) -> Denied | None:
    """Why this badge may not check in here; None where it may. Whoever is checked in may check out.

    A guest checks in like everybody: who is in the building is worth knowing.
    """
    refused = welcome(rules, standing)
    leaves = standing.here and refused is not None
    return None if leaves and ask.badge(rules, standing) is None else refused


# --- going on ---------------------------------------------------------------------------------


def losses(standing: Standing, level: Level) -> tuple[Why, ...]:
    """All that a member who works here at `level` lost meanwhile: each has its own row in the table (law 10).

    What runs out by itself takes nothing from a session that runs, neither a right nor a paper nor
    the opening hours: the level at the start prices and carries the whole session. What somebody took
    is gone. Who may no more sponsor may still work here alone.
    """
    if standing.person is None:
        return (Why.BLOCKED,)
    works = level > Level.NONE
    left = standing.status is Status.LEFT or (standing.status is Status.GUEST and works)
    less = standing.level < min(level, Level.AUTONOMOUS) and standing.lapsed_ms is None
    gone = {
        Why.BLOCKED: standing.blocked_ms is not None,
        Why.SUSPENDED: standing.suspended_ms is not None or (standing.held_ms is not None and works),
        Why.REVOKED: left or less,
    }
    return tuple(why for why, is_gone in gone.items() if is_gone)


def company_lost(
    rules: MachineRules,
    user: Standing | None,
    sponsor: Standing | None,
    proved_ms: int,
    *,
    how: Start | None = None,
) -> bool:
    """Whether somebody who must be there for a session that runs is not there any more (R4).

    `sponsor`: whoever is tied to it by a tap (a sponsor, a host, another adult), None where nobody is;
    `proved_ms` (wall): their last tap here. They are gone when they checked out after it, or when
    somebody took from them what they stand by with. `how` it started; None is read from the user as
    they stand now. `user` None: they could not be looked up.

    A doubt cuts nothing: with the link down nobody knows who is checked in elsewhere, and only what
    is known of the one who is tied counts.
    """
    how = how or _how(user, sponsor)
    left = sponsor is not None and _gone(rules, sponsor, proved_ms, how)
    tied = None if left else sponsor
    site = user if user is not None and linked(user) else None
    return _no_helper(rules, how, site, tied, left) or _too_few(rules, site, tied, left)


def _how(user: Standing | None, sponsor: Standing | None) -> Start:
    if user is not None and user.status is Status.GUEST:
        return Start.HOSTED
    if user is not None and user.level < Level.AUTONOMOUS:
        return Start.SUPERVISED
    return Start.ALONE if sponsor is None else Start.COMPANY


_HELPED = frozenset({Start.ACCOMPANIED, Start.SUPERVISED, Start.HOSTED})  # by who may, not by any adult


def _gone(rules: MachineRules, tied: Standing, proved_ms: int, how: Start) -> bool:
    if not tied.here and tied.gone_ms is not None and tied.gone_ms > proved_ms:
        return True
    if how not in _HELPED:
        return bool(losses(tied, Level.NONE))
    least = Level.AUTONOMOUS if how is Start.HOSTED else max(rules.sponsor_from, Level.AUTONOMOUS)
    taken = tied.level < least and tied.lapsed_ms is None
    return taken or tied.status < rules.sponsor_status or bool(losses(tied, least))


def _no_helper(
    rules: MachineRules, how: Start, site: Standing | None, tied: Standing | None, left: bool
) -> bool:
    if how not in _HELPED or tied is not None:
        return False
    if rules.company is Company.ACCOMPANIED and how is not Start.HOSTED and site is not None:
        return not site.sponsors_here
    return left


def _too_few(rules: MachineRules, site: Standing | None, tied: Standing | None, left: bool) -> bool:
    if rules.company is not Company.NEVER_ALONE:
        return False
    if site is None:
        return left
    adults = set(site.adults_here)
    if tied is not None and tied.person is not None:
        adults.add(tied.person.member)
    return len(adults) < _others(site)
