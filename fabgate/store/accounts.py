"""Who pays, and where their bills go.

What a payer is comes from the set of rights, as it was said over time. An address is personal: it stands in
a table of its own where the books are kept, in no record and no right, and goes nowhere (law 12).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from fabgate.charges import Payer
from fabgate.model import MemberId
from fabgate.records import AccountSet
from fabgate.rules import standing
from fabgate.rules.categories import categories
from fabgate.store import rights
from fabgate.store.faults import told
from fabgate.store.nib import Nib


@dataclass(frozen=True, slots=True)
class Address:
    """Where bills go, line by line, and the VAT number of an organisation; either may be empty."""

    lines: tuple[str, ...] = ()
    vat_number: str = ""


def payer(conn: sqlite3.Connection, member: MemberId) -> Payer:
    """What a member is as a payer, and what they were; who never was said to be anything pays by invoice."""
    found = rights.said_of(conn, subject(member))
    now = standing.account(found)
    if now is None:
        return Payer(member)
    return Payer(member, categories(found), now.organisation, now.prepaid)


def subject(member: str) -> str:
    """The subject of what a member is as a payer."""
    return str(standing.subject(AccountSet(member, "")))


@told
def known(conn: sqlite3.Connection) -> tuple[MemberId, ...]:
    """Everybody who was said to be a payer of some kind."""
    return tuple(MemberId(who) for (who,) in conn.execute("SELECT member FROM accounts WHERE lab = lab()"))


@told
def address(conn: sqlite3.Connection, member: MemberId) -> Address | None:
    """Where their bills go; None where nobody has said."""
    row = conn.execute(_ADDRESS + " AND member = ?", (member,)).fetchone()
    return None if row is None else _address(*row)


@told
def addresses(conn: sqlite3.Connection) -> dict[MemberId, Address]:
    """All that are known, by member."""
    found = conn.execute(_ADDRESS.replace("SELECT", "SELECT member,", 1))
    return {MemberId(member): _address(*row) for member, *row in found}


_ADDRESS = "SELECT address, vat_number FROM addresses WHERE lab = lab()"


def _address(text: str, vat_number: str) -> Address:
    return Address(tuple(text.split("\n")) if text else (), vat_number)


def put_address(pen: Nib, member: MemberId, what: Address) -> None:
    """Put it in the place of what was there; an empty one takes the row away."""
    drop_address(pen, member)
    if what != Address():
        pen.execute(_PUT, (pen.lab, member, "\n".join(what.lines), what.vat_number))


_PUT = "INSERT INTO addresses (lab, member, address, vat_number) VALUES (?, ?, ?, ?)"


def drop_address(pen: Nib, member: MemberId) -> bool:
    """Forget where their bills go; whether anything was known."""
    gone = pen.execute("DELETE FROM addresses WHERE member = ? AND lab = ?", (member, pen.lab))
    return gone.rowcount > 0
