"""A lab's price list as frozen values: versions with their dates, what each thing costs, to whom.

`config/` reads it from the file that the treasurer writes; a lab without one charges nothing. Prices
are Decimals in the lab's currency, money that somebody owes is int cents, lengths are whole seconds (the
ledger cuts a length to seconds once). A version is in force from its first day, in the lab's zone, and the
one in force at the start of a session prices it (law 5).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

NOTHING = Decimal(0)
HOUR_S = 3_600
ANY = "*"
"""In the place of a machine's id: every machine that has no price of its own."""


class Meter(enum.StrEnum):
    """What of a session is measured."""

    POWERED = "powered"  # from power on to power off
    BUSY = "busy"  # while it works; a machine that cannot tell is measured by its power
    BUSY_AND_RUNS = "busy+runs"  # the work, and a length before and after it


class Rounding(enum.StrEnum):
    """To which whole number of increments a length is rounded."""

    UP = "up"
    DOWN = "down"
    NEAREST = "nearest"  # half an increment is a whole one


class Basis(enum.StrEnum):
    """Whether a price has the VAT in it. One basis for each price, never both."""

    WITH_VAT = "with_vat"
    WITHOUT_VAT = "without_vat"


class Regime(enum.StrEnum):
    """How the lab stands to VAT; decides the mention on a statement and whether lines bear VAT."""

    TAXABLE = "taxable"
    FRANCHISE_BE = "franchise_be"
    NOT_TAXABLE_FR = "not_taxable_fr"
    EXEMPT = "exempt"


class Voucher(enum.StrEnum):
    """When VAT is due on what is paid in advance (Directive (EU) 2016/1065)."""

    SINGLE = "single"  # good for one rate: at the sale, and no more at the use
    MULTI = "multi"  # at the use


class Unit(enum.StrEnum):
    """What a pack is counted in."""

    TIME = "time"  # seconds of machines
    DAYS = "days"  # day passes
    CREDIT = "credit"  # money's worth, in cents of list price


class Period(enum.StrEnum):
    """How a membership is counted."""

    MONTH = "month"  # calendar months
    TERM = "term"  # so many calendar months from January on: a quadrimestre has 4, a year 12
    DATE = "date"  # so many months from the day on which it was taken
    ONCE = "once"  # without an end


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a session and what it costs: up to `upto_s` of it, None for all the rest.

    `price` is for each `per_s` seconds, or, where `per_s` is 0, for the whole stretch once any of it
    is reached.
    """

    price: Decimal
    per_s: int = HOUR_S
    upto_s: int | None = None


@dataclass(frozen=True, slots=True)
class TimePrice:
    """What time costs: on a machine, or somebody's.

    Read in this order: measured seconds, less `free_s` of each session and `free_month_s` of each payer
    and month, at least `minimum_s`, rounded to `every_s`, by the `bands`, at least `minimum`, and
    `start_fee` besides. `supervised` is added for each `supervised_per_s` of a trainee under a
    sponsor. `before_s`, `after_s`: the runs that `busy+runs` counts. `coins`: prices are in the lab's own
    unit (`Tariff.coin`). `vat` names a rate.
    """

    bands: tuple[Band, ...]
    meter: Meter = Meter.POWERED
    before_s: int = 0
    after_s: int = 0
    start_fee: Decimal = NOTHING
    every_s: int = 1
    rounding: Rounding = Rounding.UP
    minimum_s: int = 0
    minimum: Decimal = NOTHING
    free_s: int = 0
    free_month_s: int = 0
    supervised: Decimal = NOTHING
    supervised_per_s: int = HOUR_S
    basis: Basis = Basis.WITH_VAT
    vat: str = ""
    coins: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is sold by the piece or the gram: a consumable, a fee. `at_most` caps one charge.

    `open`: the price is said when it is charged (a damage), and is not more than `at_most`.
    """

    title: str
    price: Decimal
    unit: str = ""
    at_most: Decimal | None = None
    open: bool = False
    basis: Basis = Basis.WITH_VAT
    vat: str = ""
    coins: bool = False


