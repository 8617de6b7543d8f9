"""The treasurer's months: how each stands, what is in the way of closing it, and closing it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import (
    child,
    money_charges,
    money_charts,
    money_files,
    money_month,
    money_paid,
    money_prices,
    money_settling,
    money_standing,
)
from fabgate.board.child import Ran
from fabgate.board.money_told import Teller
from fabgate.board.pages import page, stopped
from fabgate.board.visit import REFUSED, Visit
from fabgate.desk import bookkeeping, closing, months
from fabgate.desk.closing import Closed
from fabgate.model import Code, Denied, Facts
from fabgate.rules.closing import Sums
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area
from fabgate.store import charged
from fabgate.store.charged import Period

# --- all months ----------------------------------------------------------------------------------


def overview(visit: Visit) -> Response:
    found = months.listed(visit.desk)
    elsewhere = bookkeeping.not_the_books(visit.conn, visit.settings)
    if elsewhere is not None and visit.refusal is None:
        visit.refusal = visit.speaker.refusal(elsewhere)
    return visit.page(
        "money/months.html",
        tell=Teller(visit),
        closed=[_closed_row(one) for one in reversed(found.closed)],
        open=list(reversed(found.open)),
        due=found.due,
        running=months.running(visit.desk),
        priced=bool(visit.settings.tariff.versions),
    )


def _closed_row(period: Period) -> tuple[Period, Sums]:
    return period, Sums(*period.body.totals[:4])


def verified(visit: Visit) -> Response:
    """Are the closed months what was sealed? It reads all charges that there are: in a process of its own."""
    return child.Done(visit, ("close", "--verify", "--json"), _verdict)


def _verdict(visit: Visit, ran: Ran) -> Response:
    try:
        found: Mapping[str, object] = json.loads(ran.output)
    except ValueError:
        return child.failed(visit, ran)
    return visit.page("money/verified.html", found=found, tell=Teller(visit))


# --- closing -------------------------------------------------------------------------------------


def close(visit: Visit) -> Response:
    """Seals a month that somebody has looked at; one that has changed since they look at again."""
    month = money_month.month_of(visit)
    if month is None:
        return stopped(visit, "not_found", 404)
    force, reason = visit.field("force") == "yes", visit.field("reason")
    if not visit.field("sure"):
        return visit.unfit("money.sure", lambda: money_month.again(visit, month))
    if money_standing.large(visit) and charged.period(visit.conn, str(month)) is None:
        return _close_large(visit, month, force, reason)
    answer = closing.close(visit.desk, None, month, force, reason or None, seen=visit.field("seen"))
    match answer:
        case Closed(again=True):
            return visit.to(f"/money/{month}", _said(visit, "money.was_closed", month))
        case Closed():
            money_standing.forget(visit, month)
            return visit.to(f"/money/{month}", _said(visit, "money.is_closed", month))
        case Denied():
            money_standing.forget(visit, month)
            return visit.refused(answer, lambda: money_month.again(visit, month))
        case _:
            money_standing.forget(visit, month)
            facts: Facts = {"number": len(answer.obstacles), "period": str(month)}
            return visit.refused(Denied(Code.PERIOD_BLOCKED, facts), lambda: money_month.again(visit, month))


def _said(visit: Visit, key: str, month: Month) -> str:
    return visit.speaker.t(key, month=Teller(visit).month(month))


def _close_large(visit: Visit, month: Month, force: bool, reason: str) -> Response:
    words = ["close", str(month), "--json", f"--seen={visit.field('seen')}"]
    words += ["--force"] if force else []
    words += [f"--reason={reason}"] if force and reason else []

    def done(after: Visit, ran: Ran) -> Response:
        money_standing.forget(after, month)
        if ran.status == 0:
            return after.to(f"/money/{month}", _said(after, "money.is_closed", month))
        return after.misread(ran.told(after), lambda: money_month.open_month(after, month), REFUSED)

    return child.Done(visit, tuple(words), done)


def _first(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """Those whose address is no month's stand before the others."""
    return sorted(routes, key=lambda one: "/money/{month}" in str(getattr(one, "path", "")))


ROUTES: list[BaseRoute] = _first(
    [
        page("/money", Area.MONEY, overview),
        page("/money/verify", Area.MONEY, verified),
        page("/money/{month}", Area.MONEY, money_month.show),
        page("/money/{month}/close", Area.MONEY, take=close),
        *money_settling.ROUTES,
        *money_charges.ROUTES,
        *money_paid.ROUTES,
        *money_files.ROUTES,
        *money_prices.ROUTES,
        *money_charts.ROUTES,
    ]
)
