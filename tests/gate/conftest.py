"""A founded lab for each test, and a gate on it that is closed again whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gate_bench import ByHand, Served
from gate_lab import Ear, found
from gate_process import Process

from fabgate.config import Settings
from fabgate.devices.sim import SimBench


@pytest.fixture
def lab(tmp_path: Path) -> Settings:
    return found(tmp_path)


@pytest.fixture
def hand(lab: Settings) -> Iterator[ByHand]:
    """A gate without threads."""
    made = ByHand(lab)
    made.begin()
    yield made
    made.close()


@pytest.fixture
def serve(lab: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Served]]:
    """`serve()`: the daemon in threads; `serve(room)`: on a bench that `room` arranges first."""
    made: list[Served] = []

    def begin(room: Callable[[SimBench], None] = lambda _: None, stuck: str = "") -> Served:
        made.append(Served(lab, monkeypatch, room, stuck))
        return made[-1]

    yield begin
    for daemon in made:
        daemon.let_go()


@pytest.fixture
def ear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    """What a daemon of this process says to systemd."""
    made = Ear(tmp_path)
    monkeypatch.setenv("NOTIFY_SOCKET", made.address)
    yield made
    made.close()


@pytest.fixture
def run(lab: Settings) -> Iterator[Callable[..., Process]]:
    """`run()`: the real daemon, ready; `run(ready=False)`: one that may not get that far."""
    made: list[Process] = []

    def begin(*before: str, ready: bool = True, **environment: str) -> Process:
        made.append(Process(lab, *before, ready=False, **environment))
        return made[-1].ready() if ready else made[-1]

    yield begin
    for process in made:
        process.let_go()
