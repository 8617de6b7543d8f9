"""A member's badges: put on their name as they are shown to a machine, changed, blocked when lost."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import live
from fabgate.board.pages import page
from fabgate.board.people_found import deeds, marked, of_member, path_of, shown, stopped_by, told
from fabgate.board.visit import Visit
from fabgate.desk import badges, purposes, tapped, who
from fabgate.errors import BadgeError
from fabgate.model import Code, Denied
from fabgate.rules.viewing import Area
from fabgate.store import roster
from fabgate.store.roster import Member

_TICK_S = 5.0  # the list of taps says how long ago each was
_LONGEST_LABEL = 100


def show(visit: Visit, member: Member) -> Response:
    """Their badges, and those that nobody owns yet and a machine has just seen."""
    mine = badges.listed(visit.desk, member.id)
    assert not isinstance(mine, Denied), "who was found a moment ago is still there"
    return shown(
        visit,
        "badges",
        member,
        "badges",
        badges=mine,
        short=badges.short,
        purposes=sorted(purposes.known_in(visit.settings)),
        picture=live.Picture(_taps(visit)),
        seen=_mark(visit, member),
    )


def _mark(visit: Visit, member: Member) -> str:
    return marked(*((one.record, one.blocked_ms) for one in roster.badges(visit.conn, member.id)))


def _taps(visit: Visit) -> live.Pieces:
    """The unknown badges of the last minutes as a piece of the page, one button each."""
    found = tapped.unknown(visit.desk)
    titles = {name: one.rules.title for name, one in visit.settings.machines.items()}
    member = who.find(visit.conn, visit.asked.parameters["member"])
    name = "" if isinstance(member, Denied) else member.name
    facts = {"taps": found, "titles": titles, "name": name, "short": badges.short}
    return {"taps": visit.render("people/taps.html", **facts)}


# --- deeds --------------------------------------------------------------------------------------


def _take(visit: Visit, member: Member) -> Response:
    """Put the badge of a tap on their name."""
    again = lambda: show(visit, member)  # noqa: E731 # asked for only where something is wrong
    done = tapped.give(visit.desk, None, member.id, visit.field("tap"), *_told_of_it(visit))
    if isinstance(done, Denied) and done.code is Code.UNKNOWN_BADGE:
        return stopped_by(visit, "people.tap_over", again)
    return told(visit, done, f"{path_of(member)}/badges", again, "people.said_badge")


def _told_of_it(visit: Visit) -> tuple[str, str | None, str | None, str | None]:
    """Label, reason, payer and purpose, as the form says them."""
    label = visit.field("label")[:_LONGEST_LABEL]
    return label, visit.field("reason") or None, visit.field("payer") or None, visit.field("purpose") or None


def _add(visit: Visit, member: Member) -> Response:
    """Put the badge with the number that was typed on their name."""
    again = lambda: show(visit, member)  # noqa: E731 # asked for only where something is wrong
    try:
        done = badges.add(visit.desk, None, member.id, visit.field("number"), *_told_of_it(visit))
    except BadgeError:
        return stopped_by(visit, "people.no_badge_number", again)
    return told(visit, done, f"{path_of(member)}/badges", again, "people.said_badge")


def _change(visit: Visit, member: Member) -> Response:
    """Say who pays for what is done with one of their badges, and what for."""
    again = lambda: show(visit, member)  # noqa: E731 # asked for only where something is wrong
    badge = _own(visit, member)
    if badge is None:
        return stopped_by(visit, "people.no_badge", again)
    payer, purpose = visit.field("payer") or member.id, visit.field("purpose")
    reason = visit.field("reason") or None
    done = badges.add_token(visit.desk, None, member.id, badge.token, badge.label, reason, payer, purpose)
    return told(visit, done, f"{path_of(member)}/badges", again, "people.said_use")


def _block(visit: Visit, member: Member) -> Response:
    """Block one of their badges."""
    again = lambda: show(visit, member)  # noqa: E731 # asked for only where something is wrong
    badge = _own(visit, member)
    if badge is None:
        return stopped_by(visit, "people.no_badge", again)
    digits = badge.token.rpartition(":")[2]
    done = badges.block(visit.desk, None, digits, visit.field("reason") or None)
    return told(visit, done, f"{path_of(member)}/badges", again, "people.said_blocked")


def _own(visit: Visit, member: Member) -> roster.Badge | None:
    """The badge of theirs that the form names by its record; somebody else's has no form here."""
    mine = roster.badges(visit.conn, member.id)
    return next((one for one in mine if str(one.record) == visit.field("badge")), None)


ROUTES: list[BaseRoute] = [
    page(
        "/members/{member}/badges",
        Area.LAB,
        of_member(show),
        of_member(deeds(show, _mark, take=_take, add=_add, change=_change, block=_block)),
    ),
    live.stream("/members/{member}/badges/live", Area.LAB, _taps, _TICK_S),
]
