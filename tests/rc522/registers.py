"""The registers of the chip: addresses, values after a reset, and which bits can be written.

After the MFRC522 data sheet, rev. 3.9, section 9. Where it leaves a value open, the one that is
assumed here is marked.
"""

from __future__ import annotations

import enum


class Reg(enum.IntEnum):
    COMMAND = 0x01
    COM_IEN = 0x02
    DIV_IEN = 0x03
    COM_IRQ = 0x04
    DIV_IRQ = 0x05
    ERROR = 0x06
    STATUS1 = 0x07
    STATUS2 = 0x08
    FIFO_DATA = 0x09
    FIFO_LEVEL = 0x0A
    WATER_LEVEL = 0x0B
    CONTROL = 0x0C
    BIT_FRAMING = 0x0D
    COLL = 0x0E
    MODE = 0x11
    TX_MODE = 0x12
    RX_MODE = 0x13
    TX_CONTROL = 0x14
    TX_ASK = 0x15
    DEMOD = 0x19
    CRC_RESULT_H = 0x21
    CRC_RESULT_L = 0x22
    RF_CFG = 0x26
    T_MODE = 0x2A
    T_PRESCALER = 0x2B
    T_RELOAD_H = 0x2C
    T_RELOAD_L = 0x2D
    T_COUNTER_H = 0x2E
    T_COUNTER_L = 0x2F
    VERSION = 0x37


class Command(enum.IntEnum):
    IDLE = 0x00
    MEM = 0x01
    RANDOM_ID = 0x02
    CALC_CRC = 0x03
    TRANSMIT = 0x04
    NO_CHANGE = 0x07
    RECEIVE = 0x08
    TRANSCEIVE = 0x0C
    AUTHENT = 0x0E
    SOFT_RESET = 0x0F


class Com(enum.IntFlag):
    """The bits of ComIrqReg."""

    TIMER = 0x01
    ERR = 0x02
    LO_ALERT = 0x04
    HI_ALERT = 0x08
    IDLE = 0x10
    RX = 0x20
    TX = 0x40


CRC_IRQ = 0x04  # in DivIrqReg


class Error(enum.IntFlag):
    PROTOCOL = 0x01
    PARITY = 0x02
    CRC = 0x04
    COLL = 0x08
    BUFFER_OVFL = 0x10
    TEMP = 0x40
    WR = 0x80


RESET = {
    Reg.COMMAND: 0x20,
    Reg.COM_IEN: 0x80,
    Reg.COM_IRQ: 0x14,
    Reg.WATER_LEVEL: 0x08,
    Reg.CONTROL: 0x10,
    Reg.COLL: 0xA0,  # assumed
    Reg.MODE: 0x3F,
    Reg.TX_CONTROL: 0x80,
    0x16: 0x10,
    0x17: 0x84,
    0x18: 0x84,
    Reg.DEMOD: 0x4D,
    0x1C: 0x62,
    0x1F: 0xEB,
    Reg.CRC_RESULT_H: 0xFF,
    Reg.CRC_RESULT_L: 0xFF,
    0x23: 0x88,
    0x24: 0x26,
    0x25: 0x87,
    Reg.RF_CFG: 0x48,
    0x27: 0x88,
    0x28: 0x20,
    0x29: 0x20,
    0x33: 0x80,
    0x36: 0x40,
    0x3C: 0xFF,
    0x3E: 0x03,
}

# What a write can change; a register that is not named here takes all eight bits.
WRITABLE = {
    0x00: 0x00,
    Reg.DIV_IEN: 0x94,
    Reg.ERROR: 0x00,
    Reg.STATUS1: 0x00,
    Reg.STATUS2: 0xC0,
    Reg.WATER_LEVEL: 0x3F,
    Reg.CONTROL: 0x00,
    Reg.BIT_FRAMING: 0x77,
    Reg.COLL: 0x80,
    0x0F: 0x00,
    0x10: 0x00,
    Reg.CRC_RESULT_H: 0x00,
    Reg.CRC_RESULT_L: 0x00,
    0x30: 0x00,
    Reg.T_COUNTER_H: 0x00,
    Reg.T_COUNTER_L: 0x00,
    Reg.VERSION: 0x00,
}


def after_reset() -> list[int]:
    values = [0] * 64
    for register, value in RESET.items():
        values[register] = value
    return values
