"""Law 2: off never waits, whatever hangs: the journal, the lookup, or both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from gate_bench import Served
from gate_lab import ADA, GRACE, LASER, LATHE, STRANGER, bodies, open_sessions, read, until

from fabgate.config import Settings
from fabgate.events import Tick
from fabgate.records import SessionStarted, SessionStopped

Serve = Callable[..., Served]
SOON_S = 5.0  # a hung thread hangs for a minute here; whatever needs none of it takes milliseconds


@pytest.fixture(params=["ink", "lookup", "both"])
def stuck(request: pytest.FixtureRequest, serve: Serve) -> Iterator[Served]:
    """Ada works at the laser; then the disk hangs, or the lookup does, or both."""
    gate = serve().ready()
    gate.start(LASER, ADA)
    if request.param in ("lookup", "both"):
        hang_lookup(gate)
    if request.param in ("ink", "both"):
        hang_ink(gate)
    return gate


@pytest.fixture
def all_stuck(serve: Serve) -> Served:
    gate = serve().ready()
    gate.start(LASER, ADA)
    hang_lookup(gate)
    hang_ink(gate)
    return gate


def hang_lookup(gate: Served) -> None:
    """The thread that looks badges up holds a question in its hands, and nothing comes of it."""
    gate.clock.hold("lookup")
    gate.tap(LATHE, STRANGER)
    assert gate.clock.held_up.wait(10)


def hang_ink(gate: Served) -> None:
    """The thread that writes is in the middle of a write that does not end."""
    gate.disk.free.clear()
    gate.bench.press(LATHE, "estop")
    assert gate.disk.held_up.wait(10)


def is_off(gate: Served) -> None:
    until(lambda: gate.relay(LASER) == "off", "the relay opens", SOON_S)


def test_the_users_own_tap_opens_the_relay_at_once(stuck: Served):
    stuck.tap(LASER, ADA)
    is_off(stuck)


def test_the_emergency_stop_opens_the_relay_at_once(stuck: Served):
    stuck.bench.press(LASER, "estop")
    is_off(stuck)


def test_the_limit_opens_the_relay_although_nobody_taps(all_stuck: Served):
    all_stuck.clock.advance(3_600_000)
    until(lambda: all_stuck.relay(LASER) == "off", "the loop looks at the time by itself")


def test_the_limit_is_looked_at_before_whatever_comes_in(stuck: Served):
    stuck.clock.advance(3_600_000)
    stuck.tap(LATHE, STRANGER)
    is_off(stuck)


def test_a_stopping_daemon_opens_the_relay_at_once(stuck: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fabgate.gate.run.LAST_WORDS_S", 0.2)
    stuck.daemon.end()
    is_off(stuck)
    stuck.ended()


def test_what_hangs_is_waited_for_once_and_not_once_for_each_thread(
    all_stuck: Served, monkeypatch: pytest.MonkeyPatch
):
    """systemd kills what has not ended after five seconds."""
    monkeypatch.setattr("fabgate.gate.run.LAST_WORDS_S", 2.0)
    begun = time.monotonic()
    all_stuck.daemon.end()
    all_stuck.ended()
    assert time.monotonic() - begun < 4


def test_a_thread_that_dies_opens_the_relay_although_the_disk_hangs(
    stuck: Served, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("fabgate.gate.run.LAST_WORDS_S", 0.2)
    monkeypatch.setattr("fabgate.gate.readers.ReaderEdge._event", fail)
    stuck.tap(LATHE, GRACE)
    is_off(stuck)
    assert stuck.ended() == 1


def fail(*_: object) -> None:
    raise RuntimeError("a bug")


def test_nothing_of_a_session_is_lost_when_the_disk_comes_back(serve: Serve, lab: Settings):
    gate = serve().ready()
    gate.start(LASER, ADA)
    hang_ink(gate)
    gate.clock.advance(58_000)
    gate.tap(LASER, ADA)
    is_off(gate)
    [session] = open_sessions(lab)
    gate.clock.advance(600_000)
    gate.disk.free.set()
    until(lambda: not open_sessions(lab), "the end is written")
    gate.end()
    [stop] = bodies(lab, SessionStopped)
    assert (stop.session, stop.length_ms) == (str(session), 60_000)


# --- and on never comes late


def test_a_start_whose_ink_hangs_for_too_long_opens_nothing(serve: Serve, lab: Settings):
    """Law 1: the word that comes after the deadline is answered by an aborted end of 0 s."""
    gate = serve().ready()
    gate.disk.free.clear()
    gate.tap(LASER, ADA)
    assert gate.disk.held_up.wait(10)
    gate.wait(2_000, LASER)
    until(lambda: gate.bench.state(LASER, "lamp") == "red triple", "the start is refused")
    gate.disk.free.set()
    until(lambda: read(lab, SessionStopped), "the late start is answered")
    gate.end()
    [start, stop] = read(lab, SessionStarted, SessionStopped)
    assert (stop.body.session, stop.body.why, stop.body.length_ms) == (str(start.id), "aborted", 0)
    assert not stop.body.charged
    assert never_on(gate)


def test_a_start_that_the_end_of_the_daemon_overtakes_opens_nothing(serve: Serve, lab: Settings):
    gate = serve().ready()
    gate.disk.free.clear()
    gate.tap(LASER, ADA)
    assert gate.disk.held_up.wait(10)
    assert gate.end() == 0
    [start, stop] = bodies(lab, SessionStarted, SessionStopped)
    assert (start.machine, stop.why) == (LASER, "aborted")
    assert open_sessions(lab) == []
    assert never_on(gate)


def test_an_answer_of_the_lookup_that_comes_too_late_opens_nothing(serve: Serve, lab: Settings):
    gate = serve().ready()
    gate.clock.hold("lookup")
    gate.tap(LASER, ADA)
    assert gate.clock.held_up.wait(10)
    gate.clock.advance(2_001)
    gate.clock.free.set()
    until(lambda: gate.bench.state(LASER, "lamp") == "red triple", "the late yes is a no")
    gate.end()
    assert read(lab, SessionStarted) == []
    assert never_on(gate)


def never_on(gate: Served) -> bool:
    return not [change for change in gate.bench.history if change.value == "on"]


def test_a_wall_clock_that_jumps_changes_no_length(serve: Serve, lab: Settings):
    gate = serve().ready()
    gate.start(LASER, ADA)
    for step in (-3_600_000, 7_200_000, -86_400_000):
        gate.clock.step_wall(step)
        gate.daemon.post(Tick(LASER, gate.clock.now()))
    gate.wait(30_000, LASER)
    assert gate.relay(LASER) == "on"
    gate.tap(LASER, ADA)
    is_off(gate)
    gate.end()
    [stop] = bodies(lab, SessionStopped)
    assert stop.length_ms == 32_000
