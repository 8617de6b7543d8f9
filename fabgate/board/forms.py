"""Forms: how much is read of one, and which one this board did not hand out, or had already."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from fabgate.board.visit import Visit

MOST_BYTES = 2 << 20  # a file of payments; everything else is small
MOST_BYTES_OF_STRANGERS = 32 << 10  # who has not signed in sends a password
MOST_FIELDS = 500
_LONGEST_ONCE = 64
CSRF, ONCE = "csrf", "once"
_ORIGIN = "(origin)"
_FOREIGN = "foreign"


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
    """What is wrong with a form that was sent, and the status to say it with; None where it is sound."""
    form = visit.asked.form
    if too_much:
        return "too_much", 413
    if form.get(_ORIGIN) == _FOREIGN:
        return "stale_form", 403
    if visit.session is None:
        return None  # signing in: nothing is done in anybody's name yet
    if not compare_digest(form.get(CSRF, "").encode(), visit.session.csrf.encode()):
        return "stale_form", 403
    once = form.get(ONCE, "")
    if len(once) > _LONGEST_ONCE:  # of each that was sent something is remembered
        return "stale_form", 403
    if not visit.session.first_time(once):
        return "done_already", 409
    return None
