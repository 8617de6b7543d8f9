"""An I2C bus with displays on it, as their chips see it: what luma sends ends up as dots or signs.

`Bus.plug` puts a chip at an address; nothing answers elsewhere. `Bus.smbus` stands in for `smbus2.SMBus`.
"""

from __future__ import annotations

import errno
from typing import Any


class Bus:
    """The wires, and what is plugged in."""

    def __init__(self) -> None:
        self.chips: dict[int, Any] = {}
        self.open = 0  # how many hold the bus
        self.there = True

    def plug(self, address: int, chip: Any) -> Any:
        self.chips[address] = chip
        return chip

    def unplug(self, address: int) -> Any:
        return self.chips.pop(address)

    def smbus(self, _port: int) -> Smbus:
        if not self.there:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", "/dev/i2c-1")
        self.open += 1
        return Smbus(self)


class Smbus:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._closed = False

    def _chip(self, address: int) -> Any:
        if address not in self._bus.chips:
            raise OSError(errno.EREMOTEIO, "Remote I/O error")
        return self._bus.chips[address]

    def write_byte(self, address: int, value: int) -> None:
        self._chip(address).take(bytes([value]))

    def write_i2c_block_data(self, address: int, register: int, data: list[int]) -> None:
        self._chip(address).take(bytes([register, *data]))

    def i2c_rdwr(self, *messages: Any) -> None:
        for message in messages:
            self._chip(message.addr).take(bytes(list(message)))

    def close(self) -> None:
        """As smbus2 does: a second close does nothing."""
        self._bus.open -= 0 if self._closed else 1
        self._closed = True


class Dots:
    """SSD1306 (its window of columns and pages) or SH1106 (a page at a time, two columns further)."""

    WIDTH, PAGES = 132, 8

    def __init__(self, offset: int = 0) -> None:
        self._offset = offset
        self.on = False
        self.contrast = 0
        self._memory = [[0] * self.WIDTH for _ in range(self.PAGES)]
        self._column, self._page = 0, 0
        self._columns, self._pages = (0, 127), (0, 7)

    def take(self, sent: bytes) -> None:
        if sent[0] == 0x40:
            for byte in sent[1:]:
                self._put(byte)
        else:
            self._command(list(sent[1:]))

    def _put(self, byte: int) -> None:
        self._memory[self._page][self._column] = byte
        self._column += 1
        if not self._offset and self._column > self._columns[1]:
            self._column = self._columns[0]
            self._page = self._page + 1 if self._page < self._pages[1] else self._pages[0]

    def _command(self, words: list[int]) -> None:
        while words:
            word = words.pop(0)
            if word in (0xAE, 0xAF):
                self.on = word == 0xAF
            elif word in (0x21, 0x22) and not self._offset:
                first, last = words.pop(0), words.pop(0)
                if word == 0x21:
                    self._columns, self._column = (first, last), first
                else:
                    self._pages, self._page = (first, last), first
            elif word in (0x81, 0xA8, 0xD3, 0xD5, 0xD9, 0xDA, 0xDB, 0x8D, 0x20):
                setting = words.pop(0)
                self.contrast = setting if word == 0x81 else self.contrast
            elif self._offset and word & 0xF0 == 0xB0:
                self._page = word & 0x0F
            elif self._offset and word <= 0x0F:
                self._column = self._column & 0xF0 | word
            elif self._offset and word <= 0x1F:
                self._column = (word & 0x0F) << 4 | self._column & 0x0F

    @property
    def rows(self) -> list[int]:
        """What is lit, a row a number whose highest bit is the leftmost dot."""
        return [
            sum(1 << (127 - x) for x in range(128) if self._memory[y // 8][x + self._offset] >> (y % 8) & 1)
            for y in range(64)
        ]


class Signs:
    """HD44780 behind a PCF8574: RS on its first line, E on its third, the signs' bits on the upper four."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.height = columns, rows
        self.memory = [0x20] * 0x80
        self.drawn = [0] * 64
        self.on = False
        self.taken = 0  # bytes that came for the memory or the signs
        self._eight = True
        self._half: int | None = None
        self._was = 0
        self._at, self._drawing = 0, False

    def take(self, sent: bytes) -> None:
        line = sent[0]
        if self._was & 4 and not line & 4:
            self._nibble(self._was >> 4, bool(self._was & 1))
        self._was = line

    def _nibble(self, nibble: int, data: bool) -> None:
        if self._eight:
            self._byte(nibble << 4, data)
        elif self._half is None:
            self._half = nibble
        else:
            byte, self._half = self._half << 4 | nibble, None
            self._byte(byte, data)

    def _byte(self, byte: int, data: bool) -> None:
        if data:
            self.taken += 1
            (self.drawn if self._drawing else self.memory)[self._at] = byte
            self._at += 1
        elif byte & 0x80:
            self._at, self._drawing = byte & 0x7F, False
        elif byte & 0x40:
            self._at, self._drawing = byte & 0x3F, True
        elif byte & 0x20:
            self._eight = bool(byte & 0x10)
        elif byte & 0x08:
            self.on = bool(byte & 0x04)
        elif byte == 0x01:
            self.memory, self._at = [0x20] * 0x80, 0

    @property
    def codes(self) -> list[list[int]]:
        """What stands in each row: its third and fourth go on where the first and second end."""
        starts = (0, 0x40, self.columns, 0x40 + self.columns)[: self.height]
        return [self.memory[start : start + self.columns] for start in starts]

    def sign(self, place: int) -> tuple[int, ...]:
        """The rows of one of the eight signs that can be drawn."""
        return tuple(self.drawn[place * 8 : place * 8 + 8])
