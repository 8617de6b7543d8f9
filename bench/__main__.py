"""`python -m bench [--quick]`: print each figure beside its floor and write bench/results.json.

A figure is told, not judged by the exit status: machines differ. With --quick each is run for a
moment only, so that none of them rots.
"""

from __future__ import annotations

import json
import logging
import platform
import sys
from dataclasses import asdict
from pathlib import Path

from bench import board, hub, month, process, reader, rehearsing, tap, world
from bench.figures import Figure

logging.getLogger("fabgate").addHandler(logging.NullHandler())  # its clock is moved on between taps
ALL = {
    "tap": tap,
    "reader": reader,
    "process": process,
    "rehearsal": rehearsing,
    "world": world,
    "hub": hub,
    "month": month,
    "board": board,
}


def main(words: list[str]) -> int:
    quick = "--quick" in words
    chosen = [word for word in words if not word.startswith("-")] or list(ALL)
    figures: list[Figure] = []
    for name in chosen:
        for figure in ALL[name].measure(quick):
            figures.append(figure)
            print(line(figure), flush=True)
    results = {"python": platform.python_version(), "quick": quick, "figures": [asdict(f) for f in figures]}
    Path(__file__).with_name("results.json").write_text(json.dumps(results, indent=2) + "\n")
    missed = [figure.name for figure in figures if figure.met is False]
    print(
        f"{len(figures)} figures, {len(missed)} beyond their goal{': ' + '; '.join(missed) if missed else ''}"
    )
    return 0


def line(figure: Figure) -> str:
    """One figure for a person: name, value, goal, floor."""
    goal = "" if figure.goal is None else f"goal {figure.goal:,} {figure.unit}"
    floor = "" if figure.floor is None else f"floor {figure.floor:,}"
    mark = {None: " ", True: "+", False: "!"}[figure.met]
    value = f"{figure.value:>12,} {figure.unit:<9}"
    return f"{mark} {figure.name:<46} {value} {goal:<22} {floor} {figure.note}".rstrip()


sys.exit(main(sys.argv[1:]))
