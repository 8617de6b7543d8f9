"""How a session is priced for a badge, and what its payer has left: a part of `lookup.py`, in labs with a
price list."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from fabgate.model import Credit, Fare, Moment
from fabgate.rules import credit
from fabgate.rules.credit import Account, Used
from fabgate.store.asked import Asked, Money
from fabgate.store.spent import reads


class Row(NamedTuple):
    """What the tables `accounts` and `account_states` have of whoever pays; None where they have nothing."""

    category: str | None
    organisation: int | None
    prepaid: int | None
    balance_cents: int | None
    plans: str | None
    left: str | None
    read: str | None
    as_of_ms: int | None


def priced(
    conn: sqlite3.Connection, columns: Sequence[object], payer: str, purpose: str, machine: str, asked: Asked
) -> tuple[Fare | None, Credit | None]:
    """How a session is priced now, and what its payer has left where that is asked."""
    money = asked.money
    if money is None:
        return None, None
    row = Row._make(columns)
    now_s = asked.today_ms // 1000
    if row.read is None and not money.asks:
        return credit.plain(money.tariff, asked.zone, row.category or "", now_s), None
    used = _used(conn, payer, row, asked, money)
    found = credit.held(money.tariff, asked.zone, account(row), machine, purpose, used, now_s)
    return (None, None) if found is None else found


def account(row: Row) -> Account:
    """The payer; who was never said to be anything is everybody, and has nothing."""
    return Account(
        row.category or "",
        bool(row.organisation),
        bool(row.prepaid),
        row.balance_cents or 0,
        tuple(json.loads(row.plans or "[]")),
        tuple(json.loads(row.left or "[]")),
    )


def _used(conn: sqlite3.Connection, payer: str, row: Row, asked: Asked, money: Money) -> list[Used]:
    """Their use since their state; who has none has nothing that could be used."""
    if row.read is None or row.as_of_ms is None:
        return []
    at = asked.at or Moment("", 0, asked.today_ms, asked.synced)
    return money.spent.of(conn, payer, reads(row.read), row.as_of_ms, at)
