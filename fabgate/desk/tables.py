"""A table that people made in a spreadsheet, as CSV: read strictly, each row with its line number.

UTF-8, with or without a byte order mark; columns parted by a comma, a semicolon or a tab, as the
header says; line ends of any system. Nothing is guessed: what does not fit is named, with its line.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from fabgate.errors import UsageError
from fabgate.model import Denied

MOST_BYTES = 10_000_000
LONGEST_CELL = 2_000
_SEPARATORS = (",", ";", "\t")
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mistake in a line: in which column, and why; `why` is a refusal where the lab's rules say no."""

    line: int
    column: str
    why: str | Denied


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the line that it begins in; an empty cell is left out."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that can be read, and what is wrong with the others.

    `named`: its first line names the columns; where it does not, there are no rows.
    """

    rows: tuple[Row, ...]
    wrong: tuple[Wrong, ...] = ()
    named: bool = True


def read(raw: bytes, known: Collection[str], needed: Sequence[str]) -> Table:
    """The table of a file; a column that is not `known`, or misses though `needed`, makes no table.

    Raises UsageError for what is no such file at all.
    """
    text = _text(raw)
    header, *lines = list(_lines(text)) or [(1, [])]
    columns = [cell.strip().casefold() for cell in header[1]]
    wrong = list(_header(header[0], columns, known, needed))
    if wrong:
        return Table((), tuple(wrong), named=False)
    rows = []
    for number, cells in lines:
        no = _unfit(number, cells, columns)
        if no is not None:
            wrong.append(no)
        else:
            rows.append(Row(number, _filled(columns, cells)))
    return Table(tuple(rows), tuple(wrong))


def _text(raw: bytes) -> str:
    if len(raw) > MOST_BYTES:
        raise UsageError(f"the file is larger than {MOST_BYTES // 1_000_000} MB", "Split it.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        line = raw[: bad.start].count(b"\n") + 1
        raise UsageError(
            f"line {line}: this is no UTF-8 text", "Save it as `CSV UTF-8`; an .xlsx file is none."
        ) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise UsageError(f"line {line}: this is no text", "Save it as `CSV UTF-8`.")
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line that it begins in. Raises UsageError."""
    source = csv.reader(StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    begins = 1
    try:
        for cells in source:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = source.line_num + 1
    except csv.Error as bad:
        raise UsageError(
            f"line {begins}: {bad}",
            'A quotation mark that opens a cell closes it; inside it is written twice: "Ada ""the"" L".',
        ) from None


def _separator(text: str) -> str:
    """The sign that parts the columns: the one that the header has most of."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(_SEPARATORS, key=header.count)


def _header(
    line: int, columns: Sequence[str], known: Collection[str], needed: Sequence[str]
) -> Iterator[Wrong]:
    for place, column in enumerate(columns):
        if column not in known:
            near = difflib.get_close_matches(column, list(known), n=1)
            meant = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
            yield Wrong(line, column, f"no such column; {meant}")
        elif column in columns[:place]:
            yield Wrong(line, column, "this column is there twice")
    for column in needed:
        if column not in columns:
            yield Wrong(line, column, "this column is missing")


def _unfit(line: int, cells: Sequence[str], columns: Sequence[str]) -> Wrong | None:
    if len(cells) != len(columns):
        return Wrong(line, "", f"{len(cells)} cells under {len(columns)} columns: is one quoted wrongly?")
    long = [column for column, cell in zip(columns, cells, strict=True) if len(cell) > LONGEST_CELL]
    return Wrong(line, long[0], f"longer than {LONGEST_CELL} characters") if long else None


def _filled(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    plain = ((column, _plain(cell)) for column, cell in zip(columns, cells, strict=True))
    return {column: cell for column, cell in plain if cell}


def _plain(cell: str) -> str:
    """The cell without blanks around it, and without the `'` that keeps a spreadsheet from reckoning."""
    bare = cell.strip()
    return bare[1:] if bare.startswith("'") and bare[1:].startswith(_FORMULA) else bare
