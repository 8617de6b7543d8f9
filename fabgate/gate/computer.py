"""The computer that a gate runs on, as its checkup looks at it: its files, and what its commands say."""

from __future__ import annotations

import fcntl
import grp
import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

Ioctl = Callable[[int, int, bytearray], int]
PATIENCE_S = 10


def said(*words: str) -> str | None:
    """What a command says; None when it is not there, fails, or takes too long."""
    try:
        told = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return None
    return told.stdout


def own_groups() -> frozenset[str]:
    """The names of the groups that this process is in; root is in `root`, which is as good as any."""
    names = {"root"} if os.geteuid() == 0 else set[str]()
    for number in {os.getegid(), *os.getgroups()}:
        with suppress(KeyError):
            names.add(grp.getgrgid(number).gr_name)
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Computer:
    """This one, unless a test brings another: its files are under `root`."""

    root: Path = Path("/")
    run: Callable[..., str | None] = said
    ioctl: Ioctl = fcntl.ioctl
    groups: frozenset[str] = field(default_factory=own_groups)

    def text(self, path: str) -> str | None:
        """What stands in a file, without what surrounds it; None where there is none."""
        with suppress(OSError):
            return (self.root / path).read_text("utf-8", "replace").strip("\0 \n")
        return None

    @property
    def dev(self) -> Path:
        return self.root / "dev"

    @property
    def model(self) -> str | None:
        """Which Raspberry Pi it is, or whatever else has a device tree."""
        return self.text("proc/device-tree/model")
