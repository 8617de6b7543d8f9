"""Live pages: server-sent events that bring pieces of a page, for as long as somebody looks.

A page draws its pieces itself, so it is whole without a script; then its browser opens the stream, says
which picture it shows, and is sent what differs whenever something has changed (`live.html` has the lines
that do this). One watch looks at the books for all streams. Nothing is queued: each stream knows what its
browser shows and sends the difference to what is so now; a slow reader gets fewer and larger ones.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from fabgate.board import pages
from fabgate.board.house import House
from fabgate.board.picture import Go, Picture, Pieces, event, step
from fabgate.board.visit import Asked, Visit
from fabgate.board.watch import Sign, Watch, watch_of
from fabgate.errors import FabgateError
from fabgate.rules.viewing import Area, Way, may_view

__all__ = ["Go", "Picture", "Pieces", "Sign", "StreamRoute", "shared_stream", "stream"]

log = logging.getLogger(__name__)
T = TypeVar("T")
Drawn = Pieces | Go
Render = Callable[[Visit], Drawn]
Draw = Callable[[], Drawn]
DrawAt = Callable[[int], Drawn]
Open = Callable[[Watch, Visit], "tuple[_Channel, DrawAt]"]
"""Where the pictures for a visit are kept, and what draws them as they are at a count of the watch."""

MOST = 300  # streams at once: the server takes 500 connections in all
BEAT_S = (
    15.0  # for this long nothing is said at most; a browser that hears nothing for longer is not connected
)
AGAIN_MS = 1_000  # after it lost the connection a browser waits for so long
_REMEMBERED = 64  # pictures whose digests are kept, so that who comes back is sent the difference
_TOO_MANY = 503


class StreamRoute(Route):
    """The route of a stream. It answers for as long as the browser looks; with `?once` it ends after the
    first event."""


def stream(
    path: str, area: Area, render: Render, every_s: float | None = None, sign: Sign | None = None
) -> BaseRoute:
    """A stream of pieces that depend on who looks: `render` draws them for each browser, in a thread.

    It is asked whenever the books change, `sign` gives something else, or, where time alone changes what
    is shown, each `every_s` seconds. Whether the browser's session still stands and may see the area is
    asked each time; where not, the page is read anew. To show the same page as `render` draws, put
    `Picture(render(visit))` into it. What a render gives must not contain what was typed into a form.
    """
    return StreamRoute(path, _Stream(area, partial(_own, render), every_s, sign).respond, methods=["GET"])


def shared_stream(
    path: str,
    area: Area,
    look: Callable[[House], T],
    render: Callable[[Visit, T], Pieces],
    every_s: float | None = 1.0,
    sign: Sign | None = None,
) -> BaseRoute:
    """A stream of pieces that are the same for all: `look` reads the facts once for each change, `render`
    draws them once for each language, and again each `every_s` seconds. Its visit knows nobody."""
    return StreamRoute(
        path, _Stream(area, _Shared(look, render).open, every_s, sign).respond, methods=["GET"]
    )


@dataclass
class _Channel:
    """Pictures of one kind: the newest, and the digests of some before."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    stamp: tuple[int, int] | None = None
    newest: Picture | Go | None = None
    digests: OrderedDict[str, Mapping[str, str]] = field(default_factory=OrderedDict)
    said: tuple[str | None, str, bytes] | None = None  # the last step: many browsers take the same

    async def picture(self, watch: Watch, stamp: tuple[int, int], draw: Draw) -> Picture | Go | None:
        """What is shown at this count and second; what was shown before where it cannot be drawn."""
        async with self.lock:
            if self.stamp != stamp:
                began_s = monotonic()
                drawn = await to_thread.run_sync(_drawn, draw, limiter=watch.limiter)
                watch.rest_s = monotonic() - began_s
                self.stamp, self.newest = stamp, self._remember(drawn) or self.newest
            return self.newest

    def _remember(self, drawn: Picture | Go | None) -> Picture | Go | None:
        if isinstance(drawn, Picture):
            self.digests[drawn.id] = drawn.digests
            while len(self.digests) > _REMEMBERED:
                self.digests.popitem(last=False)
        return drawn

    def step(self, before: str | None, now: Picture) -> bytes:
        """The event that leads from what a browser shows to what is so now."""
        if self.said is None or self.said[:2] != (before, now.id):
            self.said = before, now.id, step(before, self.digests.get(before or ""), now)
        return self.said[2]


def _drawn(draw: Draw) -> Picture | Go | None:
    """A picture, in a thread; None where the books cannot be read just now."""
    try:
        found = draw()
    except FabgateError as error:
        log.warning("event=not_drawn error=%r", error.what)
        return None
    return found if isinstance(found, Go) else Picture(found)


