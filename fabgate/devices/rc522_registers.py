"""The registers of the MFRC522 and its clones that the driver touches: names, bits, and how to reach them.

NXP MFRC522 data sheet, section 9 (registers) and 8.1.2 (SPI). A transfer begins with an address:
what follows a write address is written to that register, byte after byte; to read, each byte that
is sent names the register whose content comes back with the next byte.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Reg(enum.IntEnum):
    COMMAND = 0x01
    COM_IRQ = 0x04
    ERROR = 0x06
    FIFO_DATA = 0x09
    FIFO_LEVEL = 0x0A
    CONTROL = 0x0C
    BIT_FRAMING = 0x0D
    MODE = 0x11
    TX_CONTROL = 0x14
    TX_ASK = 0x15
    RF_CFG = 0x26
    T_MODE = 0x2A
    T_PRESCALER = 0x2B
    T_RELOAD_H = 0x2C
    T_RELOAD_L = 0x2D
    VERSION = 0x37


def read_of(registers: Iterable[int]) -> list[int]:
    """The bytes to send for the content of these registers, one each; what comes back first is idle."""
    return [*(register << 1 | 0x80 for register in registers), 0]


def write_of(register: int, values: Iterable[int]) -> list[int]:
    """The bytes to send to write these values to one register, in this order."""
    return [register << 1, *values]


# Command
IDLE = 0x00
TRANSCEIVE = 0x0C
# ComIrq
IRQ_RX, IRQ_IDLE, IRQ_TIMER = 0x20, 0x10, 0x01
IRQ_CLEAR = 0x7F
# Error
ERR_COLLISION = 0x08
ERR_ANY = 0x1B  # and BufferOvfl, ParityErr, ProtocolErr; CRC_A is checked by the driver
# FIFOLevel
FLUSH = 0x80
LEVEL = 0x7F
FIFO_SIZE = 64
# Control, BitFraming
LAST_BITS = 0x07
START_SEND = 0x80

# --- how the chip is set up -----------------------------------------------------------------------

TICK_S = (2 * 0xD3E + 1) / 13_560_000  # the timer's, from the prescaler below: 0.5 ms
T_AUTO = 0x8D  # the timer begins by itself at the end of a frame; high bits of the prescaler
GAIN_MAX = 0x70  # 48 dB: wallets and thick fobs
SETUP = (
    (Reg.T_MODE, T_AUTO),
    (Reg.T_PRESCALER, 0x3E),
    (Reg.TX_ASK, 0x40),
    (Reg.MODE, 0x3D),
    (Reg.RF_CFG, GAIN_MAX),
    (Reg.TX_CONTROL, 0x83),  # both antenna drivers
)
# Read back to see that the chip is what it was made: register, bits that count, what they must be.
SOUND = (
    (Reg.TX_CONTROL, 0x03, 0x03),
    (Reg.T_MODE, 0xFF, T_AUTO),
    (Reg.MODE, 0xFF, 0x3D),
    (Reg.TX_ASK, 0x40, 0x40),
    (Reg.RF_CFG, 0x70, GAIN_MAX),
)
GENUINE = (0x91, 0x92)
CLONES = (0x88, 0x90, 0x12, 0xB2)  # FM17522 and others that are sold as RC522 and work as one
ABSENT = (0x00, 0xFF)  # nothing drives the line, or it is shorted
