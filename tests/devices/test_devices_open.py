"""Opening a bench by its name: the one that is asked for, or none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabgate.config import Panel, Settings, Wire
from fabgate.devices import open_bench
from fabgate.devices.protocols import Colour, Pattern, Sound
from fabgate.devices.sim import SimBench
from fabgate.errors import DeviceError
from fabgate.model import Duty, MachineId

LASER = MachineId("laser")


def test_a_simulated_bench_is_opened_by_its_name(lab: Callable[..., Settings], clock: Any):
    assert isinstance(open_bench(lab("sim"), clock), SimBench)


def test_an_unknown_bench_is_refused_with_the_known_ones(lab: Callable[..., Settings], clock: Any):
    with pytest.raises(DeviceError, match=r"no bench 'arduino'; known: pi, sim"):
        open_bench(lab("arduino"), clock)


@pytest.mark.parametrize(
    "changes",
    [
        {"reader": "rc523"},
        {"panel": Panel(lamp="rgb", lamp_pins=(16, 20, 21))},
        {"panel": Panel(buzzer="gpio", buzzer_pin=12)},
        {"panel": Panel(display="oled")},
    ],
)
def test_a_simulated_bench_with_a_real_device_is_refused(
    lab: Callable[..., Settings], clock: Any, changes: dict[str, Any]
):
    with pytest.raises(DeviceError, match="not a kind that this bench has"):
        open_bench(lab("sim", **changes), clock)


@pytest.mark.parametrize("bench", ["sim", "pi"])
@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"outputs": (Wire("main", Duty.POWER, 17), Wire("main", Duty.POWER, 27))}, "'main' is taken"),
        ({"outputs": (Wire("estop", Duty.POWER, 17),)}, "'estop' is taken"),
        ({"outputs": (Wire("lamp", Duty.POWER, 17),)}, "'lamp' is taken"),
        ({"outputs": (Wire("meter", Duty.AUX, 17),)}, "'meter' is taken"),
    ],
)
def test_names_and_roles_are_checked_before_anything_is_opened(
    lab: Callable[..., Settings], clock: Any, bench: str, changes: dict[str, Any], what: str
):
    with pytest.raises(DeviceError, match=what):
        open_bench(lab(bench, **changes), clock)


def test_another_package_can_bring_a_bench(
    lab: Callable[..., Settings], clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _package(tmp_path, monkeypatch)
    assert open_bench(lab("paper"), clock) == "a bench of paper"
    with pytest.raises(DeviceError, match=r"known: paper, pi, sim, torn"):
        open_bench(lab("glass"), clock)
    with pytest.raises(DeviceError, match="cannot be loaded"):
        open_bench(lab("torn"), clock)


def test_another_package_cannot_take_the_place_of_a_bench_of_ours(
    lab: Callable[..., Settings], clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _package(tmp_path, monkeypatch)
    assert isinstance(open_bench(lab("sim"), clock), SimBench)


def _package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "paperbench.py").write_text("def opened(settings, clock):\n    return 'a bench of paper'\n")
    about = folder / "paperbench-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: paperbench\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[fabgate.benches]\npaper = paperbench:opened\ntorn = paperbench:nothing\nsim = paperbench:opened\n"
    )
    monkeypatch.syspath_prepend(str(folder))


def test_console_devices_tell_the_terminal_what_a_simulated_bench_shows(
    lab: Callable[..., Settings], clock: Any, capsys: pytest.CaptureFixture[str]
):
    bench = open_bench(lab("sim", panel=Panel("console", (), "console", None, "console")), clock)
    devices = bench.machines[LASER]
    devices.outputs["relay"].switch(True)
    devices.lamp.show(Colour.GREEN, Pattern.STEADY)
    devices.buzzer.play(Sound.ACCEPT)
    devices.display.write(("Ada", "until noon"))
    bench.machines[MachineId("lathe")].lamp.show(Colour.RED, Pattern.BLINK)
    assert capsys.readouterr().out.splitlines() == [
        "laser lamp: green steady",
        "laser buzzer: accept",
        "laser display: Ada | until noon",
    ]
    bench.close()


def test_opening_a_bench_imports_only_what_that_bench_needs():
    code = "import sys, fabgate.devices; print(sorted(m for m in sys.modules if m.startswith('fabgate.')))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['fabgate.devices']"
