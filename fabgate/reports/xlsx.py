"""A table as a workbook: its rows, its sums, and what each column means; written a row at a time.

Made by XlsxWriter (an extra: `pip install 'fabgate[xlsx]'`). Numbers are written with the digits that they
have here. Text is written as text: no cell is ever a formula. The same rows give the same bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from fabgate.errors import MissingExtra, UsageError
from fabgate.reports.columns import headers, meaning, word
from fabgate.reports.sheet import Cell, known

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575  # of a sheet, by the format, below its header
_CHUNK = 1 << 16
_WIDEST = 40  # signs of a column; a longer text is cut on the screen only
_TIMES = {"start_utc", "end_utc", "start_local", "end_local"}


@dataclass(frozen=True, slots=True)
class Block:
    """A small table of sums: its title (a name of `columns.word`), its columns and rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def pieces(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    sums: Callable[[], Sequence[Block]],
    dialect: str,
    made: date,
) -> Iterator[bytes]:
    """The bytes of a workbook, piece by piece. `title` and those of the blocks are names of words.

    `sums` is asked once all rows were read. `made` stands in it as its day of creation. Raises UsageError
    where XlsxWriter is not there, for an unknown dialect and for more rows than a sheet holds.
    """
    known(dialect)
    with tempfile.TemporaryFile() as file:
        with _workbook(file, made) as book:
            _Book(book, dialect).fill(title, columns, rows, sums)
        file.seek(0)
        while piece := file.read(_CHUNK):
            yield piece


def _workbook(file: IO[bytes], made: date) -> Workbook:
    try:
        from xlsxwriter import Workbook
    except ModuleNotFoundError as missing:
        raise MissingExtra(
            "workbooks need a library that is not here",
            "Install it into fabgate's own environment: pip install 'fabgate[xlsx]'. Or take --format csv.",
        ) from missing
    book = Workbook(file, {"constant_memory": True})
    # It would write the time of this computer into the file otherwise.
    book.set_properties({"created": datetime.combine(made, time())})
    return book


class _Book:
    """A workbook that is being filled, in the words of a dialect."""

    def __init__(self, book: Workbook, dialect: str) -> None:
        self._book = book
        self._dialect = dialect
        self._head = book.add_format({"bold": True, "bottom": 1})
        self._title = book.add_format({"bold": True, "font_size": 12})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._digits: dict[int, Any] = {}

    def fill(
        self,
        title: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        sums: Callable[[], Sequence[Block]],
    ) -> None:
        page = self._sheet(title)
        last = self._table(page, 0, columns, self._limited(rows))
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(last - 1, 0), len(columns) - 1)
        blocks = sums()
        self._sums(blocks)
        summed = (column for block in blocks for column in block.columns)
        self._definitions(dict.fromkeys((*columns, *summed)))

    def _sheet(self, title: str) -> Worksheet:
        return self._book.add_worksheet(word(title, self._dialect))

    def _limited(self, rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        for number, row in enumerate(rows):
            if number == MOST_ROWS:
                raise UsageError("a sheet holds no more than 1 048 576 rows", "Take --format csv.")
            yield row

    def _table(
        self, page: Worksheet, top: int, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
    ) -> int:
        """Writes a header and its rows from a line on; gives the first free line."""
        for at, header in enumerate(headers(columns, self._dialect)):
            page.write_string(top, at, header, self._head)
            page.set_column(at, at, _width(columns[at], header))
        writers = self._writers(page)
        for line, row in enumerate(rows, top + 1):
            for at, cell in enumerate(row):
                if cell is not None and cell != "":
                    writers[type(cell)](line, at, cell)
            top = line
        return top + 1

    def _writers(self, page: Worksheet) -> dict[type, Callable[[int, int, Any], object]]:
        number = page.write_number
        return {
            str: page.write_string,
            int: number,
            Decimal: lambda line, at, cell: number(line, at, cell, self._digit(cell)),
            bool: page.write_boolean,
            date: lambda line, at, cell: page.write_datetime(line, at, cell, self._day),
        }

    def _digit(self, cell: Decimal) -> object:
        """The format that shows as many decimals as the number has."""
        places = -int(cell.as_tuple().exponent)
        if places not in self._digits:
            shown = f"#,##0.{'0' * places}" if places > 0 else "0"
            self._digits[places] = self._book.add_format({"num_format": shown})
        return self._digits[places]

    def _sums(self, blocks: Sequence[Block]) -> None:
        page, line = self._sheet("sums"), 0
        for block in blocks:
            page.write_string(line, 0, word(block.title, self._dialect), self._title)
            line = self._table(page, line + 1, block.columns, block.rows) + 1

    def _definitions(self, columns: Iterable[str]) -> None:
        page = self._sheet("definitions")
        page.set_column(0, 0, 26)
        page.set_column(1, 1, 100, self._wrap)
        page.write_string(0, 0, word("column", self._dialect), self._head)
        page.write_string(0, 1, word("meaning", self._dialect), self._head)
        names = tuple(columns)
        for line, (name, header) in enumerate(zip(names, headers(names, self._dialect), strict=True), 1):
            page.write_string(line, 0, header)
            page.write_string(line, 1, meaning(name, self._dialect), self._wrap)


def _width(column: str, header: str) -> int:
    return 27 if column in _TIMES else min(max(len(header) + 4, 10), _WIDEST)
