"""What months that are still open have taken of what a payer holds, reckoned as their closing would now.

A charge is a view until its month closes (law 6), and so is what it takes; what comes back with a charge that
somebody took back is a part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from sqlite3 import Connection

from fabgate.charges import Charge, Sold, Worked
from fabgate.config import Settings
from fabgate.model import MemberId
from fabgate.rules import balances, pools
from fabgate.rules.month import Month
from fabgate.rules.reversals import reversal
from fabgate.store import accounts, charged, sales

_MOST = 36  # of a lab that never closes any


class OpenMonths:
    """The months from the first that is not closed up to `now`, as the books stand when this is made."""

    def __init__(self, conn: Connection, settings: Settings, now: Month) -> None:
        self._conn, self._tariff, self._zone, self._now = conn, settings.tariff, settings.lab.zone, now
        self._last = sales.last_closed(conn)
        self._back = _given_back(conn)

    def taken(self, member: MemberId, work: Sequence[Worked]) -> Mapping[str, int]:
        """By pool what one payer took in them, all of whose uncharged `work` this is; below zero where more
        came back."""
        conn, back = self._conn, self._back.get(member, ())
        payer, sold = accounts.payer(conn, member), sales.of(conn, member)
        before = pools.after(charged.taken(conn, member), back)
        took = balances.took(self._tariff, self._zone, payer, work, sold, before, self._months(work, sold))
        return pools.after(took, back)

    def _months(self, work: Iterable[Worked], sold: Iterable[Sold]) -> list[Month]:
        if self._last is not None:
            month = self._last.following
        else:
            starts = [Month.at(one.started_s, self._zone) for one in work]
            starts += [Month(one.day.year, one.day.month) for one in sold]
            month = min(starts, default=self._now)
        found = []
        while month <= self._now:
            found.append(month)
            month = month.following
        return found[-_MOST:]


def _given_back(conn: Connection) -> Mapping[MemberId, list[Charge]]:
    """By payer the lines of charges that somebody took back, which no closed month has yet."""
    found: dict[MemberId, list[Charge]] = {}
    for name, _ in charged.to_reverse(conn):
        was = charged.charge(conn, name)
        if was is not None:
            found.setdefault(was.payer, []).append(reversal(was, was.at_s))
    return found
