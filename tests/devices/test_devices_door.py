"""The door of the simulated bench: verbs by a socket, changes to a file."""

from __future__ import annotations

import json
import os
import resource
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabgate.badges.uid import Uid
from fabgate.config import Settings, Wire
from fabgate.devices.clock import SimClock, SystemClock
from fabgate.devices.door import LONGEST, MOST, Door, answer, ask
from fabgate.devices.protocols import Appeared, Left, Sound
from fabgate.devices.sim import SimBench
from fabgate.errors import DeviceError
from fabgate.model import Duty, MachineId

LASER = MachineId("laser")


@pytest.fixture
def bench(lab: Callable[..., Settings], clock: SimClock) -> SimBench:
    return SimBench(lab(), clock)


@pytest.fixture
def threads() -> Iterator[list[threading.Thread]]:
    """The threads that doors were given; all have ended when the test has."""
    made: list[threading.Thread] = []
    yield made
    for thread in made:
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def open_door(
    bench: SimBench, tmp_path: Path, threads: list[threading.Thread]
) -> Iterator[Callable[..., Door]]:
    doors: list[Door] = []

    def made(folder: Path = tmp_path, bench: SimBench = bench) -> Door:
        door = Door(bench, folder)
        doors.append(door)

        def spawn(name: str, target: Callable[[], None]) -> None:
            threads.append(threading.Thread(name=name, target=target))
            threads[-1].start()

        door.serve_in(spawn)
        return door

    yield made
    for door in doors:
        door.close()


def outputs(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "sim.outputs").read_bytes().splitlines()]


# --- the socket


def test_a_verb_is_done_and_answered(open_door: Any, bench: SimBench, tmp_path: Path, ada: Uid):
    open_door()
    assert ask(tmp_path, "tap laser 04A2B3C4D5E680") == "ok"
    assert bench.machines[LASER].readers[0].wait(0) == (Appeared(ada, fresh=True), Left(ada))


def test_a_verb_that_cannot_be_done_is_answered_with_reason_and_remedy(open_door: Any, tmp_path: Path):
    open_door()
    assert ask(tmp_path, "tap mill 04A2B3C4D5E680") == (
        "error there is no machine 'mill' This bench has: laser, lathe."
    )
    assert ask(tmp_path, "lift laser").startswith("error no badge lies")


def test_show_answers_the_whole_bench_as_json(open_door: Any, bench: SimBench, tmp_path: Path):
    open_door()
    bench.machines[LASER].display.write(("two", "lines"))
    assert json.loads(ask(tmp_path, "show")) == bench.show()


def test_a_watcher_hears_of_an_input_that_is_pressed_at_the_door(
    open_door: Any, bench: SimBench, tmp_path: Path
):
    told: list[bool] = []
    bench.machines[LASER].inputs[0][1].watch(told.append)
    open_door()
    assert ask(tmp_path, "press laser estop") == "ok"
    assert told == [True]


def test_several_lines_of_a_caller_are_answered_in_order(open_door: Any, tmp_path: Path):
    open_door()
    with _call(tmp_path) as line:
        line.sendall(b"current laser 3.1\nsing\ncurrent la")
        line.sendall(b"ser 3\nlift laser")
        line.shutdown(socket.SHUT_WR)  # the last line has no end
        answers = line.makefile().read().splitlines()
    assert [said.split()[0] for said in answers] == ["ok", "error", "ok", "error"]


