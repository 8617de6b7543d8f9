"""How a member signs in at the board: a link for a first or lost password, the password, their tokens."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.pages import page
from fabgate.board.people_found import deeds, marked, of_member, path_of, shown, stopped_by, told
from fabgate.board.visit import Visit
from fabgate.desk import signing
from fabgate.desk.signing import Handed
from fabgate.model import Denied
from fabgate.rules.viewing import Area
from fabgate.store.roster import Member


def show(visit: Visit, member: Member, link: Handed | None = None) -> Response:
    """What they have; `link`: one that was just made, which is shown this once."""
    found = signing.ways(visit.desk, member.id)
    assert not isinstance(found, Denied), "who was found a moment ago is still there"
    board = visit.settings.board.url.rstrip("/") or visit.asked.base  # whoever gets it is elsewhere
    address = "" if link is None else board + link.path
    facts = {"ways": found, "link": link, "address": address, "seen": marked(found)}
    return shown(visit, "signing", member, "signing", **facts)


def _mark(visit: Visit, member: Member) -> str:
    return marked(signing.ways(visit.desk, member.id))


def _link(visit: Visit, member: Member) -> Response:
    """Make a link. It is in this answer alone: no address holds it, and nobody sees it again."""
    made = signing.link(visit.desk, None, member.id, visit.field("reason") or None)
    if isinstance(made, Denied):
        return visit.refused(made, lambda: show(visit, member))
    return show(visit, member, made)


def _end(visit: Visit, member: Member) -> Response:
    """End their password, and with it where they are signed in now."""
    done = signing.end(visit.desk, None, member.id, visit.field("reason") or None)
    if not isinstance(done, Denied):
        visit.house.sessions.close_all(member.id, but=visit.session)
    to = f"{path_of(member)}/sign-in"
    return told(visit, done, to, lambda: show(visit, member), "people.said_signed_out")


def _end_token(visit: Visit, member: Member) -> Response:
    """End a token of theirs."""
    name = visit.field("token")
    found = signing.ways(visit.desk, member.id)
    if isinstance(found, Denied) or name not in {one.token for one in found.tokens}:
        return stopped_by(visit, "people.no_token", lambda: show(visit, member))
    done = signing.end_token(visit.desk, None, name, visit.field("reason") or None)
    to = f"{path_of(member)}/sign-in"
    return told(visit, done, to, lambda: show(visit, member), "people.said_token")


ROUTES: list[BaseRoute] = [
    page(
        "/members/{member}/sign-in",
        Area.LAB,
        of_member(show),
        of_member(deeds(show, _mark, link=_link, end=_end, end_token=_end_token)),
    )
]
