"""One display: which words stand there, which page of them, and how long is left.

Used by the display thread alone. Words that take several pages are turned over, the time that is left
is kept current, and what was told is read to its end before the words of a machine at rest take its
place. A display that failed is written anew every ten seconds: whoever puts its plug back need not call
anybody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fabgate.devices.protocols import NO_HEAD, Display, Head

PAGE_MS = 4_000
RETRY_MS = 10_000
_SECOND_MS, _MINUTE_MS = 1_000, 60_000

Unit = Callable[[str], str]  # "h", "min" or "s" as the reader's language writes it


@dataclass(frozen=True, slots=True)
class Sheet:
    """Words for a display. `ends_ms` (CLOCK_BOOTTIME): when what they tell runs out by itself.

    `rest`: what the machine shows while nothing happens, and no answer that somebody waits for.
    """

    lines: tuple[str, ...]
    title: str
    ends_ms: int | None
    unit: Unit
    rest: bool

    def head(self, now_ms: int) -> Head:
        """What stands above the words at that moment."""
        return Head(self.title, "" if self.ends_ms is None else left(self.ends_ms - now_ms, self.unit))


class Screen:
    """What stands on one display. Its verbs raise DeviceError when the display fails."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._sheet: Sheet | None = None
        self._next: Sheet | None = None
        self._head = NO_HEAD
        self._page, self._pages = 0, 1
        self._turned_ms = self._read_ms = 0
        self._retry_ms: int | None = None

    def show(self, sheet: Sheet, now_ms: int) -> None:
        """Show this; what a machine at rest shows waits until what was told has been read."""
        if sheet.rest and now_ms < self._read_ms:
            self._next = sheet
        else:
            self._put(sheet, now_ms)

    def turn(self, now_ms: int) -> None:
        """Show what is due by now: the words that wait, the next page, the time that is left."""
        sheet = self._sheet
        if sheet is None:
            return
        if self._next is not None and now_ms >= self._read_ms:
            self._put(self._next, now_ms)
        elif self._retry_ms is not None:
            if now_ms >= self._retry_ms:
                self._put(sheet, now_ms)
        elif self._pages > 1 and now_ms - self._turned_ms >= PAGE_MS:
            self._turned_ms = now_ms
            self._go_to((self._page + 1) % self._pages, sheet.head(now_ms), now_ms)
        elif sheet.head(now_ms) != self._head:
            self._go_to(self._page, sheet.head(now_ms), now_ms)

    def _put(self, sheet: Sheet, now_ms: int) -> None:
        self._sheet, self._next, self._head = sheet, None, sheet.head(now_ms)
        self._page, self._pages = 0, 1
        self._turned_ms, self._read_ms = now_ms, 0
        self._retry_ms = now_ms + RETRY_MS  # unless it works
        self._pages = self._display.write(sheet.lines, self._head)
        self._retry_ms = None
        if self._pages > 1 and not sheet.rest:
            self._read_ms = now_ms + self._pages * PAGE_MS

    def _go_to(self, page: int, head: Head, now_ms: int) -> None:
        self._page, self._head = page, head
        self._retry_ms = now_ms + RETRY_MS
        self._display.turn(page, head)
        self._retry_ms = None


def left(ms: int, unit: Unit) -> str:
    """How long is left, as short as can be; "" once it is over. Rounded up, so it never says 0.

    Hours and minutes, minutes, tens of seconds below two minutes, and each of the last ten seconds.
    """
    if ms <= 0:
        return ""
    if ms <= 10 * _SECOND_MS:
        return f"{_ups(ms, _SECOND_MS)} {unit('s')}"
    if ms <= 2 * _MINUTE_MS:
        return f"{_ups(ms, 10 * _SECOND_MS) * 10} {unit('s')}"
    hours, minutes = divmod(_ups(ms, _MINUTE_MS), 60)
    if not hours:
        return f"{minutes} {unit('min')}"
    return f"{hours} {unit('h')} {minutes:02}" if minutes else f"{hours} {unit('h')}"


def _ups(ms: int, step_ms: int) -> int:
    """How many steps it takes to hold it."""
    return -(-ms // step_ms)
