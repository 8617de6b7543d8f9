"""From the air into the FIFO: what the receiver's settings make of an answer."""

from __future__ import annotations

from .coprocessor import Coprocessor
from .field import Received
from .frame import Frame
from .registers import Error, Reg

CRC_EN = 0x80
RX_MULTIPLE, RX_NO_ERR = 0x04, 0x08
VALUES_AFTER_COLL, COLL_POS_NOT_VALID = 0x80, 0x20
FEWEST_BITS = 4  # with RxNoErr anything shorter is noise


class Receiver:
    """Reads RxModeReg, BitFramingReg and CollReg; writes CollReg and RxLastBits."""

    def __init__(self, registers: list[int], coprocessor: Coprocessor) -> None:
        self._registers = registers
        self._coprocessor = coprocessor

    @property
    def stops_timer(self) -> bool:
        return not self._registers[Reg.RX_MODE] & RX_MULTIPLE

    def ignores(self, received: Received) -> bool:
        return bool(self._registers[Reg.RX_MODE] & RX_NO_ERR) and received.frame.length < FEWEST_BITS

    def take(self, received: Received) -> tuple[bytes, Error]:
        """The bytes for the FIFO and the errors, with CollReg and RxLastBits set to match."""
        error = Error.PARITY if received.parity_error else Error(0)
        frame = received.frame
        if self._registers[Reg.RX_MODE] & CRC_EN:
            error |= Error(0) if self._crc_fits(frame) else Error.CRC
            frame = frame.first(frame.length - 16)
        if received.collision is not None:
            error |= Error.COLL
            frame = self._after_collision(frame, received.collision)
        self._note_collision(received.collision)
        return self._aligned(frame), error

    def _crc_fits(self, frame: Frame) -> bool:
        return frame.length >= 16 and frame.length % 8 == 0 and self._coprocessor.fits(frame.data)

    def _after_collision(self, frame: Frame, at: int) -> Frame:
        if self._registers[Reg.COLL] & VALUES_AFTER_COLL:
            return frame
        return Frame(frame.first(at).bits, frame.length)

    def _note_collision(self, at: int | None) -> None:
        """CollPos counts the bits of this answer from 1, 0 is the 32nd.

        Whether silicon counts RxAlign as well is not known: do not build on it.
        """
        found = COLL_POS_NOT_VALID if at is None or at >= 32 else (at + 1) & 0x1F
        self._registers[Reg.COLL] = self._registers[Reg.COLL] & VALUES_AFTER_COLL | found

    def _aligned(self, frame: Frame) -> bytes:
        """The first bit goes to the position RxAlign of the first byte."""
        align = self._registers[Reg.BIT_FRAMING] >> 4 & 0x07
        shifted = Frame(frame.bits << align, frame.length + align)
        control = self._registers[Reg.CONTROL]
        self._registers[Reg.CONTROL] = control & 0xF8 | shifted.length % 8
        return shifted.data
