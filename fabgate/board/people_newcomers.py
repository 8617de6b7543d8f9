"""Newcomers and their sponsors, proposals that wait, grants to look at again, whom to write to."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board.attached import attached
from fabgate.board.pages import page
from fabgate.board.people_found import kept, last_day, marked, path_of, stopped_by, told
from fabgate.board.people_gaps import gap
from fabgate.board.visit import Visit
from fabgate.desk import days, mail_merge, notices, proposals, reviews, sponsors, trainees
from fabgate.desk.deed import Done
from fabgate.desk.proposals import Waiting
from fabgate.desk.reviews import Flag
from fabgate.errors import UsageError
from fabgate.model import Denied
from fabgate.reports import sheet
from fabgate.rules.viewing import Area

_MOST = 30
_MOST_NOTICES = 300
_LONGEST_DAYS = 3_650


def show_trainees(visit: Visit) -> Response:
    """Newcomers who need an eye, or all; and each sponsor's load."""
    every = trainees.listed(visit.desk)
    shown = every if visit.wish("all") else tuple(one for one in every if one.cares)[:_MOST]
    return _page(
        visit,
        "trainees",
        trainees=shown,
        rest=len(every) - len(shown),
        loads=sponsors.listed(visit.desk),
        idle_days=visit.settings.charter.idle_days,
    )


def show_proposals(visit: Visit) -> Response:
    """What waits for a fab manager, the longest first, with what there is to go by."""
    waiting = proposals.waiting(visit.desk)
    return _page(visit, "proposals", waiting=waiting, gaps=_gaps(visit), mark=_mark)


def _gaps(visit: Visit) -> Callable[[Waiting], list[str]]:
    def of(one: Waiting) -> list[str]:
        return [] if one.progress is None else [gap(visit, missing) for missing in one.progress.missing]

    return of


def show_flagged(visit: Visit) -> Response:
    """Grants that rest on the word of a sponsor who fell."""
    flags = reviews.flagged(visit.desk)
    return _page(visit, "flagged", flags=flags, mark=_mark, months=visit.settings.charter.review_months)


def show_notices(visit: Visit) -> Response:
    """What runs out soon or has just run out, by member."""
    ahead = _days(visit)
    found = notices.listed(visit.desk, ahead)
    rest = max(0, len(found) - _MOST_NOTICES)
    asked = "" if ahead is None else ahead
    return _page(visit, "notices", notices=found[:_MOST_NOTICES], rest=rest, days=asked)


def _days(visit: Visit) -> int | None:
    """How far to look ahead; None, as far as the lab's rules say, where nobody gave a number of days."""
    text = visit.wish("days")
    fits = text.isascii() and text.isdecimal() and len(text) < 6
    return min(int(text), _LONGEST_DAYS) if fits else None


def merged(visit: Visit) -> Response:
    """The same for a mail merge, all of it, as `fabgate notices --csv` has it."""
    zone = visit.settings.lab.zone
    rows = [mail_merge.cells(one, zone) for one in notices.listed(visit.desk, _days(visit))]
    text = "".join(sheet.table(mail_merge.COLUMNS, rows, sheet.dialect_of(visit.language)))
    today = days.of(visit.today_ms, zone)
    return attached(text.encode(), f"notices-{today}.csv", "text/csv; charset=utf-8")


def _page(visit: Visit, template: str, **facts: object) -> Response:
    return visit.page(
        f"people/{template}.html",
        tab=template,
        path_of=path_of,
        kept=kept(visit),
        **facts,  # type: ignore[arg-type] # none of them is `status`
    )


def _mark(one: Waiting | Flag) -> str:
    return marked(one.proposal.record if isinstance(one, Waiting) else (one.word.record, one.fall.since_ms))


# --- deeds --------------------------------------------------------------------------------------


def take_proposals(visit: Visit) -> Response:
    """Give what somebody proposed, or do not. One that was decided or made anew meanwhile is not touched."""
    again = lambda: show_proposals(visit)  # noqa: E731 # asked for only where something is wrong
    member, skill = visit.field("member"), visit.field("skill")
    meant = (one for one in proposals.waiting(visit.desk) if one.proposal.member == member)
    now = next((_mark(one) for one in meant if one.proposal.skill == skill), "")
    if visit.field("seen") not in ("", now):
        return stopped_by(visit, "people.changed", again)
    reason, waive = visit.field("reason"), bool(visit.field("waive"))
    done: Done | Denied
    match visit.field("deed"):
        case "approve":
            try:
                until_ms = last_day(visit)
            except UsageError as error:
                return visit.wrong(error, again)
            done = proposals.approve(visit.desk, None, member, skill, reason or None, waive, until_ms)
        case "refuse":
            done = proposals.refuse(visit.desk, None, member, skill, reason)
        case _:
            return visit.unfit("people.deed", again)
    said = "people.said_approved" if visit.field("deed") == "approve" else "people.said_refused"
    title = visit.speaker.title("skill", skill)
    return told(visit, done, "/trainees/proposals", again, said, skill=title)


def take_flagged(visit: Visit) -> Response:
    """Say that a grant was looked at again, and stays."""
    again = lambda: show_flagged(visit)  # noqa: E731 # asked for only where something is wrong
    member, skill = visit.field("member"), visit.field("skill")
    meant = (one for one in reviews.flagged(visit.desk) if one.word.member == member)
    now = next((_mark(one) for one in meant if one.word.skill == skill), "")
    if visit.field("seen") not in ("", now):
        return stopped_by(visit, "people.changed", again)
    done = reviews.review(visit.desk, None, member, skill, visit.field("reason"))
    title = visit.speaker.title("skill", skill)
    return told(visit, done, "/trainees/flagged", again, "people.said_reviewed", skill=title)


ROUTES: list[BaseRoute] = [
    page("/trainees", Area.LAB, show_trainees),
    page("/trainees/proposals", Area.LAB, show_proposals, take_proposals),
    page("/trainees/flagged", Area.LAB, show_flagged, take_flagged),
    page("/trainees/notices", Area.LAB, show_notices),
    page("/trainees/notices.csv", Area.LAB, merged),
]
