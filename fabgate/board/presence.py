"""Who is on site: checked in and out where no door or counter does it; everybody for themselves."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import stamps
from fabgate.board.answers import answered
from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.desk import backwards, presence
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.rules.viewing import Area
from fabgate.store.roster import Member

_PATH, _MINE = "/presence", "/me/presence"
_LONGEST = 200


def _show(visit: Visit, several: tuple[Member, ...] = ()) -> Response:
    shown = presence.listed(visit.desk, visit.me.handle)
    here = () if isinstance(shown, Denied) else shown
    return visit.page("presence.html", here=here, several=several)


def _in(visit: Visit) -> Response:
    """Whom a handle names, or a part of a name."""
    meant = backwards.meant(visit.desk, visit.field("member")[:_LONGEST])
    if isinstance(meant, Denied):
        return visit.refused(meant, lambda: _show(visit))
    if isinstance(meant, tuple):
        return _show(visit, meant)
    try:
        result = presence.check_in(visit.desk, None, meant.handle)
    except UsageError as error:
        return visit.wrong(error, lambda: _show(visit))
    return answered(visit, result, _PATH, lambda: _show(visit), "presence.in_said")


def _out(visit: Visit) -> Response:
    result = presence.check_out(visit.desk, None, visit.field("member")[:_LONGEST])
    return answered(visit, result, _PATH, lambda: _show(visit), "presence.out_said")


# --- oneself --------------------------------------------------------------------------------------


def _mine(visit: Visit) -> Response:
    shown = presence.listed(visit.desk)
    here = () if isinstance(shown, Denied) else shown
    mine = next((one for one in here if one.member.id == visit.me.id), None)
    return visit.page("presence_mine.html", mine=mine, barred=stamps.barred(visit))


def _mine_in(visit: Visit) -> Response:
    try:
        result = presence.check_in(visit.desk, None, visit.me.id)
    except UsageError as error:
        return visit.wrong(error, lambda: _mine(visit))
    return answered(visit, result, _MINE, lambda: _mine(visit), "presence.in_said")


def _mine_out(visit: Visit) -> Response:
    result = presence.check_out(visit.desk, None, visit.me.id)
    return answered(visit, result, _MINE, lambda: _mine(visit), "presence.out_said")


ROUTES: list[BaseRoute] = [
    page(_PATH, Area.LAB, _show),
    page(f"{_PATH}/in", Area.LAB, take=_in),
    page(f"{_PATH}/out", Area.LAB, take=_out),
    page(_MINE, Area.OWN, _mine),
    page(f"{_MINE}/in", Area.OWN, take=_mine_in),
    page(f"{_MINE}/out", Area.OWN, take=_mine_out),
]
