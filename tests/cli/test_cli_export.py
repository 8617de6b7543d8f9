"""What a treasurer takes away from a closed month, typed as they would."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pytest
from cli_lab import ADA, Floor, Lab

from fabgate.config import read_tariff
from fabgate.model import MachineId
from fabgate.records import BatchExported
from fabgate.reports.charge_rows import COLUMNS
from fabgate.store import journal
from fabgate.store.db import Store

PRICES = """\
[vat]
regime = "taxable"
[vat.rate.standard]
1996-01-01 = 21

[version.2026]
since = 2026-01-01
vat = "standard"

[version.2026.machine.laser]
price = 10
every = "30m"

[version.2026.item.pla]
title = "PLA"
unit = "g"
price = 0.1
"""
NOVEMBER_MS = int(datetime(2026, 11, 2, 9, tzinfo=UTC).timestamp()) * 1000
FEC = "export accounting --month 2026-10 --profile fec --by zoe"


@pytest.fixture
def lab(empty: Lab) -> Lab:
    """Ada worked for 65 minutes and took 413 g; it is November, and October is not closed."""
    path = empty.folder / "prices.toml"
    path.write_text(PRICES, encoding="utf-8")
    empty.settings = replace(empty.settings, tariff=read_tariff(path))
    empty.done('init --manager "Zoe Dupont" --id zoe')
    empty.people()
    floor = Floor(empty)
    floor.tap("laser", ADA)
    floor.pass_s(65 * 60)
    floor.tap("laser", ADA)
    floor.stage.settle()
    floor.stage.shut_down()
    empty.done("sell item ada pla --quantity 413 --by zoe")
    empty.clock.advance(NOVEMBER_MS - empty.clock.now().wall_ms)
    return empty


@pytest.fixture
def closed(lab: Lab) -> Lab:
    lab.done("close 2026-10 --by zoe")
    return lab


def exported(lab: Lab) -> list[BatchExported]:
    with Store(lab.settings.gate.state).reader() as reader:
        found = journal.entries(reader.conn, kinds=(BatchExported.kind,))
        return [one.body for one in found]


def rows(text: str) -> list[dict[str, str]]:
    table = text[text.index("charge,") :].partition("a draft: ")[0]
    return list(csv.DictReader(io.StringIO(table, newline="")))


def test_a_closed_month_is_a_row_a_charge(closed):
    found = rows(closed.done("export charges --month 2026-10"))
    assert [(row["payer"], row["sort"], row["item"], row["amount"]) for row in found] == [
        ("ada", "item", "pla", "41.30"),
        ("ada", "machine", "laser", "15.00"),
    ]
    assert (found[1]["seconds_powered"], found[1]["seconds_billed"], found[1]["version"]) == (
        "3900",
        "5400",
        "2026",
    )
    assert found[0]["charge"] and found[0]["period"] == "2026-10"
    assert found == rows(closed.done("export charges --month 2026-10"))


def test_a_month_that_is_not_closed_is_refused_and_shown_as_a_draft(lab):
    for command in ("export charges --month 2026-10", FEC):
        said = lab.refused(command)
        assert "2026-10 is not closed" in said
        assert "fabgate close 2026-10 --dry-run" in said
    draft = lab.done("export charges --month 2026-10 --draft")
    assert "a draft: it changes until the month is closed" in draft
    assert [(row["amount"], row["charge"], row["period"]) for row in rows(draft)] == [
        ("41.30", "", ""),
        ("15.00", "", ""),
    ]


def test_a_closed_month_is_no_draft(closed):
    assert "2026-10 is closed" in closed.refused("export charges --month 2026-10 --draft")


def test_a_draft_for_the_accounting_program_says_so_in_its_name_and_is_no_batch(lab):
    said = lab.done(f"{FEC} --draft --output {lab.folder}")
    assert "2026-10-fec-draft.txt" in said
    assert "2026-10-fec-draft.1" in (lab.folder / "2026-10-fec-draft.txt").read_text()
    assert exported(lab) == []


def test_a_file_for_the_accounting_program_is_named_hashed_and_summed(closed):
    said = closed.done(f"{FEC} --output {closed.folder}")
    file, beside = closed.folder / "2026-10-fec-1.txt", closed.folder / "2026-10-fec-1.sums.txt"
    assert f"written: {file}" in said and f"written: {beside}" in said
    [batch] = exported(closed)
    raw = file.read_bytes()
    assert (batch.batch, batch.period, batch.profile, batch.rows) == ("2026-10-fec-1", "2026-10", "fec", 4)
    assert batch.sha256 == hashlib.sha256(raw).hexdigest()
    assert batch.sha256 in beside.read_text()
    assert raw.count(b"2026-10-fec-1.1\t") == 4
    assert b"\t56,30\t" in raw


def test_it_goes_out_once_unless_that_is_meant(closed):
    closed.done(f"{FEC} --output {closed.folder}")
    before = (closed.folder / "2026-10-fec-1.txt").read_bytes()
    said = closed.refused(f"{FEC} --output {closed.folder}")
    assert "This went out already, as 2026-10-fec-1." in said
    assert "--again" in said
    closed.done(f"{FEC} --output {closed.folder} --again")
    assert [one.batch for one in exported(closed)] == ["2026-10-fec-1", "2026-10-fec-2"]
    second = (closed.folder / "2026-10-fec-2.txt").read_bytes()
    assert second == before.replace(b"2026-10-fec-1.", b"2026-10-fec-2.")


def test_another_program_is_another_batch(closed):
    closed.done(f"{FEC} --output {closed.folder}")
    closed.done(f"export accounting --month 2026-10 --profile paheko --by zoe --output {closed.folder}")
    assert [one.profile for one in exported(closed)] == ["fec", "paheko"]


def test_the_first_file_that_took_a_charge_stands_beside_it_for_ever(closed):
    assert {row["batch"] for row in rows(closed.done("export charges --month 2026-10"))} == {""}
    closed.done(f"{FEC} --output {closed.folder}")
    closed.done(f"{FEC} --output {closed.folder} --again")
    assert {row["batch"] for row in rows(closed.done("export charges --month 2026-10"))} == {"2026-10-fec-1"}


def test_the_reference_of_an_entry_leads_back_to_all_that_its_payer_was_charged(lab):
    lab.done('member add "Aaron Nothing" --id aaron --by zoe')
    lab.done("sell item bob pla --quantity 10 --day 2026-10-25 --by zoe")
    lab.done("close 2026-10 --by zoe")
    lab.done(f"{FEC} --output {lab.folder}")
    entries = fec_rows(lab.folder / "2026-10-fec-1.txt")
    pieces = {row["CompAuxNum"]: row["PieceRef"] for row in entries if row["CompAuxNum"]}
    assert set(pieces) == {"ada", "bob"}
    for handle, lines in (("ada", 2), ("bob", 1)):
        said = lab.done(f"charge settle {pieces[handle]} --day 2026-11-02 --by zoe")
        assert f"{lines} charge(s) are settled." in said
        numbers = {
            row["number"]
            for row in rows(lab.done("export charges --month 2026-10"))
            if row["payer"] == handle
        }
        assert numbers == {pieces[handle].rpartition(".")[2]}


def fec_rows(file):
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline=""), delimiter="\t"))


def test_on_the_screen_the_file_comes_alone_and_its_sums_are_told_beside(closed):
    said = closed.done(FEC)
    assert said.startswith("JournalCode\t")
    assert "to pay:   56.30 EUR" in said
    assert len(exported(closed)) == 1


def test_a_file_that_cannot_be_written_is_no_batch(closed):
    said = closed.refused(f"{FEC} --output {closed.folder}/nowhere/october.txt")
    assert "cannot write" in said
    assert exported(closed) == []
    assert "2026-10-fec-1" in closed.done(FEC)


def test_a_refused_batch_leaves_no_file(closed):
    closed.done('member add "Eve" --id eve --by zoe')
    closed.refused(f"export accounting --month 2026-10 --profile fec --by eve --output {closed.folder}")
    assert not list(closed.folder.glob("*fec*"))
    assert exported(closed) == []


def test_the_account_numbers_are_the_labs_and_a_mistake_in_them_is_named_by_its_line(closed):
    path = closed.folder / "accounting.toml"
    path.write_text('[export]\nsiren = "123456789"\n[machines]\nlaser = "70621"\n')
    closed.settings = replace(closed.settings, lab=replace(closed.settings.lab, accounting=path))
    closed.done(f"{FEC} --output {closed.folder}")
    assert b"\t70621\tTemps machine\t" in (closed.folder / "123456789FEC20261031.txt").read_bytes()
    path.write_text("[accounts]\nmachine = 7062\n")
    said = closed.refused(f"{FEC} --again")
    assert "accounting.toml:2: accounts.machine: a text is wanted" in said


def test_a_draft_never_has_the_name_of_the_real_file(lab):
    path = lab.folder / "accounting.toml"
    path.write_text('[export]\nsiren = "123456789"\n')
    lab.settings = replace(lab.settings, lab=replace(lab.settings.lab, accounting=path))
    lab.done(f"{FEC} --draft --output {lab.folder}")
    assert [file.name for file in sorted(lab.folder.glob("*fec*"))] == [
        "2026-10-fec-draft.sums.txt",
        "2026-10-fec-draft.txt",
    ]


def test_the_sample_of_account_numbers_is_printed(lab):
    assert lab.done("export accounts").startswith("# The account numbers of the lab")


def test_a_file_of_columns_is_a_program_too(closed):
    path = closed.folder / "Bob.50.toml"
    path.write_text(
        '[file]\nrows = "sales"\n[column.net]\nvalue = "{net}"\n[column.what]\nvalue = "{what}"\n'
    )
    closed.done(f"export accounting --month 2026-10 --profile {path} --by zoe --output {closed.folder}")
    [batch] = exported(closed)
    assert batch.batch == "2026-10-bob-50-1"
    assert (closed.folder / "2026-10-bob-50-1.csv").read_text(encoding="utf-8") == (
        "net;what\n12,40;the laser cutter\n34,13;PLA\n"
    )


def test_a_wrong_word_in_a_file_of_columns_is_named_by_its_line(closed):
    path = closed.folder / "bob.toml"
    path.write_text('[column.net]\nvalue = "{nett}"\n')
    said = closed.refused(f"export accounting --month 2026-10 --profile {path} --by zoe")
    assert "bob.toml:2: column.net.value: a row of postings has no {nett}" in said


def test_an_unknown_program_is_refused_with_those_that_there_are(closed):
    said = closed.refused("export accounting --month 2026-10 --profile sage --by zoe")
    assert "there is no program 'sage'" in said
    assert "fec, paheko, dolibarr" in said


def test_drafts_of_invoices_say_for_whom_a_number_is_missing(closed):
    said = closed.done(
        f"export accounting --month 2026-10 --profile dolibarr --by zoe --output {closed.folder}"
    )
    assert "no number of a third party for: ada" in said
    [invoice] = json.loads((closed.folder / "2026-10-dolibarr-1.json").read_text())
    assert invoice["total_ttc"] == "56.30"


@pytest.mark.parametrize("what", ["usage", "charges"])
def test_a_workbook_has_the_table_the_sums_and_what_the_columns_mean(closed, what):
    file = closed.folder / "october.xlsx"
    closed.done(f"export {what} --month 2026-10 --format xlsx --dialect nl --output {file}")
    book = openpyxl.load_workbook(file)
    assert [page.title for page in book.worksheets][1:] == ["Totalen", "Definities"]
    assert book.worksheets[0].max_row == (2 if what == "usage" else len(("laser", "pla")) + 1)
    assert zipfile.is_zipfile(file)


def test_every_column_of_charges_stands_in_every_form(closed):
    [_, first] = json.loads(closed.done("export charges --month 2026-10 --format json"))
    assert tuple(first) == COLUMNS
    assert MachineId(first["item"]) == "laser"


def test_a_workbook_is_nothing_for_a_screen(closed):
    said = closed.refused("export charges --month 2026-10 --format xlsx")
    assert "a workbook is nothing to read on a screen" in said
