"""The files of a month and of a period, each made by `fabgate export`, `statement` or `report`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from sqlite3 import Connection
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import child
from fabgate.board.child import OUTPUT, Download, Ran
from fabgate.board.pages import page, stopped
from fabgate.board.visit import Visit
from fabgate.desk import months, who
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.reports import figure_sheet, sheet
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area
from fabgate.store import batches, charged
from fabgate.texts.report_words import ReportWords

_CSV, _JSON = "text/csv; charset=utf-8", "application/json"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLE = "table"
"""What a report is called that is shown as a page of tables."""
_PDF, _SVG = "application/pdf", "image/svg+xml"
_OF_COUNTRIES = frozenset(sheet.DIALECTS) - {"plain"}
PROFILES: Mapping[str, str] = {"fec": "txt", "paheko": "csv", "dolibarr": "json"}
"""Accounting programs, and what their files end in."""
REPORTS = ("occupancy", "funders", "sponsorship", "downtime")


@dataclass(frozen=True, slots=True)
class File:
    """How a file is made: the words of a command, what its name ends in, what it is."""

    words: tuple[str, ...]
    media: str


_TABLES = {"csv": _CSV, "json": _JSON, "xlsx": _XLSX}
_FILES = {
    f"{what}.{form}": File(("export", what, "--format", form), media)
    for what in ("charges", "usage")
    for form, media in _TABLES.items()
} | {
    "statements.pdf": File(("statement", "--all", "--one-file", "--output", f"{OUTPUT}.pdf"), _PDF),
    "statement.pdf": File(("statement", "--output", f"{OUTPUT}.pdf"), _PDF),
}


def of_month(visit: Visit) -> Response:
    """A file of a month. Of one that is open it is a draft."""
    file, month = (
        _FILES.get(visit.asked.parameters["file"]),
        month_named(visit, visit.asked.parameters["month"]),
    )
    if file is None or month is None:
        return stopped(visit, "not_found", 404)
    words = [*file.words, "--month", str(month)]
    what, _, form = visit.asked.parameters["file"].partition(".")
    if what == "statement":
        payer = who.find(visit.conn, visit.wish("payer"))
        if isinstance(payer, Denied):
            visit.refusal = visit.speaker.refusal(payer)
            return visit.page("sorry.html", 404)
        words, what = [*words, payer.id], f"{what}-{payer.handle}"
    drafted = "usage" not in file.words and charged.period(visit.conn, str(month)) is None
    words += ["--draft"] if drafted else []
    words += _dialect(visit) if "export" in file.words and form != "json" else []  # programs read that
    name = f"{what}-{month}{'-draft' if drafted else ''}.{form}"
    return Download(visit, tuple(words), name, file.media, child.failed)


def month_named(visit: Visit, text: str) -> Month | None:
    """The month of that name; None for what is none, or is to come."""
    found = _month(text)
    return None if found is None or found > months.running(visit.desk) else found


def _month(text: str) -> Month | None:
    try:
        return Month.of(text)
    except UsageError:
        return None


def _dialect(visit: Visit) -> list[str]:
    """A spreadsheet opens it by a double click where its reader has the comma of their country."""
    wished = visit.wish("dialect")
    return ["--dialect", wished if wished in _OF_COUNTRIES else sheet.dialect_of(visit.language)]


def went_out(conn: Connection, month: Month) -> dict[str, tuple[str, ...]]:
    """The files for accounting programs that went out already, by program."""
    of = {profile: tuple(batches.of(conn, str(month), profile)) for profile in PROFILES}
    return {profile: names for profile, names in of.items() if names}


def accounting(visit: Visit) -> Response:
    """A month for an accounting program: it bears a name and stands in the journal, so it is a form."""
    profile, month = visit.field("profile"), month_named(visit, visit.asked.parameters["month"])
    if profile not in PROFILES or month is None:
        return stopped(visit, "not_found", 404)
    again = ["--again"] if visit.field("again") else []
    words = ("export", "accounting", "--month", str(month), "--profile", profile, *again)
    name = f"{month}-{profile}.{PROFILES[profile]}"
    return Download(visit, words, name, "application/octet-stream", child.failed)


# --- reports --------------------------------------------------------------------------------------


def reports(visit: Visit) -> Response:
    now = str(months.running(visit.desk))
    return visit.page("money/reports.html", reports=REPORTS, first=f"{now[:4]}-01", last=now)


def report(visit: Visit) -> Response:
    """A report of the months that the query names, as it is called: occupancy.svg, or occupancy.table."""
    name, _, form = visit.asked.parameters["file"].partition(".")
    media = {"csv": _CSV, "json": _JSON, "svg": _SVG, TABLE: _JSON}.get(form)
    first, last = _month(visit.wish("first")), _month(visit.wish("last"))
    if name not in REPORTS or media is None:
        return stopped(visit, "not_found", 404)
    if first is None or last is None:
        field = "first" if first is None else "last"
        t, value = visit.speaker.t, visit.wish(field)[:80]
        told = t("common.bad_value", value=value, field=t(f"money.{field}"))
        return visit.wrong(UsageError(told, t("common.bad_value_next")), lambda: reports(visit))
    months_ = ("--from", str(first), "--to", str(last))
    words = ("report", name, *months_, "--dialect", sheet.dialect_of(visit.language), "--format")
    if form == TABLE:
        return child.Done(visit, (*words, "json"), partial(_tables, name))
    return Download(visit, (*words, form), f"{name}-{first}-{last}.{form}", media, child.failed)


def _tables(name: str, visit: Visit, ran: Ran) -> Response:
    """The figures of a report as tables of a page: for who does not see its picture."""
    try:
        said = json.loads(ran.output, parse_float=Decimal)
    except ValueError:
        return child.failed(visit, ran)
    words = ReportWords.of(visit.language)
    return visit.page(
        "money/report.html",
        name=name,
        report=said,
        period=words.period(said["from"], said["to"]),
        tables=[one | {"columns": _columns(one), "lines": _lines(one)} for one in said["tables"]],
        number=lambda value: figure_sheet.shown(value, words),
        figures={"value": words.word("value")}
        | {id_: one["title"] for id_, one in said["definitions"].items()},
        hidden=figure_sheet.HIDDEN,
    )


def _lines(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a table, that of all things together last."""
    return [*table["rows"], *([table["whole"]] if table["whole"] else [])]


def _columns(table: Mapping[str, Any]) -> list[str]:
    """The figures that any row of a table has; the row that shows most has them in their order."""
    most = sorted(_lines(table), key=lambda one: -len(one["values"]))
    return list(dict.fromkeys(name for one in most for name in (*one["values"], *one["hidden"])))


ROUTES: list[BaseRoute] = [
    page("/money/{month}/files/{file}", Area.MONEY, of_month),
    page("/money/{month}/accounting", Area.MONEY, take=accounting),
    page("/money/reports", Area.MONEY, reports),
    page("/money/reports/{file}", Area.MONEY, report),
]
