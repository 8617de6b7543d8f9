"""Writes `case.svg`, the case as a laser cuts it, from the numbers at the head of `case.scad`.

python hardware/cut.py            writes it
python hardware/cut.py --check    writes nothing; exits 1 when it is not current

Red is cut, blue is engraved. One unit of the drawing is one millimetre: print it at 100 %.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import copysign
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCAD, SVG = HERE / "case.scad", HERE / "case.svg"
GAP = 6.0  # between two plates on the sheet
STROKE = 0.1

Numbers = Mapping[str, float]
Point = tuple[float, float]
Rectangle = tuple[float, float, float, float]  # left, low, right, high


@dataclass(frozen=True, slots=True)
class Plate:
    """One plate: what it measures, its outline (kerf included), its holes, its windows, its marks."""

    name: str
    wide: float
    high: float
    outline: tuple[Point, ...]
    circles: tuple[tuple[float, float, float], ...] = ()  # x, y, diameter
    windows: tuple[tuple[float, float, float, float], ...] = ()  # middle x, y, width, height
    engraved: tuple[tuple[float, float, float], ...] = ()  # as circles


def numbers(text: str) -> dict[str, float]:
    """The numbers of the OpenSCAD file: one a line, before its first module."""
    head = text.split("module ", 1)[0]
    return {name: float(value) for name, value in re.findall(r"^(\w+) = ([\d.]+);", head, re.MULTILINE)}


# --- outlines ---------------------------------------------------------------------------------


def notches(long: float, finger: float, first: int) -> list[tuple[float, float]]:
    """From where to where an edge is cut in: every other finger, from the first (0) or the second (1)."""
    count = 2 * int(long / finger / 2) + 1
    step = long / count
    return [(i * step, (i + 1) * step) for i in range(first, count, 2)]


def outline(wide: float, high: float, given: Numbers, first_x: int, first_y: int) -> tuple[Point, ...]:
    """The outline of a plate, counter-clockwise, grown by half the kerf: a rectangle without its notches."""
    gone = list(_gone(wide, high, given, first_x, first_y))
    xs = sorted({0.0, wide, *(x for x0, _, x1, _ in gone for x in (x0, x1))})
    ys = sorted({0.0, high, *(y for _, y0, _, y1 in gone for y in (y0, y1))})
    there = {
        (i, j)
        for i, (x0, x1) in enumerate(pairwise(xs))
        for j, (y0, y1) in enumerate(pairwise(ys))
        if not any(_within((x0 + x1) / 2, (y0 + y1) / 2, notch) for notch in gone)
    }
    return grown(_straight([(xs[i], ys[j]) for i, j in _around(there)]), given["kerf"] / 2)


def _gone(wide: float, high: float, given: Numbers, first_x: int, first_y: int) -> Iterator[Rectangle]:
    """The notches of all four edges."""
    sheet, finger = given["sheet"], given["finger"]
    for begin, end in notches(wide, finger, first_x):
        yield begin, 0.0, end, sheet
        yield begin, high - sheet, end, high
    for begin, end in notches(high, finger, first_y):
        yield 0.0, begin, sheet, end
        yield wide - sheet, begin, wide, end


def _within(x: float, y: float, box: Rectangle) -> bool:
    return box[0] < x < box[2] and box[1] < y < box[3]


def _around(cells: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The corners of the cells along the outside of one patch of them, counter-clockwise."""
    sides: dict[tuple[int, int], tuple[int, int]] = {}
    for i, j in cells:
        around = ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
        beyond = ((i, j - 1), (i + 1, j), (i, j + 1), (i - 1, j))
        for corner, other in zip(range(4), beyond, strict=True):
            if other not in cells:
                sides[around[corner]] = around[(corner + 1) % 4]
    here = begin = min(sides)
    line = [begin]
    while (here := sides[here]) != begin:
        line.append(here)
    assert len(line) == len(sides), "a plate is one piece"
    return line


def _straight(line: list[Point]) -> list[Point]:
    """The same line without the points that lie between two others."""
    return [b for a, b, c in _threes(line) if (b[0] - a[0]) * (c[1] - b[1]) != (b[1] - a[1]) * (c[0] - b[0])]


def _threes(line: list[Point]) -> Iterator[tuple[Point, Point, Point]]:
    """Each point with those before and after it, around."""
    return zip([line[-1], *line[:-1]], line, [*line[1:], line[0]], strict=True)


def grown(line: list[Point], by: float) -> tuple[Point, ...]:
    """A rectangular outline, counter-clockwise, each side moved outwards."""
    moved = []
    for a, b, c in _threes(line):
        before, after = _outwards(a, b), _outwards(b, c)
        moved.append((b[0] + by * (before[0] + after[0]), b[1] + by * (before[1] + after[1])))
    return tuple(moved)


def _outwards(a: Point, b: Point) -> Point:
    """The direction outwards of a side that runs along an axis."""
    return copysign(b[1] != a[1], b[1] - a[1]), copysign(b[0] != a[0], a[0] - b[0])


# --- plates -----------------------------------------------------------------------------------


def plates(given: Numbers) -> tuple[Plate, ...]:
    """All six, as they lie on the sheet."""
    sides = (_side(name, given) for name in ("left", "right"))
    return (_front(given), _back(given), _top(given), _bottom(given), *sides)


