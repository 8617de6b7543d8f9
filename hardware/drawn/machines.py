"""Whole machines: a laser with its extraction, a CNC in its enable circuit, a door."""

from __future__ import annotations

from drawn.sheet import FAINT, LARGE, MAINS, PLUS, SMALL, ZERO, Sheet


def laser() -> Sheet:
    """A laser: its enable chain, and an extraction that runs on without us."""
    sheet = Sheet("Laser cutter: relay KL in its laser enable, extraction on an off-delay relay of its own")
    _laser_control(sheet)
    _laser_enable(sheet)
    _extraction(sheet)
    sheet.notes(
        0,
        -14.3,
        (
            "S1: contacts added to the laser's own emergency stop; or one beside it,",
            "which opens the laser's own stop circuit too.",
            "The laser's mains, its own emergency stop and its lid switches stay as their maker wired them.",
            "In a laser supply there are 20,000 V, off or on: for somebody who knows it, unplugged.",
            "KL has forcibly guided contacts (EN 61810-3), so that its contact 21-22 tells the truth.",
            "Pi dead: both of the gate's relays open; the beam is gone, and KT lets the air run on.",
            "The chiller: line 4 once more, with GPIO22. Each coil has its suppressor.",
        ),
    )
    return sheet


def _laser_control(sheet: Sheet) -> None:
    sheet.text(0, 1.8, "1. Control circuit, 24 V", size=LARGE)
    sheet.plus(0)
    sheet.contact((2.6, 0), (8.2, 0), "S1 emergency stop, 1st contact", closed=True)
    sheet.contact((8.2, 0), (13.8, 0), 'gate\'s relay "enable", GPIO17', closed=False)
    sheet.wire((13.8, 0), (15, 0))
    sheet.suppressed(15, 0, "KL", "suppressor", "(diode: ring to A1)")
    sheet.zero(15, -2, 0)


def _laser_enable(sheet: Sheet) -> None:
    sheet.text(0, -4, "2. The laser's own enable loop (low voltage, as in its manual)", size=LARGE)
    sheet.box(-0.4, -7.4, 4, 2.6)
    sheet.text(1.6, -6.1, "laser power supply", side="center", size=SMALL)
    sheet.text(3.4, -5.5, "ENABLE", side="right")
    sheet.text(3.4, -6.9, "COMMON", side="right")
    sheet.wire((3.6, -5.5), (4.4, -5.5))
    sheet.contact((4.4, -5.5), (8, -5.5), "lid switches", "maker's: leave them", closed=True)
    sheet.contact((8, -5.5), (11.6, -5.5), "water flow", "maker's: leave it", closed=True)
    sheet.contact((11.6, -5.5), (15.2, -5.5), "KL 13-14", "ours, in series", closed=False)
    sheet.wire((15.2, -5.5), (16, -5.5), (16, -6.9), (3.6, -6.9))
    _told(
        sheet,
        -4,
        "3. Told to the gate (read only)",
        (
            ("GPIO5, pin 29", "S1, 2nd contact, normally closed", True),
            ("GPIO6, pin 31", "lid, a switch of its own", True),
            ("GPIO26, pin 37", "KL 21-22, normally closed", True),
        ),
    )


def _told(sheet: Sheet, y: float, title: str, rows: tuple[tuple[str, str, bool], ...]) -> None:
    """Contacts to ground that the Pi reads, each through 1 kOhm."""
    sheet.text(18, y, title, size=LARGE)
    foot = y - 1.5 - 1.0 * len(rows)
    sheet.box(18, foot - 0.4, 3.4, y - 0.2 - foot)
    sheet.text(18.2, y - 0.85, "Pi", size=SMALL, colour=FAINT)
    for number, (pin, words, closed) in enumerate(rows):
        at = y - 1.5 - 1.0 * number
        sheet.text(21.2, at, pin, side="right")
        sheet.part("Resistor", (21.4, at), (23.4, at))
        sheet.contact((23.4, at), (26, at), "", " ", closed=closed)
        sheet.dot(26, at, ZERO)
        sheet.text(26.4, at, words)
    sheet.text(22.4, y - 1.0, "1 kOhm", side="center", size=SMALL)
    sheet.wire((26, y - 1.5), (26, foot), (21.4, foot), colour=ZERO)
    sheet.text(21.2, foot, "ground, pin 39", side="right")


