"""Dues: until when each has paid them, and whom they keep from starting, or soon will."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.desk import papers
from fabgate.desk.papers import DUES, Shown
from fabgate.model import Denied
from fabgate.rules.viewing import Area
from fabgate.store.roster import Member


def listed(visit: Visit) -> Response:
    """Those whose dues are missing or over, and those in their days of grace, by name."""
    everybody = papers.listed(visit.desk)
    assert not isinstance(everybody, Denied), "of everybody there is always a list"
    owing = [one for one in everybody if one.paper.id == DUES and one.asked and _over(visit, one)]
    owing.sort(key=lambda one: (one.counts, one.member.name.casefold(), one.member.handle))
    return visit.page("money/dues.html", owing=owing, known=DUES in visit.settings.charter.papers)


def _over(visit: Visit, one: Shown) -> bool:
    until_ms = None if one.on_file is None else one.on_file.until_ms
    return not one.counts or (until_ms is not None and until_ms < visit.today_ms)


def of(visit: Visit, member: Member) -> Shown | None:
    """How a member's dues stand; None where the lab's rules know none, or ask none of them."""
    found = papers.listed(visit.desk, member.id)
    if isinstance(found, Denied) or DUES not in visit.settings.charter.papers:
        return None
    return next((one for one in found if one.paper.id == DUES), None)


def mark(one: Shown | None) -> str:
    """What they were when a page was shown."""
    return "" if one is None or one.on_file is None else str(one.on_file.record)


ROUTES: list[BaseRoute] = [page("/money/dues", Area.MONEY, listed)]
