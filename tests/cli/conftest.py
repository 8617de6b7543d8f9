"""A lab with its first manager, zoe; and its gate at work where a test wants one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_lab import Floor, Lab


@pytest.fixture
def empty(tmp_path: Path) -> Lab:
    """A lab without books."""
    return Lab(tmp_path)


@pytest.fixture
def lab(empty: Lab) -> Lab:
    empty.done('init --manager "Zoe Dupont" --id zoe')
    return empty


@pytest.fixture
def floor(lab: Lab) -> Iterator[Floor]:
    lab.people()
    floor = Floor(lab)
    yield floor
    floor.stage.shut_down()
