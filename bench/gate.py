"""The real daemon in this process, on a bench that only notes when its relay and its lamp moved."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping

from fabgate.badges.uid import Uid
from fabgate.config import Settings
from fabgate.devices.clock import SystemClock
from fabgate.devices.none import NoBuzzer, NoDisplay
from fabgate.devices.protocols import Colour, Devices, Pattern, Sighting
from fabgate.events import BadgeGone, BadgeSeen
from fabgate.gate.run import SWITCH_S, Daemon
from fabgate.model import MachineId, Moment
from fabgate.store.keys import Keys

LASER = MachineId("laser")


class NotedRelay:
    name = "relay"

    def __init__(self) -> None:
        self.moved = threading.Event()
        self.at = 0.0
        self.on = False

    def switch(self, on: bool) -> None:
        self.on = on
        self.at = time.perf_counter()
        self.moved.set()

    def close(self) -> None:
        self.on = False


class NotedLamp:
    def __init__(self) -> None:
        self.red = threading.Event()
        self.at = 0.0

    def show(self, colour: Colour, pattern: Pattern) -> None:
        if colour is Colour.RED:
            self.at = time.perf_counter()
            self.red.set()

    def close(self) -> None:
        return


class QuietReader:
    """Nobody shows a badge: the bench posts its own."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def wait(self, timeout_s: float) -> tuple[Sighting, ...]:
        self._over.wait(timeout_s)
        return ()

    def revive(self) -> None:
        return

    def close(self) -> None:
        self._over.set()


class NotedBench:
    def __init__(self) -> None:
        self.relay, self.lamp = NotedRelay(), NotedLamp()
        outputs = {self.relay.name: self.relay}
        devices = Devices(outputs, (), (QuietReader(),), self.lamp, NoBuzzer(), NoDisplay())
        self.machines: Mapping[MachineId, Devices] = {LASER: devices}

    def close(self) -> None:
        self.relay.close()


class SteppedClock(SystemClock):
    """The real clock, moved on between two measurements so that a badge counts again at once."""

    ahead_ms = 0

    def now(self) -> Moment:
        real = super().now()
        return Moment(real.boot, real.boot_ms + self.ahead_ms, real.wall_ms, real.synced)


class RunningGate:
    """A daemon that serves in a thread of this process."""

    def __init__(self, settings: Settings) -> None:
        sys.setswitchinterval(SWITCH_S)
        self.clock = SteppedClock("trusted")
        self.bench = NotedBench()
        self.keys = Keys.load(settings.gate.state)
        self.daemon = Daemon(settings, self.clock, self.bench)
        self._thread = threading.Thread(target=self.daemon.run, daemon=True)
        self._thread.start()
        if not self.daemon.ready.wait(30):
            raise RuntimeError("the gate did not become ready")

    def tap(self, uid: Uid) -> tuple[float, float]:
        """Seconds from the badge event to the relay, on and then off again."""
        return self._tap(uid), self._tap(uid)

    def refusal(self, uid: Uid) -> float:
        """Seconds from the badge event to the red lamp."""
        token = self.keys.tokens(uid)[0]
        self._pass()
        self.bench.lamp.red.clear()
        begun = time.perf_counter()
        self.daemon.post(BadgeSeen(LASER, token, self.clock.now()))
        self.bench.lamp.red.wait(5)
        took = self.bench.lamp.at - begun
        self.daemon.post(BadgeGone(LASER, token, self.clock.now()))
        return took

    def close(self) -> None:
        self.daemon.end()
        self._thread.join(10)

    def _tap(self, uid: Uid) -> float:
        token = self.keys.tokens(uid)[0]
        self._pass()
        self.bench.relay.moved.clear()
        begun = time.perf_counter()
        self.daemon.post(BadgeSeen(LASER, token, self.clock.now()))
        if not self.bench.relay.moved.wait(5):
            raise RuntimeError("the relay did not move")
        took = self.bench.relay.at - begun
        self.daemon.post(BadgeGone(LASER, token, self.clock.now()))
        return took

    def _pass(self) -> None:
        """Until the gate is at rest; then long enough for a badge to count again."""
        self.daemon.settle(5)
        self.clock.ahead_ms += 4_500
