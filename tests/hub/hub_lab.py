"""A lab in memory for the tests of the hub: the hub's engine, real gate links, a broker without sockets."""

from __future__ import annotations

import random
from pathlib import Path
from zoneinfo import ZoneInfo

from fabgate.config import GateSettings, LabSettings, Settings, Skill
from fabgate.config.settings import HubSettings, MachineSettings
from fabgate.desk import badges, grants, lab, members
from fabgate.desk.deed import Desk
from fabgate.desk.members import Details
from fabgate.devices.clock import SimClock
from fabgate.hub.books import SqliteBooks
from fabgate.hub.engine import Hub, hub_state, will
from fabgate.link.gate_link import GateLink
from fabgate.link.hooks import Hooks
from fabgate.link.presence import last_will
from fabgate.model import Denied, Level, MachineId, MachineRules, RecordId, SkillId
from fabgate.records import Draft, GateStarted, SessionStarted, SessionStopped
from fabgate.rehearsal.exchange import Exchange, ExchangePort, Will, own_tree
from fabgate.store import backup, rights
from fabgate.store.db import Store, create
from fabgate.store.keys import Keys
from fabgate.wire import topics

LAB = "openfab"
WALL_MS = 1_790_000_000_000


def lab_settings() -> LabSettings:
    return LabSettings(LAB, ZoneInfo("Europe/Brussels"))


def hub_settings(folder: Path, broker: str = "loopback") -> Settings:
    return Settings(
        folder / "hub.toml",
        lab_settings(),
        GateSettings("hub", folder, clock="trusted"),
        {SkillId("laser"): Skill(SkillId("laser"), "laser")},
        {},
        proof="claimed",
        hub=HubSettings("localhost", broker=broker),
    )


def gate_settings(folder: Path, gate: str) -> Settings:
    machine = MachineId(gate.replace("gate", "laser"))
    rules = MachineRules(machine, SkillId("laser"), machine.title())
    return Settings(
        folder / "gate.toml",
        lab_settings(),
        GateSettings(gate, folder, clock="trusted"),
        {SkillId("laser"): Skill(SkillId("laser"), "laser")},
        {machine: MachineSettings(rules, (), ())},
        proof="claimed",
    )


