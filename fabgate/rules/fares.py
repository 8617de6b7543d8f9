"""What a session costs so far, for those who work: by the price list of its start, beyond what is covered.

It is no bill: what was before it and counts with it, and what else is worked off, the books know.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.model import Fact, Fare, Level, MachineId, MachineRules, Standing
from fabgate.rules import credit, money, start_record
from fabgate.rules.policy import Start
from fabgate.rules.states import MAINTENANCE, Condition, Run, Session


@dataclass(frozen=True, slots=True)
class Taximeter:
    """A session that runs, and how to price it at any moment: all `..._ms` in CLOCK_BOOTTIME of this boot.

    `busy_ms` it had worked by `busy_since_ms`, since when it works; None there: it does not, or nothing
    tells.
    """

    machine: MachineId
    fare: Fare
    purpose: str
    supervised: bool
    opened_ms: int
    busy_ms: int | None = None
    busy_since_ms: int | None = None

    def shows(self, now_ms: int) -> str | None:
        """The cost so far as people read money; None while there is none."""
        busy_ms = self.busy_ms
        if self.busy_since_ms is not None:
            busy_ms = (busy_ms or 0) + max(0, now_ms - self.busy_since_ms)
        return _shown(
            self.fare, self.machine, self.purpose, self.supervised, now_ms - self.opened_ms, busy_ms
        )


def taximeter(rules: MachineRules, condition: Condition, run: Run) -> Taximeter | None:
    """How the session that runs here is priced; None where it costs nothing."""
    session = run.session
    fare = _fare(session)
    if fare is None:
        return None
    since_ms = max(condition.since_ms, run.opened.boot_ms) if condition.busy else None
    told = (run.busy_ms or 0) if condition.busy is not None else run.busy_ms
    opened_ms = run.opened.boot_ms
    purpose = start_record.purpose(session)
    return Taximeter(rules.machine, fare, purpose, _supervised(session), opened_ms, told, since_ms)


def ended(rules: MachineRules, session: Session, length_ms: int, busy_ms: int | None) -> dict[str, Fact]:
    """The fact `cost` of a session that is over; none where it costs nothing."""
    fare = _fare(session)
    if fare is None:
        return {}
    purpose, supervised = start_record.purpose(session), _supervised(session)
    text = _shown(fare, rules.machine, purpose, supervised, length_ms, busy_ms)
    return {} if text is None else {"cost": text}


def balance(standing: Standing) -> dict[str, Fact]:
    """The fact `balance` of somebody who needs some to start."""
    has, fare = standing.credit, standing.fare
    if has is None or has.least_cents is None or fare is None:
        return {}
    return {"balance": money.shown(has.balance_cents, fare.tariff.currency)}


def _fare(session: Session) -> Fare | None:
    """As whoever pays is priced; None where nothing is charged: maintenance, and a gate that looks on."""
    if session.purpose == MAINTENANCE or session.would:
        return None
    return start_record.paying(session).fare


def _supervised(session: Session) -> bool:
    return session.level is Level.TRAINEE and session.sponsor is not None and session.how is not Start.COMPANY


def _shown(
    fare: Fare, machine: MachineId, purpose: str, supervised: bool, length_ms: int, busy_ms: int | None
) -> str | None:
    seconds, busy_s = max(0, length_ms) // 1000, None if busy_ms is None else busy_ms // 1000
    cents = credit.cost(fare, machine, purpose, [(seconds, busy_s)], supervised=supervised)
    return money.shown(cents, fare.tariff.currency) if cents else None
