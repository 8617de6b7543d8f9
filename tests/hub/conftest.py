"""A hub with two gates, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_lab import Lab, first_manager


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path)
    made.make_hub()
    first_manager(made.settings, made.clock)
    made.hub_on()
    yield made
    for gate in made.gates.values():
        if gate.link is not None:
            gate.off()
    if made.hub is not None:
        made.hub_off()
