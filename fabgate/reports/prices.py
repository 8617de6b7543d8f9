"""A price list in plain words, for whoever has to explain it at the door, in each language.

The words are those of the board, `prices_*.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from fabgate.reports.arithmetic import length as _length
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
from fabgate.texts.board_words import BoardWords

_PER = {3600: "an_hour", 60: "a_minute", 1: "a_second", 0: "a_session"}
_CENT = Decimal("0.01")
_PERIODS = {Period.MONTH: "of_the_calendar", Period.TERM: "from_january", Period.DATE: "from_its_day"}
_ROUNDED = {Rounding.UP: "rounded_up", Rounding.DOWN: "rounded_down", Rounding.NEAREST: "rounded_nearest"}


@dataclass(frozen=True, slots=True)
class Told:
    """The words of one price list: its currency and its coins, in one language."""

    tariff: Tariff
    words: BoardWords = field(default_factory=lambda: BoardWords.of("en"))

    def say(self, key: str, **facts: object) -> str:
        return self.words.word(f"prices.{key}").format(**facts)

    def heading(self) -> Iterator[str]:
        """What holds for all versions."""
        yield self.say(f"regime_{self.tariff.regime.value}")
        for name, dated in self.tariff.rates.items():
            rates = (self.say("rate", percent=percent, day=day) for day, percent in dated)
            yield self.say("vat", name=name, rates=self.say("then").join(rates))
        if self.tariff.coin is not None:
            worth = self.money(self.tariff.coin.worth)
            yield self.say("coin", name=self.tariff.coin.name, worth=worth)

    def version(self, version: Version) -> Iterator[tuple[str, list[str]]]:
        """Every part of a version: its heading and its lines."""
        for part, lines in (
            ("everybody", self._everybody(version)),
            ("machines", self._timed(version.machines)),
            ("people", self._timed(version.people)),
            ("days", (_line(name, one.title, self.day(one)) for name, one in version.passes.items())),
            ("plans", (_line(name, one.title, self.plan(one)) for name, one in version.plans.items())),
            ("packs", (_line(name, one.title, self.pack(one)) for name, one in version.packs.items())),
            ("items", self._items(version.items)),
            ("categories", self._categories(version)),
            ("purposes", self._purposes(version)),
        ):
            yield self.say(part), list(lines)

    def _everybody(self, version: Version) -> Iterator[str]:
        if version.gap_s:
            yield self.say("gap", length=_length(version.gap_s))
        if version.threshold_s:
            yield self.say("threshold", length=_length(version.threshold_s))
        if version.minimum_balance is not None:
            yield self.say("wallet_needed", amount=self.money(version.minimum_balance))

    def _timed(self, prices: Mapping[str, Mapping[str, TimePrice]]) -> Iterator[str]:
        for name, by_category in prices.items():
            for category, price in by_category.items():
                which = self.say("any_other") if name == ANY else name
                yield f"{self._whose(which, category)}: {self.time(price)}"

    def _items(self, items: Mapping[str, Mapping[str, Item]]) -> Iterator[str]:
        for name, by_category in items.items():
            for category, one in by_category.items():
                yield f"{self._whose(_titled(name, one.title), category)}: {self.item(one)}"

    def _categories(self, version: Version) -> Iterator[str]:
        for name, one in version.categories.items():
            yield _line(name, one.title, self.category(one))

    def _purposes(self, version: Version) -> Iterator[str]:
        for name, one in version.purposes.items():
            yield _line(name, one.title, self.purpose(one))

    def _whose(self, name: str, category: str) -> str:
        return self.say("for_category", name=name, category=category) if category else name

    # --- one thing

    def time(self, price: TimePrice) -> str:
        """What a length of time costs, in one sentence without its end."""
        bands = self._bands(price) + self._vat(price.basis, not _costs(price))
        return ", ".join((bands, *self._meter(price), *self._conditions(price)))

    def _bands(self, price: TimePrice) -> str:
        if not any(band.price for band in price.bands):
            return self.say("free")
        said = []
        for band in price.bands:
            rate = self.say("free")
            if band.price:
                rate = f"{self.money(band.price, price.coins)} {self.per(band.per_s)}"
            upto = band.upto_s
            said.append(rate if upto is None else self.say("up_to", rate=rate, length=_length(upto)))
        return self.say("then").join(said)

    def _meter(self, price: TimePrice) -> Iterator[str]:
        match price.meter:
            case Meter.POWERED:
                return
            case Meter.BUSY:
                yield self.say("busy")
            case Meter.BUSY_AND_RUNS:
                yield self.say("busy_and_runs", before=_length(price.before_s), after=_length(price.after_s))
            case _:
                assert_never(price.meter)

    def _conditions(self, price: TimePrice) -> Iterator[str]:
        if price.free_s:
            yield self.say("first_free", length=_length(price.free_s))
        if price.free_month_s:
            yield self.say("month_free", length=_length(price.free_month_s))
        if price.minimum_s:
            yield self.say("at_least", much=_length(price.minimum_s))
        if price.every_s > 1:
            yield self.say(_ROUNDED[price.rounding], step=_length(price.every_s))
        if price.minimum:
            yield self.say("at_least", much=self.money(price.minimum, price.coins))
        if price.start_fee:
            yield self.say("to_start", amount=self.money(price.start_fee, price.coins))
        if price.supervised:
            besides = f"{self.money(price.supervised, price.coins)} {self.per(price.supervised_per_s)}"
            yield self.say("supervised", rate=besides)

    def item(self, one: Item) -> str:
        said = self.say("open") if one.open else self.money(one.price, one.coins)
        said += self.say("per_unit", unit=one.unit) if one.unit and not one.open else ""
        said += (
            self.say("at_most", amount=self.money(one.at_most, one.coins)) if one.at_most is not None else ""
        )
        return said + self._vat(one.basis)

    def day(self, one: DayPass) -> str:
        said = self.money(one.price) + self._vat(one.basis)
        if one.automatic:
            but = (*one.plans, *one.categories)
            said += self.say("owed_but", who=self._and(but)) if but else self.say("owed")
        if ANY in one.machines:
            return said + self.say("all_in_it")
        return said + self.say("in_it", machines=self._and(one.machines)) if one.machines else said

    def plan(self, one: Plan) -> str:
        said = [f"{self.money(one.price)} {self._period(one)}{self._vat(one.basis)}"]
        if one.period in (Period.MONTH, Period.TERM) and one.months > 1 and one.pro_rata:
            said.append(self.say("pro_rata"))
        if one.least > 1:
            said.append(self.say("least", number=one.least))
        for machine, seconds in one.contingent.items():
            which = self.say("any_machine") if machine == ANY else machine
            said.append(self.say("contingent", length=_length(seconds), machine=which))
        if one.factor != 1:
            said.append(self.say("pays_time", percent=percent(one.factor)))
        if one.category:
            said.append(self.say("priced_as", category=one.category))
        return ", ".join(said)

    def _period(self, one: Plan) -> str:
        if one.period is Period.ONCE:
            return self.say("once")
        known = {1: "a_month", 12: "a_year"}
        months = self.say(known.get(one.months, "for_months"), number=one.months)
        return self.say(_PERIODS[one.period], months=months)

    def pack(self, one: Pack) -> str:
        said = self.say("pack", much=self._amount(one), price=self.money(one.price))
        said += self._vat(one.basis)
        said += self.say("on_machines", machines=self._and(one.machines)) if one.machines else ""
        if not one.valid_months:
            return said
        key = "good_for_one" if one.valid_months == 1 else "good_for"
        return said + self.say(key, number=one.valid_months)

    def _amount(self, one: Pack) -> str:
        match one.unit:
            case Unit.TIME:
                return _length(one.amount)
            case Unit.DAYS:
                return self.say("one_day" if one.amount == 1 else "so_many_days", number=one.amount)
            case Unit.CREDIT:
                return self.money(Decimal(one.amount).scaleb(-2))
            case _:
                assert_never(one.unit)

    def category(self, one: Category) -> str:
        said = self.say("own_prices") if one.factor == 1 else self.say("pays", percent=percent(one.factor))
        if one.minimum_balance is None:
            return said
        return said + self.say("starts_with", amount=self.money(one.minimum_balance))

    def purpose(self, one: Purpose) -> str:
        if one.category:
            return self.say("priced_as", category=one.category)
        if one.factor == 1:
            return self.say("as_whoever_works")
        return self.say("of_the_list", percent=percent(one.factor))

    # --- amounts

    def money(self, amount: Decimal, coins: bool = False) -> str:
        """An amount as people read it, with all its decimals: `12.50 EUR`, `0.105 EUR`, `6 coins`."""
        if coins and self.tariff.coin is not None:
            return f"{amount:f} {self.tariff.coin.name}{'' if amount == 1 else 's'}"
        cents = amount.quantize(_CENT)
        return f"{cents if cents == amount else amount.normalize():f} {self.tariff.currency}"

    def per(self, seconds: int) -> str:
        known = _PER.get(seconds)
        return self.say(known) if known is not None else self.say("for_each", length=_length(seconds))

    def _vat(self, basis: Basis, nothing: bool = False) -> str:
        """Only said where it is not what members expect: a price without its VAT."""
        without = self.tariff.regime is Regime.TAXABLE and basis is Basis.WITHOUT_VAT and not nothing
        return self.say("without_vat") if without else ""

    def _and(self, names: tuple[str, ...]) -> str:
        *most, last = names
        return self.say("list_and", most=", ".join(most), last=last) if most else last


def percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}"


def _costs(price: TimePrice) -> bool:
    return any((*(band.price for band in price.bands), price.start_fee, price.minimum, price.supervised))


def _titled(name: str, title: str) -> str:
    return title if title == name else f"{title} ({name})"


def _line(name: str, title: str, said: str) -> str:
    return f"{_titled(name, title)}: {said}"
