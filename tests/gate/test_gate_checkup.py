"""The doctor: what is well, what is not, and what to do about it."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from gate_lab import LASER, WALL_MS

from fabgate.config import ReaderSettings, Settings
from fabgate.devices.clock import SimClock
from fabgate.gate.boot import alone
from fabgate.gate.checkup import Finding, Grade, checkup
from fabgate.gate.computer import Computer
from fabgate.gate.node import node
from fabgate.records import Draft, GateStarted, TroubleBegan
from fabgate.reports import checks
from fabgate.store.db import Store


@pytest.fixture
def clock() -> SimClock:
    return SimClock(WALL_MS)


def looked(settings: Settings, clock: SimClock, root: Path = Path("/nowhere")) -> dict[str, Finding]:
    computer = Computer(root, run=lambda *words: None)
    return {finding.name: finding for finding in checkup(settings, clock, computer)}


def test_a_well_gate_has_nothing_that_fails(lab: Settings, clock: SimClock):
    found = looked(lab, clock)
    assert {one.grade for one in found.values()} <= {Grade.OK, Grade.WARN}
    assert "the last hundred verify" in found["books"].found


def test_it_says_which_file_of_rules_holds_here(lab: Settings, clock: SimClock):
    assert "none of its own" in looked(lab, clock)["rules"].found
    charter, rules = replace(lab.charter, digest="0123456789ab"), Path("house.toml")
    ruled = replace(lab, charter=charter, lab=replace(lab.lab, rules=rules))
    assert looked(ruled, clock)["rules"].found == "house.toml, digest 0123456789ab"


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


# --- badge readers ----------------------------------------------------------------------------

PACKAGES = ("spidev", "RPi", "RPi.GPIO", "mfrc522")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType | None]:
    """What Python can import for an RC522; None is what it can't."""
    modules: dict[str, ModuleType | None] = {name: ModuleType(name) for name in PACKAGES}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return modules


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    (tmp_path / "dev").mkdir()
    return tmp_path / "dev"


def read_by(lab: Settings, *readers: ReaderSettings) -> Settings:
    machine = replace(lab.machines[LASER], readers=readers)
    return replace(lab, gate=replace(lab.gate, bench="pi"), machines={LASER: machine})


def test_a_gate_without_an_rc522_is_not_asked_for_its_packages(lab: Settings, clock: SimClock):
    found = looked(read_by(lab, ReaderSettings("none")), clock)
    assert not [name for name in found if "reader" in name or "RC522" in name]
    assert "computer" in found


def test_an_rc522_that_can_work_is_well(
    lab: Settings, clock: SimClock, installed: dict[str, ModuleType | None], devices: Path
):
    (devices / "spidev0.1").touch()
    found = looked(read_by(lab, ReaderSettings("rc522", "slot", device=1)), clock, devices.parent)
    assert found["RC522 packages"].grade is Grade.OK
    assert found["reader laser.slot"] == Finding(
        "reader laser.slot", Grade.OK, f"{devices}/spidev0.1 may be opened"
    )


@pytest.mark.parametrize("missing", ["spidev", "RPi.GPIO", "mfrc522"])
def test_a_package_that_an_rc522_lacks_is_named(
    lab: Settings,
    clock: SimClock,
    installed: dict[str, ModuleType | None],
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
):
    monkeypatch.setitem(sys.modules, missing, None)
    found = looked(read_by(lab, ReaderSettings("rc522")), clock)["RC522 packages"]
    assert found.grade is Grade.FAIL
    assert found.found.startswith(f"{missing} cannot be used: ")
    assert "sudo make install" in found.remedy
    assert "docs/readers.md" in found.remedy


def test_rpi_gpio_that_refuses_its_computer_fails_with_its_own_words(
    lab: Settings,
    clock: SimClock,
    installed: dict[str, ModuleType | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    (tmp_path / "RPi").mkdir()
    (tmp_path / "RPi/GPIO.py").write_text("raise RuntimeError('Cannot determine SOC')")
    for name in ("RPi", "RPi.GPIO"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    found = looked(read_by(lab, ReaderSettings("rc522")), clock)["RC522 packages"]
    assert (found.grade, found.found) == (Grade.FAIL, "RPi.GPIO cannot be used: Cannot determine SOC")
    sys.modules.pop("RPi", None)


def test_both_packages_that_bring_rpi_gpio_are_one_too_many(
    lab: Settings,
    clock: SimClock,
    installed: dict[str, ModuleType | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.syspath_prepend(tmp_path)
    grades = []
    for name, folder in (("RPi.GPIO", "RPi.GPIO-0.7.1"), ("rpi-lgpio", "rpi_lgpio-0.6")):
        (tmp_path / f"{folder}.dist-info").mkdir()
        (tmp_path / f"{folder}.dist-info/METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\n")
        importlib.invalidate_caches()
        found = looked(read_by(lab, ReaderSettings("rc522")), clock)["RC522 packages"]
        grades.append(found.grade)
    assert grades == [Grade.OK, Grade.WARN]
    assert "docs/readers.md" in found.remedy


@pytest.mark.parametrize(("bus", "line"), [(0, "dtparam=spi=on"), (1, "dtoverlay=spi1-2cs")])
def test_a_bus_that_is_switched_off_is_told_with_the_line_to_write(
    lab: Settings,
    clock: SimClock,
    installed: dict[str, ModuleType | None],
    devices: Path,
    bus: int,
    line: str,
):
    reader = ReaderSettings("rc522", bus=bus, device=1)
    found = looked(read_by(lab, reader), clock, devices.parent)["reader laser.reader"]
    assert (found.grade, found.found) == (Grade.FAIL, f"{devices}/spidev{bus}.1 is not there")
    assert line in found.remedy
    assert "docs/readers.md" in found.remedy


def test_a_usb_reader_that_is_unplugged_is_missed(lab: Settings, clock: SimClock, tmp_path: Path):
    usb = ReaderSettings("usb", "door", path=tmp_path / "usb-event-kbd")
    missed = looked(read_by(lab, usb), clock)["reader laser.door"]
    (tmp_path / "usb-event-kbd").touch()
    there = looked(read_by(lab, usb), clock)["reader laser.door"]
    assert (missed.grade, there.grade) == (Grade.FAIL, Grade.OK)
    assert "docs/readers.md" in missed.remedy


def test_a_device_that_may_not_be_opened_has_another_remedy_than_one_that_is_missing(tmp_path: Path):
    (tmp_path / "closed").touch(0o600)  # root may read and write whatever there is, but not run it
    found = node("pins", tmp_path / "closed", os.X_OK, missing="plug", closed="group")
    assert (found.grade, found.remedy) == (Grade.FAIL, "group")
    assert found.found.endswith("closed may not be opened")


@pytest.mark.parametrize(
    ("version", "warned"), [((3, 40, 1), True), ((3, 44, 6), False), ((3, 51, 3), False), ((3, 50, 6), True)]
)
def test_an_sqlite_with_the_wal_reset_bug_is_named(version: tuple[int, int, int], warned: bool):
    assert ("WAL-reset" in checks.sqlite(version).found) is warned
