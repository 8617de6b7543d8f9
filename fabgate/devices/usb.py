"""USB readers that type the badge's number as a keyboard, read from their input device.

The device is taken for us alone (EVIOCGRAB): what it types reaches no login prompt and no other
program. Nothing has to be compiled: the events are read as linux/input.h lays them out.

Such a reader tells when a badge comes and cannot tell when it goes: each badge appears, fresh, and
has left at once. It serves machines that are tapped on and off. A machine whose badge stays in a
slot needs a reader that sees it lie there; one with nothing but a USB reader is a mistake that the
check of the configuration refuses. A badge that lies there when the reader is opened is not seen.

It is blind while its device is gone, and is found again by its path. The names in
/dev/input/by-id stay with the reader; /dev/input/event3 may be another device after the next boot.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import math
import os
import select
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from fabgate.badges.typed import (
    LAYOUTS,
    SIZES,
    Dropped,
    Format,
    Key,
    Line,
    Lost,
    Notation,
    Order,
    Typed,
    is_random,
)
from fabgate.badges.uid import Uid
from fabgate.devices.clock import SystemClock
from fabgate.devices.protocols import Appeared, Left, Reader, Refused, Sighting
from fabgate.errors import BadgeError, DeviceError
from fabgate.model import Clock, Code

log = logging.getLogger(__name__)

Ioctl = Callable[[int, int, bytearray], int]

# struct input_event: the time as two unsigned longs, type, code, value; by the size of a long.
EVENTS = {8: struct.Struct("=QQHHi"), 4: struct.Struct("=IIHHi")}
LONG = struct.calcsize("@l")
EV_SYN, EV_KEY, SYN_DROPPED = 0, 1, 3

CHUNK = 1_024  # events; the kernel keeps fewer for a keyboard
LONGEST_WAIT_S = 3_600.0
TELL_MS = 10_000  # a stuck key must not fill the log


def _ioctl(fd: int, request: int, argument: bytearray) -> int:
    return int(fcntl.ioctl(fd, request, argument))


def _ioc(way: int, number: int, size: int) -> int:
    """_IOC of asm-generic/ioctl.h, as on ARM and x86, with the type of input.h, 'E'."""
    return way << 30 | size << 16 | ord("E") << 8 | number


GRAB = _ioc(1, 0x90, 4)
SET_CLOCK = _ioc(1, 0xA0, 4)
NAME_BYTES = 256
GET_NAME = _ioc(2, 0x06, NAME_BYTES)

BY_ID, BY_PATH = Path("/dev/input/by-id"), Path("/dev/input/by-path")


def open_usb(
    path: Path | None,
    layout: str,
    format: str,  # noqa: A002 - the word of the configuration
    order: str,
    clock: Clock | None = None,
    digits: int | None = None,
) -> Reader:
    """The reader at `path`, which may be plugged in later: it is blind until then.

    Settings as the configuration words them; `clock` is the controller's own if none is given.
    Raises DeviceError for a setting that is none.
    """
    if path is None:
        raise DeviceError(
            "a USB reader needs the path of its device",
            f'Write path = "{BY_ID}/..."; `ls {BY_ID}` names the ones that are plugged in.',
        )
    words = (("layout", layout, LAYOUTS), ("format", format, Format), ("order", order, Order))
    for name, word, known in words:
        if word not in list(known):
            raise DeviceError(
                f"the USB reader at {path}: there is no {name} {word!r}", f"Known: {', '.join(known)}."
            )
    notation = Notation(Format(format), Order(order), digits)
    if digits is not None and digits not in SIZES[notation.format]:
        fitting = ", ".join(map(str, SIZES[notation.format]))
        raise DeviceError(
            f"the USB reader at {path}: no badge number has {digits} {format} digits", f"Known: {fitting}."
        )
    clock = clock or SystemClock("trusted")
    return UsbReader(Keyboard(path), layout, notation, clock)


class UsbReader:
    """A reader made of a keyboard. One that is not there begins blind."""

    def __init__(self, keyboard: Keyboard, layout: str, notation: Notation, clock: Clock) -> None:
        self._keyboard, self._layout, self._notation, self._clock = keyboard, layout, notation, clock
        self._line = Line(layout, 0)
        self._told_ms: int | None = None
        self._untold = 0
        with suppress(DeviceError):  # the first wait raises it
            self._open()

    def wait(self, timeout_s: float) -> tuple[Sighting, ...]:
        until_ms = self._now_ms() + timeout_s * 1000
        while True:
            keys = self._keyboard.keys((until_ms - self._now_ms()) / 1000)
            seen = tuple(self._seen(keys))
            if seen or not keys or self._now_ms() >= until_ms:
                self._drop(self._line.lapse(self._now_ms()))
                return seen

    def revive(self) -> None:
        if self._keyboard.blind:
            self._open()

    def describe(self) -> str:
        """Which device it is and how it is read, for whoever installs it."""
        notation = self._notation
        return f"{self._keyboard.describe()}; {self._layout}, {notation.format}, {notation.order}"

    def close(self) -> None:
        self._keyboard.close()

    def _open(self) -> None:
        """Half a line from before is forgotten, and so is what began before now."""
        self._keyboard.open()
        self._line = Line(self._layout, self._now_ms())

    def _now_ms(self) -> int:
        return self._clock.now().boot_ms

    def _seen(self, keys: tuple[Key | Lost, ...]) -> Iterator[Sighting]:
        for key in keys:
            match self._line.take(key):
                case Typed(text):
                    yield from self._badge(text)
                case dropped:
                    self._drop(dropped)

    def _badge(self, text: str) -> tuple[Sighting, ...]:
        try:
            raw = self._notation.raw(text)
            if is_random(raw):
                return (Refused(Code.RANDOM_BADGE),)
            uid = Uid(raw)
        except BadgeError as error:
            self._tell(error.what)
            return ()
        return (Appeared(uid, fresh=True), Left(uid))

    def _drop(self, dropped: Dropped | None) -> None:
        if dropped is not None:
            self._tell(dropped.why)

    def _tell(self, why: str) -> None:
        """Why a line was no badge, never what stood in it (law 12)."""
        now_ms = self._now_ms()
        if self._told_ms is not None and now_ms - self._told_ms < TELL_MS:
            self._untold += 1
            return
        log.warning(
            "event=line_dropped reader=%s why=%r untold=%d", self._keyboard.path, str(why), self._untold
        )
        self._told_ms, self._untold = now_ms, 0


# --- the device -------------------------------------------------------------------------------


class Keyboard:
    """The keys of an input device, for us alone. One thread reads it; any thread may close it.

    `long_bytes` is the size of a C long of this process, by which the kernel lays out its events.
    """

    def __init__(self, path: Path, *, ioctl: Ioctl = _ioctl, long_bytes: int = LONG) -> None:
        self.path = path
        self._ioctl, self._event = ioctl, EVENTS[long_bytes]
        self._lock = threading.Lock()
        self._woken = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._fd: int | None = None
        self._wrong = DeviceError(f"the reader at {path} was not opened")
        self._closed = False
        self._rest = b""

    @property
    def blind(self) -> bool:
        return self._fd is None

    def open(self) -> None:
        """Take the device, again if need be. Raises DeviceError."""
        with self._lock:
            self._check_open()
            self._let_go()
            try:
                self._fd = self._take()
            except OSError as error:
                self._wrong = _explained(self.path, error)
                raise self._again() from error

    def keys(self, timeout_s: float) -> tuple[Key | Lost, ...]:
        """What was pressed, () if nothing was within `timeout_s` or it was closed meanwhile.

        Raises DeviceError when the device is not open, and lets it go when it fails.
        """
        with self._lock:
            self._check_open()
            if self._fd is None:
                raise self._again()
            return tuple(self._decoded(self._read(self._fd, timeout_s)))

    def describe(self) -> str:
        """The path, and the name that the device gives itself."""
        name = bytearray(NAME_BYTES)
        with suppress(OSError):
            if self._fd is not None:
                self._ioctl(self._fd, GET_NAME, name)
        said = name.split(b"\0")[0].decode("utf-8", "replace")
        return f"{said or 'USB reader'} at {self.path}"

    def close(self) -> None:
        """A reading that waits ends at once. A second close does nothing."""
        if self._closed:
            return
        self._closed = True
        os.eventfd_write(self._woken, 1)
        with self._lock:
            self._let_go()
            os.close(self._woken)

    def _check_open(self) -> None:
        if self._closed:
            raise DeviceError(f"the reader at {self.path} is closed", "Open the bench again before using it.")

    def _again(self) -> DeviceError:
        return DeviceError(self._wrong.what, self._wrong.remedy)

    def _take(self) -> int:
        fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            # Times in events are then lengths since boot, as our clock's, which nobody can set.
            self._ioctl(fd, SET_CLOCK, bytearray(struct.pack("=i", time.CLOCK_BOOTTIME)))
            self._ioctl(fd, GRAB, bytearray(4))  # any argument but a null pointer takes it
        except OSError:
            os.close(fd)
            raise
        return fd

    def _let_go(self) -> None:
        self._rest = b""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _read(self, fd: int, timeout_s: float) -> bytes:
        """Bytes of events, b"" if there are none in time. Raises DeviceError, and lets the device go."""
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        ready = dict(poll.poll(math.ceil(min(max(timeout_s, 0), LONGEST_WAIT_S) * 1000)))
        if self._closed or fd not in ready:
            return b""
        try:
            chunk = os.read(fd, CHUNK * self._event.size)
            if not chunk:
                raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        except OSError as error:
            self._let_go()
            self._wrong = _explained(self.path, error)
            raise self._again() from error
        return chunk

    def _decoded(self, chunk: bytes) -> Iterator[Key | Lost]:
        """Keys only: what repeats of itself, lamps and scan codes are left out."""
        data = self._rest + chunk
        whole = len(data) - len(data) % self._event.size
        self._rest = data[whole:]
        for seconds, micros, kind, code, value in self._event.iter_unpack(data[:whole]):
            at_ms = seconds * 1000 + micros // 1000
            if (kind, code) == (EV_SYN, SYN_DROPPED):
                yield Lost(at_ms)
            elif kind == EV_KEY and value in (0, 1):
                yield Key(code, value == 1, at_ms)


def _explained(path: Path, error: OSError) -> DeviceError:
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO | errno.EIO:
            return DeviceError(
                f"there is no reader at {path}", f"Plug it in; `ls {BY_ID}` names the ones that are."
            )
        case errno.EACCES | errno.EPERM:
            return DeviceError(
                f"the reader at {path} may not be opened",
                "Let the gate read input devices: sudo usermod -aG input fabgate, then restart it.",
            )
        case errno.EBUSY:
            return DeviceError(
                f"the reader at {path} is taken by another program",
                f"Stop that program: sudo fuser -v {path} names it.",
            )
        case errno.ENOTTY | errno.EINVAL:
            return DeviceError(
                f"{path} is no input device", f"Give the one in {BY_ID} whose name ends in event-kbd."
            )
    return DeviceError(f"the reader at {path} fails: {error.strerror}", "Unplug it and plug it in again.")


# --- which devices there are ------------------------------------------------------------------


def keyboards(folder: Path = BY_ID) -> tuple[Path, ...]:
    """Everything that is plugged in and types, by its lasting name."""
    return tuple(sorted(folder.glob("*-event-kbd")))


def lasting(device: Path, folders: tuple[Path, ...] = (BY_ID, BY_PATH)) -> Path:
    """The name of a device that stays with it, or its path as it was given where it has none."""
    for folder in folders:
        for link in sorted(folder.glob("*")):
            if os.path.realpath(link) == os.path.realpath(device):
                return link
    return device
