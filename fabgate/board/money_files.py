"""The files of a month and of a period, each made by `fabgate export`, `statement` or `report`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from sqlite3 import Connection

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import child
from fabgate.board.child import OUTPUT, Download
from fabgate.board.pages import page, stopped
from fabgate.board.visit import Visit
from fabgate.desk import months
from fabgate.errors import UsageError
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area
from fabgate.store import batches, charged

_CSV, _JSON = "text/csv; charset=utf-8", "application/json"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PDF, _SVG = "application/pdf", "image/svg+xml"
_DIALECTS = {"fr": "fr", "nl": "nl", "de": "de"}
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
} | {"statements.pdf": File(("statement", "--all", "--one-file", "--output", f"{OUTPUT}.pdf"), _PDF)}


def of_month(visit: Visit) -> Response:
    """A file of a month. Of one that is open it is a draft."""
    file, month = (
        _FILES.get(visit.asked.parameters["file"]),
        month_named(visit, visit.asked.parameters["month"]),
    )
    if file is None or month is None:
        return stopped(visit, "not_found", 404)
    words = [*file.words, "--month", str(month)]
    drafted = "usage" not in file.words and charged.period(visit.conn, str(month)) is None
    words += ["--draft"] if drafted else []
    words += _dialect(visit) if "export" in file.words else []
    what, _, form = visit.asked.parameters["file"].partition(".")
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
    return ["--dialect", wished if wished in _DIALECTS else _DIALECTS.get(visit.language, "plain")]


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
    """A report of the months that the query names, as it is called: occupancy.svg."""
    name, _, form = visit.asked.parameters["file"].partition(".")
    media = {"csv": _CSV, "json": _JSON, "svg": _SVG}.get(form)
    first, last = _month(visit.wish("first")), _month(visit.wish("last"))
    if name not in REPORTS or media is None:
        return stopped(visit, "not_found", 404)
    if first is None or last is None:
        field = "first" if first is None else "last"
        t, value = visit.speaker.t, visit.wish(field)[:80]
        told = t("common.bad_value", value=value, field=t(f"money.{field}"))
        return visit.wrong(UsageError(told, t("common.bad_value_next")), lambda: reports(visit))
    months_ = ("--from", str(first), "--to", str(last))
    words = ("report", name, *months_, "--format", form, "--dialect", _DIALECTS.get(visit.language, "plain"))
    return Download(visit, words, f"{name}-{first}-{last}.{form}", media, child.failed)


ROUTES: list[BaseRoute] = [
    page("/money/{month}/files/{file}", Area.MONEY, of_month),
    page("/money/{month}/accounting", Area.MONEY, take=accounting),
    page("/money/reports", Area.MONEY, reports),
    page("/money/reports/{file}", Area.MONEY, report),
]
