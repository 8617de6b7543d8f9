"""How each session of a period was paid, for the reports: from closed months, else from drafts."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Mapping

import click

from fabgate.charges import Charge
from fabgate.config import Settings
from fabgate.desk.month import drafts
from fabgate.model import Moment
from fabgate.reports.gathered import Period
from fabgate.rules import paying
from fabgate.rules.census import Paid, months
from fabgate.rules.month import Month
from fabgate.store import charged


def paid_of(
    conn: sqlite3.Connection, settings: Settings, period: Period, now: Moment
) -> Mapping[str, Paid] | None:
    """By session (its record); None where the lab charges nothing. Raises StoreError, ChainBroken.

    What came late is looked for in the months that were closed after the period, too.
    """
    closed = set(charged.closed(conn))
    if not closed and not settings.tariff.versions:
        return None
    first = str(period.first)
    wanted = {str(month) for month in months(period.first, period.last) if _begun(month, period)}
    found: dict[str, Paid] = {}
    for name in sorted(wanted | {one for one in closed if one >= first}):
        lines = charged.charges(conn, name) if name in closed else _drafted(conn, settings, name, now)
        found.update(paying.of_sessions(lines))
    return found


def _begun(month: Month, period: Period) -> bool:
    return month.bounds(period.zone)[0] < period.now_s


def _drafted(conn: sqlite3.Connection, settings: Settings, month: str, now: Moment) -> Iterator[Charge]:
    if sys.stderr.isatty():  # some seconds for each hundred thousand sessions in the books
        click.echo(f"{month} is not closed: pricing it as it stands ...", err=True)
    with drafts(conn, settings, Month.of(month), now) as draft:
        for _, lines in draft:
            yield from lines
