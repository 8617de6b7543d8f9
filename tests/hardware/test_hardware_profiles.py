"""The ready profiles: each a whole configuration for a Pi, with the pins of the drawings; each is played."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hardware_folder import HARDWARE, Row

from fabgate import config
from fabgate.cli import command
from fabgate.model import Duty, Kind, Sense
from fabgate.rehearsal.play import play
from fabgate.rehearsal.scenario import load

PROFILES = sorted((HARDWARE / "profiles").glob("*.toml"))
REHEARSALS = Path(__file__).parents[1] / "rehearsals"
KINDS = {"laser": Kind.LASER, "cnc": Kind.CNC, "saw": Kind.SAW, "printer": Kind.PRINTER, "door": Kind.DOOR}
each = pytest.mark.parametrize("file", PROFILES, ids=lambda file: file.stem)


def machine(file: Path) -> config.MachineSettings:
    (only,) = config.load(file).machines.values()
    return only


def drawn(name: str) -> set[int]:
    """The GPIOs that stand on a drawing."""
    text = (HARDWARE / "drawings" / f"{name}.svg").read_text(encoding="utf-8")
    return {int(gpio) for gpio in re.findall(r"GPIO(\d+)", text)}


def drawings(file: Path) -> list[str]:
    """The drawings that a profile names at its head."""
    (told,) = re.findall(r"^# Drawings: hardware/drawings/ (.*?)\. ", file.read_text("utf-8"), re.MULTILINE)
    return [name.split(" (")[0] for name in told.split(", ")]


def test_there_is_a_profile_for_each_kind_of_machine_that_the_guide_wires(guide: str):
    assert {file.stem for file in PROFILES} == set(KINDS)
    assert all(f"(profiles/{name}.toml)" in guide for name in KINDS)


@each
def test_it_is_a_whole_configuration_for_a_pi(file: Path):
    settings = config.load(file)
    assert settings.gate.bench == "pi"
    assert machine(file).rules.kind is KINDS[file.stem]


@each
def test_its_comments_give_each_pin_the_place_on_the_header_that_it_has(file: Path, pins: dict[int, Row]):
    text = file.read_text(encoding="utf-8")
    for gpio, header in re.findall(r"pin = (\d+) +# header pin (\d+)", text):
        assert pins[int(gpio)]["header_pin"] == header
    for three, headers in re.findall(r"lamp_pins = \[(.*?)\] +# header pins (.*)", text):
        assert [pins[int(gpio)]["header_pin"] for gpio in three.split(",")] == headers.split(", ")
    assert len(re.findall(r"pin = \d+", text)) == len(re.findall(r"pin = \d+ +# header pin \d+", text))


@each
def test_every_pin_of_it_is_on_a_drawing_that_it_names(file: Path):
    here = machine(file)
    used = [wire.pin for wire in here.outputs] + [contact.pin for contact in here.inputs]
    used += [*here.panel.lamp_pins, here.panel.buzzer_pin]
    shown = set().union(*(drawn(name) for name in drawings(file)))
    # A second output that runs on is wired as the first relay is, and drawn with the laser.
    assert {pin for pin in used if pin is not None} <= shown | {22, 27}


@each
def test_no_wire_of_its_reader_clamp_or_display_is_used_twice(file: Path):
    here = machine(file)
    used = {wire.pin for wire in here.outputs} | {contact.pin for contact in here.inputs}
    assert used.isdisjoint(drawn("reader") | {2, 3})


@each
def test_what_it_takes_for_granted_of_the_wiring_is_safe(file: Path):
    here = machine(file)
    roles = {wire.name: wire.pin for wire in here.outputs}
    rules = here.rules
    power = [output for output in rules.outputs if output.duty in (Duty.POWER, Duty.PULSE)]
    assert len(power) == 1
    assert roles[power[0].name] == 17
    assert power[0].off_delay_ms == 0
    # What must be noticed when its wire is cut is closed at rest.
    assert all(contact.opens for contact in here.inputs if contact.sense.opens)
    assert all(output.off_delay_ms > 0 for output in rules.outputs if output.duty is Duty.AUX)
    watched = {contact.sense for contact in here.inputs}
    assert rules.kind is Kind.DOOR or {Sense.MIRROR, Sense.OOPS} <= watched


def test_a_laser_has_its_air_before_its_beam_and_after():
    laser = config.load(HARDWARE / "profiles" / "laser.toml").machines
    (rules,) = (one.rules for one in laser.values())
    delays = {output.name: (output.on_delay_ms, output.off_delay_ms) for output in rules.outputs}
    assert list(delays) == ["extraction", "chiller", "enable"]
    assert delays["extraction"] == (0, 180_000)
    assert delays["enable"] == (10_000, 0)


def test_what_the_guide_adds_to_a_profile_fits_it(guide: str, tmp_path: Path):
    added = re.findall(r"^```toml\n(\[machine\.(\w+)\..*?)^```", guide, re.MULTILINE | re.DOTALL)
    assert [name for _, name in added] == ["saw", "laser"]
    for text, name in added:
        file = tmp_path / f"{name}.toml"
        file.write_text((HARDWARE / "profiles" / file.name).read_text("utf-8") + text, encoding="utf-8")
        assert len(config.load(file).machines) == 1


@each
def test_its_rehearsal_comes_true(file: Path):
    rehearsal = REHEARSALS / f"profile-{file.stem}.txt"
    assert load(rehearsal).lab.resolve() == file.resolve()
    assert play(load(rehearsal), command, 0) == ()


@each
def test_the_names_of_the_lab_are_left_to_be_written(file: Path):
    with file.open("rb") as text:
        lab = tomllib.load(text)["lab"]
    assert lab["name"] == "openfab"
    assert lab["first_manager"] == "zoe"
