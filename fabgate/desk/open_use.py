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

from fabgate.charges import Worked
from fabgate.desk import who
from fabgate.desk.deed import Desk
from fabgate.desk.open_months import OpenMonths
from fabgate.desk.uncharged import Uncharged
from fabgate.model import MemberId
from fabgate.rules.month import Month
from fabgate.store import journal, sales
from fabgate.store.worksheet import Worksheet

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
        wanted, months = frozenset(payers), OpenMonths(conn, settings, month)
        taken = {
            member: months.taken(member, work)
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
