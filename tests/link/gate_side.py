"""The gate's side of the protocol on a bench: real books, a clock by hand, a port that only notes down.

`HubModel` is a hub in a few lines, apart from the one that is built: what it holds of a gate's journal,
by epoch, each record proven by the chain.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fabgate import config
from fabgate.config import Settings
from fabgate.link.gate_link import GateLink
from fabgate.link.hooks import Hooks
from fabgate.link.port import Connected, Delivered, Fate, Lost, Message
from fabgate.model import Moment, Origin, RecordId
from fabgate.records import CloseAsked, Draft, Note
from fabgate.store import chain, journal
from fabgate.store.db import Store, create
from fabgate.store.keys import Keys
from fabgate.store.linked import Linked, linked
from fabgate.wire.commands import Answer, Command
from fabgate.wire.journal import Ack, Batch, Blank, Notes
from fabgate.wire.presence import GateInfo, GateState, HubState, MachineState
from fabgate.wire.roster import Keyring, Need, Page
from fabgate.wire.topics import Topic, command

LAB, GATE = "openfab", "gate1"
WALL_MS = 1_790_000_000_000
TOML = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"

[gate]
name = "gate1"
state = "state"
clock = "trusted"

[machine.laser]
skill = "laser"
title = "Laser"
[machine.laser.output.relay]
role = "power"

[machine.lathe]
skill = "lathe"
title = "Lathe"
[machine.lathe.output.relay]
role = "power"
"""
READS = {
    "state": GateState,
    "info": GateInfo,
    "journal": Batch,
    "notes": Notes,
    "need": Need,
    "keys": Keyring,
    "answer": Answer,
    "rights": Page,
}


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.ms = 1_000
        self.synced = True

    def now(self) -> Moment:
        return Moment("boot-1", self.ms, WALL_MS + self.ms, self.synced)


@dataclass
class Out:
    """One message that the gate published."""

    topic: str
    payload: bytes
    retain: bool
    number: int
    correlation: bytes | None

    @property
    def what(self) -> str:
        return self.topic.split("/", 4)[4]

    @property
    def said(self):  # type: ignore[no-untyped-def]
        kind = MachineState if self.what.startswith("machine/") else READS[self.what]
        return kind.decode(self.payload)  # type: ignore[attr-defined]


class Jotter:
    """A port that keeps what was published until somebody takes it."""

    def __init__(self) -> None:
        self.connected = False
        self.out: list[Out] = []
        self.acknowledged: list[int] = []
        self._number = 0

    def publish(  # type: ignore[no-untyped-def]
        self, topic, payload, *, retain=False, expiry_s=None, reply_to=None, correlation=None
    ) -> int:
        self._number += 1
        self.out.append(Out(topic, payload, retain, self._number, correlation))
        return self._number

    def acknowledge(self, message: Message) -> None:
        self.acknowledged.append(message.number)


def lab(folder: Path) -> Settings:
    """Books and keys of a gate, as `init` leaves them."""
    (folder / "fabgate.toml").write_text(TOML, encoding="utf-8")
    settings = config.load(folder / "fabgate.toml")
    create(settings.gate.state, LAB, GATE, Hand().now(), epoch="aaaa0001")
    Keys.create(settings.gate.state)
    return settings


class Side:
    """One gate's link, turned by hand."""

    def __init__(self, settings: Settings, instance: str = "run-1", clock: Hand | None = None) -> None:
        self.settings, self.clock, self.port = settings, clock or Hand(), Jotter()
        self.store = Store(settings.gate.state)
        self.identified: list[str | None] = []
        self.refused: list[frozenset[str]] = []
        self.keyed = 0
        self.machines: dict[str, MachineState] = {}
        hooks = Hooks(self.identified.append, self.refused.append, self._keyed, lambda: self.machines)
        chance = random.Random(7).random
        self.link = GateLink(self.store, settings, self.clock, self.port, hooks, chance, instance)
        self.link.open()
        self._heard = 0

    def _keyed(self) -> None:
        self.keyed += 1

    # --- the gate

    def write(self, *sessions: str, note: str | None = None) -> None:
        """Records in the gate's journal, each in a commit of its own."""
        with self.store.writer() as writer:
            for session in sessions:
                with writer.write() as pen:
                    notes = [] if note is None else [Note("reason", note)]
                    pen.append(Draft(self.clock.now(), CloseAsked(session, "laser", "m-ada")), notes)

    def write_many(self, count: int) -> None:
        with self.store.writer() as writer, writer.write() as pen:
            for number in range(count):
                pen.append(Draft(self.clock.now(), CloseAsked(f"s-{number}", "laser", "m-ada")))

    @property
    def linked(self) -> Linked:
        with self.store.reader() as reader:
            return linked(reader.conn)

    @property
    def closes(self) -> list[CloseAsked]:
        with self.store.reader() as reader:
            found = journal.entries(reader.conn, kinds=[CloseAsked.kind])
            return [entry.body for entry in found if isinstance(entry.body, CloseAsked)]

    # --- the port

    def connect(self) -> None:
        self.port.connected = True
        self.link.handle(Connected())

    def lose(self, why: str = "gone") -> None:
        self.port.connected = False
        self.port.out.clear()
        self.link.handle(Lost(why))

    def hear(self, what: str, payload: bytes, gate: str = GATE, **said: object) -> None:
        """A message for this gate; `what` may be a topic."""
        self._heard += 1
        topic = what if "/1/" in what else str(Topic(LAB, gate, what))
        self.link.handle(Message(topic, payload, number=self._heard, **said))  # type: ignore[arg-type]

    def hub_is(
        self, state: str = "ready", hub: str = "hub00001", instance: str = "h-1", **said: object
    ) -> None:
        said = {"retained": True, **said}
        heard = HubState(state, hub, instance, self.clock.now(), "1.0", (1,))  # type: ignore[arg-type]
        self.hear("state", heard.encode(), gate="hub", **said)

    def order(self, verb: str, record: str = "openfab/hub/hub00001#7", **said: object) -> None:
        given = {"instance": self.link.instance, "until_ms": self.clock.now().wall_ms + 5_000} | said
        self.hear(command(verb), Command(verb, **given).encode(), correlation=record.encode())  # type: ignore[arg-type]

    def fate(self, fate: Fate, what: str) -> None:
        """What the broker says of everything of this kind that is out."""
        for out in list(self.port.out):
            if out.what == what:
                self.link.handle(Delivered(out.number, fate))

    # --- time

    def turn(self, turns: int = 1) -> float:
        rest_s = 0.0
        for _ in range(turns):
            rest_s = self.link.turn()
        return rest_s

    def wait(self, seconds: float) -> None:
        """Time passes, with a turn every half second."""
        for _ in range(int(seconds * 2)):
            self.clock.ms += 500
            self.link.turn()

    def take(self, *what: str) -> list[Out]:
        """What was published of these kinds (none: all), taken off the list."""
        found = [out for out in self.port.out if not what or out.what in what]
        self.port.out = [out for out in self.port.out if out not in found]
        return found

    def says(self, what: str) -> list:  # type: ignore[type-arg]
        return [out.said for out in self.take(what)]


