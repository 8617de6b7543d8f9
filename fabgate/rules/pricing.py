"""What time on a machine costs: measured, billed, laid under the bands, rounded once.

`charging` makes the lines of a month with it, the display at a gate asks `so_far`. A price is turned into
whole numbers once (`sheet`): every amount is a count of one common fraction of a cent, so that nothing
is lost between the seconds and the one rounding at the end, and a closing builds no Decimal a session.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import assert_never

from fabgate.charges import Step
from fabgate.tariff import ANY, Coin, Item, Meter, Rounding, TimePrice, Version

ONE = Decimal(1)

FREE_TIME = "free time"
ZERO_PRICE = "price zero"
SHORT = "short"
IDLE = "idle"
UNSURE = "unsure"
ROUNDED = "rounded down"
UNDER_A_CENT = "under a cent"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A band in parts of a cent: from the end of the one before it to `upto_s` (None: no end).

    `parts` are for each second, or, of a `flat` one, for the whole stretch once any of it is reached.
    """

    after_s: int
    upto_s: int | None
    parts: int
    flat: bool
    price: str
    per_s: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A price times a factor in whole numbers: `unit` parts make a cent.

    `timed`: the time of it costs something. The steps are said as the price list says them.
    """

    unit: int
    stretches: tuple[Stretch, ...]
    minimum: int
    fee: int
    supervised: int
    timed: bool
    minimum_step: Step
    fee_step: Step
    supervised_step: Step

    @property
    def nothing(self) -> bool:
        """Whether it never comes to anything, whoever works."""
        return not self.costs(True)

    def costs(self, supervised: bool) -> bool:
        """Whether it can come to anything."""
        return self.timed or self.fee > 0 or (supervised and self.supervised > 0)


@dataclass(frozen=True, slots=True)
class Found:
    """The price that holds for somebody at a machine, and what they pay of it, for which reason.

    `key`: where the list has it, the machine's id or `*`; `category`: as which they are priced.
    """

    price: TimePrice
    key: str
    category: str
    factor: Decimal = ONE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """What some time costs: `cents`, the seconds that were billed, each step, and why it is nothing."""

    cents: int
    billed_s: int
    steps: tuple[Step, ...]
    reason: str = ""


# --- which price --------------------------------------------------------------------------------


def found(
    version: Version, machine: str, category: str, purpose: str, plan: tuple[Decimal, str] = (ONE, "")
) -> Found | None:
    """The price of a machine for a category and a purpose, and the smallest factor on it; None without one.

    A category that has no price of its own pays its factor of everybody's. `plan`: what the best plan that
    they hold lets them pay, and its id. Factors do not multiply each other: the smallest one counts.
    """
    meant = version.purposes.get(purpose)
    if meant is not None and meant.category:
        category = meant.category
    for key in (machine, ANY):
        prices = version.machines.get(key, {})
        price = prices.get(category) or prices.get("")
        if price is not None:
            group = version.categories.get(category)
            own = ONE if category in prices or group is None else group.factor
            factors = [(own, f"category {category}"), (plan[0], f"plan {plan[1]}")]
            if meant is not None:
                factors.insert(1, (meant.factor, f"purpose {purpose}"))
            least, reason = min(factors, key=lambda one: one[0])
            return Found(price, key, category, least, reason if least < ONE else "")
    return None


# --- how much time ------------------------------------------------------------------------------


def measured(price: TimePrice, sessions: Iterable[tuple[int, int | None]]) -> int:
    """The seconds that count of sessions, each with its powered and its busy seconds (None: nothing tells).

    The runs before and after the work count once, however often it was broken off, and nothing counts
    that was not powered.
    """
    if price.meter is Meter.POWERED:
        return sum(powered for powered, _ in sessions)
    whole = counted = worked = 0
    for powered, busy in sessions:
        whole += powered
        counted += powered if busy is None else min(busy, powered)
        worked += min(busy or 0, powered)
    if price.meter is Meter.BUSY_AND_RUNS and worked:
        counted += price.before_s + price.after_s
    return min(counted, whole)


def billed(price: TimePrice, seconds: int) -> int:
    """What is billed of seconds that are left after free time: at least the minimum, and rounded.

    Of nothing, nothing.
    """
    if seconds <= 0:
        return 0
    seconds, every = max(seconds, price.minimum_s), price.every_s
    match price.rounding:
        case Rounding.UP:
            return -(-seconds // every) * every
        case Rounding.DOWN:
            return seconds // every * every
        case Rounding.NEAREST:
            return (2 * seconds + every) // (2 * every) * every
        case _:
            assert_never(price.rounding)


# --- how much money -----------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def sheet(price: TimePrice, factor: Decimal = ONE, worth: Decimal = ONE) -> Sheet:
    """A price in whole numbers; `worth` is what one of its units is worth in the currency."""
    cents = Fraction(factor) * Fraction(worth) * 100
    rates = [Fraction(one.price) * cents * Fraction(1, one.per_s or 1) for one in price.bands]
    minimum, fee = Fraction(price.minimum) * cents, Fraction(price.start_fee) * cents
    surcharge = Fraction(price.supervised) * cents * Fraction(1, price.supervised_per_s)
    unit = lcm(*(one.denominator for one in (*rates, minimum, fee, surcharge)))
    return Sheet(
        unit,
        _stretches(price, [int(one * unit) for one in rates]),
        int(minimum * unit),
        int(fee * unit),
        int(surcharge * unit),
        any((*rates, minimum)),
        ("minimum", text(price.minimum)),
        ("fee", text(price.start_fee)),
        ("supervised", text(price.supervised), price.supervised_per_s),
    )


def _stretches(price: TimePrice, parts: list[int]) -> tuple[Stretch, ...]:
    made, after_s = [], 0
    for band, part in zip(price.bands, parts, strict=True):
        made.append(Stretch(after_s, band.upto_s, part, band.per_s == 0, text(band.price), band.per_s))
        after_s = after_s if band.upto_s is None else band.upto_s
    return tuple(made)


def text(price: Decimal) -> str:
    """A price as a step says it: `10`, `0.1`, without an exponent or idle zeros."""
    plain = f"{price:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def cost(sheet: Sheet, billed_s: int, covered_s: int, supervised: bool, steps: list[Step]) -> int:
    """What billed seconds cost, in cents; what was covered of them counts as their first part.

    Adds its steps. The bands, at least the minimum, the fee of the start, the surcharge of a trainee on all
    that was billed, and one rounding, half up. Nothing is due where nothing is billed.
    """
    if billed_s <= 0:
        return 0
    parts = _time(sheet, billed_s, covered_s, steps) if billed_s > covered_s else 0
    if sheet.fee:
        parts += sheet.fee
        steps.append(sheet.fee_step)
    if supervised and sheet.supervised:
        parts += sheet.supervised * billed_s
        steps.append((*sheet.supervised_step, billed_s))
    return (2 * parts + sheet.unit) // (2 * sheet.unit)


def _time(sheet: Sheet, billed_s: int, covered_s: int, steps: list[Step]) -> int:
    parts = 0
    for one in sheet.stretches:
        upto_s = billed_s if one.upto_s is None or one.upto_s > billed_s else one.upto_s
        here_s = upto_s - (covered_s if covered_s > one.after_s else one.after_s)
        if here_s > 0:
            parts += one.parts if one.flat else one.parts * here_s
            steps.append(("band", here_s, one.price, one.per_s))
    if parts < sheet.minimum:
        steps.append(sheet.minimum_step)
        return sheet.minimum
    return parts


def worth(price: TimePrice | Item, coin: Coin | None) -> Decimal:
    """What one unit of a price is worth in the currency: a coin of the lab's, or 1."""
    return coin.worth if price.coins and coin is not None else ONE