@dataclass(eq=False)
class _Stream:
    """Answers a browser that wants to be told."""

    area: Area
    open: Open
    every_s: float | None
    sign: Sign | None

    async def respond(self, request: Request) -> Response:
        watch = watch_of(request.app)
        visit = pages.arrive(watch.house, request, {}, used=False)
        away = await to_thread.run_sync(self._away, visit, limiter=request.app.state.limiter)
        if away is not None:
            return _sent_away(request, away)
        if watch.listeners >= MOST:
            return PlainTextResponse("", _TOO_MANY, {"retry-after": "10"})
        shown = request.headers.get("last-event-id") or request.query_params.get("at") or None
        return StreamingResponse(
            self._events(watch, visit, shown, "once" in request.query_params),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},
        )

    def _away(self, visit: Visit) -> Response | None:
        with visit:
            try:
                return pages.turned_away(visit, self.area)
            except FabgateError as error:
                return pages.failed(visit, error)

    async def _events(
        self, watch: Watch, visit: Visit, shown: str | None, once: bool
    ) -> AsyncIterator[bytes]:
        yield f"retry: {AGAIN_MS}\n\n".encode()
        async with watch.listening(self.sign), aclosing(self._steps(watch, visit, shown)) as steps:
            async for told in steps:
                yield told
                if once:
                    return

    async def _steps(self, watch: Watch, visit: Visit, shown: str | None) -> AsyncGenerator[bytes]:
        """What leads this browser from one picture to the next, and a beat where there is none."""
        (channel, draw), said_s = self.open(watch, visit), -BEAT_S
        while not watch.over:
            count = watch.count
            if not await self._may_look(watch, visit):
                yield event("anew", "")
                return
            now = await channel.picture(watch, self._stamp(count), partial(draw, count))
            if isinstance(now, Go):
                yield event("go", now.path)
                return
            told = b"" if now is None else channel.step(shown, now)
            if now is not None:
                shown = now.id
            if told or monotonic() - said_s >= BEAT_S:
                yield told or event("beat", "")
                said_s = monotonic()
            await watch.change(count, min(self.every_s or BEAT_S, BEAT_S))

    def _stamp(self, count: int) -> tuple[int, int]:
        """Pictures of the same stamp are the same."""
        return count, int(monotonic() / self.every_s) if self.every_s else 0

    async def _may_look(self, watch: Watch, visit: Visit) -> bool:
        """Whether whoever signed in when the page was opened still is, and may still see it."""
        if visit.way is Way.NOBODY:
            return True
        if not watch.house.sessions.stands(visit.key, watch.house.clock.now().boot_ms):
            return False
        if self.area is Area.PUBLIC:
            return True
        return await to_thread.run_sync(_may_view, self.area, visit, limiter=watch.limiter)


def _sent_away(request: Request, away: Response) -> Response:
    """A page whose session ended while it slept is read anew, and so says who may see it: what is told to
    whoever opens a page, a script that listens cannot read."""
    if "text/event-stream" not in request.headers.get("accept", ""):
        return away
    return Response(event("anew", ""), media_type="text/event-stream")


def _may_view(area: Area, visit: Visit) -> bool:
    with _anew(visit) as now:
        try:
            return may_view(area, now.way, now.actor) is None
        except FabgateError:
            return True  # the books cannot be read just now: nothing new will be drawn either


def _anew(visit: Visit) -> Visit:
    """The same visit, with nothing remembered of what the books said."""
    return Visit(visit.house, visit.asked, visit.language, visit.session, visit.key, visit.cookies)


def _own(render: Render, _watch: Watch, visit: Visit) -> tuple[_Channel, DrawAt]:
    """Each browser has pictures of its own."""

    def draw(_count: int) -> Drawn:
        with _anew(visit) as now:
            return render(now)

    return _Channel(), draw


class _Lookout(Generic[T]):
    """The facts that all see, read once for each change; and a channel for each language."""

    def __init__(self, look: Callable[[House], T]) -> None:
        self.channels: defaultdict[str, _Channel] = defaultdict(_Channel)
        self._look = look
        self._lock = Lock()
        self._read: tuple[int, T] | None = None

    def facts(self, house: House, count: int) -> T:
        """As they are at this count, or later."""
        with self._lock:
            if self._read is None or self._read[0] < count:
                self._read = count, self._look(house)
            return self._read[1]


class _Shared(Generic[T]):
    """All browsers that read a language have the same pictures."""

    def __init__(self, look: Callable[[House], T], render: Callable[[Visit, T], Pieces]) -> None:
        self._look, self._render = look, render
        self._lookouts: WeakKeyDictionary[Watch, _Lookout[T]] = WeakKeyDictionary()

    def open(self, watch: Watch, visit: Visit) -> tuple[_Channel, DrawAt]:
        lookout = self._lookouts.setdefault(watch, _Lookout(self._look))
        asked = Asked("GET", visit.asked.path, {}, {}, {})

        def draw(count: int) -> Drawn:
            facts = lookout.facts(watch.house, count)
            with Visit(watch.house, asked, visit.language) as anybody:
                return self._render(anybody, facts)

        return lookout.channels[visit.language], draw