def _extraction(sheet: Sheet) -> None:
    sheet.text(
        0,
        -8.8,
        "4. Extraction, 24 V: it runs on by itself, and no emergency stop is in this line",
        size=LARGE,
    )
    sheet.plus(-10.8)
    sheet.wire((2.6, -10.8), (3.6, -10.8))
    sheet.contact((3.6, -10.8), (9, -10.8), 'gate\'s relay "extraction", GPIO27', closed=False)
    sheet.box(9, -12.2, 5, 2.2)
    sheet.text(9.2, -10.8, "S")
    sheet.text(11.5, -10.9, "off-delay relay KT", side="center")
    sheet.text(11.5, -11.4, "set to 3 minutes", side="center", size=SMALL)
    sheet.text(13.8, -11.8, "15", side="right", size=SMALL)
    sheet.text(13.8, -10.3, "A1", side="right", size=SMALL)
    sheet.text(11.5, -11.95, "A2", side="center", size=SMALL)
    sheet.text(13.8, -11.2, "18", side="right", size=SMALL)
    sheet.wire((3.1, -10.8), (3.1, -9.5), (14.6, -9.5), (14.6, -10.3), (14, -10.3), colour=PLUS)
    sheet.dot(3.1, -10.8)
    sheet.text(14.9, -9.7, "24 V, always, to A1 and to 15", size=SMALL, colour=PLUS)
    sheet.wire((14, -11.8), (14.8, -11.8), colour=PLUS)
    sheet.text(14.9, -11.8, "24 V", size=SMALL, colour=PLUS)
    sheet.wire((14, -11.2), (16.4, -11.2))
    sheet.named(16.4, -12.6, 4.6, 2, "contactor", "of the fan")
    sheet.text(21.4, -11.6, "its poles: mains, an electrician's work", colour=MAINS)
    sheet.wire((18.7, -12.6), (18.7, -13.4), (0.1, -13.4), colour=ZERO)
    sheet.wire((11.5, -12.2), (11.5, -13.4), colour=ZERO)
    sheet.dot(11.5, -13.4, ZERO)
    sheet.end(0, -13.4, ZERO)
    sheet.text(-0.3, -13.4, "0 V", side="right", colour=ZERO)


def cnc() -> Sheet:
    """A CNC: the gate in the input that lets a program begin; its mains are left alone."""
    sheet = Sheet(
        "CNC: relay KC in the circuit that lets a program start; mains, spindle and drives left alone"
    )
    sheet.text(0, 1.8, "1. Control circuit, 24 V", size=LARGE)
    sheet.plus(0)
    sheet.contact((2.6, 0), (8.2, 0), 'gate\'s relay "enable", GPIO17', closed=False)
    sheet.wire((8.2, 0), (10, 0))
    sheet.suppressed(10, 0, "KC", "suppressor", "(diode: ring to A1)")
    sheet.zero(10, -2, 0)
    _cnc_machine(sheet)
    _cnc_told(sheet)
    sheet.notes(
        0,
        -12.3,
        (
            "Without mains a spindle coasts for minutes, and an axis falls into the work.",
            "Never the drives' enable either: only an input that holds back cycle start.",
            "The machine's own emergency stop and door switches stay in its own safety circuit.",
            "The gate is no part of that.",
        ),
    )
    return sheet


