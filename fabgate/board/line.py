"""A connection of a browser: how many one address may have, and how long a request may take to come.

Who connects and says nothing, or one byte a second, would take the places of all others, and in the process
of a hub the open files that gates need.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from fabgate.board.entering import HERE

MOST = 500  # requests are refused above, each with a word
MOST_AT_ALL = 550  # connections
MOST_OF_ONE = 100  # connections of one address: a lab behind one address, and no more
PATIENCE_S: dict[object, float] = {h11.IDLE: 15.0, h11.SEND_BODY: 60.0}
"""How long the head of a request may take, and how long its body."""


class Line(H11Protocol):
    """One connection. It ends where its address has too many, and where a request does not come whole."""

    _awaits: object = None  # what of a request has to come yet
    _alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._is_one_too_many():
            transport.abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _is_one_too_many(self) -> bool:
        if len(self.connections) > MOST_AT_ALL:
            return True
        mine = None if self.client is None else self.client[0]
        if mine in HERE:  # a web server of this computer speaks for many
            return False
        lines = [one.client for one in self.connections if isinstance(one, Line)]
        return sum(one is not None and one[0] == mine for one in lines) > MOST_OF_ONE

    def _wait(self) -> None:
        """From the first byte of a head, or of a body, the time runs; more bytes do not wind it up again."""
        state = self.conn.their_state
        awaits = state if state in PATIENCE_S else None
        if awaits is self._awaits:
            return
        self._stop_waiting()
        if awaits is not None:
            self._awaits = awaits
            self._alarm = self.loop.call_later(PATIENCE_S[awaits], self.transport.abort)

    def _stop_waiting(self) -> None:
        self._awaits = None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
