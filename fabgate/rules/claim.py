"""Somebody else needs a machine that stands idle in a session of another: two taps end it (takeover).

It is the one exception to "a stranger can't end a session". It never starts their own: they tap again.
"""

from __future__ import annotations

from dataclasses import replace

from fabgate.events import Looked
from fabgate.model import Denied, Fact, MachineRules, Moment, Notice, Standing, Token, Why
from fabgate.rules import endings, policy
from fabgate.rules.ahead import idle_since
from fabgate.rules.readings import Step, run_of, tell, with_run
from fabgate.rules.states import MAINTENANCE, Claim, Condition, Ending, Open, State

AT_ONCE = frozenset({policy.Start.ALONE, policy.Start.ACCOMPANIED, policy.Start.WORKSHOP})


def may(rules: MachineRules, state: Open | Ending, standing: Standing, at: Moment) -> bool:
    """Whether this badge may end the session here: nobody's while the machine works.

    Where it has done nothing for `takeover_ms`, whoever could start here at once may. A fab manager may
    also where nothing tells what it does. Nobody's tap ends maintenance.
    """
    if state.run.session.purpose == MAINTENANCE or state.condition.busy:
        return False
    if standing.manages and policy.welcome(rules, standing) is None:
        return True
    idle_ms = _idle_ms(state, at)
    if rules.takeover_ms is None or idle_ms is None or idle_ms < rules.takeover_ms:
        return False
    return _well(state.condition) and _starts(rules, standing)


def asked(state: Open | Ending, token: Token, at: Moment) -> bool:
    """Whether this badge was asked whether it means to, and may still say yes."""
    claim = state.run.claim
    return claim is not None and claim.badge == token and at.boot_ms < claim.until_ms


def answers_nothing(state: State, event: Looked) -> bool:
    """Whether this is a tap from before the question, whose lookup took long."""
    run = run_of(state)
    claim = None if run is None else run.claim
    return claim is not None and claim.badge == event.token and event.tapped.boot_ms < claim.asked_ms


def ask(rules: MachineRules, state: State, standing: Standing, token: Token, at: Moment) -> Step:
    """Is this what they mean? Their second tap says so."""
    assert isinstance(state, Open | Ending)
    idle_ms = _idle_ms(state, at)
    facts: dict[str, Fact] = {} if idle_ms is None else {"taken_ms": idle_ms}
    wait_s = rules.confirm_ms // 1000
    told = tell(rules, Notice.ASK_CLAIM, standing.person, wait_s=wait_s, **facts)
    assert standing.person is not None, "nobody claims with a badge that nobody owns"
    claim = Claim(token, at.boot_ms, at.boot_ms + rules.confirm_ms, standing.person.member)
    return with_run(state, replace(state.run, claim=claim)), (told,)


def end(rules: MachineRules, state: State, at: Moment) -> Step:
    """The second tap: the turn of whoever worked here is over, and the journal says who ended it."""
    run = run_of(state)
    assert run is not None and run.claim is not None, "nobody was asked"
    return endings.stop(rules, state, Why.TAKEOVER, at, by=run.claim.member)


def _idle_ms(state: Open | Ending, at: Moment) -> int | None:
    since_ms = idle_since(state.condition, state.run)
    return None if since_ms is None else at.boot_ms - since_ms


def _well(condition: Condition) -> bool:
    return condition.lock is None and not condition.troubles


def _starts(rules: MachineRules, standing: Standing) -> bool:
    verdict = policy.start(rules, standing)
    return not isinstance(verdict, Denied) and verdict in AT_ONCE
