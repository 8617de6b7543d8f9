"""Programs of straw, to stand around a script under test; and the way to run that script."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Run = Callable[..., "CompletedProcess[str]"]


class Straw:
    """Programs of straw in a folder: each writes down how it was called, then does what it was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "calls"
        folder.mkdir()
        self.log.touch()

    @property
    def path(self) -> str:
        return f"{self.folder}:{os.environ['PATH']}"

    def put(self, name: str, then: str = "exit 0") -> None:
        program = self.folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.log}"\n{then}\n')
        program.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()
