"""The chip's CRC coprocessor: CRCResultReg, fed by the command CalcCRC, used by TxCRCEn and RxCRCEn."""

from __future__ import annotations

from .frame import crc
from .registers import Reg

PRESETS = (0x0000, 0x6363, 0xA671, 0xFFFF)  # CRCPreset in ModeReg


class Coprocessor:
    """Its answer is there at once: on silicon it is, before the bus can ask for it."""

    def __init__(self, registers: list[int]) -> None:
        self._registers = registers
        self._value = 0xFFFF

    @property
    def is_zero(self) -> bool:
        return self._value == 0

    def begin(self) -> None:
        self._value = self._preset

    def add(self, data: bytes) -> None:
        self._value = crc(data, self._value)
        high, low = divmod(self._value, 0x100)
        self._registers[Reg.CRC_RESULT_H], self._registers[Reg.CRC_RESULT_L] = high, low

    def of(self, data: bytes) -> bytes:
        """As it goes on the air: low byte first."""
        return crc(data, self._preset).to_bytes(2, "little")

    def fits(self, data: bytes) -> bool:
        """Whether the last two bytes are the CRC of the others."""
        return crc(data, self._preset) == 0

    @property
    def _preset(self) -> int:
        return PRESETS[self._registers[Reg.MODE] & 0x03]
