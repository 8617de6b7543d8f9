"""`fabgate meter test`: what a machine draws, and what the gate makes of it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from fabgate.cli import main
from fabgate.cli.meter import _watch
from fabgate.config import MeterSettings
from fabgate.reports.checks import RUN_LOCK

LAB = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
[gate]
state = "state"
clock = "trusted"
[machine.router]
skill = "router"
[machine.router.output.relay]
role = "power"
[machine.router.meter]
kind = "sim"
busy = 2.5
idle = 2
[machine.saw]
skill = "saw"
[machine.saw.output.relay]
role = "power"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fabgate.toml"
    path.write_text(LAB, encoding="utf-8")
    return path


def typed(file: Path, *words: str) -> tuple[int, str]:
    ran = CliRunner().invoke(main, ["--config", str(file), "meter", "test", *words])
    return ran.exit_code, ran.output


class Clamp:
    """A meter that reads what it is given, then is interrupted as by Ctrl-C."""

    def __init__(self, *currents: int) -> None:
        self._currents: Iterator[int] = iter(currents)

    def read(self) -> int:
        for current in self._currents:
            return current
        raise KeyboardInterrupt

    def close(self) -> None: ...


def test_a_machine_at_rest_is_shown_as_doing_nothing(file: Path):
    status, printed = typed(file, "router", "--seconds", "1")
    assert status == 0
    assert printed.splitlines()[0] == "Works from 2.50 A, does nothing below 2.00 A."
    assert printed.splitlines()[1:] == ["   0.00 A  nothing"] * 5 + [
        "Between 0.00 A and 0.00 A, in 5 readings."
    ]


def test_what_is_drawn_is_named_as_the_gate_would_take_it(capsys: pytest.CaptureFixture[str]):
    _watch(Clamp(1_999, 2_000, 2_499, 2_500, 6_140), MeterSettings("sim", busy=2_500, idle=2_000), None)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[2] for line in lines[:5]] == ["nothing", "between", "between", "works", "works"]
    assert lines[-1] == "Between 2.00 A and 6.14 A, in 5 readings."


def test_the_bar_is_as_long_as_the_current_is_large(capsys: pytest.CaptureFixture[str]):
    _watch(Clamp(10_000, 5_000, 0), MeterSettings("sim", busy=2_500), None)
    assert [line.count("#") for line in capsys.readouterr().out.splitlines()[:3]] == [30, 15, 0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("saw",), ("machine saw has no meter", "[machine.saw.meter]")),
        (("lathe",), ("there is no machine lathe", "Known: router, saw.")),
    ],
)
def test_a_machine_without_a_meter_is_told_what_it_lacks(
    file: Path, words: tuple[str, ...], told: tuple[str, ...]
):
    status, printed = typed(file, *words)
    assert status != 0
    assert all(part in printed for part in told), printed


def test_a_gate_that_runs_keeps_its_meter(file: Path):
    lock = file.parent / "state" / RUN_LOCK
    lock.parent.mkdir()
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        status, printed = typed(file, "router")
    assert status != 0
    assert "the gate runs and holds its meters" in printed and "systemctl stop fabgate-gate" in printed
