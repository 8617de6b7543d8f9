"""What the tests of the installation share: where the files are, and a machine of straw to run them on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from machine_of_straw import Run, Straw

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def checkout() -> Path:
    return CHECKOUT


@pytest.fixture
def systemd(checkout: Path) -> Path:
    return checkout / "systemd"


@pytest.fixture
def run() -> Run:
    """Runs a program to its end and gives what it said; it never gets our own make's orders."""

    def call(*argv: object, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        return subprocess.run(
            [str(word) for word in argv],
            cwd=CHECKOUT,
            env={**clean, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return call


@pytest.fixture
def straw(tmp_path: Path) -> Straw:
    return Straw(tmp_path / "straw")
