"""A badge's number (UID) as bytes, from whatever notation a person or a reader gives it in.

One parser for the command line, the rehearsals and the readers. A UID is personal data: it is not
part of any message or `repr` made here, and it leaves the reader's edge only as a token.
The rules on first bytes are those of ISO/IEC 14443-3, table "UID contents".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fabgate.errors import BadgeError

SIZES = (4, 7, 10)
_LONGEST_DECIMAL = 25  # digits of the largest 10-byte number
_RANDOM = 0x08  # first byte of a single-size UID that the badge makes up anew at each tap
_CASCADE = 0x88  # says "more follows": never the first byte of a whole single-size UID
_SEPARATORS = re.compile(r"[\s:.,_-]+")
_HEX = re.compile(r"[0-9A-Fa-f]")
_LABEL = re.compile(r"^(?:card\s+)?uid\s*[:=]?\s*", re.IGNORECASE)
_TAP_IT = "Tap the badge instead: `fabgate badge wait` takes its number from the reader."


@dataclass(frozen=True, slots=True, repr=False)
class Uid:
    """A badge number that can be trusted to stay: 4, 7 or 10 bytes, as sent by the badge.

    Raises BadgeError, with the reason, for bytes that cannot be the lasting number of a badge.
    `str()` gives it as upper-case hexadecimal without separators.
    """

    raw: bytes

    def __post_init__(self) -> None:
        size = len(self.raw)
        if size not in SIZES:
            raise _wrong_size(self.raw)
        if not any(self.raw) or all(byte == 0xFF for byte in self.raw):
            raise BadgeError("a badge number of nothing but 00 or FF is a failed reading", _TAP_IT)
        if size == 4 and self.raw[0] == _RANDOM:
            raise BadgeError(
                "this number begins with 08: phones and some cards make up a new one at each tap",
                "Use a badge with a number that stays, such as a MIFARE or NTAG card or key fob.",
            )
        if size == 4 and self.raw[0] == _CASCADE:
            raise BadgeError("this number begins with 88: it is the first half of a 7-byte number", _TAP_IT)

    def __str__(self) -> str:
        return self.raw.hex().upper()

    def __repr__(self) -> str:
        return f"Uid(<{len(self.raw)} bytes>)"


def parse(text: str) -> Uid:
    """The UID that a text names: hexadecimal, first byte first, in any common notation.

    `04A2B3C4D5E680`, `04:a2:b3:c4:d5:e6:80`, `04 A2 B3 ...`, `0x04A2...`, `0x04, 0xA2, ...`,
    `UID: 04 A2 ...`; a byte that stands alone may lack its leading zero (`4:A2:...`). Digits only
    are read as hexadecimal where their count fits; a decimal number is refused, because readers
    disagree on the order of its bytes. Raises BadgeError with the reason.
    """
    bare = _LABEL.sub("", text.strip()).strip(" []{}()")
    groups = [_digits(group) for group in _SEPARATORS.split(bare) if group]
    if not any(groups):
        raise BadgeError("there is no badge number here", _TAP_IT)
    if len(groups) == 1:
        return Uid(_whole(groups[0]))
    return Uid(b"".join(_part(group) for group in groups))


def _digits(group: str) -> str:
    """The hexadecimal digits of a group, without a leading 0x. Raises BadgeError."""
    digits = group[2:] if group[:2] in ("0x", "0X") else group
    for sign in digits:
        if not _HEX.fullmatch(sign):
            raise BadgeError(
                f"{sign!r} is no hexadecimal digit",
                "A badge number has the digits 0-9 and A-F, such as 04A2B3C4D5E680.",
            )
    return digits


def _whole(digits: str) -> bytes:
    """The bytes of a number that is written in one piece."""
    fits = len(digits) in [2 * size for size in SIZES]
    if digits.isdecimal() and not fits and len(digits) <= _LONGEST_DECIMAL:
        raise _decimal()
    if len(digits) % 2:
        raise _odd()
    return bytes.fromhex(digits)


def _part(digits: str) -> bytes:
    """The bytes of one piece of a number that is written with separators."""
    if len(digits) > 2 and len(digits) % 2:
        raise _decimal() if digits.isdecimal() else _odd()
    return bytes.fromhex(digits.zfill(2))


def _odd() -> BadgeError:
    return BadgeError("a digit is missing: two hexadecimal digits make a byte", _TAP_IT)


def _decimal() -> BadgeError:
    return BadgeError(
        "this looks like a decimal number, and readers disagree on the order of its bytes",
        f"Write it in hexadecimal, such as 04A2B3C4D5E680. {_TAP_IT}",
    )


def _wrong_size(raw: bytes) -> BadgeError:
    size = len(raw)
    what = f"a badge number has 4, 7 or 10 bytes, this one has {size}"
    if size == 5 and raw[0] ^ raw[1] ^ raw[2] ^ raw[3] == raw[4]:
        return BadgeError(what, "The fifth byte is the reader's check byte: leave it out.")
    if size == 8 and 0xE0 in (raw[0], raw[-1]):
        return BadgeError(what, "It looks like an ISO 15693 tag: these readers cannot read it.")
    return BadgeError(what, _TAP_IT)
