"""From the keys that a USB reader presses to the number of the badge.

To the computer such a reader is a keyboard: it presses keys by their place and ends with Enter.
Which sign stands at a place is a matter of the layout that the reader was made for, and what the
signs mean is a matter of its maker: hexadecimal or decimal, first byte first or last.

Nothing is guessed here. A line with anything odd in it is dropped whole, because half of a badge
number can be the whole number of another badge. Keys come with their time, and nothing else tells
time here (CLOCK_BOOTTIME, as the kernel stamped them). Codes of keys: linux/input-event-codes.h.
"""

from __future__ import annotations

import enum
import string
from collections.abc import Mapping
from dataclasses import dataclass, field

from fabgate.badges.uid import Uid
from fabgate.errors import BadgeError

LINE_MS = 1_000  # a reader types a number in a tenth of this
LONGEST = 25  # digits of the largest 10-byte number

ENTERS = frozenset({28, 96})  # the main Enter, the keypad's
SHIFTS = frozenset({42, 54})
NUM_LOCK = 69  # some readers press it first; a key of the keypad is a digit here in any case

_ROW = dict(zip("1234567890", range(2, 12), strict=True))
_KEYPAD = {"7": 71, "8": 72, "9": 73, "4": 75, "5": 76, "6": 77, "1": 79, "2": 80, "3": 81, "0": 82}
_QWERTY = {"A": 30, "B": 48, "C": 46, "D": 32, "E": 18, "F": 33}
_AZERTY = _QWERTY | {"A": 16}

Signs = Mapping[tuple[int, bool], str]  # by code and whether Shift is held


def _signs(letters: Mapping[str, int], *, shifted_digits: bool) -> Signs:
    row = {(code, shifted_digits): sign for sign, code in _ROW.items()}
    pad = {(code, False): sign for sign, code in _KEYPAD.items()}
    either = {(code, shift): sign for sign, code in letters.items() for shift in (False, True)}
    return row | pad | either


LAYOUTS: Mapping[str, Signs] = {
    "us": _signs(_QWERTY, shifted_digits=False),
    "fr": _signs(_AZERTY, shifted_digits=True),
    "be": _signs(_AZERTY, shifted_digits=True),
    "de": _signs(_QWERTY, shifted_digits=False),
}


# --- keys to a line ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """A key that went down or came up, when (CLOCK_BOOTTIME ms)."""

    code: int
    down: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The kernel had no more room: keys are missing, nobody knows which."""

    at_ms: int


class Flaw(enum.StrEnum):
    """Why a line was dropped, as the log says it."""

    SLOW = "it did not end within a second"
    LONG = "it is too long"
    FOREIGN = "a key in it is no digit on this layout"
    LOST = "keys of it were lost"
    CUT = "it may have begun before the reader was opened"


@dataclass(frozen=True, slots=True)
class Typed:
    """A whole line: digits 0-9 and A-F. It is a badge's number, so it has no `repr`."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Dropped:
    why: Flaw


