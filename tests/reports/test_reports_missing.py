"""What is missing of a skill, in few words."""

from __future__ import annotations

import pytest

from fabgate.reports import missing
from fabgate.rules.progress import Missing


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (Missing("sessions", "", 1, 2), "<passport sessions> 1/2"),
        (Missing("minutes", "", 0, 60), "<passport minutes> 0/60"),
        (Missing("quiz", "safety", 40, 80), "<passport quiz> safety 40/80"),
        (Missing("challenge", "coins", 0, 1), "<passport challenge> coins"),
        (Missing("tick", "e-stop", 0, 1), "e-stop"),
        (Missing("skill", "laser", 0, 2), "<passport first> [skill laser]"),
        (Missing("level", "mill", 1, 2), "<passport first> [skill mill]"),
    ],
)
def test_a_gap_is_said_in_words_of_the_catalogue_and_titles_of_the_lab(gap, said):
    assert missing.told(gap, "<{} {}>".format, "[{} {}]".format) == said
