"""The RC522 itself: what a write to a register starts and what a read shows.

After the MFRC522 data sheet, rev. 3.9; it works at 106 kbit/s, without Crypto1 and without self-test.
"""

from __future__ import annotations

from collections.abc import Callable

from .clock import Clock, Event
from .faults import Clone, Fault, Faults, Stalled
from .field import Field, Received
from .fifo import Fifo
from .frame import Frame, crc, with_crc
from .radio import Radio
from .registers import CRC_IRQ, WRITABLE, Com, Command, Error, Reg, Requests, after_reset
from .timer import Timer

PRESETS = (0x0000, 0x6363, 0xA671, 0xFFFF)
POWER_DOWN, RCV_OFF = 0x10, 0x20
START_SEND = 0x80
FLUSH = 0x80
T_STOP_NOW, T_START_NOW = 0x80, 0x40
ANTENNA = 0x03
FORCE_100_ASK = 0x40
CRC_EN = 0x80
RX_MULTIPLE, RX_NO_ERR = 0x04, 0x08
VALUES_AFTER_COLL, COLL_POS_NOT_VALID = 0x80, 0x20
CRC_READY = 0x20
CRYPTO1_ON = 0x08
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
        self.timer = Timer(clock, self.registers, lambda: self._request(Com.TIMER))
        self._radio = Radio(clock, self.field, self.faults, self)
        self._wake_ns = round(wake_us * 1000)
        self._down = False
        self._going_down: Event | None = None
        self._awake_ns = 0
        self._readers: dict[int, Callable[[], int]] = {
            Reg.COMMAND: self._read_command,
            Reg.COM_IRQ: lambda: self.com.bits,
            Reg.DIV_IRQ: lambda: self.div.bits,
            Reg.ERROR: self._read_error,
            Reg.STATUS1: self._read_status1,
            Reg.STATUS2: self._read_status2,
            Reg.FIFO_DATA: self._read_fifo,
            Reg.FIFO_LEVEL: lambda: len(self.fifo),
            Reg.T_COUNTER_H: lambda: self.timer.value >> 8,
            Reg.T_COUNTER_L: lambda: self.timer.value & 0xFF,
            Reg.VERSION: self._read_version,
        }
        self._writers: dict[int, Callable[[int], None]] = {
            Reg.COMMAND: self._write_command,
            Reg.COM_IRQ: lambda value: self.com.write(value),
            Reg.DIV_IRQ: lambda value: self.div.write(value & 0x94),
            Reg.STATUS2: self._write_status2,
            Reg.FIFO_DATA: self._write_fifo,
            Reg.FIFO_LEVEL: self._write_fifo_level,
            Reg.CONTROL: self._write_control,
            Reg.BIT_FRAMING: self._write_bit_framing,
            Reg.TX_CONTROL: self._write_tx_control,
        }
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

    def _go_down(self) -> None:
        self._down = True
        self._reset()

    def brown_out(self) -> None:
        """The supply dips: every register is as after a reset, so the antenna is off."""
        self._reset()

    def fault(self, fault: Fault, *, after: int = 0, times: int | None = None) -> None:
        """Something is wrong from now on, until `mend`.

        `after` and `times` count SPI calls for a fault of the wire and answers for one of the air:
        `fault(Stuck(0xFF), after=7, times=3)` lets 7 calls pass and spoils 3.
        """
        self.faults.add(fault, after, times)

    def mend(self) -> None:
        """All is well again; what the faults did to the registers stays."""
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
        self._request(Com.TX)
        if self.timer.starts_by_itself:
            self.timer.start()
        if self.command == Command.TRANSMIT:
            self._terminate()
        elif self._listening:
            self._open_receiver()

    def on_began(self) -> None:
        self._receiving = self._listening
        if self._receiving and self.timer.starts_by_itself and not self._rx_mode & RX_MULTIPLE:
            self.timer.stop()

    def on_received(self, received: Received) -> None:
        if not self._receiving:
            return
        self._receiving = False
        if self._rx_mode & RX_NO_ERR and received.frame.length < 4:
            return
        error = Error.PARITY if received.parity_error else Error(0)
        frame, crc_error = self._checked(received.frame)
        if crc_error:
            error |= Error.CRC
        if received.collision is not None:
            error |= Error.COLL
            frame = self._after_collision(frame, received.collision)
        self._note_collision(received.collision)
        self._keep(frame)
        self._fail(error)
        self._request(Com.RX)
        if self.command == Command.RECEIVE:
            self._terminate()

    # --- receiving ------------------------------------------------------------------------------

    @property
    def _rx_mode(self) -> int:
        return self.registers[Reg.RX_MODE]

    @property
    def _listening(self) -> bool:
        return self.command in (Command.TRANSCEIVE, Command.RECEIVE) and not (
            self.registers[Reg.COMMAND] & (RCV_OFF | POWER_DOWN)
        )

    def _open_receiver(self) -> None:
        self._error &= Error.BUFFER_OVFL | Error.TEMP | Error.WR

    def _checked(self, frame: Frame) -> tuple[Frame, bool]:
        """With RxCRCEn the chip keeps the CRC to itself and says whether it was right."""
        if not self._rx_mode & CRC_EN:
            return frame, False
        if frame.length < 16 or frame.length % 8:
            return frame, True
        return frame.first(frame.length - 16), self._crc(frame.data) != 0

    def _after_collision(self, frame: Frame, at: int) -> Frame:
        if self.registers[Reg.COLL] & VALUES_AFTER_COLL:
            return frame
        return Frame(frame.first(at).bits, frame.length)

    def _note_collision(self, at: int | None) -> None:
        """CollPos counts the bits of this answer from 1, 0 is the 32nd.

        Whether silicon counts RxAlign as well is not known: do not build on it.
        """
        kept = self.registers[Reg.COLL] & VALUES_AFTER_COLL
        valid = at is not None and at < 32
        position = (at + 1) & 0x1F if at is not None and valid else 0
        self.registers[Reg.COLL] = kept | (0 if valid else COLL_POS_NOT_VALID) | position

    def _keep(self, frame: Frame) -> None:
        align = self.registers[Reg.BIT_FRAMING] >> 4 & 0x07
        shifted = Frame(frame.bits << align, frame.length + align)
        for byte in shifted.data:
            self._push(byte)
        self.registers[Reg.CONTROL] = self.registers[Reg.CONTROL] & 0xF8 | shifted.length % 8

    # --- sending --------------------------------------------------------------------------------

    def _start_sending(self) -> None:
        if self._radio.sending or not len(self.fifo) or self.faults.present(Stalled):
            return
        data = self.fifo.drain()
        self._alert()
        last_bits = self.registers[Reg.BIT_FRAMING] & 0x07
        if self.registers[Reg.TX_MODE] & CRC_EN and not last_bits:
            data += self._crc(data).to_bytes(2, "little")
        self._send(Frame.of(data, last_bits))

    def _send(self, frame: Frame) -> None:
        modes = self.registers[Reg.TX_MODE] | self.registers[Reg.RX_MODE]
        understood = bool(self.registers[Reg.TX_ASK] & FORCE_100_ASK) and not modes & 0x70
        self._radio.send(frame, understood=understood)

    def _authenticate(self) -> None:
        """A badge without Crypto1 takes the first frame for an error and stays silent."""
        data = self.fifo.drain()
        if len(data) != 12:
            self._fail(Error.PROTOCOL)
            self._terminate()
        elif not self.faults.present(Stalled):
            self._send(Frame.of(with_crc(data[:2])))

    # --- commands -------------------------------------------------------------------------------

    @property
    def command(self) -> int:
        return self.registers[Reg.COMMAND] & 0x0F

    def _write_command(self, value: int) -> None:
        command = value & 0x0F
        if command != Command.NO_CHANGE:
            self._radio.cancel()
            self._receiving = False
            self._error &= Error.TEMP
        else:
            command = self.command
        self._power(bool(value & POWER_DOWN))
        self.registers[Reg.COMMAND] = value & (RCV_OFF | POWER_DOWN) | command
        if value & 0x0F != Command.NO_CHANGE:
            self._execute(command)
        self._carry()

    def _execute(self, command: int) -> None:
        match command:
            case Command.IDLE:
                pass
            case Command.CALC_CRC:
                self._crc_value = PRESETS[self.registers[Reg.MODE] & 0x03]
                self._calculate()
            case Command.TRANSMIT:
                self._start_sending()
            case Command.RECEIVE:
                self._open_receiver()
            case Command.TRANSCEIVE:
                pass
            case Command.AUTHENT:
                self._authenticate()
            case Command.SOFT_RESET:
                self._reset()
            case Command.MEM | Command.RANDOM_ID:
                self._terminate()
            case _:
                self._terminate()

    def _terminate(self) -> None:
        """A command that ends by itself, or one that the chip does not know."""
        self.registers[Reg.COMMAND] &= 0xF0
        self._request(Com.IDLE)

    def _reset(self) -> None:
        self._radio.cancel()
        self.timer.stop()
        self.registers[:] = after_reset()
        self.fifo.flush()
        self.com = Requests(self.registers[Reg.COM_IRQ])
        self.div = Requests()
        self._error = Error(0)
        self._receiving = False
        self._low, self._high = True, False
        self._crc_value = 0xFFFF
        self._ready_ns = 0
        self._carry()

    def _power(self, down: bool) -> None:
        if not down and self.registers[Reg.COMMAND] & POWER_DOWN:
            self._ready_ns = self._clock.now_ns + OSCILLATOR_NS

    def _carry(self) -> None:
        down = self.registers[Reg.COMMAND] & POWER_DOWN
        self.field.switch(not down and self.registers[Reg.TX_CONTROL] & ANTENNA == ANTENNA)

    # --- the CRC coprocessor --------------------------------------------------------------------

    def _crc(self, data: bytes) -> int:
        return crc(data, PRESETS[self.registers[Reg.MODE] & 0x03])

    def _calculate(self) -> None:
        """At once: on silicon the result is there before the bus can ask for it."""
        data = self.fifo.drain()
        self._crc_value = crc(data, self._crc_value)
        high, low = divmod(self._crc_value, 0x100)
        self.registers[Reg.CRC_RESULT_H], self.registers[Reg.CRC_RESULT_L] = high, low
        if data:
            self.div.bits |= CRC_IRQ

    # --- interrupts and errors ------------------------------------------------------------------

    def _request(self, which: Com) -> None:
        self.com.bits |= which

    def _fail(self, error: Error) -> None:
        if error:
            self._error |= error
            self._request(Com.ERR)

    def _alert(self) -> None:
        """LoAlert and HiAlert are levels, their requests keep the moment they came."""
        water = self.registers[Reg.WATER_LEVEL]
        low, high = self.fifo.is_low(water), self.fifo.is_high(water)
        if low and not self._low:
            self._request(Com.LO_ALERT)
        if high and not self._high:
            self._request(Com.HI_ALERT)
        self._low, self._high = low, high

    # --- registers that are more than a byte ----------------------------------------------------

    def _store(self, register: int, value: int) -> None:
        mask = WRITABLE.get(register, 0xFF)
        self.registers[register] = self.registers[register] & ~mask | value & mask

    def _read_command(self) -> int:
        waking = self._clock.now_ns < self._ready_ns
        return self.registers[Reg.COMMAND] | (POWER_DOWN if waking else 0)

    def _read_error(self) -> int:
        return self._error | (Error.BUFFER_OVFL if self.fifo.overflowed else 0)

    def _read_status1(self) -> int:
        water = self.registers[Reg.WATER_LEVEL]
        enabled = self.com.bits & self.registers[Reg.COM_IEN] & 0x7F
        enabled |= self.div.bits & self.registers[Reg.DIV_IEN] & 0x14
        return (
            CRC_READY
            | (0x40 if self._crc_value == 0 else 0)
            | (0x10 if enabled else 0)
            | (0x08 if self.timer.running else 0)
            | (0x02 if self.fifo.is_high(water) else 0)
            | (0x01 if self.fifo.is_low(water) else 0)
        )

    def _read_status2(self) -> int:
        modem = 0
        if self._radio.sending:
            modem = 3
        elif self._receiving:
            modem = 6
        elif self.command == Command.TRANSCEIVE:
            modem = 1
        return self.registers[Reg.STATUS2] & 0xF8 | modem

    def _write_status2(self, value: int) -> None:
        """MFCrypto1On can be cleared, not set."""
        crypto = self.registers[Reg.STATUS2] & value & CRYPTO1_ON
        self.registers[Reg.STATUS2] = value & 0xC0 | crypto

    def _read_version(self) -> int:
        clone = self.faults.present(Clone)
        return clone.version if clone else self.version

    def _push(self, byte: int) -> None:
        full = self.fifo.overflowed
        self.fifo.push(byte)
        if self.fifo.overflowed and not full:
            self._request(Com.ERR)
        self._alert()

    def _read_fifo(self) -> int:
        byte = self.fifo.pop()
        self._alert()
        return byte

    def _write_fifo(self, value: int) -> None:
        self._push(value)
        if self.command == Command.CALC_CRC:
            self._calculate()

    def _write_fifo_level(self, value: int) -> None:
        if value & FLUSH:
            self.fifo.flush()
            self._alert()

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
