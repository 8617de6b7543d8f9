"""The badge reader, and the slot in which a badge stays."""

from __future__ import annotations

from drawn.sheet import FAINT, PLUS, SMALL, ZERO, Row, Sheet


def rc522() -> Sheet:
    """An RC522 on the Pi's SPI bus."""
    sheet = Sheet("RC522 badge reader to Raspberry Pi, seven wires")
    rows = (
        Row("3.3 V, pin 17", "3.3V", PLUS),
        Row("GPIO8, pin 24", "SDA (or SS, NSS)"),
        Row("GPIO11, pin 23", "SCK"),
        Row("GPIO10, pin 19", "MOSI"),
        Row("GPIO9, pin 21", "MISO"),
        Row("GPIO25, pin 22", "RST"),
        Row("ground, pin 20", "GND", ZERO),
        Row("nothing", "IRQ", FAINT),
    )
    sheet.joined(rows[:-1], "Raspberry Pi", "RC522 board")
    sheet.text(7.8, -5.7, "IRQ: leave it free", colour=FAINT)
    sheet.text(5.6, 0.3, "never 5 V", side="center", size=SMALL, colour=PLUS)
    sheet.notes(
        0,
        -6.6,
        (
            "Wire it with the Pi unplugged. Leads under 20 cm, soldered or crimped.",
            "Wire by the names that are printed on your board: the order of its pins differs.",
            "No metal behind or before the antenna.",
        ),
    )
    return sheet


def slot() -> Sheet:
    """A slot for the badge, seen from the side, and the switch at its ground."""
    sheet = Sheet("A slot for the badge: the reader behind it, and a switch at its ground")
    _side_view(sheet)
    _switch(sheet)
    sheet.notes(
        0,
        -4.4,
        (
            'An RC522 sees by itself that the badge has left: hold = "slot", and no switch is needed.',
            'A USB reader does not. With it the switch is the member\'s "I am done" (role = "button"):',
            "badge pulled, switch closed, and the session ends as after a tap of their own.",
            "The switch never stands in the coil's circuit: a pulled badge must not cut a job short.",
        ),
    )
    return sheet


def _side_view(sheet: Sheet) -> None:
    sheet.text(3.2, 4.6, "from the side", side="center", colour=FAINT)
    sheet.named(0.2, -2.2, 0.9, 5.4)  # front panel
    sheet.text(0.65, 3.5, "front", side="center")
    sheet.wire((1.5, 4.2), (1.5, -1.7), thick=True)
    sheet.text(1.7, 4.2, "badge, a third of it to hold", size=SMALL)
    sheet.named(1.9, -2.2, 0.4, 5.4)  # back wall of the slot
    sheet.named(2.5, -1.4, 0.6, 3.2)
    sheet.text(3.3, 0.4, "reader, flat against")
    sheet.text(3.3, -0.1, "the slot, no metal near")
    sheet.named(1.1, -2.9, 1.6, 0.6, "switch")
    sheet.text(2.9, -2.6, "its lever is pressed by the badge")


def _switch(sheet: Sheet) -> None:
    sheet.text(14, 4.6, "the switch (only with a USB reader)", side="center", colour=FAINT)
    sheet.box(9.6, -0.6, 3.2, 3.4, "Raspberry Pi")
    sheet.text(12.6, 2, "GPIO4, pin 7", side="right")
    sheet.text(12.6, 0, "ground, pin 9", side="right")
    sheet.part("Resistor", (12.8, 2), (15, 2), "1 kOhm")
    sheet.wire((15, 2), (17.4, 2))
    sheet.contact((17.4, 2), (17.4, 0), "C and NC of the switch", "closed without a badge", closed=True)
    sheet.wire((17.4, 0), (12.8, 0), colour=ZERO)
