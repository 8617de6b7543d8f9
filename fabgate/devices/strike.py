"""Letters made of dots, and a sheet of dots to set them on: what a display of 128 by 64 shows.

Pure, and of the standard library: the dots are the same on every machine, whatever libraries it has.
The letters are those of the X Window System, drawn dot by dot for screens like these (`fonts/`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

UNKNOWN = "?"
FONTS = Path(__file__).with_name("fonts")
_ALIKE = {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "s", "’": "'", "–": "-", "…": "."}


@dataclass(frozen=True, slots=True)
class Letter:
    """One sign: its rows of dots from the top (the highest of `width` bits is the leftmost dot).

    `left`, `top`: how far its ink begins to the right of the pen, and above the base line.
    """

    advance: int
    width: int
    left: int
    top: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Strike:
    """The letters of one size and weight. `ascent` and `descent` make up the height of a line."""

    ascent: int
    descent: int
    letters: dict[str, Letter]

    @property
    def height(self) -> int:
        return self.ascent + self.descent

    def width(self, text: str) -> int:
        """How many dots wide the text is."""
        return sum(letter.advance for letter in self.spell(text))

    def spell(self, text: str) -> Iterator[Letter]:
        """A letter for every sign; one that is not there is spelt as its nearest."""
        for sign in text:
            yield self.letters[nearest(sign, self.letters.__contains__)]


class Sheet:
    """Dots, all dark at first; a row is a number whose highest bit is the leftmost dot.

    `dim`: whether they are to glow faintly.
    """

    def __init__(self, width: int, height: int, *, dim: bool = False) -> None:
        self.width, self.height, self.dim = width, height, dim
        self.rows = [0] * height

    def write(self, strike: Strike, text: str, x: int, y: int) -> None:
        """The text with its upper left corner there; what does not fit on the sheet is cut off."""
        for letter in strike.spell(text):
            for below, dots in enumerate(letter.rows):
                self._set(y + strike.ascent - letter.top + below, x + letter.left, dots, letter.width)
            x += letter.advance

    def bar(self, x: int, y: int, width: int, height: int) -> None:
        """A lit rectangle."""
        for row in range(y, y + height):
            self._set(row, x, (1 << width) - 1, width)

    def invert(self, y: int, height: int) -> None:
        """Dark on lit instead, over the whole width."""
        for row in range(y, y + height):
            self.rows[row] ^= (1 << self.width) - 1

    def packed(self) -> bytes:
        """Eight dots a byte, row after row: as Pillow reads pictures of two colours."""
        return b"".join(row.to_bytes((self.width + 7) // 8, "big") for row in self.rows)

    def _set(self, y: int, x: int, dots: int, width: int) -> None:
        if 0 <= y < self.height:
            shift = self.width - x - width
            moved = dots << shift if shift >= 0 else dots >> -shift
            self.rows[y] |= moved & ((1 << self.width) - 1)


def nearest(sign: str, known: Callable[[str], bool]) -> str:
    """The sign, its letter without an accent, or a question mark: the first that is known."""
    bare = unicodedata.normalize("NFKD", sign)[:1]
    return next((one for one in (sign, _ALIKE.get(sign, ""), bare) if one and known(one)), UNKNOWN)


@cache
def strike(name: str) -> Strike:
    """One of the strikes that fabgate brings: `regular-10`, `bold-10`, `regular-12`, `bold-12`."""
    text = (FONTS / f"{name}.txt").read_text("utf-8")
    height, *lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return Strike(int(height[1]), int(height[2]), {chr(int(line[0], 16)): _letter(line) for line in lines})


def _letter(line: list[str]) -> Letter:
    advance, width, left, bottom = map(int, line[1:5])
    rows = tuple(int(row, 16) for row in line[5].split(","))
    return Letter(advance, width, left, bottom + len(rows), rows)
