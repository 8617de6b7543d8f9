"""The daemon as a whole, its threads and all: it starts, serves, fails and ends."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from gate_bench import Served
from gate_lab import (
    ADA,
    GRACE,
    LASER,
    LATHE,
    STRANGER,
    TOM,
    WALL_MS,
    Ear,
    bodies,
    is_sound,
    until,
)

from fabgate.badges.uid import parse
from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.protocols import Head
from fabgate.devices.sim import SimBench
from fabgate.devices.simparts import SimDisplay
from fabgate.gate.run import Daemon
from fabgate.records import (
    GateStopped,
    Refused,
    SessionStarted,
    SessionStopped,
)
from fabgate.store import journal
from fabgate.store.db import Store

Serve = Callable[..., Served]


def test_a_tap_closes_the_relay_and_the_next_one_opens_it(serve: Serve, lab: Settings):
    gate = serve().ready()
    gate.start(LASER, ADA)
    gate.tap(LASER, ADA)
    until(lambda: gate.relay(LASER) == "off", "the relay opens")
    assert gate.end() == 0
    [start, stop] = bodies(lab, SessionStarted, SessionStopped)
    assert (start.member, start.machine) == ("m-ada", LASER)
    assert (stop.why, stop.length_ms) == ("own_tap", 2_000)
    assert [type(body) for body in bodies(lab)[-1:]] == [GateStopped]
    assert is_sound(lab)


def test_a_trainee_waits_for_a_sponsor(serve: Serve, lab: Settings):
    gate = serve().ready()
    gate.tap(LASER, TOM)
    until(lambda: "sponsor" in gate.bench.says(LASER).lower(), "the machine asks for a sponsor")
    gate.tap(LASER, GRACE)
    until(lambda: gate.relay(LASER) == "on", "the relay closes")
    gate.end()
    [start] = bodies(lab, SessionStarted)
    assert (start.member, start.sponsor) == ("m-tom", "m-grace")


def test_a_stranger_is_refused_and_the_journal_says_so(serve: Serve, lab: Settings):
    gate = serve().ready()
    gate.tap(LASER, STRANGER)
    until(lambda: gate.bench.state(LASER, "lamp") == "red triple", "the lamp is red")
    gate.end()
    assert [refusal.code for refusal in bodies(lab, Refused)] == ["unknown_badge"]


def test_a_reader_that_is_blind_from_the_beginning_takes_no_other_machine_with_it(serve: Serve):
    gate = serve(lambda bench: bench.fail(LASER, "reader")).ready()
    until(lambda: gate.bench.state(LASER, "lamp") == "red double", "the laser is in fault")
    gate.start(LATHE, ADA)
    assert gate.end() == 0


def test_the_end_opens_the_relay_and_closes_the_session(serve: Serve, lab: Settings):
    gate = serve().ready()
    gate.start(LASER, ADA)
    assert gate.end() == 0
    assert gate.relay(LASER) == "off"
    [stop] = bodies(lab, SessionStopped)
    assert stop.why == "gate_stopped"
    with Store(lab.gate.state).reader() as reader:
        assert journal.was_clean(reader.conn)


def test_a_slow_display_shows_the_latest_and_not_all_that_was(serve: Serve, monkeypatch: pytest.MonkeyPatch):
    gate = serve().ready()
    until(lambda: gate.bench.says(LASER), "it is at rest")
    slow = SlowDisplay(monkeypatch)
    gate.tap(LASER, STRANGER)
    assert slow.busy.wait(10)
    for number in range(20):
        gate.tap(LASER, parse(f"04A2B3C4D5E7{number:02d}"))
        gate.tap(LATHE, parse(f"04A2B3C4D5E7{number:02d}"))
    gate.start(LATHE, GRACE)
    slow.free.set()
    until(lambda: "Grace" in gate.bench.says(LATHE), "the last word stands there")
    gate.end()
    assert len(slow.shown) <= 4


class SlowDisplay:
    """Displays that are in the middle of drawing until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.busy, self.free = threading.Event(), threading.Event()
        self.shown: list[tuple[str, ...]] = []
        real = SimDisplay.write

        def write(display: SimDisplay, lines: tuple[str, ...], head: Head) -> int:
            self.busy.set()
            self.free.wait(60)
            self.shown.append(lines)
            return real(display, lines, head)

        monkeypatch.setattr(SimDisplay, "write", write)


