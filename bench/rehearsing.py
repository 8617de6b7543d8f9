"""How fast a day is rehearsed: 200 sessions on the real rules and books, in memory-backed files."""

from __future__ import annotations

import time
from pathlib import Path

from bench.figures import Figure
from fabgate.cli import command
from fabgate.rehearsal.play import play
from fabgate.rehearsal.scenario import parse

LAB = Path(__file__).parent.parent / "docs" / "rehearsals" / "openfab.toml"
HEAD = f"""lab {LAB}
clock 2026-10-24T00:00 Europe/Brussels
00:00:00  run member add "Ada Lovelace" --id ada --by zoe
00:00:00  run badge add ada 04A2B3C4D5E680 --by zoe
00:00:00  run grant give ada laser --level autonomous --by zoe --reason bench
"""


def measure(quick: bool) -> list[Figure]:
    sessions = 20 if quick else 200
    lines = [HEAD]
    for number in range(sessions):
        begins = 600 + number * 85_000 // sessions
        for at in (begins, begins + 300):
            lines.append(f"{at // 3600:02d}:{at // 60 % 60:02d}:{at % 60:02d}  tap laser 04A2B3C4D5E680\n")
    lines.append("+0  expect journal ok\n")
    scenario = parse("".join(lines), Path("bench.txt"))
    begun = time.perf_counter()
    failures = play(scenario, command)
    took = time.perf_counter() - begun
    assert not failures, failures
    return [Figure(f"a rehearsed day with {sessions} sessions", round(took, 2), "s", goal=2)]
