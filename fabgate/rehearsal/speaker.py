"""One client of the exchange and the engine behind it: the gate's side of the link, or the hub's.

What a daemon does in its thread, one piece after another: hear an event, take a turn when one is due.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from fabgate.link.port import PortEvent
from fabgate.rehearsal.exchange import ExchangePort


class Engine(Protocol):
    """What `link.gate_link.GateLink` and `hub.engine.Hub` have in common."""

    def open(self) -> None: ...

    def handle(self, event: PortEvent, /) -> None: ...

    def turn(self) -> float: ...

    def close(self) -> None: ...


class Speaker:
    """An engine at work. `now_ms` is the virtual time since the beginning."""

    def __init__(self, port: ExchangePort, engine: Engine, now_ms: Callable[[], int]) -> None:
        self.port, self.engine, self._now_ms = port, engine, now_ms
        self._due_ms = now_ms()
        engine.open()

    def stir(self) -> None:
        """Something has changed in its books: it looks at them now."""
        self._due_ms = self._now_ms()

    def work(self) -> bool:
        """Hear one event, or take the turn that is due; False if there is neither."""
        now_ms = self._now_ms()
        event = self.port.take()
        if event is not None:
            self.engine.handle(event)
            self._due_ms = now_ms
        elif self._due_ms <= now_ms:
            self._due_ms = now_ms + max(1, math.ceil(self.engine.turn() * 1000))
        else:
            return False
        return True

    def due_in_ms(self) -> int:
        return max(0, self._due_ms - self._now_ms())

    def end(self) -> None:
        """An orderly end: the last words still go."""
        self.engine.close()
        self.port.close()

    def die(self) -> None:
        """The process is gone, and what it had in memory."""
        self.port.drop()
        self.engine.close()
