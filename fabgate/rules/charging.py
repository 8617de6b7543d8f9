"""The lines of a payer in a month: sessions, sales and memberships priced, and worked off in order.

The time of a line runs by its accounting date: earlier lines take from contingents, packs and the wallet
first. A session is dated by its end, and priced by the price list, the category, the plans, the packs and the
contingent of its start; a sale is dated by noon of its day. The same inputs make the same lines, in
whatever order they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from fabgate.charges import Charge, Payer, Pool, Sold, Worked
from fabgate.rules import machine_lines, pools, sale_lines
from fabgate.rules.days import Days, month_end, month_of
from fabgate.rules.groups import Group, groups
from fabgate.rules.month import Month
from fabgate.rules.reckoning import Reckoning
from fabgate.rules.sale_lines import Due
from fabgate.tariff import ANY, Tariff, Version


def charges(
    tariff: Tariff,
    zone: ZoneInfo,
    payer: Payer,
    worked: Iterable[Worked],
    sold: Iterable[Sold],
    taken: Mapping[str, int],
    month: Month,
) -> tuple[Charge, ...]:
    """All lines of a payer in a month, without ids, in the order of their dates.

    `worked`: what no closed month has charged, late ones and those after the month too: of these only what
    ends before the month does makes a line, and what goes on into the next month goes there whole.
    `sold`: all their sales that stand, of any day. `taken`: what closed months took of each pool.
    """
    run = Reckoning(tariff, Days(zone), payer, sold, taken)
    first_s, after_s = month.bounds(zone)
    waiting: list[tuple[int, Group | Due]] = [
        (group.ended_s, group) for group in groups(tariff, run.days, worked) if group.ended_s < after_s
    ]
    for due in sale_lines.due(run, run.days.of(first_s), run.days.of(after_s)) if run.sold else ():
        waiting.append((run.days.noon(due.day), due))
    waiting.sort(key=_turn)
    found: list[Charge] = []
    for _, one in waiting:
        if isinstance(one, Group):
            found.extend(machine_lines.charged(run, one))
        else:
            found.append(sale_lines.charged(run, one))
    found.sort(key=_dated)
    return tuple(found)


def _turn(one: tuple[int, object]) -> int:
    return one[0]


def _dated(charge: Charge) -> int:
    return charge.at_s


def left(
    tariff: Tariff,
    zone: ZoneInfo,
    payer: Payer,
    sold: Iterable[Sold],
    taken: Mapping[str, int],
    day: date,
) -> tuple[Pool, ...]:
    """What a payer has left on a day, in the order in which it is worked off; the wallet last.

    `taken`: what was taken of each pool up to then, by closed months and by the lines of the open one.
    """
    run = Reckoning(tariff, Days(zone), payer, sold, taken)
    free = _free(run, tariff.at(day), day)
    plans = pools.contingents(run.pools, run.plans(day), month_of(day), month_end(day))
    return (*free, *plans, *run.pools.left(day))


def _free(run: Reckoning, version: Version | None, day: date) -> Iterator[Pool]:
    """What is left of the free time of the month, where the payer's own category has some."""
    if version is None:
        return
    category = run.category(version, day, run.days.noon(day))
    for key, prices in version.machines.items():
        price = prices.get(category) or prices.get("")
        pool = f"free:{key}:{month_of(day)}"
        rest = 0 if price is None else price.free_month_s - run.pools.taken(pool)
        if rest > 0:
            yield Pool(pool, rest, "seconds", () if key == ANY else (key,), month_end(day))
