"""Statements as PDF, read back and looked at: every page, every language, every letter of a name."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pypdfium2
import pytest
from stated import PAYEE, a_month, stated

from fabgate.errors import UsageError
from fabgate.reports import statement_pdf
from fabgate.reports.statement import Statement
from fabgate.texts.catalogue import LANGUAGES

LONG = replace(
    PAYEE,
    name="Société coopérative des Œuvres de l'Atelier de Réparation Collaborative de Schaerbeek ASBL č ő Ł",
    handle="atelier-de-reparation-collaborat",
    address=(
        "c/o Łukasz Żółćński-Dvořák",
        "Rue du Très-Long-Nom-de-Rue-qui-ne-Finit-Jamais 1234",
        "1030 Schaerbeek",
    ),
)


def pages(*statements: Statement) -> list[str]:
    document = pypdfium2.PdfDocument(statement_pdf.pdf(statements))
    return [page.get_textpage().get_text_bounded() for page in document]


def ink(statements: Iterable[Statement]) -> Iterable[tuple[int, tuple[int, int, int, int]]]:
    """Of each page how wide it is and the box that is printed on, in pixels at 72 dpi."""
    for page in pypdfium2.PdfDocument(statement_pdf.pdf(statements)):
        picture = page.render(scale=1).to_pil().convert("L").point(lambda grey: 255 - grey)
        box = picture.getbbox()
        assert box is not None
        yield picture.size[0], box


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_stated_can_be_read_on_the_page(language):
    said = stated(*a_month(), language=language)
    [page] = pages(said)
    wanted = [*said.to, said.lab, said.note, *said.heads, said.tax_title]
    wanted += [cell for row in said.rows for cell in (row.day, row.what, row.amount, *row.details)]
    wanted += [cell for row in (*said.sums, *said.taxes, *said.facts) for cell in row]
    lost = [text for text in wanted if text.replace("\u202f", " ") not in page.replace("\u202f", " ")]
    assert lost == []
    assert said.page(1, "1") in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_printed_beyond_the_margins(language):
    many = [one for _ in range(4) for one in a_month()]
    for width, (left, top, right, _) in ink([stated(*many, language=language, payee=LONG, draft=True)]):
        assert left > 50 and top > 45 and right < width - 50


def test_a_long_month_goes_on_over_pages_each_with_its_number_and_heads():
    said = stated(*[one for _ in range(5) for one in a_month()], payee=LONG)
    found = pages(said)
    assert len(found) == 3
    for number, page in enumerate(found, 1):
        assert f"page {number} of 3" in page and "Statement October 2026" in page
        assert "Amount" in page
    assert "To pay" in found[-1] and not any("To pay" in page for page in found[:-1])


def test_no_line_is_lost_between_two_pages():
    lines = [replace(one, item=f"thing {number:03}") for number, one in enumerate(a_month() * 12)]
    whole = " ".join(pages(stated(*lines)))
    assert all(f"thing {number:03}" in whole for number in range(len(lines)) if lines[number].item)
    places = [whole.index(f"thing {number:03}") for number in range(len(lines))]
    assert all(one < other for one, other in pairwise(places))


def test_every_letter_of_a_european_name_is_there():
    name = "Çedric Œuvrard, Jiří Čapek, Őszi Gergő, Łucja Żak, Þór Ðúason, Ștefan Țepeș, Νίκος, Олена Їжак"
    [page] = pages(stated(payee=replace(PAYEE, name=name)))
    assert name.replace(" ", "") in page.replace("\r\n", "").replace("\n", "").replace(" ", "")


def test_a_sign_that_the_font_has_not_breaks_nothing():
    [page] = pages(stated(payee=replace(PAYEE, name="山田 太郎 \U0001f600 of Ada")))
    assert "of Ada" in page


def test_a_word_without_a_gap_is_cut_and_not_printed_over_the_edge():
    for width, (_, _, right, _) in ink([stated(payee=replace(PAYEE, name="W" * 300, address=("M" * 200,)))]):
        assert right < width - 50


def test_several_statements_are_one_file_each_with_pages_of_its_own():
    long = stated(*[one for _ in range(5) for one in a_month()], language="fr")
    found = pages(stated(*a_month()), long, stated(language="nl"))
    assert "page 1 of 1" in found[0]
    assert "page 1 sur 3" in found[1] and "page 3 sur 3" in found[3]
    assert "blad 1 van 1" in found[4]


def test_the_same_statement_is_the_same_file():
    assert statement_pdf.pdf([stated(*a_month())]) == statement_pdf.pdf([stated(*a_month())])


def test_without_the_library_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name: str, *args: object, **kwargs: object) -> object:
        if name == "fpdf":
            raise ImportError(name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match="fpdf2") as refused:
        statement_pdf.pdf([stated()])
    assert "fabgate[statements]" in str(refused.value)