def test_the_time_that_is_left_goes_on_although_nothing_happens(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
):
    times: list[str] = []
    monkeypatch.setattr(SimDisplay, "turn", lambda _display, _page, head: times.append(head.left))
    gate = serve().ready()
    gate.start(LASER, ADA)
    gate.wait(10_000, LASER)
    until(lambda: "at work" in gate.bench.says(LASER), "the welcome is over")
    gate.clock.advance(20 * 60_000)
    until(lambda: "40 min" in times, "the display is told of the time")


def test_until_the_journal_was_read_through_nobody_starts_and_no_end_counts_as_clean(
    serve: Serve, lab: Settings
):
    with Store(lab.gate.state).writer() as writer, writer.write() as pen:
        journal.mark_run(pen, clean=False)
    gate = serve(stuck="check").ready()
    gate.tap(LASER, ADA)
    until(lambda: bodies(lab, Refused), "the start is refused")
    assert [refusal.code for refusal in bodies(lab, Refused)] == ["journal_check"]
    gate.daemon.end()
    assert gate.ended() == 0
    with Store(lab.gate.state).reader() as reader:
        assert not journal.was_clean(reader.conn)


# --- threads that die


def test_a_lookup_that_cannot_begin_ends_the_daemon_before_it_says_ready(
    lab: Settings, monkeypatch: pytest.MonkeyPatch, serve: Serve, ear: Ear
):
    monkeypatch.setattr(Store, "reader", refuse)
    gate = serve()
    assert gate.ended() == 1
    assert not gate.daemon.ready.is_set()
    assert "READY=1" not in ear.heard


def refuse(_: object) -> None:
    raise OSError("too many open files")


def test_an_ink_that_cannot_begin_ends_the_daemon(
    lab: Settings, monkeypatch: pytest.MonkeyPatch, serve: Serve
):
    real = Store.writer

    def writer(store: Store) -> object:
        if threading.current_thread().name == "ink":
            raise OSError("too many open files")
        return real(store)

    monkeypatch.setattr(Store, "writer", writer)
    gate = serve()
    assert gate.ended() == 1
    assert not gate.daemon.ready.is_set()


@pytest.mark.parametrize("thread", ["lookup", "ink", "display"])
def test_a_thread_that_dies_ends_the_daemon_with_the_relays_open(
    thread: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
):
    gate = serve().ready()
    gate.start(LASER, ADA)
    poison(thread, monkeypatch)
    gate.tap(LATHE, GRACE)
    assert gate.ended() == 1
    assert gate.relay(LASER) == "off"
    assert gate.relay(LATHE) == "off"


def poison(thread: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug that shows itself at the next job of this thread."""
    places = {
        "lookup": "fabgate.gate.lookup.Lookup.answer",
        "ink": "fabgate.gate.ink.InkWell.write",
        "display": "fabgate.devices.simparts.SimDisplay.write",
    }

    def die(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(places[thread], die)


def test_a_reader_thread_that_dies_ends_the_daemon(serve: Serve, monkeypatch: pytest.MonkeyPatch):
    gate = serve().ready()
    gate.start(LASER, ADA)
    poison_reader(monkeypatch)
    gate.tap(LATHE, GRACE)
    assert gate.ended() == 1
    assert gate.relay(LASER) == "off"


def poison_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("fabgate.gate.readers.ReaderEdge._event", die)


def test_a_beginning_that_fails_ends_its_threads_and_says_why(serve: Serve, lab: Settings):
    """A door that cannot be opened: nothing may be left that holds the books."""
    (lab.gate.state / "sim.sock").mkdir()
    before = threading.active_count()
    with pytest.raises(OSError, match="door of the simulated bench"):
        serve_here(lab)
    until(lambda: threading.active_count() <= before, "every thread has ended")


def serve_here(lab: Settings) -> None:
    clock = SimClock(WALL_MS)
    Daemon(lab, clock, SimBench(lab, clock)).run()
