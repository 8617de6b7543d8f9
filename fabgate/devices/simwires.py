"""The wires of the simulated bench that know of each other: contactor and mirror, charge pump, clamp."""

from __future__ import annotations

from dataclasses import replace

from fabgate.devices.simparts import OFF, ON, SimInput, SimRelay, Spot, _Part
from fabgate.model import Clock, Moment

PUMP_MS = 500  # how long a charge pump gives power after its last edge


class SimMeter(_Part):
    """A clamp: it measures what the machine draws, whoever switched it on."""

    def __init__(self, spot: Spot) -> None:
        super().__init__(spot, "meter")

    def read(self) -> int:
        with self._spot.lock:
            self._check()
            return self._spot.milliamperes

    def close(self) -> None:
        with self._spot.lock:
            self._closed = True


class SimMirror(SimInput):
    """The mirror contact of a contactor: pressed while its output is on.

    A hand that presses or releases it holds it there: pressed is a welded contactor, released one
    whose coil does not pull. From `let_go` on it follows its output again.
    """

    def __init__(self, spot: Spot, name: str, output: str, held: set[str]) -> None:
        super().__init__(spot, name)
        self._output = output
        self._held = held

    def hold(self) -> None:
        self._held.add(self.name)

    def let_go(self) -> None:
        self._held.discard(self.name)
        self.follow()

    def follow(self) -> None:
        """The output moved, perhaps. Called outside the lock, as `change` is."""
        with self._spot.lock:
            closed = self._spot.shown[self._output] == ON
            moved = self.name not in self._held and self._spot.pressed[self.name] != closed
            if moved:
                self._spot.pressed[self.name] = closed
        if moved:
            self.change()


class SimContactor(SimRelay):
    """A relay with a contactor behind it, which moves its mirror contact, one of `mirrors`."""

    def __init__(self, spot: Spot, name: str, mirrors: tuple[SimMirror, ...]) -> None:
        super().__init__(spot, name)
        self._mirrors = mirrors

    def switch(self, on: bool) -> None:
        super().switch(on)
        self._follow()

    def close(self) -> None:
        super().close()
        self._follow()

    def _follow(self) -> None:
        for mirror in self._mirrors:
            mirror.follow()


class SimPump(_Part):
    """A dead-man line: shown as what its charge pump gives, not as the square wave that feeds it.

    On from an edge until `PUMP_MS` after the last one; low at once when nobody drives the line.
    """

    def __init__(self, spot: Spot, name: str, clock: Clock) -> None:
        super().__init__(spot, name)
        self._clock = clock
        self._level = False
        self._until_ms = 0

    def switch(self, on: bool) -> None:
        with self._spot.lock:
            self._check()
            if on != self._level:
                self._level = on
                self._until_ms = self._clock.now().boot_ms + PUMP_MS
                self._spot.put(self.name, ON)

    def lapsed(self) -> Moment | None:
        """When it ran dry, if it did and is still shown as on: not when somebody looked."""
        now = self._clock.now()
        late_ms = now.boot_ms - self._until_ms
        if late_ms < 0 or self._spot.shown[self.name] == OFF:
            return None
        return replace(now, boot_ms=self._until_ms, wall_ms=now.wall_ms - late_ms)

    def close(self) -> None:
        self._end(OFF)
