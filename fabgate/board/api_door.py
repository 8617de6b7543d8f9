"""The door of the API: who asks by which token, for what, and how the answer or the refusal goes out.

A token says who asks; what they may do is asked of the books at each request, as on a page. Cookies count
for nothing here, so no other site can have a browser ask. An error is a `Trouble`, always.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from fabgate.board.api_forms import read, told
from fabgate.board.house import House
from fabgate.board.pages import arrive
from fabgate.board.sessions import Session
from fabgate.board.visit import Visit
from fabgate.desk import signing, who
from fabgate.errors import BadgeError, FabgateError, StoreBusy, UsageError
from fabgate.model import Code, Denied
from fabgate.rules.signing import Scope
from fabgate.rules.viewing import Area, Way, may_view

log = logging.getLogger(__name__)
ROOT = "/api/v1"
MOST_BYTES = 16_384  # of a body: a reason
OK, UNREADABLE, UNKNOWN, FORBIDDEN, MISSING, CONFLICT = 200, 400, 401, 403, 404, 409
NO_METHOD, TOO_MUCH, UNFIT, BROKEN, BUSY = 405, 413, 422, 500, 503
_SCHEME = "bearer "
_UTF8 = "application/json"

_STATUS = {
    Code.UNKNOWN_MEMBER: MISSING,
    Code.UNKNOWN_SKILL: MISSING,
    Code.UNKNOWN_MACHINE: MISSING,
    Code.UNKNOWN_CHARGE: MISSING,
    Code.NOT_ALLOWED: FORBIDDEN,
    Code.NOT_TO_YOURSELF: FORBIDDEN,
    Code.REASON_NEEDED: UNFIT,
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer. The texts are in the language that was asked for (Accept-Language)."""

    code: Annotated[str, "A word for programs."]
    text: Annotated[str, "What happened, to which thing."]
    next: Annotated[str, "What to do next; may be empty."]


@dataclass(frozen=True, slots=True)
class Stop:
    """An answer that is none: what stands in its way, and with which status it goes out."""

    status: int
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Nothing:
    """No fields."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API: where, how, what it says and takes.

    `scope` is what the token must be good for, None where anybody may ask. `take` is given the visit and the
    `asked` form: the query of a GET, the body of a POST.
    """

    method: str
    path: str
    says: str
    scope: Scope | None
    answer: type
    take: Callable[[Visit, Any], object]
    asked: type = Nothing

    @property
    def name(self) -> str:
        """Its name in the document: from its method and path."""
        words = [one.strip("{}") for one in self.path.split("/") if one]
        return "_".join([self.method.lower(), *words]).replace("-", "_")


@dataclass(frozen=True, eq=False)
class Door:
    """The endpoint of one call."""

    call: Call

    async def respond(self, request: Request) -> Response:
        house: House = request.app.state.house
        limiter: CapacityLimiter = request.app.state.limiter
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=UNREADABLE)
        visit = arrive(house, request, {})
        visit.session = visit.key = None
        token = request.headers.get("authorization", "")
        return await to_thread.run_sync(self._answer, visit, token, body, limiter=limiter)

    def _answer(self, visit: Visit, token: str, body: bytes | None) -> Response:
        with visit:
            try:
                found = self._found(visit, token, body)
            except FabgateError as error:
                found = failed(visit, error)
            if isinstance(found, Denied):
                found = denied(visit, found)
        return _stopped(found) if isinstance(found, Stop) else _json(told(found), OK, self.call)

    def _found(self, visit: Visit, token: str, body: bytes | None) -> object:
        no = admit(visit, token, self.call.scope)
        if no is not None:
            return no
        if self.call.method == "GET":
            return self.call.take(visit, read(self.call.asked, visit.asked.query, texts=True))
        if body is None:
            return said(visit, "too_much", TOO_MUCH)
        read(Nothing, visit.asked.query)
        sent = _decoded(body)
        if sent is None:
            return said(visit, "unreadable", UNREADABLE)
        return self.call.take(visit, read(self.call.asked, sent))


async def _body(request: Request) -> bytes | None:
    """What was sent; None where it is more than is read."""
    found = bytearray()
    if request.method != "POST":
        return b""
    async for piece in request.stream():
        found += piece
        if len(found) > MOST_BYTES:
            return None
    return bytes(found)


def _decoded(body: bytes) -> Mapping[str, object] | None:
    """The fields of a body; none at all is no fields. None where it is no JSON object."""
    if not body:
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {name: who.sound(one) if isinstance(one, str) else one for name, one in found.items()}


