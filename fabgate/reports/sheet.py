"""A report as a file: CSV in the treasurer's dialect or JSON, written whole or not at all.

CSV by RFC 4180, made here and not by `csv.writer`, whose quoting of line breaks differs between
versions of Python: the same report is the same bytes on every gate. A cell of text that a
spreadsheet would take for a formula is given a leading `'` (OWASP, "CSV injection"); numbers are
left as they are. Codes (level, how it ended, how it was dated) are the same in every dialect.
"""

from __future__ import annotations

import contextlib
import enum
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from operator import attrgetter
from pathlib import Path

from fabgate.errors import FabgateError, UsageError
from fabgate.reports.usage import Per, Report, Row, Sum

Cell = str | int | bool | Decimal | None


class Form(enum.StrEnum):
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a country's spreadsheet reads CSV by a double click, and the words of its header row."""

    separator: str = ","
    decimal: str = "."
    mark: str = ""  # a byte order mark: without it Excel takes UTF-8 for Latin-1
    end: str = "\n"
    yes: str = "yes"
    no: str = "no"
    words: Mapping[str, str] = field(default_factory=dict)


_FR = {
    "session": "session",
    "stop": "enregistrement de fin",
    "member": "membre",
    "name": "nom",
    "machine": "machine",
    "skill": "habilitation",
    "level": "niveau",
    "sponsor": "parrain ou marraine",
    "payer": "payeur",
    "purpose": "objet",
    "people": "personnes",
    "start_utc": "début (UTC)",
    "end_utc": "fin (UTC)",
    "start_local": "début (heure locale)",
    "end_local": "fin (heure locale)",
    "seconds_powered": "secondes sous tension",
    "seconds_charged": "secondes facturables",
    "hours": "heures",
    "ended": "cause de fin",
    "recovered": "fin reconstituée",
    "uncertain_s": "incertitude (s)",
    "blind_s": "lecteur aveugle (s)",
    "busy_s": "en travail (s)",
    "dated": "datation",
    "sessions": "sessions",
}
_NL = {
    "session": "sessie",
    "stop": "eindregistratie",
    "member": "lid",
    "name": "naam",
    "machine": "machine",
    "skill": "machtiging",
    "level": "niveau",
    "sponsor": "peter of meter",
    "payer": "betaler",
    "purpose": "doel",
    "people": "personen",
    "start_utc": "begin (UTC)",
    "end_utc": "einde (UTC)",
    "start_local": "begin (plaatselijke tijd)",
    "end_local": "einde (plaatselijke tijd)",
    "seconds_powered": "seconden onder spanning",
    "seconds_charged": "aanrekenbare seconden",
    "hours": "uren",
    "ended": "reden van einde",
    "recovered": "einde hersteld",
    "uncertain_s": "onzekerheid (s)",
    "blind_s": "lezer blind (s)",
    "busy_s": "aan het werk (s)",
    "dated": "datering",
    "sessions": "sessies",
}

DIALECTS: Mapping[str, Dialect] = {
    "plain": Dialect(),
    "fr": Dialect(";", ",", "\ufeff", "\r\n", "oui", "non", _FR),
    "nl": Dialect(";", ",", "\ufeff", "\r\n", "ja", "nee", _NL),
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
    """The text of a report, piece by piece: a row a session, or (`per`) a row a sum.

    Line ends and byte order mark are in the text: encode it as UTF-8 and change nothing. Raises
    UsageError for an unknown dialect, and for JSON in any but `plain`.
    """
    if dialect not in DIALECTS:
        raise UsageError(f"unknown dialect {dialect!r}", f"The dialects are: {', '.join(DIALECTS)}.")
    if form is Form.JSON and dialect != "plain":
        raise UsageError("JSON has no dialects", "Leave --dialect out, or take --format csv.")
    columns = ROW_COLUMNS if per is None else SUM_COLUMNS[per]
    rows = report.rows() if per is None else report.sums(per)
    cells = map(_cells(columns), rows)
    return _csv(columns, cells, DIALECTS[dialect]) if form is Form.CSV else _json(columns, cells)


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], dialect: str = "plain") -> Iterator[str]:
    """Any table as CSV, piece by piece, its header in any dialect as it is given. Raises UsageError."""
    if dialect not in DIALECTS:
        raise UsageError(f"unknown dialect {dialect!r}", f"The dialects are: {', '.join(DIALECTS)}.")
    return _csv(columns, rows, replace(DIALECTS[dialect], words={}))


def save(path: Path, pieces: Iterable[str], mode: int = 0o640) -> None:
    """Writes the pieces to a file, which is either there whole and durable or as it was before.

    Raises UsageError where the file cannot be written.
    """
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no ordinary file", "Leave --output out to have it printed.")
        _replace(path, pieces, mode)
    except FabgateError:
        raise  # the store's own errors are OSErrors too, and say better what happened
    except (OSError, RuntimeError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else "its links lead in a circle"
        raise UsageError(
            f"cannot write {path}: {why}", "Name a folder that is there and has room."
        ) from wrong


def _replace(path: Path, pieces: Iterable[str], mode: int) -> None:
    part = path.with_name(f".fabgate-{secrets.token_hex(4)}.part")
    try:
        _write(part, pieces, mode)
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    _sync_folder(path.parent)


def _write(part: Path, pieces: Iterable[str], mode: int) -> None:
    # Names are in it: it is not for everybody on this computer.
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _cells(columns: Sequence[str]) -> Callable[[Row | Sum], tuple[Cell, ...]]:
    return attrgetter(*columns)


# --- csv --------------------------------------------------------------------------------------

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NOT_BARE = re.compile(r"^[=+\-@ ]|[\",;\r\n\t]| $")

Format = Callable[[Cell], str]


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]], dialect: Dialect) -> Iterator[str]:
    formats = _formats(dialect)
    header = [_text(dialect.words.get(column, column)) for column in columns]
    yield dialect.mark + dialect.separator.join(header) + dialect.end
    for row in rows:
        yield dialect.separator.join([formats[type(cell)](cell) for cell in row]) + dialect.end


def _formats(dialect: Dialect) -> Mapping[type, Format]:
    return {
        str: lambda cell: _text(str(cell)),
        int: str,
        type(None): lambda _: "",
        bool: lambda cell: dialect.yes if cell else dialect.no,
        Decimal: lambda cell: str(cell).replace(".", dialect.decimal),
    }


def _text(text: str) -> str:
    if not _NOT_BARE.search(text):
        return text
    if text.startswith(_FORMULA):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"'


# --- json -------------------------------------------------------------------------------------


def _json(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """An array, one object a line; hours as numbers."""
    before = "[\n"
    for row in rows:
        # Four decimals survive a float; a string would not be a number any more.
        yield before + json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=float)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
