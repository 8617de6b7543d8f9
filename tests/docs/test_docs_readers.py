"""The readers' page: its pins, its settings, what it shows as printed, and the messages it explains."""

from __future__ import annotations

import ast
import csv
import fcntl
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from read_pages import HOME, blocks
from typist import Socket, spelt

from fabgate import config
from fabgate.badges.typed import LAYOUTS, SIZES, Flaw, Format, Order
from fabgate.cli import main
from fabgate.config import wiring
from fabgate.devices.clock import SimClock
from fabgate.devices.usb import BY_ID
from fabgate.model import MachineId

PAGE = HOME / "docs" / "readers.md"
TEXT = PAGE.read_text(encoding="utf-8")
DEVICE = BY_ID / "usb-Sycreader-event-kbd"
# What people read there that others say: pip and RPi.GPIO.
OTHERS = ("mfrc522 0.0.7 requires", "Cannot determine SOC", "This module can only be run")

BENCH = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
[gate]
bench = "pi"
[machine.laser]
skill = "laser"
[machine.laser.output.relay]
role = "power"
pin = 17
"""


def rows() -> list[tuple[str, ...]]:
    return [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in TEXT.splitlines()
        if line[:1] == "|"
    ]


def test_the_pins_of_the_page_are_those_of_the_header():
    with (HOME / "hardware" / "pins.csv").open(encoding="utf-8", newline="") as file:
        header = {f"GPIO{row['gpio']}": row for row in csv.DictReader(file)}
    wired = {row[0]: row[1:] for row in rows() if len(row) == 3 and row[1].startswith("GPIO")}
    assert len(wired) >= 5
    for gpio, pin in wired.values():
        assert header[gpio]["header_pin"] == pin
    assert header[wired["SCK"][0]]["why"] == "SPI0 clock"
    assert header[wired["MOSI"][0]]["why"] == "SPI0 data out"
    assert header[wired["MISO"][0]]["why"] == "SPI0 data in"


def test_every_setting_of_a_usb_reader_is_on_the_page():
    unfenced = re.sub(r"^```.*?^```", "", TEXT, flags=re.MULTILINE | re.DOTALL)
    codes = set(re.findall(r"`([^`]+)`", unfenced))
    assert {*LAYOUTS, *Format, *Order} <= codes
    for form in Format:
        assert wiring.DIGITS[form.value] == tuple(SIZES[form])
        assert all(re.search(rf"\b{digits}\b", TEXT) for digits in SIZES[form])


@pytest.mark.parametrize(
    "block", [b for b in blocks(TEXT) if b.language == "toml"], ids=lambda block: str(block.line)
)
def test_a_piece_of_configuration_can_be_written_as_it_stands(tmp_path: Path, block):
    written = tomllib.loads("\n".join(block.lines))
    assert set(written) == {"machine"}
    file = tmp_path / "fabgate.toml"
    own = "\n".join(line for line in block.lines if line not in ("[machine.laser]", 'skill = "laser"'))
    plain = (
        BENCH.replace('skill = "laser"', 'skill = "laser"\n' + own) if "readers" not in own else BENCH + own
    )
    file.write_text(plain, encoding="utf-8")
    readers = config.load(file).machines[MachineId("laser")].readers
    assert {reader.kind for reader in readers} <= {"rc522", "usb"}


def test_what_a_reader_test_prints_is_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    socket = Socket(tmp_path / "usb-Sycreader-event-kbd", SimClock(0))
    monkeypatch.setattr(fcntl, "ioctl", socket.ioctl)
    socket.type(spelt("3220338716"))
    words = ["--config", str(tmp_path / "none"), "reader", "test", "--device", str(socket.path)]
    ran = CliRunner().invoke(main, [*words, "--uid", "1C78F2BF", "--taps", "1"])
    socket.unplug()
    (shown,) = (block for block in blocks(TEXT) if block.language == "text")
    assert ran.output.replace(str(socket.path), str(DEVICE)).splitlines() == list(shown.lines)


def said() -> str:
    """Every text of the house; what is filled in later is left out."""
    found = [(HOME / "fabgate" / "texts" / "en.toml").read_text(encoding="utf-8")]
    for file in (HOME / "fabgate").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.append("...".join(str(p.value) for p in node.values if isinstance(p, ast.Constant)))
    return "\n".join(found)


def test_a_trouble_is_headed_by_what_people_read():
    headings = re.findall(r"^### `(.*)`$", TEXT, re.MULTILINE)
    assert len(headings) > 10
    house = said()
    for heading in headings:
        if not heading.startswith(OTHERS):
            fixed = [re.sub(r"0x[0-9A-F]{2}$", "0x", part.strip()) for part in heading.split("...")]
            assert all(part in house for part in fixed), heading


def test_the_reasons_in_the_log_are_explained():
    assert all(str(flaw) in TEXT for flaw in (Flaw.FOREIGN, Flaw.SLOW, Flaw.CUT))
