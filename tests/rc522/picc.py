"""A badge as the field sees it: ISO/IEC 14443-3 type A, from power-off to active and halted."""

from __future__ import annotations

import enum
from collections.abc import Callable
from functools import reduce
from operator import xor

from .frame import Frame, with_crc

REQA = Frame(0x26, 7)
WUPA = Frame(0x52, 7)
HLTA = Frame.of(with_crc(b"\x50\x00"))
CASCADE_TAG = 0x88
NOT_COMPLETE = 0x04

# Length of the UID -> ATQA, SAK of the badges that labs own: MIFARE Classic, NTAG21x, and a 10-byte one.
USUAL = {4: (b"\x04\x00", 0x08), 7: (b"\x44\x00", 0x00), 10: (b"\x84\x00", 0x00)}

Twist = Callable[[Frame, Frame | None], Frame | None]


class State(enum.Enum):
    POWER_OFF = "power-off"
    IDLE = "idle"
    READY = "ready"
    ACTIVE = "active"
    HALT = "halt"


class Picc:
    """A badge with this UID (4, 7 or 10 bytes).

    `delay_us`: answers later than the norm has it. `wake_us`: from the field to the first answer
    (the norm allows 5 ms). `hold_us`: how long it keeps its state without a field. `strength`: how
    loud it is beside others. `twist(heard, answer)` makes it say something else, or nothing.
    `starred` tells READY* and ACTIVE* (woken from HALT) from READY and ACTIVE.
    """

    def __init__(
        self,
        uid: bytes,
        *,
        atqa: bytes | None = None,
        sak: int | None = None,
        strength: float = 1.0,
        delay_us: float = 0,
        wake_us: float = 5_000,
        hold_us: float = 5_000,
        twist: Twist | None = None,
    ) -> None:
        usual_atqa, usual_sak = USUAL[len(uid)]
        self.uid = uid
        self.atqa = usual_atqa if atqa is None else atqa
        self.sak = usual_sak if sak is None else sak
        self.strength = strength
        self.delay_ns = round(delay_us * 1000)
        self.wake_ns = round(wake_us * 1000)
        self.hold_ns = round(hold_us * 1000)
        self.twist = twist
        self.state = State.POWER_OFF
        self.starred = False
        self.level = 0
        self.heard: list[bytes] = []

    @property
    def levels(self) -> list[bytes]:
        """Four bytes of the UID, or the cascade tag and three, and their check byte, a level each."""
        parts = []
        rest = self.uid
        while len(rest) > 4:
            parts.append(bytes([CASCADE_TAG]) + rest[:3])
            rest = rest[3:]
        parts.append(rest)
        return [part + bytes([reduce(xor, part)]) for part in parts]

    def power_up(self) -> None:
        self.state, self.starred, self.level = State.IDLE, False, 0

    def power_down(self) -> None:
        self.state = State.POWER_OFF

    def hear(self, frame: Frame) -> Frame | None:
        """The answer to a frame of the reader; None: silent."""
        self.heard.append(frame.data)
        answer = self._answer(frame)
        return self.twist(frame, answer) if self.twist else answer

    def _answer(self, frame: Frame) -> Frame | None:
        match self.state:
            case State.POWER_OFF:
                return None
            case State.IDLE:
                return self._woken(starred=False) if frame in (REQA, WUPA) else None
            case State.HALT:
                return self._woken(starred=True) if frame == WUPA else None
            case State.READY:
                return self._anticollision(frame)
            case State.ACTIVE:
                return self._active(frame)

    def _woken(self, *, starred: bool) -> Frame:
        self.state, self.starred, self.level = State.READY, starred, 0
        return Frame.of(self.atqa)

    def _rest(self) -> Frame | None:
        """Any error or unexpected frame: back to where it was woken from, silent."""
        self.state = State.HALT if self.starred else State.IDLE
        return None

    def _anticollision(self, frame: Frame) -> Frame | None:
        sent = frame.data
        own = self.levels[self.level]
        if frame.length < 16 or sent[0] != 0x93 + 2 * self.level:
            return self._rest()
        if sent[1] == 0x70:
            return self._select(sent, own) if frame.length == 72 else self._rest()
        known = 8 * ((sent[1] >> 4) - 2) + (sent[1] & 0x0F)
        whole = Frame.of(own)
        if not 0 <= known < 40 or frame.beyond(16) != whole.first(known):
            return self._rest()
        return whole.beyond(known)

    def _select(self, sent: bytes, own: bytes) -> Frame | None:
        if sent != with_crc(sent[:2] + own):
            return self._rest()
        if self.level + 1 < len(self.levels):
            self.level += 1
            return Frame.of(with_crc(bytes([NOT_COMPLETE])))
        self.state = State.ACTIVE
        return Frame.of(with_crc(bytes([self.sak])))

    def _active(self, frame: Frame) -> Frame | None:
        if frame == HLTA:
            self.state = State.HALT
            return None
        return self._rest()
