"""The broker of the tests is the one that they started, and nobody else's."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from broker import HOST, OPEN, Broker, free_port, listens


def answers(port: int) -> bool:
    with socket.socket() as plug:
        return plug.connect_ex((HOST, port)) == 0


def test_it_answers_as_soon_as_it_is_started(start_broker: Callable[..., Broker]) -> None:
    broker = start_broker()
    assert answers(broker.port) and broker.running


def test_it_is_killed_and_comes_back_on_its_port(start_broker: Callable[..., Broker]) -> None:
    broker = start_broker()
    port, pid = broker.port, broker.pid
    with socket.create_connection((HOST, port)):
        broker.kill()
        assert not broker.running and not answers(port)
        broker.restart()
    assert (broker.port, answers(port)) == (port, True)
    assert broker.pid != pid


def test_it_is_gone_after_its_context(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("mosquitto")
    with Broker(tmp_path) as broker:
        pid = broker.pid
    assert not answers(broker.port)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_runs_from_a_file_that_names_the_port(start_broker: Callable[..., Broker], tmp_path: Path) -> None:
    port = free_port()
    path = tmp_path / "hub.conf"
    path.write_text(OPEN.replace("{port}", str(port)))
    assert start_broker(path, port=port).port == port
    assert answers(port)


def test_where_another_listens_it_takes_another_port(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("mosquitto")
    with socket.create_server((HOST, free_port())) as other:
        taken = other.getsockname()[1]
        assert listens(os.getpid(), taken)
        broker = Broker(tmp_path)
        broker.port = taken
        with broker:
            assert broker.port != taken and answers(broker.port)


def test_a_configuration_that_is_wrong_fails_the_test_with_what_it_said(
    start_broker: Callable[..., Broker],
) -> None:
    with pytest.raises(AssertionError, match="nonsense"):
        start_broker("nonsense 1\n")
