"""The hub's figures: the collector alone, the whole road through a real Mosquitto, a month's backlog of
fifty gates, a revocation on its way to all of them, memory.

The gates here are clients that have their batches ready: what is measured is broker and hub. Rates are
told as microseconds a record (20 us are 50,000 records a second). Without Mosquitto the road is left out.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, p99
from fabgate import config
from fabgate.desk import grants, lab, members
from fabgate.desk.deed import Desk
from fabgate.desk.members import Details
from fabgate.devices.clock import SystemClock
from fabgate.hub.books import SqliteBooks
from fabgate.link.dial import Address
from fabgate.link.mqtt import MqttPort
from fabgate.link.port import Connected, Message
from fabgate.model import Level, Moment, Origin, RecordId
from fabgate.records import Draft, EpochBegun, SessionStarted, SessionStopped, encode
from fabgate.store import chain, heard
from fabgate.store.db import Store, create
from fabgate.store.heard import Taken
from fabgate.wire import topics
from fabgate.wire.journal import Ack, Batch
from fabgate.wire.marks import OriginMark, RosterMark
from fabgate.wire.presence import GateInfo, GateState, HubState
from fabgate.wire.roster import Need, Page

BATCH = 200
WINDOW = 4
PATIENCE_S = 120
TOKEN = "5a0c91d2:" + "ab" * 32
CONFIG = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
[hub]
address = "localhost"
port = {port}
broker = "loopback"
state = "hub"
clock = "trusted"
[board]
serve = false
[actors]
proof = "claimed"
[skill.laser]
"""
BROKER = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_queued_messages 0
"""


def measure(quick: bool) -> Iterator[Figure]:
    records = 4_000 if quick else 100_000
    with TemporaryDirectory() as folder:
        yield _collector(Path(folder), records)
    mosquitto = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if mosquitto is None:
        return
    gates, month, tries = (5, 400, 5) if quick else (50, 1_800, 100)
    with TemporaryDirectory() as folder, running(Path(folder), mosquitto) as place:
        yield from _road(place, gates, month)
        yield _revocation(place, tries)


# --- the collector alone ------------------------------------------------------------------------


def _journal(gate: str, number: int) -> list[str]:
    """A month of a gate: starts and stops as long as real ones."""
    origin = Origin(f"openfab/{gate}/e1")
    bodies = [encode(Draft(_at(0), EpochBegun("init")))]
    while len(bodies) < number:
        start = SessionStarted("laser", "laser", "0f3a9c5d77e14b02", TOKEN, "trainee", "tap", 14_400_000)
        bodies.append(encode(Draft(_at(len(bodies)), start)))
        stop = SessionStopped(str(RecordId(origin, len(bodies))), "laser", "own_tap", 90_000)
        bodies.append(encode(Draft(_at(len(bodies)), stop)))
    return bodies[:number]


def _at(count: int) -> Moment:
    return Moment("5f1d7c1e-94f3-4a55-8f0a-0c6b1ce1a001", count * 1_000, 1_790_000_000_000 + count, True)


def _batches(gate: str, number: int) -> list[Batch]:
    origin, previous, found = Origin(f"openfab/{gate}/e1"), chain.ROOT, []
    bodies = _journal(gate, number)
    for first in range(0, number, BATCH):
        part, link = bodies[first : first + BATCH], previous
        for seq, body in enumerate(part, first + 1):
            link = chain.link(origin, seq, link, chain.body_hash(body.encode()))
        found.append(Batch("e1", first + 1, previous.hex(), link.hex(), tuple(part)))
        previous = link
    return found


def _collector(folder: Path, records: int) -> Figure:
    create(folder / "hub", "openfab", "hub", _at(0))
    books = SqliteBooks(Store(folder / "hub"))
    each = records // 4
    batches = [(Origin(f"openfab/gate-{n}/e1"), one) for n in range(4) for one in _batches(f"gate-{n}", each)]
    begun = time.perf_counter()
    for place in range(0, len(batches), 20):
        with books.write() as pen:
            for origin, one in batches[place : place + 20]:
                previous, last = bytes.fromhex(one.previous), bytes.fromhex(one.last)
                assert isinstance(pen.take(origin, one.first, one.bodies, previous, last), Taken)
        books.tidy()
    took = time.perf_counter() - begun
    books.close()
    floor = _plain_rows(folder, [body for _, one in batches for body in one.bodies])
    value = round(took / (each * 4) * 1e6, 1)
    return Figure("hub: collector alone, a record", value, "us", floor, 20.0, f"{1e6 / value:,.0f}/s")


def _plain_rows(folder: Path, bodies: list[object]) -> float:
    """The same rows into a plain table, as many in a commit."""
    conn = sqlite3.connect(folder / "floor.db", isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("CREATE TABLE journal (position INTEGER PRIMARY KEY, lab TEXT, hash BLOB, body TEXT)")
    begun = time.perf_counter()
    for place in range(0, len(bodies), 4_000):
        conn.execute("BEGIN IMMEDIATE")
        rows = (
            (place + n, "openfab", bytes(32), body) for n, body in enumerate(bodies[place : place + 4_000])
        )
        conn.executemany("INSERT INTO journal VALUES (?, ?, ?, ?)", rows)
        conn.execute("COMMIT")
    took = time.perf_counter() - begun
    conn.close()
    return round(took / len(bodies) * 1e6, 1)


# --- the road -----------------------------------------------------------------------------------


@dataclass
class Place:
    """A broker and a hub that run, and the hub's configuration."""

    port: int
    config: Path
    hub: subprocess.Popen[bytes]
    gates: list[Client] = field(default_factory=list)

    def held(self, gate: str) -> int:
        """How many records of a gate the hub has."""
        with Store(config.load(self.config).gate.state).reader() as reader:
            return sum(mark.seq for mark in heard.marks(reader.conn, gate).values())

    def memory_mb(self) -> float:
        said = Path(f"/proc/{self.hub.pid}/status").read_text()
        return next(int(row.split()[1]) for row in said.splitlines() if row.startswith("VmHWM")) / 1024


