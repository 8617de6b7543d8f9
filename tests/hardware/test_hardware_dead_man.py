"""The charge pump of the dead-man, reckoned: it holds while it is fed, and lets go however the pin stands.

No board has been measured. This is the drawing's own arithmetic, at the edges of what its parts may be.
"""

from __future__ import annotations

from itertools import product

import hardware_folder  # noqa: F401 - finds `drawn`
import pytest
from drawn.chains import C1_UF, C2_UF, R2_KOHM, R3_KOHM

SUPPLY_V, DIODE_V, LOW_V, LOW_OHM = 5.0, 0.3, 0.2, 30.0
OPENS_V, CLOSES_V = 2.0, 1.0  # an IRLZ44N conducts from 2.0 V at the latest, and not below 1.0 V
HALF_S, STEP_S = 0.05, 2e-4  # the loop turns the pin over every 50 ms
WITHIN = (0.9, 1.1)
EDGES = [*product(WITHIN, WITHIN, (0.95, 1.05), (True, False))]


class Pump:
    """Q1's collector, C1, D1 and D2, C2, R3: volts after each step."""

    def __init__(self, c1_uf: float, c2_uf: float, r3_kohm: float) -> None:
        self.c1, self.c2, self.r3 = c1_uf * 1e-6, c2_uf * 1e-6, r3_kohm * 1e3
        self.c1_v = self.gate_v = 0.0

    def step(self, high: bool) -> None:
        if high:  # through R2, C1 and D2 into C2
            amperes = max(0.0, SUPPLY_V - self.c1_v - DIODE_V - self.gate_v) / (R2_KOHM * 1e3)
            self.c1_v += amperes / self.c1 * STEP_S
            self.gate_v += amperes / self.c2 * STEP_S
        else:  # Q1 empties C1 through D1
            self.c1_v -= max(0.0, self.c1_v - LOW_V - DIODE_V) / LOW_OHM / self.c1 * STEP_S
        self.gate_v -= self.gate_v / self.r3 / self.c2 * STEP_S


def fed(c1: float, c2: float, r3: float, seconds: float = 2.0) -> tuple[Pump, float]:
    """A pump that was fed for a while, and the least that its gate had in the last half of it."""
    pump, least = Pump(C1_UF * c1, C2_UF * c2, R3_KOHM * r3), SUPPLY_V
    steps = round(seconds / STEP_S)
    for number in range(steps):
        pump.step(int(number * STEP_S / HALF_S) % 2 == 1)
        least = min(least, pump.gate_v) if number > steps / 2 else least
    return pump, least


@pytest.mark.parametrize(("c1", "c2", "r3", "high"), EDGES)
def test_it_holds_while_it_is_fed_and_lets_go_within_half_a_second(
    c1: float, c2: float, r3: float, high: bool
):
    pump, least = fed(c1, c2, r3)
    assert least > OPENS_V
    seconds = 0.0
    while pump.gate_v > CLOSES_V:
        pump.step(high)  # the wave stands still
        seconds += STEP_S
    assert seconds < 0.45  # and the relay needs its 20 ms


def test_one_edge_alone_is_less_than_what_surely_opens_it():
    for high in (True, False):
        pump = Pump(C1_UF, C2_UF, R3_KOHM)
        pump.step(False)
        most = 0.0
        for _ in range(round(2 / STEP_S)):
            pump.step(high)
            most = max(most, pump.gate_v)
        assert most < OPENS_V
