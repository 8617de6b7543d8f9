"""The soak: session after session through the real loop, and nothing grows that does not have to.

`--sessions 100000` is the whole of it; in the suite it is a part. The disk is in memory, time is virtual,
and everything else is the gate's own: loop, lookup, ink, store, outputs, meter.
"""

from __future__ import annotations

import gc
import os
import random
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bench_kit import (
    AT_REST_MA,
    AT_WORK_MA,
    AUX,
    BADGES,
    BEGINS_MS,
    DEADMAN,
    POWER,
    WORKERS,
    Kit,
    Out,
    founded,
)

from fabgate.devices.clock import SimClock
from fabgate.devices.sim import Change, SimBench
from fabgate.model import MachineId
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rehearsal.stage import Stage
from fabgate.store import journal

ENDS = {"tap": "when_idle", "limit": "when_idle", "overrun": "alarm", "idle": "now", "lid": "warn"}
OUTS = (Out("fan", AUX, 0, 5_000), Out("main", POWER), Out("beam", POWER, 1_000))
LASER = Kit("laser", "meter", OUTS, ENDS, limit_ms=1_200_000, hold_ms=1_000, mirror=True, proves=True)
MILL = Kit("mill", "running", (*OUTS, Out("guard", DEADMAN)), ENDS, limit_ms=1_200_000)
KEPT = 1_000  # changes of outputs that the bench keeps, as it does in the daemon
WARM_UP = 300  # sessions after which everything has been used once
MOST_OBJECTS = 400  # more than after the warm-up, however many sessions: caches that fill up by turns
MOST_BYTES = 12 * 2**20


@dataclass
class Seen:
    """What the bench showed of one machine, added up."""

    on_ms: int | None = None
    total_ms: int = 0
    sessions: int = 0
    busy_ms: int = 0


@dataclass(frozen=True)
class Weight:
    """What this process holds on to."""

    objects: Counter[str]
    resident: int
    files: int
    threads: int

    @classmethod
    def now(cls) -> Weight:
        gc.collect()
        kinds = Counter(type(one).__qualname__ for one in gc.get_objects())
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        files = len(list(Path("/proc/self/fd").iterdir()))
        return cls(kinds, pages * os.sysconf("SC_PAGESIZE"), files, threading.active_count())


@dataclass
class Soak:
    """A gate with two machines at which people come and go."""

    folder: Path
    chance: random.Random = field(default_factory=lambda: random.Random(20261122))

    def __post_init__(self) -> None:
        lab = self.folder / "lab"
        lab.mkdir()
        begun = founded(lab)
        here = self.folder / "gate"
        here.mkdir()
        self.settings = begun.settle_in(here, (LASER, MILL))
        self.clock = SimClock(BEGINS_MS)
        self.stage = Stage(self.settings, self.clock, begun.catalogue)
        self.stage.bench = SimBench(self.settings, self.clock, keep=KEPT)
        self.stage.bench.follow(self._changed)
        self.seen = {MachineId(kit.name): Seen() for kit in (LASER, MILL)}
        self.stage.power_on()

    def _changed(self, change: Change) -> None:
        if change.device != "main":
            return
        seen, now_ms = self.seen[change.machine], self.stage.passed_ms
        if change.value == "on":
            seen.on_ms = now_ms
        elif seen.on_ms is not None:
            seen.total_ms += now_ms - seen.on_ms
            seen.sessions, seen.on_ms = seen.sessions + 1, None

    def one(self, number: int) -> None:
        """One session: on, some work, off, as a person does it."""
        machine = (MachineId("laser"), MachineId("mill"))[number % 2]
        uid = BADGES[WORKERS[number % len(WORKERS)]]
        self._wait(2_100)
        self.stage.bench.tap(machine, uid)
        self.stage.settle()
        self._wait(self.chance.randrange(1_000, 4_000))
        works_ms = self.chance.randrange(100, 6_000)
        self._work(machine, works_ms)
        self.stage.bench.tap(machine, uid)
        self.stage.settle()
        assert self.stage.bench.state(machine, "main") == "off"

    def _work(self, machine: MachineId, works_ms: int) -> None:
        """The clamp needs its hold to know that it is over; the machine's own word holds at once."""
        self._draw(machine, AT_WORK_MA, "press")
        self._wait(works_ms)
        self._draw(machine, AT_REST_MA, "release")
        self._wait(LASER.hold_ms + self.chance.randrange(1_200))
        self.seen[machine].busy_ms += works_ms + (LASER.hold_ms if machine == "laser" else 0)

    def _draw(self, machine: MachineId, ma: int, running: str) -> None:
        self.stage.bench.current(machine, (ma if machine == "laser" else 0) / 1000)
        if machine == "mill":
            getattr(self.stage.bench, running)(machine, "running")
        self.stage.settle()

    def _wait(self, ms: int) -> None:
        for machine in self.seen:
            if self.stage.bench.state(machine, "main") == "off":
                self.stage.bench.current(machine, 0)
        self.stage.advance(ms)

    def books(self) -> dict[str, tuple[int, int, int]]:
        """What the books have by machine: sessions, their length and the work in them, added up."""
        found: dict[str, list[int]] = {name: [0, 0, 0] for name in self.seen}
        with self.stage.store.reader() as reader:
            assert journal.verify(reader.conn).sound
            starts = set()
            for entry in journal.entries(reader.conn, kinds=(SessionStarted.kind, SessionStopped.kind)):
                if isinstance(entry.body, SessionStarted):
                    starts.add(str(entry.id))
                elif isinstance(entry.body, SessionStopped):
                    starts.remove(entry.body.session)
                    one = found[entry.body.machine]
                    one[0], one[1] = one[0] + 1, one[1] + entry.body.length_ms
                    one[2] += entry.body.busy_ms or 0
            assert not starts, "every start has its stop"
        return {name: (one[0], one[1], one[2]) for name, one in found.items()}


@pytest.fixture
def soak() -> Iterator[Soak]:
    shared = Path("/dev/shm")
    within = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with TemporaryDirectory(dir=within) as folder:
        made = Soak(Path(folder))
        yield made
        made.stage.shut_down()
        shutil.rmtree(folder, ignore_errors=True)


def test_session_after_session_nothing_leaks_and_no_length_drifts(soak: Soak, sessions: int):
    for number in range(WARM_UP):
        soak.one(number)
    warm = Weight.now()
    for number in range(WARM_UP, sessions):
        soak.one(number)
    last = Weight.now()
    grown = last.objects - warm.objects
    assert sum(grown.values()) <= MOST_OBJECTS, f"what grew: {grown.most_common(8)}"
    assert last.resident - warm.resident <= MOST_BYTES, (
        f"{(last.resident - warm.resident) / 2**20:.1f} MB more"
    )
    assert (last.files, last.threads) == (warm.files, warm.threads)
    assert len(soak.stage.bench.history) == KEPT
    bench = {name: (one.sessions, one.total_ms, one.busy_ms) for name, one in soak.seen.items()}
    assert soak.books() == bench
    assert sum(one.sessions for one in soak.seen.values()) == sessions