def _front(given: Numbers) -> Plate:
    wide, high, x, y = given["width"], given["height"], given["buzzer_x"], given["buzzer_y"]
    buzzer = [(x + a, y + b, given["buzzer"]) for a, b in ((0, 0), (4, 0), (-4, 0), (0, 4), (0, -4))]
    near = given["lid_in"]
    lid = [(a, b, given["lid_screw"]) for a in (near, wide - near) for b in (near, high - near)]
    return Plate(
        "front",
        wide,
        high,
        outline(wide, high, given, 1, 1),
        circles=(
            (given["lamp_x"], given["lamp_y"], given["lamp"]),
            (given["done_x"], given["buttons_y"], given["button"]),
            (given["oops_x"], given["buttons_y"], given["button"]),
            *buzzer,
            *lid,
        ),
        windows=(tuple(given[f"display_{part}"] for part in ("x", "y", "wide", "high")),),  # type: ignore[arg-type]
        engraved=((given["reader_x"], given["reader_y"], given["reader_wide"]),),
    )


def _back(given: Numbers) -> Plate:
    wide, high = given["width"], given["height"]
    screws = [
        (
            given[f"{part}_x"] + i * given[f"{part}_wide"],
            given[f"{part}_y"] + j * given[f"{part}_high"],
            given[f"{part}_screw"],
        )
        for part in ("pi", "relay")
        for i in (0, 1)
        for j in (0, 1)
    ]
    return Plate("back", wide, high, outline(wide, high, given, 1, 1), circles=tuple(screws))


def _top(given: Numbers) -> Plate:
    wide, deep = given["width"], given["depth"]
    slot = (given["reader_x"], given["slot_y"], given["slot_wide"], given["slot_thick"])
    return Plate("top", wide, deep, outline(wide, deep, given, 0, 1), windows=(slot,) if slot[2] else ())


def _bottom(given: Numbers) -> Plate:
    wide, deep, glands = given["width"], given["depth"], int(given["glands"])
    holes = [(wide * i / (glands + 1), deep / 2, given["gland"]) for i in range(1, glands + 1)]
    return Plate("bottom", wide, deep, outline(wide, deep, given, 0, 1), circles=tuple(holes))


def _side(name: str, given: Numbers) -> Plate:
    deep, high, vents = given["depth"], given["height"], int(given["vents"])
    slits = [
        (deep * i / (vents + 1), high * 3 / 4, given["vent_wide"], given["vent_long"])
        for i in range(1, vents + 1)
    ]
    return Plate(name, deep, high, outline(deep, high, given, 0, 0), windows=tuple(slits))


# --- the sheet --------------------------------------------------------------------------------


def drawing(given: Numbers) -> str:
    """The sheet as SVG: three rows of two plates, each with its name engraved."""
    sheet = plates(given)
    wide = max(a.wide + b.wide for a, b in zip(sheet[::2], sheet[1::2], strict=True)) + 3 * GAP
    high = sum(plate.high for plate in sheet[::2]) + 4 * GAP
    body, y = [], GAP
    for left, right in zip(sheet[::2], sheet[1::2], strict=True):
        body += [*_drawn(left, GAP, y, given["kerf"]), *_drawn(right, 2 * GAP + left.wide, y, given["kerf"])]
        y += left.high + GAP
    size = f'width="{wide:g}mm" height="{high:g}mm" viewBox="0 0 {wide:g} {high:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} fill="none" stroke="red" stroke-width="{STROKE}">'
    title = f"<title>Case of a gate, {given['sheet']:g} mm sheet, kerf {given['kerf']:g} mm</title>"
    return "\n".join((head, title, *body, "</svg>")) + "\n"


def _drawn(plate: Plate, x: float, y: float, kerf: float) -> Iterator[str]:
    """One plate with its upper left corner there: SVG counts downwards."""
    yield f'<g id="{plate.name}" transform="translate({x:g} {y + plate.high:g}) scale(1 -1)">'
    yield f'<path d="M{" L".join(f"{a:.3f},{b:.3f}" for a, b in plate.outline)} Z"/>'
    for a, b, across in plate.circles:
        yield f'<circle cx="{a:g}" cy="{b:g}" r="{(across - kerf) / 2:.3f}"/>'
    for a, b, wide, high in plate.windows:
        wide, high = wide - kerf, high - kerf
        yield f'<rect x="{a - wide / 2:.3f}" y="{b - high / 2:.3f}" width="{wide:.3f}" height="{high:.3f}"/>'
    for a, b, across in plate.engraved:
        yield f'<circle cx="{a:g}" cy="{b:g}" r="{across / 2:g}" stroke="blue"/>'
    yield "</g>"
    words = 'font-family="sans-serif" font-size="5" stroke="none" fill="blue"'
    yield f'<text x="{x + 16:g}" y="{y + 11:g}" {words}>{plate.name}</text>'


def main(arguments: list[str]) -> int:
    text = drawing(numbers(SCAD.read_text(encoding="utf-8")))
    if arguments == ["--check"]:
        current = SVG.exists() and SVG.read_text(encoding="utf-8") == text
        if not current:
            sys.stderr.write(f"{SVG} is not current: run python hardware/cut.py\n")
        return 0 if current else 1
    if arguments:
        sys.stderr.write(__doc__ or "")
        return 2
    SVG.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
