"""The pages, as the tests of the docs read them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
PAGES = (
    HOME / "README.md",
    HOME / "CHANGELOG.md",
    *sorted((HOME / "docs").rglob("*.md")),
    *sorted((HOME / "hardware").glob("*.md")),
)


@dataclass(frozen=True)
class Block:
    """What stands between two fences: the number of its first line, its language, its lines."""

    line: int
    language: str
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page in their order."""
    found: list[Block] = []
    fence: tuple[int, str] | None = None
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.fullmatch(r" *```(\w*)", line)
        if mark is None:
            lines.append(line)
        elif fence is None:
            fence, lines = (number + 1, mark[1]), []
        else:
            found.append(Block(*fence, tuple(lines)))
            fence = None
    assert fence is None, f"a fence without its end at line {fence[0]}" if fence else ""
    return found


def name(page: Path) -> str:
    return str(page.relative_to(HOME))
