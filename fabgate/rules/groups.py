"""Sessions that count as one: for the fee, the minimum, free time and rounding.

Nearer sessions of one payer on one machine, worked for the same purpose and in the same way, are one, so that
nobody pays twice for a door that they opened to fetch a plate; and after a cut of ours they are one
for an hour at least.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from fabgate.charges import Worked
from fabgate.rules.days import Days
from fabgate.tariff import HOUR_S, Tariff, Version


@dataclass(slots=True)
class Group:
    """Sessions that count as one, the earliest first. The first one's start says the price list and the day,
    the last end says when it is charged."""

    first: Worked
    sessions: list[Worked]
    version: Version | None
    day: date
    ended_s: int


def groups(tariff: Tariff, days: Days, worked: Iterable[Worked]) -> Iterator[Group]:
    """The sessions of one payer in groups, in the order of their starts. What costs nothing stands alone."""
    near: dict[tuple[str, str, bool], Group] = {}
    for one in sorted(worked, key=_start):
        key = (one.machine, one.purpose, one.supervised)
        group = near.get(key)
        if group is not None and not one.free and _joins(group, one):
            group.sessions.append(one)
            group.ended_s = max(group.ended_s, one.ended_s)
            continue
        if group is not None and not one.free:
            yield near.pop(key)
        day = days.of(one.started_s)
        group = Group(one, [one], tariff.at(day), day, one.ended_s)
        if one.free:
            yield group
        else:
            near[key] = group
    yield from near.values()


def _start(one: Worked) -> tuple[int, int, str]:
    return one.started_s, one.ended_s, one.session


def _joins(group: Group, one: Worked) -> bool:
    gap_s = group.version.gap_s if group.version is not None else 0
    if group.sessions[-1].ours:
        gap_s = max(gap_s, HOUR_S)
    return one.started_s - group.ended_s <= gap_s
