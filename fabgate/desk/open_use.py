"""What months that are still open have taken of what payers hold, reckoned as their closing would now.

For whoever looks: a charge is a view until its month closes (law 6), and so is what it takes. What all gates
are told is `balances.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from operator import itemgetter
from sqlite3 import Connection

from fabgate.charges import Sold, Worked
from fabgate.desk import who
from fabgate.desk.deed import Desk
from fabgate.desk.uncharged import Uncharged
from fabgate.model import MemberId
from fabgate.rules import balances
from fabgate.rules.month import Month
from fabgate.rules.reversals import reversal
from fabgate.store import accounts, charged, journal, sales
from fabgate.store.worksheet import Worksheet

_MOST_MONTHS = 36  # of a lab that never closes any
_NOTHING: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class OpenUse:
    """By payer what open months took of each pool, and how many sessions wait for a person's decision: these
    are not in it."""

    taken: Mapping[MemberId, Mapping[str, int]] = field(default_factory=dict)
    waiting: Mapping[MemberId, int] = field(default_factory=dict)

    def of(self, payer: MemberId) -> Mapping[str, int]:
        return self.taken.get(payer, _NOTHING)


def reckoned(desk: Desk, payers: Iterable[MemberId] = ()) -> OpenUse:
    """The use of some payers, or of all. It reads all that no closed month has charged, whoever is asked for.

    Raises StoreError, ChainBroken, DiskFull.
    """
    conn, settings, at = desk.conn, desk.settings, desk.clock.now()
    if not settings.tariff.versions:
        return OpenUse()
    month = Month.at(who.today_ms(conn, at) // 1000, settings.lab.zone)
    bounds = month.bounds(settings.lab.zone)
    now_s = at.wall_ms // 1000 if at.synced else None
    with Worksheet() as sheet:
        read = journal.ends(conn)
        uncharged = Uncharged(conn, settings, *bounds, now_s, leave_out=True, sheet=sheet, read=read)
        uncharged.lay_out()
        wanted, back = frozenset(payers), _given_back(conn)
        taken = {
            member: _taken(desk, member, work, back.get(member, _NOTHING), month)
            for member, work in _by_payer(conn, sheet)
            if not wanted or member in wanted
        }
    waiting: dict[MemberId, int] = {}
    for one in uncharged.obstacles:
        payer = MemberId(one.payer)
        waiting[payer] = waiting.get(payer, 0) + 1
    return OpenUse(taken, waiting)


def _by_payer(conn: Connection, sheet: Worksheet) -> Iterable[tuple[MemberId, list[Worked]]]:
    """Everybody who worked or bought something since, or ever, each once."""
    bought = ((member, list[Worked]()) for member in sales.payers(conn))
    for member, found in groupby(merge(sheet.work(), bought, key=itemgetter(0)), itemgetter(0)):
        yield member, [work for _, several in found for work in several]


def _taken(
    desk: Desk, member: MemberId, work: list[Worked], back: Mapping[str, int], now: Month
) -> Mapping[str, int]:
    conn, settings = desk.conn, desk.settings
    payer, sold, closed = accounts.payer(conn, member), sales.of(conn, member), charged.taken(conn, member)
    months = _open(desk, work, sold, now)
    took = balances.took(settings.tariff, settings.lab.zone, payer, work, sold, _sum(closed, back), months)
    return _sum(took, back)


def _given_back(conn: Connection) -> Mapping[MemberId, Mapping[str, int]]:
    """What comes back to whom with charges that somebody took back and no closed month has yet."""
    found: dict[MemberId, Mapping[str, int]] = {}
    for name, _ in charged.to_reverse(conn):
        charge = charged.charge(conn, name)
        if charge is not None:
            back = reversal(charge, charge.at_s).taken
            found[charge.payer] = _sum(found.get(charge.payer, _NOTHING), back)
    return found


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    return {pool: one.get(pool, 0) + other.get(pool, 0) for pool in {*one, *other}}


def _open(desk: Desk, work: Iterable[Worked], sold: Iterable[Sold], now: Month) -> list[Month]:
    """The months in which somebody may have lines, from the first that is not closed up to this one."""
    last = sales.last_closed(desk.conn)
    if last is not None:
        month = _next(last)
    else:
        starts = [Month.at(one.started_s, desk.settings.lab.zone) for one in work]
        month = min([*starts, *(Month(one.day.year, one.day.month) for one in sold)], default=now)
    found = []
    while month <= now:
        found.append(month)
        month = _next(month)
    return found[-_MOST_MONTHS:]


def _next(month: Month) -> Month:
    return Month(month.year + month.month // 12, month.month % 12 + 1)
