"""The lines of what was sold at the desk, and of the periods of memberships that begin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import assert_never

from fabgate.charges import ADVANCE, Charge, Sold, Sort
from fabgate.rules import money, plans, pools, pricing
from fabgate.rules.days import month_of
from fabgate.rules.plans import Begun
from fabgate.rules.pricing import text
from fabgate.rules.reckoning import Line, Reckoning
from fabgate.rules.reversals import HOLDS
from fabgate.tariff import HOUR_S, Item, Tariff, TimePrice, Version, Voucher


@dataclass(frozen=True, slots=True)
class Due:
    """A sale that is charged on `day`, or a period of a sold plan that begins then."""

    sale: Sold
    day: date
    begun: Begun | None = None


def due(run: Reckoning, first: date, after: date) -> Iterator[Due]:
    """What of the payer's sales is charged from `first` on and before `after`."""
    for sale in run.sold:
        if sale.sort is Sort.PLAN:
            yield from _periods(run.tariff, sale, first, after)
        elif first <= sale.day < after:
            yield Due(sale, sale.day)


def _periods(tariff: Tariff, sale: Sold, first: date, after: date) -> Iterator[Due]:
    known = plans.offered(tariff, sale, sale.day)
    if known is None:
        if first <= sale.day < after:
            yield Due(sale, sale.day)
        return
    for begun in plans.begun(known[1], sale, first, after):
        yield Due(sale, begun.first, begun)


def charged(run: Reckoning, one: Due) -> Charge:
    """The line of a sale. What the price list does not know costs nothing, and has no reason for it."""
    sale, version = one.sale, run.tariff.at(one.day)
    line = Line(
        sale.sort,
        sale.item,
        run.days.noon(one.day),
        one.day,
        0,
        version.id if version is not None else "",
        (sale.record,),
        quantity=sale.quantity,
    )
    if _fill(run, line, one, version) and not line.list_cents:
        line.reason = line.reason or _nothing(line)
    return run.finished(line)


def _nothing(line: Line) -> str:
    """Why a price that the list knows came to nothing."""
    prices = [step[1] for step in line.steps if step[0] == "price"]
    prices += [step[2] for step in line.steps if step[0] == "band"]
    return pricing.UNDER_A_CENT if any(price != "0" for price in prices) else pricing.ZERO_PRICE


def _fill(run: Reckoning, line: Line, one: Due, version: Version | None) -> bool:
    """Prices a line of a sale; whether the price list knows it."""
    match one.sale.sort:
        case Sort.TOPUP:
            line.list_cents, line.basis = one.sale.cents or 0, ADVANCE
            return True
        case Sort.PLAN:
            return _plan(run, line, one)
        case Sort.PACK:
            return _pack(line, one.sale, version)
        case Sort.DAY:
            return _day(line, one.sale, version)
        case Sort.ITEM:
            return _item(run, line, one.sale, version)
        case Sort.PERSON:
            return _person(run, line, one.sale, version)
        case Sort.MACHINE | Sort.REVERSAL:
            return False
        case _:
            assert_never(one.sale.sort)


def _plan(run: Reckoning, line: Line, one: Due) -> bool:
    """The months that are left of a period, of its price: 3 of 4 months of a quadrimestre are 0.75."""
    found = plans.offered(run.tariff, one.sale, one.day)
    if found is None or one.begun is None:
        return False
    version, plan = found
    line.version, line.basis, line.vat = version.id, plan.basis.value, plan.vat
    price = plan.price if one.sale.cents is None else money.amount(one.sale.cents)
    line.steps.append(("price", text(price), one.sale.quantity))
    if one.begun.due_months != one.begun.months:
        line.steps.append(("months", one.begun.due_months, one.begun.months))
    line.list_cents = _half_up(
        Fraction(price) * Fraction(Decimal(one.sale.quantity)) * one.begun.due_months,
        one.begun.months,
    )
    return True


