"""Memberships: from when to when they are held, which of their periods begins when, and what it costs.

A plan goes on, period after period, until it is ended; each period is charged on its first day, by the price
list of that day. A period of a term that was begun costs the months that are left of it, whole ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import assert_never

from fabgate.charges import Sold, Sort
from fabgate.rules.days import day_before, months_on
from fabgate.tariff import Period, Plan, Tariff, Version

YEAR_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Begun:
    """A period of a plan that begins on `first`: `due_months` of its `months` are charged."""

    first: date
    due_months: int
    months: int


def offered(tariff: Tariff, sale: Sold, day: date) -> tuple[Version, Plan] | None:
    """The plan that was sold, as the price list of a day has it; one that has left the list stays as it was.

    The day is not before that of the sale. None where no price list ever had it.
    """
    then = _as_sold(tariff, sale)
    now = tariff.at(day)
    current = now.plans.get(sale.item) if now is not None else None
    if then is None or now is None or current is None or not _alike(then[1], current):
        return then
    return now, current


def _as_sold(tariff: Tariff, sale: Sold) -> tuple[Version, Plan] | None:
    """As the price list of its day had it, or, of what is older, the first one that has it."""
    at = tariff.at(sale.day)
    since = sale.day if at is None else at.since
    known = ((one, one.plans.get(sale.item)) for one in tariff.versions if one.since >= since)
    return next(((version, plan) for version, plan in known if plan is not None), None)


def _alike(one: Plan, other: Plan) -> bool:
    """Whether their periods are; else those that were begun would not fit the new ones."""
    return (one.period, one.months) == (other.period, other.months)


def held(tariff: Tariff, sold: Iterable[Sold], day: date) -> tuple[tuple[Sold, Plan], ...]:
    """The plans that are held on a day, in the order of the sales."""
    found = []
    for sale in sold:
        if sale.sort is Sort.PLAN and sale.day <= day and (sale.until is None or day <= sale.until):
            plan = offered(tariff, sale, day)
            if plan is not None:
                found.append((sale, plan[1]))
    return tuple(found)


def best(plans: Iterable[tuple[Sold, Plan]]) -> tuple[Decimal, str]:
    """What the best of some plans lets them pay of machine time, and its id."""
    factors = [(plan.factor, sale.item) for sale, plan in plans]
    return min(factors, key=lambda one: one[0], default=(Decimal(1), ""))


def category(plans: Iterable[tuple[Sold, Plan]], version: Version) -> str:
    """As which category their plans make them priced: of several, the one that pays least; "" for none."""
    named = [plan.category for _, plan in plans if plan.category]
    return min(named, key=lambda name: _factor(version, name), default="")


def _factor(version: Version, name: str) -> Decimal:
    found = version.categories.get(name)
    return Decimal(1) if found is None else found.factor


# --- periods ------------------------------------------------------------------------------------


def begun(plan: Plan, sale: Sold, first: date, after: date) -> Iterator[Begun]:
    """The periods of a sold plan that begin from `first` on, before `after`, in order.

    Whoever ends a plan early owes so many periods as the plan asks for at least.
    """
    for number, one in enumerate(_periods(plan, sale.day)):
        if one.first >= after or _over(plan, sale, one, number):
            return
        if one.first >= first:
            yield one


def _over(plan: Plan, sale: Sold, one: Begun, number: int) -> bool:
    return sale.until is not None and one.first > sale.until and number >= plan.least


def _periods(plan: Plan, day: date) -> Iterator[Begun]:
    months = max(plan.months, 1)
    match plan.period:
        case Period.ONCE:
            yield Begun(day, months, months)
        case Period.DATE:
            for number in range((date.max.year - day.year) * YEAR_MONTHS // months):
                yield Begun(months_on(day, number * months), months, months)
        case Period.MONTH | Period.TERM:
            yield from _calendar(plan, day, months)
        case _:
            assert_never(plan.period)


def _calendar(plan: Plan, day: date, months: int) -> Iterator[Begun]:
    """Periods of the calendar: a first one that was begun, then whole ones.

    Terms count from January on; a plan of so many months, from the month in which it was taken.
    """
    into = (day.month - 1) % months if plan.period is Period.TERM else 0
    due = months - into if plan.pro_rata else months
    yield Begun(day, due, months)
    first = months_on(day.replace(day=1), months - into)
    while first.year < date.max.year:
        yield Begun(first, months, months)
        first = months_on(first, months)


def last_day(plan: Plan, sale: Sold, day: date) -> date | None:
    """The last day of the period that runs on a day; None of a plan without an end."""
    if plan.period is Period.ONCE:
        return sale.until
    for one in _periods(plan, sale.day):
        if one.first > day:
            return day_before(one.first)
    return None
