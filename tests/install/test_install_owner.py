"""The user fabgate, its folder, its groups; and the rule by which managers' logins become it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from machine_of_straw import Run


@pytest.fixture
def machine(tmp_path: Path, needs: Callable[[str], str], run: Run, systemd: Path) -> Path:
    """A root folder in which systemd has made the users."""
    (tmp_path / "etc").mkdir()
    told = run(needs("systemd-sysusers"), f"--root={tmp_path}", systemd / "sysusers.conf")
    assert told.returncode == 0, told.stderr
    return tmp_path


def entries(machine: Path, table: str) -> dict[str, list[str]]:
    rows = (machine / "etc" / table).read_text().splitlines()
    return {name: rest for name, *rest in (row.split(":") for row in rows)}


def test_fabgate_is_a_user_that_nobody_can_log_in_as(machine: Path) -> None:
    *_, home, shell = entries(machine, "passwd")["fabgate"]
    assert (home, shell) == ("/var/lib/fabgate", "/usr/sbin/nologin")


def test_fabgate_has_its_own_group_and_the_pins_and_the_buses(machine: Path) -> None:
    groups = entries(machine, "group")
    assert entries(machine, "passwd")["fabgate"][2] == groups["fabgate"][1]
    assert groups["gpio"][2] == groups["i2c"][2] == groups["spi"][2] == "fabgate"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_nobody_but_fabgate_enters_the_folder_of_the_books(
    machine: Path, needs: Callable[[str], str], run: Run, systemd: Path
) -> None:
    told = run(needs("systemd-tmpfiles"), "--create", f"--root={machine}", systemd / "tmpfiles.conf")
    assert told.returncode == 0, told.stderr
    books = (machine / "var/lib/fabgate").stat()
    _, uid, gid, *_ = entries(machine, "passwd")["fabgate"]
    assert (books.st_uid, books.st_gid) == (int(uid), int(gid))
    assert stat.S_IMODE(books.st_mode) == 0o700


def test_sudo_takes_the_rule_for_managers(needs: Callable[[str], str], run: Run, systemd: Path) -> None:
    told = run(needs("visudo"), "--check", "--strict", f"--file={systemd / 'sudoers'}")
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_rule_opens_the_door_and_nothing_else(systemd: Path) -> None:
    rules = [row for row in (systemd / "sudoers").read_text().splitlines() if row and row[0] not in "#"]
    assert [row for row in rules if not row.startswith("Defaults")] == [
        "%fabgate ALL=(fabgate) NOPASSWD: /opt/fabgate/libexec/fabgate"
    ]


def test_names_that_managers_type_stay_out_of_the_systems_log(systemd: Path) -> None:
    assert "Defaults!/opt/fabgate/libexec/fabgate env_reset, !log_allowed" in (
        (systemd / "sudoers").read_text().splitlines()
    )


def test_plain_debian_gives_pins_and_bus_to_their_groups(systemd: Path) -> None:
    rules = [row for row in (systemd / "udev.rules").read_text().splitlines() if not row.startswith("#")]
    assert rules == [
        'SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"',
        'SUBSYSTEM=="i2c-dev", GROUP="i2c", MODE="0660"',
        'SUBSYSTEM=="spidev", GROUP="spi", MODE="0660"',
    ]
