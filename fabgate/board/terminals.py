"""A screen beside a reader: who asks there and then taps sees their own pages on it, for two minutes.

A browser is made a terminal by a manager. Nothing is signed in by a tap that nobody asked for: who starts a
machine beside the screen must not find their pages on it for the next to read.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from fabgate.board.entering import is_private, let_in, let_out, not_here
from fabgate.board.pages import page
from fabgate.board.visit import Visit
from fabgate.desk import at_reader, signing
from fabgate.model import Denied
from fabgate.rules.viewing import Area, Way
from fabgate.store.signing import Terminal

COOKIE = "__Host-fabgate-terminal"
_LONG_S = 400 * 86_400  # as long as a browser keeps a cookie at most (RFC 6265bis)
_TAP = "/tap"
_NOTHING_YET = 204


def of(visit: Visit) -> Terminal | None:
    """The terminal that this browser is."""
    return signing.terminal_of(visit.conn, visit.cookies.get(COOKIE))


def title(visit: Visit, terminal: Terminal) -> str:
    """What the machine of a terminal is called; its id where it is no longer in the configuration."""
    found = visit.settings.machines.get(terminal.machine)
    return terminal.machine if found is None else found.rules.title


# --- set up -------------------------------------------------------------------------------------


def _show_terminals(visit: Visit) -> Response:
    all_ = signing.terminals(visit.desk)
    return visit.page(
        "signing/terminals.html",
        terminals=[(one, title(visit, one)) for one in all_],
        this=of(visit),
        machines=[(name, one.rules.title) for name, one in visit.settings.machines.items()],
        private=is_private(visit),
    )


def _take_terminal(visit: Visit) -> Response:
    """Makes this browser a terminal, and signs the manager out of it: everybody will use it."""
    if not is_private(visit):
        return not_here(visit)
    before = of(visit)
    made = signing.terminal(visit.desk, None, visit.field("machine"))
    if isinstance(made, Denied):
        return visit.refused(made, lambda: _show_terminals(visit))
    if before is not None:
        signing.end_terminal(visit.desk, None, before.terminal)
    response = let_out(visit, _TAP)
    kept = {"max_age": _LONG_S, "path": "/"}
    response.set_cookie(COOKIE, made.text, secure=True, httponly=True, samesite="strict", **kept)  # type: ignore[arg-type]
    return response


def _take_end(visit: Visit) -> Response:
    this = of(visit)
    done = signing.end_terminal(visit.desk, None, visit.field("terminal"))
    response = visit.answer(done, "/terminal", lambda: _show_terminals(visit), "signing.terminal_ended")
    if this is not None and not isinstance(done, Denied) and this.terminal == visit.field("terminal"):
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
    return response


# --- tapping ------------------------------------------------------------------------------------


def _show_tap(visit: Visit) -> Response:
    """On a terminal: what to do next. Elsewhere: that this is none."""
    terminal = of(visit)
    waits = terminal is not None and _waits(visit, terminal) is not None
    return visit.page(
        "signing/tap.html",
        terminal=terminal,
        title="" if terminal is None else title(visit, terminal),
        waits=waits,
        late="late" in visit.asked.query,
    )


def _take_tap(visit: Visit) -> Response:
    """From now on for a minute the next tap at this reader counts. Who was here before is signed out."""
    terminal = of(visit)
    if terminal is None:
        return RedirectResponse(_TAP, 303)
    if not is_private(visit):
        return not_here(visit)
    visit.house.door.ask(terminal.terminal, at_reader.ask(visit.desk, terminal.machine))
    return let_out(visit, _TAP)


def _show_wait(visit: Visit) -> Response:
    """Asked again and again by the page that waits: a form that sends itself, once somebody has tapped."""
    if not visit.asked.partial:
        return RedirectResponse(_TAP, 303)
    terminal = of(visit)
    asked = None if terminal is None else _waits(visit, terminal)
    if asked is None:
        return _lead(visit, RedirectResponse(f"{_TAP}?late", 303))
    if at_reader.whose(visit.desk, asked) is None:
        return Response(status_code=_NOTHING_YET)
    return visit.page("signing/tapped.html")


def _take_wait(visit: Visit) -> Response:
    """Signs in whoever has tapped."""
    terminal = of(visit)
    asked = None if terminal is None else _waits(visit, terminal)
    if terminal is None or asked is None:
        return _lead(visit, RedirectResponse(f"{_TAP}?late", 303))
    member = at_reader.whose(visit.desk, asked)
    if member is None:
        return Response(status_code=_NOTHING_YET) if visit.asked.partial else RedirectResponse(_TAP, 303)
    if not visit.house.door.answered(terminal.terminal, asked):
        return _lead(visit, RedirectResponse(_TAP, 303))
    return _lead(visit, let_in(visit, member, Way.TAP))


def _waits(visit: Visit, terminal: Terminal) -> at_reader.Asked | None:
    """What this terminal waits for, while it does."""
    asked = visit.house.door.asked(terminal.terminal)
    if asked is None or asked.machine != terminal.machine:
        return None
    return None if at_reader.over(asked, visit.house.clock.now()) else asked


def _lead(visit: Visit, response: Response) -> Response:
    """To a script, which would follow a redirect by itself, the way is told (htmx: HX-Redirect)."""
    if visit.asked.partial:
        response.status_code = _NOTHING_YET
        response.headers["hx-redirect"] = response.headers["location"]
        del response.headers["location"]
    return response


ROUTES: list[BaseRoute] = [
    page("/terminal", Area.LAB, _show_terminals, _take_terminal),
    page("/terminal/end", Area.LAB, None, _take_end),
    page(_TAP, Area.PUBLIC, _show_tap, _take_tap),
    page(f"{_TAP}/wait", Area.PUBLIC, _show_wait, _take_wait),
]
