"""One RC522 over SPI: set up, looked over, and one exchange with the air at a time.

Used by `rc522.py`. The package `mfrc522` opens the bus and the reset line; what it cannot do is
here: the FIFO in one transfer, four registers in another, an exchange that ends with the chip's
timer and sleeps until there is something to see. A transfer costs a Pi more than the bytes in it,
so there are few: eight for an exchange.

Whatever the chip answers, an exchange ends, in about its timeout, and gives one of four answers.
OSError of the bus goes through.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Protocol

from fabgate.badges.iso14443 import (
    ANSWER_S,
    HLTA,
    Answer,
    Collision,
    Frame,
    Heard,
    Noise,
    Silence,
    air_s,
)
from fabgate.devices import rc522_registers as chip
from fabgate.devices.rc522_registers import Reg, read_of, write_of

WAIT_S = 0.001  # a badge answers to a select within 0.1 ms, or not at all
STEP_S = 0.002  # between two looks at an answer that takes long
_EDGE_S = 20e-6  # the chip tells the end of a frame a little after it
_SHORT_S = 250e-6
# The timer stops when an answer begins: after the longest one, a chip that tells nothing never will.
_OVERDUE_S = air_s(chip.FIFO_SIZE) + 0.002
_FIELD_S = 0.005  # from the field to the first call (ISO/IEC 14443-3, 5.2)
_STATUS = read_of((Reg.COM_IRQ, Reg.ERROR, Reg.FIFO_LEVEL, Reg.CONTROL))
_HEALTH = read_of((Reg.VERSION, *(register for register, _, _ in chip.SOUND)))


class Ticks(Protocol):
    """A clock for short lengths, in seconds. The module `time` is one."""

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float, /) -> None: ...


class Spi(Protocol):
    """What is used of `spidev.SpiDev`; `xfer2` writes the answer into the list that it is given. Both
    raise OSError."""

    def xfer2(self, values: list[int], /) -> Sequence[int]: ...

    def close(self) -> None: ...


class Chip:
    """The chip behind `spi`. Used by one thread at a time."""

    def __init__(self, spi: Spi, clock: Ticks) -> None:
        self._spi, self._clock = spi, clock
        self._reload: int | None = None  # as the timer stands
        self._drained = False  # the FIFO is known to be empty
        self._hung = False  # it did not end an exchange by itself

    def set_up(self) -> None:
        """Every register that matters, antenna last; returns when badges have woken in the field.

        One frame that nobody minds is sent, so that `ailment` knows whether the chip's clock runs.
        """
        for register, value in chip.SETUP:
            self._write(register, value)
        self._reload = None
        self._drained = self._hung = False
        self._clock.sleep(_FIELD_S)
        self.exchange(HLTA)

    def ailment(self) -> str | None:
        """What is wrong with the chip, in words; None if it is what `set_up` made it."""
        _, version, *found = self._spi.xfer2([*_HEALTH])
        if version in chip.ABSENT:
            return f"does not answer: every register reads as 0x{version:02X}"
        if version not in chip.GENUINE + chip.CLONES:
            return f"answers as version 0x{version:02X}, which is no RC522"
        for value, (register, mask, wanted) in zip(found, chip.SOUND, strict=True):
            if value & mask != wanted:
                return f"has lost its settings: {register.name} reads as 0x{value:02X}"
        return "does not end what it is told to send" if self._hung else None

    def exchange(self, frame: Frame, timeout_s: float = WAIT_S) -> Answer:
        """Send a frame of at most 64 bytes and give what came back within `timeout_s` of its end.

        An answer has at most 64 bytes, CRC included, as the chip's FIFO has: a badge that is to
        speak ISO 14443-4 is told so (FSDI 5). `MAX_LEN` of the package does not count here.
        """
        assert 0 < len(frame.data) <= chip.FIFO_SIZE, f"a frame of {len(frame.data)} bytes"
        self._set_timer(timeout_s)
        self._write(Reg.BIT_FRAMING, frame.last_bits)  # StartSend off: nothing goes out half filled
        self._write(Reg.COMMAND, chip.IDLE, chip.TRANSCEIVE)
        if not self._drained:
            self._write(Reg.FIFO_LEVEL, chip.FLUSH)
        self._drained = False
        self._write(Reg.COM_IRQ, chip.IRQ_CLEAR)
        self._write(Reg.FIFO_DATA, *frame.data)
        self._write(Reg.BIT_FRAMING, chip.START_SEND | frame.last_bits)
        return self._answer(frame, timeout_s)

    def begin(self) -> None:
        """A new series of exchanges: nothing is taken for granted of what is in the FIFO."""
        self._drained = False

    def _answer(self, frame: Frame, timeout_s: float) -> Answer:
        """Sleep until the answer must be there, look; sleep until the timer has run out, look again."""
        begun_s = self._clock.monotonic()
        air = air_s(len(frame.data), frame.last_bits) + _EDGE_S
        over_s = begun_s + air + timeout_s
        pause = air + (ANSWER_S + air_s(frame.answer) if frame.answer else timeout_s)
        while True:
            self._clock.sleep(pause)
            left_s = over_s - self._clock.monotonic()  # before the look: a busy Pi may pause us after it
            _, irq, error, level, control = self._spi.xfer2([*_STATUS])
            if irq & (chip.IRQ_RX | chip.IRQ_IDLE | chip.IRQ_TIMER):
                return self._taken(irq, error, level & chip.LEVEL, control & chip.LAST_BITS)
            if left_s < -_OVERDUE_S:
                self._hung = True
                return Noise()
            pause = min(STEP_S, max(_SHORT_S, left_s))

    def _taken(self, irq: int, error: int, level: int, last_bits: int) -> Answer:
        if error & chip.ERR_COLLISION:
            return Collision()
        if error & chip.ERR_ANY or level > chip.FIFO_SIZE:
            return Noise()
        if not irq & chip.IRQ_RX:
            return Silence() if irq & chip.IRQ_TIMER and not level else Noise()
        if not level:
            return Noise()
        _, *data = self._spi.xfer2(read_of([Reg.FIFO_DATA] * level))
        self._drained = True
        return Heard(bytes(data), last_bits)

    def _set_timer(self, timeout_s: float) -> None:
        """The timer runs from the end of a frame to the first bits of the answer."""
        reload = min(0xFFFF, max(0, ceil(timeout_s / chip.TICK_S) - 1))
        if reload != self._reload:
            self._write(Reg.T_RELOAD_H, reload >> 8)
            self._write(Reg.T_RELOAD_L, reload & 0xFF)
            self._reload = reload

    def _write(self, register: Reg, *values: int) -> None:
        self._spi.xfer2(write_of(register, values))
