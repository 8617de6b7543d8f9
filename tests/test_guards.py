"""The guards of `conftest.py` themselves: a test that could reach the world would prove little."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def outward() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as plug:
        plug.settimeout(0.1)
        yield plug


def test_a_connection_beyond_this_machine_fails_the_test(outward: socket.socket) -> None:
    with pytest.raises(AssertionError, match="a test stays on this machine"):
        outward.connect(("192.0.2.1", 80))


def test_a_look_up_of_another_machines_name_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="looking up"):
        socket.create_connection(("fablab.example", 80))


def test_a_datagram_beyond_this_machine_fails_the_test() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug,
        pytest.raises(AssertionError, match="a test stays on this machine"),
    ):
        plug.sendto(b"hello", ("192.0.2.1", 9))


def test_the_loopback_is_open_to_tests() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1])) as plug,
        server.accept()[0] as answer,
    ):
        plug.sendall(b"tap")
        assert answer.recv(3) == b"tap"


def test_a_unix_socket_is_open_to_tests(tmp_path: Path) -> None:
    door = str(tmp_path / "door")
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as plug,
    ):
        server.bind(door)
        plug.sendto(b"tap", door)
        assert server.recv(3) == b"tap"


def test_a_developers_own_settings_do_not_reach_a_test() -> None:
    assert not [name for name in os.environ if name.startswith("FABGATE_")]


def test_a_missing_tool_skips_a_test_at_home(
    needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install no-such-tool"):
        needs("no-such-tool")


def test_a_missing_tool_fails_a_test_in_ci(
    needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install no-such-tool"):
        needs("no-such-tool")


def test_a_tool_that_is_there_is_named_by_its_path(needs: Callable[[str], str]) -> None:
    assert needs("sh").endswith("/sh")
