"""Dying well: however the real daemon goes, its outputs are as the law has them (laws 8 and 13).

The test is its systemd. What the outputs did is read from the file that a probe on the wires would write.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from gate_lab import ADA, LASER, bodies, found, open_sessions, until
from gate_process import Line, Process, boot_ms, outputs
from gate_unit import Unit, seconds, shim, stop_post

from fabgate import config
from fabgate.config import Settings
from fabgate.records import SessionStopped

pytestmark = pytest.mark.xdist_group("machine")  # real processes, measured in real time: one at a time

Run = Callable[..., Process]
RUN_ON_MS = {"fan": 8_000, "chiller": 2_000}  # one that a restart does not outlast, and one that is soon over
WATCHDOG_S, STOP_S = 1.0, 1.0
SLACK_MS = 700  # for a busy machine; a delay that were waited for is longer
GIVES = ("relay", "beam", "guard")  # what gives permission
WIRED = f"""
[machine.laser.output.fan]
role = "aux"
off_delay = "{RUN_ON_MS["fan"] // 1000}s"
[machine.laser.output.chiller]
role = "aux"
off_delay = "{RUN_ON_MS["chiller"] // 1000}s"
[machine.laser.output.beam]
role = "power"
on_delay = "1s"
off_delay = "30s"
[machine.laser.output.guard]
role = "deadman"
[machine.laser.input.lid]
role = "lid"
"""
HANG = """
from fabgate.events import LidMoved
from fabgate.gate.loop import Loop
whole = Loop.handle
def handle(self, event):
    while isinstance(event, LidMoved):
        {hang}
    whole(self, event)
Loop.handle = handle
"""
MOMENT = "__import__('time').sleep(0.9); break"
HANGS = {
    "a device that does not return": "__import__('time').sleep(60)",
    "a bug that runs in circles": "pass",
}


@pytest.fixture
def lab(tmp_path: Path) -> Settings:
    """A laser as it is wired: extraction, a beam that comes on late and goes late, a dead man's line."""
    path = found(tmp_path).path
    text = path.read_text("utf-8").replace("[machine.lathe]", WIRED + "\n[machine.lathe]", 1)
    path.write_text(text, "utf-8")
    return config.load(path)


