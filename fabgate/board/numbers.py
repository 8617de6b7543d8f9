"""`/metrics`: the numbers of this gate or hub, for a Prometheus that asks. No member is in them.

Open to programs of this computer; from elsewhere a token is asked for, by which a manager lets them.
"""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from fabgate.board.api_door import Stop, admit, asks_for, denied, failed
from fabgate.board.entering import is_here
from fabgate.board.pages import arrive
from fabgate.board.visit import Visit
from fabgate.errors import FabgateError
from fabgate.hub.around import around
from fabgate.model import Denied
from fabgate.reports import figures
from fabgate.rules.signing import Scope

TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def _numbers(request: Request) -> Response:
    visit = arrive(request.app.state.house, request, {})
    visit.session = visit.key = None
    token = request.headers.get("authorization", "")
    return await to_thread.run_sync(_answer, visit, token, limiter=request.app.state.limiter)


def _answer(visit: Visit, token: str) -> Response:
    with visit:
        try:
            no = None if is_here(visit) else admit(visit, token, Scope.METRICS)
            if no is None:
                text = figures.text(visit.settings, around(visit.settings, visit.house.clock.now()))
                return Response(text.encode(), headers={"content-type": TYPE})
            stop = denied(visit, no) if isinstance(no, Denied) else no
        except FabgateError as error:
            stop = failed(visit, error)
    return _said(stop)


def _said(stop: Stop) -> Response:
    trouble = stop.trouble
    return PlainTextResponse(f"{trouble.text}\n{trouble.next}\n", stop.status, asks_for(stop))


ROUTES: list[BaseRoute] = [Route("/metrics", _numbers, methods=["GET"])]
