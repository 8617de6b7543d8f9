"""The daemon as a process: start to READY, memory, CPU at rest, bytes written."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from bench.figures import Figure, median
from bench.lab import ADA, found
from fabgate.config import Settings
from fabgate.devices.door import ask

IMPORTS = "import click, paho.mqtt.client, gpiozero, sqlite_utils"
# A gate that is installed is compiled, as pip compiles what the floor imports: here the first start does it.
COMPILED = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def measure(quick: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few = found(folder / "few", 100)
        return [
            *_start(few, 3 if quick else 11),
            *_memory(folder, quick),
            *_rest(few, 3 if quick else 30),
            *_bytes(few, 3 if quick else 18),
        ]


class Process:
    """`fabgate run` with a notify socket of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        path = settings.gate.state / "notify"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind(str(path))
            notified.settimeout(60)
            begun = time.perf_counter()
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "fabgate", "--config", str(settings.path), "run"],
                env=COMPILED | {"NOTIFY_SOCKET": str(path)},
                stderr=subprocess.DEVNULL,
            )
            while b"READY=1" not in notified.recv(4096):
                continue
            self.ready_s = time.perf_counter() - begun

    def end(self) -> None:
        self.popen.send_signal(signal.SIGTERM)
        self.popen.wait(20)

    def status(self, key: str) -> int:
        for line in Path(f"/proc/{self.popen.pid}/status").read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1])
        raise KeyError(key)

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.popen.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _start(settings: Settings, tries: int) -> list[Figure]:
    ours, floor = [], []
    Process(settings).end()
    for _ in range(tries):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", IMPORTS], check=True)
        floor.append(time.perf_counter() - begun)
        process = Process(settings)
        ours.append(process.ready_s)
        process.end()
    base = 1000 * median(floor)
    return [
        Figure(
            "start to READY: median", round(1000 * median(ours), 1), "ms", round(base, 1), round(3 * base, 1)
        )
    ]


def _memory(folder: Path, quick: bool) -> list[Figure]:
    members = 2_000 if quick else 100_000
    process = Process(found(folder / "many", members))
    megabytes = process.status("VmRSS") / 1024
    process.end()
    return [Figure(f"memory with {members:,} members", round(megabytes, 1), "MB", goal=40)]


def _rest(settings: Settings, seconds: int) -> list[Figure]:
    process = Process(settings)
    time.sleep(1)
    before = process.cpu_s()
    time.sleep(seconds)
    used = (process.cpu_s() - before) * 60 / seconds
    process.end()
    return [Figure("CPU at rest, a minute", round(used, 2), "s", goal=0.5, note="simulated reader")]


def _bytes(settings: Settings, sessions: int) -> list[Figure]:
    """Bytes that a session (start and stop) hands to the kernel for the device.

    Most write two pages. Over so many as are measured in full a page of the journal fills up every six,
    and the views are read on once: their share is in the mean, and the session that met most is told.
    """
    process = Process(settings)
    time.sleep(1.5)  # what a start leaves to be done is done
    sizes = [_length(settings)]
    for _ in range(sessions):
        _tap(settings, "on")
        _tap(settings, "off")
        sizes.append(_length(settings))
    process.end()
    most = max(after - before for before, after in pairwise(sizes))
    mean = round((sizes[-1] - sizes[0]) / sessions)
    return [Figure("bytes written a session: mean", mean, "bytes", goal=24 * 1024, note=f"at most {most:,}")]


def _tap(settings: Settings, relay: str) -> None:
    """Tap until the relay stands so; then long enough for a badge to count again."""
    state = settings.gate.state
    ask(state, f"tap laser {ADA}")
    _until(lambda: f'"relay": "{relay}"' in ask(state, "show"))
    time.sleep(2.1)


def _length(settings: Settings) -> int:
    """Of the write-ahead log, which only grows in the first hundred commits of a gate."""
    log = settings.gate.state / "journal.db-wal"
    return log.stat().st_size if log.exists() else 0


def _until(so: object) -> None:
    assert callable(so)
    end = time.monotonic() + 5
    while not so():
        if time.monotonic() > end:
            raise RuntimeError("the gate did not follow")
        time.sleep(0.01)
