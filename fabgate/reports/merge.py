"""Several labs' folders of open data as one: every line bears its lab, and sums are made where all are known.

What a lab has not shown stays so: a sum in which a hidden value would stand is hidden too. People are never
added up, for one person may be a member of two labs. Folders come from others: nothing in them is believed
but numbers and ids, and no path out of them is followed.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from fabgate.errors import UsageError
from fabgate.reports.datapackage import (
    DEFINITIONS,
    DESCRIPTION,
    PROFILE,
    About,
    Resource,
    number,
    save_all,
)
from fabgate.reports.figure_sheet import HIDDEN
from fabgate.reports.public import FIGURES
from fabgate.reports.sheet import Cell
from fabgate.texts.report_words import ReportWords

MOST_BYTES = 5_000_000
LABS = "labs"
ADDED = frozenset(
    {
        "visits",
        "sessions",
        "powered_hours",
        "worked_hours",
        "offered_hours",
        "workshops",
        "attendees",
        "free_hours",
        "reduced_hours",
        "new_members",
        "renewed_members",
        "autonomous",
        "supervised_sessions",
        "supervision_hours",
    }
)
"""Key figures that add up over labs; users and medians do not."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One lab's data as it was read: its tables by name, each its header and its lines."""

    path: Path
    about: About
    titles: Mapping[str, str]
    fields: Mapping[str, tuple[dict[str, object], ...]]
    rows: Mapping[str, tuple[tuple[str, ...], ...]]

    @property
    def lab(self) -> str:
        return self.about.labs[0]


def merged(paths: Sequence[Path], output: Path, words: ReportWords) -> tuple[str, ...]:
    """Reads the folders and writes one of all; gives the names of its files. Raises UsageError."""
    folders = [read(path) for path in paths]
    _fit(folders)
    labs = tuple(one.lab for one in folders)
    first = folders[0].about
    notes = tuple(f"{one.lab}: {note}" for one in folders for note in one.about.notes)
    about = About(labs, first.first, first.last, notes, _licence(folders), first.version)
    return save_all(output, about, tuple(_tables(folders, words)), words)


def _fit(folders: Sequence[Folder]) -> None:
    """Raises UsageError where these cannot be compared."""
    if len(folders) < 2:
        raise UsageError("one folder alone is merged with nothing", "Name two folders or more.")
    first = folders[0]
    for one in folders[1:]:
        if one.about.version != first.about.version:
            raise UsageError(
                f"{one.path} has definitions {one.about.version}, {first.path} has {first.about.version}",
                "Figures of two definitions cannot be compared: make both folders with one version.",
            )
        if (one.about.first, one.about.last) != (first.about.first, first.about.last):
            raise UsageError(
                f"{one.path} is of {one.about.first} to {one.about.last}, {first.path} of "
                f"{first.about.first} to {first.about.last}",
                "Make all folders for the same months.",
            )
    labs = [one.lab for one in folders]
    twice = next((lab for lab in labs if labs.count(lab) > 1), None)
    if twice is not None:
        raise UsageError(f"two folders are of the lab {twice!r}", "Name each lab's folder once.")


def _licence(folders: Sequence[Folder]) -> str:
    """The licence that all of them have; none where they differ."""
    found = {one.about.licence for one in folders}
    return found.pop() if len(found) == 1 else ""


# --- tables -----------------------------------------------------------------------------------


def _tables(folders: Sequence[Folder], words: ReportWords) -> Iterator[Resource]:
    lab: dict[str, object] = {"name": "lab", "type": "string", "description": words.of_what("lab")}
    names = dict.fromkeys(name for one in folders for name in one.rows)
    for name in names:
        having = [one for one in folders if name in one.rows]
        fields = having[0].fields[name]
        for one in having[1:]:
            if [it["name"] for it in one.fields[name]] != [it["name"] for it in fields]:
                raise UsageError(f"{one.path / name}.csv has other columns", "Make it with one version.")
        if name == DEFINITIONS:
            yield Resource(name, having[0].titles[name], fields, _once(having, name))
        else:
            rows = tuple(_of_lab(one, row) for one in having for row in one.rows[name])
            yield Resource(name, having[0].titles[name], (lab, *fields), rows)
    if all(FIGURES in one.rows for one in folders):
        yield _sums(folders, words)


def _of_lab(one: Folder, row: Sequence[str]) -> tuple[Cell, ...]:
    return (one.lab, *map(_cell, row))


