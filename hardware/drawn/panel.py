"""What faces the members: lamp, buzzer, display."""

from __future__ import annotations

from drawn.sheet import PLUS, SMALL, ZERO, Sheet


def panel() -> Sheet:
    """An RGB lamp, a buzzer behind a transistor, an I2C display."""
    sheet = Sheet("Lamp, buzzer and display")
    sheet.box(0, -11.2, 3.6, 12, "Raspberry Pi")
    _lamp(sheet)
    _buzzer(sheet)
    _display(sheet)
    return sheet


def _lamp(sheet: Sheet) -> None:
    for y, pin, ohms, name in (
        (0, "GPIO19, pin 35", "330 Ohm", "red"),
        (-1.3, "GPIO18, pin 12", "100 Ohm", "green"),
        (-2.6, "GPIO24, pin 18", "100 Ohm", "blue"),
    ):
        sheet.text(3.4, y, pin, side="right")
        sheet.part("Resistor", (3.6, y), (6.4, y))
        sheet.text(5, y + 0.42, ohms, side="center", size=SMALL)
        sheet.part("LED", (6.4, y), (9, y))
        sheet.text(8.9, y + 0.3, name, side="center", size=SMALL)
        sheet.wire((9, y), (10, y))
    sheet.wire((10, 0), (10, -3.8), (3.6, -3.8), colour=ZERO)
    sheet.dot(10, -1.3)
    sheet.dot(10, -2.6)
    sheet.text(3.4, -3.8, "ground, pin 14", side="right")
    sheet.text(10.4, -1.3, "RGB LED, common cathode: its longest leg to ground.")
    sheet.text(10.4, -1.85, "A bigger lamp needs transistors, as the buzzer has.", size=SMALL)


def _buzzer(sheet: Sheet) -> None:
    sheet.text(3.4, -5, "5 V, pin 4", side="right")
    sheet.wire((3.6, -5), (8.6, -5), colour=PLUS)
    sheet.text(3.4, -7, "GPIO13, pin 33", side="right")
    sheet.part("Resistor", (3.6, -7), (7.8, -7))
    sheet.text(5.7, -6.55, "1 kOhm", side="center", size=SMALL)
    ends = sheet.transistor("BjtNpn", 7.8, -7)
    x, top = ends["collector"]
    sheet.named(x - 1.1, top, 2.2, 0.9, "buzzer")
    sheet.wire((8.6, -5), (x, -5), (x, top + 0.9), colour=PLUS)
    sheet.text(x + 1.4, top + 0.45, "active buzzer, + to 5 V")
    sheet.text(x + 0.3, -7.4, "BC547")
    sheet.wire(ends["emitter"], (x, -8), (3.6, -8), colour=ZERO)
    sheet.text(3.4, -8, "ground, pin 34", side="right")


def _display(sheet: Sheet) -> None:
    sheet.box(8.6, -11.2, 4.4, 2.6, "")
    sheet.text(10.8, -8.35, "OLED, I2C, 3.3 V", side="center")
    for y, pin, name, colour in (
        (-9, "3.3 V, pin 1", "VCC", PLUS),
        (-9.65, "GPIO2, pin 3", "SDA", "#176b2c"),
        (-10.3, "GPIO3, pin 5", "SCL", "#176b2c"),
        (-10.95, "ground, pin 6", "GND", ZERO),
    ):
        sheet.text(3.4, y, pin, side="right")
        sheet.text(8.8, y, name)
        sheet.wire((3.6, y), (8.6, y), colour=colour)
    sheet.text(13.4, -9.4, "A character display with 5 V pulls SDA and SCL to 5 V,")
    sheet.text(13.4, -9.95, "which ends the Pi: give it 3.3 V, or a level shifter.")
