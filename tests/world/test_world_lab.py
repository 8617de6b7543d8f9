"""The seeded world of a whole lab: whatever gates and hub do to each other, the books agree in the end.

`--seeds N` asks for more than usual. A seed that fails is written down as a rehearsal, in a file that
the failure names.
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
from fabgate.rehearsal.lab_world import BEGINS_MS, GATES, Founded, LabWorld, enrolment, files, founded
from fabgate.rehearsal.play import play
from fabgate.rehearsal.scenario import Begins, load
from fabgate.rehearsal.verbs import Action
from fabgate.rehearsal.world import Broken
from fabgate.rehearsal.writing import head, render
from fabgate.store.db import Store

EVENTS = 60
PARTS = 20
SHARE = 50  # of the seeds of the world of one gate: a lab has more to do


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


def lived(seed: int, lab: Founded, memory: Path, kept: Path) -> LabWorld:
    """Live through a seed; a broken law is told with its rehearsal."""
    folder = memory / f"seed-{seed}"
    world = LabWorld(seed, lab, folder)
    try:
        world.run(EVENTS)
    except Broken as broken:
        path = written_down(seed, world, lab, kept)
        raise Broken(f"seed {seed}: {broken}; written down in {path}") from broken
    finally:
        shutil.rmtree(folder)
    return world


def written_down(seed: int, world: LabWorld, lab: Founded, kept: Path) -> Path:
    names = list(files())
    for name, text in files().items():
        (kept / name).write_text(text, "utf-8")
    begins = Begins(BEGINS_MS, lab.cast.gates[GATES[0]].lab.zone)
    ends = [verbs.RosterEqual(), *(verbs.RecordsAll(gate) for gate in GATES)]
    told = (*enrolment(), *world.actions, *(Action(0, world.now_ms, end) for end in ends))
    path = kept / f"seed-{seed}.txt"
    path.write_text(head(names[0], begins, names[1:-1], names[-1]) + render(told), "utf-8")
    return path


@pytest.mark.parametrize("part", range(PARTS))
def test_no_order_of_losses_keeps_a_record_from_the_hub_or_a_right_from_a_gate(
    part: int, lab: Founded, memory: Path, tmp_path: Path, seeds: int
):
    mine = range(part, max(PARTS, seeds // SHARE), PARTS)
    starts = [lived(seed, lab, memory, tmp_path).starts for seed in mine]
    assert sum(starts) > 0


def test_a_world_in_which_power_comes_from_nowhere_is_found(lab: Founded, memory: Path):
    world = LabWorld(1, lab, memory / "by-hand")
    relay = world.lab.stages["gate-1"].bench.machines[MachineId("machine-1")].outputs["relay"]
    with pytest.raises(Broken, match="nobody tapped"):
        relay.switch(True)


def test_a_hub_that_lost_a_record_is_found(lab: Founded, memory: Path, monkeypatch: pytest.MonkeyPatch):
    world = LabWorld(2, lab, memory / "lost")
    calm = world._come_back

    def come_back_and_lose() -> None:
        calm()
        books = Store(world.lab.books.folder).writer()
        with books.write() as pen:
            pen.execute("PRAGMA defer_foreign_keys = ON")
            pen.execute(
                "DELETE FROM journal WHERE position = (SELECT max(position) FROM journal "
                "WHERE origin IN (SELECT id FROM origins WHERE gate = 'gate-2'))"
            )
        books.close()

    monkeypatch.setattr(world, "_come_back", come_back_and_lose)
    with pytest.raises(Broken, match=r"of world/gate-2/.* the hub holds"):
        world.run(5)


def test_a_gate_that_forgot_a_right_is_found(lab: Founded, memory: Path, monkeypatch: pytest.MonkeyPatch):
    world = LabWorld(3, lab, memory / "forgot")
    calm = world._come_back

    def come_back_and_forget() -> None:
        calm()
        books = Store(world.lab.stages["gate-3"].store.folder).writer()
        with books.write() as pen:
            pen.execute("DELETE FROM rights WHERE arrived = (SELECT min(arrived) FROM rights)")
        books.close()

    monkeypatch.setattr(world, "_come_back", come_back_and_forget)
    with pytest.raises(Broken, match="gate-3 lacks 1 rights"):
        world.run(5)


def test_a_seed_of_the_lab_can_be_written_down_and_played(lab: Founded, memory: Path, tmp_path: Path):
    world = lived(4, lab, memory, tmp_path)
    assert play(load(written_down(4, world, lab, tmp_path)), command, seed=4) == ()