@dataclass(frozen=True, slots=True)
class DayPass:
    """A day at the lab, whole, in and out at will.

    `automatic`: somebody who works on a day, holds none of `plans` and is of none of `categories` owes it
    once for that day. It is no discount on machine time: that is charged besides, unless `machines` names it
    (or `*`) as in the day's price.
    """

    title: str
    price: Decimal
    automatic: bool = False
    plans: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    basis: Basis = Basis.WITH_VAT
    vat: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A membership or subscription: what it costs for a period, and what is in it.

    A period that was begun is charged for the months that are left of it, rounded up to whole months
    (`pro_rata`), or whole. `least`: so many periods at least. `category` is the holder's while they
    hold it; `contingent`: seconds of each calendar month by machine (or `*`), which do not roll over;
    `factor`: what they pay of the list price of machine time.
    """

    title: str
    price: Decimal
    period: Period = Period.MONTH
    months: int = 1
    pro_rata: bool = True
    least: int = 1
    category: str = ""
    contingent: Mapping[str, int] = field(default_factory=dict)
    factor: Decimal = Decimal(1)
    basis: Basis = Basis.WITH_VAT
    vat: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """Something paid in advance: `amount` of `unit` (seconds, days, or cents of credit) for `price`.

    Good for `valid_months` from the day of its sale, 0 without an end, on `machines` (none named: all).
    """

    title: str
    price: Decimal
    unit: Unit
    amount: int
    machines: tuple[str, ...] = ()
    valid_months: int = 0
    voucher: Voucher = Voucher.MULTI
    basis: Basis = Basis.WITH_VAT
    vat: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A group of payers: what they pay of the list price, and what they must have to start."""

    title: str
    factor: Decimal = Decimal(1)
    minimum_balance: Decimal | None = None  # prepaid: they start with at least this on their wallet


@dataclass(frozen=True, slots=True)
class Purpose:
    """What somebody works for: what is paid of the list price, or as which category it is priced."""

    title: str
    factor: Decimal = Decimal(1)
    category: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """A whole price list, from a day on (the lab's zone) until the next one's.

    `machines`: by machine id or `*`, then by category; "" is everybody else's. `items` by id, then by
    category; so are `people` (the time of a person, sold at the desk). `gap_s`: sessions of one payer on one
    machine that lie nearer count as one. `threshold_s`: a start that is shorter and never worked costs
    nothing.
    """

    id: str
    since: date
    machines: Mapping[str, Mapping[str, TimePrice]] = field(default_factory=dict)
    items: Mapping[str, Mapping[str, Item]] = field(default_factory=dict)
    people: Mapping[str, Mapping[str, TimePrice]] = field(default_factory=dict)
    passes: Mapping[str, DayPass] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    packs: Mapping[str, Pack] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    gap_s: int = 600
    threshold_s: int = 0
    minimum_balance: Decimal | None = None  # as of a category that says nothing


@dataclass(frozen=True, slots=True)
class Coin:
    """The lab's own unit of credit: its name and what one is worth in the currency."""

    name: str
    worth: Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """All versions, oldest first, without a gap between them, and what holds for all.

    `rates`: for each VAT code its percents by the day from which they hold, oldest first. `text` is the
    file, `digest` tells two apart. A lab without a price list has no versions.
    """

    versions: tuple[Version, ...] = ()
    currency: str = "EUR"
    regime: Regime = Regime.EXEMPT
    rates: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)
    coin: Coin | None = None
    digest: str = ""
    text: str = ""

    def at(self, day: date) -> Version | None:
        """The version in force on a day; None before the first."""
        return next((one for one in reversed(self.versions) if one.since <= day), None)

    def named(self, version: str) -> Version | None:
        return next((one for one in self.versions if one.id == version), None)

    def percent(self, vat: str, day: date) -> Decimal:
        """The VAT on that day under a code, as a percentage; 0 where the lab charges none."""
        if self.regime is not Regime.TAXABLE:
            return NOTHING
        dated = self.rates.get(vat, ())
        return next((percent for since, percent in reversed(dated) if since <= day), NOTHING)
