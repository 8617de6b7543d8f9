"""A reader with an RC522: looks ten times a second, tells who came and who is gone, and heals itself.

A look wakes the field, selects the one badge in it and halts it at the beginning of the next look,
so that a badge that stays is seen each time. Two badges are refused and never picked from; a number
that does not stay is refused too. What cannot be read is no badge.

The chip is looked over every few seconds, and at once when a look is odd or a badge is missing: so
nobody is told gone by a chip that does not see. A chip that lost its settings is reset by its RST
line and set up anew; one that stays blind, or falls ill again at once, raises DeviceError until
`revive` succeeds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from typing import Protocol, TypeVar

from fabgate.badges import iso14443
from fabgate.badges.iso14443 import Answer, Found, Frame, Nobody, Selected, Several
from fabgate.badges.uid import Uid
from fabgate.devices.protocols import Reader, Sighting
from fabgate.devices.rc522_chip import Chip, Spi, Ticks
from fabgate.devices.rc522_mount import Mount
from fabgate.devices.rc522_sight import Sight, Thing
from fabgate.errors import BadgeError, DeviceError
from fabgate.model import Code, Hold

log = logging.getLogger(__name__)
Outcome = TypeVar("Outcome")

PERIOD_S = 0.1  # from look to look
AGAIN_S = 0.025  # after a look that showed something it could not read
AGAIN = 8  # so often in a row
LEAST_S = 0.001  # a wait that rounds to nothing would spin
PROBE_S = 3.0  # from one look at the chip itself to the next
RESET_S = 0.05  # RST low; and then until the crystal runs
RELAPSE_S = 10.0  # a chip that falls ill again so soon is not well
SETTLED = 3  # looks until the reader is up: what it has seen by then lay there before
# How long a badge must be missed until it has left. In a slot that begins the end of a session; at
# a tap reader it only begins the two seconds after which the same badge counts again.
PATIENCE_S = {Hold.SLOT: 1.0, Hold.TAP: 0.3}


class Mounting(Protocol):
    """What holds the chip: the bus, and the line RST. See `rc522_mount.Mount`."""

    @property
    def spi(self) -> Spi: ...

    def drive_reset(self, high: bool) -> None: ...

    def soft_reset(self) -> None: ...

    def close(self) -> None: ...


def open_rc522(bus: int, device: int, reset: int, clock: Ticks = time, hold: Hold = Hold.SLOT) -> Reader:
    """The reader on chip select `device` of SPI bus `bus`, its RST on BCM number `reset`.

    Never raises: a reader that is not there is blind, and says why at the first `wait`.
    """
    name = f"the reader on /dev/spidev{bus}.{device} (RST on GPIO{reset})"
    return Rc522(name, lambda: Mount(bus, device, reset), clock, PATIENCE_S[hold])


class Rc522:
    """See the module. `mount` opens bus and reset line; it is called until it once succeeds."""

    def __init__(self, name: str, mount: Callable[[], Mounting], clock: Ticks, patience_s: float) -> None:
        self._name, self._open, self._clock = name, mount, clock
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._mount: Mounting | None = None
        self._chip: Chip | None = None  # None: blind, or not yet up
        self._wrong: DeviceError | None = None
        self._ill_s: float | None = None  # when it last had to be reset
        self._begin()

    def wait(self, timeout_s: float) -> tuple[Sighting, ...]:
        """As `Reader.wait`; looks at most ten times a second, and notices a close within that."""
        if self._closed.is_set():
            raise self._shut()
        until_s = self._clock.monotonic() + timeout_s
        while True:
            with self._lock:
                if self._closed.is_set():
                    return ()
                news = self._turn()
            now_s = self._clock.monotonic()
            if news or now_s >= until_s:
                return news
            self._clock.sleep(max(LEAST_S, min(until_s, self._due_s) - now_s))

    def revive(self) -> None:
        with self._lock:
            if self._closed.is_set():
                raise self._shut()
            if self._chip is None:
                self._come_up()

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            mount, self._mount, self._chip = self._mount, None, None
            if mount is not None:
                mount.close()

    def _shut(self) -> DeviceError:
        return DeviceError(f"{self._name} is closed", "Open the bench again before using it.")

    # --- up and down --------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Nothing is known of the field."""
        self._sight = Sight(self._patience_s)
        self._looks = 0  # that showed something clear, since it came up
        self._active = False  # a badge is selected and not yet halted
        self._crowds = self._unclear = 0  # looks in a row
        self._due_s = self._probe_s = self._clock.monotonic()

    def _come_up(self) -> Chip:
        """Open what is not open, reset the chip and set it up. Raises DeviceError; blind then."""
        self._chip = None
        try:
            if self._mount is None:
                self._mount = self._open()
            chip = self._reset(self._mount)
        except DeviceError as error:
            self._wrong = error
            raise
        self._begin()
        self._chip, self._wrong = chip, None
        return chip

    def _reset(self, mount: Mounting) -> Chip:
        for high in (False, True):
            mount.drive_reset(high)
            self._clock.sleep(RESET_S)
        mount.soft_reset()
        chip = Chip(mount.spi, self._clock)
        try:
            self._clock.sleep(RESET_S / 10)
            chip.set_up()
            wrong = chip.ailment()
        except OSError as error:
            raise self._failed(str(error)) from error
        if wrong is not None:
            raise self._failed(wrong)
        return chip

    def _failed(self, how: str) -> DeviceError:
        return DeviceError(
            f"{self._name} {how}",
            "See its wiring: 3.3 V, ground, SDA, SCK, MOSI, MISO and RST, leads of less than 20 cm.",
        )

    def _heal(self, wrong: str) -> None:
        """The chip is ill: reset it. Raises DeviceError if it stays so, or was just so; blind then."""
        now_s = self._clock.monotonic()
        log.warning("event=reader_reset reader=%r why=%r", self._name, wrong)
        relapse = self._ill_s is not None and now_s - self._ill_s < RELAPSE_S
        self._ill_s = now_s
        if relapse:
            self._chip, self._wrong = None, self._failed(wrong)
            raise self._wrong
        known = self._sight
        self._come_up()
        known.forgive()
        self._sight = known

    # --- a look -------------------------------------------------------------------------------------

    def _turn(self) -> tuple[Sighting, ...]:
        """Look, if it is time to."""
        chip = self._chip
        if chip is None:
            if self._wrong is not None:
                raise DeviceError(self._wrong.what, self._wrong.remedy)
            chip = self._come_up()
        at_s = self._clock.monotonic()
        if at_s < self._due_s:
            return ()
        self._due_s = at_s + PERIOD_S
        try:
            return self._look(chip, at_s)
        except DeviceError:
            raise
        except OSError as error:
            self._chip, self._wrong = None, self._failed(f"cannot be reached: {error}")
            raise self._wrong from error

    def _look(self, chip: Chip, at_s: float) -> tuple[Sighting, ...]:
        found = self._find(chip)
        clear = isinstance(found, Nobody | Selected)
        if self._doubtful(found, at_s):
            self._probe_s = at_s + PROBE_S
            if (wrong := chip.ailment()) is not None:
                self._heal(wrong)
                return ()
        news = self._sight.look(self._seen(chip, found), at_s, fresh=self._looks >= SETTLED)
        self._looks += clear
        self._unclear = 0 if clear else self._unclear + 1
        if 0 < self._unclear <= AGAIN:
            self._due_s = at_s + AGAIN_S
        return news

    def _find(self, chip: Chip) -> Found:
        chip.begin()
        if self._active:
            chip.exchange(iso14443.HLTA)
        found = self._carry(chip, iso14443.find())
        if isinstance(found, Nobody) and (self._unclear or not self._sight.empty):
            # Who was not halted, or not selected to the end, takes the first call for an error.
            found = self._carry(chip, iso14443.find())
        self._active = isinstance(found, Selected)
        return found

    def _doubtful(self, found: Found, at_s: float) -> bool:
        """Whether the chip is to be looked over before this is believed; never before a new badge,
        whose CRC no chip makes up."""
        match found:
            case Selected(raw):
                return at_s >= self._probe_s and self._sight.knows(_thing(raw))
            case Nobody():
                return at_s >= self._probe_s or not self._sight.empty
            case _:
                return True

    def _seen(self, chip: Chip, found: Found) -> set[Thing]:
        self._crowds = self._crowds + 1 if isinstance(found, Several) else 0
        if isinstance(found, Selected):
            return {_thing(found.raw)}
        if not self._crowds:
            return set()
        # A badge that holds a session is not gone because another lies beside it.
        seen: set[Thing] = {uid for uid in self._sight.badges if self._still_there(chip, uid)}
        if self._crowds > 1:  # once may be a badge that just comes into the field
            seen.add(Code.TWO_BADGES)
        return seen

    def _still_there(self, chip: Chip, uid: Uid) -> bool:
        there = self._carry(chip, iso14443.still_there(uid.raw))
        self._active = self._active or there
        return there

    def _carry(self, chip: Chip, exchange: Generator[Frame, Answer, Outcome]) -> Outcome:
        """Send what the exchange wants sent, until it knows."""
        try:
            frame = next(exchange)
            while True:
                frame = exchange.send(chip.exchange(frame))
        except StopIteration as done:
            outcome: Outcome = done.value
            return outcome


def _thing(raw: bytes) -> Thing:
    """The badge of this number, or why it is none."""
    try:
        return Uid(raw)
    except BadgeError:
        return Code.RANDOM_BADGE
