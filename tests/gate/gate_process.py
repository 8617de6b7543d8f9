"""The real daemon as a process of its own, reached by its door, its signals and its files only."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate_lab import Ear, until

from fabgate.badges.uid import Uid
from fabgate.config import Settings
from fabgate.devices import door
from fabgate.errors import DeviceError

AGAIN_MS = 2_050  # a badge counts again after so long away


@dataclass(frozen=True)
class Line:
    """One change of an output, as a probe on the wires saw it."""

    boot_ms: int
    machine: str
    device: str
    value: str


class Process:
    """`fabgate run` on the books of a lab."""

    def __init__(self, settings: Settings, *before: str, ready: bool = True, **environment: str) -> None:
        """`before` is what stands before it on the command line, such as a tracer."""
        self.settings = settings
        self.state = settings.gate.state
        self.errors = settings.path.parent / "stderr"
        folder = settings.path.parent
        (folder / "notify").unlink(missing_ok=True)
        self.ear = Ear(folder)
        command = [sys.executable, "-m", "fabgate", "--config", str(settings.path), "run"]
        with self.errors.open("ab") as errors:
            self.popen = subprocess.Popen(
                [*before, *command],
                env=os.environ
                | {"NOTIFY_SOCKET": self.ear.address, "PYTHONWARNINGS": "default"}
                | environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        if ready:
            self.ready()

    def ready(self) -> Process:
        until(self.is_ready, f"READY; it said: {self.said}", 30)
        return self

    def is_ready(self) -> bool:
        assert self.popen.poll() is None, f"it ended: {self.said}"
        return "READY=1" in self.ear.heard

    @property
    def said(self) -> str:
        """All that it said on stderr, and the runs before it in this folder."""
        return self.errors.read_text(errors="replace")

    @property
    def pid(self) -> int:
        return self.popen.pid

    def signal(self, number: int) -> None:
        self.popen.send_signal(number)

    def ended(self, seconds: float = 20) -> int:
        return self.popen.wait(seconds)

    def end(self) -> int:
        """SIGTERM, and its exit status."""
        self.signal(signal.SIGTERM)
        return self.ended()

    def kill(self) -> None:
        """kill -9: nothing of it runs any more."""
        self.popen.kill()
        self.ended()
        self.ear.close()

    def let_go(self) -> None:
        if self.popen.poll() is None:
            self.kill()
        self.ear.close()

    # --- its door

    def do(self, *words: str) -> None:
        answer = door.ask(self.state, " ".join(words), timeout_s=10)
        assert answer == "ok", answer

    def try_to(self, *words: str) -> bool:
        """The same to a daemon that may be dead, or about to die."""
        try:
            return door.ask(self.state, " ".join(words), timeout_s=1) == "ok"
        except DeviceError:
            return False

    def tap(self, machine: str, uid: Uid) -> None:
        self.do("tap", machine, str(uid))

    def show(self, machine: str) -> dict[str, str]:
        shown: dict[str, Any] = json.loads(door.ask(self.state, "show", timeout_s=10))
        return dict(shown[machine])

    def start(self, machine: str, uid: Uid) -> None:
        self.tap(machine, uid)
        until(lambda: self.show(machine)["relay"] == "on", "the relay closes")

    def stop(self, machine: str, uid: Uid) -> None:
        """Tap again, as soon as the badge counts again."""
        touched_ms = boot_ms()
        until(lambda: boot_ms() - touched_ms >= AGAIN_MS)
        self.tap(machine, uid)
        until(lambda: self.show(machine)["relay"] == "off", "the relay opens")

    # --- its files

    def outputs(self) -> list[Line]:
        return outputs(self.state)

    def limit_files(self, most_bytes: int) -> None:
        """No file of this process may grow beyond this: what a full disk does, for one process."""
        hard = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most_bytes, hard))

    def unlimit_files(self) -> None:
        self.limit_files(resource.RLIM_INFINITY)


def outputs(state: Path) -> list[Line]:
    """Every change of an output, oldest first, over all runs in this folder."""
    text = (state / "sim.outputs").read_bytes()
    return [Line(**json.loads(line)) for line in text.split(b"\n") if line.endswith(b"}")]


def relays(lines: list[Line], machine: str | None = None) -> list[Line]:
    return [line for line in lines if line.device == "relay" and machine in (None, line.machine)]


def boot_ms() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