class Client:
    """A gate that is nothing but its batches."""

    def __init__(self, port: int, gate: str, batches: list[bytes], last: int) -> None:
        self.gate, self.last = gate, last
        self.port = MqttPort(
            Address("127.0.0.1", port), None, gate, None, topics.to_gate("openfab", gate), random.random
        )
        self._batches, self._sent, self.held = batches, 0, 0
        self.hub: str | None = None
        self.greeted = False
        self.arrived = 0
        self.heard_s = 0.0

    def say(self, what: str, payload: bytes) -> None:
        self.port.publish(f"fabgate/1/openfab/{self.gate}/{what}", payload)

    def work(self) -> None:
        for event in self.port.poll(0):
            if isinstance(event, Message):
                self.port.acknowledge(event)
                self._hear(event)
            elif isinstance(event, Connected):
                self.greeted = False

    def _hear(self, message: Message) -> None:
        what = message.topic.rpartition("/")[2]
        if message.topic == "fabgate/1/openfab/hub/state":
            said = HubState.decode(message.payload)
            if isinstance(said, HubState) and said.state == "ready" and not self.greeted:
                self.hub, self.greeted = said.hub, True
        elif what == "ack":
            ack = Ack.decode(message.payload)
            if isinstance(ack, Ack):
                self.held = max(self.held, ack.seq)
                self.go_on()
        elif what == "roster":
            page = Page.decode(message.payload)
            if isinstance(page, Page) and page.upto > self.arrived:
                self.arrived, self.heard_s = page.upto, time.perf_counter()
                if page.upto == page.end:
                    self.say("need", Need(page.hub, page.upto).encode())

    def hello(self) -> None:
        """What a gate says first."""
        at = SystemClock("trusted").now()
        self.say("state", GateState("ready", "i1", at, "1").encode())
        roster = RosterMark(None, 0, 0, "00" * 32)
        self.say("info", GateInfo("i1", "1", (OriginMark("e1", 0, ""),), roster, (), (), ()).encode())

    def go_on(self) -> None:
        while self._sent < len(self._batches) and self._sent * BATCH - self.held < WINDOW * BATCH:
            self.say("journal", self._batches[self._sent])
            self._sent += 1


def _until(clients: list[Client], done: object) -> None:
    end = time.perf_counter() + PATIENCE_S
    while not all(done(one) for one in clients):  # type: ignore[operator]
        for one in clients:
            one.work()
        if time.perf_counter() > end:
            raise TimeoutError("the hub did not come to an end")


@contextmanager
def running(folder: Path, mosquitto: str) -> Iterator[Place]:
    port = random.SystemRandom().randrange(20_000, 32_000)
    broker_file, file = folder / "broker.conf", folder / "hub.toml"
    broker_file.write_text(BROKER.format(port=port))
    file.write_text(CONFIG.format(port=port))
    settings = config.load(file)
    lab.init(settings, SystemClock("trusted"), Details("Zoe", "zoe"))
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    broker = subprocess.Popen([mosquitto, "-c", str(broker_file)], **quiet)  # type: ignore[call-overload]
    time.sleep(0.5)
    argv = [sys.executable, "-m", "fabgate", "--config", str(file), "hub", "run"]
    hub = subprocess.Popen(argv, **quiet)  # type: ignore[call-overload]
    place = Place(port, file, hub)
    try:
        yield place
    finally:
        for one in place.gates:
            one.port.close()
        for process in (hub, broker):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)


def _road(place: Place, gates: int, month: int) -> Iterator[Figure]:
    for number in range(gates):
        name = f"gate-{number}"
        batches = [one.encode() for one in _batches(name, month)]
        place.gates.append(Client(place.port, name, batches, month))
    _until(place.gates, lambda one: one.greeted)
    begun = time.perf_counter()
    for one in place.gates:
        one.hello()
    _until(place.gates, lambda one: one.held >= one.last)
    took = time.perf_counter() - begun
    each = round(took / (gates * month) * 1e6, 1)
    yield Figure("hub: gate to durable by a broker, a record", each, "us", None, 40.0, f"{1e6 / each:,.0f}/s")
    yield Figure(f"hub: {gates} gates of {month} records drained", round(took, 2), "s", None, 30.0)
    yield Figure("hub: memory", round(place.memory_mb(), 1), "MB", None, 100.0)


def _revocation(place: Place, tries: int) -> Figure:
    """From before the deed at the desk until each gate has the page."""
    settings, times = config.load(place.config), []
    with Store(settings.gate.state).writer() as writer:
        desk = Desk(settings, writer, SystemClock("trusted"))
        members.add(desk, "zoe", Details("Ada", "ada"))
        for number in range(tries):
            before = {one.gate: one.arrived for one in place.gates}
            begun = time.perf_counter()
            if number % 2:
                grants.revoke(desk, "zoe", "ada", "laser", "bench")
            else:
                grants.give(desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "bench")
            _until(place.gates, lambda one, was=before: one.arrived > was[one.gate])
            times += [(one.heard_s - begun) * 1000 for one in place.gates]
    return Figure(
        f"hub: a right in force at {len(place.gates)} gates, p99", round(p99(times), 1), "ms", None, 250.0
    )
