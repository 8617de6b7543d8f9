"""A bench with one reader for the tests of the emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rc522.probe import Probe
from rc522.rig import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(overhead_us=50) as bench:
        yield bench


@pytest.fixture
def probe(bench: Bench) -> Probe:
    return Probe(bench)
