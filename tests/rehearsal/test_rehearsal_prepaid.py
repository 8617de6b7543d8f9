"""Labs where members pay before they start: at one gate, and over two gates and a hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabgate.cli import command
from fabgate.rehearsal.play import play
from fabgate.rehearsal.scenario import load

STORIES = sorted((Path(__file__).parents[1] / "rehearsals").glob("prepaid*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_comes_true(path: Path):
    assert play(load(path), command, 0) == ()
