"""Devices that are not there, by choice or because they could not be opened."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fabgate.devices.protocols import NO_HEAD, Colour, Head, Pattern, Sighting, Sound
from fabgate.errors import DeviceError


class NoReader:
    """No reader: no badge is ever seen."""

    def __init__(self) -> None:
        self._closed = threading.Event()

    def wait(self, timeout_s: float) -> tuple[Sighting, ...]:
        self._closed.wait(timeout_s)
        return ()

    def revive(self) -> None:
        pass

    def close(self) -> None:
        self._closed.set()


class NoLamp:
    def show(self, colour: Colour, pattern: Pattern) -> None:
        pass

    def close(self) -> None:
        pass


class NoBuzzer:
    def play(self, sound: Sound) -> None:
        pass

    def close(self) -> None:
        pass


class NoDisplay:
    def write(self, lines: tuple[str, ...], head: Head = NO_HEAD) -> int:  # noqa: ARG002
        return 1

    def turn(self, page: int, head: Head) -> None:
        pass

    def close(self) -> None:
        pass


class Broken:
    """A device that could not be opened: every use raises what went wrong, as DeviceError.

    It stands in the place of a relay, an input, a meter, a lamp, a buzzer or a display, so that its
    machine goes into fault, or does without, while the other machines of the bench go on (law 8).
    """

    def __init__(self, name: str, wrong: DeviceError) -> None:
        self.name = name
        self._wrong = wrong

    def _fail(self) -> DeviceError:
        return DeviceError(self._wrong.what, self._wrong.remedy)

    @property
    def pressed(self) -> bool:
        raise self._fail()

    def watch(self, told: Callable[[bool], None]) -> None:
        """Nothing will be told; whoever watches reads `pressed` next, and learns why."""

    def read(self) -> int:
        raise self._fail()

    def switch(self, on: bool) -> None:  # noqa: ARG002
        raise self._fail()

    def show(self, colour: Colour, pattern: Pattern) -> None:  # noqa: ARG002
        raise self._fail()

    def play(self, sound: Sound) -> None:  # noqa: ARG002
        raise self._fail()

    def write(self, lines: tuple[str, ...], head: Head = NO_HEAD) -> int:  # noqa: ARG002
        raise self._fail()

    def turn(self, page: int, head: Head) -> None:  # noqa: ARG002
        raise self._fail()

    def close(self) -> None:
        pass
