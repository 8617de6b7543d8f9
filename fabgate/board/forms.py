"""Forms: how much is read of one, which one this board did not hand out or had already, and what becomes of
one that was filled in for longer than its session stood."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from hmac import compare_digest
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from fabgate.board.sessions import Typed
from fabgate.board.visit import Visit
from fabgate.texts.catalogue import Said

MOST_BYTES = 2 << 20  # a file of payments; everything else is small
MOST_BYTES_KEPT = 64 << 10  # of whoever was signed in; more is asked for again
MOST_BYTES_OF_STRANGERS = 32 << 10  # who has not signed in sends a password
MOST_FIELDS = 500
_LONGEST_ONCE = 64
CSRF, ONCE = "csrf", "once"
_ORIGIN = "(origin)"
_FOREIGN = "foreign"
_NEVER_KEPT = frozenset({CSRF, ONCE, _ORIGIN, "password", "old", "again"})
PATIENCE_S = 3.0  # for so long who clicked twice waits for what the first click does
_SEE_OTHER = 303


class _TooMuch(Exception):
    """More came than may."""


async def read(request: Request, most: int) -> tuple[Mapping[str, str], bool]:
    """The fields of a form, uploaded files as text; and whether it holds more than it may: `most` bytes.

    Raises ClientDisconnect where the browser went away.
    """
    if request.method != "POST":
        return {}, False
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > most:
        return {}, True
    try:
        fields = await _fields(Request(request.scope, _counted(request.receive, most)))
    except (_TooMuch, HTTPException):  # the latter: too many fields, or none that could be told apart
        return {}, True
    return fields | {_ORIGIN: "" if same_origin(request) else _FOREIGN}, False


async def _fields(request: Request) -> dict[str, str]:
    fields: dict[str, str] = {}
    async with request.form(max_fields=MOST_FIELDS, max_files=4, max_part_size=MOST_BYTES) as sent:
        for name, value in sent.multi_items():
            text = value if isinstance(value, str) else (await value.read()).decode("utf-8", "replace")
            fields[name] = text
    return fields


def _counted(receive: Receive, most: int) -> Receive:
    """What comes, up to so many bytes: a body in chunks may be longer than the length that stands over it."""
    left = most

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _TooMuch
        return message

    return counted


def same_origin(request: Request) -> bool:
    """Whether a page of this board sent it, as the browser says (Fetch Metadata; RFC 6454, Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.url.netloc


def flaw(visit: Visit, too_much: bool) -> tuple[str, int] | None:
    """What is wrong with a form that was sent, and the status to say it with; None where it is sound.

    Whether it was sent before is asked by `first_time`.
    """
    form = visit.asked.form
    if too_much:
        return "too_much", 413
    if form.get(_ORIGIN) == _FOREIGN:
        return "stale_form", 403
    if visit.session is None:
        return None  # signing in: nothing is done in anybody's name yet
    if not _handed_out(form, visit.session.csrf):
        return "stale_form", 403
    if len(form.get(ONCE, "")) > _LONGEST_ONCE:  # of each that was sent something is remembered
        return "stale_form", 403
    return None


def _handed_out(form: Mapping[str, str], csrf: str) -> bool:
    """Whether this board handed it out, in the session that these keys belong to."""
    return compare_digest(form.get(CSRF, "").encode(), csrf.encode())


# --- sent twice -----------------------------------------------------------------------------------


def first_time(visit: Visit) -> bool:
    """Whether a form that is sound was not sent before; of who signs in, nothing is remembered."""
    return visit.session is None or visit.session.first_time(visit.asked.form.get(ONCE, ""), _what(visit))


def led(visit: Visit, response: Response | None) -> None:
    """Remembers where a form has led; None: it came to no answer."""
    if visit.session is not None:
        onward = response is not None and response.status_code == _SEE_OTHER
        path = response.headers["location"] if response is not None and onward else ""
        visit.session.led(visit.asked.form.get(ONCE, ""), path)


def led_before(visit: Visit) -> str:
    """Where this very form led when it was sent before: a second click shows what the first one did. Empty
    where it led nowhere, or where something else was typed into it since: that was not done."""
    if visit.session is None:
        return ""
    return visit.session.leads(visit.asked.form.get(ONCE, ""), _what(visit), PATIENCE_S)


def _what(visit: Visit) -> bytes:
    fields = [visit.asked.path, *sorted(visit.asked.form.items())]
    return hashlib.sha256(repr(fields).encode("utf-8", "surrogatepass")).digest()


# --- sent too late --------------------------------------------------------------------------------


def keep(visit: Visit) -> None:
    """Keeps what was typed into a form of ours by somebody whose time was over, in memory, for the page that
    they come back to. Nothing is done with it."""
    asked, form = visit.asked, visit.asked.form
    over = visit.house.sessions.over(visit.key, visit.house.clock.now().boot_ms)
    if asked.method != "POST" or over is None or form.get(_ORIGIN) == _FOREIGN:
        return
    fields = {name: value for name, value in form.items() if name not in _NEVER_KEPT}
    small = sum(len(name) + len(value) for name, value in fields.items()) <= MOST_BYTES_KEPT
    if fields and small and _handed_out(form, over.csrf):
        over.typed = Typed(asked.stood_at, asked.path, fields)


def is_kept(visit: Visit) -> bool:
    """Whether something is kept of what was typed in this browser."""
    over = visit.house.sessions.over(visit.key, visit.house.clock.now().boot_ms)
    return over is not None and over.typed is not None


def put_back(visit: Visit) -> None:
    """Fills the forms of a page in with what was kept for it, once, and says that nothing was done yet."""
    asked = visit.asked
    if visit.session is None or asked.method != "GET" or asked.partial:
        return
    typed = visit.session.take_typed(asked.path)
    if typed is not None:
        t = visit.speaker.t
        visit.asked = replace(asked, form=typed.fields, sent_before=typed.to)
        visit.refusal = Said(t("common.typed_before"), t("common.typed_before_next"))
