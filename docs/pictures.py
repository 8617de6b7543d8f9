"""Draws what a display shows, dot by dot, with Pillow and luma's table of signs: for docs/screens/."""

from __future__ import annotations

from functools import cache

from luma.core.bitmap_font import bitmap_font, embedded_fonts
from luma.lcd.const import hd44780
from PIL import Image

from fabgate.devices.lcd import pages
from fabgate.devices.lcd_signs import codes, own, table
from fabgate.devices.oled import pictures
from fabgate.devices.protocols import Head

DOT = 3  # points of the picture a dot
EDGE = 9
DARK, LIT = (12, 14, 22), (214, 236, 255)  # an OLED
GLASS, CELL, INK = (150, 184, 40), (140, 174, 34), (24, 34, 10)  # an LCD
PAPER = (255, 255, 255)
WIDE, HIGH = 5, 8  # dots of a sign


def screen(lines: tuple[str, ...], head: Head, size: tuple[int, int] = (20, 4)) -> Image.Image:
    """Both displays, the one of dots above, each with its pages beside one another."""
    dots = [_framed(_oled(sheet.rows, sheet.width), DARK) for sheet in pictures(lines, head)]
    signs = [_framed(_lcd(page), GLASS) for page in pages(lines, head, *size)]
    return _stacked([_beside(dots), _beside(signs)]).quantize(8, dither=Image.Dither.NONE)


def _oled(rows: list[int], width: int) -> Image.Image:
    made = Image.new("RGB", (width, len(rows)), DARK)
    for y, row in enumerate(rows):
        for x in range(width):
            if row >> (width - 1 - x) & 1:
                made.putpixel((x, y), LIT)
    return made.resize((made.width * DOT, made.height * DOT), Image.Resampling.NEAREST)


def _lcd(page: tuple[str, ...]) -> Image.Image:
    """As the chip draws it: its own table of signs, and those that we give it."""
    places = table(page)
    drawn = {place: own(sign) or () for sign, place in places.items()}
    made = Image.new("RGB", (len(page[0]) * (WIDE + 1) - 1, len(page) * (HIGH + 1) - 1), GLASS)
    for row, line in enumerate(page):
        for column, code in enumerate(codes(line, places)):
            dots = drawn[code] if code in drawn else chip(code)
            made.paste(_sign(dots), (column * (WIDE + 1), row * (HIGH + 1)))
    return made.resize((made.width * DOT, made.height * DOT), Image.Resampling.NEAREST)


def _sign(rows: tuple[int, ...]) -> Image.Image:
    made = Image.new("RGB", (WIDE, HIGH), CELL)
    for y, row in enumerate(rows):
        for x in range(WIDE):
            if row >> (WIDE - 1 - x) & 1:
                made.putpixel((x, y), INK)
    return made


@cache
def chip(code: int) -> tuple[int, ...]:
    """The rows of a sign in the table of an HD44780 (A00), as luma knows it."""
    drawn = _table()[code]
    dots = list(drawn.convert("L").tobytes())
    return tuple(
        sum(1 << (WIDE - 1 - x) for x in range(WIDE) if dots[y * WIDE + x]) for y in range(drawn.height)
    )


@cache
def _table() -> dict[int, Image.Image]:
    font: bitmap_font = embedded_fonts(hd44780.FONTDATA, selected_font="A00").current
    first = font.PUA_SPACE
    return {code - first: font.metrics[at]["img"] for code, at in font.mappings.items() if code >= first}


def _framed(inner: Image.Image, around: tuple[int, int, int]) -> Image.Image:
    made = Image.new("RGB", (inner.width + 2 * EDGE, inner.height + 2 * EDGE), around)
    made.paste(inner, (EDGE, EDGE))
    return made


def _beside(parts: list[Image.Image]) -> Image.Image:
    wide = sum(part.width for part in parts) + EDGE * (len(parts) - 1)
    made = Image.new("RGB", (wide, max(part.height for part in parts)), PAPER)
    x = 0
    for part in parts:
        made.paste(part, (x, 0))
        x += part.width + EDGE
    return made


def _stacked(parts: list[Image.Image]) -> Image.Image:
    high = sum(part.height for part in parts) + EDGE * (len(parts) - 1)
    made = Image.new("RGB", (max(part.width for part in parts), high), PAPER)
    y = 0
    for part in parts:
        made.paste(part, (0, y))
        y += part.height + EDGE
    return made
