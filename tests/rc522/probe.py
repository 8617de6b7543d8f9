"""Talks to an emulated chip through its registers, but not over the bus: it takes no time of its own.

For the tests of the emulator; a driver goes over the bus.
"""

from __future__ import annotations

from dataclasses import dataclass

from .chip import Chip
from .clock import Clock
from .frame import TURNAROUND, carrier_ns, with_crc
from .registers import Com, Command, Error, Reg
from .rig import Bench

LONGEST_NS = 40_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a frame brought: bytes, errors, the bits of the last byte (0: all), and CollReg."""

    data: bytes
    error: Error
    last_bits: int
    coll: int


class Probe:
    """Starts the chip of a bench as the package does (15.5 ms timer) and lets its badges wake."""

    def __init__(self, bench: Bench, cs: int = 0) -> None:
        self.clock: Clock = bench.clock
        self.chip: Chip = bench.chip(cs)
        self.start()

    def start(self) -> None:
        settings = (
            (Reg.T_MODE, 0x8D),
            (Reg.T_PRESCALER, 0x3E),
            (Reg.T_RELOAD_L, 30),
            (Reg.TX_ASK, 0x40),
            (Reg.MODE, 0x3D),
            (Reg.TX_CONTROL, 0x83),
        )
        for register, value in settings:
            self.chip.write(register, value)
        self.clock.advance(5_000_000)

    def begin(self, data: bytes, last_bits: int = 0, align: int = 0) -> None:
        """Load a frame and start to send it."""
        chip = self.chip
        chip.write(Reg.COMMAND, Command.IDLE)
        chip.write(Reg.COM_IRQ, 0x7F)
        chip.write(Reg.FIFO_LEVEL, 0x80)
        for byte in data:
            chip.write(Reg.FIFO_DATA, byte)
        chip.write(Reg.COMMAND, Command.TRANSCEIVE)
        chip.write(Reg.BIT_FRAMING, 0x80 | align << 4 | last_bits)

    def wait(self) -> Answer | None:
        """What comes back; None if nothing does before the timer."""
        for _ in range(LONGEST_NS // 1000):
            self.clock.advance(1_000)
            asked = self.chip.read(Reg.COM_IRQ)
            if asked & Com.RX:
                return self._answer()
            if asked & Com.TIMER:
                return None
        return None

    def ask(self, data: bytes | str, last_bits: int = 0, align: int = 0) -> Answer | None:
        self.begin(bytes.fromhex(data) if isinstance(data, str) else data, last_bits, align)
        answer = self.wait()
        self.clock.advance(carrier_ns(TURNAROUND))
        return answer

    def wake(self) -> bytes | None:
        """WUPA; the ATQA."""
        answer = self.ask(b"\x52", 7)
        return answer.data if answer else None

    def call(self) -> bytes | None:
        """REQA; the ATQA."""
        answer = self.ask(b"\x26", 7)
        return answer.data if answer else None

    def select(self) -> tuple[bytes, int]:
        """All cascade levels of the one badge that answered: its UID and its SAK."""
        uid = b""
        for code in (0x93, 0x95, 0x97):
            found = self.ask(bytes([code, 0x20]))
            assert found is not None
            sak = self.ask(with_crc(bytes([code, 0x70]) + found.data))
            assert sak is not None
            if not sak.data[0] & 0x04:
                return uid + found.data[:4], sak.data[0]
            uid += found.data[1:4]
        raise AssertionError("a fourth cascade level")

    def halt(self) -> None:
        assert self.ask(with_crc(b"\x50\x00")) is None

    def _answer(self) -> Answer:
        chip = self.chip
        count = chip.read(Reg.FIFO_LEVEL)
        data = bytes(chip.read(Reg.FIFO_DATA) for _ in range(count))
        last_bits = chip.read(Reg.CONTROL) & 0x07
        return Answer(data, Error(chip.read(Reg.ERROR)), last_bits, chip.read(Reg.COLL))
