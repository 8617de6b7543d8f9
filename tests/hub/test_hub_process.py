"""`fabgate hub run` as a process of its own, over a real Mosquitto on the loopback."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from broker import Broker
from click.testing import CliRunner
from test_hub_hostile import batch, begun, info

from fabgate.cli import main
from fabgate.link.dial import Address
from fabgate.link.mqtt import MqttPort
from fabgate.link.port import Message
from fabgate.wire import topics
from fabgate.wire.journal import Ack
from fabgate.wire.presence import HubState

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
"""
PATIENCE_S = 20


class Hub:
    """A hub's configuration and books in a folder, and its process."""

    def __init__(self, folder: Path, port: int) -> None:
        self.config = folder / "hub.toml"
        self.config.write_text(CONFIG.format(port=port), encoding="utf-8")

    def say(self, *words: str) -> str:
        ran = CliRunner().invoke(main, ["--config", str(self.config), *words])
        assert ran.exit_code == 0, ran.output
        return ran.output

    def until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until it says so in its log; for that it needs no broker."""
        end = time.monotonic() + PATIENCE_S
        while "event=ready" not in self.config.with_suffix(".log").read_text():
            assert time.monotonic() < end, "it is not ready"
            assert process.poll() is None, "it ended"
            time.sleep(0.01)

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        with self.config.with_suffix(".log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "fabgate", "--config", str(self.config), "hub", "run"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE_S)


class Client:
    """A gate that speaks MQTT and nothing else."""

    def __init__(self, port: int, gate: str) -> None:
        self._gate = gate
        where = Address("127.0.0.1", port)
        self.port = MqttPort(where, None, gate, None, topics.to_gate("openfab", gate), random.random)
        self.heard: list[Message] = []

    def say(self, what: str, payload: bytes) -> None:
        self.port.publish(f"fabgate/1/openfab/{self._gate}/{what}", payload)

    def until(self, what: str, wanted: Callable[[bytes], bool]) -> bytes:
        """The first message on a topic that is wanted, within the patience."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            for event in self.port.poll(0.2):
                if isinstance(event, Message):
                    self.port.acknowledge(event)
                    if event.topic.endswith(what) and wanted(event.payload):
                        return event.payload
        raise AssertionError(f"nothing came on {what}")


def ready(payload: bytes) -> bool:
    said = HubState.decode(payload)
    return isinstance(said, HubState) and said.state == "ready"


def held(seq: int) -> Callable[[bytes], bool]:
    def is_held(payload: bytes) -> bool:
        said = Ack.decode(payload)
        return isinstance(said, Ack) and said.seq == seq

    return is_held


@pytest.fixture
def broker(needs: Callable[[str], str], tmp_path: Path) -> Iterator[Broker]:
    needs("mosquitto")
    with Broker(tmp_path) as running:
        yield running


@pytest.fixture
def hub(broker: Broker, tmp_path: Path) -> Hub:
    made = Hub(tmp_path, broker.port)
    made.say("hub", "init", "--manager", "Zoe", "--id", "zoe")
    return made


@pytest.fixture
def gate(broker: Broker) -> Iterator[Client]:
    client = Client(broker.port, "gate-1")
    yield client
    client.port.close()


def test_a_hub_is_not_made_as_a_gate_is(tmp_path: Path) -> None:
    """It would have books and no certificates."""
    made = Hub(tmp_path, 8883)
    ran = CliRunner().invoke(main, ["--config", str(made.config), "init", "--manager", "Zoe"])
    assert ran.exit_code == 1
    assert "fabgate hub init" in ran.output
    assert not (tmp_path / "hub").exists()


def test_what_was_acknowledged_is_there_after_a_kill(hub: Hub, gate: Client) -> None:
    with hub.running():
        gate.until("hub/state", ready)
        gate.say("info", info("run-1", "laser"))
        gate.until("ack", held(0))
        gate.say("journal", batch("gate-1", "e1", [begun()]).encode())
        gate.until("ack", held(1))
    with hub.running():
        gate.say("info", info("run-1", "laser"))
        gate.until("ack", held(1))
    shown = json.loads(hub.say("gate", "list", "--json"))
    assert [(one["gate"], one["held"], one["machines"]) for one in shown] == [("gate-1", 1, ["laser"])]


def test_a_second_hub_on_the_same_books_does_not_start(hub: Hub, gate: Client) -> None:
    with hub.running():
        gate.until("hub/state", ready)
        with hub.running() as second:
            assert second.wait(PATIENCE_S) == 1
    assert "another hub runs on these books" in hub.config.with_suffix(".log").read_text()


def test_an_ended_hub_says_that_it_stops(hub: Hub, gate: Client) -> None:
    with hub.running() as process:
        gate.until("hub/state", ready)
        process.send_signal(signal.SIGTERM)
        gate.until("hub/state", lambda said: b'"stopping"' in said)
        assert process.wait(PATIENCE_S) == 0


def test_who_comes_after_the_hub_ended_is_told_that_it_stopped(hub: Hub, broker: Broker) -> None:
    with hub.running() as process:
        first = Client(broker.port, "gate-1")
        first.until("hub/state", ready)
        first.port.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    later = Client(broker.port, "gate-2")
    said = HubState.decode(later.until("hub/state", lambda _: True))
    later.port.close()
    assert isinstance(said, HubState)
    assert said.state == "stopping"


def test_a_hub_that_was_started_before_its_broker_serves_once_that_is_there(hub: Hub, broker: Broker) -> None:
    broker.stop()
    with hub.running() as process:
        hub.until_ready(process)
        broker.start()
        gate = Client(broker.port, "gate-1")
        gate.until("hub/state", ready)
        gate.port.close()


def test_a_hub_that_never_had_its_broker_ends_as_it_should(hub: Hub, broker: Broker) -> None:
    broker.stop()
    with hub.running() as process:
        hub.until_ready(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_the_machines_of_the_gates_are_known_at_the_hub(hub: Hub, gate: Client) -> None:
    with hub.running():
        gate.until("hub/state", ready)
        gate.say("info", info("run-1", "laser"))
        gate.until("ack", held(0))
    hub.say("member", "add", "Ada", "--id", "ada", "--by", "zoe")
    hub.say("grant", "give", "ada", "laser", "--level", "autonomous", "--by", "zoe", "--reason", "test")
    machines = json.loads(hub.say("machine", "list", "--json"))
    assert [one["machine"] for one in machines] == ["laser"]
