"""The server of the board: uvicorn in a thread of its own, beside whatever else runs, or alone."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.routing import BaseRoute

from fabgate.board.app import application
from fabgate.board.house import House
from fabgate.board.line import MOST, Line
from fabgate.board.routes import ROUTES
from fabgate.config.settings import BoardSettings
from fabgate.errors import LinkError

log = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"
_PATIENCE_S = 20.0
_GLANCE_S = 0.01
_END_S = 2


class Serving:
    """A board that is served; `url` is where it answers on this computer."""

    def __init__(self, house: House, server: uvicorn.Server, line: socket.socket, url: str) -> None:
        self._house, self._server, self._line, self.url = house, server, line, url
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)

    def start(self) -> None:
        """Raises LinkError where it does not come up."""
        self._house.over.clear()
        self._thread.start()
        end = time.monotonic() + _PATIENCE_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > end:
                raise LinkError(f"the board does not come up at {self.url}", "See what the log says.")
            time.sleep(_GLANCE_S)

    def stop(self) -> None:
        self._house.over.set()
        self._server.should_exit = True
        self._thread.join(_PATIENCE_S)
        self._line.close()

    def wait(self) -> None:
        """Until it has ended."""
        self._thread.join()

    def _run(self) -> None:
        self._server.run([self._line])


@contextmanager
def served(
    house: House, routes: Sequence[BaseRoute] = ROUTES, said: BoardSettings | None = None
) -> Iterator[Serving]:
    """The board of this house for as long as the block lasts, where its configuration says.

    Port 0 is any that is free. Raises LinkError where it cannot listen there.
    """
    board = said or house.given.board
    line = _listen(board)
    serving = Serving(house, uvicorn.Server(_configured(house, routes, board)), line, _url(board, line))
    try:
        serving.start()
        log.info("event=board_ready url=%s", serving.url)
        yield serving
    finally:
        serving.stop()


def _configured(house: House, routes: Sequence[BaseRoute], board: BoardSettings) -> uvicorn.Config:
    return uvicorn.Config(
        application(house, list(routes)),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=board.proxy,
        forwarded_allow_ips=LOOPBACK,
        ssl_certfile=board.certificate,
        ssl_keyfile=board.key,
        timeout_graceful_shutdown=_END_S,
        limit_concurrency=MOST,
        http=Line,
    )


def _listen(board: BoardSettings) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in board.address else socket.AF_INET
        return socket.create_server((board.address, board.port), family=family, backlog=128)
    except OSError as error:
        raise LinkError(
            f"the board cannot listen at {board.address}, port {board.port}: {error.strerror}",
            "Another program may have the port: write another one, [board] port.",
        ) from error


def _url(board: BoardSettings, line: socket.socket) -> str:
    host = LOOPBACK if board.address == "0.0.0.0" else board.address
    scheme = "http" if board.certificate is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{line.getsockname()[1]}"
