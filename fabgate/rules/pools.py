"""What a payer works off before anything is invoiced: contingents, packs, the wallet.

Always in this order: what a plan holds for the month, which does not roll over, then packs, those that expire
first before all others, then the wallet. A pool says what it gave by its id, so that whatever closed months
took of it is known by adding up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fabgate.charges import Charge, Pool, Sold, Sort
from fabgate.rules import money
from fabgate.rules.days import months_on
from fabgate.tariff import ANY, Pack, Plan, Regime, Tariff, Unit, Voucher

WALLET = "wallet"
_FOREVER = date.max
_NAMES = {Unit.TIME: "seconds", Unit.DAYS: "days", Unit.CREDIT: "cents"}


@dataclass(frozen=True, slots=True)
class Held:
    """A pack that was sold: how much was in it, what was paid for it, and its last day."""

    id: str
    pack: Pack
    day: date
    amount: int
    cents: int
    until: date

    @property
    def vat_paid(self) -> bool:
        return self.pack.voucher is Voucher.SINGLE

    def good(self, day: date, machine: str) -> bool:
        """Whether it counts on a day, the last one too, for a machine ("": for no machine)."""
        named = self.pack.machines
        return self.day <= day <= self.until and (not named or machine in named)


@dataclass(slots=True)
class Given:
    """What pools gave: how much each, what was once paid for it, and whether its VAT was paid by then."""

    amount: int
    taken: dict[str, int]
    pack_cents: int = 0
    vat_paid: bool = False


class Pools:
    """The pools of a payer while a month is reckoned; what is taken here is gone for the lines after."""

    def __init__(self, tariff: Tariff, sold: Sequence[Sold], taken: Mapping[str, int]) -> None:
        self._taken = dict(taken)
        self._packs = sorted(_packs(tariff, sold), key=lambda one: (one.until, one.day, one.id))
        self.has_packs = bool(self._packs)
        self._taxable = tariff.regime is Regime.TAXABLE
        self._topups = sorted((one.day, one.cents or 0) for one in sold if one.sort is Sort.TOPUP)

    def taken(self, id: str) -> int:  # noqa: A002 - as `Pool` calls it
        return self._taken.get(id, 0)

    def take(self, id: str, amount: int) -> None:  # noqa: A002
        self._taken[id] = self._taken.get(id, 0) + amount

    def free(self, id: str, of_s: int, seconds: int) -> int:  # noqa: A002
        """The seconds that the free time of a month gives, of the `of_s` that are in it."""
        return self._some(id, of_s, seconds)

    def contingent(self, plans: Iterable[tuple[Sold, Plan]], machine: str, month: str, seconds: int) -> Given:
        """What the plans that are held give of some seconds on a machine, from a month's contingent."""
        given = Given(0, {})
        for sale, plan in plans:
            for key, amount in _contingent(plan, machine):
                _add(given, *self._part(f"plan:{sale.record}:{month}:{key}", amount, seconds - given.amount))
        return given

    def packs(self, unit: Unit, day: date, machine: str, vat: str, amount: int) -> Given:
        """What packs of a unit give of an amount; one whose VAT was paid is good for its own rate only."""
        given = Given(0, {})
        for one in self._packs:
            if one.pack.unit is not unit or amount <= given.amount or not one.good(day, machine):
                continue
            if one.vat_paid and self._taxable and one.pack.vat != vat:
                continue
            before = self.taken(one.id)
            part = self._some(one.id, one.amount, amount - given.amount)
            if part:
                _add(given, one.id, part)
                given.vat_paid |= one.vat_paid
                given.pack_cents += 0 if one.vat_paid else _paid(one, before, before + part)
        return given

    def wallet(self, day: date, cents: int, below_zero: bool) -> int:
        """What the wallet pays of some cents on a day; all of it where it may go below zero."""
        if not below_zero and not self._topups:
            return 0
        part = cents if below_zero else min(cents, max(self.balance(day), 0))
        if part:
            self.take(WALLET, part)
        return part

    def balance(self, day: date) -> int:
        """What was paid in up to a day, less all that was taken."""
        return sum(cents for since, cents in self._topups if since <= day) - self.taken(WALLET)

    def left(self, day: date) -> Iterator[Pool]:
        """The packs that still hold something on a day, the first to expire first, and the wallet."""
        for one in self._packs:
            rest = one.amount - self.taken(one.id)
            if rest > 0 and one.day <= day <= one.until:
                until = None if one.until == _FOREVER else one.until
                yield Pool(one.id, rest, _NAMES[one.pack.unit], one.pack.machines, until, one.vat_paid)
        if self._topups or self.taken(WALLET):
            yield Pool(WALLET, self.balance(day), _NAMES[Unit.CREDIT])

    def _part(self, id: str, of: int, wanted: int) -> tuple[str, int]:  # noqa: A002
        return id, self._some(id, of, wanted)

    def _some(self, id: str, of: int, wanted: int) -> int:  # noqa: A002
        part = min(wanted, of - self.taken(id))
        if part <= 0:
            return 0
        self.take(id, part)
        return part


