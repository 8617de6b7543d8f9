"""Every row of the table of causes, each a rehearsal of its own in `tests/rehearsals/ends/` (law 10)."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from fabgate.cli import command
from fabgate.model import Cause
from fabgate.rehearsal.play import play
from fabgate.rehearsal.scenario import load
from fabgate.rehearsal.verbs import Expectation

ROWS = sorted((Path(__file__).parents[1] / "rehearsals" / "ends").glob("*.txt"))


def test_every_cause_has_its_rehearsal_and_there_is_no_other():
    assert {path.stem for path in ROWS} == {cause.value for cause in Cause}
    for path in ROWS:
        expected = [one for one in load(path).actions if isinstance(one.verb, get_args(Expectation))]
        assert len(expected) >= 3, path.name


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_the_row_holds(path: Path):
    assert play(load(path), command, 0) == ()
