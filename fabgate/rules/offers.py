"""What the price list has to sell at the desk: which entry is meant, how much of it, for how much.

Used where a sale is written down; what it costs in the end is `charging.py`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import assert_never

from fabgate.charges import Sort
from fabgate.rules import money
from fabgate.tariff import Coin, DayPass, Item, Pack, Plan, TimePrice, Version

Offer = Plan | Pack | DayPass | Item | TimePrice

_QUANTITY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9])")
_HOUR = Decimal("0.000001")


def section(version: Version, sort: Sort) -> Mapping[str, object]:
    """All that a price list has of a sort, by id; nothing of what is not sold at the desk."""
    match sort:
        case Sort.PLAN:
            return version.plans
        case Sort.PACK:
            return version.packs
        case Sort.DAY:
            return version.passes
        case Sort.ITEM:
            return version.items
        case Sort.PERSON:
            return version.people
        case Sort.TOPUP | Sort.MACHINE | Sort.REVERSAL:
            return {}
        case _:
            assert_never(sort)


def offer(version: Version | None, sort: Sort, item: str, category: str = "") -> Offer | None:
    """One entry; of what has a price for each category theirs, or everybody's. None where it has neither."""
    found = _entry(version, sort, item)
    if isinstance(found, Mapping):
        found = found.get(category) or found.get("")
    return found if isinstance(found, Offer) else None


def _entry(version: Version | None, sort: Sort, item: str) -> object:
    return None if version is None else section(version, sort).get(item)


def title(version: Version | None, sort: Sort, item: str) -> str:
    """What the price list calls it; its id where it gives no name, or is gone from the list."""
    found = _entry(version, sort, item)
    if isinstance(found, Mapping):
        found = next(iter(found.values()), None)
    return (found.title if isinstance(found, Plan | Pack | DayPass | Item) else "") or item


def quantity(sort: Sort, text: str) -> str | None:
    """How much is meant, as it is written down: `2.50` is `2.5`. None for what cannot be.

    Plans and day passes are sold one by one, packs whole. A person's time is hours, `1.5` or `1:30`.
    """
    plain = hours(text) if sort is Sort.PERSON else text
    if not _QUANTITY.fullmatch(plain):
        return None
    found = Decimal(plain)
    whole = sort in (Sort.PLAN, Sort.DAY, Sort.PACK)
    one = sort in (Sort.PLAN, Sort.DAY)
    if not found or (whole and found % 1) or (one and found != 1):
        return None
    # normalize() writes a hundred as 1E+2: asked for a plain notation it writes it out again
    return f"{found.normalize():f}"


def hours(text: str) -> str:
    """Hours that are written as 1:40 as a decimal text, to a millionth, half up; anything else as it is."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return text
    minutes = int(found[1]) * 60 + int(found[2])
    return str((Decimal(minutes) / 60).quantize(_HOUR, ROUND_HALF_UP))


def amount(text: str, most_cents: int | None = None) -> int | None:
    """The cents that somebody writes as `12.50`: more than none, and not more than that; None otherwise."""
    cents = money.read(text)
    if cents is None or cents <= 0 or (most_cents is not None and cents > most_cents):
        return None
    return cents


def most_cents(item: Item, coin: Coin | None) -> int | None:
    """The most that an open price may come to; None where the price list sets no bound."""
    if item.at_most is None:
        return None
    return money.cents(item.at_most * (coin.worth if item.coins and coin is not None else 1))
