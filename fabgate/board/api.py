"""The API: what there is, in one table. Routes, the document and docs/api.md are made from it."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from fabgate.board import api_deeds, api_floor, api_money, api_passport, api_people, api_wall, numbers
from fabgate.board.api_deeds import Deed, PerhapsWhy, Why
from fabgate.board.api_document import document
from fabgate.board.api_door import ROOT, Call, Door, nowhere, open_to_all
from fabgate.board.api_floor import OfKind, OfMonth
from fabgate.board.api_money import OfPayer, OwnCharges
from fabgate.board.api_people import OfMember, WhichGrants, WhichMembers
from fabgate.board.api_words import Paged
from fabgate.rules.signing import Scope as For

CALLS: tuple[Call, ...] = (
    Call("GET", "/wall", "What the wall shows.", None, api_wall.Wall, api_wall.wall),
    Call("GET", "/me", "The member of the token.", For.OWN, api_people.Member, api_people.me),
    Call("GET", "/me/passport", "What they may use.", For.OWN, api_passport.Passport, api_passport.mine),
    Call(
        "GET",
        "/me/sessions",
        "Their sessions, the newest first.",
        For.OWN,
        api_floor.Sessions,
        api_floor.mine,
        OfMonth,
    ),
    Call(
        "GET",
        "/me/charges",
        "What closed months charged them.",
        For.OWN,
        api_money.Charges,
        api_money.mine,
        OwnCharges,
    ),
    Call(
        "GET",
        "/machines",
        "Machines, with who works there.",
        For.MACHINES,
        api_floor.Machines,
        api_floor.all_machines,
        Paged,
    ),
    Call("GET", "/machines/{machine}", "A machine.", For.MACHINES, api_floor.Machine, api_floor.one_machine),
    Call(
        "GET",
        "/sessions/running",
        "The sessions that run now.",
        For.MACHINES,
        api_floor.Sessions,
        api_floor.running,
        Paged,
    ),
    Call(
        "GET",
        "/members",
        "Members, by handle.",
        For.LAB,
        api_people.Members,
        api_people.listed,
        WhichMembers,
    ),
    Call(
        "GET",
        "/members/{member}",
        "A member, with all that is theirs.",
        For.LAB,
        api_people.Whole,
        api_people.whole,
    ),
    Call(
        "GET",
        "/members/{member}/passport",
        "What a member may use, and what is missing.",
        For.LAB,
        api_passport.Passport,
        api_passport.theirs,
    ),
    Call("GET", "/badges", "Badges.", For.LAB, api_people.Badges, api_people.all_badges, OfMember),
    Call("GET", "/grants", "Grants.", For.LAB, api_people.Grants, api_people.all_grants, WhichGrants),
    Call("GET", "/presence", "Who is on site.", For.LAB, api_people.Presence, api_people.on_site, Paged),
    Call(
        "GET",
        "/sessions",
        "All sessions that ended; a program that asks again and again is given each once.",
        For.LAB,
        api_floor.Ended,
        api_floor.ended,
        Paged,
    ),
    Call("GET", "/gates", "Gates, at a hub.", For.LAB, api_floor.Gates, api_floor.all_gates, Paged),
    Call(
        "GET",
        "/journal",
        "The journal; a program that asks again and again is given each record once.",
        For.LAB,
        api_floor.Journal,
        api_floor.records,
        OfKind,
    ),
    Call("GET", "/months", "Months, closed and open.", For.MONEY, api_money.Months, api_money.months, Paged),
    Call("GET", "/months/{month}", "A month.", For.MONEY, api_money.Month, api_money.one_month),
    Call(
        "GET",
        "/months/{month}/charges",
        "What a closed month charged.",
        For.MONEY,
        api_money.Charges,
        api_money.of_month,
        OfPayer,
    ),
    Call(
        "POST",
        "/machines/{machine}/lock",
        "Take a machine out of service.",
        For.ACT,
        Deed,
        api_deeds.lock,
        Why,
    ),
    Call(
        "POST",
        "/machines/{machine}/unlock",
        "Put it back into service. Nothing goes on by that.",
        For.ACT,
        Deed,
        api_deeds.unlock,
        PerhapsWhy,
    ),
    Call(
        "POST",
        "/machines/{machine}/end",
        "End the session that runs there, now, whatever the machine is doing.",
        For.ACT,
        Deed,
        api_deeds.end,
        Why,
    ),
    Call(
        "POST", "/members/{member}/check-in", "Say that they are on site.", For.ACT, Deed, api_deeds.check_in
    ),
    Call(
        "POST",
        "/members/{member}/check-out",
        "Say that they are on site no more.",
        For.ACT,
        Deed,
        api_deeds.check_out,
    ),
)

_DOCUMENT = json.dumps(document(CALLS), ensure_ascii=False, separators=(",", ":")).encode()


async def _document(_: Request) -> Response:
    response = Response(_DOCUMENT, media_type="application/json")
    open_to_all(response)
    return response


class _Nowhere:
    """Any other address under /api/, whatever the method."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await nowhere(Request(scope, receive), CALLS)
        await response(scope, receive, send)


ROUTES: list[BaseRoute] = [
    *(Route(ROOT + call.path, Door(call).respond, methods=[call.method]) for call in CALLS),
    Route(f"{ROOT}/openapi.json", _document, methods=["GET"]),
    Route("/api/{rest:path}", _Nowhere()),
    *numbers.ROUTES,
]
