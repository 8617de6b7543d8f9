"""Long work in a process of its own: `fabgate ...` with this lab's configuration, for the one who signed in.

A month of a hundred thousand sessions is some minutes of a Pi. No page does that in a thread, beside gates
that wait for an answer: a child does, after all others (nice), at most so many at a time. Its output goes
to the browser as it comes. A browser that goes away ends it.

Used by pages that answer with `Download` or `Done`; both are answers as Starlette wants them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fabgate.board import pages, troubles
from fabgate.board.house import House
from fabgate.board.troubles import Failed
from fabgate.board.visit import Visit
from fabgate.desk.deed import SIGNED_IN_AS, TOLD_AS
from fabgate.errors import FabgateError
from fabgate.model import Denied, MemberId
from fabgate.texts.catalogue import Said

log = logging.getLogger(__name__)
AT_ONCE = 2  # a Pi has four cores, and the machines come first
OUTPUT = "{output}"
"""In the place of a file's name: a file in a folder of its own, which is given and removed."""
_NICE = 10
_CHUNK = 1 << 16
_MOST = 64 << 20  # of what a page reads of it
_MOST_SAID = 4_000
_DONE, _REFUSED = 0, 409


@dataclass(frozen=True, slots=True)
class Ran:
    """How a child ended: its exit status, its output where a page wanted it, why it failed."""

    status: int
    output: bytes
    trouble: Denied | Failed

    def told(self, visit: Visit) -> Said:
        """Why, and what to do next, for whoever asked."""
        return troubles.told(visit.speaker, self.trouble)


Then = Callable[[Visit, Ran], Response]
"""What the page makes of it, in a visit of its own, within a thread."""


class _OfChild(Response):
    """An answer that a child makes. `words` are a command line without the word fabgate."""

    def __init__(self, visit: Visit, words: tuple[str, ...], then: Then) -> None:
        self.status_code, self.background = 200, None
        self.body = b""
        self.init_headers({})
        self._house, self._member = visit.house, visit.member_id
        self._words, self._then = words, then

    def _ran(self, status: int, output: bytes, said: bytes) -> Ran:
        """How it ended. What it said goes to the log, whole: pages do not show all of it."""
        trouble = troubles.heard(said)
        if status != _DONE and isinstance(trouble, Failed):
            log.warning("event=child_failed words=%s status=%d said=%r", self._words[:2], status, said)
        return Ran(status, output, trouble)

    async def _page(self, scope: Scope, receive: Receive, send: Send, ran: Ran) -> None:
        request = Request(scope, receive)
        answer = await to_thread.run_sync(self._rendered, request, ran, limiter=request.app.state.limiter)
        await answer(scope, receive, send)

    def _rendered(self, request: Request, ran: Ran) -> Response:
        with pages.arrive(self._house, request, {}) as visit:
            try:
                return self._then(visit, ran)
            except FabgateError as error:
                return pages.failed(visit, error)


class Done(_OfChild):
    """A page that is made of what a child did; it does it whole, whoever waits for it or not."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with _turn(scope), _running(self._house, self._words, self._member) as child:
            output, said = await asyncio.gather(_read(child.stdout), _last_of(child.stderr))
            ran = self._ran(await child.wait(), output, said)
        await self._page(scope, receive, send, ran)


class Download(_OfChild):
    """What a child writes as a file of that name. One that fails before it wrote anything gives the page."""

    def __init__(self, visit: Visit, words: tuple[str, ...], name: str, media: str, then: Then) -> None:
        super().__init__(visit, words, then)
        shown = "inline" if media == "image/svg+xml" else "attachment"
        self.init_headers({"content-disposition": f'{shown}; filename="{name}"', "content-type": media})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with anyio.create_task_group() as both:
            both.start_soon(_until_gone, receive, both.cancel_scope)
            await self._answer(scope, receive, send)
            both.cancel_scope.cancel()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        failed = None
        with _folder(self._words) as (words, file):
            async with _turn(scope), _running(self._house, words, self._member) as child:
                failed = await self._stream(child, file, send)
        if failed is not None:
            await self._page(scope, receive, send, failed)

    async def _stream(self, child: asyncio.subprocess.Process, file: Path | None, send: Send) -> Ran | None:
        """None once it is with the browser; else how it failed. Raises ConnectionError where only a part
        of it is: the browser must not take that for the whole."""
        saying = asyncio.ensure_future(_last_of(child.stderr))
        assert child.stdout is not None
        first = await child.stdout.read(_CHUNK)
        status = await child.wait() if not first or file is not None else _DONE
        if status != _DONE:
            return self._ran(status, first, await saying)
        await self._begin(send)
        pieces = _of_file(file) if file is not None else _pieces(first, child.stdout)
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if await child.wait() != _DONE:
            raise ConnectionError(f"a file was cut off: {self._ran(status, b'', await saying).trouble}")
        await send({"type": "http.response.body", "body": b""})
        return None

    async def _begin(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})


def failed(visit: Visit, ran: Ran) -> Response:
    """The page that says why there is no such file, with the way back."""
    visit.refusal = ran.told(visit)
    return visit.page("sorry.html", _REFUSED)


# --- the process ----------------------------------------------------------------------------------


@asynccontextmanager
async def _running(
    house: House, words: tuple[str, ...], member: MemberId | None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A command that runs; it is ended with the block."""
    with anyio.CancelScope(shield=True):  # what is being started when a browser goes away would be nobody's
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fabgate", "--config", str(house.given.path), *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(member),
        )
    try:
        with suppress(OSError):  # it may be over already
            os.setpriority(os.PRIO_PROCESS, child.pid, _NICE)
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        with anyio.CancelScope(shield=True):
            await child.wait()


def _environment(member: MemberId | None) -> Mapping[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in (SIGNED_IN_AS, "SUDO_USER")}
    by = {} if member is None else {SIGNED_IN_AS: member}
    return env | {"PYTHONIOENCODING": "utf-8", TOLD_AS: "json"} | by


@asynccontextmanager
async def _turn(scope: Scope) -> AsyncIterator[None]:
    """Wait until it is this one's turn."""
    state = scope["app"].state
    if not hasattr(state, "children"):
        state.children = anyio.Semaphore(AT_ONCE)
    async with state.children:
        yield


class _folder:  # noqa: N801 - reads as what it is
    """The command with a file of its own in the place of OUTPUT, and that file; None where there is none."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words
        self._path: Path | None = None

    def __enter__(self) -> tuple[tuple[str, ...], Path | None]:
        named = next((one for one in self._words if one.startswith(OUTPUT)), None)
        if named is None:
            return self._words, None
        self._path = Path(tempfile.mkdtemp(prefix="fabgate-"))
        file = self._path / f"file{named.removeprefix(OUTPUT)}"
        return tuple(str(file) if one == named else one for one in self._words), file

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    """All of it, of which the beginning is kept."""
    found = bytearray()
    while stream is not None and (piece := await stream.read(_CHUNK)):
        found += piece[: _MOST - len(found)]
    return bytes(found)


async def _last_of(stream: asyncio.StreamReader | None) -> bytes:
    """All of it, of which the end is kept: there a command says why it failed."""
    found = b""
    while stream is not None and (piece := await stream.read(_CHUNK)):
        found = (found + piece)[-_MOST_SAID:]
    return found


async def _pieces(first: bytes, stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    yield first
    while piece := await stream.read(_CHUNK):
        yield piece


async def _of_file(path: Path) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        while piece := await file.read(_CHUNK):
            yield piece


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    """Until the browser has gone away; then all else ends too."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
