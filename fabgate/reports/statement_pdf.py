"""A statement as PDF: one A4 page or several, with letters that every European name has.

The font lies beside this file, so that it looks the same anywhere. The same statement gives the same bytes:
its date is that of the month's closing. Needs fpdf2 (`pip install 'fabgate[statements]'`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from importlib import resources
from typing import TYPE_CHECKING

from fabgate.errors import MissingExtra
from fabgate.reports.statement import Row, Statement

if TYPE_CHECKING:
    from fpdf import FPDF

_FONT = "DejaVuSansCondensed"
# Millimetres, of a page that is 210 by 297; the address stands where the windows of envelopes are.
_LEFT, _TOP, _RIGHT, _BOTTOM = 20, 18, 190, 272
_ADDRESS_Y, _TABLE_Y, _FACTS_X = 48, 92, 122
_DAY, _AMOUNT = 22, 30
_WIDE = _RIGHT - _LEFT
_WHAT = _WIDE - _DAY - _AMOUNT
_LINE, _SMALL = 5.0, 4.1
_GREY = 90


def pdf(statements: Iterable[Statement]) -> bytes:
    """One document with these statements, each on pages of its own. Raises MissingExtra without fpdf2."""
    found = list(statements)
    sheet = _sheet()
    if found:
        made = datetime.combine(max(one.made for one in found), time(12), UTC)
        sheet.set_creation_date(made)
        sheet.set_title(f"{found[0].lab}: {found[0].title}, {found[0].month}")
    for one in found:
        _Page(sheet, one).put()
    return bytes(sheet.output())


def _sheet() -> FPDF:
    try:
        from fpdf import FPDF
    except ImportError:
        raise MissingExtra(
            "statements need fpdf2, which is not installed", "Type: pip install 'fabgate[statements]'"
        ) from None
    sheet = FPDF(format="A4", unit="mm")
    sheet.set_auto_page_break(False)
    fonts = resources.files("fabgate.reports") / "fonts"
    for style, name in (("", _FONT), ("B", f"{_FONT}-Bold")):
        with resources.as_file(fonts / f"{name}.ttf") as path:
            sheet.add_font(_FONT, style, path)
    return sheet


class _Page:
    """One statement on its way to the sheet: where the pen stands, and when a new page begins."""

    def __init__(self, sheet: FPDF, said: Statement) -> None:
        self._sheet, self._said = sheet, said
        self._y = 0.0
        self._pages: list[int] = []

    def put(self) -> None:
        self._begin()
        self._address()
        self._heads()
        for row in self._said.rows:
            self._row(row)
        if not self._said.rows:
            self._font(9.5, "")
            self._text(self._said.nothing, _LEFT + _DAY, _WHAT)
        self._sums()
        self._taxes()
        self._mentions()
        self._number()

    # --- pages

    def _begin(self) -> None:
        sheet, said = self._sheet, self._said
        sheet.add_page()
        self._pages.append(sheet.page)
        self._font(13, "B")
        self._at(said.lab, _LEFT, _TOP, _FACTS_X - _LEFT - 4)
        self._at(f"{said.title} {said.month}", _FACTS_X, _TOP, _RIGHT - _FACTS_X)
        self._y = _TOP + 14
        if said.draft:
            self._font(9, "B")
            self._at(said.draft, _LEFT, _TOP + 8, _WIDE)

    def _room(self, height: float, heads: bool = True) -> None:
        """Begin a new page where so much does not fit on this one."""
        if self._y + height > _BOTTOM:
            self._begin()
            if heads:
                self._heads()

    def _number(self) -> None:
        """The pages of a statement are counted when all of them are there."""
        sheet, last = self._sheet, self._sheet.page
        for count, page in enumerate(self._pages, 1):
            sheet.page = page
            self._font(7, "")  # a font that stands already is not written again, and may stand elsewhere
            self._font(8, "")
            sheet.set_text_color(_GREY)
            sheet.set_xy(_LEFT, _BOTTOM + 10)
            name = self._fitted(self._said.to[0], 100)
            who = f"{name}  {chr(0xB7)}  " if len(self._pages) > 1 else ""
            text = who + self._said.page(count, str(len(self._pages)))
            sheet.cell(_WIDE, 4, text, align="R")
            sheet.set_text_color(0)
        sheet.page = last

    # --- parts

    def _address(self) -> None:
        self._y = _ADDRESS_Y
        for number, line in enumerate(self._said.to):
            self._font(10, "B" if number == 0 else "")
            self._text(line, _LEFT, _FACTS_X - _LEFT - 8)
        low = self._y
        self._y = _ADDRESS_Y
        for label, value in self._said.facts:
            self._font(9, "")
            self._sheet.set_text_color(_GREY)
            self._at(label, _FACTS_X, self._y, 30)
            self._sheet.set_text_color(0)
            self._text(value, _FACTS_X + 30, _RIGHT - _FACTS_X - 30)
        self._y = max(low + 8, self._y + 8, _TABLE_Y)
        self._font(8, "")
        self._sheet.set_text_color(_GREY)
        self._at(self._said.note, _LEFT, self._y - 5, _WIDE, "R")
        self._sheet.set_text_color(0)

    def _heads(self) -> None:
        self._font(9, "B")
        when, what, amount = self._said.heads
        self._at(when, _LEFT, self._y, _DAY)
        self._at(what, _LEFT + _DAY, self._y, _WHAT)
        self._at(amount, _RIGHT - _AMOUNT, self._y, _AMOUNT, "R")
        self._y += _LINE + 0.8
        self._rule()

    def _row(self, row: Row) -> None:
        self._font(9.5, "")
        what = self._lines(row.what, _WHAT)
        self._font(8, "")
        details = [line for detail in _together(row.details) for line in self._lines(detail, _WHAT)]
        self._room(len(what) * _LINE + len(details) * _SMALL + 1.4)
        self._font(9.5, "")
        self._at(row.day, _LEFT, self._y, _DAY)
        self._at(row.amount, _RIGHT - _AMOUNT, self._y, _AMOUNT, "R")
        for line in what:
            self._at(line, _LEFT + _DAY, self._y, _WHAT)
            self._y += _LINE
        self._font(8, "")
        self._sheet.set_text_color(_GREY)
        for line in details:
            self._at(line, _LEFT + _DAY, self._y, _WHAT)
            self._y += _SMALL
        self._sheet.set_text_color(0)
        self._y += 1.4

    def _sums(self) -> None:
        self._room(len(self._said.sums) * (_LINE + 0.8) + 8, heads=False)
        self._rule()
        *steps, last = self._said.sums
        for label, amount in steps:
            self._font(9.5, "")
            self._sum(label, amount)
        self._font(11, "B")
        self._y += 0.8
        self._sum(*last)
        self._y += 5

    def _sum(self, label: str, amount: str) -> None:
        self._at(label, _LEFT + _DAY, self._y, _WHAT)
        self._at(amount, _RIGHT - _AMOUNT, self._y, _AMOUNT, "R")
        self._y += _LINE + 0.6

    def _taxes(self) -> None:
        if not self._said.taxes:
            return
        self._room((len(self._said.taxes) + 2) * _LINE + 6, heads=False)
        self._font(9, "B")
        self._at(self._said.tax_title, _LEFT + _DAY, self._y, _WHAT)
        self._y += _LINE
        for number, row in enumerate((self._said.tax_heads, *self._said.taxes)):
            self._font(9, "")
            self._sheet.set_text_color(_GREY if number == 0 else 0)
            for place, cell in enumerate(row):
                self._at(cell, _LEFT + _DAY + place * 36, self._y, 34, "L" if place == 0 else "R")
            self._y += _LINE
        self._sheet.set_text_color(0)
        self._y += 5

    def _mentions(self) -> None:
        self._font(8.5, "")
        for mention in self._said.mentions:
            lines = self._lines(mention, _WIDE)
            self._room(len(lines) * _SMALL + 2, heads=False)
            self._font(8.5, "")
            for line in lines:
                self._at(line, _LEFT, self._y, _WIDE)
                self._y += _SMALL
            self._y += 1.5

    # --- pen

    def _font(self, size: float, style: str) -> None:
        self._sheet.set_font(_FONT, style, size)

    def _text(self, text: str, x: float, width: float) -> None:
        """A text on as many lines as it needs; the pen stands below it."""
        for line in self._lines(text, width):
            self._at(line, x, self._y, width)
            self._y += _LINE

    def _at(self, text: str, x: float, y: float, width: float, align: str = "L") -> None:
        self._sheet.set_xy(x, y)
        self._sheet.cell(width, _LINE, self._fitted(text, width), align=align)

    def _lines(self, text: str, width: float) -> list[str]:
        from fpdf.enums import MethodReturnValue

        found = self._sheet.multi_cell(width, _LINE, text, dry_run=True, output=MethodReturnValue.LINES)
        assert isinstance(found, list)
        return found

    def _fitted(self, text: str, width: float) -> str:
        """As much of a text as fits on one line."""
        if self._sheet.get_string_width(text) <= width:
            return text
        while text and self._sheet.get_string_width(text + "\u2026") > width:
            text = text[:-1]
        return text + "\u2026"

    def _rule(self) -> None:
        self._sheet.set_draw_color(160)
        self._sheet.line(_LEFT, self._y, _RIGHT, self._y)
        self._y += 1.6


def _together(details: tuple[str, ...]) -> list[str]:
    return ["  \u00b7  ".join(details)] if details else []
