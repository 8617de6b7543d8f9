"""The page of what ends a session has every cause and every kind, and says what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from fabgate.config.ends import SAFE
from fabgate.model import FIXED, Cause, Ending, Kind

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "ends.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if "|" in line]
HEAD = next(row for row in ROWS if row[0] == "key")


def test_every_kind_of_machine_has_a_column():
    kinds = {kind.value for kind in Kind if kind.is_machine} - {"machine"}
    assert set(HEAD[2:]) == kinds | {"any other"}


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_is_explained(ending):
    assert [row for row in ROWS if row[0] == f"`{ending}`" and len(row) == 2]


def test_every_cause_has_a_row_in_the_order_of_the_table():
    rows = [row for row in ROWS if len(row) == len(HEAD)][2:]
    assert [row[0] for row in rows] == ["" if cause in FIXED else f"`{cause}`" for cause in Cause]
    for cause, row in zip(Cause, rows, strict=True):
        for kind, said in zip(HEAD[2:], row[2:], strict=True):
            of = Kind.MACHINE if kind == "any other" else Kind(kind)
            assert said == SAFE[of].table()[cause].replace("_", " "), (cause, kind)
