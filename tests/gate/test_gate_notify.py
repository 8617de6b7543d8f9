"""The words to systemd, over a real datagram socket; and what feeds its watchdog."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from gate_bench import Served
from gate_lab import ADA, LASER, Ear, until

from fabgate.devices.notify import Notify
from fabgate.events import Tick

Serve = Callable[..., Served]


def test_a_word_is_one_datagram(ear: Ear):
    notify = Notify()
    notify.say("READY=1", "STATUS=two machines")
    notify.say("WATCHDOG=1")
    notify.close()
    assert ear.heard == ["READY=1\nSTATUS=two machines", "WATCHDOG=1"]


def test_an_address_in_the_abstract_space_is_reached_too():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0fabgate-test-of-notify")
        notify = Notify("@fabgate-test-of-notify")
        notify.say("READY=1")
        notify.close()
        assert listener.recv(100) == b"READY=1"


def test_without_a_socket_nothing_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify = Notify()
    notify.say("READY=1")
    notify.close()


def test_nobody_listening_stops_nothing(tmp_path: Path):
    notify = Notify(str(tmp_path / "gone"))
    notify.say("READY=1")
    notify.close()


def test_a_listener_that_does_not_read_holds_up_nothing(ear: Ear):
    notify = Notify()
    for _ in range(10_000):  # far more than the kernel keeps
        notify.say("WATCHDOG=1")
    notify.close()
    assert ear.heard.count("WATCHDOG=1") < 10_000


@pytest.mark.parametrize(
    ("said", "ms"), [("10000000", 10_000), ("", None), ("soon", None), ("²", None), ("0", 0)]
)
def test_the_interval_of_the_watchdog_is_read_where_it_is_one(said: str, ms: int | None):
    notify = Notify(watchdog_us=said)
    notify.close()
    assert notify.watchdog_ms == ms


def test_the_watchdog_is_fed_by_the_loops_own_progress_although_everything_else_hangs(ear: Ear, serve: Serve):
    gate = serve().ready()
    gate.start(LASER, ADA)
    gate.clock.hold("lookup")
    gate.disk.free.clear()
    before = ear.heard.count("WATCHDOG=1")
    gate.wait(1_000, LASER)
    until(lambda: ear.heard.count("WATCHDOG=1") > before, "it is fed")


def test_a_loop_that_stands_still_feeds_nothing(ear: Ear, serve: Serve, monkeypatch: pytest.MonkeyPatch):
    """It hangs in a device that does not return; every other thread goes on."""
    gate = serve().ready()
    gate.clock.hold("loop")
    gate.daemon.post(Tick(LASER, gate.clock.now()))
    assert gate.clock.held_up.wait(10)
    fed = ear.heard.count("WATCHDOG=1")
    gate.clock.advance(60_000)
    gate.tap(LASER, ADA)
    assert ear.heard.count("WATCHDOG=1") == fed
    assert gate.relay(LASER) == "off"
