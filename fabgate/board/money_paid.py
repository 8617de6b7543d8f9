"""What was paid, as the accounting program tells: one thing, or a table of them."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.money_told import id_of
from fabgate.board.pages import page
from fabgate.board.visit import UNFIT, Visit
from fabgate.desk import charges, days, tables
from fabgate.desk.charges import Paid, Settled
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.rules.viewing import Area

_COLUMNS = ("reference", "day")


def show(visit: Visit, noted: Settled | None = None) -> Response:
    return visit.page("money/paid.html", noted=noted, today=str(_today(visit)))


def _today(visit: Visit) -> object:
    return days.of(visit.today_ms, visit.settings.lab.zone)


def take(visit: Visit) -> Response:
    """Notes it; what is of nothing here is named, and all else is noted all the same."""
    try:
        paid = _paid(visit)
        answer = charges.settle(visit.desk, None, paid, visit.field("reason") or None)
    except UsageError as error:
        return visit.wrong(error, lambda: show(visit))
    if isinstance(answer, Denied):
        return visit.refused(answer, lambda: show(visit))
    if answer.unknown:
        page_ = show(visit, answer)
        page_.status_code = UNFIT
        return page_
    t = visit.speaker.t
    said = str(t("money.paid_noted", number=answer.number, before=answer.before))
    if answer.lifted:
        said += " " + str(t("money.paid_lifted", who=", ".join(answer.lifted)))
    return visit.to("/money/payments", said)


def _paid(visit: Visit) -> Sequence[Paid]:
    """Raises UsageError for a table that cannot be read, or for nothing at all."""
    table = visit.asked.form.get("table", "")
    if table.strip():
        return _of_table(visit, table)
    if not visit.field("reference"):
        raise UsageError(str(visit.speaker.t("money.paid_nothing")), "")
    return [Paid(id_of(visit, visit.field("reference")), visit.field("day"))]


def _of_table(visit: Visit, text: str) -> list[Paid]:
    table = tables.read(text.encode(), _COLUMNS, _COLUMNS)
    if table.wrong:
        first = table.wrong[0]
        why = visit.speaker.refusal(first.why).text if isinstance(first.why, Denied) else first.why
        said = visit.speaker.t("money.bad_line", line=first.line, column=first.column, why=why)
        raise UsageError(str(said), str(visit.speaker.t("money.bad_line_next")))
    return [
        Paid(id_of(visit, row.cells["reference"]), row.cells["day"], row.line)
        for row in table.rows
        if {"reference", "day"} <= row.cells.keys()
    ]


ROUTES: list[BaseRoute] = [page("/money/payments", Area.MONEY, show, take)]
