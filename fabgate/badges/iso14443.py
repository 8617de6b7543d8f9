"""ISO/IEC 14443-3 type A as exchanges without I/O: frames to send come out, answers go in.

A reader's driver drives one of the generators here: it sends the `Frame` that is yielded and sends
back what was heard, until the generator returns. Whatever it is told, nothing is raised, and a
number is given only after every check byte and every CRC of every level fitted and the badge
answered to its own number at each: half a select is nothing.

Several badges at once are told, never sorted out. A number is picked by no one but its owner, and
how the chip counts the place of a collision is not settled by anything public.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import assert_never

FC_HZ = 13_560_000  # the carrier
ETU_S = 128 / FC_HZ  # one bit at 106 kbit/s
ANSWER_S = 1236 / FC_HZ  # from the end of a frame to an answer to it, at the latest (6.2.1.1)

CASCADE_TAG = 0x88  # stands before three bytes of a number that goes on in the next level
NOT_COMPLETE = 0x04  # the bit of a SAK that says so
_LEVELS = (0x93, 0x95, 0x97)
_ANTICOLLISION, _WHOLE = 0x20, 0x70  # how much of the number is sent: nothing, or all of it
_PRESET = 0x6363


@dataclass(frozen=True, slots=True)
class Frame:
    """What is to be sent: `data`, and of its last byte only the `last_bits` lowest bits (0: all).

    `answer`: how many bytes come back, as far as that is known; it tells how long to wait before
    looking, and nothing is made of it when other bytes come. 0: not known, or none.
    """

    data: bytes
    last_bits: int = 0
    answer: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer without an error, `data`; of its last byte only `last_bits` bits are valid (0: all)."""

    data: bytes
    last_bits: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody answered in time."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Something was heard, and it cannot be an answer."""


@dataclass(frozen=True, slots=True)
class Collision:
    """Several answered at once and differed."""


Answer = Heard | Silence | Noise | Collision


@dataclass(frozen=True, slots=True)
class Nobody:
    """The field is empty, or what is in it had just lost its turn."""


@dataclass(frozen=True, slots=True)
class Several:
    """More than one badge is in the field."""


@dataclass(frozen=True, slots=True)
class Torn:
    """Something is there, and its number did not come through."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One badge, now active: its whole number as it sent it (4, 7 or 10 bytes), and its SAK."""

    raw: bytes
    sak: int


Found = Nobody | Several | Torn | Selected
Exchange = Generator[Frame, Answer, Found]


def crc_a(data: bytes) -> bytes:
    """CRC_A of ISO/IEC 14443-3, annex B: the two bytes in the order in which they are sent."""
    register = _PRESET
    for byte in data:
        byte ^= register & 0xFF
        byte ^= byte << 4 & 0xFF
        register = (register >> 8) ^ (byte << 8) ^ (byte << 3) ^ (byte >> 4)
    return register.to_bytes(2, "little")


def with_crc(data: bytes) -> bytes:
    return data + crc_a(data)


def bcc(part: bytes) -> int:
    """The check byte of the four bytes of a level: all of them in exclusive or."""
    return reduce(xor, part, 0)


def air_s(size: int, last_bits: int = 0) -> float:
    """How long `size` bytes are on the air, with start, parity and end bits (6.2.3), in seconds."""
    bits = 9 * size if not last_bits else 9 * (size - 1) + last_bits
    return (bits + 2) * ETU_S


REQA = Frame(b"\x26", 7, 2)  # whoever is idle, but not who was halted
WUPA = Frame(b"\x52", 7, 2)  # whoever is idle or halted
HLTA = Frame(with_crc(b"\x50\x00"))  # whoever is active falls silent; there is no answer to it


def find() -> Exchange:
    """Wake the field and select the one badge in it, through as many levels as its number has."""
    answer = yield WUPA
    match answer:
        case Silence():
            return Nobody()
        case Collision():
            return Several()
        case Noise():
            return Torn()
        case Heard(data, last_bits):
            if len(data) != 2 or last_bits:
                return Torn()
        case _ as never:
            assert_never(never)
    return (yield from _select())


def _select() -> Exchange:
    raw = b""
    for level in _LEVELS:
        part = _part((yield Frame(bytes((level, _ANTICOLLISION)), answer=5)))
        if not isinstance(part, bytes):
            return part
        answer = yield _select_frame(level, part)
        if isinstance(answer, Collision):
            return Several()
        sak = _sak(answer)
        if sak is None:
            return Torn()
        if not sak & NOT_COMPLETE:
            return Selected(raw + part, sak)
        if part[0] != CASCADE_TAG:
            return Torn()
        raw += part[1:]
    return Torn()  # a fourth level is not known to the norm


def still_there(raw: bytes) -> Generator[Frame, Answer, bool]:
    """Whether the badge of this number is in the field, whoever else is there.

    Each level is asked for by its number, and only its owner answers that. Who was in the middle of
    a select takes the first call for an error and falls asleep: that is why silence is called again.
    """
    answer = yield WUPA
    if isinstance(answer, Silence):
        answer = yield WUPA
    if isinstance(answer, Silence):
        return False
    parts = _parts(raw)
    for level, part in zip(_LEVELS, parts, strict=False):
        sak = _sak((yield _select_frame(level, part)))
        if sak is None or bool(sak & NOT_COMPLETE) == (part is parts[-1]):
            return False
    return True


def _parts(raw: bytes) -> list[bytes]:
    """The number as its levels carry it: four bytes each, the cascade tag in front but in the last."""
    parts = []
    while len(raw) > 4:
        parts.append(bytes((CASCADE_TAG,)) + raw[:3])
        raw = raw[3:]
    return [*parts, raw]


def _part(answer: Answer) -> bytes | Several | Torn:
    """The four bytes of a level, checked against their fifth."""
    if isinstance(answer, Collision):
        return Several()
    if not isinstance(answer, Heard) or len(answer.data) != 5 or answer.last_bits:
        return Torn()
    part = answer.data[:4]
    return part if bcc(part) == answer.data[4] else Torn()


def _select_frame(level: int, part: bytes) -> Frame:
    return Frame(with_crc(bytes((level, _WHOLE)) + part + bytes((bcc(part),))), answer=3)


def _sak(answer: Answer) -> int | None:
    """The SAK of a select, if it came whole."""
    if not isinstance(answer, Heard) or len(answer.data) != 3 or answer.last_bits:
        return None
    return answer.data[0] if crc_a(answer.data[:1]) == answer.data[1:] else None