def _pack(line: Line, sale: Sold, version: Version | None) -> bool:
    """The sale of a pack. Where VAT is due at its use, it is money in advance and bears none yet."""
    pack = version.packs.get(sale.item) if version is not None else None
    if pack is None:
        return False
    line.list_cents = pools.price(pack, sale)
    if pack.voucher is Voucher.SINGLE:
        line.basis, line.vat, line.vat_paid = pack.basis.value, pack.vat, True
    else:
        line.basis = ADVANCE
    line.steps.append(("price", text(pack.price), sale.quantity))
    line.steps.append((HOLDS, pools.held(pack, sale), pack.unit.value))
    return True


def _day(line: Line, sale: Sold, version: Version | None) -> bool:
    one = version.passes.get(sale.item) if version is not None else None
    if one is None:
        return False
    line.basis, line.vat = one.basis.value, one.vat
    price = one.price if sale.cents is None else money.amount(sale.cents)
    line.steps.append(("price", text(price), sale.quantity))
    line.list_cents = money.cents(price * Decimal(sale.quantity))
    return True


def _item(run: Reckoning, line: Line, sale: Sold, version: Version | None) -> bool:
    """So much of it at its price for the payer's category, at most what one charge of it may come to."""
    if version is None or sale.item not in version.items:
        return False
    line.category = sale.category or run.category(version, sale.day, line.at_s)
    prices = version.items[sale.item]
    one = prices.get(line.category) or prices.get("")
    if one is None:
        return False
    line.basis, line.vat = one.basis.value, one.vat
    line.list_cents = _piece(run, line, one, sale)
    return True


def _piece(run: Reckoning, line: Line, one: Item, sale: Sold) -> int:
    worth = pricing.worth(one, run.tariff.coin)
    if one.coins and run.tariff.coin is not None:
        line.steps.append(("coin", text(worth), run.tariff.coin.name))
    if sale.cents is not None:
        line.steps.append(("said", sale.cents))
        found = sale.cents
    else:
        line.steps.append(("price", text(one.price), sale.quantity, one.unit))
        found = money.cents(one.price * worth * Decimal(sale.quantity))
    most = found if one.at_most is None else money.cents(one.at_most * worth)
    if found > most:
        line.steps.append(("most", most))
    return min(found, most)


def _person(run: Reckoning, line: Line, sale: Sold, version: Version | None) -> bool:
    """Somebody's hours, by the same arithmetic as a machine's time, with nothing worked off."""
    if version is None or sale.item not in version.people:
        return False
    line.category = sale.category or run.category(version, sale.day, line.at_s)
    prices = version.people[sale.item]
    price = prices.get(line.category) or prices.get("")
    if price is None:
        return False
    line.basis, line.vat = price.basis.value, price.vat
    line.seconds = seconds(sale.quantity)
    group = version.categories.get(line.category)
    own = line.category in prices or group is None
    _time(run, line, price, pricing.ONE if own or group is None else group.factor)
    return True


def _time(run: Reckoning, line: Line, price: TimePrice, factor: Decimal) -> None:
    line.steps.append(("worked", line.seconds))
    month_s = 0
    if price.free_month_s and factor:
        pool, rest_s = f"free_person:{line.item}:{month_of(line.day)}", max(line.seconds - price.free_s, 0)
        month_s = run.pools.free(pool, price.free_month_s, rest_s)
        line.taken.update({pool: month_s} if month_s else {})
    made = pricing.priced(price, line.seconds, month_s=month_s, factor=factor, coin=run.tariff.coin)
    line.list_cents, line.billed_s = made.cents, made.billed_s
    line.steps.extend(made.steps)
    if factor != 1:
        line.reason = f"category {line.category}"
        line.steps.append(("factor", text(factor), line.reason))
    if not made.cents and factor:
        line.reason = made.reason


def seconds(hours: str) -> int:
    """Hours as a decimal text in seconds, the nearest: a third of an hour is written to a millionth only."""
    return int((Decimal(hours) * HOUR_S).quantize(pricing.ONE, ROUND_HALF_UP))


def _half_up(amount: Fraction, parts: int) -> int:
    whole = amount * 100 * Fraction(1, parts)
    return (2 * whole.numerator + whole.denominator) // (2 * whole.denominator)
