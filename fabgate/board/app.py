"""The board as an ASGI application: its pages, its static files, what is said on every answer."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from importlib.resources import as_file

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from fabgate.board import api_door, pages
from fabgate.board.headers import PERSONAL, Headers
from fabgate.board.house import House

log = logging.getLogger(__name__)
_WORTH_PACKING = 1_000  # bytes
_NOT_FOUND, _BROKEN = 404, 500


def application(house: House, routes: list[BaseRoute]) -> Starlette:
    """The board of this house with these pages."""
    app = Starlette(
        routes=[*routes, _static()],
        middleware=[Middleware(Headers), Middleware(GZipMiddleware, minimum_size=_WORTH_PACKING)],
        exception_handlers={HTTPException: _not_there, Exception: _broken},
        lifespan=_life,
    )
    app.state.house = house
    return app


@asynccontextmanager
async def _life(app: Starlette) -> AsyncIterator[None]:
    app.state.limiter = pages.limiter()
    yield


def _static() -> Mount:
    with as_file(resources.files("fabgate.board") / "static") as folder:
        return Mount("/static", StaticFiles(directory=folder), name="static")


async def _not_there(request: Request, error: Exception) -> Response:
    """A page that is not there, or not for this: with a way back."""
    status = error.status_code if isinstance(error, HTTPException) else _NOT_FOUND
    with pages.arrive(request.app.state.house, request, {}) as visit:
        return pages.stopped(visit, "not_found", status)


async def _broken(request: Request, error: Exception) -> Response:
    """A bug of ours: told to the log whole, to the visitor without a word of it."""
    with pages.arrive(request.app.state.house, request, {}) as visit:
        log.error("event=page_broken path=%r", visit.asked.place, exc_info=error)
        of_program = visit.asked.path.startswith(f"{api_door.ROOT}/")
        answer = api_door.broken(visit) if of_program else pages.stopped(visit, "broken", _BROKEN)
    answer.headers.update(PERSONAL)  # Starlette answers this one outside of all middleware
    return answer
