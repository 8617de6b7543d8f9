"""A gate in a process of its own, and commands in others: they have nothing in common but the books."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli_lab import ADA, TOML
from click.testing import CliRunner

from fabgate import config
from fabgate.cli import main
from fabgate.devices import door
from fabgate.errors import DeviceError
from fabgate.records import Entry
from fabgate.store import journal
from fabgate.store.db import Store

PATIENCE_S = 20
ENDS = """
[machine.etcher]
skill = "laser"
[machine.etcher.output.relay]
role = "power"
[machine.laser.ends]
revoked = "now"
suspended = "now"
locked = "now"
[actors]
proof = "claimed"
"""


def until(seen: Callable[[], bool], what: str) -> None:
    """Wait for something that is sure to come; fail when it has not come for long."""
    deadline = time.monotonic() + PATIENCE_S
    while not seen():
        assert time.monotonic() < deadline, f"never seen: {what}"
        time.sleep(0.01)


class Gate:
    """A lab with ada, who works alone on the laser, and `fabgate run` for it."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "fabgate.toml"
        self.config.write_text(TOML + ENDS, encoding="utf-8")
        self.state = config.load(self.config).gate.state
        for words in (
            ("init", "--manager", "Zoe Dupont", "--id", "zoe"),
            ("member", "add", "Ada Lovelace", "--by", "zoe"),
            ("badge", "add", "ada", ADA, "--by", "zoe"),
            ("grant", "give", "ada", "laser", "--level", "autonomous", "--by", "zoe", "--reason", "passed"),
        ):
            made = CliRunner().invoke(main, ["--config", str(self.config), *words])
            assert made.exit_code == 0, made.output
        self._log = (folder / "gate.log").open("wb")
        self._daemon = self.start(("run",), stdout=self._log, stderr=self._log)
        until(self._answers, "the gate is ready")

    def _answers(self) -> bool:
        assert self._daemon.poll() is None, Path(self._log.name).read_text("utf-8")
        try:
            return bool(door.ask(self.state, "show"))
        except DeviceError:
            return False

    # --- commands

    def start(self, words: tuple[str, ...], **how: Any) -> subprocess.Popen[bytes]:
        """A command in a process of its own."""
        argv = [sys.executable, "-m", "fabgate", "--config", str(self.config), *words]
        return subprocess.Popen(argv, env=os.environ | {"PYTHONUNBUFFERED": "1"}, **how)

    def type(self, *words: str) -> tuple[int, str]:
        """Its status and all that it printed."""
        typed = self.start(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said, _ = typed.communicate(timeout=PATIENCE_S)
        assert b"Traceback" not in said
        return typed.returncode, said.decode()

    # --- what is seen from outside

    def tap(self, uid: str, machine: str = "laser") -> None:
        assert door.ask(self.state, f"tap {machine} {uid}") == "ok"

    def relay(self, machine: str = "laser") -> tuple[int, str]:
        """When the relay of a machine last changed (CLOCK_BOOTTIME, ms), and to what."""
        lines = (self.state / "sim.outputs").read_text("utf-8").splitlines()
        changes = [json.loads(line) for line in lines]
        last = [one for one in changes if (one["machine"], one["device"]) == (machine, "relay")][-1]
        return last["boot_ms"], last["value"]

    def work(self) -> None:
        """Ada switches the laser on."""
        self.tap(ADA)
        until(lambda: self.relay()[1] == "on", "the relay is on")

    def record(self, kind: str) -> Entry:
        """The last record of a kind."""
        with Store(self.state).reader() as reader:
            return next(journal.entries(reader.conn, kinds=(kind,), newest_first=True))

    def off_within_ms(self, kind: str) -> int:
        """How long after a record of this kind the relay of the laser opened."""
        until(lambda: self.relay()[1] == "off", "the relay is off")
        at = self.record(kind).at
        assert at is not None
        return self.relay()[0] - at.boot_ms

    # --- ends

    def kill(self) -> None:
        """The gate dies as in a power cut."""
        self._daemon.kill()
        self._daemon.wait(PATIENCE_S)

    def close(self) -> None:
        if self._daemon.poll() is None:
            self._daemon.send_signal(signal.SIGTERM)
            self._daemon.wait(PATIENCE_S)
        self._log.close()
