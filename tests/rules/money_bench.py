"""A lab's prices and somebody who works there, for the tests of money: small words for long facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from fabgate.charges import Charge, Payer, Sold, Sort, Worked
from fabgate.model import MachineId, MemberId
from fabgate.rules import charging, pools
from fabgate.rules.month import Month
from fabgate.tariff import Band, Regime, Tariff, TimePrice, Version

BRUSSELS = ZoneInfo("Europe/Brussels")
ADA = MemberId("m-ada")
LASER = MachineId("laser")
MAY = Month(2026, 5)
HOUR = 3_600
MIN = 60
VAT = {"standard": ((date(2000, 1, 1), Decimal(21)),), "reduced": ((date(2000, 1, 1), Decimal(6)),)}


def at(*when: int, zone: ZoneInfo = BRUSSELS, fold: int = 0) -> int:
    """The second (UTC) at which the lab's clock shows a time."""
    return int(datetime(*when, tzinfo=zone, fold=fold).timestamp())


def hourly(price: str, **more: object) -> TimePrice:
    """So much an hour."""
    return TimePrice((Band(Decimal(price)),), vat="standard", **more)


def version(since: date = date(2026, 1, 1), **more: object) -> Version:
    """A price list; without more, a laser at 10 an hour, by the second."""
    facts: dict[str, object] = {"id": f"v{since}", "since": since, "machines": {"laser": {"": hourly("10")}}}
    return Version(**{**facts, **more})


def tariff(*versions: Version, **more: object) -> Tariff:
    return Tariff(versions or (version(),), **{"regime": Regime.TAXABLE, "rates": VAT, **more})


def work(start: int, seconds: int, name: str = "", **more: object) -> Worked:
    """A session of Ada's at the laser."""
    name = name or f"s{start}"
    facts: dict[str, object] = {
        "session": name,
        "records": (name, f"{name}-stop"),
        "payer": ADA,
        "member": ADA,
        "machine": LASER,
        "supervised": False,
        "purpose": "",
        "started_s": start,
        "ended_s": start + seconds,
        "seconds": seconds,
    }
    return Worked(**{**facts, **more})


def sale(sort: Sort, item: str, day: date, **more: object) -> Sold:
    return Sold(**{"record": f"sale-{item}", "payer": ADA, "sort": sort, "item": item, "day": day, **more})


def lines(
    prices: Tariff,
    worked: Iterable[Worked] = (),
    sold: Iterable[Sold] = (),
    *,
    payer: Payer | None = None,
    taken: Mapping[str, int] | None = None,
    month: Month = MAY,
    zone: ZoneInfo = BRUSSELS,
) -> tuple[Charge, ...]:
    """Ada's lines of a month."""
    return charging.charges(prices, zone, payer or Payer(ADA), worked, sold, taken or {}, month)


def only(prices: Tariff, *worked: Worked, **more: object) -> Charge:
    """The one line that comes of it."""
    (found,) = lines(prices, worked, **more)
    return found


def given(found: Iterable[Charge]) -> dict[str, int]:
    """What lines took of each pool: what the next month is told."""
    return pools.after({}, found)


def cut(one: Worked, pieces: Iterable[tuple[int, int]], **more: object) -> list[Worked]:
    """A session as pieces of it, each from so many seconds after its start, for so many."""
    return [
        replace(
            one,
            session=f"{one.session}-{number}",
            records=(f"{one.session}-{number}",),
            started_s=one.started_s + after,
            ended_s=one.started_s + after + seconds,
            seconds=seconds,
            **more,
        )
        for number, (after, seconds) in enumerate(pieces)
    ]
