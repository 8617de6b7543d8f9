"""The seeded world of the bench: currents, stops, lids, welds, locks and restarts, beside an oracle.

No order of events leaves an output on that the state does not want; no run-on is lost; what works is never
cut but by what may; and the books have every millisecond of it. `--days N` asks for more than usual.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import bench_pencil
import bench_signal
import bench_wires
import pytest
from bench_day import Day
from bench_kit import AT_WORK_MA, AUX, NOW, POWER, WHEN_IDLE, Founded, Kit, Out, drawn, founded
from bench_told import Broken
from bench_world import Place

EVENTS = 150
PARTS = 10
ENDS = {
    "tap": WHEN_IDLE,
    "limit": WHEN_IDLE,
    "overrun": NOW,
    "idle": NOW,
    "lid": WHEN_IDLE,
    "locked": WHEN_IDLE,
}
LASER = Kit(
    "laser",
    "meter",
    (Out("fan", AUX, 0, 60_000), Out("main", POWER), Out("beam", POWER, 1_000, 3_000)),
    ENDS | {"badge_gone": NOW, "revoked": WHEN_IDLE, "suspended": WHEN_IDLE, "closing": NOW},
    limit_ms=400_000,
    idle_ms=100_000,
    mirror=True,
)


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: the disk is not what is tested here."""
    shared = Path("/dev/shm")
    within = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with TemporaryDirectory(dir=within) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def lab(memory: Path) -> Founded:
    (memory / "lab").mkdir()
    return founded(memory / "lab")


def lived(seed: int, lab: Founded, memory: Path, kept: Path) -> int:
    """How many sessions a seed's day had; a broken law is told with all that happened before it."""
    folder = memory / f"seed-{seed}"
    day = Day(seed, lab, folder, drawn(random.Random(seed)))
    try:
        day.run(EVENTS)
    except Broken as broken:
        path = kept / f"seed-{seed}.txt"
        path.write_text((folder / "bench.toml").read_text("utf-8") + "\n".join(day.log), "utf-8")
        raise Broken(f"seed {seed}: {broken}; all of it is in {path}") from broken
    finally:
        shutil.rmtree(folder)
    return day.books.sessions


@pytest.mark.parametrize("part", range(PARTS))
def test_no_order_of_events_leaves_an_output_on_or_a_run_on_out_or_cuts_what_works(
    part: int, lab: Founded, memory: Path, tmp_path: Path, days: int
):
    sessions = [lived(seed, lab, memory, tmp_path) for seed in range(part, days, PARTS)]
    assert sum(sessions) > len(sessions)


# --- the oracle is held to account --------------------------------------------------------------------


@pytest.fixture
def day(lab: Founded, tmp_path: Path) -> Iterator[Day]:
    """One laser, by hand: Ada works, and everything is on."""
    made = Day(0, lab, tmp_path / "by-hand", (LASER,))
    made.opens()
    made.do("tap", here(made), "ada")
    made.wait(11_000)  # longer than the hold of its clamp: it is known to do nothing
    yield made
    made.closes()


def here(day: Day) -> Place:
    return day.places["laser"]


def busy(day: Day) -> None:
    day.do("draw", here(day), AT_WORK_MA)
    day.wait(3_000)


def test_a_day_in_which_nothing_is_wrong_is_found_right(day: Day):
    busy(day)
    day.do("tap", here(day), "ada")
    day.wait(30_000)
    assert here(day).pencil.work is not None, "it works on, with nobody logged in"
    day.do("draw", here(day), 0)
    day.wait(10_000)
    assert here(day).pencil.work is None
    day.do("stop")
    day.do("begin_again")
    assert here(day).seen["fan"][0], "its run-on goes on"
    day.wait(60_000)
    day.ends()


def test_a_lid_that_is_shut_in_time_ends_nothing(day: Day):
    day.do("moves", here(day), "lid")
    day.wait(10_000)
    day.do("moves", here(day), "lid")
    day.wait(LASER.warning_ms)
    assert here(day).pencil.work is not None


def test_what_still_works_long_after_the_limit_is_cut_where_the_table_says_so(day: Day):
    busy(day)
    day.wait(LASER.limit_ms)
    assert here(day).pencil.work is not None
    day.wait(LASER.overrun_ms)
    assert here(day).pencil.work is None


def test_who_stays_at_an_idle_machine_has_all_the_time_again(day: Day):
    day.wait(60_000)
    day.do("tap", here(day), "ada")
    day.wait(99_000)
    assert here(day).pencil.work is not None
    day.wait(1_000)
    assert here(day).pencil.work is None


@pytest.mark.parametrize("output", ["fan", "beam"])
def test_an_output_that_somebody_else_switches_is_found(day: Day, output: str):
    day.stage.bench.machines[here(day).id].outputs[output].switch(False)
    with pytest.raises(Broken, match=f"{output} of laser is off since"):
        day.look()


def test_a_lost_run_on_is_found(day: Day, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fabgate.gate.loop.Loop.run_on", lambda *_: None)
    day.do("stop")
    with pytest.raises(Broken, match="fan of laser is off since"):
        day.do("begin_again")


def test_a_run_on_that_never_ends_is_found(day: Day, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fabgate.gate.outputs.Outputs.pass_time", lambda *_: True)
    day.do("tap", here(day), "ada")
    with pytest.raises(Broken, match="beam of laser is on since"):
        day.wait(3_000)


def test_a_cut_into_what_works_is_found(day: Day, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fabgate.rules.endings.quiet", lambda *_: True)
    busy(day)
    with pytest.raises(Broken, match="cut from ada without a cause"):
        day.do("tap", here(day), "ada")


def test_an_emergency_stop_that_stops_nothing_is_found(day: Day, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fabgate.rules.troubles.CUTS", frozenset())
    with pytest.raises(Broken, match="although estop ended it"):
        day.do("moves", here(day), "estop")


def test_an_end_that_comes_late_is_found(day: Day, monkeypatch: pytest.MonkeyPatch):
    """The loop sleeps through its deadline, and does what is due when something else wakes it."""
    monkeypatch.setattr("fabgate.gate.post.Post.due_ms", lambda *_: None)
    with pytest.raises(Broken, match="idle ended it"):
        day.wait(200_000)


def test_work_that_is_counted_wrong_is_found(day: Day, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fabgate.rules.endings.worked_ms", lambda *_: 0)
    day.do("close", here(day))
    day.do("tap", here(day), "ada")
    busy(day)
    with pytest.raises(Broken, match="it worked for 3000 ms, and the books say 0"):
        day.do("close", here(day))


def test_a_weld_that_nobody_notices_is_found(day: Day, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fabgate.gate.post.Post.prove", lambda *_: ())
    day.do("tap", here(day), "ada")
    day.do("weld", here(day))
    with pytest.raises(Broken, match="beam of laser is on since"):
        day.wait(2_100)


def test_a_weld_that_is_not_written_is_found(day: Day, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fabgate.rules.lockouts.welded", lambda _rules, state, *_: (state, ()))
    day.do("tap", here(day), "ada")
    day.do("weld", here(day))
    day.wait(2_100)
    with pytest.raises(Broken, match="the books say False"):
        day.do("stop")


def test_the_oracle_knows_nothing_of_what_it_judges():
    for room in (bench_pencil, bench_wires, bench_signal):
        assert "fabgate" not in Path(room.__file__).read_text("utf-8")
