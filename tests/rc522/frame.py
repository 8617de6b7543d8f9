"""A frame on the air: bits in the order in which they are sent, without start, parity and end.

Lengths and times at 106 kbit/s: ISO/IEC 14443-3, 6.2 (type A). The first bit on the air is the
lowest bit of the first byte, so a frame is a little-endian number with a length.
"""

from __future__ import annotations

from dataclasses import dataclass

FC_HZ = 13_560_000
FDT_AFTER_0 = 1172  # periods of the carrier from the last bit of the reader to the badge's answer
FDT_AFTER_1 = 1236
TURNAROUND = 1172  # and from the badge's answer to the next frame of the reader
PRESET_A = 0x6363


def etu_ns(count: float) -> int:
    """How long `count` bits take."""
    return round(count * 128 * 1e9 / FC_HZ)


def carrier_ns(periods: int) -> int:
    return round(periods * 1e9 / FC_HZ)


@dataclass(frozen=True, slots=True)
class Frame:
    """`length` bits; bit 0 of `bits` goes first."""

    bits: int
    length: int

    @classmethod
    def of(cls, data: bytes, last_bits: int = 0) -> Frame:
        """The frame of these bytes; of the last one only the `last_bits` lowest bits (0: all)."""
        length = 8 * len(data) - (8 - last_bits if data and last_bits else 0)
        return cls(int.from_bytes(data, "little") & ((1 << length) - 1), length)

    @property
    def data(self) -> bytes:
        """As bytes; the bits that are missing at the end are 0."""
        return self.bits.to_bytes((self.length + 7) // 8, "little")

    def first(self, count: int) -> Frame:
        count = max(0, min(count, self.length))
        return Frame(self.bits & ((1 << count) - 1), count)

    def beyond(self, count: int) -> Frame:
        """What follows the first `count` bits."""
        return Frame(self.bits >> count, self.length - count)

    @property
    def air_ns(self) -> int:
        """From the start to the end of the frame: a start bit, 9 bits a byte, an end bit."""
        return etu_ns(1 + self.length + self.length // 8 + 1)

    @property
    def ends_with_1(self) -> bool:
        """The last bit on the air: the parity of the last byte, if that is whole."""
        if self.length % 8 == 0:
            return (self.bits >> (self.length - 8)).bit_count() % 2 == 0 if self.length else False
        return bool(self.bits >> (self.length - 1) & 1)

    def bits_after(self, ns: int) -> int:
        """How many bits have arrived whole `ns` after the start of the frame."""
        slots = int(ns * FC_HZ / 128e9) - 1  # the start bit
        return max(0, min(self.length, slots - slots // 9))


def crc(data: bytes, preset: int = PRESET_A) -> int:
    """The 16-bit CRC of ISO/IEC 13239 (polynomial x16+x12+x5+1, low bit first) as the chip forms it."""
    register = preset
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register


def crc_a(data: bytes) -> bytes:
    """CRC_A as it follows the data on the air: low byte first."""
    return crc(data).to_bytes(2, "little")


def with_crc(data: bytes) -> bytes:
    return data + crc_a(data)
