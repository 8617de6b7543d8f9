"""The clocks: lengths from the boot, wall time only where somebody vouches for it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fabgate.devices.clock import SimClock, SystemClock
from fabgate.errors import DeviceError
from fabgate.model import Moment

ID = "5d89d53a-fa3e-43bb-96c1-a3e01e41e3d1"


@pytest.fixture
def boot_id(tmp_path: Path) -> Path:
    file = tmp_path / "boot_id"
    file.write_text(f"{ID}\n")
    return file


def test_it_counts_from_the_boot_and_tells_the_wall_time(boot_id: Path):
    clock = SystemClock("trusted", boot_id=boot_id)
    boot_ms, wall_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000, time.time_ns() // 1_000_000
    now = clock.now()
    assert now.boot == ID
    assert 0 <= now.boot_ms - boot_ms < 10_000
    assert 0 <= now.wall_ms - wall_ms < 10_000


def test_a_trusted_clock_is_always_right(boot_id: Path, tmp_path: Path):
    assert SystemClock("trusted", boot_id=boot_id, mark=tmp_path / "none").now().synced


@pytest.mark.parametrize("there", [True, False])
def test_timesyncd_vouches_by_its_mark(boot_id: Path, tmp_path: Path, there: bool):
    mark = tmp_path / "synchronized"
    if there:
        mark.touch()
    assert SystemClock("timesyncd", boot_id=boot_id, mark=mark).now().synced is there


def test_nobody_else_can_vouch(boot_id: Path):
    with pytest.raises(DeviceError, match="no clock 'sundial'; known: timesyncd, trusted"):
        SystemClock("sundial", boot_id=boot_id)


def test_without_the_kernels_boot_id_one_is_kept_for_the_boot(tmp_path: Path):
    none = tmp_path / "none"
    first = SystemClock(boot_id=none, run=tmp_path).now().boot
    assert SystemClock(boot_id=none, run=tmp_path).now().boot == first
    (tmp_path / "boot-id").unlink()  # what a reboot does to a folder in memory
    assert SystemClock(boot_id=none, run=tmp_path).now().boot != first


def test_the_folder_for_it_is_the_services_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path}:{tmp_path}/second")
    boot = SystemClock(boot_id=tmp_path / "none").now().boot
    assert (tmp_path / "boot-id").read_text() == boot


@pytest.mark.parametrize("broken", [b"", b"half of an i", b"\xff\xfe\x00"])
def test_a_boot_id_that_is_none_is_not_believed(tmp_path: Path, broken: bytes):
    kept = tmp_path / "boot-id"
    kept.write_bytes(broken)
    clock = SystemClock(boot_id=kept, run=tmp_path)
    assert clock.now().boot == kept.read_text() != broken.decode("latin-1")


def test_without_any_folder_every_process_is_a_boot_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    none = tmp_path / "none"
    assert SystemClock(boot_id=none).now().boot != SystemClock(boot_id=none).now().boot
    assert SystemClock(boot_id=none, run=none).now().boot


def test_a_simulated_clock_stands_still_until_it_is_moved():
    clock = SimClock(1_000)
    assert clock.now() == clock.now() == Moment("boot-1", 0, 1_000, True)
    clock.advance(90_000)
    assert clock.now() == Moment("boot-1", 90_000, 91_000, True)


def test_a_step_of_the_wall_clock_moves_no_length():
    clock = SimClock(10_000_000)
    clock.step_wall(-3_600_000)
    assert clock.now() == Moment("boot-1", 0, 6_400_000, True)


def test_a_reboot_counts_from_nothing_under_another_id():
    clock = SimClock(1_000)
    clock.advance(5_000)
    clock.reboot()
    clock.synced = False
    assert clock.now() == Moment("boot-2", 0, 6_000, False)


def test_simulated_time_does_not_go_back():
    with pytest.raises(ValueError, match="does not go back"):
        SimClock(0).advance(-1)