@dataclass
class HubModel:
    """What a hub holds of one gate. `forget` makes it a hub that was restored from an old backup."""

    epoch: str = "hub00001"
    held: dict[str, list[tuple[str | bytes, bytes]]] = field(default_factory=dict)
    notes: dict[str, dict[int, dict[str, str]]] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def ack(self, epoch: str) -> Ack:
        held = self.held.get(epoch, [])
        last = held[-1][1].hex() if held else ""
        return Ack(self.epoch, epoch, len(held), last, self.noted.get(epoch, 0))

    def hear(self, out: Out) -> list[Ack]:
        match out.said:
            case GateInfo() as info:
                return [self.ack(mark.epoch) for mark in info.origins]
            case Batch() as batch:
                self._batch(batch)
                return [self.ack(batch.epoch)]
            case Notes() as notes:
                self._notes(notes)
                return [self.ack(notes.epoch)]
        return []

    def _batch(self, batch: Batch) -> None:
        held = self.held.setdefault(batch.epoch, [])
        if batch.first > len(held) + 1:
            return
        origin = Origin(f"{LAB}/{GATE}/{batch.epoch}")
        previous = bytes.fromhex(batch.previous)
        if previous != (held[batch.first - 2][1] if batch.first > 1 else chain.ROOT):
            self.broken.append(f"{batch.epoch}#{batch.first} does not follow")
            return
        for seq, body in enumerate(batch.bodies, batch.first):
            blank = isinstance(body, Blank)
            hashed = bytes.fromhex(body.hash) if blank else chain.body_hash(body.encode())
            previous = chain.link(origin, seq, previous, hashed)
            if seq <= len(held):
                if held[seq - 1][1] != previous:
                    self.broken.append(f"{batch.epoch}#{seq} differs")
                continue
            held.append((hashed if blank else body, previous))
        if previous.hex() != batch.last:
            self.broken.append(f"{batch.epoch}: the last hash is not {batch.last}")

    def _notes(self, notes: Notes) -> None:
        noted = self.noted.get(notes.epoch, 0)
        if notes.first > noted + 1 or notes.last > len(self.held.get(notes.epoch, [])):
            return
        beside = self.notes.setdefault(notes.epoch, {})
        for line in notes.notes:
            if line.seq > noted:
                beside.setdefault(line.seq, {})[line.kind] = line.text
        self.noted[notes.epoch] = max(noted, notes.last)

    def forget(self, keep: int, epoch: str) -> None:
        """Restored from a backup that had so many records of each epoch."""
        self.epoch = epoch
        for name, held in self.held.items():
            del held[keep:]
            self.noted[name] = min(self.noted.get(name, 0), keep)
            self.notes[name] = {seq: of for seq, of in self.notes.get(name, {}).items() if seq <= keep}


def talk(side: Side, hub: HubModel, rounds: int = 50) -> None:
    """Let both speak until neither has anything to say."""
    for _ in range(rounds):
        side.turn()
        side.clock.ms += 10
        out = side.take()
        for one in out:
            side.link.handle(Delivered(one.number, Fate.OK))
            for ack in hub.hear(one):
                side.hear("ack", ack.encode())
        if not out and not side.port.out:
            return


def whole(side: Side) -> Mapping[str, list[bytes]]:
    """The hashes of the gate's own journal, by epoch: what every hub must come to have."""
    found: dict[str, list[bytes]] = {}
    with side.store.reader() as reader:
        rows = reader.conn.execute(_ALL)
        for epoch, link in rows:
            found.setdefault(epoch, []).append(bytes(link))
    return found


_ALL = """\
SELECT o.epoch, j.hash FROM journal AS j JOIN origins AS o ON o.id = j.position >> 40 ORDER BY j.position"""


def held(hub: HubModel) -> Mapping[str, list[bytes]]:
    return {epoch: [link for _, link in rows] for epoch, rows in hub.held.items()}


def notes_of(side: Side, epoch: str) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    with side.store.reader() as reader:
        for seq in range(1, journal.last_seq(reader.conn) + 1):
            if texts := journal.notes(reader.conn, RecordId(Origin(f"{LAB}/{GATE}/{epoch}"), seq)):
                found[seq] = dict(texts)
    return found
