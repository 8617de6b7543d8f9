"""What a session costs so far, for those who work: by the price list of its start, beyond what is covered.

It is no bill: what was before it and counts with it, and what else is worked off, the books know.
"""

from __future__ import annotations

from fabgate.model import Fact, Fare, Level, MachineRules, Taximeter
from fabgate.rules import credit, money, start_record
from fabgate.rules.policy import Start
from fabgate.rules.states import MAINTENANCE, Condition, Run, Session


def taximeter(
    rules: MachineRules, condition: Condition, run: Run, ended_ms: int | None = None
) -> Taximeter | None:
    """How the session that runs here, or ended just now, is priced; None where it costs nothing.

    To price it is left to whoever shows it: an end waits for no arithmetic (law 2).
    """
    session = run.session
    fare = _fare(session)
    if fare is None:
        return None
    return Taximeter(
        rules.machine,
        fare,
        start_record.purpose(session),
        _supervised(session),
        opened_ms=run.opened.boot_ms,
        busy_ms=run.busy_ms if condition.busy is None else run.busy_ms or 0,
        busy_since_ms=max(condition.since_ms, run.opened.boot_ms) if condition.busy else None,
        ended_ms=ended_ms,
    )


def cost(taxi: Taximeter, now_ms: int) -> str | None:
    """What it costs so far, or cost, as people read money; None while that is nothing."""
    now_ms = now_ms if taxi.ended_ms is None else taxi.ended_ms
    busy_ms = taxi.busy_ms
    if taxi.busy_since_ms is not None:
        busy_ms = (busy_ms or 0) + max(0, now_ms - taxi.busy_since_ms)
    worked = (max(0, now_ms - taxi.opened_ms) // 1000, None if busy_ms is None else busy_ms // 1000)
    cents = credit.cost(taxi.fare, taxi.machine, taxi.purpose, [worked], supervised=taxi.supervised)
    return money.shown(cents, taxi.fare.tariff.currency) if cents else None


def balance(session: Session) -> dict[str, Fact]:
    """The fact `balance` where whoever works pays by themselves, and needed some to start; of others it is
    nobody's business."""
    standing = session.standing
    has, fare = standing.credit, _fare(session)
    own = standing.payer is None and fare is standing.fare
    if not own or fare is None or has is None or has.least_cents is None:
        return {}
    return {"balance": money.shown(has.balance_cents, fare.tariff.currency)}


def _fare(session: Session) -> Fare | None:
    """As whoever pays is priced; None where nothing is charged: maintenance, and a gate that looks on."""
    if session.purpose == MAINTENANCE or session.would:
        return None
    return start_record.paying(session).fare


def _supervised(session: Session) -> bool:
    return session.level is Level.TRAINEE and session.sponsor is not None and session.how is not Start.COMPANY
