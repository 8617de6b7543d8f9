"""What a payer has left to start with, as a gate can know it: the books' last word, less its own use since.

It decides whether somebody may start, and never what they owe: that is for `charging.py`, where everything
is known. So it is plain where that is fine, and never below the truth for long: the free time of
a month, and a day's pass, it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from fabgate.model import Credit, Fare
from fabgate.rules import money, pricing
from fabgate.tariff import ANY, Tariff, Version

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_S = 253_370_764_799  # the end of 9998: beyond it Python has no dates
_QUARTER_S = 900  # every zone's hours differ from UTC by whole quarters
_CENTS = "c"
BETWEEN = "+"  # two machines


@dataclass(frozen=True, slots=True)
class Account:
    """A payer as a gate knows them: what they are, and their last `AccountState`, whose texts these are."""

    category: str = ""
    organisation: bool = False
    prepaid: bool = False
    balance_cents: int = 0
    plans: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Used:
    """A session at this gate that was not in the payer's state yet; of one that runs, what it was so far."""

    machine: str
    purpose: str
    supervised: bool
    started_s: int
    ended_s: int
    seconds: int
    busy_s: int | None


@dataclass(slots=True)
class Remainder:
    """Something left to work off, as the state has it: `amount` seconds, or cents where `money`."""

    machine: str
    month: str
    amount: int
    money: bool

    def take(self, machine: str, month: str, wanted: int, *, money: bool) -> int:
        """As much of what is wanted as it is good for, which it then has no more."""
        here = self.machine == ANY or machine in self.machine.split(BETWEEN)
        fits = here and self.month in ("", month) and self.money is money
        took = min(wanted, self.amount) if fits else 0
        self.amount -= took
        return took


def tells(tariff: Tariff) -> bool:
    """Whether payers here have anything that a gate should know: a minimum to start, plans, packs."""
    return asks(tariff) or any(one.plans or one.packs for one in tariff.versions)


def asks(tariff: Tariff) -> bool:
    """Whether anybody here needs a minimum to start."""
    return any(
        one.minimum_balance is not None
        or any(group.minimum_balance is not None for group in one.categories.values())
        for one in tariff.versions
    )


