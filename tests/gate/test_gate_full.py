"""A disk that is really full, for the real process: no file of it may grow any more (RLIMIT_FSIZE)."""

from __future__ import annotations

from collections.abc import Callable

from gate_lab import ADA, GRACE, LASER, LATHE, bodies, is_sound, open_sessions, read, until
from gate_process import Process, relays

from fabgate.config import Settings
from fabgate.records import Refused, SessionStarted, SessionStopped
from fabgate.store.files import RESERVE

Run = Callable[..., Process]
STRANGERS = 10


def fill(gate: Process) -> None:
    """Let nothing grow beyond the journal's log as it is; the file of the outputs stays far below."""
    for number in range(STRANGERS):
        gate.do("tap", LATHE, f"04A2B3C4D5{number:04d}")
    until(lambda: len(read(gate.settings, Refused)) == STRANGERS, "the log is long enough")
    full = (gate.state / "journal.db-wal").stat().st_size
    assert (gate.state / "sim.outputs").stat().st_size < full // 2
    gate.limit_files(full)


def test_a_full_disk_refuses_starts_ends_nothing_and_loses_nothing(run: Run, lab: Settings):
    gate = run()
    gate.start(LASER, ADA)
    fill(gate)

    gate.tap(LATHE, GRACE)
    until(lambda: "call a manager: Zoé" in gate.show(LATHE)["display"], "the start is refused")
    assert gate.show(LATHE)["lamp"] == "red triple"
    assert gate.show(LATHE)["relay"] == "off"
    assert gate.show(LASER)["relay"] == "on", "the session that runs goes on"

    gate.stop(LASER, ADA)
    until(lambda: "event=not_written" in gate.said)
    [session] = open_sessions(lab)
    assert read(lab, SessionStopped) == []

    gate.unlimit_files()
    until(lambda: not open_sessions(lab), "the end is written from memory")
    [stop] = bodies(lab, SessionStopped)
    on, off = [line.boot_ms for line in relays(gate.outputs(), LASER)][-2:]
    assert (stop.session, stop.why) == (str(session), "own_tap")
    assert abs(stop.length_ms - (off - on)) <= 100
    until(lambda: (gate.state / RESERVE).exists(), "the reserve is held again")

    assert gate.end() == 0
    assert len(read(lab, SessionStarted)) == 1
    assert is_sound(lab)


def test_a_gate_that_ends_on_a_full_disk_opens_its_relays_and_says_what_is_missing(run: Run, lab: Settings):
    gate = run()
    gate.start(LASER, ADA)
    fill(gate)
    assert gate.end() == 0
    assert relays(gate.outputs(), LASER)[-1].value == "off"
    assert open_sessions(lab) != []
    again = run()
    assert open_sessions(lab) == []
    [stop] = bodies(lab, SessionStopped)
    assert (stop.why, stop.recovered) == ("recovered", True)
    assert again.end() == 0
    assert is_sound(lab)
