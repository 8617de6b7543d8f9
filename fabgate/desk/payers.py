"""Everybody who may pay for something, to look through; and one of them without reckoning open months."""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.charges import Payer
from fabgate.desk import accounts
from fabgate.desk.accounts import Shown
from fabgate.desk.deed import Desk
from fabgate.desk.open_use import OpenUse
from fabgate.store import accounts as kept
from fabgate.store import roster, sales
from fabgate.store.roster import Member


@dataclass(frozen=True, slots=True)
class Found:
    """A member, and what they are as a payer. `known`: they have an account, a sale or an address."""

    member: Member
    payer: Payer
    known: bool

    @property
    def category(self) -> str:
        """The one that was said last."""
        return self.payer.categories[-1][1] if self.payer.categories else ""


def found(desk: Desk, text: str = "") -> tuple[Found, ...]:
    """Members whose name or handle has this text in it; those who pay for something first, by name."""
    conn, sought = desk.conn, text.casefold()
    known = {*kept.known(conn), *sales.payers(conn), *kept.addresses(conn)}
    those = [one for one in roster.members(conn) if sought in f"{one.handle}\n{one.name}".casefold()]
    those.sort(key=lambda one: (one.id not in known, one.name.casefold(), one.handle))
    return tuple(
        Found(one, kept.payer(conn, one.id) if one.id in known else Payer(one.id), one.id in known)
        for one in those
    )


def told(desk: Desk, member: Member) -> Shown:
    """How a payer stands by closed months alone: what open ones took is not in it."""
    return accounts.standing(desk, member, OpenUse())