class FakeGate:
    """A gate that is nothing but its books and its link."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab, self.name = lab, name
        self.folder = lab.folder / name
        self.settings = gate_settings(self.folder, name)
        self.clock = SimClock(WALL_MS, name=name)
        self.link: GateLink | None = None
        self.port: ExchangePort | None = None
        self.runs = 0
        if not (self.folder / "journal.db").exists():
            create(self.folder, LAB, name, self.clock.now(), epoch=f"e{name[-1]}")
            Keys.create(self.folder)

    @property
    def store(self) -> Store:
        return Store(self.folder)

    @property
    def machine(self) -> str:
        return next(iter(self.settings.machines))

    def on(self) -> None:
        self.runs += 1
        instance = f"{self.name}-{self.runs}"
        last = Will(*last_will(LAB, self.name, instance))
        self.port = self.lab.exchange.join(self.name, topics.to_gate(LAB, self.name), last)
        hooks = Hooks(lambda _: None, lambda _: None, lambda: None, dict)
        self.link = GateLink(
            self.store, self.settings, self.clock, self.port, hooks, random.Random(1).random, instance
        )
        self.link.open()

    def off(self, cut: bool = False) -> None:
        assert self.link is not None and self.port is not None
        if cut:
            self.port.drop()
        self.link.close()
        if not cut:
            self.port.close()
        self.link = self.port = None

    def work(self) -> bool:
        if self.link is None or self.port is None:
            return False
        events = self.port.poll()
        for event in events:
            self.link.handle(event)
        self.link.turn()
        return bool(events)

    def write(self, *drafts: Draft) -> list[RecordId]:
        with self.store.writer() as writer, writer.write() as pen:
            return [pen.append(draft) for draft in drafts]

    def session(self, ms: int = 60_000) -> RecordId:
        """A session that has begun and ended."""
        start = self.begin()
        self.write(Draft(self.clock.now(), SessionStopped(str(start), self.machine, "own_tap", ms)))
        return start

    def begin(self) -> RecordId:
        said = SessionStarted(self.machine, "laser", "m-1", "k:00", "autonomous", "tap", 3_600_000)
        (start,) = self.write(Draft(self.clock.now(), said))
        return start

    def started(self) -> None:
        self.write(Draft(self.clock.now(), GateStarted("1", False)))


class Lab:
    """Hub, gates and the broker between them. `settle` lets them talk until all is said."""

    def __init__(self, folder: Path, seed: int = 0, doubles: float = 0.0) -> None:
        self.folder = folder
        self.exchange = Exchange(seed, may=own_tree(LAB), doubles=doubles)
        self.clock = SimClock(WALL_MS, name="hub")
        self.settings = hub_settings(folder / "hub")
        self.gates: dict[str, FakeGate] = {}
        self.hub: Hub | None = None
        self.books: SqliteBooks | None = None
        self.port: ExchangePort | None = None
        self.runs = 0

    # --- the hub

    def make_hub(self, epoch: str | None = None) -> None:
        create(self.settings.gate.state, LAB, "hub", self.clock.now(), epoch=epoch)
        if not (self.settings.gate.state / "keys.json").exists():
            Keys.create(self.settings.gate.state)

    def hub_on(self) -> None:
        self.runs += 1
        instance = f"hub-{self.runs}"
        self.books = SqliteBooks(Store(self.settings.gate.state))
        last = Will(hub_state(LAB), will(self.books, instance))
        self.port = self.exchange.join("hub", topics.to_hub(LAB), last)
        self.hub = Hub(self.books, self.settings, self.clock, self.port, instance)
        self.hub.open()

    def hub_off(self, cut: bool = False) -> None:
        assert self.hub is not None and self.port is not None and self.books is not None
        if cut:
            self.port.drop()
        else:
            self.hub.close()
            self.port.close()
        self.books.close()
        self.hub = self.port = self.books = None

    def hub_work(self) -> bool:
        if self.hub is None or self.port is None:
            return False
        events = self.port.poll()
        for event in events:
            self.hub.handle(event)
        return self.hub.turn() == 0 or bool(events)

    def backup(self) -> Path:
        return backup.backup(Store(self.settings.gate.state), self.folder / "backups", self.clock.now())

    def restore(self, archive: Path) -> None:
        """The hub's disk dies, and a backup takes the place of its books."""
        aside = self.folder / f"lost-{self.runs}"
        self.settings.gate.state.rename(aside)
        backup.restore(archive, self.settings.gate.state, self.clock.now())

    def anew(self) -> None:
        """The hub's disk dies, and there is no backup: only the keys are those of its gates."""
        self.settings.gate.state.rename(self.folder / f"lost-{self.runs}")
        self.make_hub()

    # --- the gates

    def gate(self, name: str) -> FakeGate:
        if name not in self.gates:
            self.gates[name] = FakeGate(self, name)
        return self.gates[name]

    def join(self, *names: str) -> list[FakeGate]:
        found = [self.gate(name) for name in names]
        for gate in found:
            gate.on()
        return found

    # --- what passes

    def settle(self, rounds: int = 400) -> None:
        """Everybody works until nothing is said any more."""
        quiet = 0
        for _ in range(rounds):
            moved = self.exchange.step()
            moved = self.hub_work() or moved
            for gate in self.gates.values():
                moved = gate.work() or moved
            self.pass_ms(10)
            quiet = 0 if moved else quiet + 1
            if quiet > 3:
                return

    def pass_ms(self, ms: int) -> None:
        self.exchange.advance(ms)
        self.clock.advance(ms)
        for gate in self.gates.values():
            gate.clock.advance(ms)

    def say(self, client: str, what: str, payload: bytes, gate: str | None = None) -> None:
        """A message from a client that says whatever it likes."""
        topic = f"fabgate/1/{LAB}/{gate or client}/{what}"
        port = self.gates[client].port if client in self.gates else None
        stranger = port or self.exchange.join(client, ())
        stranger.publish(topic, payload)
        self.exchange.settle()
        if port is None:
            stranger.close()

    # --- what is there

    def held(self) -> dict[str, list[str | None]]:
        """The journal of each foreign origin as the hub holds it."""
        with Store(self.settings.gate.state).reader() as reader:
            return bodies(reader, own=False)

    def alarms(self) -> dict[tuple[str, str], int]:
        with Store(self.settings.gate.state).reader() as reader:
            found = reader.conn.execute("SELECT gate, alarm, count FROM alarms WHERE over_ms IS NULL")
            return {(gate, alarm): count for gate, alarm, count in found}

    def digests(self) -> set[tuple[int, str]]:
        """The set of rights of the hub and of each gate: one, when they agree."""
        found = set()
        for folder in (self.settings.gate.state, *(gate.folder for gate in self.gates.values())):
            with Store(folder).reader() as reader:
                mark = rights.mark(reader.conn)
                found.add((mark.records, mark.digest))
        return found

    def desk(self, folder: Path | None = None) -> HubDesk:
        return HubDesk(self, folder or self.settings.gate.state)


class HubDesk:
    """Deeds at the hub or at a gate, by the first manager."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self._lab, self._folder = lab, folder

    def __enter__(self) -> Desk:
        self._writer = Store(self._folder).writer()
        settings = self._lab.settings
        for gate in self._lab.gates.values():
            if gate.folder == self._folder:
                settings = gate.settings
        return Desk(settings, self._writer, self._lab.clock, keys=Keys.load(self._folder))

    def __exit__(self, *_: object) -> None:
        self._writer.close()


def first_manager(settings: Settings, clock: SimClock) -> None:
    ok(lab.init(settings, clock, Details("Zoé Dupont", "zoe")))


def ok(result: object) -> object:
    assert not isinstance(result, Denied), result
    return result


def enrol(desk: Desk, handle: str, uid: str | None = None) -> None:
    ok(members.add(desk, "zoe", Details(handle.title(), handle)))
    if uid is not None:
        ok(badges.add(desk, "zoe", handle, uid))


def grant(desk: Desk, handle: str, level: Level = Level.AUTONOMOUS) -> None:
    ok(grants.give(desk, "zoe", handle, "laser", level, "test"))


def revoke(desk: Desk, handle: str) -> None:
    ok(grants.revoke(desk, "zoe", handle, "laser", "test"))


def bodies(reader: object, own: bool) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    sql = """SELECT o.lab || '/' || o.gate || '/' || o.epoch, j.body FROM journal AS j
    JOIN origins AS o ON o.id = j.position >> 40 WHERE o.own = ? ORDER BY j.position"""
    for origin, body in reader.conn.execute(sql, (int(own),)):
        found.setdefault(origin, []).append(body)
    return found


def own_bodies(gate: FakeGate) -> dict[str, list[str | None]]:
    with gate.store.reader() as reader:
        return bodies(reader, own=True)


def levels(folder: Path) -> dict[str, int]:
    """Who holds what on the laser, by handle, as a store has it."""
    sql = """SELECT p.handle, g.level FROM grants AS g JOIN people AS p ON p.member = g.member
    WHERE g.skill = 'laser'"""
    with Store(folder).reader() as reader:
        return dict(reader.conn.execute(sql).fetchall())
