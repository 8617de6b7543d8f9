"""What the keys of a USB reader could mean: for whoever has to find its settings.

The gate itself never guesses. Here every layout, format and order is tried, and a person who knows
the number of the badge in their hand sees which one gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fabgate.badges.typed import (
    ENTERS,
    LAYOUTS,
    NUM_LOCK,
    SHIFTS,
    SIZES,
    Format,
    Key,
    Notation,
    Order,
)
from fabgate.badges.uid import Uid
from fabgate.errors import BadgeError

# By what stands on the keys of a US keyboard.
_ROWS = (
    (2, "1234567890-="),
    (16, "QWERTYUIOP[]"),
    (30, "ASDFGHJKL;'"),
    (44, "ZXCVBNM,./"),
    (71, "789-456+1230."),
)
NAMES = {first + place: sign for first, row in _ROWS for place, sign in enumerate(row)} | {
    15: "Tab",
    28: "Enter",
    29: "Ctrl",
    56: "Alt",
    57: "Space",
    58: "CapsLock",
    NUM_LOCK: "NumLock",
    96: "Enter",
    97: "Ctrl",
    100: "AltGr",
}
KEYPAD = range(71, 84)


def legend(keys: Iterable[Key]) -> str:
    """The keys as a person would name them: `Shift+4 keypad-7 Enter`."""
    said: list[str] = []
    held: set[int] = set()
    for key in keys:
        if key.code in SHIFTS:
            (held.add if key.down else held.discard)(key.code)
        elif key.down:
            name = NAMES.get(key.code, f"key-{key.code}")
            said.append("Shift+" * bool(held) + "keypad-" * (key.code in KEYPAD) + name)
    return " ".join(said)


def texts(keys: Sequence[Key]) -> dict[str, tuple[str, ...]]:
    """The numbers that the keys may spell, each with the layouts on which they do."""
    found: dict[str, tuple[str, ...]] = {}
    for layout in LAYOUTS:
        text = _text(keys, layout)
        if text:
            found[text] = (*found.get(text, ()), layout)
    return found


def _text(keys: Sequence[Key], layout: str) -> str | None:
    """What the keys spell, without regard to time; None if one of them is no digit there."""
    signs: list[str] = []
    held: set[int] = set()
    for key in keys:
        if key.code in SHIFTS:
            (held.add if key.down else held.discard)(key.code)
        elif key.down and key.code not in (*ENTERS, NUM_LOCK):
            sign = LAYOUTS[layout].get((key.code, bool(held)))
            if sign is None:
                return None
            signs.append(sign)
    return "".join(signs)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a number: the bytes that it gives, and whether they can be a badge's."""

    layouts: tuple[str, ...]
    notation: Notation
    raw: bytes = field(repr=False)
    uid: Uid | None
    why_not: str = ""


def readings(keys: Sequence[Key]) -> tuple[Reading, ...]:
    """Every way in which the keys give bytes of the length of a badge's number."""
    return tuple(
        _reading(text, layouts, Notation(form, order, len(text)))
        for text, layouts in texts(keys).items()
        for form in Format
        if len(text) in SIZES[form] and _fits(text, form)
        for order in Order
    )


def _fits(text: str, form: Format) -> bool:
    try:
        Notation(form).raw(text)
    except BadgeError:
        return False
    return True


def _reading(text: str, layouts: tuple[str, ...], notation: Notation) -> Reading:
    raw = notation.raw(text)
    try:
        return Reading(layouts, notation, raw, Uid(raw))
    except BadgeError as error:
        return Reading(layouts, notation, raw, None, error.what)


def is_cut(raw: bytes, known: Uid | None) -> bool:
    """Whether these bytes are a piece of a longer number: of `known`, or by their look if it is None.

    A cut number is any part of the whole one, filled up with 00, or its first three bytes after the
    88 that says "more follows". By its look alone one badge in a hundred is wrongly suspected.
    """
    if known is None:
        return len(raw) == 4 and raw[0] in (0, _CASCADE)
    piece = raw.strip(b"\0")
    return raw != known.raw and (piece in known.raw or raw == bytes([_CASCADE]) + known.raw[:3])


def lacks_letters(way: Reading) -> bool:
    """Whether a hexadecimal number might be a decimal one, its leading zeros left out."""
    return way.notation.format is Format.HEX and not set(way.raw.hex()) & set("abcdef")


_CASCADE = 0x88
