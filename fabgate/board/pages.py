"""How a page is put on the board: its path, who may see it, what shows it and what takes its form."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from fabgate.board import forms
from fabgate.board.house import House
from fabgate.board.sessions import COOKIE, TAP_IDLE_MS
from fabgate.board.speaker import best
from fabgate.board.visit import Asked, Visit
from fabgate.errors import FabgateError, StoreBusy, UsageError
from fabgate.rules.viewing import Area, Way, may_view
from fabgate.texts.catalogue import Said

log = logging.getLogger(__name__)
Page = Callable[[Visit], Response]
LANGUAGE = "fabgate-language"
_YEAR_S = 365 * 86_400
_AT_ONCE = 4  # requests that are worked on; a Pi has four cores and the books one writer
_SERVER, _BUSY, _UNFIT, _UNREADABLE, _TWICE = 500, 503, 422, 400, 409
_DEEPEST, _LONGEST_PATH = 5, 500
_OF_WHO_PASSES_ON = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
_CLOSES = f"{TAP_IDLE_MS // 1000 + 1};url=/tap"


def page(path: str, area: Area, show: Page | None = None, take: Page | None = None) -> BaseRoute:
    """A page: `show` answers who looks at it, `take` who sends its form. A route of the board."""
    by_method = {method: one for method, one in (("GET", show), ("POST", take)) if one is not None}
    return Route(path, _Endpoint(area, by_method).respond, methods=list(by_method))


@dataclass(frozen=True, eq=False)
class _Endpoint:
    """Reads the request, and has it answered in a thread: the loop has live pages to serve."""

    area: Area
    by_method: Mapping[str, Page]

    async def respond(self, request: Request) -> Response:
        house: House = request.app.state.house
        limiter: CapacityLimiter = request.app.state.limiter
        try:
            form, too_much = await forms.read(request, _most(house, request))
        except ClientDisconnect:
            return Response(status_code=_UNREADABLE)
        visit = arrive(house, request, form)
        return await to_thread.run_sync(self._answer, visit, too_much, limiter=limiter)

    def _answer(self, visit: Visit, too_much: bool) -> Response:
        with visit:
            try:
                response = self._guarded(visit, too_much)
            except FabgateError as error:
                response = failed(visit, error)
            if visit.session is not None and visit.session.way is Way.TAP:
                response.headers["refresh"] = _CLOSES  # what is on a screen for everybody goes from it, too
        return _in_language(visit, response)

    def _guarded(self, visit: Visit, too_much: bool) -> Response:
        away = turned_away(visit, self.area)
        if away is not None:
            return away
        if visit.asked.method != "POST":
            forms.put_back(visit)
            return self.by_method["GET"](visit)
        flaw = forms.flaw(visit, too_much)
        if flaw is not None:
            return stopped(visit, *flaw)
        return _once(visit, self.by_method["POST"])


def _once(visit: Visit, take: Page) -> Response:
    """What a form does, if it was not sent before; else where it led then."""
    if not forms.first_time(visit):
        there = forms.led_before(visit)
        return visit.to(there) if there else stopped(visit, "done_already", _TWICE)
    response = None
    try:
        response = take(visit)
    finally:
        forms.led(visit, response)
    return response


def _most(house: House, request: Request) -> int:
    """How much of a form is read before anybody looks at it: little of what a stranger sends."""
    key, now_ms = request.cookies.get(COOKIE), house.clock.now().boot_ms
    if house.sessions.stands(key, now_ms):
        return forms.MOST_BYTES
    over = house.sessions.over(key, now_ms) is not None
    return forms.MOST_BYTES_KEPT if over else forms.MOST_BYTES_OF_STRANGERS


def turned_away(visit: Visit, area: Area) -> Response | None:
    """Who may not look is told where to sign in, or whose page it is; None for who may. What they have typed
    into a form while their time ran out is there again when they have signed in."""
    denied = may_view(area, visit.way, visit.actor)
    if denied is None:
        return None
    if visit.way is Way.NOBODY:
        forms.keep(visit)
        return visit.to(f"/sign-in?next={quote(visit.asked.stood_at)}")
    visit.refusal = visit.speaker.refusal(denied)
    return visit.page("sorry.html", 403)


def limiter() -> CapacityLimiter:
    """How many requests are worked on at once; made within the loop."""
    return CapacityLimiter(_AT_ONCE)


def arrive(house: House, request: Request, form: Mapping[str, str], used: bool = True) -> Visit:
    """The visit that a request is; not `used` where a script asks by itself: that keeps nobody signed in."""
    key = request.cookies.get(COOKIE)
    session = house.sessions.find(key, house.clock.now().boot_ms, used)
    asked = Asked(
        method=request.method,
        path=request.url.path,
        parameters={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        form=form,
        partial="hx-request" in request.headers,
        base=str(request.base_url).rstrip("/"),
        client="" if request.client is None else request.client.host,
        secure=request.url.scheme == "https",
        passed_on=any(name in request.headers for name in _OF_WHO_PASSES_ON),
        came_from=_came_from(request),
    )
    return Visit(house, asked, language_of(house, request), session, key, dict(request.cookies))


def _came_from(request: Request) -> str:
    """Where the form stood that is sent; of who only looks, nothing is asked."""
    if request.method != "POST":
        return ""
    before = urlsplit(request.headers.get("referer", ""))
    return _page_at(request, unquote(before.path)) if before.netloc == request.url.netloc else ""


def _page_at(request: Request, path: str) -> str:
    """The page at this path, or the one above it: a form that was shown again stood where it had been sent
    to, and not every such address is one of a page. Empty where there is none."""
    for _ in range(_DEEPEST if len(path) <= _LONGEST_PATH else 0):
        asked = {"type": "http", "method": "GET", "path": path, "root_path": ""}
        if any(route.matches(asked)[0] is Match.FULL for route in request.app.routes):
            return path
        path = path.rpartition("/")[0]
        if not path.strip("/"):
            break
    return ""


def language_of(house: House, request: Request) -> str:
    """The language that was just chosen, else the one chosen before, else what the browser asks for."""
    languages = house.languages
    chosen = (request.query_params.get("lang"), request.cookies.get(LANGUAGE))
    known = next((one for one in chosen if one in languages), None)
    return known or best(languages, request.headers.get("accept-language", ""))


def _in_language(visit: Visit, response: Response) -> Response:
    if visit.asked.query.get("lang") == visit.language:
        response.set_cookie(LANGUAGE, visit.language, max_age=_YEAR_S, samesite="lax", httponly=True)
    return response


def stopped(visit: Visit, why: str, status: int) -> Response:
    """A page that says why nothing was done, `common.<why>`, and the way back."""
    t = visit.speaker.t
    visit.refusal = Said(t(f"common.{why}"), t(f"common.{why}_next"))
    return visit.page("sorry.html", status)


def failed(visit: Visit, error: FabgateError) -> Response:
    """What went wrong, to which thing, and what to do next; never a page without a way back."""
    log.warning("event=failed path=%r error=%r", visit.asked.place, error.what)
    visit.refusal = Said(error.what, error.remedy)
    match error:
        case UsageError():
            visit.refusal = visit.told_of(error)
            status = _UNFIT
        case StoreBusy():
            status = _BUSY
        case _:
            status = _SERVER
    return visit.page("sorry.html", status)
