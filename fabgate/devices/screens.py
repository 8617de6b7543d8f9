"""Sentences on a small display: broken into lines, and lines into pages. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

SHORT = 3  # letters of a unit or the name of a month
Measure = Callable[[str], int]
Lines = tuple[str, ...]
Page = tuple[tuple[int, str], ...]  # its lines, each with the number of its sentence


def wrapped(text: str, room: int, measure: Measure) -> Lines:
    """The text in lines that `measure` says fit into `room`; only a word that is longer is broken.

    A telephone number, a date and a length stay on one line where they fit.
    """
    lines = [""]
    for word in _words(text, room, measure):
        longer = f"{lines[-1]} {word}".lstrip()
        if measure(longer) <= room:
            lines[-1] = longer
            continue
        if not lines[-1]:
            lines.pop()
        lines += _broken(word, room, measure)
    return tuple(lines)


def paged(sentences: Iterable[Lines], most: int) -> tuple[Page, ...]:
    """The sentences in pages of at most `most` lines; one page at least.

    A sentence that fits on a page of its own is not torn: it begins a new one.
    """
    pages: list[list[tuple[int, str]]] = [[]]
    for number, lines in enumerate(sentences):
        if len(pages[-1]) + len(lines) > most >= len(lines) and pages[-1]:
            pages.append([])
        for line in lines:
            if len(pages[-1]) == most:
                pages.append([])
            pages[-1].append((number, line))
    return tuple(tuple(page) for page in pages)


def shortened(text: str, room: int, measure: Measure) -> str:
    """The text, or as much of its beginning as fits with three dots behind it."""
    if measure(text) <= room:
        return text
    cut = text
    while cut and measure(f"{cut}...") > room:
        cut = cut[:-1].rstrip()
    return f"{cut}..." if cut else ""


def _words(text: str, room: int, measure: Measure) -> Sequence[str]:
    """What is not torn at the end of a line: words, and numbers with what is counted."""
    words: list[str] = []
    for word in text.split():
        held = f"{words[-1]} {word}" if words else word
        if words and _belongs(words[-1], word) and measure(held) <= room:
            words[-1] = held
        else:
            words.append(word)
    return words


def _belongs(before: str, word: str) -> bool:
    """Whether a word goes with the number before it: more digits, or a unit or month such as "min"."""
    return before[-1].isdigit() and (word[0].isdigit() or len(word.rstrip(".,:;!?)")) <= SHORT)


def _broken(word: str, room: int, measure: Measure) -> Sequence[str]:
    """The word in pieces that fit; at least one sign each."""
    pieces = [""]
    for sign in word:
        if pieces[-1] and measure(pieces[-1] + sign) > room:
            pieces.append("")
        pieces[-1] += sign
    return pieces
