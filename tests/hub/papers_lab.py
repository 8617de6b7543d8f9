"""A hub and its gates with real certificates, by the command line, and clients of a real broker."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO, TextIOWrapper
from pathlib import Path

from broker import Broker, free_port
from ends import End, calm, until

from fabgate import config
from fabgate.cli import command
from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.link.dial import Credentials
from fabgate.link.port import Delivered, Fate, Message
from fabgate.rehearsal.expect import Ran
from fabgate.store import gates
from fabgate.store.db import Store
from fabgate.store.gates import GateRow

NOON_MS = 1_792_836_000_000  # 2026-10-24T12:00 in Brussels
HOUR_MS = 3_600_000
LAB = "open fab"
TREE = f"fabgate/1/{LAB}"

HUB = """\
[lab]
name = "{lab}"
zone = "Europe/Brussels"
[hub]
address = "{address}"
port = {port}
state = "state"
clock = "trusted"
[board]
serve = false
"""
GATE = """\
[lab]
name = "{lab}"
zone = "Europe/Brussels"
[gate]
name = "{name}"
state = "state"
clock = "trusted"
[machine.{name}-laser]
skill = "laser"
[machine.{name}-laser.output.relay]
role = "power"
"""


class Place:
    """A computer of the lab: its configuration, and what people type there (`--by` is believed)."""

    def __init__(self, folder: Path, text: str, clock: SimClock) -> None:
        folder.mkdir(parents=True)
        self.folder, self.clock = folder, clock
        (folder / "fabgate.toml").write_text(text, encoding="utf-8")
        self.load()

    def load(self) -> None:
        self.settings: Settings = replace(config.load(self.folder / "fabgate.toml"), proof="claimed")
        self.state = self.settings.gate.state

    def type(self, line: str | Sequence[str]) -> Ran:
        return command(shlex.split(line) if isinstance(line, str) else line, self.settings, self.clock)

    def done(self, line: str | Sequence[str]) -> str:
        ran = self.type(line)
        assert ran.status == 0, ran.printed
        return ran.printed

    def refused(self, line: str | Sequence[str]) -> str:
        ran = self.type(line)
        assert ran.status == 1, ran.printed
        assert "Traceback" not in ran.printed
        return ran.printed

    @property
    def credentials(self) -> Credentials:
        return Credentials.within(self.state / "link")

    def rows(self) -> dict[str, GateRow]:
        with Store(self.state).reader() as reader:
            return gates.gates(reader.conn)


class PapersLab:
    """A hub, made; gates that join by invitations."""

    def __init__(self, folder: Path, lab: str = LAB, address: str = "127.0.0.1") -> None:
        self.folder, self.lab, self.port = folder, lab, free_port()
        self.clock = SimClock(NOON_MS)
        self.hub = Place(
            folder / "hub", HUB.format(lab=lab, address=address, port=self.port), SimClock(NOON_MS)
        )
        self.hub.done('hub init --manager "Zoe Dupont" --id zoe')

    @property
    def config(self) -> Path:
        return self.hub.state / "broker" / "mosquitto.conf"

    def gate(self, name: str) -> Place:
        return Place(self.folder / name, GATE.format(lab=self.lab, name=name), SimClock(NOON_MS))

    def invite(self, name: str) -> Path:
        file = self.folder / f"{name}.invitation"
        self.hub.done(["hub", "invite", name, "--to", str(file), "--by", "zoe"])
        return file

    def joined(self, name: str) -> Place:
        place = self.gate(name)
        place.done(["gate", "join", str(self.invite(name))])
        return place

    def heard(self, name: str) -> None:
        """The hub has heard a gate under its newest invitation."""
        at_ms = self.hub.clock.now().wall_ms
        with Store(self.hub.state).writer() as writer, writer.write() as pen:
            gates.put_heard(pen, replace(self.hub.rows()[name], joined_ms=at_ms))

    def observer(self, name: str) -> Credentials:
        folder = self.folder / "seen-by" / name
        self.hub.done(["hub", "invite", "--observer", name, "--to", str(folder), "--by", "zoe"])
        return Credentials.within(folder)


class Clients:
    """Clients of a broker, by the certificates of places; all subscribe to everything that there is."""

    def __init__(self, broker: Broker, end: Callable[..., End]) -> None:
        self.broker, self._end = broker, end
        self.all: list[End] = []

    def connect(self, credentials: Credentials, name: str, port: int | None = None) -> End:
        made = self.begin(credentials, name, port).join()
        self.all.append(made)
        return made

    def begin(self, credentials: Credentials | None, name: str, port: int | None = None) -> End:
        return self._end(port or self.broker.port, name, "#", credentials=credentials)

    def send(self, sender: End, topic: str, payload: bytes = b"x") -> Fate:
        """What the broker says to a message, once it has said so."""
        number = sender.port.publish(topic, payload)

        def told() -> list[Delivered]:
            return [one for one in sender.heard(Delivered) if one.number == number]

        until(told, *self.all, sender, what="an answer of the broker")
        return told()[0].fate

    def came(self, *ends: End) -> list[list[tuple[str, bytes]]]:
        """What each has heard, once nothing more is under way: all have heard a last word of their own."""
        calm(*self.all, seconds=0.3)
        heard = []
        for one in ends:
            heard.append(sorted((each.topic, each.payload) for each in one.heard(Message)))
            for each in one.heard(Message):
                one.port.acknowledge(each)
            one.forget()
        return heard


@contextmanager
def pipe(data: bytes = b""):
    """Standard input and output in memory; gives the output's bytes."""
    was = sys.stdin, sys.stdout
    out = BytesIO()
    sys.stdin, sys.stdout = TextIOWrapper(BytesIO(data)), TextIOWrapper(out)
    try:
        yield out
    finally:
        sys.stdin, sys.stdout = was
