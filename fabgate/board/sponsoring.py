"""A sponsor's pages: whom they look after, whom they could sign for, and what they say of somebody's work.

Nothing here opens by a tap. What somebody may sign is asked again when they do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import stamps
from fabgate.board.own_sessions import of_month, turned
from fabgate.board.own_sessions import rows as session_rows
from fabgate.board.pages import page, stopped
from fabgate.board.visit import Visit
from fabgate.desk import Done, evidence, grants, past, proposals, sponsoring, sponsors
from fabgate.errors import UsageError
from fabgate.model import Denied, Level
from fabgate.rules.month import Month
from fabgate.rules.viewing import Area

_NOT_FOUND = 404
Deed = Callable[[Visit, str], Done | Denied]


def show(visit: Visit) -> Response:
    """My trainees, those whom nobody looks after, those whom I could sign for, what waits of my word."""
    found = sponsoring.overview(visit.desk, None)
    if isinstance(found, Denied):
        return visit.refused(found, lambda: visit.page("sorry.html"))
    return visit.page("sponsoring.html", found=found, idle=visit.settings.charter.idle_days)


def find(visit: Visit) -> Response:
    """The way to somebody by their handle, from the form of the page before."""
    found = sponsoring.learner(visit.desk, None, visit.field("handle"))
    if isinstance(found, Denied):
        return visit.refused(found, lambda: show(visit))
    return visit.to(f"/sponsoring/members/{found.member.handle}")


def learner(visit: Visit) -> Response:
    """Somebody's way on the skills that I could sign."""
    found = sponsoring.learner(visit.desk, None, visit.asked.parameters["member"])
    if isinstance(found, Denied):
        return visit.refused(found, lambda: show(visit))
    cards = [(one, stamps.card(visit, one.stamp)) for one in found.skills]
    return visit.page("sponsoring_member.html", found=found, cards=cards)


def say(visit: Visit) -> Response:
    """What a sponsor says of somebody: one deed a form."""
    whom = visit.asked.parameters["member"]
    deed = _DEEDS.get(visit.field("deed"))
    if deed is None:
        return stopped(visit, "not_found", _NOT_FOUND)
    if visit.field("deed") == "quiz" and not visit.field("score").isdecimal():
        return visit.unfit("sponsoring.score", lambda: learner(visit))
    said = f"sponsoring.did_{visit.field('deed')}"
    try:
        return visit.answer(deed(visit, whom), visit.asked.path, lambda: learner(visit), said)
    except UsageError as error:
        return visit.wrong(error, lambda: learner(visit))


def _beside(visit: Visit, month: Month) -> Response:
    """The sessions of a month that I stood beside."""
    found = past.of_month(visit.desk, visit.me.id, month, by="sponsor")
    return visit.page("sponsoring_sessions.html", pages=turned(visit, month), rows=session_rows(visit, found))


# --- deeds --------------------------------------------------------------------------------------


def _note(what: str) -> Deed:
    def note(visit: Visit, whom: str) -> Done | Denied:
        score = int(visit.field("score")) if what == "quiz" else None
        skill, item, ref = visit.field("skill"), visit.field("item"), visit.field("ref") or None
        return evidence.note(visit.desk, None, whom, skill, what, item, score, ref)

    return note


def _strike(visit: Visit, whom: str) -> Done | Denied:
    what, item = visit.field("what"), visit.field("item")
    return evidence.strike(visit.desk, None, whom, visit.field("skill"), what, item, visit.field("reason"))


def _propose(visit: Visit, whom: str) -> Done | Denied:
    return proposals.propose(visit.desk, None, whom, visit.field("skill"), visit.field("reason"))


def _withdraw(visit: Visit, whom: str) -> Done | Denied:
    return proposals.refuse(visit.desk, None, whom, visit.field("skill"), visit.field("reason"))


def _level(level: Level) -> Deed:
    def give(visit: Visit, whom: str) -> Done | Denied:
        return grants.give(visit.desk, None, whom, visit.field("skill"), level, visit.field("reason"))

    return give


def _renew(visit: Visit, whom: str) -> Done | Denied:
    return grants.renew(visit.desk, None, whom, visit.field("skill"))


def _take_on(visit: Visit, whom: str) -> Done | Denied:
    return sponsors.assign(visit.desk, None, whom, visit.me.id)


def _let_go(visit: Visit, whom: str) -> Done | Denied:
    return sponsors.release(visit.desk, None, whom, visit.field("reason") or None)


_DEEDS: Mapping[str, Deed] = {
    "tick": _note("tick"),
    "quiz": _note("quiz"),
    "challenge": _note("challenge"),
    "strike": _strike,
    "propose": _propose,
    "withdraw": _withdraw,
    "begin": _level(Level.TRAINEE),
    "give": _level(Level.AUTONOMOUS),
    "renew": _renew,
    "take_on": _take_on,
    "let_go": _let_go,
}


ROUTES: list[BaseRoute] = [
    page("/sponsoring", Area.SPONSORING, show, find),
    page("/sponsoring/sessions", Area.SPONSORING, of_month(_beside)),
    page("/sponsoring/members/{member}", Area.SPONSORING, learner, say),
]
