"""The page of one month: what it comes to, by payer and thing; what stands in the way while it is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from fabgate.board import money_files, money_obstacles, money_standing
from fabgate.board.money_told import Teller, by_size
from fabgate.board.pages import stopped
from fabgate.board.visit import REFUSED, Visit
from fabgate.desk import closing
from fabgate.model import Code, Denied
from fabgate.rules.closing import Parts, Sums
from fabgate.rules.month import Month
from fabgate.store import charged
from fabgate.store.charged import Period
from fabgate.texts.catalogue import Said

_LINES = 20_000  # of a closed month: its parts are added up while the page is asked for
_SHOWN = 50  # payers of a month; a file has all


@dataclass(frozen=True, slots=True)
class Part:
    """A payer, or a thing that was charged, and what it comes to."""

    name: object
    key: str
    sums: Sums


def month_of(visit: Visit) -> Month | None:
    """The month in the address; None for what is none, or is to come."""
    return money_files.month_named(visit, visit.asked.parameters["month"])


def show(visit: Visit) -> Response:
    month = month_of(visit)
    if month is None:
        return stopped(visit, "not_found", 404)
    period = charged.period(visit.conn, str(month))
    if period is not None:
        return _closed(visit, month, period)
    if visit.wish("reckon"):
        return money_standing.reckoning(visit, month, lambda after: after.to(f"/money/{month}"))
    return open_month(visit, month)


def _closed(visit: Visit, month: Month, period: Period) -> Response:
    sums = Sums(*period.body.totals[:4])
    parts = closing.parts_of(visit.conn, month) if sums.lines <= _LINES else Parts()
    tell = Teller(visit)
    return visit.page(
        "money/closed.html",
        tell=tell,
        month=month,
        period=period,
        sums=sums,
        **_tables(tell, parts),
        **files(visit, month),
    )


def _tables(tell: Teller, parts: Parts) -> dict[str, Any]:
    payers = by_size(parts.payers.items())
    things = sorted(parts.items.items(), key=lambda one: (-one[1].cents, -one[1].list_cents, one[0]))
    return {
        "payers": [Part(tell.person(who), tell.handle(who), sums) for who, sums in payers[:_SHOWN]],
        "more": max(0, len(payers) - _SHOWN),
        "things": [_thing(tell, sort, item, sums) for (sort, item), sums in things],
    }


def _thing(tell: Teller, sort: str, item: str, sums: Sums) -> Part:
    name, kind = tell.item(sort, item), tell.sort(sort)
    return Part(name or kind, "" if name in ("", kind) else kind, sums)


def files(visit: Visit, month: Month) -> dict[str, Any]:
    """What a page needs to offer the files of a month."""
    return {
        "profiles": money_files.PROFILES,
        "accounted": money_files.went_out(visit.conn, month),
        "own_accounts": visit.settings.lab.accounting is not None,
    }


def open_month(visit: Visit, month: Month) -> Response:
    """A month that is not closed: what it comes to by now, and what stands in the way."""
    tell, found = Teller(visit), money_standing.standing(visit, month)
    if isinstance(found, Denied):
        visit.refusal = visit.refusal or visit.speaker.refusal(found)
        found = None
    look = None if found is None else found.look
    no = None if look is None or look.no is None else look.no
    return visit.page(
        "money/open.html",
        tell=tell,
        month=month,
        name=tell.month(month),
        standing=found,
        large=money_standing.large(visit),
        obstacles=[] if found is None else money_obstacles.told(visit, tell, found),
        look=look,
        runs=no is not None and no.code is Code.PERIOD_RUNS,
        no=None if no is None else visit.speaker.refusal(no),
        purposes=money_obstacles.purposes(visit),
        seen="" if found is None else found.look.seen,
        **_tables(tell, Parts() if look is None else look.parts),
        **files(visit, month),
    )


def again(visit: Visit, month: Month) -> Response:
    """The month's page once more, after a form."""
    if charged.period(visit.conn, str(month)) is not None:
        return show(visit)
    return open_month(visit, month)


def changed(visit: Visit, page_: Callable[[], Response]) -> Response:
    """The page once more: somebody else has changed what it is about since it was shown."""
    t = visit.speaker.t
    return visit.misread(Said(t("money.changed"), t("money.changed_next")), page_, REFUSED)
