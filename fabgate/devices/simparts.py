"""The parts of the simulated bench: what the gate holds of it, one part a device.

A part is opened and closed with the daemon; the `Spot` it belongs to is the place in the room and
outlives it: a badge that lies there, a pressed button, a broken wire. Every part checks itself:
what a real device would do wrong in silence raises DeviceError here.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from fabgate.badges.uid import Uid
from fabgate.devices.protocols import NO_HEAD, Appeared, Colour, Head, Left, Pattern, Sound
from fabgate.errors import DeviceError
from fabgate.model import MachineId

ON, OFF = "on", "off"
DARK = f"{Colour.OFF} {Pattern.STEADY}"
SILENT = str(Sound.NONE)
BLANK = ""


class Spot:
    """One machine of the bench as it stands in the room, whether a daemon runs or not.

    `told(device, value)` hears of every change of an output, in the thread that made it, under
    `lock`.
    """

    def __init__(
        self,
        machine: MachineId,
        outputs: tuple[str, ...],
        inputs: tuple[str, ...],
        lock: threading.RLock,
        told: Callable[[str, str], None],
    ) -> None:
        self.machine = machine
        self.lock = lock
        self.shown: dict[str, str] = {**dict.fromkeys(outputs, OFF), "lamp": DARK}
        self.shown |= {"buzzer": SILENT, "display": BLANK}
        self.pressed = dict.fromkeys(inputs, False)
        self.lying: Uid | None = None
        self.milliamperes = 0
        self.broken: set[str] = set()
        self._told = told

    @property
    def devices(self) -> tuple[str, ...]:
        return (*self.shown, *self.pressed, "reader")

    def put(self, device: str, value: str, again: bool = False) -> None:
        """Set an output. Told when it changes; with `again`, also when it stays as it was."""
        if self.shown[device] != value or again:
            self.shown[device] = value
            self._told(device, value)


class _Part:
    """One device of a spot, for as long as it is open."""

    def __init__(self, spot: Spot, name: str) -> None:
        self.name = name
        self._spot = spot
        self._closed = False

    def _check(self) -> None:
        what = f"{self.name} of machine {self._spot.machine}"
        if self._closed:
            raise DeviceError(f"the {what} is closed", "Open the bench again before using it.")
        if self.name in self._spot.broken:
            raise DeviceError(f"the {what} does not answer", f"Say: {self.name} {self._spot.machine} mend")

    def _set(self, value: str, again: bool = False) -> None:
        with self._spot.lock:
            self._check()
            self._spot.put(self.name, value, again)

    def _end(self, value: str) -> None:
        """What the output falls back to when nobody drives it."""
        with self._spot.lock:
            if not self._closed:
                self._closed = True
                self._spot.put(self.name, value)


class SimRelay(_Part):
    def switch(self, on: bool) -> None:
        self._set(ON if on else OFF)

    def close(self) -> None:
        self._end(OFF)


class SimLamp(_Part):
    def show(self, colour: Colour, pattern: Pattern) -> None:
        self._set(f"{colour} {pattern}")

    def close(self) -> None:
        self._end(DARK)


class SimBuzzer(_Part):
    def play(self, sound: Sound) -> None:
        """Kept each time, for two sounds of a kind are two sounds."""
        self._set(str(sound), again=sound is not Sound.NONE)

    def close(self) -> None:
        self._end(SILENT)


class SimDisplay(_Part):
    def write(self, lines: tuple[str, ...], head: Head = NO_HEAD) -> int:  # noqa: ARG002 - words only
        self._set("\n".join(lines))
        return 1

    def turn(self, page: int, head: Head) -> None:
        """Everything stands on one page here, and no clock with it."""

    def close(self) -> None:
        self._end(BLANK)


class SimInput(_Part):
    def __init__(self, spot: Spot, name: str) -> None:
        super().__init__(spot, name)
        self._told: Callable[[bool], None] | None = None

    @property
    def pressed(self) -> bool:
        with self._spot.lock:
            self._check()
            return self._spot.pressed[self.name]

    def watch(self, told: Callable[[bool], None]) -> None:
        with self._spot.lock:
            if not self._closed:
                self._told = told

    def change(self) -> None:
        """Somebody pressed or released it. Called outside the lock: a watcher may do anything."""
        with self._spot.lock:
            deaf = self._closed or self.name in self._spot.broken
            told, pressed = self._told, self._spot.pressed[self.name]
        if told is not None and not deaf:
            told(pressed)

    def close(self) -> None:
        with self._spot.lock:
            self._closed = True
            self._told = None


class SimReader(_Part):
    """Once broken, the reader is blind until it is mended and revived, as a reset chip is."""

    def __init__(self, spot: Spot) -> None:
        super().__init__(spot, "reader")
        self._arrived = threading.Condition(spot.lock)
        self._news: deque[Appeared | Left] = deque()
        self._blind = "reader" in spot.broken
        if not self._blind:
            self._look()

    def wait(self, timeout_s: float) -> tuple[Appeared | Left, ...]:
        with self._arrived:
            self._see()
            if timeout_s > 0:
                self._arrived.wait_for(lambda: self._news or self._blind or self._closed, timeout_s)
            if self._closed:
                return ()
            self._see()
            news = tuple(self._news)
            self._news.clear()
            return news

    def revive(self) -> None:
        with self._arrived:
            self._check()
            if self._blind:
                self._blind = False
                self._look()

    def show(self, news: Appeared | Left) -> None:
        """A badge moves before the reader, which sees it unless it is blind or closed."""
        with self._arrived:
            if not self._blind and not self._closed:
                self._news.append(news)
                self._arrived.notify_all()

    def dazzle(self) -> None:
        """It goes blind. What it saw and nobody asked for yet is lost: it must not count later."""
        with self._arrived:
            self._blind = True
            self._news.clear()
            self._arrived.notify_all()

    def close(self) -> None:
        with self._arrived:
            self._closed = True
            self._arrived.notify_all()

    def _see(self) -> None:
        self._check()
        if self._blind:
            raise DeviceError(
                f"the reader of machine {self._spot.machine} was reset and sees nothing",
                "Revive it before waiting for badges.",
            )

    def _look(self) -> None:
        """It comes up, or sees again: what lies there now is told, and is not fresh."""
        self._news.clear()
        if self._spot.lying is not None:
            self._news.append(Appeared(self._spot.lying, fresh=False))
