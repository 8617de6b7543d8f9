"""What a character display shows (HD44780 behind a PCF8574), and how that gets there.

With four rows the machine's title and the time that is left stand above what happened and what to do
next; where nothing runs out and the words fill all four rows, they have them. With two, the words have
both rows, and title and time a page of their own while something runs out. Where the words take several
pages, the title's row says which one it is.
"""

from __future__ import annotations

from typing import Any

from fabgate.devices.lcd_signs import OWN, codes, own, table
from fabgate.devices.protocols import Head
from fabgate.devices.screens import Lines, paged, shortened, wrapped

SET_PLACE, SET_SIGN = 0x80, 0x40  # commands: where the next sign goes; which of ours the next rows draw
SIZES = ((16, 2), (16, 4), (20, 2), (20, 4))
HEADED = 3  # from so many rows on, one of them is the title's


def pages(lines: tuple[str, ...], head: Head, columns: int, rows: int) -> tuple[Lines, ...]:
    """What the display shows for these lines: for each page all rows, as wide as the display."""
    sentences = [wrapped(line, columns, len) for line in lines]
    needed = sum(map(len, sentences))
    if rows >= HEADED and not (needed == rows and not head.left):
        turned = paged(sentences, rows - 1)
        whole = [
            (_head(head, columns, number, len(turned)), *(line for _, line in page))
            for number, page in enumerate(turned)
        ]
    else:
        whole = [tuple(line for _, line in page) for page in paged(sentences, rows)]
        if head.left:
            whole.append((shortened(head.title, columns, len), head.left.rjust(columns)))
    return tuple(_filled(page, columns, rows) for page in whole)


def _head(head: Head, columns: int, number: int, of: int) -> str:
    right = " ".join(word for word in (f"{number + 1}/{of}" if of > 1 else "", head.left) if word)
    room = columns - len(right) - 1 if right else columns
    return shortened(head.title, room, len).ljust(columns - len(right)) + right


def _filled(page: Lines, columns: int, rows: int) -> Lines:
    whole = (*page, *[""] * rows)[:rows]
    return tuple(line[:columns].ljust(columns) for line in whole)


class Painter:
    """Brings pages onto one device of luma, and of each only what has changed: the bus is slow.

    Raises what luma raises.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self._columns = columns
        self._stands: list[list[int]] = [[] for _ in range(rows)]
        self._signs: list[tuple[int, ...]] = [() for _ in range(OWN)]

    def __call__(self, device: Any, page: Lines) -> None:  # noqa: ANN401 - luma has no types
        places = table(page)
        for sign, place in places.items():
            rows = own(sign) or ()
            if rows != self._signs[place]:
                device.command(SET_SIGN | place * 8)
                device.data(list(rows))
                self._signs[place] = rows
        for row, line in enumerate(page):
            wanted = codes(line, places)
            if wanted != self._stands[row]:
                device.command(SET_PLACE | self._start(row))
                device.data(wanted)
                self._stands[row] = wanted

    def _start(self, row: int) -> int:
        """Where a row begins in the display's memory: the third goes on where the first one ends."""
        return (0x40 if row % 2 else 0) + (self._columns if row > 1 else 0)
