"""From a pin of the Pi to a coil: the relay board, the contactor's circuit, the dead-man."""

from __future__ import annotations

from drawn.sheet import FAINT, LARGE, MAINS, PLUS, SMALL, ZERO, Sheet

ROW, LOW, FOOT = 5.6, 1.4, -2.2  # the heights of the two lines of the contactor's circuit, and of 0 V
PUMP = -0.9  # the height of the charge pump on its sheet
# The charge pump: a test reckons that it holds Q2 open while it is fed, and lets go within half a second when
# the wave stops, high or low. A larger C1 would go on feeding C2 from a pin that is stuck high.
C1_UF, C2_UF, R2_KOHM, R3_KOHM = 1.0, 2.2, 1, 91


def relay() -> Sheet:
    """An active-high relay board with its pull-down."""
    sheet = Sheet("Active-high relay board with a pull-down of 10 kOhm at its input")
    sheet.box(0, -3.2, 3.6, 4, "Raspberry Pi")
    sheet.box(9.6, -3.2, 3.4, 4, "relay board, active-high")
    for y, left, right in (
        (0, "5 V, pin 2", "VCC"),
        (-1.2, "GPIO17, pin 11", "IN"),
        (-2.6, "ground, pin 9", "GND"),
    ):
        sheet.text(3.4, y, left, side="right")
        sheet.text(9.8, y, right)
    sheet.wire((3.6, 0), (9.6, 0), colour=PLUS)
    sheet.wire((3.6, -1.2), (9.6, -1.2))
    sheet.wire((3.6, -2.6), (9.6, -2.6), colour=ZERO)
    sheet.part("Resistor", (8, -1.2), (8, -2.6))
    sheet.text(7.5, -1.75, "10 kOhm", side="right")
    sheet.text(7.5, -2.15, "close to the board", side="right", size=SMALL, colour=FAINT)
    sheet.dot(8, -1.2)
    sheet.dot(8, -2.6)
    sheet.wire((13, -0.6), (14.4, -0.6))
    sheet.wire((13, -2), (14.4, -2))
    sheet.end(14.5, -0.6)
    sheet.end(14.5, -2)
    sheet.text(12.8, -0.6, "COM", side="right")
    sheet.text(12.8, -2, "NO", side="right")
    sheet.text(14.9, -1.1, "both to the coil's circuit, 24 V:")
    sheet.text(14.9, -1.6, '"gate\'s relay" on the other drawings')
    sheet.text(12.8, -2.75, "NC: leave it free", side="right", size=SMALL, colour=FAINT)
    sheet.notes(
        0,
        -4.2,
        (
            "3.3 V at IN closes the relay, 0 V opens it.",
            "A board that closes at 0 V (most blue ones, jumper JD-VCC) closes at every start: don't use it.",
            "The resistor holds the relay open whenever nobody drives the pin.",
            "VCC as your board asks, 5 V for most. IN is content with 3.3 V, and gives none back to the pin.",
            "No mains on this board, ever: it switches the 24 V of a coil.",
        ),
    )
    return sheet


def contactor() -> Sheet:
    """A contactor that holds itself, with everything that may stop the machine in series."""
    sheet = Sheet(
        "Contactor with self-hold: emergency stop, interlocks, gate and buttons in series with its coil"
    )
    _control_circuit(sheet)
    _main_poles(sheet)
    _told_to_the_pi(sheet)
    return sheet


def _control_circuit(sheet: Sheet) -> None:
    sheet.text(0, 7.4, "1. Control circuit, 24 V", size=LARGE)
    sheet.plus(ROW)
    sheet.contact((2.6, ROW), (6.6, ROW), "S1 emergency stop", "1st contact, normally closed", closed=True)
    sheet.contact((6.6, ROW), (10.8, ROW), "interlocks", "machine's own, normally closed", closed=True)
    sheet.dot(10.8, ROW)
    sheet.contact((10.8, ROW), (15.2, ROW), "gate's relay, GPIO17", "COM and NO, normally open", closed=False)
    sheet.wire((15.2, ROW), (28.6, ROW))
    sheet.suppressed(28.6, ROW, "K0", "suppressor", "(diode: ring to A1)")
    _hold(sheet)
    sheet.wire((28.6, ROW - 2), (28.6, FOOT), (0.1, FOOT), colour=ZERO)
    sheet.wire((23.6, LOW - 2), (23.6, FOOT), colour=ZERO)
    sheet.dot(23.6, FOOT, ZERO)
    sheet.end(0, FOOT, ZERO)
    sheet.text(-0.3, FOOT, "0 V", side="right", colour=ZERO)


