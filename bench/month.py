"""What closing a large month costs: usages priced, sealed as charges, and written as a file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from bench.figures import Figure
from bench.lab import settings
from fabgate.cli import command
from fabgate.config import Settings
from fabgate.desk import lab as founding
from fabgate.desk.members import Details
from fabgate.devices.clock import SimClock, SystemClock
from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.rules.month import Month
from fabgate.store import practice
from fabgate.store.db import Store
from fabgate.tariff import Band, Tariff, TimePrice, Version

MONTH = Month(2026, 10)
MACHINES = ("laser", "mill", "printer", "lathe", "saw")
PAYERS = 2_000
_BATCH = 2_000
_LATER_MS = 1_793_900_000_000  # in November
GOAL_S, GOAL_MB, GOAL_BOOK_S = 60, 200, 15


def measure(quick: bool) -> list[Figure]:
    small, large = (500, 5_000) if quick else (100_000, 1_000_000)
    few, many = _month(small, "book"), _month(large)
    whole, before = (sum(one[what] for what in ("close", "export")) for one in (many, few))
    goals = (None, None, None, None) if quick else (GOAL_S, GOAL_MB, 11, GOAL_BOOK_S)
    return [
        Figure(f"month: {large:,} usages closed", many["close"], "s"),
        Figure(f"month: {large:,} charges as csv", many["export"], "s"),
        Figure(f"month: {large:,} closed and exported", round(whole, 1), "s", goal=goals[0]),
        Figure("month: memory at most", round(many["mb"]), "MB", goal=goals[1]),
        Figure(f"month: time of {large:,} over {small:,}", round(whole / before, 1), "times", goal=goals[2]),
        Figure(f"month: {small:,} charges as a workbook", few["book"], "s", goal=goals[3]),
    ]


def _month(usages: int, *more: str) -> dict[str, float]:
    """Close and export a month of so many usages in a process of its own; seconds and MB."""
    with tempfile.TemporaryDirectory() as name:
        made = _found(Path(name))
        _record(made, usages)
        said = subprocess.run(
            [sys.executable, "-m", "bench.month", name, *more], capture_output=True, text=True, check=True
        )
    found: dict[str, float] = json.loads(said.stdout)
    return found


def _found(folder: Path) -> Settings:
    made = settings(folder)
    founding.init(made, SystemClock("trusted"), Details(name="Zoe", handle="zoe"))
    return made


def _record(made: Settings, usages: int) -> None:
    """Sessions of all payers through the whole of the month, as their gate has written them."""
    first_s, next_s = MONTH.bounds(made.lab.zone)
    apart_ms = (next_s - first_s - 7_200) * 1000 // usages
    with Store(made.gate.state).writer() as writer:
        for begun in range(0, usages, _BATCH):
            with writer.write() as pen:
                for number in range(begun, min(usages, begun + _BATCH)):
                    at = Moment("boot", number * apart_ms, first_s * 1000 + number * apart_ms, synced=True)
                    machine, member = MACHINES[number % len(MACHINES)], f"m-{number * 7 % PAYERS:016x}"
                    token = f"x:{number % PAYERS:064x}"
                    body = SessionStarted(machine, machine, member, token, "autonomous", "tap", 14_400_000)
                    start = pen.append(Draft(at, body))
                    pen.append(
                        Draft(at, SessionStopped(str(start), machine, "own_tap", 1_234_000 + number % 3_000))
                    )
            if begun % (50 * _BATCH) == 0:
                writer.checkpoint()
        while practice.keep_up(writer):  # its gate has done so day by day
            continue
        writer.checkpoint()


def _prices() -> Tariff:
    price = TimePrice((Band(Decimal("12.50")),), every_s=60, start_fee=Decimal("0.50"))
    return Tariff(
        (Version("2026", date(2026, 1, 1), {name: {"": price} for name in MACHINES}),),
        digest="bench",
        text="-",
    )


def _child(folder: Path, *more: str) -> None:
    """Close and export, as the commands do, and with `book` as a workbook too; what it took as JSON."""
    made = settings(folder)
    made = replace(made, tariff=_prices())
    clock = SimClock(_LATER_MS)
    output = folder / "charges.csv"
    took = {
        "close": _timed(made, clock, ["close", str(MONTH), "--by", "zoe"]),
        "export": _timed(made, clock, ["export", "charges", "--month", str(MONTH), "--output", str(output)]),
    }
    status = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    if more:
        words = ["export", "charges", "--month", str(MONTH), "--format", "xlsx", "--output"]
        took["book"] = _timed(made, clock, [*words, str(folder / "charges.xlsx")])
    print(json.dumps({**took, "mb": peak / 1024}))


def _timed(made: Settings, clock: SimClock, words: list[str]) -> float:
    begun = time.perf_counter()
    ran = command(words, made, clock)
    if ran.status:
        raise RuntimeError(ran.printed)
    return round(time.perf_counter() - begun, 2)


if __name__ == "__main__":
    _child(Path(sys.argv[1]), *sys.argv[2:])
