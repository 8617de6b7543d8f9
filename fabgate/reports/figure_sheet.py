"""A report for funders as text, CSV or JSON, with the definitions beside the figures.

CSV is one line a figure, so that a spreadsheet can filter it and a program can read it without knowing the
report; `*` stands where a figure is not shown.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fabgate.reports.public import VERSION, Row, Table, Value
from fabgate.reports.sheet import Cell, table
from fabgate.texts.report_words import ReportWords, Told

HIDDEN = "*"
_LEFT_OUT = frozenset({"sessions", "powered_hours", "offered_hours", "down_hours"})
"""Of tables that are too wide for a terminal. Every file has them."""
_MOST = 7
LANGUAGE = {"plain": "en"}
"""The language of a dialect of CSV, where it is not the dialect's own name."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A report to be written: what it is called, whose it is and of when, its tables, and what to know of it.

    `notes`: sentences in the report's language.
    """

    report: str
    lab: str
    first: str
    last: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()


def language(dialect: str) -> str:
    return LANGUAGE.get(dialect, dialect)


def figures_of(found: Iterable[Table]) -> tuple[str, ...]:
    """Every figure that these tables have, each once, in their order."""
    named = (
        name for one in found for name in ([row.name[0] for row in one.rows] if keys(one) else one.figures)
    )
    return tuple(dict.fromkeys(named))


def keys(one: Table) -> bool:
    """Whether a table's rows are figures themselves, each with its one value."""
    return one.of == ("figure",)


def hides(found: Iterable[Table]) -> bool:
    return any(not row.shown for one in found for row in one.lines)


def cell(row: Row, figure: str) -> Value | str:
    """A value, or the sign that it is not shown."""
    return row.values.get(figure) if row.open(figure) else HIDDEN


def name(words: ReportWords, one: Table, row: Row) -> tuple[str, ...]:
    """What a row is called, as a person reads it; the last line is of all."""
    if row is one.whole:
        return (words.word("whole"), *("" for _ in one.of[1:]))
    return tuple(words.row(kind, said) for kind, said in zip(one.of, row.name, strict=True))


def definition(words: ReportWords, one: Table, row: Row, figure: str) -> Told:
    return words.figure(row.name[0] if keys(one) else figure)


# --- csv --------------------------------------------------------------------------------------


def csv(paper: Paper, words: ReportWords, dialect: str = "plain") -> Iterator[str]:
    """One line a figure: table, row, figure, value, unit, meaning; the notes last. Raises UsageError."""
    header = [words.word(one) for one in ("group", "of", "figure", "value", "unit", "meaning")]
    return table(header, _lines(paper, words), dialect)


def _lines(paper: Paper, words: ReportWords) -> Iterator[Sequence[Cell]]:
    about = ("", words.report(paper.report))
    yield (*about, words.word("lab"), paper.lab, "", "")
    yield (*about, words.word("period"), words.period(paper.first, paper.last), "", "")
    yield (*about, words.word("version"), VERSION, "", "")
    for one in paper.tables:
        for row in one.lines:
            for figure in one.figures:
                told = definition(words, one, row, figure)
                of = "" if keys(one) else ", ".join(filter(None, name(words, one, row)))
                yield words.table(one.id), of, told.title, cell(row, figure), told.unit, told.says
    for note in paper.notes:
        yield "", "", "", "", "", note


# --- json -------------------------------------------------------------------------------------


def as_json(paper: Paper, words: ReportWords) -> str:
    """The same as one document. Ids as they are, titles beside them; what is not shown says so."""
    said = {
        "report": paper.report,
        "title": words.report(paper.report),
        "lab": paper.lab,
        "from": paper.first,
        "to": paper.last,
        "definitions_version": VERSION,
        "definitions": {
            figure: {"title": told.title, "unit": told.unit, "says": told.says}
            for figure, told in ((one, words.figure(one)) for one in figures_of(paper.tables))
        },
        "notes": list(paper.notes),
        "tables": [_table(one, words) for one in paper.tables],
    }
    # One decimal survives a float; a text would not be a number any more.
    return json.dumps(said, ensure_ascii=False, indent=2, default=float) + "\n"


def _table(one: Table, words: ReportWords) -> dict[str, object]:
    return {
        "table": one.id,
        "title": words.table(one.id),
        "of": list(one.of),
        "rows": [_row(one, row, words) for row in one.rows],
        "whole": None if one.whole is None else _row(one, one.whole, words),
    }


def _row(one: Table, row: Row, words: ReportWords) -> dict[str, object]:
    of = {} if row is one.whole else dict(zip(one.of, row.name, strict=True))
    values = {figure: row.values.get(figure) for figure in one.figures if row.open(figure)}
    return {
        **of,
        "title": ", ".join(filter(None, name(words, one, row))),
        "values": values,
        "hidden": [figure for figure in one.figures if not row.open(figure)],
    }


# --- text -------------------------------------------------------------------------------------


def text_rows(one: Table, words: ReportWords) -> tuple[list[str], list[list[str]]]:
    """A table as a terminal shows it: its header and its lines."""
    if keys(one):
        rows = []
        for row in one.rows:
            told = words.figure(row.name[0])
            rows.append([told.title, shown(cell(row, "value"), words), told.unit])
        return [words.word(word) for word in ("figure", "value", "unit")], rows
    wide = len(one.figures) > _MOST
    figures = [figure for figure in one.figures if not (wide and figure in _LEFT_OUT)]
    header = [words.of_what(kind) for kind in one.of]
    header += [_heading(words.figure(figure)) for figure in figures]
    return header, [
        [
            *(textwrap.shorten(title, 40, placeholder="…") for title in name(words, one, row)),
            *(shown(cell(row, figure), words) for figure in figures),
        ]
        for row in one.lines
    ]


def _heading(told: Told) -> str:
    return f"{told.title}, %" if told.unit == "%" and "%" not in told.title else told.title


def shown(value: Value | str, words: ReportWords) -> str:
    """A value as a person writes it in that language: 1 234.5, in others 1 234,5."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    text = f"{value:,}".replace(",", "\u202f")
    return text if words.language == "en" else text.replace(".", ",")


def definitions(found: Iterable[Table], words: ReportWords) -> Iterator[tuple[str, str]]:
    """Each figure's title and meaning."""
    for figure in figures_of(found):
        told = words.figure(figure)
        yield told.title, told.says
