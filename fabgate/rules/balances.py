"""How a payer stands, in the words of an `AccountState`; and when that is worth telling to all gates.

The set of rights never shrinks, so a state is told seldom: a gate takes its own use off by itself, and what
is used elsewhere matters when little is left. A comfortable balance is told when half of it is gone, then a
quarter, and each week; of a payer with nothing left, whenever anything moves. What nobody has to know of is
not in it: the free time of a month, and packs of days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from fabgate.charges import Payer, Pool, Sold, Worked
from fabgate.rules import charging, credit, plans
from fabgate.rules.credit import BETWEEN, Account
from fabgate.rules.days import month_of
from fabgate.rules.month import Month
from fabgate.rules.payers import StateStands
from fabgate.tariff import ANY, Tariff

WEEK_MS = 7 * 86_400_000
MOST_MS = 4 * WEEK_MS  # then a gate need not look further back in its journal than that
_CONTINGENT, _FREE = "plan:", "free:"


@dataclass(frozen=True, slots=True)
class Balance:
    """What a payer has on a day, and the least they start with; texts as in `AccountState`."""

    cents: int
    plans: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    least_cents: int | None = None

    @property
    def is_nothing(self) -> bool:
        return not (self.cents or self.plans or self.left)


def balance(
    tariff: Tariff, zone: ZoneInfo, payer: Payer, sold: Sequence[Sold], taken: Mapping[str, int], day: date
) -> Balance:
    """What is left to a payer on a day, once closed months and open ones took `taken` of their pools."""
    pools = charging.left(tariff, zone, payer, sold, taken, day)
    held = plans.held(tariff, sold, day)
    cents = sum(one.left for one in pools if one.unit == "cents" and not one.machines)
    names = tuple(f"{sale.item}:{sale.until.isoformat() if sale.until else ''}" for sale, _ in held)
    left = [_remainder(one, day) for one in pools if _is_told(one)]
    if any(plan.contingent for _, plan in held):
        left.append(credit.remainder(ANY, month_of(day), 0, money=False))  # of this month, all is told
    return Balance(cents, names, tuple(left), _least_cents(tariff, payer, names, day))


def _is_told(pool: Pool) -> bool:
    time = pool.unit == "seconds" and not pool.id.startswith(_FREE)
    return time or (pool.unit == "cents" and bool(pool.machines))


def _remainder(pool: Pool, day: date) -> str:
    month = month_of(day) if pool.id.startswith(_CONTINGENT) else ""
    machines = BETWEEN.join(pool.machines) or ANY
    return credit.remainder(machines, month, pool.left, money=pool.unit == "cents")


def _least_cents(tariff: Tariff, payer: Payer, names: tuple[str, ...], day: date) -> int | None:
    version = tariff.at(day)
    if version is None:
        return None
    own = payer.categories[-1][1] if payer.categories else ""
    account = Account(own, payer.organisation, payer.prepaid, plans=names)
    return credit.least_cents(version, credit.category(version, account, day), account)


def took(
    tariff: Tariff,
    zone: ZoneInfo,
    payer: Payer,
    worked: Iterable[Worked],
    sold: Sequence[Sold],
    taken: Mapping[str, int],
    months: Iterable[Month],
) -> dict[str, int]:
    """What months that are still open take of a payer's pools, one after the other, as a closing would."""
    left, gone = list(worked), dict[str, int]()
    for month in months:
        both = {pool: taken.get(pool, 0) + gone.get(pool, 0) for pool in {*taken, *gone}}
        lines = charging.charges(tariff, zone, payer, left, sold, both, month)
        for line in lines:
            for pool, amount in line.taken.items():
                gone[pool] = gone.get(pool, 0) + amount
        done = {session for line in lines for session in line.sessions}
        left = [one for one in left if one.session not in done]
    return gone


# --- when it is told ------------------------------------------------------------------------------


def due(last: StateStands | None, now: Balance, now_ms: int) -> bool:
    """Whether a state is worth telling: see above. More than was told is told at once."""
    if last is None:
        return not now.is_nothing
    age_ms = now_ms - last.as_of_ms
    if age_ms >= MOST_MS:
        return True
    was = Balance(last.balance_cents, last.plans, last.left)
    if (was.cents, was.plans, was.left) == (now.cents, now.plans, now.left):
        return False
    return now.cents > was.cents or now.plans != was.plans or age_ms >= WEEK_MS or _far(was, now)


def _far(was: Balance, now: Balance) -> bool:
    """Whether half of what could still be used is gone, or any of it that a gate would not see."""
    least = now.least_cents or 0
    before, after = _amounts(was.left), _amounts(now.left)
    spent = now.cents < was.cents and now.cents - least <= (was.cents - least) // 2
    return spent or before.keys() != after.keys() or any(after[one] * 2 <= before[one] for one in after)


def _amounts(left: Iterable[str]) -> dict[str, int]:
    pairs = (one.rpartition(":") for one in left)
    found: dict[str, int] = {}
    for what, _, amount in pairs:
        number = amount.removesuffix("c")
        found[what] = found.get(what, 0) + (int(number) if number.isdecimal() else 0)
    return found


# --- what open months took ------------------------------------------------------------------------


def written(gone: Mapping[str, int]) -> tuple[str, ...]:
    """What open months took, as a state keeps it for the books."""
    return tuple(f"{pool}={amount}" for pool, amount in sorted(gone.items()) if amount)


def read(texts: Iterable[str]) -> dict[str, int]:
    """The same, read back."""
    pairs = (one.rpartition("=") for one in texts)
    return {pool: int(amount) for pool, _, amount in pairs if amount.removeprefix("-").isdecimal()}
