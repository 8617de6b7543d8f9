"""A report as text: CSV in the treasurer's dialect, or JSON.

CSV by RFC 4180, made here and not by `csv.writer`, whose quoting of line breaks differs between
versions of Python: the same report is the same bytes on every gate. A cell of text that a
spreadsheet would take for a formula is given a leading `'` (OWASP, "CSV injection"); numbers are
left as they are. Codes (level, how it ended, how it was dated) are the same in every dialect. No number is a
float on its way: hours and money are Decimals, and are written digit by digit.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from fabgate.errors import UsageError
from fabgate.reports.columns import headers
from fabgate.reports.saving import save
from fabgate.reports.usage import Per, Report, Row, Sum

__all__ = [
    "DIALECTS",
    "ROW_COLUMNS",
    "SUM_COLUMNS",
    "Cell",
    "Dialect",
    "Form",
    "cells",
    "dialect_of",
    "known",
    "lines",
    "save",
    "table",
    "text",
    "written",
]

Cell = str | int | bool | Decimal | date | None


class Form(enum.StrEnum):
    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a country's spreadsheet reads CSV by a double click; `columns` has the words of its header row."""

    separator: str = ","
    decimal: str = "."
    mark: str = ""  # a byte order mark: without it Excel takes UTF-8 for Latin-1
    end: str = "\n"
    yes: str = "yes"
    no: str = "no"


DIALECTS: Mapping[str, Dialect] = {
    "plain": Dialect(),
    "fr": Dialect(";", ",", "\ufeff", "\r\n", "oui", "non"),
    "nl": Dialect(";", ",", "\ufeff", "\r\n", "ja", "nee"),
    "de": Dialect(";", ",", "\ufeff", "\r\n", "ja", "nein"),
}

ROW_COLUMNS = tuple(column.name for column in fields(Row))
_SUMMED = ("sessions", "seconds_powered", "seconds_charged", "hours", "busy_s")
SUM_COLUMNS: Mapping[Per, tuple[str, ...]] = {
    Per.MEMBER: ("member", "name", *_SUMMED),
    Per.MACHINE: ("machine", *_SUMMED),
    Per.MEMBER_MACHINE: ("member", "name", "machine", *_SUMMED),
}


def written(
    report: Report, per: Per | None = None, form: Form = Form.CSV, dialect: str = "plain"
) -> Iterator[str]:
    """The text of a report, piece by piece: a row a session, or (`per`) a row a sum. See `text`."""
    columns = ROW_COLUMNS if per is None else SUM_COLUMNS[per]
    rows = report.rows() if per is None else report.sums(per)
    return text(columns, map(cells(columns), rows), form, dialect)


def text(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], form: Form = Form.CSV, dialect: str = "plain"
) -> Iterator[str]:
    """A table of ours as CSV, its header in the words of the dialect, or as JSON; piece by piece.

    Line ends and byte order mark are in the text: encode it as UTF-8 and change nothing. Raises
    UsageError for an unknown dialect, for JSON in any but `plain`, and for a workbook, which is no text.
    """
    known(dialect)
    if form is Form.JSON and dialect != "plain":
        raise UsageError("JSON has no dialects", "Leave --dialect out, or take --format csv.")
    if form is Form.XLSX:
        raise UsageError("a workbook is no text", "Take --format csv or json.")
    if form is Form.JSON:
        return _json(columns, rows)
    return lines(headers(columns, dialect), rows, DIALECTS[dialect])


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], dialect: str = "plain") -> Iterator[str]:
    """Any table as CSV, piece by piece, its header in any dialect as it is given. Raises UsageError."""
    known(dialect)
    return lines(columns, rows, DIALECTS[dialect])


def dialect_of(language: str) -> str:
    """The dialect of who reads a language: their spreadsheet opens it by a double click."""
    return language if language in DIALECTS else "plain"


def known(dialect: str) -> None:
    """Raises UsageError for a dialect that there is not."""
    if dialect not in DIALECTS:
        raise UsageError(f"unknown dialect {dialect!r}", f"The dialects are: {', '.join(DIALECTS)}.")


def cells(columns: Sequence[str]) -> Callable[[Row | Sum], tuple[Cell, ...]]:
    """What a row or sum has in these columns."""
    return attrgetter(*columns)


# --- csv --------------------------------------------------------------------------------------

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# What can stand as it is; said as what matches, for so it is three times as fast.
_bare = re.compile(r"[^=+\-@ \",;\r\n\t][^\",;\r\n\t]*(?<! )").fullmatch

Format = Callable[[Any], str]


def lines(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], dialect: Dialect, *, header_too: bool = True
) -> Iterator[str]:
    """CSV, a line a piece, its header as it is given, or without one."""
    formats = _formats(dialect)
    if header_too:
        yield dialect.mark + dialect.separator.join(map(_text, header)) + dialect.end
    for row in rows:
        yield dialect.separator.join([formats[type(cell)](cell) for cell in row]) + dialect.end


def _formats(dialect: Dialect) -> Mapping[type, Format]:
    return {
        str: _text,
        int: str,
        type(None): lambda _: "",
        bool: lambda cell: dialect.yes if cell else dialect.no,
        date: str,
        Decimal: lambda cell: f"{cell:f}".replace(".", dialect.decimal),
    }


def _text(text: str) -> str:
    if not text or _bare(text):
        return text
    if text.startswith(_FORMULA):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"'


# --- json -------------------------------------------------------------------------------------


def _json(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """An array, one object a line. Hours and money are numbers, with the digits that they have here."""
    keys = [f"{json.dumps(column)}: " for column in columns]
    before = "[\n"
    for row in rows:
        values = [key + _VALUES[type(cell)](cell) for key, cell in zip(keys, row, strict=True)]
        yield before + "{" + ", ".join(values) + "}"
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


_quoted = json.JSONEncoder(ensure_ascii=False).encode
_VALUES: Mapping[type, Format] = {
    str: _quoted,
    int: str,
    bool: _quoted,
    type(None): _quoted,
    Decimal: lambda cell: f"{cell:f}",
    date: lambda cell: f'"{cell}"',
}
