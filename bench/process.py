"""The daemon as a process: start to READY, memory, CPU at rest, bytes written."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, median
from bench.lab import ADA, found
from fabgate.config import Settings

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
            *_bytes(few),
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


def _bytes(settings: Settings) -> list[Figure]:
    """Bytes that a session (start and stop) hands to the kernel for the device."""
    from fabgate.devices.door import ask

    process = Process(settings)
    state = settings.gate.state
    log = state / "journal.db-wal"
    written = []
    for _ in range(10):
        before = _wal_frames(log)
        ask(state, f"tap laser {ADA}")
        _until(lambda: '"relay": "on"' in ask(state, "show"))
        time.sleep(2.1)
        ask(state, f"tap laser {ADA}")
        _until(lambda: '"relay": "off"' in ask(state, "show"))
        time.sleep(2.1)
        written.append(_wal_frames(log) - before)
        if len(written) >= 3 and settings.gate.beat_ms:
            break
    process.end()
    return [Figure("bytes written a session", max(written), "bytes", goal=24 * 1024)]


def _wal_frames(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _until(so: object) -> None:
    assert callable(so)
    end = time.monotonic() + 5
    while not so():
        if time.monotonic() > end:
            raise RuntimeError("the gate did not follow")
        time.sleep(0.01)
