"""A month with packs, a wallet, net prices and a line taken back: every file of it comes to the same cent."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from cli_lab import ADA, Floor, Lab

from fabgate.config import read_tariff
from fabgate.rules import vat
from fabgate.store import charged
from fabgate.store.db import Store

PRICES = """\
[vat]
regime = "taxable"
[vat.rate.standard]
1996-01-01 = 21
[vat.rate.reduced]
1996-01-01 = 6

[version.2026]
since = 2026-01-01
vat = "standard"

[version.2026.machine.laser]
price = 10
every = "1m"

[version.2026.pack.credits]
title = "Credits"
price = 40
credit = 50
voucher = "multi"

[version.2026.pack.ten]
title = "Ten hours"
price = 80
time = "10h"
voucher = "single"
machines = ["router"]

[version.2026.item.pla]
title = "PLA"
unit = "g"
price = 0.0413
basis = "without_vat"

[version.2026.item.book]
title = "A book"
price = 9.99
vat = "reduced"
"""


def later(lab: Lab, month: int) -> None:
    wanted = int(datetime(2026, month, 2, 9, tzinfo=UTC).timestamp()) * 1000
    lab.clock.advance(wanted - lab.clock.now().wall_ms)


@pytest.fixture
def lab(empty: Lab) -> Lab:
    """October and November are closed; in November a line of October was taken back."""
    path = empty.folder / "prices.toml"
    path.write_text(PRICES, encoding="utf-8")
    empty.settings = replace(empty.settings, tariff=read_tariff(path))
    empty.done('init --manager "Zoe Dupont" --id zoe')
    empty.people()
    for line in (
        "sell pack ada credits",
        "sell pack ada ten",
        "sell item ada book",
        "sell item bob book",
        *("sell item ada pla --quantity 100",) * 7,
        "sell item bob pla --quantity 1000",
        "wallet topup bob 20.00",
    ):
        empty.done(f"{line} --by zoe")
    floor = Floor(empty)
    floor.tap("laser", ADA)
    floor.pass_s(47 * 60)
    floor.tap("laser", ADA)
    floor.stage.settle()
    floor.stage.shut_down()
    later(empty, 11)
    empty.done("close 2026-10 --by zoe")
    adas = (row for row in charges(empty, "2026-10") if row["payer"] == "ada")
    book = next(row["charge"] for row in adas if row["item"] == "book")
    empty.done(f"charge reverse {book} --by zoe --reason lost")
    later(empty, 12)
    empty.done("close 2026-11 --by zoe")
    return empty


def charges(lab: Lab, month: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(lab.done(f"export charges --month {month}"), newline="")))


def file(lab: Lab, month: str, program: str, suffix: str) -> str:
    lab.done(f"export accounting --month {month} --profile {program} --by zoe --output {lab.folder}")
    return (lab.folder / f"{month}-{program}-1.{suffix}").read_text(encoding="utf-8")


def due(lab: Lab, month: str) -> dict[str, int]:
    """What each payer's statement comes to, in cents, where it comes to anything."""
    with Store(lab.settings.gate.state).reader() as reader:
        found = list(charged.charges(reader.conn, month))
    payers = {one.payer for one in found}
    return {payer: vat.to_pay([one for one in found if one.payer == payer]) for payer in payers}


@pytest.mark.parametrize("month", ["2026-10", "2026-11"])
def test_lines_statements_and_every_accounting_file_come_to_the_same_cent(lab, month):
    wanted = sum(due(lab, month).values())
    fec = list(csv.DictReader(io.StringIO(file(lab, month, "fec", "txt"), newline=""), delimiter="\t"))
    assert balance(fec, "411", "Debit", "Credit", "CompteNum") == wanted
    assert sum(cents(row["Debit"]) - cents(row["Credit"]) for row in fec) == 0
    paheko = list(csv.DictReader(io.StringIO(file(lab, month, "paheko", "csv"), newline=""), delimiter=";"))
    moved = [(row["Compte de débit"], row["Compte de crédit"], cents(row["Montant"])) for row in paheko]
    assert sum(amount * ((debit == "411") - (credit == "411")) for debit, credit, amount in moved) == wanted
    drafts = json.loads(file(lab, month, "dolibarr", "json"))
    assert sum(cents(one["total_ttc"]) for one in drafts) == wanted


def test_october_is_what_it_is_by_hand(lab):
    """Ada: pack 40, hours 80, seven times 4.13 net; her credits pay the book and 47 minutes. Bob: 41.30 net,
    and he pays 20 in, which pays his book."""
    pla, bobs_pla = 2891 + 607, 4130 + 867
    assert sorted(due(lab, "2026-10").values()) == sorted([4000 + 8000 + pla, bobs_pla + 2000])
    assert {row["wallet"] for row in charges(lab, "2026-10") if row["payer"] == "bob"} == {"0.00", "9.99"}


def test_the_book_that_was_taken_back_goes_back_where_it_was_booked(lab):
    """50 of credits had cost 40, so the book of 9.99 was 7.99 of money paid in advance."""
    fec = list(csv.DictReader(io.StringIO(file(lab, "2026-11", "fec", "txt"), newline=""), delimiter="\t"))
    found = {(row["CompteNum"], row["Debit"], row["Credit"]) for row in fec}
    assert found == {("4191", "0,00", "7,99"), ("707", "7,54", "0,00"), ("4457", "0,45", "0,00")}


def balance(rows, account, debit, credit, number) -> int:
    return sum(cents(row[debit]) - cents(row[credit]) for row in rows if row[number] == account)


def cents(text: str) -> int:
    return int(Decimal(text.replace(",", ".")) * 100)
