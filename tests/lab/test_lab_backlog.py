"""A gate that was alone for long: 50,000 records through a broker as Debian starts it, beside a tap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from broker import Broker, free_port
from gate_lab import until
from gate_process import Process
from three import ADA, BY
from whole_lab import GATE, HUB, HubProcess, Place, journal_rows

from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted, SessionStopped
from fabgate.store import heard, journal

pytestmark = pytest.mark.xdist_group("machine")  # many processes, or a chip in real time: one at a time
RECORDS = 50_000
STOCK = (
    "listener {port} 127.0.0.1\nallow_anonymous true\n"  # a thousand messages queued at most, Nagle and all
)
AN_EARLIER_MONTH = Moment("an-earlier-boot", 0, 1_790_000_000_000, synced=True)


@dataclass
class Pair:
    """A gate with a backlog, and the hub that it has just joined."""

    hub: Place
    gate: Place
    broker: Broker

    def held(self) -> int:
        with self.hub.store.reader() as reader:
            return sum(mark.seq for mark in heard.marks(reader.conn).values())


@pytest.fixture
def pair(tmp_path: Path, needs: Callable[[str], str]) -> Iterator[Pair]:
    needs("mosquitto")
    port = free_port()
    loopback = HUB.replace("[board]", 'broker = "loopback"\n[board]').format(port=port)
    hub = Place(tmp_path / "hub", "hub", loopback)
    gate = Place(tmp_path / "gate", "gate-1", GATE.format(gate="gate-1", machine="laser-1"))
    hub.say("hub", "init", "--manager", "Zoe Dupont", "--id", "zoe")
    hub.say("member", "add", "Ada", "--id", "ada", *BY)
    hub.say("badge", "add", "ada", str(ADA), *BY)
    hub.say("grant", "give", "ada", "laser", "--level", "autonomous", *BY, "--reason", "passed")
    invitation = tmp_path / "invitation"
    hub.say("hub", "invite", "gate-1", "--to", str(invitation), *BY)
    gate.say("gate", "join", str(invitation))
    write_backlog(gate)
    with Broker(tmp_path, STOCK, port=port) as broker:
        yield Pair(hub, gate, broker)


def write_backlog(gate: Place) -> None:
    began = SessionStarted("laser-1", "laser", "m-0", "k:0", "autonomous", "tap", 3_600_000)
    with gate.store.writer() as writer:
        for _ in range(0, RECORDS, 5_000):
            with writer.write() as pen:
                for _ in range(2_500):
                    start = pen.append(Draft(AN_EARLIER_MONTH, began))
                    pen.append(
                        Draft(AN_EARLIER_MONTH, SessionStopped(str(start), "laser-1", "own_tap", 60_000))
                    )


@pytest.mark.slow
def test_a_long_backlog_comes_whole_and_once_though_the_broker_dies_in_between(pair: Pair):
    with ExitStack() as undo:
        hub = HubProcess(pair.hub)
        undo.callback(hub.kill)
        gate = Process(pair.gate.settings)
        undo.callback(gate.let_go)
        until(lambda: pair.held() > RECORDS // 10, "it flows", 60)
        pair.broker.kill()
        pair.broker.start()
        until(lambda: pair.held() > RECORDS // 2, "it flows again", 90)
        gate.start("laser-1", ADA)  # a tap does not wait for it
        until(lambda: all_there(pair), "the hub has all of it", 90)
        assert gate.show("laser-1")["relay"] == "on"
        assert gate.end() == 0
        assert hub.end() == 0
    assert_the_same(pair)


def all_there(pair: Pair) -> bool:
    with pair.gate.store.reader() as reader:
        return pair.held() == journal.last_seq(reader.conn)


def assert_the_same(pair: Pair) -> None:
    with pair.hub.store.reader() as there, pair.gate.store.reader() as here:
        assert journal.verify(there.conn).sound
        (held,) = journal_rows(there, own=False).values()
        (own,) = journal_rows(here, own=True).values()
    assert len(held) > RECORDS
    assert held == own[: len(held)]
    assert len(own) - len(held) <= 5, "only its last words, said after the hub's end"
