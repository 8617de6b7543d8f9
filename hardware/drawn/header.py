"""The page of pins: the header as it lies on the board, once for each model of Pi."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
SUPPLY = {
    1: "3.3 V",
    17: "3.3 V",
    2: "5 V",
    4: "5 V",
}  # header pins; what is neither these nor a GPIO is ground
Row = Mapping[str, str]

INTRODUCTION = """# Pins

<!-- Made by hardware/draw.py from pins.csv and boards.csv: change it there. -->

All models with 40 pins have the same header. Pin 1 is the one with the square pad, at the end of the
memory card; even numbers are on the side of the board's edge. Configurations and drawings count by
GPIO, fingers by header pin. "Up" and "down" is how the chip pulls a pin until software comes.

**Where this page stands.** Its facts come from makers' papers and from what others saw. The authors
have measured none of them on a real board yet. *See them yourself* before you wire, with nothing
connected: `pinctrl get 17` right after a start says `pd` and `lo`, and a meter between header pins 11
and 9 reads 0 V from plugging in to the end of the boot.
"""


def rows(table: str) -> list[Row]:
    """The rows of a table of `hardware/`."""
    with (HERE / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def page() -> str:
    """The whole page, in Markdown."""
    pins = {int(row["header_pin"]): row for row in rows("pins.csv")}
    return INTRODUCTION + "".join(f"\n{part}\n" for board in rows("boards.csv") for part in _of(board, pins))


def _of(board: Row, pins: Mapping[int, Row]) -> Iterator[str]:
    yield f"## Raspberry Pi {board['model']}"
    facts = "\n".join(f"| {name} | {said} |" for name, said in board.items() if name != "model")
    yield f"| | |\n|---|---|\n{facts}"
    yield "\n".join(("| for | name | pin | pin | name | for |", "|---|---|--:|:--|---|---|", *_header(pins)))


def _header(pins: Mapping[int, Row]) -> Iterator[str]:
    for left in range(1, 41, 2):
        (use, name), (other_name, other_use) = _use(left, pins)[::-1], _use(left + 1, pins)
        yield f"| {use} | {name} | {left} | {left + 1} | {other_name} | {other_use} |"


def _use(pin: int, pins: Mapping[int, Row]) -> tuple[str, str]:
    """What a header pin is called, and what it is good for."""
    if pin not in pins:
        return SUPPLY.get(pin, "ground"), ""
    row = pins[pin]
    return f"GPIO{row['gpio']}, {row['at_reset']}", row["for"]
