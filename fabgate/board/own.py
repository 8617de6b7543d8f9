"""A member's own pages: their passport, what is known of them, the download of their data.

Open by a tap too, which proves little: what it opens can be looked at, but what is known of a person is
changed only by whoever signed in with more.
"""

from __future__ import annotations

from functools import partial

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import own_money, own_sessions, stamps, taken_out
from fabgate.board.heavy import heavy
from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.desk import badges, members, passport
from fabgate.desk.members import Details
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, Status
from fabgate.rules.viewing import Area, Way

_FIELDS = ("name", "email", "language")


def show(visit: Visit) -> Response:
    """What I may use, what is missing, and who could sign it."""
    shown = passport.passport(visit.desk, visit.me.id)
    if isinstance(shown, Denied):
        return visit.refused(shown, lambda: visit.page("sorry.html"))
    cards = [stamps.card(visit, one) for one in shown.stamps if one.begun]
    others = [stamps.card(visit, one) for one in shown.stamps if not one.begun]
    return visit.page(
        "own.html",
        shown=shown,
        suspended=None if shown.suspended is None else visit.speaker.refusal(shown.suspended),
        lacking=stamps.lacking(visit, shown),
        badges=[(badges.short(one.token), one) for one in shown.badges],
        cards=cards,
        others=others,
        papers=visit.settings.charter.papers,
        left=shown.member.status is Status.LEFT,
        machine_title=partial(stamps.machine_title, visit),
    )


def block(visit: Visit) -> Response:
    """A badge that was lost opens nothing any more."""
    answer = badges.block(visit.desk, None, visit.field("badge"))
    return visit.answer(answer, "/me", lambda: show(visit), "own.badge_blocked")


def details(visit: Visit) -> Response:
    """What is known of me, to change it."""
    return visit.page("own_details.html", sure=visit.way is Way.PASSWORD, barred=stamps.barred(visit))


def change(visit: Visit) -> Response:
    """Only whoever typed their password: the number of a badge can be copied."""
    if visit.way is not Way.PASSWORD:
        return visit.refused(Denied(Code.NOT_ALLOWED, {"needs": "sign_in"}), lambda: details(visit))
    given = {name: visit.field(name) for name in _FIELDS if name in visit.asked.form}
    wanted = Details(**given, nameable="nameable" in visit.asked.form)
    try:
        answer = members.edit(visit.desk, None, visit.me.id, wanted)
    except UsageError as error:
        return visit.wrong(error, lambda: details(visit))
    return visit.answer(answer, "/me/details", lambda: details(visit), "own.details_saved")


def data(visit: Visit) -> Response:
    """What is kept about me, and how to take it along."""
    return visit.page("own_data.html", sure=visit.way is Way.PASSWORD)


@heavy
def download(visit: Visit) -> Response:
    """All that is kept about me, in one file; by the same rule as `fabgate privacy export`."""
    if visit.way is not Way.PASSWORD:  # all at once, and off this screen: more than a look at one's pages
        return visit.refused(Denied(Code.NOT_ALLOWED, {"needs": "sign_in"}), lambda: data(visit))
    return taken_out.packed(visit, visit.me.id, lambda: data(visit))


ROUTES: list[BaseRoute] = [
    page("/me", Area.OWN, show),
    page("/me/badges", Area.OWN, show, block),
    page("/me/details", Area.OWN, details, change),
    page("/me/data", Area.OWN, data),
    page("/me/data.zip", Area.OWN, download),
    *own_sessions.ROUTES,
    *own_money.ROUTES,
]
