"""The doctor: what is well, what is not, and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from gate_lab import LASER, WALL_MS

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.gate import checkup as doctor
from fabgate.gate.boot import alone
from fabgate.gate.checkup import Finding, Grade, checkup
from fabgate.records import Draft, GateStarted, TroubleBegan
from fabgate.store.db import Store


@pytest.fixture
def clock() -> SimClock:
    return SimClock(WALL_MS)


def looked(settings: Settings, clock: SimClock) -> dict[str, Finding]:
    return {finding.name: finding for finding in checkup(settings, clock)}


def test_a_well_gate_has_nothing_that_fails(lab: Settings, clock: SimClock):
    found = looked(lab, clock)
    assert {one.grade for one in found.values()} <= {Grade.OK, Grade.WARN}
    assert "the last hundred verify" in found["books"].found


def test_without_books_it_says_how_to_make_them(lab: Settings, clock: SimClock, tmp_path: Path):
    nowhere = replace(lab, gate=replace(lab.gate, state=tmp_path / "nowhere"))
    found = looked(nowhere, clock)
    assert (found["books"].grade, found["books"].remedy) == (Grade.FAIL, "fabgate init --manager NAME")
    assert found["disk"].grade is Grade.FAIL


def test_keys_that_others_may_read_are_told_with_the_cure(lab: Settings, clock: SimClock):
    keys = lab.gate.state / "keys.json"
    keys.chmod(0o644)
    assert looked(lab, clock)["badge keys"].remedy == f"chmod 0400 {keys}"


def test_a_blind_reader_is_on_the_list_of_what_fails(lab: Settings, clock: SimClock):
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        pen.append(Draft(clock.now(), GateStarted("0", clean=True)))
        pen.append(Draft(clock.now(), TroubleBegan(LASER, "reader")))
    found = looked(lab, clock)[f"machine {LASER}"]
    assert (found.grade, found.found) == (Grade.FAIL, "reader")


def test_books_that_were_moved_aside_are_not_forgotten(lab: Settings, clock: SimClock):
    (lab.gate.state / "journal.db.corrupt-20261024T090000Z").touch()
    assert looked(lab, clock)["books moved aside"].grade is Grade.WARN


def test_it_knows_whether_a_gate_runs_on_the_books(lab: Settings, clock: SimClock):
    before = looked(lab, clock)["daemon"].grade
    with alone(lab.gate.state):
        during = looked(lab, clock)["daemon"].grade
    assert (before, during) == (Grade.WARN, Grade.OK)


def test_a_kernel_that_keeps_lines_driven_after_death_fails(tmp_path: Path):
    parameter = tmp_path / "persist_gpio_outputs"
    grades = {}
    for value in ("Y", "N"):
        parameter.write_text(f"{value}\n")
        grades[value] = doctor._persist(parameter).grade
    assert grades == {"Y": Grade.FAIL, "N": Grade.OK}
    assert doctor._persist(tmp_path / "nothing").grade is Grade.WARN


def test_another_pin_factory_is_refused():
    assert doctor._factory("mock").grade is Grade.FAIL
    assert doctor._factory(None).grade is Grade.OK


@pytest.mark.parametrize(
    ("version", "warned"), [((3, 40, 1), True), ((3, 44, 6), False), ((3, 51, 3), False), ((3, 50, 6), True)]
)
def test_an_sqlite_with_the_wal_reset_bug_is_named(version: tuple[int, int, int], warned: bool):
    assert ("WAL-reset" in doctor._sqlite(version).found) is warned
