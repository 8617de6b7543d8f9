"""The pages made from the code are current, and those of the state machine leave nothing out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from fabgate.model import Why
from fabgate.rules.gestures import MEANING, Name, Who

HOME = Path(__file__).resolve().parents[2]
RESTING = (Name.FREE, Name.LOCKED_OUT, Name.FAULT)


@pytest.fixture(scope="module")
def walk() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HOME)
        from docs import walk

    return walk


def page(name: str) -> str:
    return (HOME / "docs" / name).read_text(encoding="utf-8")


def test_the_pages_made_from_the_code_are_current():
    check = subprocess.run(
        [sys.executable, "docs/make.py", "--check"], cwd=HOME, capture_output=True, text=True, check=False
    )
    assert (check.stderr, check.returncode) == ("", 0)


def test_the_page_of_gestures_has_every_state_and_everybody_who_can_tap_there():
    sections = {
        part.split("`")[1]: part for part in page("gestures.md").split("\n## ") if part.startswith("`")
    }
    assert set(sections) == set(Name)
    for name in Name:
        there = {who for state, who, _ in MEANING if state is name}
        rows = [line.split("|")[1] for line in sections[name].splitlines() if line.startswith("| `")]
        named = [who.strip(" `") for row in rows for who in row.split(",")]
        assert sorted(named) == sorted(there)


def test_the_page_of_gestures_says_who_is_who():
    for who in Who:
        assert f"| `{who}` | " in page("gestures.md")


def test_the_walk_finds_every_state_and_a_way_out_of_each(walk):
    ways = [way for way in walk.found() if way.start is not way.end]
    assert {way.start for way in ways} == {way.end for way in ways} == set(Name)


def test_power_goes_on_by_ink_and_by_nothing_else(walk):
    lit = [way for way in walk.found() if any("power on" in said for said in way.does)]
    assert {(way.start, way.end, way.label) for way in lit} == {
        (Name.OPENING, Name.OPEN, "the start is in the journal")
    }


def test_every_way_out_of_power_switches_off_first_and_then_writes_the_end(walk):
    ends = [way for way in walk.found() if way.start in (Name.OPEN, Name.ENDING) and way.end in RESTING]
    assert ends
    for way in ends:
        assert way.does[0] == "power off"
        assert way.does[1].startswith("writes the end")


def test_the_walk_meets_every_end_that_a_running_machine_can_have(walk):
    said = {words for way in walk.found() for words in way.does}
    # A suspension and a block end a session as a lost right does; a recovery is written at the next start.
    same = {Why.SUSPENDED, Why.BLOCKED, Why.RECOVERED}
    for why in set(Why) - same:
        assert f"writes the end (`{why}`)" in said


def test_the_diagram_draws_every_state():
    diagram = page("states.md").split("```mermaid")[1].split("```")[0]
    for name in Name:
        assert f" {name} --> " in diagram
