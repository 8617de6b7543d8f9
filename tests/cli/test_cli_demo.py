"""`fabgate demo` as it is typed: at a terminal, into a pipe, on a taken port, without what it needs."""

from __future__ import annotations

import builtins
import os
import pty
import re
import select
import socket
import subprocess
import sys
import time
from getpass import getuser
from pathlib import Path

import pytest
from cli_lab import NOON_MS, Lab
from click.testing import CliRunner

from fabgate.cli import command, main
from fabgate.cli.demo import through_ssh
from fabgate.cli.demo_page import spoken
from fabgate.devices.clock import SimClock
from fabgate.link import embedded

pytestmark = pytest.mark.xdist_group("machine")  # many processes in real time
DEMO = [sys.executable, "-m", "fabgate", "demo"]
CTRL_C = b"\x03"


class Terminal:
    """A command at a terminal of its own."""

    def __init__(self, *words: str) -> None:
        self.said = b""
        self._pid, self._line = pty.fork()
        if self._pid == 0:
            os.execv(sys.executable, [*DEMO, *words])

    def read(self, *until: bytes, seconds: float = 60) -> None:
        """Until it has said this, or has ended."""
        end = time.monotonic() + seconds
        while not (until and all(one in self.said for one in until)):
            assert time.monotonic() < end, self.said
            if select.select([self._line], [], [], 0.1)[0]:
                try:
                    self.said += os.read(self._line, 65_536)
                except OSError:  # it has ended
                    return

    def press(self, key: bytes) -> None:
        os.write(self._line, key)

    def status(self) -> int:
        _, ended = os.waitpid(self._pid, 0)
        os.close(self._line)
        return os.waitstatus_to_exitcode(ended)


@pytest.fixture
def needs_broker():
    if embedded.which() is None:
        pytest.skip("there is no broker on this machine")


@pytest.mark.slow
@pytest.mark.usefixtures("needs_broker")
def test_at_a_terminal_it_says_the_address_first_then_the_story_and_stays_until_ctrl_c():
    terminal = Terminal("--pace", "0")
    terminal.read(b"The lab is still open:")
    said = terminal.said.decode()
    addresses = re.findall(r"http://127\.0\.0\.1:\d+/demo/\S{16}", said)
    assert len(set(addresses)) == 1
    assert (
        said.index(addresses[0])
        < said.index("Saturday, nine o'clock")
        < said.index("Ctrl-C ends it.\r\n", -40)
    )
    terminal.press(CTRL_C)
    terminal.read()
    assert terminal.said.endswith(b"Ended. Nothing was left on this machine.\r\n")
    assert terminal.status() == 0


def test_once_at_a_terminal_it_tells_the_story_and_ends_by_itself():
    terminal = Terminal("--once", "--no-live", "--pace", "0")
    terminal.read()
    assert b"http://" not in terminal.said
    assert b"2026-10 is closed" in terminal.said
    assert terminal.status() == 0


@pytest.mark.slow
def test_a_story_that_is_broken_off_says_so_by_its_status():
    terminal = Terminal("--once", "--no-live", "--pace", "0.5")
    terminal.read(b"Saturday")
    terminal.press(CTRL_C)
    terminal.read(seconds=10)
    assert terminal.status() == 130


def test_into_a_pipe_it_tells_the_story_and_ends_by_itself():
    ran = subprocess.run([*DEMO, "--no-live"], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "2026-10 is closed" in ran.stdout
    assert "http://" not in ran.stdout


def test_a_page_that_is_wanted_and_not_wanted_is_refused():
    result = CliRunner().invoke(main, ["demo", "--once", "--port", "8090"])
    assert result.exit_code == 1
    assert "Leave --once or --port out." in result.output


@pytest.mark.usefixtures("needs_broker")
def test_a_port_that_another_program_has_is_said_and_nothing_stays():
    before = {*Path("/dev/shm").glob("fabgate-demo-*")}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["demo", "--no-live", "--port", port])
    assert result.exit_code == 1
    assert f"port {port}" in result.output
    assert "--port" in result.output
    assert "[board]" not in result.output  # nobody has written a configuration
    assert "Traceback" not in result.output
    assert {*Path("/dev/shm").glob("fabgate-demo-*")} <= before


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "fr_BE.UTF-8"}, "fr"),
        ({"LANG": "fr_BE.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "nl_BE"}, "nl"),
        ({"LC_ALL": "", "LANG": "de"}, "de"),
        ({"LANG": "ja_JP.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_machines_of_the_demo_speak_the_language_of_the_terminal_where_they_can(environ, language):
    assert spoken(environ) == language


def test_who_came_by_ssh_is_told_how_the_page_comes_to_their_own_browser(monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 51000 192.0.2.1 22")
    way = through_ssh("http://127.0.0.1:8083/demo/key")
    assert way == f"ssh -L 8083:127.0.0.1:8083 {getuser()}@192.0.2.1"
    monkeypatch.delenv("SSH_CONNECTION")
    assert through_ssh("http://127.0.0.1:8083/demo/key") is None


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_no_command(port):
    assert CliRunner().invoke(main, ["demo", "--port", port]).exit_code == 2


def test_without_a_web_server_it_says_what_to_install_and_tells_the_story(monkeypatch):
    real = builtins.__import__

    def without(name, *more, **named):
        if name.startswith("fabgate.board"):
            raise ModuleNotFoundError("No module named 'starlette'", name="starlette")
        return real(name, *more, **named)

    monkeypatch.setattr(embedded, "which", lambda: "mosquitto")
    monkeypatch.setattr(builtins, "__import__", without)
    result = CliRunner().invoke(main, ["demo", "--port", "0", "--no-live"])
    assert result.exit_code == 0
    assert "pip install 'fabgate[web]'" in result.output
    assert "2026-10 is closed" in result.output


def test_without_a_broker_it_says_what_to_install_and_tells_the_story(monkeypatch):
    monkeypatch.setattr(embedded, "which", lambda: None)
    result = CliRunner().invoke(main, ["demo", "--port", "0", "--no-live"])
    assert result.exit_code == 0
    assert "sudo apt-get install mosquitto" in result.output
    assert "2026-10 is closed" in result.output


class _CtrlC(SimClock):
    """A clock in whose reading somebody presses Ctrl-C."""

    def now(self):
        raise KeyboardInterrupt


def test_who_breaks_off_in_the_middle_of_a_command_of_the_story_ends_the_story(tmp_path):
    lab = Lab(tmp_path)
    lab.done("init --manager Zoe --id zoe")
    with pytest.raises(KeyboardInterrupt):
        command(["member", "add", "Ada", "--by", "zoe"], lab.settings, _CtrlC(NOON_MS))
    assert "Ada" not in lab.done("member list")
