"""What was paid, as the accounting program tells: one thing, or a table of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import money_typed
from fabgate.board.money_told import id_of
from fabgate.board.pages import page
from fabgate.board.visit import UNFIT, Visit
from fabgate.desk import charges, days, payments
from fabgate.desk.charges import Paid, Settled
from fabgate.desk.payments import Unread
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.rules.viewing import Area
from fabgate.texts.catalogue import Said


def show(visit: Visit, noted: Settled | None = None) -> Response:
    return visit.page("money/paid.html", noted=noted, today=str(_today(visit)))


def _today(visit: Visit) -> object:
    return days.of(visit.today_ms, visit.settings.lab.zone)


def take(visit: Visit) -> Response:
    """Notes it; what is of nothing here is named, and all else is noted all the same."""
    again = partial(show, visit)
    try:
        paid = _paid(visit)
        if isinstance(paid, Said):
            return visit.misread(paid, again)
        answer = charges.settle(visit.desk, None, paid, visit.field("reason") or None)
    except UsageError as error:
        return money_typed.wrong(visit, error, again)
    if isinstance(answer, Denied):
        return visit.refused(answer, again)
    if answer.unknown:
        page_ = show(visit, answer)
        page_.status_code = UNFIT
        return page_
    t = visit.speaker.t
    said = t("money.paid_noted", number=answer.number, before=answer.before)
    if answer.lifted:
        said += " " + t("money.paid_lifted", who=", ".join(answer.lifted))
    return visit.to("/money/payments", said)


def _paid(visit: Visit) -> Sequence[Paid] | Said:
    """What was paid; why it cannot be read. Raises UsageError for nothing at all, or for no day."""
    table = visit.asked.form.get("table", "")
    if table.strip():
        return _of_table(visit, table)
    if not visit.field("reference"):
        raise UsageError(visit.speaker.t("money.paid_nothing"), "")
    return [Paid(id_of(visit, visit.field("reference")), visit.field("day"))]


def _of_table(visit: Visit, text: str) -> Sequence[Paid] | Said:
    t = visit.speaker.t
    try:
        read = payments.read(visit.desk, text.encode())
    except UsageError:
        return Said(t("money.bad_file"), t("money.bad_file_next"))
    if not isinstance(read, Unread):
        return read
    facts = {"line": read.line, "column": read.column, "value": read.value[:80]}
    return Said(t(f"money.bad_line_{read.flaw}", **facts), t("money.bad_line_next"))


ROUTES: list[BaseRoute] = [page("/money/payments", Area.MONEY, show, take)]
