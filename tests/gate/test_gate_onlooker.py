"""What a gate keeps for the wall beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from gate_lab import ADA, GRACE, LASER, TOM, bodies, until
from gate_process import Process

from fabgate.board import wall
from fabgate.board.house import House
from fabgate.config import Settings
from fabgate.devices.clock import SimClock, SystemClock
from fabgate.gate.onlooker import Onlooker
from fabgate.link import glance
from fabgate.link.glance import EVERY_MS, FILE, read_alone
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rules.wall import Shows, card
from fabgate.wire.presence import MachineState

Run = Callable[..., Process]


def shown(lab: Settings) -> Shows:
    """What the wall beside this gate says of the laser."""
    clock = SystemClock(lab.gate.clock)
    floor = wall.look(House(lab, clock)).floor
    (laser,) = (one for one in floor.machines if one.machine == LASER)
    return card(laser, floor.hours, clock.now().wall_ms).shows


def waits(gate: Process, lab: Settings) -> bool:
    """Whether it waits for Tom's sponsor. In the first moment after a start a badge may count as one that lay
    there, so he taps again where nothing comes of it."""
    gate.tap(LASER, TOM)
    end = time.monotonic() + 5
    while shown(lab) is not Shows.WAITING and time.monotonic() < end:
        time.sleep(0.05)
    return shown(lab) is Shows.WAITING


def test_the_wall_of_a_gate_on_its_own_knows_who_waits_for_a_sponsor(run: Run, lab: Settings, tmp_path: Path):
    """As on a Pi: the service of the gate has a runtime directory, and that of the board has none."""
    memory = tmp_path / "run"
    memory.mkdir()
    gate = run(RUNTIME_DIRECTORY=str(memory))
    until(lambda: (memory / FILE).exists(), "it says what its machines do")
    assert not (lab.gate.state / FILE).exists()
    gate.kill()
    gate = run()
    until(lambda: shown(lab) is Shows.FREE, "the laser is free")
    until(lambda: waits(gate, lab), "the wall says so", 60)
    gate.tap(LASER, GRACE)
    until(lambda: shown(lab) is Shows.IN_USE, "the wall says so")
    assert "m-tom" not in (lab.gate.state / FILE).read_text()
    assert gate.end() == 0
    assert shown(lab) is Shows.OFF
    until(lambda: not (lab.gate.state / FILE).exists(), "it says nothing any more")


def test_a_fault_in_what_the_wall_is_told_ends_nothing(
    serve: Callable[..., object],
    lab: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    """Law 10: a page on a wall cuts nobody's work short."""
    turns = Onlooker.turn

    def turn(self: Onlooker) -> float:
        turns(self)
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Onlooker, "turn", turn)
    gate = serve().ready()  # type: ignore[attr-defined]
    gate.start(LASER, ADA)
    until(lambda: "thread_died thread=wall" in caplog.text, "the thread is gone")
    assert gate.alive()
    until(lambda: not (lab.gate.state / FILE).exists(), "nothing old is told")
    assert bodies(lab, SessionStarted)
    assert not bodies(lab, SessionStopped)


def test_an_old_word_goes_where_a_new_one_cannot_be_written(tmp_path: Path):
    """Else the wall would call a machine free that is at work; so it looks into the books alone."""
    said: dict[str, MachineState] = {}
    clock = SimClock(0)
    onlooker = Onlooker(tmp_path, clock, lambda: dict(said))

    def does(state: str) -> None:
        said["laser"] = MachineState(state, state == "in_use", (), clock.now())
        clock.advance(EVERY_MS)
        onlooker.turn()

    does("free")
    assert read_alone(tmp_path)["laser"].state == "free"
    in_the_way = tmp_path / f".{FILE}.part"
    in_the_way.mkdir()
    does("in_use")
    assert read_alone(tmp_path) == {}
    in_the_way.rmdir()
    does("ending")
    assert read_alone(tmp_path)["laser"].state == "ending"


def test_a_lab_reads_no_word_of_another_on_the_same_computer(tmp_path: Path, monkeypatch):
    """Both have a laser, and one runtime directory, which only the service of a gate is told of."""
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    clock = SimClock(0)
    Onlooker(tmp_path / "one", clock, lambda: {"laser": MachineState("free", False, (), clock.now())}).turn()
    monkeypatch.delenv("RUNTIME_DIRECTORY")
    monkeypatch.setattr(glance, "SERVICE", tmp_path)
    assert read_alone(tmp_path / "one")["laser"].state == "free"
    assert read_alone(tmp_path / "two") == {}
