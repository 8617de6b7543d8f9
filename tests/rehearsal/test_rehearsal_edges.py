"""The eighteen edge cases of sponsorship, each a rehearsal of its own in `tests/rehearsals/`."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from fabgate.cli import command
from fabgate.rehearsal.play import play
from fabgate.rehearsal.scenario import load
from fabgate.rehearsal.verbs import Expectation

EDGES = sorted((Path(__file__).parents[1] / "rehearsals").glob("edge-*.txt"))


def test_there_are_eighteen_edges_and_each_expects_two_things_at_least():
    assert [int(path.name.split("-")[1]) for path in EDGES] == list(range(1, 19))
    for path in EDGES:
        expected = [one for one in load(path).actions if isinstance(one.verb, get_args(Expectation))]
        assert len(expected) >= 2, path.name


@pytest.mark.parametrize("path", EDGES, ids=lambda path: path.stem)
def test_the_edge_comes_true(path: Path):
    assert play(load(path), command, 0) == ()
