"""The tables for the person with the screwdriver: whole, and the same as what the code refuses."""

from __future__ import annotations

import re

from hardware_folder import Row

from fabgate.config.wiring import OTHER_PINS, POWER_PINS
from fabgate.devices.lower import HEADERS

MACHINES = ("laser", "cnc", "saw", "printer", "door")


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
    assert set(re.findall(r"ground, pin (\d+)", guide)) <= {"6", "9", "14", "20", "25", "30", "34", "39"}


def test_what_a_gate_needs_is_on_the_list(parts: list[Row]) -> None:
    assert {row["needed"] for row in parts} == {"yes", "advised"}
    assert all(row["part"] and row["quantity"] and row["what to look for"] for row in parts)
    assert {"relay board", "resistor 10 kOhm", "contactor", "emergency stop"} <= {
        row["part"] for row in parts
    }
    assert len({row["part"] for row in parts}) == len(parts)


def test_every_part_has_a_price_and_a_machine_that_it_is_for(parts: list[Row]) -> None:
    for row in parts:
        assert 0 < float(row["price_eur"]) < 200, row["part"]
        assert int(row["pieces"]) > 0, row["part"]
        assert set(row["machines"].split()) <= {"all", *MACHINES}, row["part"]


def test_the_guide_adds_the_prices_up_as_they_stand(parts: list[Row], guide: str) -> None:
    told = {
        name: (int(needed), int(whole))
        for name, needed, whole in re.findall(
            r"^\| (\w+) \| about (\d+) \| about (\d+) \|$", guide, re.MULTILINE
        )
    }
    assert told == {name: (cost(parts, name, "yes"), cost(parts, name, "yes advised")) for name in MACHINES}


def cost(parts: list[Row], machine: str, needed: str) -> int:
    """Euros for one gate with one machine, to the next ten."""
    mine = [row for row in parts if {"all", machine} & set(row["machines"].split())]
    exact = sum(float(row["price_eur"]) * int(row["pieces"]) for row in mine if row["needed"] in needed)
    return round(exact / 10) * 10


def test_every_model_of_pi_has_its_row_and_a_name_of_its_pins_that_the_code_knows(boards: list[Row]) -> None:
    assert [row["model"] for row in boards] == ["Zero 2 W", "3B and 3B+", "4B", "5"]
    assert all(row["name in gpioinfo"].startswith(HEADERS) for row in boards)
    assert {row["tried by the authors"] for row in boards} == {"no"}  # say so until it is not so


def test_the_table_gives_the_pins_that_a_configuration_may_name(pins: dict[int, Row]) -> None:
    may_switch = [gpio for gpio, row in pins.items() if row["for"] == "relay"]
    harmless = ("relay", "input", "display", "lamp or buzzer")
    assert may_switch == list(POWER_PINS)
    assert {gpio for gpio, row in pins.items() if row["for"] in harmless} == set(OTHER_PINS)
