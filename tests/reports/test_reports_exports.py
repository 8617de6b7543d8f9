"""Each export as it was looked at once and kept, and as other programs read it back."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import fec_checker
import openpyxl
import pytest
from exports_lab import (
    AROUND,
    GOLDEN,
    LAYOUTS,
    OCTOBER,
    accounts,
    book,
    cells,
    charge,
    files,
    made,
    month,
    names,
    sort_of,
    sums,
    table,
    workbook,
)

from fabgate.errors import UsageError
from fabgate.reports import charge_rows, fec, paheko, xlsx
from fabgate.reports.accounting import entries
from fabgate.reports.charge_rows import Sums
from fabgate.reports.columns import headers, meaning
from fabgate.reports.sheet import DIALECTS, Form
from fabgate.reports.xlsx import Block
from fabgate.rules import vat

EXPECTED = dict(files())


@pytest.mark.parametrize("name", EXPECTED)
def test_an_export_is_what_it_was_when_it_was_looked_at(name):
    assert EXPECTED[name].decode("latin-1") == (GOLDEN / name).read_bytes().decode("latin-1")


def test_no_golden_file_is_left_over():
    assert {file.name for file in GOLDEN.iterdir()} == {*EXPECTED, "journal.toml"}


# --- charges as a table -------------------------------------------------------------------------


def rows_of(dialect):
    text = table(dialect=dialect).decode("utf-8-sig")
    found = csv.Sniffer().sniff(text, delimiters=";,\t|")
    assert found.delimiter == DIALECTS[dialect].separator
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=found.delimiter))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_sniffer_finds_the_separator_and_every_cell(dialect):
    head, *rows = rows_of(dialect)
    assert head == headers(charge_rows.COLUMNS, dialect)
    assert {len(row) for row in rows} == {len(head)}
    assert len(rows) == len(month())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_column_of_charges_has_a_word_and_a_meaning_of_its_own_in_every_language(dialect):
    for columns in (
        charge_rows.COLUMNS,
        charge_rows.PAYER_COLUMNS,
        charge_rows.ITEM_COLUMNS,
        charge_rows.RATE_COLUMNS,
    ):
        assert len({*headers(columns, dialect)}) == len(columns)
        assert all(meaning(column, dialect) for column in columns)


def test_money_has_two_decimals_and_the_mark_of_the_dialect():
    for dialect, mark in (("plain", "."), ("fr", ","), ("nl", ","), ("de", ",")):
        column = charge_rows.COLUMNS.index("amount")
        found = [row[column] for row in rows_of(dialect)[1:]]
        assert found[0] == f"15{mark}00"
        assert [round(Decimal(one.replace(",", ".")) * 100) for one in found] == [
            one.cents for one in month()
        ]


def test_json_says_money_with_the_digits_that_it_has():
    found = json.loads(table(Form.JSON), parse_float=Decimal)
    assert [(row["amount"], row["wallet"]) for row in found[:3]] == [
        (Decimal("15.00"), Decimal("0.00")),
        (Decimal("0.00"), Decimal("10.00")),
        (Decimal("0.00"), Decimal("0.00")),
    ]
    assert b'"amount": 15.00' in table(Form.JSON)


def test_a_payer_has_one_number_in_all_their_lines_and_in_the_accounting_file():
    column, payer = (charge_rows.COLUMNS.index(name) for name in ("number", "payer"))
    found = {(row[payer], row[column]) for row in rows_of("plain")[1:]}
    assert found == {("ada", "1"), ("bob", "2"), ("guild.h", "3"), ("m4", "4")}
    pieces = {
        (row["CompAuxNum"], row["PieceRef"]) for row in fec_checker.rows(made("fec")[0]) if row["CompAuxNum"]
    }
    assert pieces == {("ada", "2026-10-fec-1.1"), ("bob", "2026-10-fec-1.2"), ("guild.h", "2026-10-fec-1.3")}


# --- workbooks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_workbook_has_the_rows_of_the_csv_and_says_what_each_column_means(dialect):
    found = cells(workbook(dialect))
    rows, added, defined = found.values()
    assert rows[0] == headers(charge_rows.COLUMNS, dialect)
    text = rows_of(dialect)
    for cell, said in zip(rows[1:], text[1:], strict=True):
        for one, word in zip(cell, said, strict=True):
            assert_same(one, word)
    assert {row[0] for row in defined[1:]} >= {*rows[0], *headers(charge_rows.PAYER_COLUMNS, dialect)}
    assert all(row[1] for row in defined)
    assert any(row[0] == headers(("percent",), dialect)[0] for row in added)


def assert_same(cell, said):
    match cell:
        case None:
            assert said == ""
        case bool():
            assert said in ("yes", "oui", "ja") if cell else said in ("no", "non", "nee", "nein")
        case datetime():
            assert f"{cell:%Y-%m-%d}" == said
        case int() | float():
            assert Decimal(repr(cell)) == Decimal(said.replace(",", "."))
        case _:
            assert cell == said.removeprefix("'") or cell == said


def test_a_workbook_holds_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    kinds = {cell.data_type for page in book.worksheets for row in page.iter_rows() for cell in row}
    assert "f" not in kinds
    assert '=cmd|" /C calc"!A0' in {row[6] for row in cells(workbook())["charges"]}


def test_the_sums_of_a_workbook_are_those_of_the_statements():
    _, added, _ = cells(workbook()).values()
    top = next(at for at, row in enumerate(added) if row[0] == "number") + 1
    found = {row[1]: row for row in added[top : top + 4]}
    for payer in ("m1", "m2", "m3"):
        theirs = [one for one in month() if one.payer == payer]
        taxed = vat.totals(theirs)
        row = found[names(payer)[0]]
        wanted = (
            sum(one.net_cents for one in taxed),
            sum(one.vat_cents for one in taxed),
            sum(one.gross_cents for one in taxed),
        )
        assert tuple(round(cell * 100) for cell in row[4:7]) == wanted
        assert round(row[8] * 100) == vat.to_pay(theirs)


def test_the_same_charges_make_the_same_workbook_to_the_byte():
    assert workbook("fr") == workbook("fr")


def test_a_workbook_says_of_its_making_when_its_month_was_over_and_not_when_somebody_asked():
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    assert f"{book.properties.created:%Y-%m-%d %H:%M}" == "2026-11-01 00:00"


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_ROWS", len(month()))
    assert workbook()
    monkeypatch.setattr(xlsx, "MOST_ROWS", len(month()) - 1)
    with pytest.raises(UsageError, match="no more than 1 048 576 rows"):
        workbook()


def test_an_empty_month_is_a_workbook_too():
    added = Sums(names, accounts(), sort_of)
    rows = charge_rows.rows(added.through([]), AROUND)
    made = b"".join(xlsx.pieces("charges", charge_rows.COLUMNS, rows, added.blocks, "plain", book().day))
    assert len(cells(made)["charges"]) == 1


def test_a_block_of_sums_stands_under_its_title():
    rows = [("laser", 2)]
    made = xlsx.pieces(
        "usage",
        ("machine",),
        [],
        lambda: (Block("per_machine", ("machine", "sessions"), rows),),
        "de",
        book().day,
    )
    assert cells(b"".join(made))["Summen"] == [["je Maschine", None], ["Maschine", "Sitzungen"], ["laser", 2]]


# --- accounting files ---------------------------------------------------------------------------


def test_a_checker_of_the_published_columns_finds_nothing_wrong():
    name, _ = LAYOUTS["fec"]
    assert fec.file_name(book()) == name
    assert fec_checker.problems(name, made("fec")[0]) == []


def test_the_checker_sees_what_is_wrong():
    raw = made("fec")[0]
    for bad in (
        raw.replace(b"139,99", b"139,98"),
        raw.replace(b"20261031", b"20261032"),
        raw.replace(b"\tVentes\t2\t", b"\tVentes\t3\t"),
        raw.replace(b"139,99", b"139.99"),
        raw.replace(b"CompteNum", b"Compte"),
        raw.replace(b"2026-10-fec-1.1", b""),
    ):
        assert fec_checker.problems("123456789FEC20261031.txt", bad)
    assert fec_checker.problems("october.txt", raw) == ["it is called october.txt"]


def test_a_lab_without_a_siren_has_the_name_of_the_batch_in_its_place():
    assert fec.file_name(book("fec")).startswith("123456789FEC")
    nobody = replace(book(), accounts=replace(accounts(), siren=""))
    assert fec.file_name(nobody) == "2026-10-fec-1.txt"


def test_paheko_finds_its_columns_and_only_amounts_above_nothing():
    text = made("paheko")[0].decode("utf-8")
    assert csv.Sniffer().sniff(text.splitlines()[0]).delimiter == ";"
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    for row in rows:
        assert all(
            row[name] for name in ("Libellé", "Date", "Compte de débit", "Compte de crédit", "Montant")
        )
        assert not row["Numéro d'écriture"]
        assert Decimal(row["Montant"].replace(",", ".")) > 0
        assert row["Compte de débit"] != row["Compte de crédit"]
    paid = sum(Decimal(row["Montant"].replace(",", ".")) for row in rows if row["Compte de débit"] == "411")
    assert paid * 100 == made("paheko")[1].due


def test_a_name_with_a_comma_is_left_to_the_treasurer_for_paheko_reads_two_in_it():
    entry = next(entries([charge("m5")], accounts(), sort_of))
    for name, said in (("Lovelace, Ada", ""), ("Ada Lovelace", "Ada Lovelace")):
        of = replace(book("paheko"), names=lambda member, name=name: ("ada", name))
        [*rows] = paheko.layout(of).rows(entry, 1)
        assert {row.strip().split(";")[-1] for row in rows} == {said}
    nobody = replace(book("paheko"), accounts=accounts(members="none"))
    assert {row.strip().split(";")[-1] for row in paheko.layout(nobody).rows(entry, 1)} == {""}


def test_dolibarr_comes_to_our_totals_by_its_own_arithmetic():
    """A line's gross is its quantity by its net price and rate, to cents; a total is the sum of lines."""
    cent = Decimal("0.01")
    for invoice in json.loads(made("dolibarr")[0]):
        exact = [
            (Decimal(line["subprice"]) * line["qty"], Decimal(line["tva_tx"])) for line in invoice["lines"]
        ]
        gross = sum(((net * (1 + rate / 100)) for net, rate in exact), Decimal(0))
        assert gross.quantize(cent, ROUND_HALF_UP) == Decimal(invoice["total_ttc"])
        assert Decimal(invoice["total_ht"]) + Decimal(invoice["total_tva"]) == Decimal(invoice["total_ttc"])
        assert invoice["ref_client"].startswith("2026-10-dolibarr-1.")


