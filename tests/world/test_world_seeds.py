"""The seeded world: thousands of days in which anything happens, and the laws hold.

`--seeds N` asks for more than usual. A seed that fails is written down as a rehearsal, in a file
that the failure names, for a person to read and `fabgate rehearse` to play.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fabgate.cli import command
from fabgate.model import MachineId
from fabgate.rehearsal import verbs
from fabgate.rehearsal.play import play
from fabgate.rehearsal.scenario import Begins, load
from fabgate.rehearsal.verbs import Action
from fabgate.rehearsal.world import BEGINS_MS, LAB, Broken, Founded, World, founded
from fabgate.rehearsal.writing import head, render

EVENTS = 200
PARTS = 50


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: the disk is not what is tested here."""
    shared = Path("/dev/shm")
    within = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=within) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def lab(memory: Path) -> Founded:
    return founded(memory)


def one_day(seed: int, lab: Founded, memory: Path, kept: Path) -> int:
    """Live through a seed's day, and say how much happened; a broken law is told with its rehearsal."""
    folder = memory / f"seed-{seed}"
    world = World(seed, lab, folder)
    try:
        world.run(EVENTS)
    except Broken as broken:
        path = written_down(seed, world, lab, kept)
        raise Broken(f"seed {seed}: {broken}; written down in {path}") from broken
    finally:
        shutil.rmtree(folder)
    return EVENTS


def written_down(seed: int, world: World, lab: Founded, kept: Path) -> Path:
    (kept / "world.toml").write_text(LAB, "utf-8")
    path = kept / f"seed-{seed}.txt"
    begins = Begins(BEGINS_MS, lab.settings.lab.zone)
    told = (*world.enrolment(), *world.actions, Action(0, world.now_ms, verbs.JournalOk()))
    path.write_text(head("world.toml", begins) + render(told), "utf-8")
    return path


@pytest.mark.parametrize("part", range(PARTS))
def test_no_order_of_events_breaks_a_law(part: int, lab: Founded, memory: Path, tmp_path: Path, seeds: int):
    mine = range(part, seeds, PARTS)
    lived = [one_day(seed, lab, memory, tmp_path) for seed in mine]
    assert lived == [EVENTS] * len(mine)


def test_a_world_in_which_power_comes_without_ink_is_found_and_written_down(
    lab: Founded, memory: Path, tmp_path: Path
):
    """The world itself is held to account: with the laser switched on by hand it must say so."""
    world = World(1, lab, memory / "by-hand")
    relay = world.stage.bench.machines[MachineId("laser")].outputs["relay"]
    with pytest.raises(Broken, match="without a durable start"):
        world.live(lambda: relay.switch(True))


def test_a_seed_can_be_written_down_and_played_as_a_rehearsal(lab: Founded, memory: Path, tmp_path: Path):
    world = World(7, lab, memory / "told")
    world.run(EVENTS)
    path = written_down(7, world, lab, tmp_path)
    assert play(load(path), command, seed=7) == ()
