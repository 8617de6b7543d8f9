"""The signs of a character display (HD44780): those of every chip, and eight that we draw ourselves.

The chips come with different tables (A00 with Japanese signs, A02 with European ones) and nothing tells
which one is there. They agree on most of ASCII, so nothing else is taken from them: a letter with an
accent is drawn from its bare letter and a mark. A page has eight of them; more are written bare.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

OWN = 8
UNKNOWN = "?"
# Where the tables differ, or have no such sign.
_ALIKE = {
    "\\": "/", "~": "-", "–": "-", "—": "-", "‘": "'", "’": "'", "‚": ",", "“": '"', "”": '"', "„": '"',
    "«": '"', "»": '"', "…": ".", "•": "*", "×": "x", "·": ".", "€": "E", "ø": "o", "Ø": "O", "ł": "l",
    "Ł": "L", "đ": "d", "Đ": "D", "œ": "o", "Œ": "O", "æ": "a", "Æ": "A", "ß": "s", "°": "*", "\u00a0": " ",
}  # fmt: skip
# Bare letters that leave the upper two rows for the mark; a capital then stands a row below the line.
_LETTERS = {
    "a": ".###. ....# .#### #...# .####",
    "c": ".###. #.... #.... #...# .###.",
    "e": ".###. #...# ##### #.... .###.",
    "i": ".##.. ..#.. ..#.. ..#.. .###.",
    "n": "#.##. ##..# #...# #...# #...#",
    "o": ".###. #...# #...# #...# .###.",
    "s": ".#### #.... .###. ....# ####.",
    "u": "#...# #...# #...# #..## .##.#",
    "y": "#...# #...# .#### ....# .###.",
    "z": "##### ...#. ..#.. .#... #####",
    "A": ".###. #...# #...# ##### #...# #...#",
    "C": ".###. #...# #.... #.... #...# .###.",
    "E": "##### #.... ####. #.... #.... #####",
    "I": ".###. ..#.. ..#.. ..#.. ..#.. .###.",
    "N": "#...# ##..# #.#.# #..## #...# #...#",
    "O": ".###. #...# #...# #...# #...# .###.",
    "S": ".#### #.... .###. ....# ....# ####.",
    "U": "#...# #...# #...# #...# #...# .###.",
    "Z": "##### ....# ...#. ..#.. .#... #####",
}
_MARKS = {
    "\u0300": ".#... ..#..",  # grave
    "\u0301": "...#. ..#..",  # acute
    "\u0302": "..#.. .#.#.",  # circumflex
    "\u0303": ".##.# #.##.",  # tilde
    "\u0308": ".#.#. .....",  # two dots
    "\u030a": "..#.. .###.",  # ring
    "\u030c": ".#.#. ..#..",  # caron
}
_CEDILLA = "\u0327"
_WHOLE = {
    "ß": "..... .##.. #..#. #.#.. #..#. #..#. #.##. .....",
    "œ": "..... ..... .#.#. #.#.# #.### #.#.. .#.## .....",
    "æ": "..... ..... ##.#. ..#.# .#### #.#.. .#.## .....",
    "ø": "..... ....# .###. #..## #.#.# ##..# .###. #....",
    "€": "..### .#... ####. .#... ####. .#... ..### .....",
    "°": ".##.. #..#. #..#. .##.. ..... ..... ..... .....",
}


def own(sign: str) -> tuple[int, ...] | None:
    """The eight rows (five dots each) of a sign that we draw; None for one that we do not."""
    if sign in _WHOLE:
        return _rows(_WHOLE[sign])
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) != 2 or parts[0] not in _LETTERS:
        return None
    letter, mark = _LETTERS[parts[0]], parts[1]
    if mark == _CEDILLA:
        return _rows(f"{letter} ..#..")
    return _rows(f"{_MARKS[mark]} {letter}", above=0) if mark in _MARKS else None


def plain(sign: str) -> str:
    """The sign as every chip has it: itself, without its accent, or the nearest."""
    for one in (sign, _ALIKE.get(sign, ""), unicodedata.normalize("NFKD", sign)[:1]):
        if one.isascii() and one.isprintable() and one and one not in _ALIKE:
            return one
    return UNKNOWN


def table(lines: Iterable[str]) -> dict[str, int]:
    """A place (0 to 7) for each sign of a page that we draw, the most frequent first where there are more."""
    counts: dict[str, int] = {}
    for sign in "".join(lines):
        if plain(sign) != sign and own(sign) is not None:
            counts[sign] = counts.get(sign, 0) + 1
    wanted = sorted(counts, key=lambda sign: -counts[sign])[:OWN]
    return {sign: place for place, sign in enumerate(sorted(wanted))}


def codes(line: str, places: dict[str, int]) -> list[int]:
    """What to send to the display for a line."""
    return [places[sign] if sign in places else ord(plain(sign)) for sign in line]


def _rows(drawn: str, above: int = 8) -> tuple[int, ...]:
    """The drawn rows as numbers, with empty ones `above` and then below until there are eight."""
    rows = [int(row.replace("#", "1").replace(".", "0"), 2) for row in drawn.split()]
    spare = 8 - len(rows)
    return (*[0] * min(above, spare), *rows, *[0] * max(0, spare - above))
