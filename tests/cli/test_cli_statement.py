"""A member's month on paper, as it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from cli_lab import ADA, Floor, Lab

from fabgate.tariff import Band, Purpose, Regime, Tariff, TimePrice, Version

PRICES = Tariff(
    (
        Version(
            "2026",
            date(2026, 1, 1),
            {"*": {"": TimePrice((Band(Decimal(12)),), vat="standard")}},
            purposes={"client": Purpose("Work for a client")},
        ),
    ),
    regime=Regime.TAXABLE,
    rates={"standard": ((date(2000, 1, 1), Decimal(21)),)},
    digest="d1",
    text="[version.2026]",
)
DAY_S = 86_400


@pytest.fixture
def month(lab: Lab) -> Iterator[Lab]:
    """October, closed: Ada worked on the laser for half an hour, and speaks Dutch."""
    lab.settings = replace(lab.settings, tariff=PRICES)
    lab.people()
    lab.done("member edit ada --language nl --by zoe")
    floor = Floor(lab)
    floor.tap("laser", ADA)
    floor.pass_s(1_800)
    floor.tap("laser", ADA)
    floor.pass_s(9 * DAY_S)
    lab.done("close 2026-10 --by zoe")
    yield lab
    floor.stage.shut_down()


def text(path: Path) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path))


def test_a_member_gets_their_month_in_their_language(month, tmp_path):
    out = tmp_path / "ada.pdf"
    assert f"written: 1 statement(s), in {out}" in month.done(f"statement ada --month 2026-10 --output {out}")
    said = text(out)
    assert "Overzicht oktober 2026" in said and "Ada Lovelace" in said
    assert "the laser cutter" in said and "6,00" in said and "geen factuur" in said
    assert "Afgesloten op" in said and "2 november 2026" in said
    assert out.stat().st_mode & 0o007 == 0


def test_everybody_gets_a_file_in_a_folder_or_pages_in_one(month, tmp_path):
    out = tmp_path / "all"
    month.done(f"statement --all --month 2026-10 --output {out}")
    assert [one.name for one in out.iterdir()] == ["2026-10-ada.pdf"]
    whole = tmp_path / "all.pdf"
    month.done(f"statement --all --month 2026-10 --output {whole} --one-file")
    assert text(whole) == text(out / "2026-10-ada.pdf")


def test_who_was_charged_nothing_gets_a_statement_that_says_so(month, tmp_path):
    out = tmp_path / "bob.pdf"
    month.done(f"statement bob --month 2026-10 --output {out}")
    assert "Nothing was used" in text(out) and "0.00" in text(out)


def test_an_open_month_has_drafts_only(month, tmp_path):
    out = tmp_path / "ada.pdf"
    assert "not closed" in month.refused(f"statement ada --month 2026-11 --output {out}")
    assert not out.exists()
    month.done(f"statement ada --month 2026-11 --output {out} --draft")
    assert "Voorlopig" in text(out)


def test_what_does_not_go_together_is_said(month, tmp_path):
    out = tmp_path / "ada.pdf"
    assert "whose statement" in month.refused(f"statement --month 2026-10 --output {out}")
    assert "whose statement" in month.refused(f"statement ada --all --month 2026-10 --output {out}")
    assert "--one-file" in month.refused(f"statement ada --one-file --month 2026-10 --output {out}")
    assert "no member adda" in month.refused(f"statement adda --month 2026-10 --output {out}")
    assert "no month" in month.refused(f"statement ada --month 10 --output {out}")
    assert list(tmp_path.glob("*.pdf")) == []


def test_who_was_forgotten_has_a_statement_without_a_name(month, tmp_path):
    month.done('privacy forget ada --force --by zoe --reason "letter 12"')
    out = tmp_path / "all"
    month.done(f"statement --all --month 2026-10 --output {out}")
    [one] = out.iterdir()
    assert one.name.startswith("2026-10-m-")
    assert "Lovelace" not in text(one) and "6.00" in text(one)
    month.done("close --verify")
    month.done("journal verify")
