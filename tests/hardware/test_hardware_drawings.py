"""The drawings say what their text says, name pins that are there, and never contradict the words."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import draw
import pytest
from hardware_folder import HARDWARE, Row

SUPPLY = {"3.3 V": {1, 17}, "5 V": {2, 4}, "ground": {6, 9, 14, 20, 25, 30, 34, 39}}
# What the issue of the bench asks to be drawn, and the contacts and the panel that go with it.
WANTED = {
    "reader",
    "relay",
    "contactor",
    "laser",
    "cnc",
    "current",
    "slot",
    "door",
    "inputs",
    "panel",
    "dead-man",
    "current-mcp3008",
}
each = pytest.mark.parametrize("name", sorted(draw.DRAWINGS))


def words(name: str) -> list[str]:
    """Every piece of writing on a drawing."""
    root = ET.fromstring((HARDWARE / "drawings" / f"{name}.svg").read_text(encoding="utf-8"))
    return ["".join(text.itertext()).strip() for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_every_subject_is_drawn():
    assert set(draw.DRAWINGS) == WANTED


def test_every_drawing_and_the_page_of_pins_are_current():
    done = subprocess.run(
        [sys.executable, str(HARDWARE / "draw.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_drawing_that_is_not_current_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    stray = tmp_path / "drawings" / "stray.svg"
    stray.parent.mkdir()
    stray.write_text("<svg/>", encoding="utf-8")
    monkeypatch.setattr(draw, "HERE", tmp_path)
    late = {file.name for file in draw.stale()}
    assert late == {f"{name}.svg" for name in WANTED} | {"stray.svg", "pins.md"}
    draw.write()
    assert draw.stale() == [stray]


@each
def test_a_pin_has_the_number_that_the_header_gives_it(name: str, pins: dict[int, Row]):
    told = [re.fullmatch(r"(GPIO(\d+)|3\.3 V|5 V|ground), pin (\d+)", text) for text in words(name)]
    for found in filter(None, told):
        kind, gpio, pin = found.groups()
        if gpio:
            assert pins[int(gpio)]["header_pin"] == pin
        else:
            assert int(pin) in SUPPLY[kind]
    written = [text for text in words(name) if re.search(r"pin \d", text)]
    assert len(written) == len([one for one in told if one])  # none is written in another way


@each
def test_no_pin_is_used_for_two_things_on_one_drawing(name: str):
    used = [text for text in words(name) if re.fullmatch(r"GPIO\d+, pin \d+", text)]
    assert len(used) == len(set(used))


@each
def test_a_drawing_has_a_title_for_who_cannot_see_it(name: str):
    text = (HARDWARE / "drawings" / f"{name}.svg").read_text(encoding="utf-8")
    (title,) = re.findall("<title>(.+)</title>", text)
    assert len(title) > 15


@each
def test_a_drawing_is_shown_in_the_guide_with_words_for_who_cannot_see_it(name: str, guide: str):
    (alt,) = re.findall(rf"!\[([^\]]+)\]\(drawings/{name}\.svg\)", guide)
    assert len(alt) > 30


def test_the_emergency_stop_and_the_interlocks_stand_in_the_coils_line_and_tell_the_pi_by_another_contact():
    assert {"S1 emergency stop", "1st contact, normally closed", "interlocks"} <= set(words("contactor"))
    assert "S1, 2nd contact" in words("contactor")
    assert "S1 emergency stop, 1st contact" in words("laser")
    assert "S1, 2nd contact, normally closed" in words("laser")


def test_nothing_of_ours_stands_in_the_mains_of_a_cnc():
    assert {"nothing of ours", "stands in this line"} <= set(words("cnc"))
    assert "KC 13-14" in words("cnc")
    assert "permits CYCLE START" in words("cnc")


def test_a_door_is_left_by_its_handle():
    assert "handle: opens, always" in words("door")
    assert any("Fail-secure" in text for text in words("door"))
