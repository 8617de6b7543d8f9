"""A lab to type commands in: real books in a folder, a clock that stands until somebody moves it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fabgate import config
from fabgate.badges.uid import parse
from fabgate.cli import command
from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.model import MachineId
from fabgate.rehearsal.expect import Ran
from fabgate.rehearsal.stage import Stage

NOON_MS = 1_792_836_000_000  # 2026-10-24T12:00 in Brussels
ADA, BOB, ZOE = "04A2B3C4D5E680", "04FFEEDDCCBBAA", "04112233445566"
STRANGER = "04999999999999"

TOML = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
contact = "Zoe, at the desk"

[gate]
state = "state"
clock = "trusted"

[machine.laser]
skill = "laser"
title = "the laser cutter"
limit = "2h"
[machine.laser.output.relay]
role = "power"
[machine.laser.input.estop]
role = "estop"

[machine.router]
skill = "router"
[machine.router.output.relay]
role = "power"
[machine.router.ends]
revoked = "now"
suspended = "when_idle"
"""


def configuration(folder: Path) -> Path:
    """The lab's configuration in a folder; its books go into `state` beside it."""
    path = folder / "fabgate.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


def settings_in(folder: Path) -> Settings:
    return replace(config.load(configuration(folder)), proof="claimed")


class Lab:
    """What people type at the command line of one gate, as in a rehearsal: `--by` is believed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = settings_in(folder)
        self.clock = SimClock(NOON_MS)

    def type(self, line: str | Sequence[str]) -> Ran:
        """Type a command line, without the word fabgate."""
        words = shlex.split(line) if isinstance(line, str) else line
        return command(words, self.settings, self.clock)

    def done(self, line: str | Sequence[str]) -> str:
        """What it printed; it must have succeeded."""
        ran = self.type(line)
        assert ran.status == 0, ran.printed
        return ran.printed

    def refused(self, line: str | Sequence[str]) -> str:
        """What it printed; it must have been refused or have failed."""
        ran = self.type(line)
        assert ran.status == 1, ran.printed
        assert "Traceback" not in ran.printed
        return ran.printed

    def json(self, line: str) -> Any:
        return json.loads(self.done(f"{line} --json"))

    def people(self) -> None:
        """Ada works alone on laser and router, Bob is a trainee on the laser; each has a badge."""
        self.done('member add "Ada Lovelace" --id ada --by zoe')
        self.done('member add "Bob Noyce" --id bob --by zoe')
        self.done(f"badge add ada {ADA} --label blue --by zoe")
        self.done(f"badge add bob {BOB} --by zoe")
        self.done("grant give ada laser --level autonomous --by zoe --reason passed")
        self.done("grant give ada router --level autonomous --by zoe --reason passed")
        self.done("grant give bob laser --level trainee --by zoe --reason start")


class Floor:
    """The gate of a lab at work, without threads; people tap, time passes."""

    def __init__(self, lab: Lab) -> None:
        self.stage = Stage(lab.settings, lab.clock)
        self.stage.power_on()

    def tap(self, machine: str, uid: str) -> None:
        self.stage.bench.tap(MachineId(machine), parse(uid))
        self.stage.settle()

    def relay(self, machine: str) -> str:
        self.stage.news()
        return self.stage.bench.state(MachineId(machine), "relay")

    def pass_s(self, seconds: int) -> None:
        self.stage.advance(seconds * 1000)
