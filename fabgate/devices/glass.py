"""What displays on the I2C bus have in common: pages, a device that may come and go, one error.

The bus is touched when something is first written, so that one that is plugged in later comes up by
itself; what failed is let go of, and opened anew by the next call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, Protocol, TypeVar

from fabgate.devices.protocols import NO_HEAD, Head
from fabgate.errors import DeviceError

Page = TypeVar("Page")
Paints = Callable[[Any, Page], None]


class Maker(Protocol):
    """Brings a device of luma up. `faults` are what it and its devices raise."""

    @property
    def faults(self) -> tuple[type[Exception], ...]: ...

    def open(self) -> Any:  # noqa: ANN401 - luma has no types
        """A device that has answered. Raises `faults`, and leaves nothing open then."""

    def let_go(self, device: Any) -> None:  # noqa: ANN401
        """Close the bus, whatever state the device is in. Raises nothing."""


class Glass(Generic[Page]):
    """One display. `pages` says what it shows for some lines, `paint` brings a page onto the device."""

    def __init__(
        self,
        where: str,
        maker: Maker,
        pages: Callable[[tuple[str, ...], Head], tuple[Page, ...]],
        paint: Callable[[], Paints[Page]],
    ) -> None:
        """`paint` is called for each device that is opened: what it knows of the last one is void."""
        self._where, self._maker, self._pages, self._painter = where, maker, pages, paint
        self._device: Any = None
        self._paint = paint()
        self._lines: tuple[str, ...] = ()
        self._closed = False

    def write(self, lines: tuple[str, ...], head: Head = NO_HEAD) -> int:
        self._lines = lines
        pages = self._pages(lines, head)
        self._show(pages[0])
        return len(pages)

    def turn(self, page: int, head: Head) -> None:
        pages = self._pages(self._lines, head)
        self._show(pages[page % len(pages)])

    def close(self) -> None:
        """Dark: what stands on a display must be true. A second close does nothing."""
        self._closed = True
        if self._device is not None:
            with suppress(*self._maker.faults):
                self._device.cleanup()
            self._let_go()

    def _show(self, page: Page) -> None:
        if self._closed:
            raise DeviceError(f"{self._where} is closed", "Open the bench again before using it.")
        with self._guard():
            if self._device is None:
                self._device, self._paint = self._maker.open(), self._painter()
            self._paint(self._device, page)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except self._maker.faults as error:
            self._let_go()
            raise DeviceError(
                f"{self._where} does not answer: {error or type(error).__name__}",
                "See that it is wired as configured, and that `i2cdetect -y 1` shows its address.",
            ) from error

    def _let_go(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            self._maker.let_go(device)
