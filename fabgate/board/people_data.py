"""What is kept about a member, for somebody who cannot sign in and asks a fab manager for it."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import taken_out
from fabgate.board.heavy import heavy
from fabgate.board.pages import page
from fabgate.board.people_found import of_member, shown
from fabgate.board.visit import Visit
from fabgate.rules.viewing import Area
from fabgate.store.roster import Member


def show(visit: Visit, member: Member) -> Response:
    """What the file holds, and what to read before it is handed out."""
    return shown(visit, "data", member, "edit")


def _packed(visit: Visit, member: Member) -> Response:
    return taken_out.packed(visit, member.id, lambda: show(visit, member))


ROUTES: list[BaseRoute] = [
    page("/members/{member}/data", Area.LAB, of_member(show)),
    page("/members/{member}/data.zip", Area.LAB, heavy(of_member(_packed))),
]
