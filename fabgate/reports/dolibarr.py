"""Entries as draft invoices for Dolibarr: each is the body of a `POST /invoices`, in one array.

Dolibarr reckons net to gross: `subprice` is net with five decimals, as it keeps unit prices, so that its own
gross of a line is ours to the cent. `total_ht`, `total_tva` and `total_ttc` are what the invoice must come
to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from fabgate.charges import Sort
from fabgate.config.accounting import plain_percent
from fabgate.reports.accounting import Earned, Entry
from fabgate.reports.batch import Book, Layout
from fabgate.rules import money
from fabgate.tariff import Basis

_PRECISE = Context(prec=28, rounding=ROUND_HALF_UP)
_UNIT = Decimal("0.00001")
_STANDARD, _CREDIT_NOTE = 0, 2  # types of an invoice there
_GOODS, _SERVICE = 0, 1  # types of a product


def layout(book: Book) -> Layout:
    """How entries become invoices: one a payer."""

    def rows(entry: Entry, number: int) -> Iterator[str]:  # noqa: ARG001 - Dolibarr numbers them
        yield json.dumps(invoice(book, entry), ensure_ascii=False, indent=1)

    def lacks(entry: Entry) -> str:
        handle = book.names(entry.payer)[0]
        return "" if handle in book.accounts.dolibarr else handle

    return Layout("json", "[\n", rows, ",\n", "\n]\n", lacks=lacks)


def invoice(book: Book, entry: Entry) -> dict[str, Any]:
    """One draft. Amounts are texts, so that no program on the way makes floats of them."""
    handle, name = book.names(entry.payer)
    net = sum(one.net_cents for one in entry.earned) - entry.wallet_cents - entry.packs_cents
    vat = sum(one.vat_cents for one in entry.earned)
    return {
        "socid": book.accounts.dolibarr.get(handle),
        "type": _CREDIT_NOTE if entry.due_cents < 0 else _STANDARD,
        "date": int(datetime.combine(book.day, time(12), UTC).timestamp()),
        "ref_client": book.piece(entry),
        "note_private": f"{book.batch} {handle} {name}".strip(),
        "total_ht": money.plain(net),
        "total_tva": money.plain(vat),
        "total_ttc": money.plain(net + vat),
        "lines": [*(_line(book, one) for one in entry.earned), *_advances(book, entry)],
    }


def _line(book: Book, one: Earned) -> dict[str, Any]:
    return _priced(
        f"{book.what(one.sort, one.item)} {book.month}",
        _net(one),
        plain_percent(one.percent),
        _GOODS if one.sort is Sort.ITEM else _SERVICE,
    )


def _net(one: Earned) -> Decimal:
    amount = money.amount(one.cents)
    if one.basis == Basis.WITHOUT_VAT:
        return amount
    return _PRECISE.divide(amount * 100, 100 + Decimal(one.percent))


def _advances(book: Book, entry: Entry) -> Iterator[dict[str, Any]]:
    """What was paid before, or is paid now for later: it bears no VAT here."""
    for account, cents in (
        (book.accounts.wallets, entry.wallet_cents),
        (book.accounts.advances, entry.packs_cents),
    ):
        if cents:
            yield _priced(book.accounts.title(account), money.amount(-cents), "0", _SERVICE)


def _priced(text: str, net: Decimal, percent: str, kind: int) -> dict[str, Any]:
    subprice = f"{net.quantize(_UNIT, ROUND_HALF_UP):f}"
    return {"desc": text, "subprice": subprice, "qty": 1, "tva_tx": percent, "product_type": kind}
