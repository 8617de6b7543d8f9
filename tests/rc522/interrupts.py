"""The chip's interrupt requests and error flags: what sets them, what clears them, what a read shows."""

from __future__ import annotations

from .fifo import Fifo
from .registers import CRC_IRQ, RESET, Com, Error, Reg


class Requests:
    """An interrupt register: a write with bit 7 (Set1, Set2) sets the other bits, without it clears."""

    def __init__(self, bits: int = 0) -> None:
        self.bits = bits

    def write(self, value: int) -> None:
        self.bits = self.bits | value & 0x7F if value & 0x80 else self.bits & ~value


class Interrupts:
    """ComIrqReg, DivIrqReg and ErrorReg of one chip, as after a reset."""

    def __init__(self) -> None:
        self.com = Requests(RESET[Reg.COM_IRQ])
        self.div = Requests()
        self.error = Error(0)
        self._low, self._high = True, False

    def request(self, which: Com) -> None:
        self.com.bits |= int(which)

    def crc_done(self) -> None:
        self.div.bits |= CRC_IRQ

    def fail(self, error: Error) -> None:
        """Note errors; each also asks for an interrupt."""
        if error:
            self.error |= error
            self.request(Com.ERR)

    def command_begins(self) -> None:
        """A command clears every error but the temperature's (data sheet, 9.3.1.7)."""
        self.error &= Error.TEMP

    def receiver_begins(self) -> None:
        self.error &= Error.BUFFER_OVFL | Error.TEMP | Error.WR

    def watch(self, fifo: Fifo, water: int) -> None:
        """LoAlert and HiAlert are levels; their requests keep the moment at which they came."""
        low, high = fifo.is_low(water), fifo.is_high(water)
        if low and not self._low:
            self.request(Com.LO_ALERT)
        if high and not self._high:
            self.request(Com.HI_ALERT)
        self._low, self._high = low, high

    def pending(self, com_enabled: int, div_enabled: int) -> bool:
        """Whether any of them is let through to the IRQ pin."""
        return bool(self.com.bits & com_enabled & 0x7F or self.div.bits & div_enabled & 0x14)
