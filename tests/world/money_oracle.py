"""What a month of the mint costs, reckoned a second time from the price list as a person reads it.

Nothing of fabgate's pricing is imported. Pools are left out: what is reckoned is the list price.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from money_lab import Lived

ZONE = ZoneInfo("Europe/Brussels")
GAP_S = 600
CHANGE_S = int(datetime(2026, 2, 15, tzinfo=ZONE).timestamp())


def groups(sessions: Iterable[Lived]) -> Iterator[list[Lived]]:
    """Sessions of one payer at one machine that lie at most ten minutes apart; what is free stands alone."""

    several = list(sessions)
    yield from ([one] for one in several if one.free)

    def kind(one: Lived) -> tuple[str, str, bool]:
        return (one.paid_by, one.machine, one.supervised)

    charged = [one for one in several if not one.free]
    for _, same in groupby(sorted(charged, key=lambda one: (kind(one), one.started_s)), kind):
        near: list[Lived] = []
        until = 0
        for one in same:
            if near and one.started_s - until > GAP_S:
                yield near
                near = []
            near.append(one)
            until = max(until, one.ended_s) if len(near) > 1 else one.ended_s
        yield near


def list_cents(group: list[Lived]) -> int:
    """The list price of a group, in cents, half up."""
    if group[0].free:
        return 0
    seconds = sum(one.seconds - one.unsure_s for one in group)
    match group[0].machine:
        case "laser":
            quarters = -(-seconds // 900)
            return quarters * (450 if group[0].supervised else 300)
        case "press":
            an_hour = 731 if group[0].started_s < CHANGE_S else 803
            return (2 * seconds * an_hour + 3600) // 7200
        case _:
            return _mill(group)


def _mill(group: list[Lived]) -> int:
    busy = sum(
        one.seconds - one.unsure_s if one.busy_s is None else min(one.busy_s, one.seconds - one.unsure_s)
        for one in group
    )
    minutes = -(-busy // 60)
    return minutes * 15 + 150 if minutes else 0
