"""Displays on the I2C bus by their kind. luma and Pillow are imported here, and only for these kinds.

They are the extra `fabgate[display]`; a gate without such a display needs neither.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from types import ModuleType
from typing import Any

from fabgate.config import MachineSettings, Panel
from fabgate.devices.glass import Glass
from fabgate.devices.lcd import SIZES, Painter, pages
from fabgate.devices.none import NoDisplay
from fabgate.devices.oled import HEIGHT, WIDTH, pictures
from fabgate.devices.protocols import Display
from fabgate.devices.strike import Sheet
from fabgate.errors import DeviceError
from fabgate.model import MachineId

KINDS = ("lcd", "none", "oled")
BRIGHT, FAINT = 0xCF, 0x08  # of 255


def open_display(panel: Panel, what: str = "the display") -> Display:
    """The display of this panel; `what` names it in what goes wrong. The bus is not touched yet.

    Raises DeviceError for a kind or size that is not known, and without luma.
    """
    where = f"{what} at {panel.display_address:#04x} on I2C bus {panel.display_bus}"
    match panel.display:
        case "oled":
            return _oled(panel, where)
        case "lcd":
            return _lcd(panel, where)
        case "none":
            return NoDisplay()
    raise DeviceError(
        f"{what}: {panel.display!r} is not a kind of display on the I2C bus",
        f"Set it to one of: {', '.join(KINDS)}.",
    )


def check_displays(wiring: Mapping[MachineId, MachineSettings]) -> None:
    """Raises DeviceError for a size that no character display has, and where two are at one address."""
    taken: dict[tuple[int, int], str] = {}
    for machine, wired in wiring.items():
        panel, what = wired.panel, f"the display of machine {machine}"
        if panel.display not in ("oled", "lcd"):
            continue
        _check_size(panel, what)
        place = (panel.display_bus, panel.display_address)
        if place in taken:
            raise DeviceError(
                f"{what} and {taken[place]} are both at {place[1]:#04x} on I2C bus {place[0]}",
                "Give one another address (a solder bridge on its back), or another bus.",
            )
        taken[place] = what


def _check_size(panel: Panel, what: str) -> None:
    size = (panel.display_columns, panel.display_rows)
    if panel.display == "lcd" and size not in SIZES:
        known = ", ".join(f"{columns} by {rows}" for columns, rows in SIZES)
        raise DeviceError(
            f"{what} has {size[0]} columns and {size[1]} rows",
            f"Set display_columns and display_rows to one of: {known}.",
        )


def _oled(panel: Panel, where: str) -> Display:
    image = _imported("PIL.Image")

    def paint(device: Any, sheet: Sheet) -> None:  # noqa: ANN401 - luma has no types
        device.contrast(FAINT if sheet.dim else BRIGHT)
        device.display(image.frombytes("1", (sheet.width, sheet.height), sheet.packed()))

    return Glass(where, OledMaker(panel), pictures, lambda: paint)


def _lcd(panel: Panel, where: str) -> Display:
    _check_size(panel, where)
    columns, rows = panel.display_columns, panel.display_rows
    maker = LcdMaker(panel)
    return Glass(
        where, maker, lambda lines, head: pages(lines, head, columns, rows), lambda: Painter(columns, rows)
    )


class _Maker(ABC):
    """Brings one display up on its bus. `line` is luma's class for what lies between."""

    line = "i2c"
    asks = 0  # a command that changes nothing

    def __init__(self, panel: Panel, device: str) -> None:
        self._panel = panel
        self._devices, self._lines = _imported(device), _imported("luma.core.interface.serial")
        error: type[Exception] = _imported("luma.core.error").Error
        self.faults: tuple[type[Exception], ...] = (error, OSError)

    def open(self) -> Any:  # noqa: ANN401
        """luma keeps every device that it ever made, so none is made before the bus has answered."""
        line = getattr(self._lines, self.line)(
            port=self._panel.display_bus, address=self._panel.display_address
        )
        try:
            line.command(self.asks)
            device = self._made(line)
        except self.faults:
            line.cleanup()
            raise
        return device

    def let_go(self, device: Any) -> None:  # noqa: ANN401
        with suppress(*self.faults):
            device._serial_interface.cleanup()  # its own cleanup would speak to it first

    @abstractmethod
    def _made(self, line: Any) -> Any:  # noqa: ANN401
        """luma's device on that line, which has answered."""


class OledMaker(_Maker):
    """A display of dots, by luma.oled."""

    asks = 0xE3  # NOP of SSD1306 and SH1106

    def __init__(self, panel: Panel) -> None:
        super().__init__(panel, "luma.oled.device")

    def _made(self, line: Any) -> Any:  # noqa: ANN401
        return getattr(self._devices, self._panel.display_driver)(line, width=WIDTH, height=HEIGHT)


class LcdMaker(_Maker):
    """A character display behind a PCF8574, by luma.lcd."""

    line = "pcf8574"

    def __init__(self, panel: Panel) -> None:
        super().__init__(panel, "luma.lcd.device")

    def _made(self, line: Any) -> Any:  # noqa: ANN401
        size = {"width": self._panel.display_columns, "height": self._panel.display_rows}
        return self._devices.hd44780(line, **size)


def _imported(name: str) -> ModuleType:
    """A package of the extra `display`. Raises DeviceError that says what to install."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise DeviceError(
            f"this display needs {name.partition('.')[0]}, which is not installed: {error}",
            "Install it into fabgate's own environment: pip install 'fabgate[display]'",
        ) from error