def _hold(sheet: Sheet) -> None:
    """The second line: what the gate permits, a person starts."""
    sheet.wire((10.8, ROW), (10.8, LOW))
    sheet.contact((10.8, LOW), (14.4, LOW), "K0 13-14", closed=False)
    sheet.contact((14.4, LOW), (18, LOW), "S2 stop", closed=True)
    sheet.contact((18, LOW), (21.8, LOW), "S3 start", closed=False)
    sheet.wire((18, LOW), (18, LOW - 1.9))
    sheet.wire((21.8, LOW), (21.8, LOW - 1.9))
    sheet.contact((18, LOW - 1.9), (21.8, LOW - 1.9), "K1 13-14", "holds K1 once started", closed=False)
    sheet.dot(18, LOW)
    sheet.dot(21.8, LOW)
    sheet.wire((21.8, LOW), (23.6, LOW))
    sheet.suppressed(23.6, LOW, "K1", "", "")
    sheet.text(26.3, LOW - 1, "suppressor", size=SMALL)
    sheet.text(0, LOW + 0.6, "K0: relay with forcibly guided contacts.", size=SMALL)
    sheet.text(0, LOW + 0.1, "K1: contactor, with its mirror contact.", size=SMALL)
    sheet.text(0, LOW - 0.4, "The emergency stop drops both, without us.", size=SMALL)


def _main_poles(sheet: Sheet) -> None:
    sheet.text(0, -4.6, "2. Mains: an electrician's work", size=LARGE, colour=MAINS)
    sheet.box(-0.4, -9, 14.4, 3.8, colour=MAINS, dashed=True)
    for y, name in ((-6.4, "L1"), (-7.3, "L2"), (-8.2, "L3")):
        sheet.text(0, y, name, colour=MAINS)
        sheet.wire((0.8, y), (10.6, y), colour=MAINS)
        sheet.blank(2.2, y)
        sheet.blank(6.5, y)
        sheet.part("Fuse", (1.6, y), (3.8, y))
        sheet.contact((5.6, y), (8.4, y), "", " ", closed=False)
    sheet.text(7, -5.45, "K1, main poles", side="center")
    sheet.text(2.7, -5.5, "breaker", side="center")
    sheet.named(10.6, -8.6, 3, 2.8, "machine")
    sheet.notes(
        0,
        -9.6,
        (
            "One phase: L over one pole, N over another. Earth is never switched. The machine's own",
            "switch and emergency stop stay as they are.",
        ),
    )


def _told_to_the_pi(sheet: Sheet) -> None:
    sheet.text(16, -4.6, "3. What the gate is told (read only)", size=LARGE)
    sheet.box(16, -9, 3.4, 3.6)
    sheet.text(17.7, -5.7, "Raspberry Pi", side="center", size=SMALL, colour=FAINT)
    sheet.text(19.2, -6.4, "GPIO5, pin 29", side="right")
    sheet.text(19.2, -7.6, "GPIO26, pin 37", side="right")
    sheet.text(19.2, -8.6, "ground, pin 39", side="right")
    for y in (-6.4, -7.6):
        sheet.part("Resistor", (19.4, y), (21.4, y))
    sheet.contact((21.4, -6.4), (24, -6.4), "", " ", closed=True)
    sheet.wire((24, -6.4), (26.4, -6.4))
    sheet.text(26.8, -6.4, "S1, 2nd contact")
    sheet.contact((21.4, -7.6), (24, -7.6), "", " ", closed=True)
    sheet.contact((24, -7.6), (26.4, -7.6), "", " ", closed=True)
    sheet.text(26.8, -7.6, "K0 21-22 and K1 21-22, in series")
    sheet.text(20.4, -5.9, "1 kOhm", side="center", size=SMALL)
    sheet.wire((26.4, -6.4), (26.4, -8.6), (19.4, -8.6), colour=ZERO)
    sheet.dot(26.4, -7.6, ZERO)
    sheet.text(16, -9.6, "All normally closed. Contacts of their own: no wire of the 24 V may touch them.")


