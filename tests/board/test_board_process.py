"""The board as a process: a part of the hub, or by itself beside a gate."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from broker import free_port
from cli_lab import TOML
from papers_lab import PapersLab

from fabgate.hub.checkup import checkup

pytestmark = pytest.mark.xdist_group("machine")
PATIENCE_S = 30
HUB = """\
[lab]
name = "openfab"
zone = "Europe/Brussels"
[hub]
address = "127.0.0.1"
port = {broker}
broker = "loopback"
state = "state"
clock = "trusted"
[board]
port = {board}
"""


def fabgate(config: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "fabgate", "--config", str(config), *words]


def typed(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(fabgate(config, *words), capture_output=True, text=True, check=False)


@contextmanager
def running(config: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a process; what it says goes into a file beside the configuration."""
    with config.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(fabgate(config, *words), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def until_said(config: Path, words: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while words not in config.with_suffix(".log").read_text():
        assert time.monotonic() < end, config.with_suffix(".log").read_text()
        time.sleep(0.02)


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    config = tmp_path / "hub.toml"
    config.write_text(HUB.format(broker=free_port(), board=free_port()))
    assert typed(config, "hub", "init", "--manager", "Zoe Dupont", "--id", "zoe").returncode == 0
    return config


def port_of(config: Path) -> int:
    return int(config.read_text().rpartition("port = ")[2])


def test_a_hub_serves_its_board_and_ends_with_it(hub: Path) -> None:
    with running(hub, "hub", "run") as process:
        until_said(hub, "event=board_ready")
        url = f"http://127.0.0.1:{port_of(hub)}"
        assert httpx2.get(f"{url}/static/board.css").status_code == 200
        assert httpx2.get(f"{url}/nowhere").status_code == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url)


def test_a_port_that_is_taken_keeps_no_hub_from_its_work(hub: Path) -> None:
    with socket.create_server(("127.0.0.1", port_of(hub))), running(hub, "hub", "run") as process:
        until_said(hub, "event=no_board")
        until_said(hub, "event=ready")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert "[board] port" in hub.with_suffix(".log").read_text()


def test_a_hub_whose_board_is_not_wanted_has_none(hub: Path) -> None:
    hub.write_text(hub.read_text() + "serve = false\n")
    with running(hub, "hub", "run"):
        until_said(hub, "event=ready")
    assert "board" not in hub.with_suffix(".log").read_text()


def test_a_lone_gate_has_its_board_beside_it(tmp_path: Path) -> None:
    config = tmp_path / "gate.toml"
    port = free_port()
    config.write_text(f"[board]\nport = {port}\n{TOML}")
    refused = typed(config, "board", "run")
    assert refused.returncode == 1
    assert "fabgate init" in refused.stderr
    assert typed(config, "init", "--manager", "Zoe Dupont", "--id", "zoe").returncode == 0
    with running(config, "board", "run") as process:
        until_said(config, f"http://127.0.0.1:{port}")
        assert httpx2.get(f"http://127.0.0.1:{port}/static/board.css").status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


@pytest.fixture
def lab(tmp_path: Path) -> PapersLab:
    return PapersLab(tmp_path)


def test_a_hub_makes_its_boards_certificate_and_browsers_take_it(lab: PapersLab) -> None:
    port = free_port()
    lab.hub.done("board certify --host 127.0.0.1 --by zoe")
    config = lab.hub.folder / "fabgate.toml"
    config.write_text(config.read_text().replace("serve = false", f"port = {port}"))
    with running(config, "board", "run"):
        until_said(config, f"https://127.0.0.1:{port}")
        trusting = ssl.create_default_context(cafile=lab.hub.state / "board" / "ca.pem")
        assert httpx2.get(f"https://127.0.0.1:{port}/static/board.css", verify=trusting).status_code == 200
        line = socket.create_connection(("127.0.0.1", port))
        with trusting.wrap_socket(line, server_hostname="127.0.0.1") as secure:
            shown = secure.getpeercert()
    days = (
        ssl.cert_time_to_seconds(shown["notAfter"]) - ssl.cert_time_to_seconds(shown["notBefore"])
    ) / 86_400
    assert 365 < days <= 398
    assert ("IP Address", "127.0.0.1") in shown["subjectAltName"]


def test_only_a_manager_makes_the_boards_certificate(lab: PapersLab) -> None:
    lab.hub.done('member add "Ada Lovelace" --id ada --by zoe')
    assert "manager" in lab.hub.refused("board certify --host board.lan --by ada")
    assert "--host" in lab.hub.refused("board certify --by zoe")
    assert not (lab.hub.state / "board").exists()


def test_the_doctor_says_that_the_board_does_not_answer(hub: Path) -> None:
    from fabgate import config
    from fabgate.devices.clock import SystemClock

    settings = config.load(hub)
    [found] = [one for one in checkup(settings, SystemClock("trusted")) if one.name == "board"]
    assert (found.grade, "serve = false" in found.remedy) == ("warn", True)