# --- who asks -----------------------------------------------------------------------------------

# What the member of a token must be allowed to see, where the scope does not bear its name. What they may do
# the desk decides; numbers tell of nobody, but of the whole lab.
_AREA = {Scope.ACT: Area.OWN, Scope.METRICS: Area.LAB}


def admit(visit: Visit, token: str, scope: Scope | None) -> Stop | Denied | None:
    """Lets the member of a token in, as somebody who signed in for this one request; or says why not."""
    if scope is None:
        return None
    with visit.house.reading() as books:
        now = visit.house.clock.now()
        shown = token[len(_SCHEME) :].strip() if token.lower().startswith(_SCHEME) else ""
        found = signing.token_of(books.conn, shown, who.today_ms(books.conn, now)) if shown else None
    if found is None:
        return said(visit, "unknown_token", UNKNOWN)
    if scope.value not in found.scopes:
        return said(visit, "no_scope", FORBIDDEN, scope=scope.value)
    visit.session = Session(found.member, Way.PASSWORD, now.boot_ms, now.boot_ms)
    return may_view(_AREA.get(scope) or Area(scope.value), visit.way, visit.actor)


# --- what is in the way -------------------------------------------------------------------------


def said(visit: Visit, why: str, status: int, **facts: object) -> Stop:
    """A trouble that only the API has: `api.<why>` in its words."""
    t = visit.speaker.t
    return Stop(status, Trouble(why, _plain(t(f"api.{why}", **facts)), _plain(t(f"api.{why}_next", **facts))))


def _plain(text: Any) -> str:  # noqa: ANN401 - Markup has no types of its own
    """A word of the board without the signs of a page."""
    return str(text.unescape())


def denied(visit: Visit, no: Denied) -> Stop:
    """A refusal of the desk, in its own words."""
    told_ = visit.speaker.refusal(no)
    return Stop(_STATUS.get(no.code, CONFLICT), Trouble(no.code.value, told_.text, told_.next))


def failed(visit: Visit, error: FabgateError) -> Stop:
    """What went wrong, to which thing, and what to do next."""
    match error:
        case UsageError() | BadgeError():
            return Stop(UNFIT, Trouble("unfit", error.what, error.remedy))
        case StoreBusy():
            return Stop(BUSY, Trouble("busy", error.what, error.remedy))
        case _:
            log.warning("event=failed path=%r error=%r", visit.asked.path, error.what)
            return Stop(BROKEN, Trouble("failed", error.what, error.remedy))


def broken(visit: Visit) -> Response:
    """A bug of ours, said as everything else is, and without a word of it."""
    t = visit.speaker.t
    return _stopped(
        Stop(BROKEN, Trouble("failed", _plain(t("common.broken")), _plain(t("common.broken_next"))))
    )


# --- how it goes out ----------------------------------------------------------------------------


def _stopped(stop: Stop) -> Response:
    response = _json(told(stop.trouble), stop.status)
    response.headers.update(asks_for(stop))
    return response


def asks_for(stop: Stop) -> dict[str, str]:
    """What the headers of a trouble ask of whoever sent it (RFC 9110): a token, or patience."""
    match stop.status:
        case 401:
            return {"www-authenticate": 'Bearer realm="fabgate"'}
        case 503:
            return {"retry-after": "2"}
        case _:
            return {}


def _json(data: object, status: int, call: Call | None = None) -> Response:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    response = Response(text.encode(), status, media_type=_UTF8)
    if call is not None and call.scope is None:
        open_to_all(response)
    return response


def open_to_all(response: Response) -> None:
    """What anybody may see, a page of any other site may ask for."""
    response.headers["access-control-allow-origin"] = "*"
    response.headers["cross-origin-resource-policy"] = "cross-origin"


async def nowhere(request: Request, calls: tuple[Call, ...]) -> Response:
    """A path that is not there, or not for this method: said as everything else is."""
    visit = arrive(request.app.state.house, request, {})
    ways = sorted({call.method for call in calls if _is(call, request.url.path)})
    if not ways:
        return _stopped(said(visit, "not_found", MISSING))
    response = _stopped(said(visit, "no_method", NO_METHOD, methods=", ".join(ways)))
    response.headers["allow"] = ", ".join(["HEAD", *ways] if "GET" in ways else ways)
    return response


def _is(call: Call, path: str) -> bool:
    ours, theirs = (ROOT + call.path).split("/"), path.split("/")
    return len(ours) == len(theirs) and all(
        (one.startswith("{") and other) or one == other for one, other in zip(ours, theirs, strict=True)
    )
