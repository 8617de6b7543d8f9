"""Workshops: a machine opened to a group for some hours, by whoever may work on it alone."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.answers import answered
from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.desk import days, purposes, workshops
from fabgate.desk.workshops import MOST_PEOPLE, Group
from fabgate.errors import UsageError
from fabgate.rules import authority
from fabgate.rules.viewing import Area

_PATH = "/workshops"


def _show(visit: Visit) -> Response:
    actor = visit.actor
    assert actor is not None, "nobody in particular sees no page of this area"
    shown = workshops.listed(visit.desk)
    closes = {
        one.workshop.machine: authority.may_close_workshop(actor, one.workshop.leader) is None
        for one in shown
    }
    machines = {
        name: one.rules.title for name, one in visit.settings.machines.items() if one.rules.kind.is_machine
    }
    return visit.page(
        "workshops.html",
        shown=shown,
        closes=closes,
        machines=machines,
        words=sorted(purposes.known_in(visit.settings)),
        most=MOST_PEOPLE,
        manages=actor.manages,
    )


def _open(visit: Visit) -> Response:
    people = visit.field("people")
    if not (people.isdecimal() and len(people) < 6):
        return visit.unfit("workshops.people", lambda: _show(visit))
    try:
        until_ms = days.moment_ms(visit.settings.lab.zone, visit.field("until"), visit.today_ms)
        group = Group(int(people), visit.field("purpose"), until_ms)
        leader = visit.field("leader") or None
        result = workshops.opened(visit.desk, None, visit.field("machine"), group, leader)
    except UsageError as error:
        return visit.wrong(error, lambda: _show(visit))
    return answered(visit, result, _PATH, lambda: _show(visit), "workshops.opened_said")


def _close(visit: Visit) -> Response:
    result = workshops.closed(visit.desk, None, visit.field("machine"))
    return answered(visit, result, _PATH, lambda: _show(visit), "workshops.closed_said")


ROUTES: list[BaseRoute] = [
    page(_PATH, Area.SPONSORING, _show),
    page(f"{_PATH}/open", Area.SPONSORING, take=_open),
    page(f"{_PATH}/close", Area.SPONSORING, take=_close),
]
