"""A whole lab on this machine: a broker with TLS, a hub, gates; each a process, set up by commands only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from fabgate import config
from fabgate.cli import main
from fabgate.config import Settings
from fabgate.model import Origin
from fabgate.store import rights
from fabgate.store.db import Reader, Store

HUB = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
languages = ["en", "fr", "nl"]
[hub]
address = "localhost"
port = {port}
state = "state"
clock = "trusted"
[board]
serve = false
[actors]
proof = "claimed"
[skill.laser]
"""
GATE = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
languages = ["en", "fr", "nl"]
[gate]
name = "{gate}"
state = "state"
clock = "trusted"
[actors]
proof = "claimed"
[machine.{machine}]
skill = "laser"
limit = "1h"
[machine.{machine}.output.relay]
role = "power"
[machine.{machine}.input.estop]
role = "estop"
"""


def machine_of(gate: str) -> str:
    """The machine of a gate: `laser-1` of `gate-1`."""
    return gate.replace("gate", "laser")


class Place:
    """A configuration and its books: the hub's, or a gate's."""

    def __init__(self, folder: Path, name: str, text: str) -> None:
        self.name = name
        folder.mkdir(exist_ok=True)
        self.config = folder / f"{name}.toml"
        self.config.write_text(text, encoding="utf-8")

    @property
    def settings(self) -> Settings:
        return config.load(self.config)

    @property
    def store(self) -> Store:
        return Store(self.settings.gate.state)

    def say(self, *words: str) -> str:
        """A command that must succeed; what it printed."""
        ran = CliRunner().invoke(main, ["--config", str(self.config), *words])
        assert ran.exit_code == 0, f"fabgate {' '.join(words)}: {ran.output}"
        return ran.output

    def try_to(self, *words: str) -> bool:
        """A command that may be refused."""
        return CliRunner().invoke(main, ["--config", str(self.config), *words]).exit_code == 0

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "fabgate", "--config", str(self.config), *words]


class HubProcess:
    """`fabgate hub run` as a process of its own."""

    def __init__(self, place: Place) -> None:
        self._log = place.config.with_suffix(".log")
        with self._log.open("ab") as log:
            self.popen = subprocess.Popen(
                place.argv("hub", "run"),
                env=os.environ | {"PYTHONWARNINGS": "default"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait(20)

    def end(self) -> int:
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(20)


def journal_rows(reader: Reader, own: bool) -> dict[Origin, list[tuple[int, str | None]]]:
    """Every journal of a store, by origin: seq and body, in order; this store's own, or all others."""
    found: dict[Origin, list[tuple[int, str | None]]] = {}
    for number, lab, gate, epoch in reader.conn.execute(
        "SELECT id, lab, gate, epoch FROM origins WHERE own = ?", (int(own),)
    ):
        rows = reader.conn.execute(
            "SELECT seq, body FROM journal WHERE origin = ? ORDER BY position", (number,)
        )
        found[Origin(f"{lab}/{gate}/{epoch}")] = [(int(seq), body) for seq, body in rows]
    return found


ROSTER = rights.TABLES


def roster_rows(reader: Reader) -> dict[str, list[tuple[object, ...]]]:
    """The roster as the tables have it, without e-mail addresses: those stay where they were typed."""
    tables = {}
    for table in ROSTER:
        names = [row[1] for row in reader.conn.execute(f"PRAGMA table_info({table})") if row[1] != "email"]
        tables[table] = sorted(reader.conn.execute(f"SELECT {', '.join(names)} FROM {table}"), key=repr)
    return tables


def rights_mark(place: Place) -> tuple[int, str]:
    """How many rights a store holds, and their sum."""
    with place.store.reader() as reader:
        mark = rights.mark(reader.conn)
    return mark.records, mark.digest
