"""The day at the lab: who owes one by working, and which machines are in its price."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from fabgate.charges import Sold
from fabgate.tariff import ANY, DayPass, Plan, Version


def pool(day: date) -> str:
    """Under which id a charge says that the pass of a day was owed, so that no later one owes it again."""
    return f"day:{day.isoformat()}"


def owed(
    version: Version, plans: Iterable[tuple[Sold, Plan]], categories: Collection[str]
) -> tuple[str, DayPass] | None:
    """The pass that somebody owes who works and holds some plans; of several the dearest, None for none.

    `categories`: their own, and the one as which they are priced; either may owe none.
    """
    held = {sale.item for sale, _ in plans}
    due = [
        (name, one)
        for name, one in version.passes.items()
        if one.automatic and held.isdisjoint(one.plans) and set(categories).isdisjoint(one.categories)
    ]
    return max(due, key=lambda one: one[1].price, default=None)


def includes(one: DayPass, machine: str) -> bool:
    """Whether working at a machine is in the price of the day."""
    return machine in one.machines or ANY in one.machines
