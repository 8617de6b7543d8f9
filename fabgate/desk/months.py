"""The months of the books: which are closed, which are open, and how much there is to reckon in those."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection

from fabgate.config import Settings
from fabgate.desk import who
from fabgate.desk.deed import Desk
from fabgate.rules import closing
from fabgate.rules.month import Month
from fabgate.store import charged, journal
from fabgate.store.charged import Period

MOST = 36  # open ones that are named, of a lab that never closes any


@dataclass(frozen=True, slots=True)
class Months:
    """The closed months and the open ones, the oldest first; the last of these runs.

    `due`: the one that is to be closed next and is over, None where there is none.
    """

    closed: tuple[Period, ...]
    open: tuple[Month, ...]
    due: Month | None


def listed(desk: Desk) -> Months:
    """All of them. Before the first closing they begin where both the price list and the journal do.

    Raises ChainBroken.
    """
    conn, settings = desk.conn, desk.settings
    closed, now = charged.periods(conn), running(desk)
    month = Month.of(closed[-1].month).following if closed else _first(conn, settings, now)
    found = []
    while month <= now:
        found.append(month)
        month = month.following
    due = found[0] if found and found[0] < now else None
    return Months(closed, tuple(found[-MOST:]), due)


def running(desk: Desk) -> Month:
    """The month that it is."""
    return Month.at(who.today_ms(desk.conn, desk.clock.now()) // 1000, desk.settings.lab.zone)


def _first(conn: Connection, settings: Settings, now: Month) -> Month:
    versions = settings.tariff.versions
    if not versions:
        return now
    since = Month(versions[0].since.year, versions[0].since.month)
    dated = (one.at for one in journal.entries(conn) if one.at is not None and one.at.synced)
    begun = next(dated, None)
    return since if begun is None else max(since, Month.at(begun.wall_ms // 1000, settings.lab.zone))


def to_read(conn: Connection) -> int:
    """How many records an open month is reckoned from: those since where the last closing left nothing."""
    last = charged.last_period(conn)
    after = {} if last is None else closing.read_marks(last.body.after)
    return sum(seq - min(seq, after.get(origin, 0)) for origin, seq in journal.ends(conn).items())