def test_who_is_no_third_party_yet_is_told():
    assert made("dolibarr")[1].lacking == ["bob", "guild.h"]
    assert [one["socid"] for one in json.loads(made("dolibarr")[0])] == [12, None, None]


def test_somebody_who_gets_money_back_has_a_credit_note():
    back = charge(cents=-500)
    [invoice] = json.loads(made("dolibarr", [back])[0])
    assert (invoice["type"], invoice["total_ttc"]) == (2, "-5.00")
    rows = fec_checker.rows(made("fec", [back])[0])
    assert [(row["CompteNum"], row["Debit"], row["Credit"]) for row in rows] == [
        ("411", "0,00", "5,00"),
        ("70621", "4,13", "0,00"),
        ("4457", "0,87", "0,00"),
    ]


def test_a_transfer_is_called_after_what_was_earned_whichever_way_the_money_goes():
    for cents in (500, -500):
        text = made("paheko", [charge(cents=cents)])[0].decode()
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
        assert [row["Libellé"].rpartition(" : ")[2] for row in rows] == ["Temps machine", "TVA collectée"]
        side = "Compte de débit" if cents > 0 else "Compte de crédit"
        assert {row[side] for row in rows} == {"411"}


def test_a_column_file_of_the_lab_is_written_in_its_alphabet_and_width():
    raw = made("journal")[0]
    rows = list(csv.DictReader(io.StringIO(raw.decode("iso-8859-1"), newline=""), delimiter=";"))
    assert "Hélène & Oeuvres" in rows[-1]["Libellé"]
    assert all(len(row["Libellé"]) <= 50 and not (row["Débit"] and row["Crédit"]) for row in rows)
    totals = [
        sum(Decimal(row[side].replace(",", ".")) for row in rows if row[side]) for side in ("Débit", "Crédit")
    ]
    assert totals[0] == totals[1]


@pytest.mark.parametrize("program", LAYOUTS)
def test_the_text_beside_a_file_has_its_hash_and_sums(program):
    raw, tally = made(program)
    assert tally.sha256 == hashlib.sha256(raw).hexdigest()
    said = sums(program)
    assert tally.sha256 in said
    assert "to pay:   291.81 EUR" in said
    debit, credit = said.split("\ntotal")[1].split("\n")[0].split()
    assert debit == credit == "291.81"


def test_all_files_of_a_month_agree_on_what_is_to_pay():
    dues = {made(program)[1].due for program in LAYOUTS}
    payers = {one.payer for one in month()}
    assert dues == {sum(vat.to_pay([one for one in month() if one.payer == payer]) for payer in payers)}
    assert book().month == OCTOBER


def test_without_its_library_a_workbook_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(UsageError, match="a library that is not here") as refused:
        workbook()
    assert "pip install 'fabgate[xlsx]'" in refused.value.remedy
