"""The tables for the person with the screwdriver: whole, and the same as what the code refuses."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from fabgate.config.wiring import OTHER_PINS, POWER_PINS

Row = dict[str, str]
GROUND = ("9", "30")


def rows(table: Path) -> list[Row]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture
def pins(checkout: Path) -> dict[int, Row]:
    return {int(row["gpio"]): row for row in rows(checkout / "hardware/pins.csv")}


@pytest.fixture
def guide(checkout: Path) -> str:
    return (checkout / "hardware/README.md").read_text(encoding="utf-8")


def test_every_pin_of_the_header_is_told_once(pins: dict[int, Row]) -> None:
    assert list(pins) == list(range(28))
    header = {int(row["header_pin"]) for row in pins.values()}
    # The twelve that are missing are power and ground.
    assert set(range(1, 41)) - header == {1, 2, 4, 6, 9, 14, 17, 20, 25, 30, 34, 39}


def test_a_relay_pin_is_low_from_power_on(pins: dict[int, Row]) -> None:
    # Broadcom's chip pulls GPIO0 to 8 up and the others down until software comes.
    assert [gpio for gpio, row in pins.items() if row["at_reset"] == "up"] == list(range(9))
    assert {row["at_reset"] for row in pins.values() if row["for"] == "relay"} == {"down"}


def test_the_guide_names_the_same_relay_pins_as_the_table(pins: dict[int, Row], guide: str) -> None:
    told = re.search(r"\*\*Take a relay pin from this list\*\*: ([\d, ]+)\.", guide)
    assert told is not None
    assert [int(gpio) for gpio in told[1].split(", ")] == [
        gpio for gpio, row in pins.items() if row["for"] == "relay"
    ]


def test_a_pin_in_a_drawing_has_the_number_that_the_header_gives_it(pins: dict[int, Row], guide: str) -> None:
    drawn = re.findall(r"GPIO(\d+), pin (\d+)", guide)
    assert drawn
    assert [pins[int(gpio)]["header_pin"] for gpio, _ in drawn] == [pin for _, pin in drawn]
    assert set(re.findall(r"ground, pin (\d+)", guide)) == set(GROUND)


def test_what_a_gate_needs_is_on_the_list(checkout: Path) -> None:
    parts = rows(checkout / "hardware/bill-of-materials.csv")
    assert {row["needed"] for row in parts} == {"yes", "advised"}
    assert all(row["part"] and row["quantity"] for row in parts)
    assert {"relay board", "resistor 10 kOhm", "contactor", "emergency stop"} <= {
        row["part"] for row in parts
    }


def test_the_table_gives_the_pins_that_a_configuration_may_name(pins: dict[int, Row]) -> None:
    may_switch = [gpio for gpio, row in pins.items() if row["for"] == "relay"]
    harmless = ("relay", "input", "display", "lamp or buzzer")
    assert may_switch == list(POWER_PINS)
    assert {gpio for gpio, row in pins.items() if row["for"] in harmless} == set(OTHER_PINS)
