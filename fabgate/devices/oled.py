"""What a display of 128 by 64 dots shows (SSD1306 or SH1106). Pure.

Above stand the machine's title and the time that is left, lit from behind while something runs out;
below what happened, in bold, and what to do next. The larger letters are taken where all fits on one
page, the smaller ones else. Where that does not do, bars at the foot say which page of how many it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.devices.protocols import Head
from fabgate.devices.screens import Lines, Page, paged, shortened, wrapped
from fabgate.devices.strike import Sheet, Strike, strike

WIDTH, HEIGHT = 128, 64
BAND = 13  # rows of the title
BODY = BAND + 1
FOOT = 2  # rows of the bars
EDGE = 2
SIZES = (10, 12)
GAP = 3  # between sentences, where there is room


@dataclass(frozen=True, slots=True)
class Size:
    """Letters of one size: bold for what happened, regular for what to do next."""

    bold: Strike
    regular: Strike

    @property
    def most(self) -> int:
        """How many lines fit below the title."""
        return (HEIGHT - BODY) // self.bold.height

    def of(self, sentence: int) -> Strike:
        return self.regular if sentence else self.bold

    def wrapped(self, sentence: int, text: str) -> Lines:
        return wrapped(text, WIDTH - 2 * EDGE, self.of(sentence).width)


def pictures(lines: tuple[str, ...], head: Head) -> tuple[Sheet, ...]:
    """What the display shows for these lines: one picture a page.

    As few pages as the smaller letters need, each in the larger ones where what it says still fits.
    """
    small, large = (Size(strike(f"bold-{size}"), strike(f"regular-{size}")) for size in SIZES)
    pages = paged([small.wrapped(number, line) for number, line in enumerate(lines)], small.most)
    sheets = []
    for number, page in enumerate(pages):
        size = small
        said = {sentence for sentence, _ in page}
        if not any(said & {sentence for sentence, _ in other} for other in pages if other is not page):
            bigger = [(one, line) for one in sorted(said) for line in large.wrapped(one, lines[one])]
            if len(bigger) <= large.most:
                size, page = large, tuple(bigger)
        sheets.append(_page(page, size, head, number, len(pages)))
    return tuple(sheets)


def _page(page: Page, size: Size, head: Head, number: int, of: int) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT, dim=head.dim)
    _head(sheet, head)
    height = size.bold.height
    spare = HEIGHT - BODY - len(page) * height - (FOOT if of > 1 else 0)
    y, before = BODY - (1 if of > 1 and spare <= 0 else 0), page[0][0] if page else 0
    for sentence, line in page:
        if sentence != before and spare >= GAP:
            y, spare = y + GAP, spare - GAP
        sheet.write(size.of(sentence), line, EDGE, y)
        y, before = y + height, sentence
    if of > 1:
        _foot(sheet, number, of)
    return sheet


def _head(sheet: Sheet, head: Head) -> None:
    """Title and time left; lit from behind while something runs out, else a line under it.

    What stands still for months burns into such a display: the title alone lights few dots, and dims.
    """
    bold = strike("bold-10")
    wide = bold.width(head.left)
    room = WIDTH - 2 * EDGE - (wide + 2 * EDGE if wide else 0)
    sheet.write(bold, shortened(head.title, room, bold.width), EDGE, 0)
    if head.left:
        sheet.write(bold, head.left, WIDTH - EDGE - wide, 0)
        sheet.invert(0, BAND)
    else:
        sheet.bar(0, BAND - 1, WIDTH, 1)


def _foot(sheet: Sheet, number: int, of: int) -> None:
    """A bar for each page; that of this one is thick."""
    wide = WIDTH // of
    for page in range(of):
        thick = FOOT if page == number else 1
        sheet.bar(page * wide + 1, HEIGHT - thick, wide - 2, thick)