def priced(
    price: TimePrice,
    seconds: int,
    *,
    month_s: int = 0,
    covered_s: int = 0,
    supervised: bool = False,
    factor: Decimal = ONE,
    coin: Coin | None = None,
) -> Priced:
    """What measured seconds cost.

    `month_s`: what the free time of the month gives of them; `covered_s`: what of the billed ones is worked
    off already.
    """
    free_s = min(price.free_s, seconds)
    month_s = min(month_s, seconds - free_s)
    left_s = seconds - free_s - month_s
    steps: list[Step] = [step for step in (("free", free_s), ("free_month", month_s)) if step[1]]
    billed_s = billed(price, left_s)
    if billed_s != left_s:
        steps.append(("billed", billed_s, price.rounding.value, price.every_s, price.minimum_s))
    made = sheet(price, factor, worth(price, coin))
    cents = cost(made, billed_s, min(covered_s, billed_s), supervised, steps)
    free = FREE_TIME if seconds and not left_s else ROUNDED if left_s and not billed_s else ""
    return Priced(cents, billed_s, tuple(steps), free)


def so_far(
    version: Version,
    machine: str,
    category: str,
    purpose: str,
    supervised: bool,
    seconds: int,
    busy_s: int | None,
    *,
    coin: Coin | None = None,
    plans: Iterable[str] = (),
) -> int:
    """What a running session costs up to now, in cents, before contingents, packs and the wallet.

    A display shows it: it knows neither the sessions before, that count with this one, nor what is left of
    the free time of the month. 0 where the machine has no price.
    """
    named = [version.plans[name] for name in plans if name in version.plans]
    best = min((one.factor for one in named), default=ONE)
    held = found(version, machine, category, purpose, (best, ""))
    if held is None or (seconds < version.threshold_s and not busy_s):
        return 0
    took = measured(held.price, ((seconds, busy_s),))
    return priced(held.price, took, supervised=supervised, factor=held.factor, coin=coin).cents
