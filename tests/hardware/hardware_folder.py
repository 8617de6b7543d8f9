"""Where the drawings, tables and profiles are. Makes `draw`, `cut` and `drawn` importable."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

HARDWARE = Path(__file__).parents[2] / "hardware"
sys.path.insert(0, str(HARDWARE))

Row = dict[str, str]


def rows(table: str) -> list[Row]:
    with (HARDWARE / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))
