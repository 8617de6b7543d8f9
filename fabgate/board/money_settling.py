"""The forms that settle what stands in the way of closing a month, each in one step.

The deeds are those of `desk/usages.py` and `desk/accounts.py`.
"""

from __future__ import annotations

from functools import partial

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import money_month, money_typed
from fabgate.board.money_month import month_of
from fabgate.board.pages import page, stopped
from fabgate.board.visit import Visit
from fabgate.config.values import LENGTH, Unfit
from fabgate.desk import accounts, days, uncharged, usages
from fabgate.desk.sales import numbered
from fabgate.desk.usages import Counts
from fabgate.errors import UsageError
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area


def session(visit: Visit) -> Response:
    """What somebody says of a session: how much of it counts, who pays for it, what it was for."""
    month = month_of(visit)
    if month is None:
        return stopped(visit, "not_found", 404)
    record = numbered(visit.desk, visit.field("session"))
    named = visit.field("session") if record is None else str(record)
    again = partial(money_month.again, visit, month)
    if "seen" in visit.asked.form and visit.field("seen") != ",".join(
        uncharged.said_of(visit.conn, named).records
    ):
        return money_month.changed(visit, again)
    try:
        answer, said = _done(visit, named)
    except UsageError as error:
        return money_typed.wrong(visit, error, again)
    except Unfit:
        return visit.unfit("money.length", again)
    return visit.answer(answer, to=_back(visit, month), again=again, said=said)


def _done(visit: Visit, named: str) -> tuple[object, str]:
    desk, reason = visit.desk, visit.field("reason")
    match visit.field("deed"):
        case "assign":
            return usages.assign(desk, None, named, visit.field("payer"), reason), "money.done_assigned"
        case "mark":
            purpose = visit.field("purpose") or None
            free = True if visit.field("free") else None
            if purpose is None and free is None:
                raise UsageError(visit.speaker.t("money.nothing_marked"), "")
            return usages.mark(desk, None, named, purpose, free, reason), "money.done_marked"
        case _:
            return usages.settle(desk, None, named, _counts(visit), reason), "money.done_settled"


def _counts(visit: Visit) -> Counts:
    """Raises UsageError for a moment that is none, Unfit for a length."""
    end, length = visit.field("end"), visit.field("length")
    match visit.field("how"):
        case "recorded":
            return Counts(as_recorded=True)
        case "none":
            return Counts(length_ms=0)
        case "end":
            return Counts(end_ms=days.moment_ms(visit.settings.lab.zone, end, visit.today_ms))
        case _:
            return Counts(length_ms=0 if length == "0" else LENGTH.read(length))


def address(visit: Visit) -> Response:
    """Where an organisation's bills go, so that its month can be closed."""
    month = month_of(visit)
    if month is None:
        return stopped(visit, "not_found", 404)
    again = partial(money_month.again, visit, month)
    lines = address_lines(visit)
    if lines is None:
        return visit.unfit("money.address", again)
    try:
        answer = accounts.put_address(
            visit.desk, None, visit.field("member"), lines, visit.field("vat_number")
        )
    except UsageError as error:
        return money_typed.wrong(visit, error, again)
    return visit.answer(answer, to=_back(visit, month), again=again, said="money.done_address")


def address_lines(visit: Visit) -> list[str] | None:
    """The lines that were typed; None where they are more, or longer, than an address has."""
    found = [line.strip() for line in visit.asked.form.get("address", "").splitlines() if line.strip()]
    fits = len(found) <= accounts.MOST_LINES and all(len(one) <= accounts.LONGEST_LINE for one in found)
    return found if fits else None


def _back(visit: Visit, month: Month) -> str:
    """Where the form stood: a month, or a charge of one."""
    charge = visit.field("charge")
    return f"/money/charges/{charge}" if charge and _is_name(charge) else f"/money/{month}#ways"


def _is_name(text: str) -> bool:
    return all(sign.isalnum() or sign in "~.-_" for sign in text) and len(text) < 200


ROUTES: list[BaseRoute] = [
    page("/money/{month}/session", Area.MONEY, take=session),
    page("/money/{month}/address", Area.MONEY, take=address),
]