def _cnc_machine(sheet: Sheet) -> None:
    sheet.text(0, -4, "2. The machine, as its maker wired it", size=LARGE)
    sheet.box(5.6, -11.4, 10.4, 6.8)
    sheet.named(6, -7, 5.2, 2, "control: input that", "permits CYCLE START")
    sheet.named(6, -9, 5.2, 1.4, "control: RUNNING output")
    sheet.named(6, -11, 5.2, 1.4, "spindle and drives", colour=MAINS)
    sheet.named(11.6, -11, 4, 6, "its own", "emergency stop", "and door switches:", "left alone")
    sheet.contact((1.4, -5.5), (5, -5.5), "KC 13-14", "ours", closed=False)
    sheet.wire((5, -5.5), (6, -5.5))
    sheet.wire((1.4, -5.5), (1, -5.5), (1, -6.5), (6, -6.5))
    sheet.coil(3, -7.2, "KR")
    sheet.wire((6, -8), (4.4, -8), (4.4, -7.2), (3, -7.2))
    sheet.wire((6, -8.6), (4.4, -8.6), (4.4, -9.2), (3, -9.2))
    sheet.text(2.1, -8.2, "ours", side="right", size=SMALL, colour=FAINT)
    sheet.wire((6, -10.3), (1.2, -10.3), colour=MAINS, thick=True)
    sheet.text(1, -10.3, "mains", side="right", colour=MAINS)
    sheet.text(3.6, -9.9, "nothing of ours", side="center", size=SMALL, colour=MAINS)
    sheet.text(3.6, -10.7, "stands in this line", side="center", size=SMALL, colour=MAINS)


def _cnc_told(sheet: Sheet) -> None:
    _told(
        sheet,
        -4,
        "3. Told to the gate (read only)",
        (
            ("GPIO20, pin 38", "KR 13-14, normally open: running", False),
            ("GPIO5, pin 29", "a spare contact of its emergency stop", True),
            ("GPIO26, pin 37", "KC 21-22, normally closed", True),
        ),
    )
    sheet.text(18, -9.8, "KR keeps the machine's 24 V away from the Pi's 3.3 V:")
    sheet.text(18, -10.35, "they meet nowhere. KR has a suppressor too.")


def door() -> Sheet:
    """A door: a fail-secure strike from outside, the handle from inside."""
    sheet = Sheet("Door: a fail-secure strike opens it from outside; from inside the handle does, always")
    sheet.text(0, 1.8, "1. Strike circuit, 12 or 24 V as the strike asks", size=LARGE)
    sheet.plus(0, "+")
    sheet.contact((2.6, 0), (8.2, 0), 'gate\'s relay "strike", GPIO17', closed=False)
    sheet.wire((8.2, 0), (10, 0))
    sheet.suppressed(10, 0, "strike", "diode, ring to +", "(direct current only)")
    sheet.zero(10, -2, 0)
    _doorway(sheet)
    sheet.notes(
        0,
        -12.2,
        (
            "Fail-secure: without current it stays shut for those who come in.",
            "Nobody inside ever needs the gate to leave: the handle draws the latch back by itself,",
            "without a badge, without current, with the Pi unplugged.",
            "No magnet lock, no reader inside, no strike that needs current to let people go.",
            "An escape door: ask the fire service first.",
        ),
    )
    return sheet


def _doorway(sheet: Sheet) -> None:
    sheet.text(0, -4, "2. At the door, seen from above", size=LARGE)
    sheet.text(2.4, -5.2, "OUTSIDE", side="center", colour=FAINT)
    sheet.text(2.4, -10.8, "INSIDE: the way out", side="center", colour=FAINT)
    sheet.named(-0.4, -8.6, 3.4, 1.2, "wall")
    sheet.named(3, -8.4, 8.6, 0.8, "door leaf")
    sheet.named(11.6, -8.6, 1.6, 1.2, "strike")
    sheet.named(13.2, -8.6, 6, 1.2)
    sheet.text(14.6, -8, "wall", side="center")
    sheet.named(14.6, -7, 3, 1.2, "badge reader")
    sheet.text(17.9, -6.4, "leads under 20 cm:")
    sheet.text(17.9, -6.9, "the Pi is inside, behind it")
    sheet.named(14.6, -10.4, 3, 1.2, "Pi and relay")
    sheet.wire((16.1, -7), (16.1, -9.2), dashed=True)
    sheet.text(9.6, -6.6, "knob: does not turn", side="center")
    sheet.wire((9.6, -6.9), (9.6, -7.6))
    sheet.text(9.6, -9.7, "handle: opens, always", side="center")
    sheet.wire((9.6, -9.3), (9.6, -8.4))
