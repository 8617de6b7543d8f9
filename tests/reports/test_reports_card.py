"""How worn the card is, whether it can be written, what its file system found: as far as it says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fabgate.reports.card import health
from fabgate.reports.finding import Finding, Grade

PLACE = (179, 2)
MOUNTS = """\
22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw
25 22 0:5 / /dev rw,nosuid - devtmpfs udev rw
"""


class Disk:
    """/sys and /proc of a computer with one card, whose second part holds the books."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.card = root / "sys/devices/mmc0/mmcblk0"
        part = self.card / "mmcblk0p2"
        (root / "sys/dev/block").mkdir(parents=True)
        part.mkdir(parents=True)
        (root / "sys/dev/block/179:2").symlink_to(part)
        self.put("sys/devices/mmc0/mmcblk0/mmcblk0p2/partition", "2")
        self.put("proc/self/mountinfo", MOUNTS)
        self.tells(name="SC32G", date="03/2021")
        self.put("sys/fs/ext4/mmcblk0p2/errors_count", "0")

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")

    def tells(self, **words: str) -> None:
        for name, text in words.items():
            self.put(f"sys/devices/mmc0/mmcblk0/device/{name}", text)

    def health(self) -> dict[str, Finding]:
        return {one.name: one for one in health(self.root, self.root, PLACE)}


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def test_a_well_card_is_named_with_its_age(disk: Disk):
    found = disk.health()
    assert {one.grade for one in found.values()} == {Grade.OK}
    assert found["card"].found == "mmcblk0 SC32G, made in 03/2021; it does not tell how worn it is"
    assert found["file errors"].found == "ext4 found none on mmcblk0p2"


@pytest.mark.parametrize(
    ("life_time", "spare", "grade"),
    [
        ("0x01 0x02", "0x01", Grade.OK),
        ("0x09 0x09", "0x01", Grade.OK),
        ("0x01 0x0a", "0x01", Grade.WARN),
        ("0x0a 0x01", "0x01", Grade.WARN),
        ("0x0b 0x01", "0x01", Grade.FAIL),
        ("0x02 0x02", "0x02", Grade.WARN),
        ("0x02 0x02", "0x03", Grade.FAIL),
        ("0x00 0x00", "0x00", Grade.OK),
        ("nonsense", "?", Grade.OK),
    ],
)
def test_a_card_that_tells_its_wear_is_to_be_replaced_in_time(
    disk: Disk, life_time: str, spare: str, grade: Grade
):
    disk.tells(life_time=life_time, pre_eol_info=spare)
    found = disk.health()["card"]
    assert found.grade is grade
    assert bool(found.remedy) is (grade is not Grade.OK)


def test_the_worse_of_its_two_kinds_of_wear_is_told(disk: Disk):
    disk.tells(life_time="0x02 0x07")
    assert disk.health()["card"].found == "mmcblk0 SC32G, 70 % of its life at most"


def test_errors_of_the_file_system_fail_with_a_backup_first(disk: Disk):
    disk.put("sys/fs/ext4/mmcblk0p2/errors_count", "3")
    found = disk.health()["file errors"]
    assert (found.grade, found.found) == (Grade.FAIL, "ext4 found 3 on mmcblk0p2")
    assert found.remedy.startswith("fabgate backup")


@pytest.mark.parametrize(
    ("kind", "grade"), [("overlay", Grade.FAIL), ("tmpfs", Grade.FAIL), ("f2fs", Grade.OK)]
)
def test_books_in_memory_are_gone_at_the_next_restart(disk: Disk, kind: str, grade: Grade):
    disk.put("proc/self/mountinfo", MOUNTS.replace("- ext4", f"- {kind}"))
    found = disk.health()["file system"]
    assert found.grade is grade
    assert ("gone at the next restart" in found.found) is (grade is Grade.FAIL)


def test_a_card_that_can_only_be_read_is_a_card_that_fails(disk: Disk, monkeypatch: pytest.MonkeyPatch):
    before = os.statvfs(disk.root)
    only_read = os.statvfs_result((*before[:8], before.f_flag | os.ST_RDONLY, *before[9:]))
    monkeypatch.setattr(os, "statvfs", lambda _folder: only_read)
    assert disk.health()["file system"].grade is Grade.FAIL


def test_what_is_no_card_says_what_it_can(tmp_path: Path):
    assert [one.name for one in health(tmp_path, tmp_path / "nothing")] == ["file system"]
    assert list(health(tmp_path / "nowhere", tmp_path)) == []


def test_this_computer_can_be_looked_at(tmp_path: Path):
    assert "file system" in {one.name for one in health(tmp_path)}
