"""What every deed of money asks first: are these the books, and does the one who acts keep them?"""

from __future__ import annotations

from datetime import date
from sqlite3 import Connection

from fabgate.config import Settings
from fabgate.desk import who
from fabgate.desk.deed import Turn
from fabgate.model import Code, Denied, MemberId, Role
from fabgate.rules import bookkeeping
from fabgate.rules.month import Month
from fabgate.store import linked, sales


def refused(now: Turn, payer: MemberId | None = None, reason: str | None = None) -> Denied | None:
    """Why this person may not keep the books here, or not this payer's account; None where they may.

    A bare refusal: tell it by `now.denied`. `payer`: whose account it is, None for a month or a file.
    """
    elsewhere = not_the_books(now.conn, now.desk.settings)
    alone = payer == now.member.id and keepers(now.conn, now.today_ms) == {payer}
    return elsewhere or bookkeeping.may_keep_books(now.actor, payer, alone=alone, reason=reason)


def not_the_books(conn: Connection, settings: Settings) -> Denied | None:
    """NOT_THE_BOOKS at a gate that has joined a hub; None at the hub, and at a gate on its own (law 6)."""
    if settings.hub is not None:
        return None
    joined = linked.linked(conn).hub is not None or linked.has_joined(settings.gate.state)
    return Denied(Code.NOT_THE_BOOKS) if joined else None


def keepers(conn: Connection, today_ms: int) -> frozenset[MemberId]:
    """Who may keep the books at a wall time: managers and treasurers who may act at all."""
    return who.in_office(conn, {Role.MANAGER, Role.TREASURER}, today_ms)


def closed(conn: Connection, day: date) -> Denied | None:
    """PERIOD_CLOSED for a day in a month that is closed, or before one that is: nothing dated there is
    charged any more."""
    month, last = Month(day.year, day.month), sales.last_closed(conn)
    if last is None or month > last:
        return None
    return Denied(Code.PERIOD_CLOSED, {"period": str(month)})
