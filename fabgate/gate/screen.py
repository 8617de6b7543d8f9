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

PAGE_MS, SHORT_MS = 4_000, 2_000
RETRY_MS = 10_000
DIM_MS = 600_000  # what stands on an OLED for months burns in, the sooner the brighter it is
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

    def head(self, now_ms: int, since_ms: int) -> Head:
        """What stands above the words at that moment, when they stand there since then."""
        if self.ends_ms is None:
            return Head(self.title, dim=self.rest and now_ms - since_ms >= DIM_MS)
        return Head(self.title, left(self.ends_ms - now_ms, self.unit))

    def page_ms(self, now_ms: int, pages: int) -> int:
        """How long a page stands: shorter where there would be no time left to do what the last one says."""
        if self.ends_ms is None:
            return PAGE_MS
        return max(SHORT_MS, min(PAGE_MS, (self.ends_ms - now_ms) // (2 * pages)))


class Screen:
    """What stands on one display. Its verbs raise DeviceError when the display fails."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._sheet: Sheet | None = None
        self._next: Sheet | None = None
        self._head = NO_HEAD
        self._page, self._pages, self._page_ms = 0, 1, PAGE_MS
        self._since_ms = self._turned_ms = self._read_ms = 0
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
        head = sheet.head(now_ms, self._since_ms)
        if self._next is not None and now_ms >= self._read_ms:
            self._put(self._next, now_ms)
        elif self._retry_ms is not None:
            if now_ms >= self._retry_ms:
                self._put(sheet, now_ms)
        elif self._pages > 1 and now_ms - self._turned_ms >= self._page_ms:
            self._turned_ms = now_ms
            self._go_to((self._page + 1) % self._pages, head, now_ms)
        elif head != self._head:
            self._go_to(self._page, head, now_ms)

    def _put(self, sheet: Sheet, now_ms: int) -> None:
        self._sheet, self._next, self._head = sheet, None, sheet.head(now_ms, now_ms)
        self._page, self._pages = 0, 1
        self._since_ms, self._turned_ms, self._read_ms = now_ms, now_ms, 0
        self._retry_ms = now_ms + RETRY_MS  # unless it works
        self._pages = self._display.write(sheet.lines, self._head)
        self._retry_ms = None
        self._page_ms = sheet.page_ms(now_ms, self._pages)
        if self._pages > 1 and not sheet.rest:
            self._read_ms = now_ms + self._pages * self._page_ms

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
