"""The case as it is cut: from the numbers that OpenSCAD reads, and plates that fit together."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET

import cut
import pytest
from hardware_folder import HARDWARE

GIVEN = cut.numbers((HARDWARE / "case.scad").read_text(encoding="utf-8"))
SIZES = [
    {},
    {"width": 140.0, "height": 90.0, "depth": 60.0},
    {"sheet": 5.7, "finger": 21.0},
    {"depth": 40.0, "finger": 8.0},
]


def sized(change: dict[str, float]) -> dict[str, float]:
    return {**GIVEN, "kerf": 0.0, **change}


def area(outline: tuple[cut.Point, ...]) -> float:
    """Of a polygon; positive counter-clockwise."""
    around = zip(outline, (*outline[1:], outline[0]), strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in around) / 2


def test_every_number_of_the_case_is_one_that_the_cutter_reads():
    asked: set[str] = set()

    class Asked(dict[str, float]):
        def __getitem__(self, name: str) -> float:
            asked.add(name)
            return super().__getitem__(name)

    cut.drawing(Asked(GIVEN))
    assert asked == set(GIVEN)


def test_the_sheet_to_cut_is_current():
    done = subprocess.run(
        [sys.executable, str(HARDWARE / "cut.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("change", SIZES)
def test_the_six_plates_fill_the_shell_of_the_box(change: dict[str, float]):
    given = sized(change)
    sheet = given["sheet"]
    sides = (given["width"], given["height"], given["depth"])
    shell = sides[0] * sides[1] * sides[2]
    shell -= (sides[0] - 2 * sheet) * (sides[1] - 2 * sheet) * (sides[2] - 2 * sheet)
    filled = sum(area(plate.outline) for plate in cut.plates(given)) * sheet
    assert filled == pytest.approx(shell)


@pytest.mark.parametrize("change", SIZES)
@pytest.mark.parametrize("side", ["width", "height", "depth"])
def test_where_one_plate_has_a_finger_the_other_has_a_notch(change: dict[str, float], side: str):
    given = sized(change)
    long = given[side]
    one, other = (cut.notches(long, given["finger"], first) for first in (0, 1))
    assert sum(end - begin for begin, end in one + other) == pytest.approx(long)
    assert all(end <= begin + 1e-9 or far <= near + 1e-9 for begin, far in one for near, end in other)
    assert one[0][0] == 0.0  # both ends of an edge are alike, so that a plate can be turned
    assert one[-1][1] == pytest.approx(long)


def test_a_plate_is_wider_by_the_kerf_and_its_holes_are_narrower():
    plain, grown = (cut.plates({**GIVEN, "kerf": kerf})[0].outline for kerf in (0.0, 0.2))
    assert max(x for x, _ in grown) - max(x for x, _ in plain) == pytest.approx(0.1)
    assert min(y for _, y in grown) - min(y for _, y in plain) == pytest.approx(-0.1)
    assert area(grown) > area(plain)
    thin, thick = (cut.drawing({**GIVEN, "kerf": kerf}) for kerf in (0.0, 0.2))
    assert f'r="{GIVEN["gland"] / 2:.3f}"' in thin
    assert f'r="{GIVEN["gland"] / 2 - 0.1:.3f}"' in thick


def test_every_hole_lies_within_its_plate_and_apart_from_the_others():
    for plate in cut.plates(GIVEN):
        round_ = [(x, y, across / 2, across / 2) for x, y, across in plate.circles]
        boxes = round_ + [(x, y, wide / 2, high / 2) for x, y, wide, high in plate.windows]
        inside = 2 * GIVEN["sheet"]
        for x, y, a, b in boxes:
            assert inside <= x - a <= x + a <= plate.wide - inside, plate.name
            assert inside <= y - b <= y + b <= plate.high - inside, plate.name
        pairs = [(one, other) for i, one in enumerate(boxes) for other in boxes[:i]]
        for (x, y, a, b), (u, v, c, d) in pairs:
            assert abs(x - u) > a + c or abs(y - v) > b + d, plate.name


def test_a_slot_for_the_badge_is_cut_when_it_is_asked_for():
    assert cut.plates(GIVEN)[2].windows == ()
    (slot,) = cut.plates({**GIVEN, "slot_wide": 56.0})[2].windows
    assert slot[2] == 56.0


def test_one_unit_of_the_sheet_is_one_millimetre():
    root = ET.fromstring((HARDWARE / "case.svg").read_text(encoding="utf-8"))
    wide, high = root.attrib["viewBox"].split()[2:]
    assert (root.attrib["width"], root.attrib["height"]) == (f"{wide}mm", f"{high}mm")
    names = [group.attrib["id"] for group in root.iter("{http://www.w3.org/2000/svg}g")]
    assert names == ["front", "back", "top", "bottom", "left", "right"]
