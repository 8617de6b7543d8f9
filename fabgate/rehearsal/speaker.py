"""One client of the exchange and the engine behind it: the gate's end of the link, or the hub's.

What a daemon does in its thread, one piece after another: hear an event, take a turn when one is due.
An engine looks at its books some ten times a second, because others write in them, and says each minute
that it is there. Here somebody says when books have changed (`stir`), and while nothing but such chores
is said the engine is asked ever more rarely: a month of silence is some thousand turns. What it waits
for by itself, such as an answer that was lost, comes up to half as late again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from fabgate.link.port import Delivered, Fate, Message, PortEvent
from fabgate.rehearsal.exchange import ExchangePort
from fabgate.wire.topics import NEED, PRESENT, STATE

LOOK_MS = 20  # a wish of so long or longer is to look at the books again, and no work that is left
SLOWER = 1.5
RAREST_MS = 3_600_000
BEAT_MS = 30_000  # where it counts whether the hub was heard in the last two minutes (R3, R12)
CHORES = (f"/{STATE}", f"/{NEED}", f"/{PRESENT}")


class Engine(Protocol):
    """What `link.gate_link.GateLink` and `hub.engine.Hub` have in common."""

    def open(self) -> None: ...

    def handle(self, event: PortEvent, /) -> None: ...

    def turn(self) -> float: ...

    def close(self) -> None: ...


class Speaker:
    """An engine at work; `now_ms` is the exchange's time, `let_go` gives its books back. With nothing to do
    it takes a turn ever more seldom, and at least each `rarest_ms`."""

    def __init__(
        self,
        port: ExchangePort,
        engine: Engine,
        now_ms: Callable[[], int],
        let_go: Callable[[], None],
        rarest_ms: int = RAREST_MS,
    ) -> None:
        self.port, self.engine = port, engine
        self._now_ms, self._let_go, self._rarest_ms = now_ms, let_go, rarest_ms
        self._pause_ms = LOOK_MS
        self._due_ms: int | None = now_ms()
        engine.open()

    def stir(self) -> None:
        """Something has changed in its books, or was heard that counts: it takes a turn now."""
        self._due_ms, self._pause_ms = self._now_ms(), LOOK_MS

    def work(self) -> bool:
        """Hear one event, or take the turn that is due; False if there is neither."""
        event = self.port.take()
        if event is not None:
            self.engine.handle(event)
            self._due_ms = self._now_ms()
            if not _is_chore(event):
                self.stir()
            return True
        if self._due_ms is None or self._due_ms > self._now_ms():
            return False
        before = len(self.port.under_way)
        wish_ms = math.ceil(self.engine.turn() * 1000)
        said = list(self.port.under_way)[before:]
        self._plan(wish_ms, at_rest=all(one.message.topic.endswith(CHORES) for one in said))
        return True

    def due_in_ms(self) -> int | None:
        """How long until it takes a turn by itself; None for never."""
        return None if self._due_ms is None else max(0, self._due_ms - self._now_ms())

    def end(self) -> None:
        """An orderly end: the last words still go."""
        self.engine.close()
        self.port.close()
        self._let_go()

    def die(self) -> None:
        """The process is gone, and what it had in memory."""
        self.port.drop()
        self._let_go()

    def _plan(self, wish_ms: int, at_rest: bool) -> None:
        if not self.port.connected:
            self._due_ms = None  # until it hears something
            return
        if not at_rest or wish_ms < LOOK_MS:
            self._pause_ms = LOOK_MS
        else:
            self._pause_ms = min(self._rarest_ms, math.ceil(max(self._pause_ms, wish_ms) * SLOWER))
            wish_ms = self._pause_ms
        self._due_ms = self._now_ms() + max(1, wish_ms)


def _is_chore(event: PortEvent) -> bool:
    """Whether it is a word that says only that somebody is there, or the broker's on any word."""
    match event:
        case Message(topic=topic):
            return topic.endswith(CHORES)
        case Delivered(fate=fate):
            return fate is Fate.OK
        case _:
            return False
