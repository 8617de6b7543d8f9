"""What all statements of a month have in common, as the books and the configuration say it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from fabgate.charges import Charge, Sort
from fabgate.config import Settings
from fabgate.model import MachineId, MemberId
from fabgate.reports.accounting import SortOf, booked_as
from fabgate.reports.statement import Around
from fabgate.rules import offers
from fabgate.rules.days import Days
from fabgate.rules.month import Month
from fabgate.store import charged, roster


def around(conn: sqlite3.Connection, settings: Settings, month: Month, now_ms: int, draft: bool) -> Around:
    """The surroundings of the statements of a month; `now_ms` (wall) is the day of a draft."""
    period = charged.period(conn, str(month))
    made_ms = now_ms if draft or period is None else period.at_ms
    return Around(
        lab=settings.lab.name,
        contact=settings.lab.contact,
        zone=settings.lab.zone,
        month=month,
        currency=settings.tariff.currency,
        regime=settings.tariff.regime,
        made=Days(settings.lab.zone).of(made_ms // 1000),
        draft=draft,
        title=_titles(settings, sorts_in(conn)),
        name=lambda member: _name(conn, member),
        called=lambda kind, which: _called(settings, month, kind, which),
    )


def sorts_in(conn: sqlite3.Connection) -> SortOf:
    """What a charge that was taken back was for, by its id."""

    @cache
    def of(id: str) -> tuple[Sort, str]:  # noqa: A002
        found = charged.charge(conn, id)
        # Long ago, and blanked since: the account of machines holds most of all.
        return (Sort.MACHINE, "") if found is None else (found.sort, found.item)

    return of


def _titles(settings: Settings, sort_of: SortOf) -> Callable[[Charge], str]:
    """What a charge is for, as the lab calls it: a machine by its title, all else by the price list."""

    def of(one: Charge) -> str:
        sort, item = booked_as(one, sort_of)
        machine = settings.machines.get(MachineId(item)) if sort is Sort.MACHINE else None
        if machine is not None:
            return machine.rules.title
        return "" if sort is Sort.TOPUP else offers.title(settings.tariff.named(one.version), sort, item)

    return of


def _name(conn: sqlite3.Connection, member: MemberId) -> str:
    known = roster.member(conn, member)
    return member if known is None else known.name


def _called(settings: Settings, month: Month, kind: str, which: str) -> str:
    """What the price list of that month calls a purpose or a category."""
    last = datetime.fromtimestamp(month.bounds(settings.lab.zone)[1] - 1, UTC)
    version = settings.tariff.at(last.astimezone(settings.lab.zone).date())
    if version is None:
        return which
    named = version.purposes.get(which) if kind == "purpose" else version.categories.get(which)
    return which if named is None else named.title or which
