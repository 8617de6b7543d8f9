"""Signing in and out, a first password through a link, another one later."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import BaseRoute

from fabgate.board import forms, terminals
from fabgate.board.entering import OWN_PAGE, is_private, let_in, let_out, not_here, onward
from fabgate.board.pages import page
from fabgate.board.visit import UNFIT, Visit
from fabgate.desk import signing
from fabgate.desk.signing import Chosen, Known
from fabgate.model import Code, Denied, MemberId
from fabgate.rules.actors import needs
from fabgate.rules.signing import LONGEST, SHORTEST
from fabgate.rules.viewing import SIGN_IN, Area, Way
from fabgate.texts.catalogue import Said

_TOO_MANY, _GONE = 429, 404
_PATIENCE_S = 5.0  # for so long a password waits for others to be looked at


# --- in -----------------------------------------------------------------------------------------


def _show_sign_in(visit: Visit) -> Response:
    if not is_private(visit):
        return not_here(visit)
    if visit.way is Way.PASSWORD:
        return visit.to(onward(visit) or OWN_PAGE)
    return visit.page(
        "signing/sign_in.html",
        next=onward(visit),
        is_kept=forms.is_kept(visit),
        longest=LONGEST,
        terminal=terminals.of(visit),
    )


def _take_sign_in(visit: Visit) -> Response:
    if not is_private(visit):
        return not_here(visit)
    found = _known(visit, visit.field("handle"), visit.asked.form.get("password", ""))
    if isinstance(found, Denied):
        return _refused(visit, found, lambda: _show_sign_in(visit))
    return let_in(visit, found.member.id, Way.PASSWORD, onward(visit) or OWN_PAGE, proof=found.proof)


def _known(visit: Visit, handle: str, password: str) -> Known | Denied:
    """Who that is, or why it does not count: it is wrong, or was tried too often."""
    door, client = visit.house.door, visit.asked.client
    waits = door.knock(handle, client, visit.house.clock.now().boot_ms)
    if waits:
        return Denied(Code.SIGN_IN_WAITS, {"wait_s": -(-waits // 1000)})
    if not door.passwords.acquire(timeout=_PATIENCE_S):
        return Denied(Code.SIGN_IN_WAITS)
    try:
        found = signing.known(visit.desk, handle, password)
    finally:
        door.passwords.release()
    if found is None:
        return Denied(Code.SIGN_IN_REFUSED, {"contact": visit.settings.lab.contact})
    door.opened(handle, client)
    return found


def _refused(visit: Visit, denied: Denied, again: Callable[[], Response]) -> Response:
    response = visit.refused(denied, again)
    if denied.code is Code.SIGN_IN_WAITS:
        response.status_code = _TOO_MANY
    return response


def _take_sign_out(visit: Visit) -> Response:
    return let_out(visit, "/" if terminals.of(visit) is None else "/tap")


# --- by a link ----------------------------------------------------------------------------------


def _show_link(visit: Visit) -> Response:
    """The form behind a link. Looking at it does not use it up: programs look at links in mail too."""
    if not is_private(visit):
        return not_here(visit)
    member = signing.behind(visit.desk, visit.asked.parameters["key"])
    if isinstance(member, Denied):
        visit.refusal = visit.speaker.refusal(member)
        return visit.page("signing/over.html", _GONE)
    return visit.page("signing/link.html", member=member, shortest=SHORTEST, longest=LONGEST)


def _take_link(visit: Visit) -> Response:
    if not is_private(visit):
        return not_here(visit)
    new = _typed_twice(visit)
    if new is None:
        return _differ(visit, lambda: _show_link(visit))
    done = signing.set_by_link(visit.desk, visit.asked.parameters["key"], new)
    if isinstance(done, Denied):
        return visit.refused(done, lambda: _show_link(visit))
    return _let_in_anew(visit, done, OWN_PAGE)


def _let_in_anew(visit: Visit, done: Chosen, to: str) -> Response:
    """After a new password: all that somebody else may have opened with the old one ends."""
    member = MemberId(str(done.facts["member"]))
    visit.house.sessions.close_all(member)
    said = visit.speaker.t("signing.password_set")
    return let_in(visit, member, Way.PASSWORD, to, said, done.proof)


def _typed_twice(visit: Visit) -> str | None:
    """The new password; None where it was not typed twice alike."""
    form = visit.asked.form
    return form["password"] if form.get("password") and form["password"] == form.get("again") else None


# --- a password of one's own --------------------------------------------------------------------


def _show_password(visit: Visit) -> Response:
    has = signing.ways(visit.desk, visit.me.id)
    return visit.page(
        "signing/password.html",
        has=has,
        typed=visit.way is Way.PASSWORD,
        private=is_private(visit),
        shortest=SHORTEST,
        longest=LONGEST,
    )


def _take_password(visit: Visit) -> Response:
    """Another password, by whoever knows the one before; guessing it costs what it costs at the door."""
    if not is_private(visit):
        return not_here(visit)
    old, new = visit.asked.form.get("old", ""), _typed_twice(visit)
    if new is None:
        return _differ(visit, lambda: _show_password(visit))
    known = _known(visit, visit.me.handle, old)
    done = known if isinstance(known, Denied) else signing.change(visit.desk, old, new)
    if isinstance(done, Denied):
        return _refused(visit, done, lambda: _show_password(visit))
    return _let_in_anew(visit, done, "/me/password")


def _take_others(visit: Visit) -> Response:
    """Ends their sessions in all other browsers; for whoever came by a tap, nothing."""
    if visit.way is Way.PASSWORD:
        visit.house.sessions.close_all(visit.me.id, visit.session)
    return visit.to("/me/password", visit.speaker.t("signing.others_ended"))


def _take_token_end(visit: Visit) -> Response:
    """Ends a token of theirs, or of anybody where they manage the lab; by a tap, of nobody."""
    if visit.way is not Way.PASSWORD:
        return visit.refused(needs(SIGN_IN), lambda: _show_password(visit))
    done = signing.end_token(visit.desk, None, visit.field("token"))
    return visit.answer(done, "/me/password", lambda: _show_password(visit), "signing.token_ended")


def _differ(visit: Visit, again: Callable[[], Response]) -> Response:
    """The page once more: what was typed twice was not the same."""
    t = visit.speaker.t
    visit.refusal = Said(t("signing.differ"), t("signing.differ_next"))
    response = again()
    response.status_code = UNFIT
    return response


ROUTES: list[BaseRoute] = [
    page("/sign-in", Area.PUBLIC, _show_sign_in, _take_sign_in),
    page("/sign-in/link/{key}", Area.PUBLIC, _show_link, _take_link),
    page("/sign-out", Area.PUBLIC, None, _take_sign_out),
    page("/me/password", Area.OWN, _show_password, _take_password),
    page("/me/password/others", Area.OWN, None, _take_others),
    page("/me/password/token", Area.OWN, None, _take_token_end),
    *terminals.ROUTES,
]
