"""A folder of open data: a CSV for each table, the definitions, and a description that programs read.

The description is a Data Package (specs.frictionlessdata.io, version 1: `datapackage.json`, a Table Schema
for each CSV). CSVs are plain: comma, point, UTF-8, ids as they are; `*` is a value that is not shown and is
named among the missing values, as is the empty cell.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from fabgate.errors import UsageError
from fabgate.reports.figure_sheet import HIDDEN, Paper, cell, definition, figures_of, keys
from fabgate.reports.public import VERSION, Row, Table
from fabgate.reports.saving import save
from fabgate.reports.sheet import Cell, table
from fabgate.texts.report_words import ReportWords

DESCRIPTION = "datapackage.json"
DEFINITIONS = "definitions"
PROFILE = "fabgate-figures"
WHOLE = "(all)"
"""In the place of a row's id: all rows together."""
_NUMBER = {"hours": "number", "percent": "number", "days": "number"}
Field = dict[str, object]


@dataclass(frozen=True, slots=True)
class Resource:
    """One CSV: its name, what it is, its columns with what they mean, its lines."""

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def text(self) -> str:
        return "".join(table([str(one["name"]) for one in self.fields], self.rows))


@dataclass(frozen=True, slots=True)
class About:
    """What the description says of the whole: `labs` by name, months, the licence that the lab chose."""

    labs: tuple[str, ...]
    first: str
    last: str
    notes: tuple[str, ...]
    licence: str = ""
    version: str = VERSION


def written(paper: Paper, words: ReportWords, folder: Path, licence: str = "") -> tuple[str, ...]:
    """Writes a lab's folder; gives the names of its files. Raises UsageError."""
    about = About((paper.lab,), paper.first, paper.last, paper.notes, licence)
    return save_all(folder, about, resources(paper, words), words)


def save_all(folder: Path, about: About, found: Sequence[Resource], words: ReportWords) -> tuple[str, ...]:
    """Each file whole or not at all, the description last: a folder without one is not finished."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise UsageError(f"cannot make {folder}: {wrong.strerror}", "Name another folder.") from wrong
    for one in found:
        save(folder / f"{one.name}.csv", [one.text], 0o644)
    said = json.dumps(_description(about, found, words), ensure_ascii=False, indent=2) + "\n"
    save(folder / DESCRIPTION, [said], 0o644)
    return (*(f"{one.name}.csv" for one in found), DESCRIPTION)


def resources(paper: Paper, words: ReportWords) -> tuple[Resource, ...]:
    """A CSV for each table, and the definitions of all their figures."""
    return (*(_resource(one, words) for one in paper.tables), definitions(paper.tables, words))


def definitions(found: Iterable[Table], words: ReportWords) -> Resource:
    """The sheet of definitions."""
    names = ("figure", "title", "unit", "says")
    fields = tuple(_field(name, "string", words.word("meaning")) for name in names)
    rows = tuple(
        (figure, told.title, told.unit, told.says)
        for figure, told in ((one, words.figure(one)) for one in figures_of(found))
    )
    return Resource(DEFINITIONS, words.word("definitions"), fields, rows)


def _resource(one: Table, words: ReportWords) -> Resource:
    if keys(one):
        return _key_figures(one, words)
    of = tuple(_field(kind, "string", words.of_what(kind)) for kind in one.of)
    figures = tuple(_figure(figure, words) for figure in one.figures)
    rows = tuple((*_name(one, row), *(cell(row, figure) for figure in one.figures)) for row in one.lines)
    return Resource(_file(one.id), words.table(one.id), (*of, *figures), rows)


def _key_figures(one: Table, words: ReportWords) -> Resource:
    fields = (
        _field("figure", "string", words.of_what("figure")),
        _field("value", "number", words.word("value")),
        _field("unit", "string", words.word("unit")),
        _field("says", "string", words.word("meaning")),
    )
    told = [(row, definition(words, one, row, "value")) for row in one.rows]
    rows = tuple((row.name[0], cell(row, "value"), it.unit, it.says) for row, it in told)
    return Resource(_file(one.id), words.table(one.id), fields, rows)


def _name(one: Table, row: Row) -> Iterator[str]:
    """Ids; own work has a word, so that no cell is empty, and the last line is of all."""
    if row is one.whole:
        yield from (WHOLE if number == 0 else "" for number, _ in enumerate(one.of))
    else:
        yield from (name or "own" for name in row.name)


def _file(table_id: str) -> str:
    return table_id.replace("_", "-")


def _field(name: str, type_: str, says: str) -> Field:
    return {"name": name, "type": type_, "description": says}


def _figure(name: str, words: ReportWords) -> Field:
    told = words.figure(name)
    unit = str(words.said["figure"][name]["unit"])
    return {
        "name": name,
        "type": _NUMBER.get(unit, "integer"),
        "title": told.title,
        "unit": told.unit,
        "description": told.says,
    }


# --- the description --------------------------------------------------------------------------


def _description(about: About, found: Sequence[Resource], words: ReportWords) -> dict[str, object]:
    name = slug("-".join(("figures", *about.labs[:1], about.first, about.last)))
    said: dict[str, object] = {
        "profile": "tabular-data-package",
        "name": name,
        "title": f"{words.report('open-data')}: {', '.join(about.labs)}, {about.first} – {about.last}",
        "description": " ".join(about.notes),
        "version": f"1.0.{about.version}",
        PROFILE: {
            "definitions": about.version,
            "labs": list(about.labs),
            "from": about.first,
            "to": about.last,
            "language": words.language,
            "notes": list(about.notes),
        },
        "resources": [_described(one) for one in found],
    }
    if about.licence:
        said["licenses"] = [{"name": about.licence}]
    return said


def _described(one: Resource) -> dict[str, object]:
    raw = one.text.encode()
    return {
        "profile": "tabular-data-resource",
        "name": one.name,
        "title": one.title,
        "path": f"{one.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(raw),
        "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}",
        "dialect": {"delimiter": ",", "doubleQuote": True, "lineTerminator": "\n", "header": True},
        "schema": {"fields": list(one.fields), "missingValues": ["", HIDDEN]},
    }


def slug(text: str) -> str:
    """A name as data packages have them: small letters, digits, `-`, `_`, `.`."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-") or "figures"


def number(text: str) -> Decimal:
    """A number of a CSV. Raises ValueError."""
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", text):
        raise ValueError(text)
    return Decimal(text)
