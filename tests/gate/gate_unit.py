"""What systemd does for the gate, by the words of its unit: waits, signals, and what runs when it is dead."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from gate_process import Process

UNIT = Path(__file__).parents[2] / "systemd" / "fabgate-gate.service"
HERE = {
    "/opt/fabgate/bin/fabgate": f"{sys.executable} -m fabgate",
    "/opt/fabgate/bin/python": sys.executable,
}


def line(key: str) -> str:
    """The one value that the unit gives for a key."""
    [value] = re.findall(rf"^{key}=(.*)$", UNIT.read_text("utf-8"), flags=re.MULTILINE)
    return str(value)


def seconds(key: str) -> int:
    return int(line(key))


def stop_post(config: Path) -> str:
    """Run its ExecStopPost on this machine's own paths; what it told."""
    words = shlex.split(line("ExecStopPost"))
    argv = [*shlex.split(HERE[words[0]]), *words[1:-1], str(config)]
    assert words[-1] == "/etc/fabgate/fabgate.toml"
    told = subprocess.run(argv, env={}, cwd="/", capture_output=True, text=True, timeout=30, check=True)
    return told.stderr


class Unit:
    """A gate that runs under the unit's rules, with shorter times: `WatchdogSec` and `TimeoutStopSec`."""

    def __init__(self, gate: Process, watchdog_s: float, stop_s: float) -> None:
        self.gate, self._watchdog_s, self._stop_s = gate, watchdog_s, stop_s
        self.signals: list[int] = []

    @staticmethod
    def environment(watchdog_s: float) -> dict[str, str]:
        """What a service with a watchdog is told of it."""
        return {"WATCHDOG_USEC": str(round(watchdog_s * 1_000_000))}

    def watch(self, most_s: float) -> None:
        """Wait for the watchdog to bite: SIGABRT, then SIGKILL, then whatever runs when all is over.

        Fails the test when it is still fed after so many seconds.
        """
        end = time.monotonic() + most_s
        fed, fed_at = -1, time.monotonic()
        while time.monotonic() - fed_at < self._watchdog_s:
            assert time.monotonic() < end, "a gate that hangs feeds its watchdog"
            assert self.gate.popen.poll() is None, f"it ended: {self.gate.said}"
            if (heard := self.gate.ear.heard.count("WATCHDOG=1")) != fed:
                fed, fed_at = heard, time.monotonic()
            time.sleep(0.01)
        self._end_with(signal.SIGABRT)

    def stop(self) -> None:
        """`systemctl stop`: SIGTERM, then SIGKILL, then whatever runs when all is over."""
        self._end_with(signal.SIGTERM)

    def kill(self) -> None:
        """The kernel's own hand: out of memory."""
        self._end_with(signal.SIGKILL)

    def _end_with(self, number: int) -> None:
        for one in (number, signal.SIGKILL):
            self.signals.append(one)
            self.gate.signal(one)
            try:
                self.gate.popen.wait(self._stop_s)
            except subprocess.TimeoutExpired:
                continue
            break
        assert self.gate.popen.poll() is not None
        stop_post(self.gate.settings.path)


def shim(folder: Path, source: str) -> dict[str, str]:
    """An environment in which Python runs these lines first: how a fault gets into a real process."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(source, "utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])}
