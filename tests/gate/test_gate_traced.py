"""Law 1 on the real process, as the kernel saw it: no output goes on before its start is on the disk."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from gate_lab import ADA, GRACE, LASER, LATHE, STRANGER, read
from gate_process import Process

from fabgate.config import Settings
from fabgate.records import Entry, SessionStarted, SessionStopped

Run = Callable[..., Process]
CALLS = "write,writev,pwrite64,pwritev,fdatasync,fsync"
LINE = re.compile(r"^(\d+) +\d+\.\d+ (.*)$")
BEGUN = re.compile(r"^(\w+)\(\d+<(.*?)>(.*)$")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>.*= (-?\d+)")


@dataclass
class Call:
    """A system call: of which thread, on which file, with what, and whether it ended well."""

    thread: str
    name: str
    file: str
    rest: str
    line: int  # where it began
    ended: int  # where it returned
    well: bool


def calls(trace: Path) -> list[Call]:
    """The calls in the order in which they began; one that was interrupted by another's is put together."""
    found: list[Call] = []
    under_way: dict[str, Call] = {}
    for number, text in enumerate(trace.read_text(errors="replace").splitlines()):
        parts = LINE.match(text)
        assert parts, text
        thread, said = parts.groups()
        if resumed := RESUMED.match(said):
            call = under_way.pop(thread)
            call.ended, call.well = number, not resumed[2].startswith("-")
        elif begun := BEGUN.match(said):
            name, file, rest = begun.groups()
            result = re.search(r"\) += (-?\d+)", rest)
            well = result is not None and not result[1].startswith("-")
            call = Call(thread, name, file, rest, number, number, well)
            found.append(call)
            if "<unfinished ...>" in rest:
                under_way[thread] = call
    return found


@pytest.fixture
def traced(
    run: Run, lab: Settings, needs: Callable[[str], str]
) -> Iterator[tuple[Process, Callable[[], list[Call]]]]:
    """A daemon under the eyes of strace, and what was seen once it has ended."""
    trace = lab.path.parent / "trace"
    tracer = needs("strace")
    if subprocess.run([tracer, "-o", os.devnull, "true"], capture_output=True).returncode:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("nobody may trace a process here")
    gate = run(tracer, "-f", "-y", "-ttt", "-s", "8192", "-e", f"trace={CALLS}", "-o", str(trace))
    [daemon] = Path(f"/proc/{gate.pid}/task/{gate.pid}/children").read_text().split()
    ended: list[int] = []

    def seen() -> list[Call]:
        os.kill(int(daemon), signal.SIGTERM)
        ended.append(gate.ended())
        return calls(trace)

    yield gate, seen
    if not ended:
        os.kill(int(daemon), signal.SIGKILL)
        gate.ended()


def writes(seen: list[Call], file: str, *says: str) -> list[Call]:
    """The writes to a file of this name that say all of this."""
    return [
        call
        for call in seen
        if "write" in call.name and call.file.endswith(file) and all(text in call.rest for text in says)
    ]


def switched(seen: list[Call], machine: str, value: str) -> list[Call]:
    """The moments at which a relay moved, as the bench wrote them down."""
    what = f'\\"machine\\": \\"{machine}\\", \\"device\\": \\"relay\\", \\"value\\": \\"{value}\\"'
    return writes(seen, "/sim.outputs", what)


def inked(seen: list[Call], entry: Entry) -> tuple[Call, Call]:
    """The first write of this record to the journal's log, and the first flush of the log that follows it."""
    assert entry.at is not None
    assert entry.body is not None
    begins = (
        f'{{\\"kind\\":\\"{entry.body.kind}\\",\\"boot\\":\\"{entry.at.boot}\\",\\"ms\\":{entry.at.boot_ms},'
    )
    write = writes(seen, "/journal.db-wal", begins)[0]
    flush = next(
        call
        for call in seen
        if call.name in ("fdatasync", "fsync")
        and call.file.endswith("/journal.db-wal")
        and call.thread == write.thread
        and call.line > write.ended
    )
    assert write.well
    assert flush.well
    return write, flush


def test_no_relay_closes_before_its_start_is_on_the_disk_and_none_waits_to_open(
    traced: tuple[Process, Callable[[], list[Call]]], lab: Settings
):
    gate, look = traced
    gate.tap(LASER, STRANGER)
    gate.start(LASER, ADA)
    gate.start(LATHE, GRACE)
    gate.stop(LASER, ADA)
    seen = look()

    starts, stops = read(lab, SessionStarted), read(lab, SessionStopped)
    assert [entry.body.machine for entry in starts] == [LASER, LATHE]
    assert [entry.body.why for entry in stops] == ["own_tap", "gate_stopped"]
    for entry in starts:
        [on] = switched(seen, entry.body.machine, "on")
        _, flush = inked(seen, entry)
        assert flush.ended < on.line, "ink before on"
    for entry in stops:
        off = switched(seen, entry.body.machine, "off")[-1]
        write, _ = inked(seen, entry)
        assert off.line < write.line, "off before ink"
    assert len(writes(seen, "/sim.outputs", '\\"on\\"')) == 2, "nothing else ever went on"
