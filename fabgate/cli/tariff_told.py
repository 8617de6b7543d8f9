"""A price list in plain words, for whoever has to explain it at the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from fabgate.cli.rules_told import count, length
from fabgate.tariff import (
    ANY,
    Basis,
    Category,
    DayPass,
    Item,
    Meter,
    Pack,
    Period,
    Plan,
    Purpose,
    Regime,
    Rounding,
    Tariff,
    TimePrice,
    Unit,
    Version,
)

_PER = {3600: "an hour", 60: "a minute", 1: "a second", 0: "a session"}
_CENT = Decimal("0.01")
_REGIMES = {
    Regime.TAXABLE: "The lab is taxable. Prices have their VAT in them, but for those that say without.",
    Regime.FRANCHISE_BE: "No VAT: the Belgian scheme of small enterprises.",
    Regime.NOT_TAXABLE_FR: "No VAT: a French association that is not taxable.",
    Regime.EXEMPT: "No price bears VAT.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """The words of one price list: its currency and its coins."""

    tariff: Tariff

    def heading(self) -> Iterator[str]:
        """What holds for all versions."""
        yield _REGIMES[self.tariff.regime]
        for name, dated in self.tariff.rates.items():
            yield f"VAT {name}: {', then '.join(f'{percent} % from {day}' for day, percent in dated)}."
        if self.tariff.coin is not None:
            yield f"A {self.tariff.coin.name} is worth {self.money(self.tariff.coin.worth)}."

    def version(self, version: Version) -> Iterator[tuple[str, list[str]]]:
        """Every part of a version: its heading and its lines."""
        yield "Everybody", list(self._everybody(version))
        yield "Machines", list(self._timed(version.machines))
        yield "Somebody's time", list(self._timed(version.people))
        yield "Days", [f"{_titled(name, one.title)}: {self.day(one)}" for name, one in version.passes.items()]
        yield (
            "Plans",
            [f"{_titled(name, one.title)}: {self.plan(one)}" for name, one in version.plans.items()],
        )
        yield (
            "Packs",
            [f"{_titled(name, one.title)}: {self.pack(one)}" for name, one in version.packs.items()],
        )
        yield "Material and fees", list(self._items(version.items))
        yield (
            "Categories",
            [f"{_titled(name, one.title)}: {self.category(one)}" for name, one in version.categories.items()],
        )
        yield (
            "Purposes",
            [f"{_titled(name, one.title)}: {_purpose(one)}" for name, one in version.purposes.items()],
        )

    def _everybody(self, version: Version) -> Iterator[str]:
        if version.gap_s:
            yield f"Sessions on one machine with a pause of at most {_length(version.gap_s)} count as one."
        if version.threshold_s:
            yield f"A start of less than {_length(version.threshold_s)} in which nothing was done is free."
        if version.minimum_balance is not None:
            yield f"To start, a wallet must hold {self.money(version.minimum_balance)}."

    def _timed(self, prices: Mapping[str, Mapping[str, TimePrice]]) -> Iterator[str]:
        for name, by_category in prices.items():
            for category, price in by_category.items():
                yield f"{_whose('any other' if name == ANY else name, category)}: {self.time(price)}"

    def _items(self, items: Mapping[str, Mapping[str, Item]]) -> Iterator[str]:
        for name, by_category in items.items():
            for category, one in by_category.items():
                yield f"{_whose(_titled(name, one.title), category)}: {self.item(one)}"

    # --- one thing

    def time(self, price: TimePrice) -> str:
        """What a length of time costs, in one sentence without its end."""
        bands = self._bands(price) + self._vat(price.basis, not _costs(price))
        return ", ".join((bands, *_meter(price), *self._conditions(price)))

    def _bands(self, price: TimePrice) -> str:
        if not any(band.price for band in price.bands):
            return "free"
        said = []
        for band in price.bands:
            rate = f"{self.money(band.price, price.coins)} {per(band.per_s)}" if band.price else "free"
            said.append(rate if band.upto_s is None else f"{rate} up to {_length(band.upto_s)}")
        return ", then ".join(said)

    def _conditions(self, price: TimePrice) -> Iterator[str]:
        if price.free_s:
            yield f"the first {_length(price.free_s)} free"
        if price.free_month_s:
            yield f"{_length(price.free_month_s)} a month free"
        if price.minimum_s:
            yield f"at least {_length(price.minimum_s)}"
        if price.every_s > 1:
            yield _rounded(price.rounding, _length(price.every_s))
        if price.minimum:
            yield f"at least {self.money(price.minimum, price.coins)}"
        if price.start_fee:
            yield f"and {self.money(price.start_fee, price.coins)} to start"
        if price.supervised:
            besides = f"{self.money(price.supervised, price.coins)} {per(price.supervised_per_s)}"
            yield f"a trainee with a sponsor {besides} besides"

    def item(self, one: Item) -> str:
        said = "said when it is charged" if one.open else self.money(one.price, one.coins)
        said += f" per {one.unit}" if one.unit and not one.open else ""
        said += f", at most {self.money(one.at_most, one.coins)}" if one.at_most is not None else ""
        return said + self._vat(one.basis)

    def day(self, one: DayPass) -> str:
        said = self.money(one.price) + self._vat(one.basis)
        if one.automatic:
            but = (*one.plans, *one.categories)
            said += f", owed by whoever works on a day{f', but for {_and(but)}' if but else ''}"
        if ANY in one.machines:
            return f"{said}; all machines are in it"
        return f"{said}; in it: {_and(one.machines)}" if one.machines else said

    def plan(self, one: Plan) -> str:
        said = [f"{self.money(one.price)} {_period(one)}{self._vat(one.basis)}"]
        if one.period in (Period.MONTH, Period.TERM) and one.months > 1 and one.pro_rata:
            said.append("less the months before it was taken")
        if one.least > 1:
            said.append(f"taken for {one.least} of them at least")
        said += [
            f"{_length(seconds)} a month of {'any machine' if machine == ANY else machine} in it"
            for machine, seconds in one.contingent.items()
        ]
        if one.factor != 1:
            said.append(f"pays {percent(one.factor)} of machine time")
        if one.category:
            said.append(f"priced as {one.category}")
        return ", ".join(said)

    def pack(self, one: Pack) -> str:
        said = f"{self._amount(one)} for {self.money(one.price)}{self._vat(one.basis)}"
        said += f", on {_and(one.machines)}" if one.machines else ""
        return said + (f", good for {count(one.valid_months, 'month')}" if one.valid_months else "")

    def category(self, one: Category) -> str:
        said = "their own prices, or everybody's" if one.factor == 1 else f"pays {percent(one.factor)}"
        if one.minimum_balance is None:
            return said
        return f"{said}; starts with {self.money(one.minimum_balance)} on the wallet"

    def _amount(self, one: Pack) -> str:
        match one.unit:
            case Unit.TIME:
                return _length(one.amount)
            case Unit.DAYS:
                return count(one.amount, "day")
            case Unit.CREDIT:
                return self.money(Decimal(one.amount).scaleb(-2))
            case _:
                assert_never(one.unit)

    def money(self, amount: Decimal, coins: bool = False) -> str:
        """An amount as people read it, with all its decimals: `12.50 EUR`, `0.105 EUR`, `6 coins`."""
        if coins and self.tariff.coin is not None:
            return f"{amount:f} {self.tariff.coin.name}{'' if amount == 1 else 's'}"
        cents = amount.quantize(_CENT)
        return f"{cents if cents == amount else amount.normalize():f} {self.tariff.currency}"

    def _vat(self, basis: Basis, nothing: bool = False) -> str:
        """Only said where it is not what members expect: a price without its VAT."""
        without = self.tariff.regime is Regime.TAXABLE and basis is Basis.WITHOUT_VAT and not nothing
        return " without VAT" if without else ""


def per(seconds: int) -> str:
    return _PER.get(seconds) or f"for each {_length(seconds)}"


def percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


def _length(seconds: int) -> str:
    return length(seconds * 1000)


def _rounded(rounding: Rounding, step: str) -> str:
    match rounding:
        case Rounding.UP:
            return f"each started {step} is a whole one"
        case Rounding.DOWN:
            return f"only whole {step}"
        case Rounding.NEAREST:
            return f"to the nearest {step}"
        case _:
            assert_never(rounding)


def _meter(price: TimePrice) -> Iterator[str]:
    match price.meter:
        case Meter.POWERED:
            return
        case Meter.BUSY:
            yield "while it works"
        case Meter.BUSY_AND_RUNS:
            yield f"while it works, and {_length(price.before_s)} before and {_length(price.after_s)} after"
        case _:
            assert_never(price.meter)


def _period(one: Plan) -> str:
    months = "a month" if one.months == 1 else "a year" if one.months == 12 else f"for {one.months} months"
    match one.period:
        case Period.MONTH:
            return f"{months} of the calendar"
        case Period.TERM:
            return f"{months}, counted from January"
        case Period.DATE:
            return f"{months} from its day"
        case Period.ONCE:
            return "once"
        case _:
            assert_never(one.period)


def _purpose(one: Purpose) -> str:
    if one.category:
        return f"priced as {one.category}"
    return "as whoever works pays" if one.factor == 1 else f"{percent(one.factor)} of the list price"


def _costs(price: TimePrice) -> bool:
    return any((*(band.price for band in price.bands), price.start_fee, price.minimum, price.supervised))


def _titled(name: str, title: str) -> str:
    return title if title == name else f"{title} ({name})"


def _whose(name: str, category: str) -> str:
    return f"{name}, for {category}" if category else name


def _and(names: tuple[str, ...]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
