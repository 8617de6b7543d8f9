"""A lab for the tests of the gate: a laser and a lathe, Ada, Grace and Tom, and books with their rights."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

from fabgate import config
from fabgate.badges.uid import Uid, parse
from fabgate.config import Settings
from fabgate.model import Level, MachineId, MemberId, Moment, RecordId, SkillId, Token
from fabgate.records import BadgeAdded, Body, Draft, Entry, GrantGiven, MemberAdded
from fabgate.store import journal
from fabgate.store.db import Store, create
from fabgate.store.keys import Keys

LASER, LATHE = MachineId("laser"), MachineId("lathe")
SKILL = SkillId("laser")
ADA, GRACE, TOM = parse("04A2B3C4D5E680"), parse("04A2B3C4D5E681"), parse("04A2B3C4D5E682")
STRANGER = parse("04A2B3C4D5E6FF")
PEOPLE = {"ada": (ADA, Level.AUTONOMOUS), "grace": (GRACE, Level.SPONSOR), "tom": (TOM, Level.TRAINEE)}
WALL_MS = 1_790_000_000_000
AT = Moment("boot-0", 0, WALL_MS, synced=True)

TOML = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
languages = ["en", "fr", "nl"]
contact = "Zoé, 0470 12 34 56"

[gate]
name = "gate1"
state = "state"
clock = "trusted"
heartbeat = "{heartbeat}"

[machine.laser]
skill = "laser"
title = "Laser"
limit = "1h"
[machine.laser.output.relay]
role = "power"
[machine.laser.input.estop]
role = "estop"
[machine.laser.input.pull-cord]
role = "estop"

[machine.lathe]
skill = "laser"
title = "Lathe"
limit = "1h"
[machine.lathe.output.relay]
role = "power"
[machine.lathe.input.estop]
role = "estop"
"""


def configuration(folder: Path, heartbeat: str = "30s") -> Settings:
    """The configuration of the lab, written and read."""
    path = folder / "fabgate.toml"
    path.write_text(TOML.format(heartbeat=heartbeat), encoding="utf-8")
    return config.load(path)


def found(folder: Path, heartbeat: str = "30s") -> Settings:
    """The lab with its books: three members, a badge and a grant each."""
    settings = configuration(folder, heartbeat)
    state = settings.gate.state
    store = create(state, "openfab", "gate1", AT)
    keys = Keys.create(state)
    with store.writer() as writer, writer.write() as pen:
        for handle, (uid, level) in PEOPLE.items():
            who, token = MemberId(f"m-{handle}"), keys.tokens(uid)[0]
            person = {"handle": handle, "name": handle.title(), "language": "en", "nameable": True}
            pen.append(Draft(AT, MemberAdded(who, "m-zoe")), beside=json.dumps(person))
            pen.append(Draft(AT, BadgeAdded(token, who, "m-zoe")))
            pen.append(Draft(AT, GrantGiven(who, SKILL, level.word, "m-zoe")))
    return settings


def token_of(settings: Settings, uid: Uid) -> Token:
    return Keys.load(settings.gate.state).tokens(uid)[0]


def read(settings: Settings, *kinds: type[Body]) -> list[Entry]:
    """The journal, or the records in it of these kinds."""
    with Store(settings.gate.state).reader() as reader:
        return list(journal.entries(reader.conn, kinds=[kind.kind for kind in kinds]))


def bodies(settings: Settings, *kinds: type[Body]) -> list[Body]:
    return [entry.body for entry in read(settings, *kinds) if entry.body is not None]


def open_sessions(settings: Settings) -> list[RecordId]:
    with Store(settings.gate.state).reader() as reader:
        return [run.start for run in journal.running(reader.conn)]


def is_sound(settings: Settings) -> bool:
    """Whether the whole journal verifies."""
    with Store(settings.gate.state).reader() as reader:
        return journal.verify(reader.conn).sound


def until(so: Callable[[], object], what: str = "", seconds: float = 15) -> None:
    """Wait until it is so. Fails the test, and says what was waited for, when it takes too long."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what or so}"
        time.sleep(0.005)


class Ear:
    """A socket as systemd makes one for `Type=notify`."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(self.address)
        self._heard: list[str] = []

    @property
    def heard(self) -> list[str]:
        """What was said to it so far, a word a datagram."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self._heard.append(self._socket.recv(4_096).decode())
        return self._heard

    def close(self) -> None:
        self._socket.close()
