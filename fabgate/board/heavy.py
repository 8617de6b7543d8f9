"""Pages that read many records: one at a time, so that the others of the board do not wait for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import Lock

from starlette.responses import Response

from fabgate.board.pages import stopped
from fabgate.board.visit import Visit

_PATIENCE_S = 8.0
_BUSY = 503
_turn = Lock()


def heavy(page: Callable[[Visit], Response]) -> Callable[[Visit], Response]:
    """The same page, once nobody else's is being made; who waits too long is told to come back."""

    @wraps(page)
    def in_turn(visit: Visit) -> Response:
        if not _turn.acquire(timeout=_PATIENCE_S):
            return stopped(visit, "later", _BUSY)
        try:
            return page(visit)
        finally:
            _turn.release()

    return in_turn
