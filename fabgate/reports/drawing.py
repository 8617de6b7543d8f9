"""An SVG page made of texts, bars and tiles, one below the other. It prints in grey: bars differ by pattern.

Used by `chart.py`. Widths of letters are not known here, so texts are broken early, for the widest of the
usual fonts. Coordinates are whole pixels.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

WIDTH, MARGIN = 800, 40
_BODY = WIDTH - 2 * MARGIN
_LABEL, _TEXT = 240, 130  # of a bar: what it is of, on its left, and what it says, on its right
BAR = _BODY - _LABEL - _TEXT
_ROW, _THICK = 30, 18
_REGULAR, _BOLD = 58, 66  # hundredths of its size that a letter is wide, about
_FONT = "'DejaVu Sans', Verdana, Arial, sans-serif"

DARK, STRIPES, BLANK, DOTTED = "dark", "stripes", "blank", "dotted"
_FILLS = {DARK: "#1d3b53", STRIPES: "url(#stripes)", BLANK: "#fff", DOTTED: "#fff"}
_HEAD = """\
<defs><pattern id="stripes" width="6" height="6" patternTransform="rotate(45)" patternUnits="userSpaceOnUse">\
<rect width="6" height="6" fill="#fff"/><rect width="2" height="6" fill="#555"/></pattern></defs>"""


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart: what it is of, its parts (a fill and a share of the whole width, in thousandths),
    and what it says beside it.
    """

    label: str
    parts: tuple[tuple[str, int], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure for itself: its number, its unit, what it is."""

    number: str
    unit: str
    title: str


@dataclass(slots=True)
class Page:
    """Puts one thing below the other. `svg()` gives the whole of it."""

    title: str
    about: str
    y: int = MARGIN
    parts: list[str] = field(default_factory=list)

    def head(self, title: str, under: Sequence[str]) -> None:
        for line in _wrapped(title, 26, _BODY * _REGULAR // _BOLD):
            self.y += 26
            self._text(MARGIN, line, 26, bold=True)
            self.y += 8
        for line in (piece for text in under for piece in _wrapped(text, 15, _BODY)):
            self.y += 18
            self._text(MARGIN, line, 15)
        self.y += 14

    def heading(self, text: str) -> None:
        self.y += 12
        for line in _wrapped(text, 17, _BODY * _REGULAR // _BOLD):
            self.y += 22
            self._text(MARGIN, line, 17, bold=True)
        self.y += 6
        self._line(self.y)
        self.y += 8

    def legend(self, items: Iterable[tuple[str, str]]) -> None:
        """What the fills of the bars mean, in their order."""
        x = MARGIN
        found = list(items)
        if not found:
            return
        self.y += 6
        for fill, text in found:
            wide = 34 + _wide(text, 13)
            if x > MARGIN and x + wide > WIDTH - MARGIN:
                x = MARGIN
                self.y += 24
            self._rect(x, self.y, 20, 14, fill)
            self._text(x + 27, text, 13, y=self.y + 12)
            x += wide + 14
        self.y += 26

    def bars(self, bars: Iterable[Bar]) -> None:
        for bar in bars:
            lines = _wrapped(bar.label, 13, _LABEL - 12)[:4]
            high = max(_ROW, 16 * len(lines) + 8)
            self._label(lines, high)
            self._bar(bar, self.y + (high - _THICK) // 2)
            self.y += high

    def tiles(self, tiles: Sequence[Tile]) -> None:
        """Four to a line."""
        wide = _BODY // 4
        for begin in range(0, len(tiles), 4):
            row = tiles[begin : begin + 4]
            titles = [_wrapped(one.title, 13, wide - 14) for one in row]
            for number, (one, lines) in enumerate(zip(row, titles, strict=True)):
                x = MARGIN + number * wide
                self._text(x, one.number, 28, bold=True, y=self.y + 34)
                self._text(x + _wide(one.number, 29) + 8, one.unit, 13, y=self.y + 34)
                for at, line in enumerate(lines):
                    self._text(x, line, 13, y=self.y + 54 + 16 * at)
            self.y += 66 + 16 * max(map(len, titles))

    def words(self, entries: Iterable[tuple[str, str]]) -> None:
        """Paragraphs in small letters, each with its first words in bold."""
        for title, text in entries:
            lines = _wrapped(f"{title} – {text}" if title else text, 12, _BODY)
            for number, line in enumerate(lines):
                self.y += 16
                bold = title if number == 0 and line.startswith(title) else ""
                self._said(line, bold)
            self.y += 4

    def svg(self) -> str:
        high = self.y + MARGIN
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{high}" '
            f'viewBox="0 0 {WIDTH} {high}" role="img" font-family={quoteattr(_FONT)} fill="#111">\n'
            f"<title>{escape(self.title)}</title><desc>{escape(self.about)}</desc>\n{_HEAD}\n"
            f'<rect width="{WIDTH}" height="{high}" fill="#fff"/>\n' + "\n".join(self.parts) + "\n</svg>\n"
        )

    # --- the pieces ---------------------------------------------------------------------------

    def _label(self, lines: Sequence[str], high: int) -> None:
        top = self.y + (high - 16 * len(lines)) // 2 + 12
        for number, line in enumerate(lines):
            self._text(MARGIN, line, 13, y=top + 16 * number)

    def _bar(self, bar: Bar, y: int) -> None:
        x = MARGIN + _LABEL
        for fill, share in bar.parts:
            wide = BAR * share // 1000
            self._rect(x, y, max(wide, 1), _THICK, fill)
            x += wide
        self._text(MARGIN + _LABEL + BAR + 10, bar.text, 13, y=y + 14)

    def _said(self, line: str, bold: str) -> None:
        if bold:
            rest = escape(line[len(bold) :])
            inner = f'<tspan font-weight="bold">{escape(bold)}</tspan>{rest}'
            self.parts.append(f'<text x="{MARGIN}" y="{self.y}" font-size="12">{inner}</text>')
        else:
            self._text(MARGIN, line, 12)

    def _text(self, x: int, text: str, size: int, *, bold: bool = False, y: int | None = None) -> None:
        heavy = ' font-weight="bold"' if bold else ""
        at = self.y if y is None else y
        self.parts.append(f'<text x="{x}" y="{at}" font-size="{size}"{heavy}>{escape(text)}</text>')

    def _rect(self, x: int, y: int, wide: int, high: int, fill: str) -> None:
        dashed = ' stroke-dasharray="2 3"' if fill == DOTTED else ""
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="{_FILLS[fill]}" '
            f'stroke="#333"{dashed}/>'
        )

    def _line(self, y: int) -> None:
        self.parts.append(f'<path d="M{MARGIN} {y}H{WIDTH - MARGIN}" stroke="#333"/>')


def _wide(text: str, size: int) -> int:
    """How wide a text is at most, about."""
    return len(text) * size * _BOLD // 100


def _wrapped(text: str, size: int, wide: int) -> list[str]:
    clean = "".join(sign if sign.isprintable() else " " for sign in text)
    return textwrap.wrap(clean, max(1, wide * 100 // (size * _REGULAR))) or [""]
