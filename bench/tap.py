"""Tap to relay, refusal to lamp: alone, under load, and as the members grow."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import hub
from bench.figures import Figure, median, microseconds, p99
from bench.floor import Floor
from bench.gate import RunningGate
from bench.lab import ADA, STRANGER, backlog, found, join
from fabgate.config import Settings

BACKLOG = 150  # records for each tap: enough that they do not run out before the taps do
REPORT = "import sys\nfrom pathlib import Path\nfrom bench.load import report\nreport(Path(sys.argv[1]))"


def measure(quick: bool) -> list[Figure]:
    tries = 60 if quick else 1_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = _alone(folder, tries) + _loaded(folder, tries) + _draining(folder, tries)
        return figures + _growing(folder, tries, quick)


def _alone(folder: Path, tries: int) -> list[Figure]:
    gate = RunningGate(found(folder / "small", 100))
    floor = Floor(folder, 100)
    ours: list[float] = []
    plain: list[float] = []
    refused: list[float] = []
    handed: list[float] = []  # a refusal in plain lines: a join, and two hand-offs between threads
    for count in range(tries + tries // 10):
        on, _off = gate.tap(ADA)
        base = floor.tap()
        red, hands = gate.refusal(STRANGER), floor.refusal()
        if count >= tries // 10:  # the first tenth warms up
            ours.append(on)
            plain.append(base)
            refused.append(red)
            handed.append(hands)
    gate.close()
    base = median(plain)
    return [
        Figure("tap to relay, floor: median", microseconds(base), "us"),
        Figure(
            "tap to relay: median",
            microseconds(median(ours)),
            "us",
            microseconds(base),
            microseconds(1.6 * base),
        ),
        Figure(
            "tap to relay: p99", microseconds(p99(ours)), "us", microseconds(base), microseconds(3 * base)
        ),
        Figure(
            "refusal to lamp: median",
            microseconds(median(refused)),
            "us",
            microseconds(base),
            microseconds(0.25 * base),
            f"in plain lines {microseconds(median(handed)):,}",
        ),
    ]


def _loaded(folder: Path, tries: int) -> list[Figure]:
    """The same while another, niced process reads the whole journal over and over."""
    settings = found(folder / "loaded", 1_000)
    return [_late("tap to relay beside a report: p99", *_beside_a_report(settings, tries))]


def _draining(folder: Path, tries: int) -> list[Figure]:
    """The same while the outbox drains to a hub as well; without Mosquitto it is left out."""
    mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if mosquitto is None:
        return []
    settings = found(folder / "draining", 1_000)
    backlog(settings, tries * BACKLOG)
    (folder / "hub").mkdir()
    with hub.running(folder / "hub", mosquitto) as place:
        join(settings, place.port)
        ours, plain = _beside_a_report(settings, tries, lambda: place.held(settings.gate.name) > 0)
        left = tries * BACKLOG - place.held(settings.gate.name)
    note = f"{left:,} records left at the end" if left > 0 else "drained before the end: not told"
    return [_late("tap to relay beside a report and a backlog: p99", ours, plain, note)]


def _late(name: str, ours: list[float], plain: list[float], note: str = "") -> Figure:
    """What the slowest taps took; the floor is what the plain lines took between them, beside the same."""
    return Figure(name, microseconds(p99(ours)), "us", microseconds(p99(plain)), goal=5_000, note=note)


def _beside_a_report(
    settings: Settings, tries: int, flows: Callable[[], bool] = lambda: True
) -> tuple[list[float], list[float]]:
    """Our taps and the floor's in turn, timed from when what is to run beside them runs."""
    gate = RunningGate(settings)
    floor = Floor(settings.path.parent, 1_000)
    report = subprocess.Popen(
        ["nice", "-n", "10", sys.executable, "-c", REPORT, str(settings.gate.state)],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not flows():
            gate.tap(ADA)
        pairs = [(gate.tap(ADA)[0], floor.tap()) for _ in range(tries)]
    finally:
        report.terminate()
        report.wait()
        gate.close()
    ours, plain = zip(*pairs, strict=True)
    return list(ours), list(plain)


def _growing(folder: Path, tries: int, quick: bool) -> list[Figure]:
    sizes = (100, 2_000) if quick else (100, 10_000, 1_000_000)
    figures: list[Figure] = []
    least = 0.0
    for size in sizes:
        gate = RunningGate(found(folder / f"m{size}", size))
        for _ in range(tries // 10):
            gate.tap(ADA)
        middle = median([gate.tap(ADA)[0] for _ in range(tries)])
        gate.close()
        least = least or middle
        goal = None if size == sizes[0] else microseconds(1.25 * least)
        figures.append(
            Figure(f"tap to relay, {size:,} members: median", microseconds(middle), "us", goal=goal)
        )
    return figures
