"""How somebody comes in and goes out: over which line, with which cookie, to which page."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from fabgate.board.sessions import COOKIE
from fabgate.board.visit import Visit
from fabgate.model import MemberId
from fabgate.rules.viewing import Way

OWN_PAGE = "/me"
HERE = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
_LOCAL_NAMES = frozenset({"127.0.0.1", "::1", "localhost"})
_LONGEST_PATH = 500
_FORBIDDEN = 403


def is_private(visit: Visit) -> bool:
    """Whether nobody on the way can read what is typed: over https, or from this very computer."""
    return visit.asked.secure or is_here(visit)


def is_here(visit: Visit) -> bool:
    """Whether who asks sits at this very computer.

    A program on this computer that passes others' requests on says so (`[board] proxy`). One that does not is
    known by the board's name, under which it is asked for, or by the headers that it adds; so is a
    page from elsewhere whose name was made to point here.
    """
    asked = visit.asked
    if asked.client not in HERE or urlsplit(asked.base).hostname not in _LOCAL_NAMES:
        return False
    return visit.settings.board.proxy or not asked.passed_on


def not_here(visit: Visit) -> Response:
    """Why nobody signs in over this line, and where they can."""
    url = visit.settings.board.url.rstrip("/")
    there = url + visit.asked.path if url.startswith("https://") else ""
    return visit.page("signing/not_here.html", _FORBIDDEN, there=there)


def onward(visit: Visit) -> str:
    """The page that they wanted to see, where it is one of the board; empty where they wanted none."""
    wanted = visit.field("next") or visit.wish("next")
    return wanted if is_local(wanted) else ""


def is_local(path: str) -> bool:
    """Whether this is a path of this board, and cannot be read as an address of anything else."""
    sound = path.isprintable() and not set(path) & set('\\<>"') and len(path) <= _LONGEST_PATH
    parts = urlsplit(path) if sound else None
    return parts is not None and path.startswith("/") and not path.startswith("//") and not parts.netloc


def let_in(
    visit: Visit, member: MemberId, way: Way, to: str = OWN_PAGE, said: str = "", proof: bytes | None = None
) -> Response:
    """Signs this browser in, with a key that nobody has seen before, and leads on.

    `said` is what the next page tells them once; `proof` of the password that was typed, with which the
    session ends. What the browser was signed in to before has ended; what the same member typed there when
    their time was over goes on with them.
    """
    sessions, now_ms = visit.house.sessions, visit.house.clock.now().boot_ms
    typed = sessions.left(visit.key, member, proof, now_ms) if way is Way.PASSWORD else None
    sessions.close(visit.key)
    key = sessions.open(member, way, now_ms, proof)
    opened = sessions.find(key, now_ms)
    if opened is not None:
        opened.said, opened.typed = said, typed
    response = RedirectResponse(to, 303)
    response.set_cookie(COOKIE, key, secure=True, httponly=True, samesite="strict", path="/")
    return response


def let_out(visit: Visit, to: str) -> Response:
    """Ends the session of this browser, and leads on."""
    visit.house.sessions.close(visit.key)
    response = RedirectResponse(to, 303)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
    return response
