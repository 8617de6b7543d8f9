"""A USB reader for the tests: it presses keys, and its wire is a FIFO in the place of a device.

The codes are copied by hand from linux/input-event-codes.h and the bytes follow linux/input.h; both
are written down here once more, so that the code is not measured by its own tables.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from fabgate.badges.typed import Key
from fabgate.badges.uid import Uid
from fabgate.devices.clock import SimClock

# By what stands on the keys of a US keyboard.
CODES = {
    "1": 2, "2": 3, "3": 4, "4": 5, "5": 6, "6": 7, "7": 8, "8": 9, "9": 10, "0": 11,
    "Tab": 15, "Q": 16, "E": 18, "Enter": 28, "A": 30, "D": 32, "F": 33, ";": 39, "Shift": 42,
    "C": 46, "B": 48, "/": 53, "RightShift": 54, "Alt": 56, "Space": 57, "CapsLock": 58, "NumLock": 69,
    "kp7": 71, "kp8": 72, "kp9": 73, "kp4": 75, "kp5": 76, "kp6": 77,
    "kp1": 79, "kp2": 80, "kp3": 81, "kp0": 82, "kpEnter": 96, "AltGr": 100,
}  # fmt: skip
STEP_MS = 2


def press(names: str, at_ms: int = 0, step_ms: int = STEP_MS) -> list[Key]:
    """The keys of `Shift+4 kp7 Enter`, each down and up again, `step_ms` between any two moves."""
    moves: list[tuple[str, bool]] = []
    for name in names.split():
        chord = name.split("+")
        moves += [(key, True) for key in chord] + [(key, False) for key in reversed(chord)]
    return [Key(CODES[key], down, at_ms + step_ms * place) for place, (key, down) in enumerate(moves)]


def spelt(number: str) -> str:
    """The keys of a reader for US computers."""
    return " ".join((*number, "Enter"))


def events(keys: Iterable[Key], long_bytes: int = struct.calcsize("@l")) -> bytes:
    """What the kernel gives for these keys: the scan code, the key, the end of the report."""
    layout = struct.Struct({8: "<QQHHi", 4: "<IIHHi"}[long_bytes])

    def packed() -> Iterator[bytes]:
        for key in keys:
            when = (key.at_ms // 1000, key.at_ms % 1000 * 1000)
            yield layout.pack(*when, 4, 4, 0x70004)
            yield layout.pack(*when, 1, key.code, int(key.down))
            yield layout.pack(*when, 0, 0, 0)

    return b"".join(packed())


class Socket:
    """A USB socket of the controller: readers are plugged in and out at `path`."""

    def __init__(self, path: Path, clock: SimClock, plugged: bool = True) -> None:
        self.path, self._clock = path, clock
        self._wire: int | None = None
        self.requests: list[int] = []
        self.refuses: dict[int, int] = {}  # an ioctl's request: the errno that it fails with
        if plugged:
            self.plug_in()

    def plug_in(self) -> None:
        os.mkfifo(self.path)
        self._wire = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def unplug(self) -> None:
        self.path.unlink(missing_ok=True)
        if self._wire is not None:
            os.close(self._wire)
            self._wire = None

    def send(self, data: bytes) -> None:
        assert self._wire is not None
        os.write(self._wire, data)

    def type(self, names: str, long_bytes: int = struct.calcsize("@l")) -> None:
        """A line, long after the one before it."""
        self._clock.advance(5_000)
        keys = press(names, self._clock.now().boot_ms)
        self._clock.advance(len(keys) * STEP_MS)
        self.send(events(keys, long_bytes))

    def tap(self, uid: Uid) -> None:
        """A badge is shown to the reader, if one is there."""
        if self._wire is not None:
            self.type(spelt(str(uid)))

    def ioctl(self, fd: int, request: int, argument: bytearray) -> int:
        """The kernel's side: a FIFO cannot be taken for oneself."""
        self.requests.append(request)
        if request in self.refuses:
            raise OSError(self.refuses[request], os.strerror(self.refuses[request]))
        if request >> 30 == 2:
            argument[: len(NAME)] = NAME
        return 0


NAME = b"Sycreader RFID"
