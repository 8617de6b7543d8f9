"""The files of a month and the reports, each made by a process of its own and handed to the browser."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile

import pytest
from board_lab import opened, plain
from money_books import books

MONTH = "/money/2026-10"


@pytest.fixture
def lab(tmp_path):
    return books(tmp_path)


@pytest.fixture
def board(lab):
    lab.worked("ada")
    with opened(lab) as found:
        found.sign_in("tess")
        yield found


def fetched(board, path, status=200):
    answer = board.client.get(path)
    assert answer.status_code == status, answer.text[:2000]
    return answer


def close(board):
    board.lab.done("close 2026-10 --by tess")


def test_the_charges_of_a_month_are_the_file_of_the_command_line(board):
    close(board)
    answer = fetched(board, f"{MONTH}/files/charges.csv?dialect=plain")
    assert answer.headers["content-disposition"] == 'attachment; filename="charges-2026-10.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["payer_name"] == "Ada Lovelace"
    assert json.loads(fetched(board, f"{MONTH}/files/charges.json").text)
    assert zipfile.is_zipfile(io.BytesIO(fetched(board, f"{MONTH}/files/charges.xlsx").content))
    assert fetched(board, f"{MONTH}/files/statements.pdf").content.startswith(b"%PDF")
    assert "laser" in fetched(board, f"{MONTH}/files/usage.csv").text


def test_who_reads_french_has_every_file_of_the_month_too(board):
    close(board)
    board.client.get(f"{MONTH}?lang=fr")
    for file in ("charges.json", "usage.json"):
        assert json.loads(fetched(board, f"{MONTH}/files/{file}").text)
    for file in ("charges.csv", "charges.xlsx", "usage.csv", "usage.xlsx"):
        fetched(board, f"{MONTH}/files/{file}")
    assert json.loads(fetched(board, "/money/reports/occupancy.json?first=2026-10&last=2026-10").text)


def test_one_payer_has_a_statement_of_their_own(board):
    close(board)
    assert "statement.pdf?payer=ada" in board.get(f"{MONTH}/charges?payer=ada")
    answer = fetched(board, f"{MONTH}/files/statement.pdf?payer=ada")
    assert answer.headers["content-disposition"] == 'attachment; filename="statement-ada-2026-10.pdf"'
    assert answer.content.startswith(b"%PDF")
    for nobody in ("", "?payer=--all", "?payer=nobody"):
        board.get(f"{MONTH}/files/statement.pdf{nobody}", 404)


def test_the_files_of_an_open_month_are_drafts_and_say_so(board):
    answer = fetched(board, f"{MONTH}/files/charges.csv")
    assert "charges-2026-10-draft.csv" in answer.headers["content-disposition"]
    assert "draft" in plain(board.get(MONTH))


def test_a_file_opens_in_the_spreadsheet_of_whoever_reads_french(board):
    close(board)
    assert ";" in fetched(board, f"{MONTH}/files/charges.csv?lang=fr").text.splitlines()[0]


@pytest.mark.parametrize("file", ["charges.exe", "../../etc/passwd", "accounting.csv", "x", "charges"])
def test_a_file_that_there_is_not_has_a_way_back(board, file):
    board.get(f"{MONTH}/files/{file}", 404)


def test_a_file_that_cannot_be_made_is_a_page_that_says_why(board):
    said = plain(fetched(board, "/money/2020-01/files/statements.pdf", 409).text)
    assert "Back to the wall" in said and "nobody was charged anything" in said


def test_a_file_whose_maker_is_not_installed_says_whom_to_tell(board, monkeypatch, tmp_path):
    (tmp_path / "xlsxwriter.py").write_text("raise ModuleNotFoundError", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said = board.get(f"{MONTH}/files/usage.xlsx?lang=fr", 409)
    assert "Dis-le à qui s'occupe de l'ordinateur" in plain(said) and "pip install" not in said


def test_a_month_to_come_has_no_page_and_no_files(board):
    board.get("/money/2031-01", 404)
    board.get("/money/2031-01/files/charges.csv", 404)


def test_a_batch_for_an_accounting_program_goes_out_once_and_stands_in_the_journal(board):
    close(board)

    def send(**more):
        keys = dict(re.findall(r'name="(csrf|once)" value="([^"]*)"', board.get(MONTH)))
        own = {"sec-fetch-site": "same-origin"}
        form = keys | {"profile": "paheko"} | more
        return board.client.post(f"{MONTH}/accounting", data=form, headers=own)

    first = send()
    assert (first.status_code, b"Ada Lovelace" in first.content) == (200, True)
    assert "2026-10-paheko-1 went out already." in plain(board.get(MONTH))
    board.get("/money?lang=fr")
    again = send()
    assert again.status_code == 409
    assert "Le journal d'octobre" not in again.text and "2026-10-paheko-1" in plain(again.text)
    assert "déjà" in plain(again.text) and "--again" not in again.text
    assert send(again="yes").status_code == 200
    assert hashlib.sha256(first.content).hexdigest() in board.lab.done("journal tail --json")
    assert send(profile="../../x").status_code == 404


# --- pictures and reports -------------------------------------------------------------------------


def test_income_is_a_picture_without_styles_or_scripts(board):
    close(board)
    picture = ET.fromstring(fetched(board, "/money/charts/income.svg").text)
    said = " ".join(text for text in picture.itertext())
    assert "6.00 EUR" in said and "October 2026" in said
    assert "6,00 EUR" in fetched(board, "/money/charts/income.svg?lang=de").text
    for part in picture.iter():
        assert "style" not in part.attrib
        assert not part.tag.endswith(("script", "style"))


def test_occupancy_is_a_picture_that_the_server_draws(board):
    answer = fetched(board, "/money/reports/occupancy.svg?first=2026-10&last=2026-10")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "the laser cutter" in answer.text or "laser" in answer.text


@pytest.mark.parametrize("report", ["occupancy", "funders", "sponsorship", "downtime"])
def test_each_report_is_shown_as_tables_to_who_does_not_see_its_picture(board, report):
    page = board.get(f"/money/reports/{report}.table?first=2026-09&last=2026-10&lang=fr")
    told = plain(page)
    assert "septembre – octobre 2026" in told and "None" not in told and "Decimal" not in told
    assert re.search(r'<td class="number">0,0</td>|<td class="number">[0-9*–]', page)
    assert page.count("<caption>") == page.count("<table>") >= 1


def test_a_report_is_downloaded_as_a_table(board):
    answer = fetched(board, "/money/reports/downtime.csv?first=2026-09&last=2026-10")
    assert "downtime-2026-09-2026-10.csv" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    "query", ["", "?first=x&last=2026-10", "?first=2026-10&last=2026-13", "?first=2026-10"]
)
def test_a_report_of_no_months_is_asked_for_again(board, query):
    assert "does not fit" in plain(board.get(f"/money/reports/funders.csv{query}", 422))


def test_a_report_of_months_to_come_says_why_not(board):
    said = board.get("/money/reports/funders.csv?first=2040-01&last=2040-02", 409)
    assert "has not begun" in plain(said)


# --- the price list -------------------------------------------------------------------------------


def test_the_price_list_is_told_in_plain_words(board):
    said = plain(board.get("/money/tariff"))
    assert "laser 12.00 EUR an hour" in said and "Membership (month) 20.00 EUR a month" in said
    assert "pro Stunde" in plain(board.get("/money/tariff?lang=de"))


def test_a_bill_is_tried_step_by_step_and_nothing_is_written(board):
    said = plain(board.get("/money/tariff/try?machine=laser&minutes=65&category=student"))
    assert "1 h 5 min at 12.00 EUR an hour: 13.00 EUR" in said and "To pay: 6.50 EUR" in said
    with_plan = plain(board.get("/money/tariff/try?machine=laser&minutes=60&plan=month&wallet=100"))
    assert "Membership" in with_plan


@pytest.mark.parametrize(
    "query",
    [
        "machine=nothing&minutes=65",
        "machine=laser&minutes=-1",
        "machine=laser&minutes=x",
        "machine=laser&minutes=65&day=2026-99-01",
        "machine=laser&minutes=65&day=1999-01-01",
        "machine=laser&minutes=65&wallet=-3",
        "machine=laser&minutes=65&plan=%3Cscript%3E",
    ],
)
def test_a_trial_that_makes_no_sense_is_asked_for_again(board, query):
    page = board.get(f"/money/tariff/try?{query}", 422)
    assert "refusal" in page and "<script>" not in page
    assert "Make the bill" in plain(page)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("minutes=65&busy=x", "« x » ne convient pas pour"),
        ("minutes=", "n'est pas rempli"),
        ("minutes=65&wallet=1,234", "« 1,234 » ne convient pas pour"),
    ],
)
def test_a_trial_names_the_field_that_does_not_fit_in_the_readers_language(board, query, said):
    page = board.get(f"/money/tariff/try?machine=laser&{query}&lang=fr", 422)
    assert said in plain(page) and "Write" not in page


def test_a_comma_is_a_decimal_point_to_who_writes_one(board):
    comma = plain(board.get("/money/tariff/try?machine=laser&minutes=7,5&wallet=20,50"))
    assert comma == plain(board.get("/money/tariff/try?machine=laser&minutes=7.5&wallet=20.50")).replace(
        "7.5", "7,5"
    )
