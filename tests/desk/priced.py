"""A lab with a price list and a treasurer: plans, packs, days, material, help, fees."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from chartered import at, done, refused
from first_day import Lab

from fabgate.charges import Sold, Sort
from fabgate.desk import sales
from fabgate.desk.sales import Wanted
from fabgate.model import MemberId, Role
from fabgate.records import Draft, PeriodClosed
from fabgate.store import roster
from fabgate.store import sales as kept
from fabgate.tariff import (
    Band,
    Category,
    Coin,
    DayPass,
    Item,
    Pack,
    Period,
    Plan,
    Regime,
    Tariff,
    TimePrice,
    Unit,
    Version,
)

TEN, LASER = TimePrice((Band(Decimal(10)),)), "cutter"
FIRST = Version(
    "2026",
    date(2026, 1, 1),
    machines={LASER: {"": TEN}},
    items={
        "pla": {"": Item("PLA", Decimal("0.10"), "g")},
        "damage": {"": Item("Damage", Decimal(0), open=True, at_most=Decimal(100))},
        "job": {"": Item("Share of a job", Decimal(0), open=True)},
        "resin": {"member": Item("Resin", Decimal("0.30"), "ml")},
        "coins": {"": Item("In coins", Decimal(0), open=True, at_most=Decimal(100), coins=True)},
    },
    people={"animator": {"": TimePrice((Band(Decimal(55)),))}},
    passes={"day": DayPass("A day", Decimal(10))},
    plans={
        "month": Plan("A month", Decimal(97), Period.MONTH, category="member", contingent={LASER: 7_200}),
        "support": Plan("Support", Decimal(25), Period.TERM, 12),
        "key": Plan("A key, for good", Decimal(5), Period.ONCE),
    },
    packs={"ten": Pack("Ten hours", Decimal(80), Unit.TIME, 36_000, valid_months=6)},
    categories={"member": Category("Member"), "student": Category("Student", Decimal("0.5"))},
)
NEXT = replace(FIRST, id="2027", since=date(2027, 1, 1), categories={"member": Category("Member")})
PRICES = Tariff((FIRST, NEXT), regime=Regime.TAXABLE, coin=Coin("coin", Decimal("0.10")))
OCTOBER = at("2026-10-24T12:00")


def priced(here: Lab, tariff: Tariff = PRICES) -> Lab:
    """The same lab with this price list, on 24 October 2026, with tess for a treasurer and ada."""
    lab = with_prices(here, tariff)
    lab.clock.wall_ms = OCTOBER
    for handle in ("ada", "tess"):
        lab.member(handle)
    lab.role("tess", Role.TREASURER)
    return lab


def with_prices(here: Lab, tariff: Tariff) -> Lab:
    settings = replace(here.desk.settings, tariff=tariff)
    return Lab(replace(here.desk, settings=settings), here.clock)


def id_of(lab: Lab, handle: str) -> MemberId:
    found = roster.member(lab.desk.conn, handle)
    assert found is not None
    return found.id


def sell(lab: Lab, sort: Sort, item: str = "", **more: str) -> Sold:
    """Tess sells it to ada; what was written down."""
    answer = done(sales.sell(lab.desk, "tess", "ada", Wanted(sort, item, **more)))
    return next(one for one in sold(lab) if one.record == answer.facts["sale"])


def sold(lab: Lab, handle: str = "ada") -> tuple[Sold, ...]:
    return kept.of(lab.desk.conn, id_of(lab, handle))


def close(lab: Lab, month: str) -> None:
    """The month is sealed, as a closing ends."""
    with lab.desk.writer.write() as pen:
        body = PeriodClosed(month, id_of(lab, "tess"), f"c-{month}", 0, "", "", (), "", (), "", "ff")
        pen.append(Draft(lab.desk.clock.now(), body))


__all__ = ["OCTOBER", "PRICES", "at", "close", "done", "id_of", "priced", "refused", "sell", "sold"]