def test_only_this_user_can_come_to_the_door(open_door: Any, tmp_path: Path):
    open_door()
    for name in ("sim.sock", "sim.outputs"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_state_directory_with_a_long_path_has_a_door_too(open_door: Any, tmp_path: Path):
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    open_door(deep)
    assert ask(deep, "show").startswith("{")


def test_a_door_that_nobody_answers_is_taken_over(open_door: Any, tmp_path: Path):
    dead = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        dead.bind("sim.sock")
    finally:
        os.chdir(here)
        dead.close()
    open_door()
    assert ask(tmp_path, "show").startswith("{")


def test_a_door_that_another_daemon_holds_is_left_alone(open_door: Any, bench: SimBench, tmp_path: Path):
    open_door()
    with pytest.raises(DeviceError, match="another daemon"):
        Door(bench, tmp_path)
    assert ask(tmp_path, "show").startswith("{")


def test_a_folder_that_is_not_there_has_no_door(bench: SimBench, tmp_path: Path):
    with pytest.raises(DeviceError, match="cannot be opened"):
        Door(bench, tmp_path / "nowhere")


def test_closing_takes_the_socket_away(open_door: Any, tmp_path: Path):
    door = open_door()
    door.close()
    door.close()
    assert not (tmp_path / "sim.sock").exists()
    with pytest.raises(DeviceError, match="no simulated bench answers"):
        ask(tmp_path, "show")


def test_a_door_that_was_never_served_closes_too(bench: SimBench, tmp_path: Path):
    Door(bench, tmp_path).close()
    assert not (tmp_path / "sim.sock").exists()


def test_closing_hangs_up_on_whoever_is_there(open_door: Any, tmp_path: Path):
    door = open_door()
    with _call(tmp_path) as line:
        line.sendall(b"show\n")
        assert line.recv(1) == b"{"
        door.close()
        while line.recv(4096):
            pass


def test_a_caller_who_says_nothing_holds_up_nobody(open_door: Any, tmp_path: Path):
    open_door()
    with _call(tmp_path):
        assert ask(tmp_path, "lift laser").startswith("error")


def test_more_callers_than_there_is_room_for_are_sent_away(open_door: Any, tmp_path: Path):
    open_door()
    there = [_call(tmp_path) for _ in range(MOST)]
    for line in there:
        line.sendall(b"show\n")
        assert line.recv(1) == b"{"
    with pytest.raises(DeviceError):
        ask(tmp_path, "show")
    there.pop().close()
    _until(lambda: _answers(tmp_path))
    for line in there:
        line.close()


def _answers(folder: Path) -> bool:
    try:
        return ask(folder, "show").startswith("{")
    except DeviceError:
        return False


def _until(true: Callable[[], bool]) -> None:
    """Ask again until it is so, or the test is out of patience."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end


def test_a_line_without_end_is_cut_off(open_door: Any, tmp_path: Path):
    open_door()
    with _call(tmp_path) as line:
        line.sendall(b"x" * (LONGEST + 1))
        assert line.makefile().read() == "error this line is too long\n"
    assert _answers(tmp_path)


def test_a_caller_who_asks_and_does_not_listen_is_hung_up_on(open_door: Any, tmp_path: Path):
    open_door()
    with _call(tmp_path) as line, pytest.raises(OSError):
        while True:
            line.sendall(b"show\n" * 500)
    assert _answers(tmp_path)


def test_nobody_says_two_lines_by_one_question(tmp_path: Path):
    with pytest.raises(DeviceError, match="more than one line"):
        ask(tmp_path, "lift laser\nlift lathe")


@given(line=st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_have_one_line_of_answer(bench: SimBench, line: bytes):
    said = answer(bench, line)
    assert said == "ok" or said.startswith(("error ", "{"))
    assert "\n" not in said


@given(noise=st.binary(max_size=300))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_on_the_socket_bring_the_door_down(lab: Any, tmp_path_factory: Any, noise: bytes):
    folder = tmp_path_factory.mktemp("door")
    door = Door(SimBench(lab(), SimClock(0)), folder)
    threads: list[threading.Thread] = []
    door.serve_in(lambda name, target: threads.append(threading.Thread(target=target)) or threads[0].start())
    try:
        with _call(folder) as line:
            line.sendall(noise)
            line.shutdown(socket.SHUT_WR)
            while line.recv(65_536):
                pass
        assert ask(folder, "show").startswith("{")
    finally:
        door.close()
        threads[0].join(10)


def _call(folder: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(30)
    near = os.open(folder, os.O_PATH)
    try:
        line.connect(f"/proc/self/fd/{near}/sim.sock")
    finally:
        os.close(near)
    return line


# --- the file


def test_the_file_begins_with_every_output_as_the_bench_opened_it(open_door: Any, tmp_path: Path):
    open_door()
    assert [(line["machine"], line["device"], line["value"]) for line in outputs(tmp_path)] == [
        (machine, device, value)
        for machine in ("laser", "lathe")
        for device, value in (("relay", "off"), ("lamp", "off steady"), ("buzzer", "none"), ("display", ""))
    ]


def test_a_switch_is_in_the_file_when_it_returns(
    open_door: Any, bench: SimBench, clock: SimClock, tmp_path: Path
):
    open_door()
    clock.advance(1_234)
    bench.machines[LASER].outputs["relay"].switch(True)
    assert outputs(tmp_path)[-1] == {"boot_ms": 1_234, "machine": "laser", "device": "relay", "value": "on"}
    bench.machines[LASER].buzzer.play(Sound.ACCEPT)
    assert outputs(tmp_path)[-1]["value"] == "accept"


def test_the_moment_is_the_kernels_time_since_boot(lab: Callable[..., Settings], tmp_path: Path):
    bench = SimBench(lab(), SystemClock("trusted"))
    door = Door(bench, tmp_path)
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    bench.machines[LASER].outputs["relay"].switch(True)
    assert before <= outputs(tmp_path)[-1]["boot_ms"] <= before + 10_000
    bench.close()
    door.close()


def test_a_charge_pump_that_runs_dry_is_in_the_file_though_nobody_asks(
    open_door: Any, lab: Callable[..., Settings], clock: SimClock, tmp_path: Path
):
    bench = SimBench(lab(outputs=(Wire("alive", Duty.DEADMAN, 24),)), clock)
    open_door(bench=bench)
    bench.machines[LASER].outputs["alive"].switch(True)
    clock.advance(700)
    _until(lambda: outputs(tmp_path)[-1]["value"] == "off")
    assert [(line["boot_ms"], line["device"], line["value"]) for line in outputs(tmp_path)[-2:]] == [
        (0, "alive", "on"),
        (500, "alive", "off"),
    ]


def test_a_new_run_goes_on_in_the_same_file(open_door: Any, bench: SimBench, tmp_path: Path):
    (tmp_path / "sim.outputs").write_bytes(b'{"boot_ms": 1, "machine": "laser"}\n{"torn')
    open_door()
    lines = (tmp_path / "sim.outputs").read_bytes().splitlines()
    assert lines[:2] == [b'{"boot_ms": 1, "machine": "laser"}', b'{"torn']
    assert json.loads(lines[2])["value"] == "off"


def test_what_closing_the_bench_switches_off_is_written(open_door: Any, bench: SimBench, tmp_path: Path):
    door = open_door()
    bench.machines[LASER].outputs["relay"].switch(True)
    bench.close()
    door.close()
    assert [line["value"] for line in outputs(tmp_path) if line["device"] == "relay"][-2:] == ["on", "off"]


def test_a_closed_door_writes_nothing_and_stops_no_relay(open_door: Any, bench: SimBench, tmp_path: Path):
    open_door().close()
    size = (tmp_path / "sim.outputs").stat().st_size
    bench.machines[LASER].outputs["relay"].switch(True)
    assert (tmp_path / "sim.outputs").stat().st_size == size


def test_a_full_disk_stops_no_relay(open_door: Any, bench: SimBench, tmp_path: Path):
    """What could not be written goes out with the next change that can be."""
    open_door()
    size = (tmp_path / "sim.outputs").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, hard))
    try:
        bench.machines[LASER].outputs["relay"].switch(True)
        bench.machines[LASER].outputs["relay"].switch(False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    bench.machines[LASER].outputs["relay"].switch(True)
    relay = [line["value"] for line in outputs(tmp_path) if line["device"] == "relay"]
    assert relay[-3:] == ["on", "off", "on"]
