"""The stage: the daemon's own objects, and what they do with books that are damaged."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from fabgate import config
from fabgate.badges.uid import parse
from fabgate.devices.clock import SimClock
from fabgate.model import MachineId, Trouble
from fabgate.rehearsal.office import found
from fabgate.rehearsal.stage import Stage

LAB = Path(__file__).parents[2] / "docs" / "rehearsals" / "openfab.toml"
LASER = MachineId("laser")


def stage_in(folder: Path) -> Stage:
    settings = config.load(LAB)
    settings = replace(settings, gate=replace(settings.gate, state=folder), proof="claimed")
    clock = SimClock(1_792_828_800_000)
    found(settings, clock)
    return Stage(settings, clock)


def damage(folder: Path) -> None:
    """One letter of the second record is another one now."""
    with sqlite3.connect(folder / "journal.db") as conn:
        conn.execute("UPDATE journal SET body = replace(body, 'wall', 'wolf') WHERE seq = 2")
    conn.close()


def trouble(stage: Stage) -> frozenset[Trouble]:
    return stage.gate.loop.posts[LASER].state.condition.troubles


def test_books_that_are_sound_let_people_start(tmp_path: Path):
    stage = stage_in(tmp_path)
    stage.power_on()
    assert trouble(stage) == frozenset()
    stage.shut_down()


def test_damage_that_a_check_found_is_not_forgotten_by_an_orderly_stop(tmp_path: Path):
    stage = stage_in(tmp_path)
    stage.power_on()
    for number in range(60):  # the damage lies deeper than what is read at every start
        stage.bench.tap(LASER, parse(f"0499999999{number:04d}"))
        stage.advance(3_000)
    stage.advance(61_000)
    stage.power_cut()
    damage(tmp_path)
    for number in range(60):
        stage.power_back()
        assert trouble(stage) == {Trouble.JOURNAL}, f"start {number}"
        stage.shut_down()
    stage.power_back()
    assert trouble(stage) == {Trouble.JOURNAL}
    stage.shut_down()
