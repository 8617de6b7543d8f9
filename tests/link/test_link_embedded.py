"""The broker that the demo starts: on this machine only, and gone with whoever asked for it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from fabgate.errors import LinkError
from fabgate.link import embedded


def answers(port: int, host: str = "127.0.0.1") -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(params=["mosquitto", "iotcore"])
def kind(request: pytest.FixtureRequest, needs: Callable[[str], str]) -> str:
    name = str(request.param)
    if name == "mosquitto":
        needs(name)
    elif find_spec(name) is None:
        pytest.skip("iotcore has wheels for PCs only: pip install 'fabgate[demo]'")
    return name


def test_a_broker_listens_for_as_long_as_it_is_wanted_and_no_longer(kind: str, tmp_path: Path):
    with embedded.broker(tmp_path, kind) as broker:
        assert broker.name == kind
        assert answers(broker.port)
    assert not answers(broker.port)


def test_it_listens_on_the_loopback_only(kind: str, tmp_path: Path):
    with embedded.broker(tmp_path, kind) as broker:
        port = f":{broker.port:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        assert [row[1] for row in rows if row[1].endswith(port) and row[3] == "0A"] == [f"0100007F{port}"]


def test_without_a_broker_it_says_what_to_install(tmp_path: Path):
    with pytest.raises(LinkError, match="no MQTT broker") as none, embedded.broker(tmp_path, None):
        pass
    assert "apt-get install mosquitto" in none.value.remedy
