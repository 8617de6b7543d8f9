"""Charts of income and occupancy: pictures made by the server, with the same figures as tables."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.money_told import Teller
from fabgate.board.pages import page, stopped
from fabgate.board.visit import Visit
from fabgate.desk import months
from fabgate.reports import income
from fabgate.rules.closing import Sums
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area
from fabgate.store import charged

_MOST = 12
SVG = "image/svg+xml"


def show(visit: Visit) -> Response:
    now = months.running(visit.desk)
    return visit.page(
        "money/charts.html",
        tell=Teller(visit),
        closed=[(one, Sums(*one.body.totals[:4])) for one in _closed(visit)],
        first=str(_earlier(now)),
        last=str(now),
    )


def _closed(visit: Visit) -> tuple[charged.Period, ...]:
    return charged.periods(visit.conn)[-_MOST:]


def _earlier(now: Month) -> Month:
    """The first of the five months that end with this one."""
    number = now.year * 12 + now.month - 1 - 4
    return Month(number // 12, number % 12 + 1)


def picture(visit: Visit) -> Response:
    """What the last closed months came to."""
    if visit.asked.parameters["file"] != "income.svg":
        return stopped(visit, "not_found", 404)
    tell, word = Teller(visit), visit.speaker.words.word
    found = [
        income.Month(tell.month(one.month), one.body.totals[2], one.body.totals[3]) for one in _closed(visit)
    ]
    words = {
        "title": word("money.income"),
        "invoiced": word("money.invoiced"),
        "wallet": word("money.from_wallets"),
    }
    return Response(income.svg(found, visit.speaker.money, words), media_type=SVG)


ROUTES: list[BaseRoute] = [
    page("/money/charts", Area.MONEY, show),
    page("/money/charts/{file}", Area.MONEY, picture),
]
