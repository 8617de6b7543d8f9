"""A gate that only looks on (`mode = "audit"`): it refuses nobody by policy, and records what it would have.

Policy is what the lab wrote: rights, papers, hours, company, upkeep, and whose badge it is. What keeps
anybody from starting whatever the lab wrote holds all the same: a lockout, a fault, ink (law 1).
"""

from __future__ import annotations

from collections.abc import Mapping

from fabgate.model import Code, Denied, Level, MachineRules, MemberId, Person, Standing, Token
from fabgate.rules import policy
from fabgate.rules.policy import Start
from fabgate.rules.states import Session

NOBODY = Person(MemberId(""), "")
"""Who works with a badge that nobody owns."""

_HELP: Mapping[Start, Code] = {
    Start.SUPERVISED: Code.NEEDS_SPONSOR,
    Start.COMPANY: Code.NEEDS_COMPANY,
    Start.HOSTED: Code.GUEST_ALONE,
}


def start(rules: MachineRules, standing: Standing) -> Start | Denied:
    """How this badge may start the machine, or why not, and for whose tap it would have waited (R2)."""
    verdict = policy.start(rules, standing)
    if isinstance(verdict, Denied) or verdict not in _HELP:
        return verdict
    return Denied(_HELP[verdict], policy.facts(rules, standing))


def session(rules: MachineRules, standing: Standing, token: Token) -> Session:
    """The session of whoever taps at a free machine: it starts at once, whatever there is against it.

    A guest has no level of their own, here either.
    """
    verdict = start(rules, standing)
    if not isinstance(verdict, Denied):
        return Session(standing.person or NOBODY, token, standing.level, verdict, standing)
    level = standing.level if verdict.code is not Code.GUEST_ALONE else Level.NONE
    return Session(standing.person or NOBODY, token, level, standing=standing, would=verdict.code)