def _add(given: Given, id: str, part: int) -> None:  # noqa: A002
    if part:
        given.amount += part
        given.taken[id] = given.taken.get(id, 0) + part


def _contingent(plan: Plan, machine: str) -> Iterator[tuple[str, int]]:
    """The entry of a plan that is for a machine: its own, or the one for all that have none."""
    key = machine if machine in plan.contingent else ANY
    if key in plan.contingent:
        yield key, plan.contingent[key]


def after(taken: Mapping[str, int], lines: Iterable[Charge]) -> dict[str, int]:
    """What is taken of each pool once some lines have taken theirs, or given it back."""
    found = dict(taken)
    for line in lines:
        for pool, amount in line.taken.items():
            found[pool] = found.get(pool, 0) + amount
    return found


def contingents(
    pools: Pools, plans: Iterable[tuple[Sold, Plan]], month: str, month_end: date
) -> Iterator[Pool]:
    """What is left of the contingents of a month; it counts until that month's last day."""
    for sale, plan in plans:
        for key, amount in plan.contingent.items():
            pool = f"plan:{sale.record}:{month}:{key}"
            left = amount - pools.taken(pool)
            if left > 0:
                until = month_end if sale.until is None else min(month_end, sale.until)
                yield Pool(pool, left, _NAMES[Unit.TIME], () if key == ANY else (key,), until)


# --- packs --------------------------------------------------------------------------------------


def _packs(tariff: Tariff, sold: Iterable[Sold]) -> Iterator[Held]:
    """The packs of the sales; each is what the price list of its day says of it, for good.

    What is older than the first price list is as that one has it.
    """
    for sale in sold:
        if sale.sort is not Sort.PACK or not tariff.versions:
            continue
        pack = (tariff.at(sale.day) or tariff.versions[0]).packs.get(sale.item)
        if pack is not None:
            yield Held(
                f"pack:{sale.record}", pack, sale.day, held(pack, sale), price(pack, sale), until(pack, sale)
            )


def held(pack: Pack, sale: Sold) -> int:
    """How much is in what was sold: of two packs, twice as much."""
    return int(pack.amount * Decimal(sale.quantity))


def price(pack: Pack, sale: Sold) -> int:
    """What was paid for it, in cents."""
    return money.cents(pack.price * Decimal(sale.quantity)) if sale.cents is None else sale.cents


def until(pack: Pack, sale: Sold) -> date:
    """Its last day, which still counts: the same day so many months later."""
    return months_on(sale.day, pack.valid_months) if pack.valid_months else _FOREVER


def _paid(pack: Held, before: int, after: int) -> int:
    """What was paid for the part of a pack from `before` to `after`: its whole gives exactly its price."""
    return _share(pack, after) - _share(pack, before)


def _share(pack: Held, amount: int) -> int:
    return (2 * pack.cents * amount + pack.amount) // (2 * pack.amount) if pack.amount else 0
