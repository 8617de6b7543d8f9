"""Draws the pictures of the wiring guide from the text in `drawn/`, and makes the page of pins.

python hardware/draw.py            draws them
python hardware/draw.py --check    writes nothing; exits 1 and names each file that is not current

Needs schemdraw, in the version that pyproject.toml pins: pip install 'fabgate[hardware]'
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# ruff: noqa: E402 - runs from a fresh clone
from drawn import chains, header, inputs, machines, panel, reader
from drawn.sheet import Sheet

DRAWINGS: Mapping[str, Callable[[], Sheet]] = {
    "reader": reader.rc522,
    "slot": reader.slot,
    "relay": chains.relay,
    "contactor": chains.contactor,
    "dead-man": chains.dead_man,
    "laser": machines.laser,
    "cnc": machines.cnc,
    "door": machines.door,
    "inputs": inputs.contacts,
    "current": inputs.ads1115,
    "current-mcp3008": inputs.mcp3008,
    "panel": panel.panel,
}


def made() -> dict[Path, str]:
    """Every file that is made here, and what it has to say now."""
    files = {HERE / "drawings" / f"{name}.svg": draw().svg() for name, draw in DRAWINGS.items()}
    return files | {HERE / "pins.md": header.page()}


def stale() -> list[Path]:
    """The files that do not say what the text says now, and pictures that nothing draws."""
    wanted = made()
    late = [file for file, text in wanted.items() if not _is(file, text)]
    return late + [file for file in (HERE / "drawings").glob("*.svg") if file not in wanted]


def write() -> None:
    for file, text in made().items():
        file.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        late = stale()
        for file in late:
            sys.stderr.write(f"{file} is not current: run python hardware/draw.py\n")
        return 1 if late else 0
    if arguments:
        sys.stderr.write(__doc__ or "")
        return 2
    write()
    return 0


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
