"""What the tests of `hardware/` share: its tables, and its guide."""

from __future__ import annotations

import pytest
from hardware_folder import HARDWARE, Row, rows


@pytest.fixture
def pins() -> dict[int, Row]:
    """The header, by GPIO."""
    return {int(row["gpio"]): row for row in rows("pins.csv")}


@pytest.fixture
def parts() -> list[Row]:
    """The bill of materials."""
    return rows("bill-of-materials.csv")


@pytest.fixture
def boards() -> list[Row]:
    """The models of Pi."""
    return rows("boards.csv")


@pytest.fixture
def guide() -> str:
    return (HARDWARE / "README.md").read_text(encoding="utf-8")
