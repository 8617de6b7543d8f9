"""One whole lab for a test, ended with it whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from three import Three


@pytest.fixture
def three(tmp_path: Path, needs: Callable[[str], str]) -> Iterator[Three]:
    """A broker with TLS, a hub and two gates, all running; Ada, Grace and Tom have badges and no rights."""
    needs("mosquitto")
    needs("openssl")
    made = Three(tmp_path)
    try:
        made.begin()
        yield made
    finally:
        made.let_go()