def _once(having: Sequence[Folder], name: str) -> tuple[tuple[Cell, ...], ...]:
    """Definitions of the same version are the same: each figure once, as the first lab says it."""
    found: dict[str, tuple[Cell, ...]] = {}
    for one in having:
        for row in one.rows[name]:
            found.setdefault(row[0], row)
    return tuple(found.values())


def _cell(text: str) -> Cell:
    """A number as a number, so that it is written bare; texts are guarded by the writer again."""
    try:
        return number(text)
    except ValueError:
        return text


def _sums(folders: Sequence[Folder], words: ReportWords) -> Resource:
    fields = tuple(it for it in folders[0].fields[FIGURES] if it["name"] in ("figure", "value", "unit"))
    by_lab = [{row[0]: row for row in one.rows[FIGURES]} for one in folders]
    rows = tuple(
        (figure, _sum([one[figure][1] for one in by_lab if figure in one], len(folders)), row[2])
        for figure, row in by_lab[0].items()
        if figure in ADDED
    )
    return Resource(LABS, words.word("labs"), fields, rows)


def _sum(values: Sequence[str], labs: int) -> Cell:
    """The sum of what every lab shows; hidden where one hides it, none where one has none."""
    if HIDDEN in values:
        return HIDDEN
    if len(values) < labs or "" in values:
        return None
    return sum((number(one) for one in values), Decimal(0))


# --- reading ----------------------------------------------------------------------------------


def read(path: Path) -> Folder:
    """A folder that `open-data` has written, by this lab or another. Raises UsageError."""
    said = _json(path / DESCRIPTION)
    try:
        ours: Any = said[PROFILE]
        labs = tuple(str(one) for one in ours["labs"])
        about = About(
            labs,
            _month(ours["from"]),
            _month(ours["to"]),
            tuple(str(one) for one in ours["notes"]),
            str((said.get("licenses") or [{"name": ""}])[0]["name"]),
            str(ours["definitions"]),
        )
        found = {_name(one): one for one in said["resources"]}
        fields = {name: tuple(_field(it) for it in one["schema"]["fields"]) for name, one in found.items()}
        titles = {name: str(one["title"]) for name, one in found.items()}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as wrong:
        raise _not_ours(path) from wrong
    if len(labs) != 1:
        raise UsageError(f"{path} is of several labs already", "Merge the labs' own folders.")
    rows = {name: _rows(path / f"{name}.csv", [it["name"] for it in fields[name]]) for name in found}
    return Folder(path, about, titles, fields, rows)


def _name(resource: Mapping[str, Any]) -> str:
    """The name of a table; its file is beside the description and bears that name, whatever it says."""
    name = str(resource["name"])
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", name):
        raise ValueError(name)
    return name


def _field(said: Mapping[str, Any]) -> dict[str, object]:
    if not re.fullmatch(r"[a-z_]{1,40}", said["name"]) or said["type"] not in ("string", "number", "integer"):
        raise ValueError(said)
    kept = ("name", "type", "title", "unit", "description")
    return {key: str(said[key]) for key in kept if key in said}


def _month(text: str) -> str:
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise ValueError(text)
    return text


def _json(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(_text(path))
    except (ValueError, RecursionError) as wrong:
        raise _not_ours(path.parent) from wrong
    if not isinstance(said, dict):
        raise _not_ours(path.parent)
    return said


def _not_ours(path: Path) -> UsageError:
    return UsageError(
        f"{path} is no folder of open data from fabgate", "Make it with: fabgate report open-data --output"
    )


def _text(path: Path) -> str:
    try:
        if path.is_symlink() or path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path} is no file of open data", "Ask that lab for its folder again.")
        return path.read_text("utf-8")
    except OSError as wrong:
        raise UsageError(f"cannot read {path}: {wrong.strerror}", "Name a lab's folder.") from wrong
    except UnicodeDecodeError as wrong:
        raise UsageError(f"{path} is no text in UTF-8", "Ask that lab for its folder again.") from wrong


def _rows(path: Path, header: Sequence[object]) -> tuple[tuple[str, ...], ...]:
    try:
        lines = [tuple(row) for row in csv.reader(io.StringIO(_text(path)), strict=True)]
    except csv.Error as wrong:
        raise UsageError(f"{path} cannot be read: {wrong}", "Ask that lab for its folder again.") from wrong
    if not lines or list(lines[0]) != list(header) or any(len(row) != len(header) for row in lines):
        raise UsageError(f"{path} is not what {DESCRIPTION} says", "Ask that lab for its folder again.")
    return tuple(lines[1:])
