"""The chip's buffer: 64 bytes between the bus and the air."""

from __future__ import annotations

from collections import deque

SIZE = 64


class Fifo:
    """First in, first out. A byte too many is lost and `overflowed` stays set until a flush."""

    def __init__(self) -> None:
        self._bytes: deque[int] = deque()
        self.overflowed = False

    def __len__(self) -> int:
        return len(self._bytes)

    def push(self, byte: int) -> None:
        if len(self._bytes) == SIZE:
            self.overflowed = True
        else:
            self._bytes.append(byte)

    def pop(self) -> int:
        """The oldest byte; 0 when there is none (the data sheet does not say)."""
        return self._bytes.popleft() if self._bytes else 0

    def drain(self) -> bytes:
        data = bytes(self._bytes)
        self._bytes.clear()
        return data

    def flush(self) -> None:
        self._bytes.clear()
        self.overflowed = False

    def is_low(self, water: int) -> bool:
        return len(self._bytes) <= water

    def is_high(self, water: int) -> bool:
        return SIZE - len(self._bytes) <= water
