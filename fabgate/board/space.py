"""`/spaceapi.json`: whether the lab is open, and how many are here, for directories of labs (SpaceAPI, v15).

It is for any program to read, so other pages may fetch it too. Names of people are never in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.config import Settings
from fabgate.desk import floor
from fabgate.desk.floor import Floor
from fabgate.rules import wall
from fabgate.rules.viewing import Area

_NOT_SAID = 404
_ANYBODY = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}


def show(visit: Visit) -> Response:
    """The document; where the configuration does not say what it has to hold, what is missing there."""
    missing = [key for key in ("site", "logo", "mail") if not getattr(visit.settings.board, key)]
    if missing:
        keys = ", ".join(f"[board] {key}" for key in missing)
        told = {"error": "not_configured", "text": f"The configuration does not say: {keys}."}
        return JSONResponse(told, _NOT_SAID, _ANYBODY)
    at = visit.house.clock.now()
    with visit.house.reading() as reader:
        found = floor.read(reader.conn, visit.settings, at)
    return JSONResponse(document(visit.settings, found, at.wall_ms), headers=_ANYBODY)


def document(settings: Settings, found: Floor, now_ms: int) -> Mapping[str, object]:
    """What the SpaceAPI tells of a lab. Its times are seconds since 1970 (UTC)."""
    board, doors = settings.board, wall.doors(found.hours, now_ms)
    state: dict[str, object] = {"open": doors.open}
    if doors.since_ms is not None:
        state["lastchange"] = doors.since_ms // 1000
    told: dict[str, object] = {
        "api_compatibility": ["15"],
        "space": settings.lab.name,
        "logo": board.logo,
        "url": board.site,
        "contact": {"email": board.mail},
        "location": {"timezone": settings.lab.zone.key},
        "state": state,
    }
    if found.people is not None:
        told["sensors"] = {"people_now_present": [{"value": found.people}]}
    return told


ROUTES: list[BaseRoute] = [page("/spaceapi.json", Area.PUBLIC, show)]
