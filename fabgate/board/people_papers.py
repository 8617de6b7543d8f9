"""A member's papers: dues, waivers, insurances; put on file with their last day, taken off it."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.pages import page
from fabgate.board.people_found import deeds, last_day, marked, of_member, path_of, shown, told
from fabgate.board.visit import Visit
from fabgate.desk import papers
from fabgate.model import Code, Denied
from fabgate.rules.viewing import Area
from fabgate.store import people
from fabgate.store.roster import Member


def show(visit: Visit, member: Member, over: str = "") -> Response:
    """What is on file and what is asked; `over`: a paper whose day has to be meant, for it is past."""
    found = papers.listed(visit.desk, member.id)
    assert not isinstance(found, Denied), "who was found a moment ago is still there"
    missing = [one for one in visit.settings.charter.papers if one not in {x.paper.id for x in found}]
    return shown(
        visit,
        "papers",
        member,
        "papers",
        papers=found,
        others=missing,
        over=over,
        today_ms=visit.today_ms,
        seen=_mark(visit, member),
    )


def _mark(visit: Visit, member: Member) -> str:
    return marked(*(one.record for one in people.papers(visit.conn, member.id)))


def _file(visit: Visit, member: Member) -> Response:
    """Put a paper on file. A day that is over is asked about once: it may be a slip of the finger."""
    paper = visit.field("paper")
    until_ms = last_day(visit)
    reason, ref = visit.field("reason") or None, visit.field("ref") or None
    past = bool(visit.field("past"))
    done = papers.file(visit.desk, None, member.id, paper, until_ms, reason, ref, past)
    over = paper if isinstance(done, Denied) and done.code is Code.PAST_DATE else ""
    title = visit.speaker.title("paper", paper)
    to = f"{path_of(member)}/papers"
    return told(visit, done, to, lambda: show(visit, member, over), "people.said_filed", paper=title)


def _withdraw(visit: Visit, member: Member) -> Response:
    paper = visit.field("paper")
    done = papers.withdraw(visit.desk, None, member.id, paper, visit.field("reason") or None)
    title = visit.speaker.title("paper", paper)
    to = f"{path_of(member)}/papers"
    return told(visit, done, to, lambda: show(visit, member), "people.said_withdrawn", paper=title)


ROUTES: list[BaseRoute] = [
    page(
        "/members/{member}/papers",
        Area.LAB,
        of_member(show),
        of_member(deeds(show, _mark, file=_file, withdraw=_withdraw)),
    )
]
