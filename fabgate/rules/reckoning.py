"""What the lines of one payer and month are made from, and how each is worked off and finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from fabgate.charges import ADVANCE, Charge, Payer, Sold, Sort, Step
from fabgate.model import MemberId
from fabgate.rules import plans
from fabgate.rules.days import Days
from fabgate.rules.pools import WALLET, Given, Pools
from fabgate.rules.pricing import ONE, Found, Sheet, found, sheet, text, worth
from fabgate.tariff import Basis, Plan, Tariff, Unit, Version

NOTHING = "0"
_WITH_VAT = Basis.WITH_VAT.value
_NO_PLAN = (ONE, "")
_NEVER = (Sort.TOPUP, Sort.PACK)  # never paid from a pack or the wallet


@dataclass(slots=True)
class Line:
    """A line before anything of money is worked off; its facts are those of a `Charge`.

    `day`: on which packs are asked whether they still count. `machine`: for which machine they must be good,
    "" for none.
    """

    sort: Sort
    item: str
    at_s: int
    day: date
    list_cents: int
    version: str
    records: tuple[str, ...]
    sessions: tuple[str, ...] = ()
    member: MemberId | None = None
    started_s: int = 0
    seconds: int = 0
    busy_s: int | None = None
    billed_s: int = 0
    quantity: str = ""
    purpose: str = ""
    category: str = ""
    machine: str = ""
    pack_cents: int = 0
    taken: dict[str, int] = field(default_factory=dict)
    basis: str = _WITH_VAT
    vat: str = ""
    vat_paid: bool = False
    reason: str = ""
    steps: list[Step] = field(default_factory=list)

    def give(self, word: str, given: Given) -> None:
        """Lays what packs gave on the line; `word` begins its steps."""
        self.taken.update(given.taken)
        self.steps.extend((word, pool, part) for pool, part in given.taken.items())
        self.pack_cents += given.pack_cents
        self.vat_paid |= given.vat_paid


class Reckoning:
    """A payer, what they hold, and what is left of it; used for one month and thrown away."""

    def __init__(
        self,
        tariff: Tariff,
        days: Days,
        payer: Payer,
        sold: Iterable[Sold],
        taken: Mapping[str, int],
    ) -> None:
        self.tariff = tariff
        self.days = days
        self.payer = payer
        self.sold = sorted(sold, key=_sale)
        self.pools = Pools(tariff, self.sold, taken)
        self.passes: dict[date, list[str]] = {}
        for one in self.sold:
            if one.sort is Sort.DAY:
                self.passes.setdefault(one.day, []).append(one.item)
        self._has_plans = any(one.sort is Sort.PLAN for one in self.sold)
        self._plans: dict[date, tuple[tuple[Sold, Plan], ...]] = {}
        self._percents: dict[tuple[str, date], str] = {}
        self._found: dict[tuple[str, ...], tuple[Found, Sheet] | None] = {}

    def plans(self, day: date) -> tuple[tuple[Sold, Plan], ...]:
        """The plans that the payer holds on a day."""
        if not self._has_plans:
            return ()
        if day not in self._plans:
            self._plans[day] = plans.held(self.tariff, self.sold, day)
        return self._plans[day]

    def category(self, version: Version, day: date, at_s: int) -> str:
        """As what they are priced then: what a plan makes them, else what they were put into."""
        named = plans.category(self.plans(day), version) if self._has_plans else ""
        if named or not self.payer.categories:
            return named
        return next((name for since, name in reversed(self.payer.categories) if since <= at_s), "")

    def price(
        self, version: Version, machine: str, category: str, purpose: str, day: date
    ) -> tuple[Found, Sheet] | None:
        """The price at a machine, and the same in whole numbers; None where the list has none."""
        best = plans.best(self.plans(day)) if self._has_plans else _NO_PLAN
        key = (version.id, machine, category, purpose, best[1])
        if key not in self._found:
            one = found(version, machine, category, purpose, best)
            self._found[key] = None if one is None else (one, self._sheet(one))
        return self._found[key]

    def _sheet(self, one: Found) -> Sheet:
        return sheet(one.price, one.factor, worth(one.price, self.tariff.coin))

    def percent(self, vat: str, day: date) -> str:
        """The VAT of a code on a day, as a decimal text."""
        key = (vat, day)
        known = self._percents.get(key)
        if known is None:
            known = self._percents[key] = text(self.tariff.percent(vat, day))
        return known

    def finished(self, line: Line) -> Charge:
        """The charge of a line: with its VAT, and what credit and the wallet pay of it."""
        percent = NOTHING if line.basis == ADVANCE else self.percent(line.vat, self.days.of(line.at_s))
        credit, wallet = self._paid(line, percent)
        return Charge(
            payer=self.payer.member,
            sort=line.sort,
            item=line.item,
            at_s=line.at_s,
            cents=line.list_cents - credit - wallet,
            list_cents=line.list_cents,
            version=line.version,
            records=line.records,
            sessions=line.sessions,
            member=line.member,
            started_s=line.started_s,
            seconds=line.seconds,
            busy_s=line.busy_s,
            billed_s=line.billed_s,
            quantity=line.quantity,
            purpose=line.purpose,
            category=line.category,
            wallet_cents=wallet,
            pack_cents=line.pack_cents,
            taken=line.taken,
            basis=line.basis,
            vat=line.vat,
            percent=percent,
            vat_paid=line.vat_paid,
            reason=line.reason,
            steps=tuple(line.steps),
        )

    def _paid(self, line: Line, percent: str) -> tuple[int, int]:
        """What credit and the wallet pay of a line.

        Only prices with their VAT in them, and such as bear none, are paid from what was paid in before:
        what a company owes without VAT goes to its invoice. No top-up and no pack is paid by another.
        """
        due = line.list_cents
        if due <= 0 or line.sort in _NEVER or (line.basis != _WITH_VAT and percent != NOTHING):
            return 0, 0
        credit = 0
        if self.pools.has_packs:
            given = self.pools.packs(Unit.CREDIT, line.day, line.machine, line.vat, due)
            line.give("credit", given)
            credit = given.amount
        wallet = self.pools.wallet(self.days.of(line.at_s), due - credit, self.payer.prepaid)
        if wallet:
            line.taken[WALLET] = wallet
        return credit, wallet


def _sale(one: Sold) -> tuple[date, str]:
    return one.day, one.record
