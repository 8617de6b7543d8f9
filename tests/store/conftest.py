"""A gate's books, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from made_books import new_books

from fabgate.store.db import Store, Writer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(folder: Path) -> Store:
    return new_books(folder)


@pytest.fixture
def writer(store: Store) -> Iterator[Writer]:
    with store.writer() as opened:
        yield opened
