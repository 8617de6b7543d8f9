"""Members: found, taken in; their own pages are in the modules beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import (
    people_badges,
    people_data,
    people_member,
    people_newcomers,
    people_papers,
    people_signing,
    people_skill,
    people_standing,
)
from fabgate.board.pages import page
from fabgate.board.people_found import born, language, path_of, stopped_by
from fabgate.board.visit import Visit
from fabgate.desk import members, search
from fabgate.desk.members import Details
from fabgate.desk.search import Narrow
from fabgate.errors import UsageError
from fabgate.model import Denied, MemberId, Role
from fabgate.rules.viewing import Area
from fabgate.store import roster

_MOST = 50
_ASKED = ("q", "status", "skill", "role", "lacks")


def show_all(visit: Visit) -> Response:
    """Members by name, narrowed by what is looked for, a page at a time."""
    asked = {name: visit.wish(name) for name in _ASKED}
    text, kind, first = asked["q"], asked["status"], visit.wish("first")
    number = int(first) if first.isascii() and first.isdecimal() and len(first) < 8 else 0
    narrow = Narrow(asked["skill"], asked["role"], asked["lacks"])
    found = search.members(visit.desk, text[:200], kind, number, _MOST, narrow)
    return visit.page(
        "people/list.html",
        found=found,
        asked=asked,
        offices=_offices(visit),
        kinds=search.KINDS,
        skills=visit.settings.skills,
        roles=tuple(Role),
        papers=visit.settings.charter.papers,
        any_paper=search.ANY_PAPER,
        path_of=path_of,
        today_ms=visit.today_ms,
        before=_at(asked, found.first - _MOST) if found.first > 0 else None,
        after=_at(asked, found.first + _MOST) if found.first + _MOST < found.total else None,
    )


def _offices(visit: Visit) -> dict[MemberId, list[tuple[str, str]]]:
    """The roles of each: what it is called, and of which machine."""
    machines = visit.settings.machines
    found: dict[MemberId, list[tuple[str, str]]] = {}
    for one in roster.roles(visit.conn):
        machine = machines.get(one.machine) if one.machine else None
        title = (one.machine or "") if machine is None else machine.rules.title
        found.setdefault(one.member, []).append((visit.speaker.word("role", one.role.value), title))
    return found


def _at(asked: Mapping[str, str], first: int) -> str:
    every = {**asked, "first": str(first or "")}
    return "/members?" + urlencode({name: value for name, value in every.items() if value})


def show_new(visit: Visit) -> Response:
    """The form of a new member."""
    alike = search.namesakes(visit.desk, visit.field("name"))
    return visit.page("people/new.html", alike=alike, path_of=path_of, value=visit.field)


def take_new(visit: Visit) -> Response:
    """Take somebody in; who is called like a member is taken in only when somebody says that they are two."""
    again = lambda: show_new(visit)  # noqa: E731 # asked for only where something is wrong
    if search.namesakes(visit.desk, visit.field("name")) and not visit.field("another"):
        return stopped_by(visit, "people.alike", again)
    try:
        done = members.add(visit.desk, None, _details(visit))
    except UsageError as error:
        return visit.wrong(error, again)
    if isinstance(done, Denied):
        return visit.refused(done, again)
    new = roster.member(visit.conn, str(done.facts["member"]))
    assert new is not None, "they were just taken in"
    said = visit.speaker.t("people.said_new", who=visit.speaker.name(new.name))
    return visit.to(f"{path_of(new)}/badges", said)


def _details(visit: Visit) -> Details:
    """What the form says of them; what was left empty is not said. Raises UsageError."""
    handle, email = visit.field("handle") or None, visit.field("email") or None
    return Details(
        visit.field("name"),
        handle,
        language(visit) or None,
        email,
        nameable=bool(visit.field("nameable")),
        born=born(visit),
    )


ROUTES: list[BaseRoute] = [
    page("/members", Area.LAB, show_all),
    page("/members/new", Area.LAB, show_new, take_new),
    *people_member.ROUTES,
    *people_skill.ROUTES,
    *people_badges.ROUTES,
    *people_data.ROUTES,
    *people_papers.ROUTES,
    *people_standing.ROUTES,
    *people_signing.ROUTES,
    *people_newcomers.ROUTES,
]
