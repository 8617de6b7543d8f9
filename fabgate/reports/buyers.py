"""Who pays, as an invoice wants to know them: person or organisation, VAT number, address."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from fabgate.model import MemberId
from fabgate.store import accounts

KEPT = 10_000  # payers at a time, so that memory does not grow with the lab


@dataclass(frozen=True, slots=True)
class Buyer:
    """A payer as of today; an address is as many lines as somebody wrote."""

    organisation: bool = False
    vat_number: str = ""
    address: tuple[str, ...] = ()


Buyers = Callable[[MemberId], Buyer]


def nobody(_: MemberId) -> Buyer:
    """A person of whom nothing more is known."""
    return Buyer()


def buyers_in(conn: sqlite3.Connection) -> Buyers:
    """What the books know of a payer."""

    @lru_cache(maxsize=KEPT)
    def of(member: MemberId) -> Buyer:
        organisation, where = accounts.payer(conn, member).organisation, accounts.address(conn, member)
        return Buyer(organisation, where.vat_number, where.lines) if where else Buyer(organisation)

    return of