def day_of(at_s: int, zone: tzinfo) -> date:
    """The calendar day of a second (UTC) in the lab's zone."""
    return _day(zone, at_s // _QUARTER_S)


@lru_cache(maxsize=4096)
def _day(zone: tzinfo, quarter: int) -> date:
    at_s = min(max(quarter * _QUARTER_S, 0), _LAST_S)
    return (_EPOCH + timedelta(seconds=at_s)).astimezone(zone).date()


def plain(tariff: Tariff, zone: tzinfo, category: str, now_s: int) -> Fare | None:
    """How a session of somebody is priced who has nothing, where nothing is asked of them."""
    version = tariff.at(day_of(now_s, zone))
    return None if version is None else Fare(tariff, version, category)


def held(
    tariff: Tariff, zone: tzinfo, payer: Account, machine: str, purpose: str, used: Iterable[Used], now_s: int
) -> tuple[Fare, Credit | None] | None:
    """How a session that begins now is priced, and what its payer has; None where no price list holds yet.

    No credit is told where the lab asks nobody for any.
    """
    today = day_of(now_s, zone)
    version = tariff.at(today)
    if version is None:
        return None
    plans = _plans(payer, today)
    left = [one for one in map(_remainder, payer.left) if one is not None]
    left = _contingents(version, plans, f"{today:%Y-%m}", left) + left
    spent_cents = _spent(tariff, zone, payer, used, left)
    named = category(version, payer, today)
    covered_s = sum(one.take(machine, f"{today:%Y-%m}", one.amount, money=False) for one in left)
    fare = Fare(tariff, version, named, plans, covered_s)
    if not asks(tariff):
        return fare, None
    credit_cents = sum(one.take(machine, f"{today:%Y-%m}", one.amount, money=True) for one in left)
    wallet_cents = payer.balance_cents - spent_cents
    if not payer.prepaid:  # what the wallet does not hold is invoiced
        wallet_cents = max(wallet_cents, min(payer.balance_cents, 0))
    balance_cents = wallet_cents + credit_cents
    free = covered_s > 0 or _costs_nothing(fare, machine, purpose)
    return fare, Credit(balance_cents, None if free else least_cents(version, named, payer))


def cost(
    fare: Fare,
    machine: str,
    purpose: str,
    sessions: Sequence[tuple[int, int | None]],
    *,
    supervised: bool,
) -> int:
    """What sessions that count as one cost in cents, each with its powered and busy seconds: beyond what is
    covered, before credit and wallet."""
    version = fare.version
    price = pricing.found(version, machine, fare.category, purpose, _best(version, fare.plans))
    worked = any(busy for _, busy in sessions)
    if price is None or (sum(powered for powered, _ in sessions) < version.threshold_s and not worked):
        return 0
    return pricing.priced(
        price.price,
        pricing.measured(price.price, sessions),
        covered_s=fare.covered_s,
        supervised=supervised,
        factor=price.factor,
        coin=fare.tariff.coin,
    ).cents


# --- what they have -------------------------------------------------------------------------------


def _plans(payer: Account, day: date) -> tuple[str, ...]:
    """The plans of the state that they hold on a day."""
    told = (one.rpartition(":") for one in payer.plans)
    return tuple(plan for plan, _, until in told if not until or until >= day.isoformat())


def category(version: Version, payer: Account, day: date) -> str:
    """As which category they are priced on a day: a plan's, of several the one that pays least, before their
    own."""
    held = (version.plans[plan].category for plan in _plans(payer, day) if plan in version.plans)
    return min(filter(None, held), key=lambda name: _factor(version, name), default=payer.category)


def _factor(version: Version, name: str) -> Decimal:
    group = version.categories.get(name)
    return Decimal(1) if group is None else group.factor


def _best(version: Version, plans: Iterable[str]) -> tuple[Decimal, str]:
    factors = ((version.plans[plan].factor, plan) for plan in plans if plan in version.plans)
    return min(factors, default=(Decimal(1), ""))


def _contingents(
    version: Version, plans: Iterable[str], month: str, left: Sequence[Remainder]
) -> list[Remainder]:
    """The contingents of a month that began since the state was told, whole; else it says what is left."""
    if any(one.month == month for one in left):
        return []
    held = (version.plans[plan].contingent for plan in plans if plan in version.plans)
    return [Remainder(machine, month, amount, money=False) for one in held for machine, amount in one.items()]


def _remainder(text: str) -> Remainder | None:
    """`laser:2026-11:3600`, `*::500c`; None for what a version to come may write."""
    machine, _, rest = text.partition(":")
    month, _, amount = rest.partition(":")
    number = amount.removesuffix(_CENTS)
    return Remainder(machine, month, int(number), amount.endswith(_CENTS)) if number.isdecimal() else None


def remainder(machine: str, month: str, amount: int, *, money: bool) -> str:
    """The text of a remainder, as a state has it."""
    return f"{machine}:{month}:{amount}{_CENTS if money else ''}"


def least_cents(version: Version, category: str, payer: Account) -> int | None:
    """What they start with at least: their category's word, else the lab's, which asks nothing of an
    organisation that is invoiced."""
    group = version.categories.get(category)
    if group is not None and group.minimum_balance is not None:
        return money.cents(group.minimum_balance)
    if version.minimum_balance is None or (payer.organisation and not payer.prepaid):
        return None
    return money.cents(version.minimum_balance)


def _costs_nothing(fare: Fare, machine: str, purpose: str) -> bool:
    price = pricing.found(fare.version, machine, fare.category, purpose, _best(fare.version, fare.plans))
    if price is None or not price.factor:
        return True
    one = price.price
    return not any((*(band.price for band in one.bands), one.minimum, one.start_fee))


# --- what this gate knows of since ------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """Sessions of one kind that lie near each other count as one, as on the bill."""

    first: Used
    ended_s: int
    sessions: list[tuple[int, int | None]] = field(default_factory=list)


def _spent(tariff: Tariff, zone: tzinfo, payer: Account, used: Iterable[Used], left: list[Remainder]) -> int:
    """What their use since comes to in cents, once all was worked off that could be, which is gone then."""
    return sum(_of_group(tariff, zone, payer, group, left) for group in _groups(tariff, zone, used))


def _groups(tariff: Tariff, zone: tzinfo, used: Iterable[Used]) -> Iterable[_Group]:
    found: dict[tuple[str, str, bool], _Group] = {}
    done: list[_Group] = []
    for one in sorted(used, key=lambda one: one.started_s):
        kind = (one.machine, one.purpose, one.supervised)
        version = tariff.at(day_of(one.started_s, zone))
        near = found.get(kind)
        if near is None or version is None or one.started_s - near.ended_s > version.gap_s:
            found[kind] = near = _Group(one, one.ended_s)
            done.append(near)
        near.sessions.append((one.seconds, one.busy_s))
        near.ended_s = max(near.ended_s, one.ended_s)
    return done


def _of_group(tariff: Tariff, zone: tzinfo, payer: Account, group: _Group, left: list[Remainder]) -> int:
    first = group.first
    day = day_of(first.started_s, zone)
    version = tariff.at(day)
    if version is None:
        return 0
    plans = _plans(payer, day)
    named = category(version, payer, day)
    price = pricing.found(version, first.machine, named, first.purpose, _best(version, plans))
    if price is None:
        return 0
    took_s = pricing.measured(price.price, group.sessions)
    billed_s = pricing.billed(price.price, max(took_s - price.price.free_s, 0))
    month = f"{day:%Y-%m}"
    covered_s = _take(left, first.machine, month, billed_s, money=False)
    fare = Fare(tariff, version, named, plans, covered_s)
    cents = cost(fare, first.machine, first.purpose, group.sessions, supervised=first.supervised)
    return cents - _take(left, first.machine, month, cents, money=True)


def _take(left: Iterable[Remainder], machine: str, month: str, wanted: int, *, money: bool) -> int:
    took = 0
    for one in left:
        took += one.take(machine, month, wanted - took, money=money)
    return took
