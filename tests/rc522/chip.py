"""The RC522 itself: what a write to a register starts and what a read shows.

After the MFRC522 data sheet, rev. 3.9; it works at 106 kbit/s, without Crypto1 and without self-test.
"""

from __future__ import annotations

from collections.abc import Callable

from .clock import Clock, Event
from .coprocessor import Coprocessor
from .faults import Clone, Fault, Faults, Stalled
from .field import Field, Received
from .fifo import Fifo
from .frame import Frame, with_crc
from .interrupts import Interrupts
from .radio import Radio
from .receiver import CRC_EN, Receiver
from .registers import WRITABLE, Com, Command, Error, Reg, after_reset
from .timer import Timer

POWER_DOWN, RCV_OFF = 0x10, 0x20
START_SEND = 0x80
FLUSH = 0x80
T_STOP_NOW, T_START_NOW = 0x80, 0x40
ANTENNA = 0x03
FORCE_100_ASK = 0x40
SPEED = 0x70
CRYPTO1_ON = 0x08
CRC_READY = 0x20
RESET_PULSE_NS = 100  # a shorter one on the RST line does nothing (data sheet, 8.8.1)
OSCILLATOR_NS = 37_740  # 1024 clocks


class Chip:
    """One reader chip over its field. `wake_us`: from the RST line's release until it listens."""

    def __init__(self, clock: Clock, *, version: int = 0x92, wake_us: float = 1_000) -> None:
        self._clock = clock
        self.version = version
        self.faults = Faults()
        self.field = Field(clock)
        self.fifo = Fifo()
        self.registers = after_reset()
        self.timer = Timer(clock, self.registers, lambda: self.interrupts.request(Com.TIMER))
        self._coprocessor = Coprocessor(self.registers)
        self._receiver = Receiver(self.registers, self._coprocessor)
        self._radio = Radio(clock, self.field, self.faults, self)
        self._wake_ns = round(wake_us * 1000)
        self._going_down: Event | None = None
        self._down = False
        self._awake_ns = 0
        self._readers = self._all_readers()
        self._writers = self._all_writers()
        self._reset()

    # --- what the bus, the RST line and a test do ----------------------------------------------

    def read(self, register: int) -> int:
        if not self.listens:
            return 0
        reader = self._readers.get(register)
        return reader() if reader else self.registers[register]

    def write(self, register: int, value: int) -> None:
        if not self.listens:
            return
        writer = self._writers.get(register)
        if writer:
            writer(value)
        else:
            self._store(register, value)

    @property
    def listens(self) -> bool:
        """Not held in reset, and its oscillator runs after one."""
        return not self._down and self._clock.now_ns >= self._awake_ns

    def rst(self, high: bool) -> None:
        """The RST line. Low holds the chip in reset; it answers nothing until it has woken."""
        self._clock.advance(0)
        if not high and self._going_down is None:
            self._going_down = self._clock.at(self._clock.now_ns + RESET_PULSE_NS, self._go_down)
        elif high and self._going_down is not None:
            self._going_down.cancel()
            self._going_down = None
            if self._down:
                self._down = False
                self._awake_ns = self._clock.now_ns + self._wake_ns

    def brown_out(self) -> None:
        """The supply dips: every register is as after a reset, so the antenna is off."""
        with self._clock.lock:
            self._reset()

    def fault(
        self, fault: Fault, *, after: int = 0, times: int | None = None, until_reset: bool = False
    ) -> None:
        """Something is wrong from now on, until `mend`; with `until_reset` also until a hard reset.

        `after` and `times` count SPI calls for a fault of the wire and answers for one of the air:
        `fault(Stuck(0xFF), after=7, times=3)` lets 7 calls pass and spoils 3.
        """
        with self._clock.lock:
            self.faults.add(fault, after, times, until_reset)

    def mend(self) -> None:
        """All is well again; what the faults did to the registers stays."""
        with self._clock.lock:
            self.faults.mend()

    @property
    def antenna_on(self) -> bool:
        return self.field.on

    @property
    def gain(self) -> int:
        """RFCfgReg's receiver gain: 0x40 is 33 dB, 0x70 is 48 dB."""
        return self.registers[Reg.RF_CFG] & 0x70

    # --- what the radio tells -------------------------------------------------------------------

    def on_sent(self) -> None:
        self.interrupts.request(Com.TX)
        if self.timer.starts_by_itself:
            self.timer.start()
        if self.command == Command.TRANSMIT:
            self._terminate()
        elif self._listening:
            self.interrupts.receiver_begins()

    def on_began(self) -> None:
        self._receiving = self._listening
        if self._receiving and self.timer.starts_by_itself and self._receiver.stops_timer:
            self.timer.stop()

    def on_received(self, received: Received) -> None:
        if not self._receiving:
            return
        self._receiving = False
        if self._receiver.ignores(received):
            return
        data, error = self._receiver.take(received)
        for byte in data:
            self._push(byte)
        self.interrupts.fail(error)
        self.interrupts.request(Com.RX)
        if self.command == Command.RECEIVE:
            self._terminate()

    @property
    def _listening(self) -> bool:
        off = self.registers[Reg.COMMAND] & (RCV_OFF | POWER_DOWN)
        return self.command in (Command.TRANSCEIVE, Command.RECEIVE) and not off

    # --- sending --------------------------------------------------------------------------------

    def _start_sending(self) -> None:
        if self._radio.sending or not len(self.fifo):
            return
        data = self.fifo.drain()
        self._watch_fifo()
        last_bits = self.registers[Reg.BIT_FRAMING] & 0x07
        if self.registers[Reg.TX_MODE] & CRC_EN and not last_bits:
            data += self._coprocessor.of(data)
        self._send(Frame.of(data, last_bits))

    def _send(self, frame: Frame) -> None:
        if self.faults.present(Stalled):
            return
        speed = (self.registers[Reg.TX_MODE] | self.registers[Reg.RX_MODE]) & SPEED
        ask = self.registers[Reg.TX_ASK] & FORCE_100_ASK
        self._radio.send(frame, understood=bool(ask) and not speed)

    def _authenticate(self) -> None:
        """A badge without Crypto1 takes the first frame for an error and stays silent."""
        data = self.fifo.drain()
        if len(data) == 12:
            self._send(Frame.of(with_crc(data[:2])))
        else:
            self.interrupts.fail(Error.PROTOCOL)
            self._terminate()

    # --- commands -------------------------------------------------------------------------------

    @property
    def command(self) -> int:
        return self.registers[Reg.COMMAND] & 0x0F

    def _write_command(self, value: int) -> None:
        changed = value & 0x0F != Command.NO_CHANGE
        if self.registers[Reg.COMMAND] & POWER_DOWN and not value & POWER_DOWN:
            self._ready_ns = self._clock.now_ns + OSCILLATOR_NS
        command = value & 0x0F if changed else self.command
        self.registers[Reg.COMMAND] = value & (RCV_OFF | POWER_DOWN) | command
        self._carry()
        if changed:
            self._radio.cancel()
            self._receiving = False
            self.interrupts.command_begins()
            self._execute(command)

    def _execute(self, command: int) -> None:
        match command:
            case Command.IDLE | Command.TRANSCEIVE:
                pass  # the one does nothing, the other waits for StartSend
            case Command.CALC_CRC:
                self._coprocessor.begin()
                self._calculate()
            case Command.TRANSMIT:
                self._start_sending()
            case Command.RECEIVE:
                self.interrupts.receiver_begins()
            case Command.AUTHENT:
                self._authenticate()
            case Command.SOFT_RESET:
                self._reset()
            case _:
                self._terminate()

    def _terminate(self) -> None:
        """A command that ends by itself, or one that the chip does not know."""
        self.registers[Reg.COMMAND] &= 0xF0
        self.interrupts.request(Com.IDLE)

    def _calculate(self) -> None:
        data = self.fifo.drain()
        if data:
            self._coprocessor.add(data)
            self.interrupts.crc_done()

    def _reset(self) -> None:
        self._radio.cancel()
        self.timer.stop()
        self.registers[:] = after_reset()
        self.fifo.flush()
        self.interrupts = Interrupts()
        self._receiving = False
        self._ready_ns = 0
        self._carry()

    def _go_down(self) -> None:
        self._down = True
        self.faults.reset()
        self._reset()

    def _carry(self) -> None:
        """Both drivers are needed for a field, and the oscillator."""
        drivers = self.registers[Reg.TX_CONTROL] & ANTENNA
        self.field.switch(drivers == ANTENNA and not self.registers[Reg.COMMAND] & POWER_DOWN)

    # --- registers that are more than a byte ----------------------------------------------------

    def _all_readers(self) -> dict[int, Callable[[], int]]:
        return {
            Reg.COMMAND: self._read_command,
            Reg.COM_IRQ: lambda: self.interrupts.com.bits,
            Reg.DIV_IRQ: lambda: self.interrupts.div.bits,
            Reg.ERROR: self._read_error,
            Reg.STATUS1: self._read_status1,
            Reg.STATUS2: self._read_status2,
            Reg.FIFO_DATA: self._read_fifo,
            Reg.FIFO_LEVEL: lambda: len(self.fifo),
            Reg.T_COUNTER_H: lambda: self.timer.value >> 8,
            Reg.T_COUNTER_L: lambda: self.timer.value & 0xFF,
            Reg.VERSION: self._read_version,
        }

    def _all_writers(self) -> dict[int, Callable[[int], None]]:
        return {
            Reg.COMMAND: self._write_command,
            Reg.COM_IRQ: lambda value: self.interrupts.com.write(value),
            Reg.DIV_IRQ: lambda value: self.interrupts.div.write(value & 0x94),
            Reg.STATUS2: self._write_status2,
            Reg.FIFO_DATA: self._write_fifo,
            Reg.FIFO_LEVEL: self._write_fifo_level,
            Reg.CONTROL: self._write_control,
            Reg.BIT_FRAMING: self._write_bit_framing,
            Reg.TX_CONTROL: self._write_tx_control,
        }

    def _store(self, register: int, value: int) -> None:
        mask = WRITABLE.get(register, 0xFF)
        self.registers[register] = self.registers[register] & ~mask | value & mask

    def _read_command(self) -> int:
        waking = self._clock.now_ns < self._ready_ns
        return self.registers[Reg.COMMAND] | (POWER_DOWN if waking else 0)

    def _read_error(self) -> int:
        return self.interrupts.error | (Error.BUFFER_OVFL if self.fifo.overflowed else 0)

    def _read_status1(self) -> int:
        water = self.registers[Reg.WATER_LEVEL]
        pending = self.interrupts.pending(self.registers[Reg.COM_IEN], self.registers[Reg.DIV_IEN])
        return (
            CRC_READY
            | (0x40 if self._coprocessor.is_zero else 0)
            | (0x10 if pending else 0)
            | (0x08 if self.timer.running else 0)
            | (0x02 if self.fifo.is_high(water) else 0)
            | (0x01 if self.fifo.is_low(water) else 0)
        )

    def _read_status2(self) -> int:
        """ModemState: idle, waiting for StartSend, transmitting, receiving."""
        modem = 1 if self.command == Command.TRANSCEIVE else 0
        modem = 3 if self._radio.sending else 6 if self._receiving else modem
        return self.registers[Reg.STATUS2] & 0xF8 | modem

    def _write_status2(self, value: int) -> None:
        """MFCrypto1On can be cleared, not set."""
        crypto = self.registers[Reg.STATUS2] & value & CRYPTO1_ON
        self.registers[Reg.STATUS2] = value & 0xC0 | crypto

    def _read_version(self) -> int:
        clone = self.faults.present(Clone)
        return clone.version if clone else self.version

    def _push(self, byte: int) -> None:
        was_full = self.fifo.overflowed
        self.fifo.push(byte)
        if self.fifo.overflowed and not was_full:
            self.interrupts.request(Com.ERR)
        self._watch_fifo()

    def _watch_fifo(self) -> None:
        self.interrupts.watch(self.fifo, self.registers[Reg.WATER_LEVEL])

    def _read_fifo(self) -> int:
        byte = self.fifo.pop()
        self._watch_fifo()
        return byte

    def _write_fifo(self, value: int) -> None:
        self._push(value)
        if self.command == Command.CALC_CRC:
            self._calculate()

    def _write_fifo_level(self, value: int) -> None:
        if value & FLUSH:
            self.fifo.flush()
            self._watch_fifo()

    def _write_control(self, value: int) -> None:
        if value & T_STOP_NOW:
            self.timer.stop()
        elif value & T_START_NOW and not self.faults.present(Stalled):
            self.timer.start()

    def _write_bit_framing(self, value: int) -> None:
        self.registers[Reg.BIT_FRAMING] = value
        if value & START_SEND and self.command == Command.TRANSCEIVE:
            self._start_sending()

    def _write_tx_control(self, value: int) -> None:
        self._store(Reg.TX_CONTROL, value)
        self._carry()
