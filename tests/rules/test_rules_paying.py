"""How sessions were paid, read from the lines of a month."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fabgate.charges import Charge, Sort
from fabgate.model import MemberId
from fabgate.rules.census import FREE, FULL, PLAN, REDUCED, UNPRICED, Paid
from fabgate.rules.paying import TAKEN_BACK, of_sessions, paid

LINE = Charge(MemberId("ada"), Sort.MACHINE, "laser", 0, 0, 0, "v1", (), sessions=("s1",))


@pytest.mark.parametrize(
    ("line", "how"),
    [
        (replace(LINE, cents=500), Paid(FULL)),
        (replace(LINE, wallet_cents=500), Paid(FULL)),
        (replace(LINE, pack_cents=500), Paid(FULL)),
        (replace(LINE, cents=500, reason="category student"), Paid(REDUCED, "category student")),
        (replace(LINE, reason="plan", taken={"plan:x:2026-06:laser": 60}), Paid(PLAN)),
        (replace(LINE, reason="pack"), Paid(PLAN)),
        (replace(LINE, reason="day pass"), Paid(PLAN)),
        (replace(LINE, list_cents=0, taken={"pack:x": 60}), Paid(PLAN)),
        (replace(LINE, reason="free time", taken={"free:laser:2026-06": 60}), Paid(FREE, "free time")),
        (replace(LINE, reason="training"), Paid(FREE, "training")),
        (replace(LINE, reason="no price list"), Paid(UNPRICED)),
        (LINE, Paid(UNPRICED)),
        (replace(LINE, sort=Sort.REVERSAL, cents=-500), Paid(FREE, TAKEN_BACK)),
    ],
)
def test_a_line_says_how_its_sessions_were_paid(line, how):
    assert paid(line) == how


def test_a_session_that_was_taken_back_and_charged_again_is_paid_as_it_was_charged_again():
    back = replace(LINE, sort=Sort.REVERSAL, cents=-500)
    assert dict(of_sessions([replace(LINE, cents=400), back])) == {"s1": Paid(FULL)}


def test_a_day_or_a_plan_is_no_session():
    day = replace(LINE, sort=Sort.DAY, cents=1_000)
    assert dict(of_sessions([day, replace(LINE, reason="day pass", sessions=("s1", "s2"))])) == {
        "s1": Paid(PLAN),
        "s2": Paid(PLAN),
    }
