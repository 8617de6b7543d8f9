"""What the Pi reads: contacts to ground, and the current of a machine."""

from __future__ import annotations

from drawn.sheet import FAINT, MAINS, PLUS, SMALL, USUAL, ZERO, Row, Sheet

CONTACTS = (
    ("GPIO5, pin 29", "estop: emergency stop, its 2nd contact", True),
    ("GPIO6, pin 31", "lid: closed while the lid is shut", True),
    ("GPIO26, pin 37", "mirror: of the contactor, 21-22", True),
    ("GPIO12, pin 32", "tamper: closed while the gate's box is shut", True),
    ("GPIO21, pin 40", "key: key switch, closed when on", True),
    ("GPIO4, pin 7", 'button: "I am done"', False),
    ("GPIO16, pin 36", 'oops: "out of service"', False),
    ("GPIO20, pin 38", "running: the machine works", False),
)


def contacts() -> Sheet:
    """Every kind of contact, at rest."""
    sheet = Sheet("Contacts to the Pi, each from its pin through 1 kOhm to ground, drawn at rest")
    sheet.box(0, -10.4, 3.6, 11.2, "Raspberry Pi")
    for number, (pin, words, closed) in enumerate(CONTACTS):
        y = -1.15 * number
        sheet.text(3.4, y, pin, side="right")
        sheet.wire((3.6, y), (5, y))
        sheet.part("Resistor", (5, y), (7.2, y))
        sheet.contact((7.2, y), (10, y), "", " ", closed=closed)
        sheet.dot(10, y, ZERO)
        sheet.text(10.4, y + 0.2, words)
        rest = "normally closed: it opens, and so does a cut wire" if closed else "normally open: it closes"
        sheet.text(10.4, y - 0.25, rest, size=SMALL, colour=FAINT)
    sheet.text(6.1, 0.5, "1 kOhm each", side="center", size=SMALL)
    sheet.wire((10, 0), (10, -9.8), (3.6, -9.8), colour=ZERO)
    sheet.text(3.4, -9.8, "ground, pin 39", side="right")
    sheet.part("Capacitor", (4.4, -8.05), (4.4, -9.8))
    sheet.dot(4.4, -8.05)
    sheet.dot(4.4, -9.8, ZERO)
    sheet.text(5, -8.95, "100 nF at each pin with")
    sheet.text(5, -9.4, "a lead longer than 1 m", size=USUAL)
    sheet.notes(
        0,
        -11.4,
        (
            "The chip pulls each pin up. Only bare contacts: 5 V, 12 V or 24 V on a pin ends the Pi.",
            "Wire those that you have, and write them into the configuration.",
            "Emergency stop, lid and doors work in their own chains too, without us:",
            "what is drawn here only lets the gate know.",
        ),
    )
    return sheet


def ads1115() -> Sheet:
    """A current clamp at an ADS1115, on the I2C bus."""
    sheet = Sheet("Current clamp SCT-013-030 at an ADS1115")
    _clamp(sheet, "A1", "A0")
    rows = (
        Row("3.3 V, pin 1", "VDD", PLUS),
        Row("GPIO2, pin 3", "SDA"),
        Row("GPIO3, pin 5", "SCL"),
        Row("ground, pin 6", "GND, and ADDR to GND", ZERO),
    )
    _converter(sheet, rows, "ADS1115")
    return sheet


def mcp3008() -> Sheet:
    """A current clamp at an MCP3008, on the SPI bus beside the reader."""
    sheet = Sheet("Current clamp SCT-013-030 at an MCP3008, beside an RC522")
    _clamp(sheet, "", "CH0")
    rows = (
        Row("3.3 V, pin 1", "VDD, VREF", PLUS),
        Row("GPIO11, pin 23", "CLK"),
        Row("GPIO9, pin 21", "DOUT"),
        Row("GPIO10, pin 19", "DIN"),
        Row("GPIO7, pin 26", "CS"),
        Row("ground, pin 25", "AGND, DGND", ZERO),
    )
    _converter(sheet, rows, "MCP3008")
    return sheet


def _converter(sheet: Sheet, rows: tuple[Row, ...], name: str) -> None:
    height = 0.8 * len(rows) + 0.4
    low = min(0.6 - height, -4.2)
    sheet.box(0, low, 3.4, 0.6 - low, "Raspberry Pi")
    sheet.box(6.6, low, 5, 0.6 - low, name)
    for number, row in enumerate(rows):
        y = -0.8 * number
        sheet.text(3.2, y, row.left, side="right")
        sheet.text(6.8, y, row.right)
        sheet.wire((3.4, y), (6.6, y), colour=row.colour)
    sheet.notes(
        0,
        -7.4,
        (
            "R1 and R2 hold the clamp at half of 3.3 V: half-waves below 0 V would damage the chip.",
            "Exactly one conductor through the clamp: in a whole cable, there and back cancel out.",
            "The clamp is closed around the conductor by an electrician, mains off.",
            "SCT-013-030: 1 V is 30 A (per_volt = 30). A clamp without a resistor inside (SCT-013-000)",
            "needs one across it, always, before current flows.",
        ),
    )


def _clamp(sheet: Sheet, low_name: str, high_name: str) -> None:
    sheet.text(11.4, -1, high_name, side="right")
    sheet.wire((11.6, -1), (14.4, -1), (14.4, -1.4))
    sheet.named(13.4, -2.6, 2, 1.2, "clamp")
    sheet.text(13.2, -1.75, "around ONE", side="right", size=SMALL)
    sheet.text(13.2, -2.25, "conductor", side="right", size=SMALL, colour=MAINS)
    sheet.wire((14.4, -2.6), (14.4, -3))
    if low_name:
        sheet.text(11.4, -3, low_name, side="right")
        sheet.wire((11.6, -3), (14.4, -3))
        sheet.dot(14.4, -3)
    sheet.wire((14.4, -3), (21, -3))
    _divider(sheet)


def _divider(sheet: Sheet) -> None:
    sheet.text(17.6, 0.55, "3.3 V, pin 1", side="center", colour=PLUS)
    sheet.part("Resistor", (17.6, 0.2), (17.6, -3))
    sheet.text(18.2, -1.4, "R1 10 kOhm")
    sheet.part("Resistor", (17.6, -3), (17.6, -5.8))
    sheet.text(18.2, -4.4, "R2 10 kOhm")
    sheet.part("Capacitor", (21, -3), (21, -5.8))
    sheet.text(21.6, -4.4, "C1 10 µF")
    sheet.wire((17.6, -5.8), (21, -5.8), colour=ZERO)
    sheet.text(19.3, -6.2, "ground", side="center", colour=ZERO)
    sheet.dot(17.6, -3)
    sheet.text(19.3, -2.6, "1.65 V", side="center", size=SMALL, colour=FAINT)
