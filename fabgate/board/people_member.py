"""One member: what they may do and what is missing; what is known of them, to be corrected."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import stamps
from fabgate.board.pages import page
from fabgate.board.people_found import born, language, of_member, path_of, shown, stopped_by
from fabgate.board.people_gaps import gap
from fabgate.board.visit import Visit
from fabgate.desk import members, passport
from fabgate.desk.members import Details
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.rules.viewing import Area
from fabgate.store import roster
from fabgate.store.roster import Member

_EDITED = ("name", "handle", "language", "email", "login", "nameable")


def show(visit: Visit, member: Member) -> Response:
    """Their passport as a fab manager reads it: what stands in the way first."""
    found = passport.passport(visit.desk, member.id)
    assert not isinstance(found, Denied), "who was found a moment ago is still there"
    begun = tuple(one for one in found.stamps if one.begun)
    return shown(
        visit,
        "member",
        member,
        "passport",
        passport=found,
        papers_known=visit.settings.charter.papers,
        machine_title=partial(stamps.machine_title, visit),
        begun=begun,
        others=tuple(one for one in found.stamps if not one.begun),
        gaps=lambda stamp: [gap(visit, one) for one in stamp.progress.missing],
        badges=tuple(one for one in found.badges if one.blocked_ms is None),
    )


# --- what is known of them ----------------------------------------------------------------------


def show_edit(visit: Visit, member: Member) -> Response:
    """What is known of them, in a form that says as well what it was filled in upon."""
    now = _was(member)

    def value(name: str) -> str:
        return now.get(name, "") if visit.refusal is None else visit.field(name)

    def clash(name: str) -> str:
        """What the books say now, where that is something else than what was typed."""
        return "" if now.get(name, "") == value(name) else now.get(name, "")

    return shown(visit, "edit", member, "edit", was=now, value=value, clash=clash)


def _was(member: Member) -> dict[str, str]:
    return {name: _text(getattr(member, name)) for name in _EDITED}


def _text(value: object) -> str:
    return ("yes" if value else "") if isinstance(value, bool) else str(value or "")


def take_edit(visit: Visit, member: Member) -> Response:
    """Change what was changed in the form, and nothing else: what somebody else wrote meanwhile stays.

    Where both changed the same field to different things, the page tells what it is now.
    """
    again = lambda: show_edit(visit, member)  # noqa: E731 # asked for only where something is wrong
    now = _was(member)
    wanted = {name: visit.field(name) for name in _EDITED if visit.field(name) != visit.field(f"was_{name}")}
    clash = [name for name in wanted if now[name] not in (visit.field(f"was_{name}"), wanted[name])]
    if clash:
        return stopped_by(visit, "people.changed", again)
    try:
        done = members.edit(visit.desk, None, member.id, _details(visit, wanted))
    except UsageError as error:
        return visit.wrong(error, again)
    if isinstance(done, Denied):
        return visit.refused(done, again)
    new = roster.member(visit.conn, member.id) or member
    return visit.to(path_of(new), visit.speaker.t("people.said_edit", who=visit.speaker.name(new.name)))


def _details(visit: Visit, wanted: Mapping[str, str]) -> Details:
    """What is to be another; of their age only what the form says. Raises UsageError."""
    said = {name: text for name, text in wanted.items() if name != "nameable"}
    if "language" in said:
        said["language"] = language(visit)
    nameable = bool(wanted["nameable"]) if "nameable" in wanted else None
    return Details(**said, nameable=nameable, born="" if visit.field("adult") else born(visit))


ROUTES: list[BaseRoute] = [
    page("/members/{member}", Area.LAB, of_member(show)),
    page("/members/{member}/edit", Area.LAB, of_member(show_edit), of_member(take_edit)),
]
