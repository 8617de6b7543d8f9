"""A device that must be there and may be opened: a finding about one file in /dev."""

from __future__ import annotations

import os
from pathlib import Path

from fabgate.reports.finding import Finding, Grade


def node(name: str, file: Path, mode: int = os.R_OK | os.W_OK, *, missing: str, closed: str) -> Finding:
    """How it is; `missing` and `closed` are the remedies where it is not there, or may not be opened."""
    if not file.exists():
        return Finding(name, Grade.FAIL, f"{file} is not there", missing)
    if not os.access(file, mode):
        return Finding(name, Grade.FAIL, f"{file} may not be opened", closed)
    return Finding(name, Grade.OK, f"{file} may be opened")