def dead_man() -> Sheet:
    """A charge pump: the relay falls when the square wave stops."""
    sheet = Sheet("Dead-man: a charge pump that lets the relay fall when the square wave stops")
    sheet.box(0, -3.6, 3.4, 5, "Raspberry Pi")
    sheet.text(3.2, 0.8, "5 V, pin 4", side="right")
    sheet.text(3.2, -1, "GPIO23, pin 16", side="right")
    sheet.text(3.2, -3.2, "ground, pin 14", side="right")
    sheet.wire((3.4, -3.2), (18.9, -3.2), colour=ZERO)
    sheet.wire((3.4, 0.8), (6.7, 0.8), colour=PLUS)
    _inverter(sheet)
    _pump(sheet)
    _switched_coil(sheet)
    sheet.notes(
        0,
        -4.6,
        (
            'The loop turns GPIO23 over every 50 ms while there is power (role = "deadman").',
            "A pin that stands still, high or low, carries nothing through C1: K2 falls within 0.5 s.",
            "K2's contact stands in series with the gate's relay. C1 and C2: film, 10 %.",
            "Reckoned, not measured on a real board: measure it (commissioning.md). No safety function.",
        ),
    )
    return sheet


def _inverter(sheet: Sheet) -> None:
    sheet.part("Resistor", (3.4, -1), (6, -1), "R1 10 kOhm")
    ends = sheet.transistor("BjtNpn", 6, -1)
    x, top = ends["collector"]
    sheet.text(x + 0.3, -1.3, "Q1 BC547", size=SMALL)
    sheet.part("Resistor", (x, 0.8), (x, top))
    sheet.text(x + 0.4, 0.3, f"R2 {R2_KOHM} kOhm", size=SMALL)
    sheet.wire(ends["emitter"], (x, -3.2), colour=ZERO)
    sheet.wire((x, top), (8.4, top))
    sheet.wire((8.4, top), (8.4, PUMP))
    sheet.dot(x, 0.8, PLUS)
    sheet.dot(x, -3.2, ZERO)
    sheet.dot(x, top)


def _pump(sheet: Sheet) -> None:
    sheet.part("Capacitor", (8.4, PUMP), (10, PUMP))
    sheet.text(9.2, PUMP + 0.75, f"C1 {C1_UF:g} µF", side="center", size=SMALL)
    sheet.part("Schottky", (10, -3.2), (10, PUMP))
    sheet.text(10.5, -1.9, "D1 BAT85", size=SMALL)
    sheet.part("Schottky", (10, PUMP), (12.2, PUMP))
    sheet.text(11.1, PUMP + 0.6, "D2 BAT85", side="center", size=SMALL)
    sheet.part("Capacitor", (12.2, PUMP), (12.2, -3.2))
    sheet.text(12.7, -1.9, f"C2 {C2_UF:g} µF", size=SMALL)
    sheet.part("Resistor", (14.8, PUMP), (14.8, -3.2))
    sheet.text(15.3, -1.9, f"R3 {R3_KOHM} kOhm", size=SMALL)
    sheet.wire((12.2, PUMP), (17.8, PUMP))
    for x in (10, 12.2, 14.8):
        sheet.dot(x, -3.2, ZERO)
        sheet.dot(x, PUMP)


def _switched_coil(sheet: Sheet) -> None:
    sheet.box(17.8, PUMP - 0.9, 2.2, 1.8)
    sheet.text(18, PUMP, "G", size=SMALL)
    sheet.text(18.9, PUMP + 0.65, "D", side="center", size=SMALL)
    sheet.text(18.9, PUMP - 0.65, "S", side="center", size=SMALL)
    sheet.text(20.2, PUMP, "Q2 IRLZ44N")
    sheet.wire((18.9, PUMP - 0.9), (18.9, -3.2), colour=ZERO)
    sheet.wire((18.9, PUMP + 0.9), (18.9, 1.2))
    sheet.coil(18.9, 3.2, "K2, 5 V")
    sheet.wire((18.9, 3.2), (21, 3.2))
    sheet.part("Diode", (21, 1.2), (21, 3.2))
    sheet.wire((21, 1.2), (18.9, 1.2))
    sheet.dot(18.9, 1.2)
    sheet.wire((4, 0.8), (4, 3.2), (18.9, 3.2), colour=PLUS)
    sheet.dot(4, 0.8, PLUS)
    sheet.text(21.6, 2.2, "D3 1N4007, ring up")
    sheet.contact((21.6, -2.6), (25.2, -2.6), "K2's contact, in the 24 V line", closed=False)