class Line:
    """The line that is being typed at a reader that was opened at `opened_ms`.

    A line that is spoilt goes on until Enter or until a second of silence: its rest is no line.
    """

    def __init__(self, layout: str, opened_ms: int) -> None:
        self._signs = LAYOUTS[layout]
        self._whole_ms = opened_ms + LINE_MS  # what is typed earlier may have begun before the opening
        self._shifts: set[int] = set()
        self._text: list[str] = []
        self._flaw: Flaw | None = None
        self._begun_ms: int | None = None
        self._last_ms = 0

    def take(self, event: Key | Lost) -> Typed | Dropped | None:
        """What this key completes: mostly nothing yet, at Enter a line, or what had to be dropped."""
        dropped = self.lapse(event.at_ms)
        self._last_ms = event.at_ms
        if self._begun_ms is not None and not 0 <= event.at_ms - self._begun_ms <= LINE_MS:
            self._spoil(Flaw.SLOW)
        match event:
            case Lost(at_ms):
                self._shifts.clear()
                self._begin(at_ms)
                self._spoil(Flaw.LOST)
            case Key(code, down) if code in SHIFTS:
                (self._shifts.add if down else self._shifts.discard)(code)
            case Key(code, True) if code in ENTERS:
                return dropped or self._end()
            case Key(code, True, at_ms) if code != NUM_LOCK:
                self._begin(at_ms)
                self._add(code)
        return dropped

    def lapse(self, now_ms: int) -> Dropped | None:
        """Drop what has been standing there without a further key for over a second."""
        if self._begun_ms is None or now_ms - self._last_ms <= LINE_MS:
            return None
        self._spoil(Flaw.SLOW)
        ended = self._end()
        assert isinstance(ended, Dropped)
        return ended

    def _begin(self, at_ms: int) -> None:
        if self._begun_ms is None:
            self._begun_ms = at_ms
            if at_ms < self._whole_ms:
                self._spoil(Flaw.CUT)

    def _add(self, code: int) -> None:
        sign = self._signs.get((code, bool(self._shifts)))
        if sign is None:
            self._spoil(Flaw.FOREIGN)
        elif len(self._text) == LONGEST:
            self._spoil(Flaw.LONG)
        else:
            self._text.append(sign)

    def _spoil(self, flaw: Flaw) -> None:
        self._flaw = self._flaw or flaw

    def _end(self) -> Typed | Dropped | None:
        text, flaw = "".join(self._text), self._flaw
        self._text.clear()
        self._flaw = self._begun_ms = None
        if flaw is not None:
            return Dropped(flaw)
        return Typed(text) if text else None


# --- a line to a UID --------------------------------------------------------------------------


class Format(enum.StrEnum):
    HEX = "hex"
    DECIMAL = "decimal"


class Order(enum.StrEnum):
    """Which byte of the badge's number is written first."""

    NORMAL = "normal"
    REVERSED = "reversed"


# How many digits stand for how many bytes. Decimal numbers have leading zeros (a reader of the
# kind "10D"): without them nobody can tell a short number from one whose beginning was lost.
SIZES: Mapping[Format, Mapping[int, int]] = {
    Format.HEX: {8: 4, 14: 7, 20: 10},
    Format.DECIMAL: {10: 4, 17: 7, 25: 10},
}


@dataclass(frozen=True, slots=True)
class Notation:
    """How a reader writes numbers. `digits`: always so many; None: any length that the format has."""

    format: Format = Format.HEX
    order: Order = Order.NORMAL
    digits: int | None = None

    def uid(self, text: str) -> Uid:
        """The UID that a line means. Raises BadgeError, which does not say the number."""
        return Uid(self.raw(text))

    def raw(self, text: str) -> bytes:
        """The bytes of a line, first byte first, whether or not a badge may have them. Raises BadgeError."""
        size = SIZES[self.format].get(len(text))
        if size is None or self.digits not in (None, len(text)):
            raise BadgeError(f"it has {len(text)} digits, which is not what this reader types", _TEST)
        raw = _bytes(text, self.format, size)
        return raw if self.order is Order.NORMAL else raw[::-1]


def is_random(raw: bytes) -> bool:
    """Whether a phone or a bank card made this number up for this one tap (ISO/IEC 14443-3)."""
    return len(raw) == 4 and raw[0] == 0x08


_TEST = "See what it types: fabgate reader test"


def _bytes(text: str, form: Format, size: int) -> bytes:
    known = string.hexdigits if form is Format.HEX else string.digits
    if not set(text) <= set(known):
        raise BadgeError(f"there is a sign in it that is no {form} digit", _TEST)
    number = int(text, 16 if form is Format.HEX else 10)
    if number >= 1 << (8 * size):
        raise BadgeError(f"it is too large a number for {size} bytes", _TEST)
    return number.to_bytes(size, "big")
