"""The real daemon, from outside: what it does to a wire, to the journal and to systemd."""

from __future__ import annotations

import fcntl
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gate_lab import (
    ADA,
    GRACE,
    LASER,
    LATHE,
    STRANGER,
    bodies,
    is_sound,
    open_sessions,
    read,
    until,
)
from gate_process import Process, boot_ms, relays
from gate_unit import shim

from fabgate.config import Settings
from fabgate.records import EpochBegun, GateStarted, GateStopped, Refused, SessionStarted, SessionStopped
from fabgate.store import journal
from fabgate.store.db import Store
from fabgate.store.files import KEYS

Run = Callable[..., Process]


@contextmanager
def nobody_writes(lab: Settings) -> Iterator[None]:
    """Holds the lock of the one writer, as a long deed at the desk does."""
    with (lab.gate.state / "journal.db.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def was_clean(lab: Settings) -> bool:
    with Store(lab.gate.state).reader() as reader:
        return journal.was_clean(reader.conn)


# --- a day like any other


def test_two_taps_are_a_session(run: Run, lab: Settings):
    gate = run()
    assert [line.value for line in relays(gate.outputs())] == ["off", "off"]
    gate.start(LASER, ADA)
    gate.stop(LASER, ADA)
    assert gate.end() == 0
    assert [line.value for line in relays(gate.outputs(), LASER)] == ["off", "on", "off"]
    [start, stop] = bodies(lab, SessionStarted, SessionStopped)
    assert (start.member, stop.why) == ("m-ada", "own_tap")
    assert is_sound(lab)


def test_the_file_of_the_outputs_has_every_change_since_the_bench_was_opened(run: Run):
    gate = run()
    beginning = {(line.machine, line.device): line.value for line in gate.outputs()[:8]}
    assert beginning == {
        (machine, device): value
        for machine in (LASER, LATHE)
        for device, value in (("relay", "off"), ("lamp", "off steady"), ("buzzer", "none"), ("display", ""))
    }
    gate.start(LASER, ADA)

    def seen() -> dict[str, str]:
        return {line.device: line.value for line in gate.outputs() if line.machine == LASER}

    def shown() -> dict[str, str]:
        return {device: value for device, value in gate.show(LASER).items() if device in seen()}

    until(lambda: seen() == shown(), "the file says what the bench shows")
    times = [line.boot_ms for line in gate.outputs()]
    assert times == sorted(times)


def test_systemd_is_told_ready_alive_and_stopping_in_this_order(run: Run):
    gate = run()
    until(lambda: "WATCHDOG=1" in gate.ear.heard, "the watchdog is fed")
    gate.signal(signal.SIGTERM)
    until(lambda: "STOPPING=1" in gate.ear.heard, "it says that it stops")
    gate.ended()
    heard = list(dict.fromkeys(gate.ear.heard))
    assert heard == ["READY=1", "WATCHDOG=1", "STOPPING=1"]


def test_a_short_watchdog_is_fed_in_time(run: Run):
    gate = run(WATCHDOG_USEC="600000")
    until(lambda: gate.ear.heard.count("WATCHDOG=1") >= 8, "eight times", seconds=6)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_opens_the_relay_before_the_end_is_written(run: Run, lab: Settings, number: int):
    gate = run()
    gate.start(LASER, ADA)
    with nobody_writes(lab):
        gate.signal(number)
        until(lambda: relays(gate.outputs(), LASER)[-1].value == "off", "the relay opens")
        assert len(open_sessions(lab)) == 1
    assert gate.ended() == 0
    [stopped] = bodies(lab, SessionStopped)
    assert stopped.why == "gate_stopped"
    assert was_clean(lab)
    assert isinstance(bodies(lab)[-1], GateStopped)
    assert is_sound(lab)


def test_signals_that_come_in_a_heap_open_the_relay_at_once_and_end_it_once(run: Run, lab: Settings):
    """The kernel may give them to any thread: the loop slept on for two seconds."""
    for round_ in range(1, 5):
        gate = run()
        if round_ == 1:
            gate.start(LASER, ADA)
        begun_ms = boot_ms()
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            gate.signal(number)
        assert gate.ended() == 0
        assert boot_ms() - begun_ms < 1_500
        assert relays(gate.outputs(), LASER)[-1].value == "off"
        assert len(bodies(lab, GateStopped)) == round_
    assert open_sessions(lab) == []


def test_a_second_daemon_on_the_same_books_is_refused_and_harms_nothing(run: Run, lab: Settings):
    first = run()
    first.start(LASER, ADA)
    second = run(ready=False)
    assert second.ended() == 1
    assert "another gate runs on these books" in second.said
    assert "systemctl stop" in second.said
    assert first.show(LASER)["relay"] == "on"
    assert len(open_sessions(lab)) == 1
    assert len(bodies(lab, GateStarted)) == 1
    assert first.end() == 0


def test_the_users_own_tap_opens_the_relay_although_nobody_can_read_the_books(run: Run, lab: Settings):
    """Both lookup and ink hang in SQLite here, for ten seconds or so."""
    gate = run()
    gate.start(LASER, ADA)
    with nobody_reads(lab):
        gate.tap(LATHE, GRACE)
        gate.stop(LASER, ADA)
        assert gate.show(LATHE)["relay"] == "off"
    assert gate.end() == 0
    assert [line.value for line in relays(gate.outputs(), LATHE)] == ["off"]


@contextmanager
def nobody_reads(lab: Settings) -> Iterator[None]:
    """Holds what a reader of the log must hold (bytes 120 to 127 of its index: sqlite.org/walformat.html)."""
    with (lab.gate.state / "journal.db-shm").open("r+b") as index:
        fcntl.lockf(index, fcntl.LOCK_EX, 8, 120)
        yield


# --- kill -9


def test_after_a_kill_the_session_is_closed_as_recovered_and_the_relay_is_off(run: Run, lab: Settings):
    gate = run()
    gate.start(LASER, ADA)
    gate.kill()
    assert not was_clean(lab)
    again = run()
    assert [line.value for line in relays(again.outputs(), LASER)][-2:] == ["on", "off"]
    [start, stop] = read(lab, SessionStarted, SessionStopped)
    said = stop.body
    assert (said.session, said.why, said.recovered) == (str(start.id), "recovered", True)
    assert 0 <= said.uncertain_ms <= lab.gate.beat_ms
    assert not bodies(lab, GateStarted)[-1].clean
    until(lambda: "event=journal_checked" in again.said, "the whole journal is read")
    again.start(LASER, ADA)
    assert again.end() == 0
    assert is_sound(lab)


def test_what_lies_in_the_reader_after_a_kill_starts_nothing(run: Run, lab: Settings):
    """The simulated room is new with each process, but the books are not: nothing may be open in them."""
    gate = run()
    gate.do("hold", LASER, str(ADA))
    until(lambda: gate.show(LASER)["relay"] == "on")
    gate.kill()
    again = run()
    assert again.show(LASER)["relay"] == "off"
    assert open_sessions(lab) == []


# --- books that cannot be used


def test_a_corrupt_database_is_moved_aside_and_the_gate_refuses_everybody(run: Run, lab: Settings):
    database = lab.gate.state / "journal.db"
    database.write_bytes(b"\xa5" * database.stat().st_size)
    gate = run()
    assert "event=database_corrupt" in gate.said
    [aside] = lab.gate.state.glob("journal.db.corrupt-*")
    assert str(aside) in gate.said
    until(lambda: "event=journal_checked" in gate.said)
    for uid in (ADA, GRACE, STRANGER):
        gate.tap(LASER, uid)
    until(lambda: len(bodies(lab, Refused)) == 3, "each is refused")
    assert {refusal.code for refusal in bodies(lab, Refused)} == {"unknown_badge"}
    assert gate.end() == 0
    assert "on" not in [line.value for line in relays(gate.outputs())]
    assert bodies(lab, EpochBegun) == [EpochBegun("corrupt")]


def test_a_store_of_a_later_version_is_not_opened(run: Run, lab: Settings):
    conn = sqlite3.connect(lab.gate.state / "journal.db", isolation_level=None)
    conn.execute("PRAGMA user_version = 999")
    conn.close()
    gate = run(ready=False)
    assert gate.ended() == 1
    assert "form 999" in gate.said
    assert_says_what_to_do(gate)


def test_without_books_it_says_how_to_make_them(run: Run, lab: Settings):
    shutil.rmtree(lab.gate.state)
    gate = run(ready=False)
    assert gate.ended() == 1
    assert "fabgate init" in gate.said
    assert not lab.gate.state.exists(), "and makes nothing by itself"


def test_without_keys_it_starts_nothing(run: Run, lab: Settings):
    (lab.gate.state / KEYS).unlink()
    gate = run(ready=False)
    assert gate.ended() == 1
    assert "fabgate restore" in gate.said
    assert bodies(lab, GateStarted) == []


def test_a_broken_configuration_names_file_and_line_and_starts_nothing(run: Run, lab: Settings):
    text = lab.path.read_text()
    lab.path.write_text(text.replace('limit = "1h"', 'limit = "an hour"', 1))
    line = text.splitlines().index('limit = "1h"') + 1
    gate = run(ready=False)
    assert gate.ended() == 1
    assert f"{lab.path.name}:{line}" in gate.said
    assert "READY=1" not in gate.said
    assert not (lab.gate.state / "sim.outputs").exists()
    assert bodies(lab, GateStarted) == []


def test_an_unknown_bench_starts_nothing(run: Run, lab: Settings):
    lab.path.write_text(lab.path.read_text().replace("[gate]", '[gate]\nbench = "abacus"'))
    gate = run(ready=False)
    assert gate.ended() == 1
    assert "abacus" in gate.said
    assert_says_what_to_do(gate)


def assert_says_what_to_do(gate: Process) -> None:
    assert "Traceback" not in gate.said
    assert len(gate.said.strip().splitlines()) >= 2, gate.said


def test_no_run_here_left_a_warning_behind(run: Run, lab: Settings):
    gate = run()
    gate.start(LATHE, GRACE)
    gate.end()
    assert "Warning" not in gate.said
    assert "Traceback" not in gate.said
    assert boot_ms() > 0


def test_the_folder_holds_what_it_should_after_the_end(run: Run, lab: Settings):
    run().end()
    names = {path.name for path in Path(lab.gate.state).iterdir()}
    assert {"journal.db", "keys.json", "reserve", "sim.outputs"} <= names
    assert "sim.sock" not in names


LEFT_ALONE = """\
import atexit, gc, sys
atexit.register(lambda: print(f"left_alone={gc.get_freeze_count()}", file=sys.stderr))
"""


def test_no_tap_waits_while_everything_that_was_imported_is_walked_over(run: Run, tmp_path: Path):
    """The collector leaves alone what the start made: some ten thousand classes and functions."""
    gate = run(**shim(tmp_path / "shim", LEFT_ALONE))
    assert gate.end() == 0
    assert int(gate.said.rpartition("left_alone=")[2]) > 10_000