@pytest.fixture
def hangs(tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """A daemon whose loop hangs as soon as somebody opens the lid."""
    return shim(tmp_path / "shim", HANG.format(hang=request.param)) | Unit.environment(WATCHDOG_S)


def at_work(gate: Process) -> Process:
    """Ada works, and everything is on."""
    gate.start(LASER, ADA)
    until(lambda: set(shown(gate).values()) == {"on"}, f"everything is on: {shown(gate)}")
    return gate


def shown(gate: Process) -> dict[str, str]:
    return {name: gate.show(LASER)[name] for name in (*GIVES, "fan")}


def last(lab: Settings, device: str) -> Line:
    return [one for one in outputs(lab.gate.state) if (one.machine, one.device) == (LASER, device)][-1]


def changes(lab: Settings, device: str, since_ms: int) -> list[Line]:
    lines = [one for one in outputs(lab.gate.state) if (one.machine, one.device) == (LASER, device)]
    return [one for one in lines if one.boot_ms >= since_ms]


def assert_off(lab: Settings, since_ms: int, within_ms: int = SLACK_MS) -> None:
    """All that gives permission went off so soon after that moment."""
    for name in GIVES:
        line = last(lab, name)
        assert (name, line.value) == (name, "off")
        assert line.boot_ms - since_ms <= within_ms, f"{name} was on for {line.boot_ms - since_ms} ms"


def assert_runs_on(gate: Process, device: str, begins_ms: int, ends_ms: int) -> None:
    """After a restart it runs until then, and nothing gives permission."""
    until(lambda: gate.show(LASER)[device] == "off", f"the {device} has run on")
    [off] = [one for one in changes(gate.settings, device, begins_ms) if one.value == "off"][-1:]
    assert abs(off.boot_ms - ends_ms) <= SLACK_MS, f"it ended {off.boot_ms - ends_ms} ms after its time"
    for name in GIVES:
        assert [one for one in changes(gate.settings, name, begins_ms) if one.value == "on"] == []


# --- told to go -------------------------------------------------------------------------------------


def test_a_daemon_that_is_told_to_stop_lowers_all_that_gives_permission_and_its_run_on_goes_on_after(
    run: Run, lab: Settings
):
    gate = at_work(run())
    told_ms = boot_ms()
    assert gate.end() == 0
    assert_off(lab, told_ms)
    assert last(lab, "relay").boot_ms <= last(lab, "fan").boot_ms, "permission goes first"
    [stop] = bodies(lab, SessionStopped)
    assert stop.why == "gate_stopped"
    again = run()
    assert again.show(LASER)["fan"] == "on"
    assert again.end() == 0
    last_ms = boot_ms()
    ends_ms = told_ms + RUN_ON_MS["fan"]
    assert_runs_on(run(), "fan", last_ms, ends_ms)  # and a second restart makes it no longer


# --- killed -----------------------------------------------------------------------------------------


def test_after_a_kill_the_units_last_line_lowers_the_outputs_and_leaves_the_extraction(
    run: Run, lab: Settings
):
    gate = at_work(run())
    gate.kill()
    assert {last(lab, name).value for name in GIVES} == {"on"}, "a dead process lowers nothing"
    killed_ms = boot_ms()
    told = stop_post(lab.path)
    assert_off(lab, killed_ms, 3_000)
    assert all(f"laser {name}: off" in told for name in GIVES)
    assert changes(lab, "fan", killed_ms) == []


def test_after_a_kill_nobody_knows_how_long_it_ran_and_the_extraction_runs_once_for_all_its_time(
    run: Run, lab: Settings
):
    Unit(at_work(run()), WATCHDOG_S, STOP_S).kill()
    again_ms = boot_ms()
    again = run()
    ready_ms = boot_ms()
    [on] = [one for one in changes(lab, "chiller", again_ms) if one.value == "on"]
    assert again_ms <= on.boot_ms <= ready_ms
    assert again.show(LASER)["fan"] == "on"
    assert_runs_on(again, "chiller", again_ms, on.boot_ms + RUN_ON_MS["chiller"])
    assert open_sessions(lab) == []
    [stop] = bodies(lab, SessionStopped)
    assert stop.recovered


def test_a_gate_that_never_had_a_session_runs_nothing_when_it_begins(run: Run, lab: Settings):
    gate = run()
    assert set(shown(gate).values()) == {"off"}
    gate.kill()
    assert set(shown(run()).values()) == {"off"}
    assert {one.value for one in changes(lab, "fan", 0)} == {"off"}


# --- hanging ----------------------------------------------------------------------------------------


def test_the_units_own_times_bound_how_long_a_dead_daemon_keeps_power():
    """A Pi's hardware watchdog counts to 16 s: what systemd does must be done before."""
    assert seconds("WatchdogSec") + seconds("TimeoutStopSec") <= 15
    assert seconds("TimeoutStopSec") >= 5, "the last words take up to four"


def test_a_daemon_that_is_frozen_is_caught_by_the_watchdog_and_its_outputs_lowered(run: Run, lab: Settings):
    """Frozen it hears no SIGABRT: only SIGKILL ends it, after the time to stop."""
    gate = at_work(run(**Unit.environment(WATCHDOG_S)))
    unit = Unit(gate, WATCHDOG_S, STOP_S)
    gate.signal(signal.SIGSTOP)
    frozen_ms = boot_ms()
    unit.watch(10)
    assert unit.signals == [signal.SIGABRT, signal.SIGKILL]
    assert_off(lab, frozen_ms, round((WATCHDOG_S + STOP_S) * 1000) + 2_000)
    assert_begins_anew(run, lab)


@pytest.mark.parametrize("hangs", HANGS.values(), ids=HANGS, indirect=True)
def test_a_loop_that_hangs_is_caught_by_the_watchdog_and_its_outputs_lowered(
    run: Run, lab: Settings, hangs: dict[str, str]
):
    gate = at_work(run(**hangs))
    gate.do("press", LASER, "lid")
    hung_ms = boot_ms()
    unit = Unit(gate, WATCHDOG_S, STOP_S)
    unit.watch(10)
    assert unit.signals == [signal.SIGABRT]
    assert_off(lab, hung_ms, round(WATCHDOG_S * 1000) + 2_000)


def assert_begins_anew(run: Run, lab: Settings) -> None:
    """Nothing comes back on by itself; the session is closed in the books, and the next one starts."""
    again_ms = boot_ms()
    again = run()
    until(lambda: again.show(LASER)["lamp"].startswith("white"), "the journal was read, and it is free")
    for name in GIVES:
        assert [one for one in changes(lab, name, again_ms) if one.value == "on"] == []
    assert open_sessions(lab) == []
    again.start(LASER, ADA)


@pytest.mark.parametrize("hangs", [HANGS["a device that does not return"]], indirect=True)
def test_a_loop_that_hangs_and_is_told_to_stop_is_killed_when_its_time_is_over(
    run: Run, lab: Settings, hangs: dict[str, str]
):
    gate = at_work(run(**hangs))
    gate.do("press", LASER, "lid")
    until(lambda: gate.show(LASER)["guard"] == "off", "the loop hangs")
    told_ms = boot_ms()
    unit = Unit(gate, WATCHDOG_S, STOP_S)
    unit.stop()
    assert unit.signals == [signal.SIGTERM, signal.SIGKILL]
    assert_off(lab, told_ms, round(STOP_S * 1000) + 2_000)


@pytest.mark.parametrize("hangs", HANGS.values(), ids=HANGS, indirect=True)
def test_a_dead_mans_line_falls_within_half_a_second_of_a_loop_that_hangs(
    run: Run, lab: Settings, hangs: dict[str, str]
):
    """Long before the watchdog: the charge pump lives on the loop's own progress."""
    gate = at_work(run(**hangs))
    gate.do("press", LASER, "lid")
    hung_ms = boot_ms()
    until(lambda: gate.show(LASER)["guard"] == "off", "the charge pump runs dry", 5)
    [line] = changes(lab, "guard", hung_ms)
    assert line.value == "off"
    assert line.boot_ms - hung_ms <= 500
    assert gate.show(LASER)["relay"] == "on", "the line itself has nobody who lowers it"


@pytest.mark.parametrize("hangs", [MOMENT], ids=["for a moment"], indirect=True)
def test_what_a_dead_mans_line_let_go_does_not_come_back_with_the_loop(
    run: Run, lab: Settings, hangs: dict[str, str]
):
    """The contactor has dropped; a machine that stood still must not start again under somebody's hands."""
    gate = at_work(run(**hangs))
    gate.do("press", LASER, "lid")
    hung_ms = boot_ms()
    until(lambda: gate.show(LASER)["relay"] == "off", "the loop sees that it stood still")
    first, *again = changes(lab, "guard", hung_ms)
    [off] = changes(lab, "relay", hung_ms)
    assert (first.value, off.value) == ("off", "off")
    # The wave may have stopped high: its one fall feeds the pump once more, when there is no permission left.
    assert all(one.boot_ms >= off.boot_ms for one in again)
    until(lambda: bodies(lab, SessionStopped), "the end is written")
    [stop] = bodies(lab, SessionStopped)
    assert stop.why == "fault"
    until(lambda: {gate.show(LASER)[name] for name in GIVES} == {"off"}, "nothing is left")
    assert [one for one in changes(lab, "beam", hung_ms) if one.value == "on"] == []


def test_a_dead_mans_line_lives_as_long_as_somebody_works_and_no_longer(run: Run, lab: Settings):
    gate = at_work(run())
    began_ms = boot_ms()
    time.sleep(1.5)
    assert changes(lab, "guard", began_ms) == [], "not once in between was it without a beat for too long"
    gate.do("press", LASER, "estop")
    until(lambda: gate.show(LASER)["guard"] == "off")
