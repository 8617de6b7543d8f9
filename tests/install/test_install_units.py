"""The units: what systemd makes of them, and the lines that a gate's safety rests on."""

from __future__ import annotations

import configparser
import ipaddress
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from machine_of_straw import Run

HUB = "fabgate-hub.service"
BROKER = "fabgate-broker.service"
BOARD = "fabgate-board.service"
SERVICES = (
    "fabgate-gate.service",
    HUB,
    BROKER,
    BOARD,
    "fabgate-backup.service",
    "fabgate-metrics@.service",
    "fabgate-privacy@.service",
)
NETWORKED = ("fabgate-gate.service", HUB, BROKER, BOARD)
UNITS = (*SERVICES, "fabgate-backup.timer", "fabgate-metrics@.timer", "fabgate-privacy@.timer")
MOST_EXPOSED = "20"  # in tenths: systemd's own score, 2.0 of 10


def lines(unit: Path, key: str) -> list[str]:
    """Every value that a unit gives for a key."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), flags=re.MULTILINE)


@pytest.fixture
def gate(systemd: Path) -> Path:
    return systemd / "fabgate-gate.service"


@pytest.mark.parametrize("spoilt", ["", "WatchdogSec=ten"])
def test_systemd_takes_every_line_of_every_unit(
    needs: Callable[[str], str], run: Run, systemd: Path, tmp_path: Path, spoilt: str
) -> None:
    analyze = needs("systemd-analyze")
    for name in UNITS:  # nothing is installed in /opt here
        text = re.sub(r"/opt/fabgate/bin/\w+|/usr/sbin/mosquitto", "/bin/true", (systemd / name).read_text())
        (tmp_path / name).write_text(text.replace("WatchdogSec=10", spoilt or "WatchdogSec=10"))
    told = run(analyze, "verify", "--man=no", "--recursive-errors=no", *(tmp_path / name for name in UNITS))
    assert (told.returncode == 0, "ten" in told.stderr) == ((False, True) if spoilt else (True, False))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_exposed_by_no_more_than_two_of_ten(
    needs: Callable[[str], str], run: Run, systemd: Path, name: str
) -> None:
    told = run(
        needs("systemd-analyze"),
        "security",
        "--offline=true",
        f"--threshold={MOST_EXPOSED}",
        systemd / name,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_whatever_ends_the_gate_its_power_lines_are_driven_low(gate: Path) -> None:
    [after] = lines(gate, "ExecStopPost")
    python, isolated, option, module, configuration = after.split()
    assert (python, isolated, option) == ("/opt/fabgate/bin/python", "-I", "-m")
    assert configuration == "/etc/fabgate/fabgate.toml"
    assert (gate.parents[1] / Path(*module.split(".")).with_suffix(".py")).exists()


def test_the_gate_is_always_started_again(gate: Path) -> None:
    assert lines(gate, "Restart") == ["always"]
    assert lines(gate, "StartLimitIntervalSec") == ["0"]


def test_the_watchdog_waits_ten_seconds_and_hears_the_daemon_alone(gate: Path) -> None:
    assert lines(gate, "Type") == ["notify"]
    assert lines(gate, "NotifyAccess") == ["main"]
    assert lines(gate, "WatchdogSec") == ["10"]


def test_the_gate_does_not_wait_for_the_network_or_its_time(gate: Path) -> None:
    assert lines(gate, "After") == ["time-set.target"]
    assert lines(gate, "Wants") == lines(gate, "Requires") == []


def test_the_gate_sees_what_gpiozero_and_the_boot_id_need_of_proc(gate: Path) -> None:
    assert lines(gate, "ProcSubset") == []


def test_the_gate_has_the_pins_the_buses_and_what_types_and_no_other_device(gate: Path) -> None:
    assert lines(gate, "DevicePolicy") == ["closed"]
    assert lines(gate, "DeviceAllow") == [
        "char-gpiochip rw",
        "/dev/gpiomem rw",
        "char-i2c rw",
        "char-spi rw",
        "char-input r",
    ]
    assert lines(gate, "SupplementaryGroups") == ["gpio i2c spi input"]


def test_the_command_line_is_in_the_groups_of_the_gate(gate: Path, systemd: Path) -> None:
    """The doctor and a reader test open the same devices, as the same user, without the service."""
    users = (systemd / "sysusers.conf").read_text()
    [groups] = lines(gate, "SupplementaryGroups")
    assert re.findall(r"^m fabgate (\w+)$", users, re.MULTILINE) == sorted(groups.split())
    assert re.findall(r"^g (\w+) -$", users, re.MULTILINE) == sorted(groups.split())


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in NETWORKED])
def test_no_service_but_gate_hub_broker_and_board_reaches_a_network(systemd: Path, name: str) -> None:
    assert lines(systemd / name, "RestrictAddressFamilies") == ["AF_UNIX"]
    assert lines(systemd / name, "PrivateNetwork") == ["yes"]


@pytest.mark.parametrize("name", ["fabgate-gate.service", BOARD])
def test_a_gate_and_its_board_reach_private_networks_and_no_other(systemd: Path, name: str) -> None:
    gate = systemd / name
    assert lines(gate, "RestrictAddressFamilies") == ["AF_UNIX AF_INET AF_INET6"]
    assert lines(gate, "IPAddressDeny") == ["any"]
    [allowed] = lines(gate, "IPAddressAllow")
    networks = [ipaddress.ip_network(word) for word in allowed.split() if "/" in word]
    assert networks
    assert not any(network.is_global for network in networks)
    assert set(allowed.split()) - set(map(str, networks)) == {"localhost", "link-local"}


@pytest.mark.parametrize("name", [name for name in SERVICES if name != BROKER])
def test_the_books_are_their_owners_alone(systemd: Path, name: str) -> None:
    assert lines(systemd / name, "User") == ["fabgate"]
    assert lines(systemd / name, "StateDirectory") == ["fabgate-hub" if name == HUB else "fabgate"]
    assert lines(systemd / name, "StateDirectoryMode") == ["0700"]
    assert lines(systemd / name, "UMask") == ["0077"]


def test_a_backup_is_made_every_night_and_caught_up_after_a_night_without_power(systemd: Path) -> None:
    timer = configparser.ConfigParser()
    timer.read(systemd / "fabgate-backup.timer")
    assert timer["Timer"]["OnCalendar"] == "*-*-* 03:30"
    assert timer["Timer"]["Persistent"] == "true"


def test_what_is_old_is_erased_every_night_before_the_backup_and_never_before_a_tap(systemd: Path) -> None:
    timer = configparser.ConfigParser()
    timer.read(systemd / "fabgate-privacy@.timer")
    assert timer["Timer"]["OnCalendar"] == "*-*-* 02:30"
    assert timer["Timer"]["Persistent"] == "true"
    service = systemd / "fabgate-privacy@.service"
    assert lines(service, "Nice") == ["15"]
    assert lines(service, "ExecStart") == [
        "/opt/fabgate/bin/fabgate --config /etc/fabgate/%i.toml privacy purge"
    ]


def test_numbers_are_written_every_minute_and_never_before_a_tap(systemd: Path) -> None:
    timer = configparser.ConfigParser()
    timer.read(systemd / "fabgate-metrics@.timer")
    assert timer["Timer"]["OnCalendar"] == "minutely"
    service = systemd / "fabgate-metrics@.service"
    assert lines(service, "Nice") == lines(systemd / "fabgate-backup.service", "Nice") == ["15"]
    assert lines(service, "ExecStart") == ["/opt/fabgate/bin/fabgate --config /etc/fabgate/%i.toml metrics"]


def test_the_broker_reads_what_the_hub_wrote_and_cannot_reach_the_authority(systemd: Path) -> None:
    broker = systemd / BROKER
    assert lines(broker, "User") == lines(systemd / HUB, "User")
    assert lines(broker, "ExecStart") == ["/usr/sbin/mosquitto -c /var/lib/fabgate-hub/broker/mosquitto.conf"]
    assert lines(broker, "ExecReload") == ["/bin/kill -HUP $MAINPID"]
    assert lines(broker, "ProtectSystem") == ["strict"]
    assert lines(broker, "ReadWritePaths") == ["/var/lib/fabgate-hub/broker"]
    assert lines(broker, "InaccessiblePaths") == ["-/var/lib/fabgate-hub/pki -/var/lib/fabgate-hub/link"]
    assert lines(broker, "StateDirectory") == []  # it would make the whole folder one to write in
    assert "d /var/lib/fabgate-hub 0700 fabgate fabgate -" in (systemd / "tmpfiles.conf").read_text()


def test_the_hub_can_run_openssl_over_its_own_folder(systemd: Path) -> None:
    hub = systemd / HUB
    assert lines(hub, "StateDirectory") == ["fabgate-hub"]
    for key in ("InaccessiblePaths", "ReadOnlyPaths", "NoExecPaths", "RootDirectory", "TemporaryFileSystem"):
        assert lines(hub, key) == []
    assert "~@process" not in lines(hub, "SystemCallFilter")
    assert int(lines(hub, "TasksMax")[0]) >= 4


def test_the_board_never_comes_before_a_tap_and_touches_no_device(systemd: Path) -> None:
    board = systemd / BOARD
    assert int(lines(board, "Nice")[0]) > 0
    assert lines(board, "IOSchedulingClass") == ["idle"]
    assert lines(board, "DevicePolicy") == ["closed"]
    assert lines(board, "ExecStart") == [
        "/opt/fabgate/bin/fabgate --config /etc/fabgate/fabgate.toml board run"
    ]


def test_the_hub_is_always_started_again_and_does_not_need_its_broker(systemd: Path) -> None:
    hub = systemd / HUB
    assert lines(hub, "Type") == ["notify"]
    assert lines(hub, "Restart") == ["always"]
    assert lines(hub, "Wants") == lines(hub, "Requires") == []
