"""A broker for a demo: on the loopback, without certificates, gone with whoever asked for it.

Mosquitto where it is installed, else `iotcore` (the extra `demo`). Production is Debian's Mosquitto with
the configuration that `fabgate hub init` writes; nothing here is for a lab.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from fabgate.errors import LinkError

LOOPBACK = "127.0.0.1"
_PATIENCE_S = 10.0
_GLANCE_S = 0.02
_SYSTEM = "/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin"  # Debian keeps it out of a user's PATH

_MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
set_tcp_nodelay true
max_queued_messages 0
"""
_IOTCORE = """\
id = 0
[router]
id = 0
max_connections = 64
max_outgoing_packet_count = 200
max_segment_size = 16777216
max_segment_count = 10
[v5.1]
name = "fabgate"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
"""


@dataclass(frozen=True, slots=True)
class Embedded:
    """A broker that runs: what it is, and the port on which it listens on this machine only."""

    name: str
    port: int


def which() -> str | None:
    """The broker that can be had here: `mosquitto`, `iotcore`, or None."""
    if _mosquitto() is not None:
        return "mosquitto"
    return "iotcore" if find_spec("iotcore") else None


Start = Callable[[list[str]], "subprocess.Popen[bytes]"]


def _start(argv: list[str]) -> subprocess.Popen[bytes]:
    nothing = subprocess.DEVNULL
    return subprocess.Popen(argv, stdin=nothing, stdout=nothing, stderr=nothing)


@contextmanager
def broker(folder: Path, name: str | None, start: Start = _start) -> Iterator[Embedded]:
    """The broker of that name (`which`), for as long as the block lasts; `folder` gets its configuration.

    `start` makes a process of it, where it is one. Raises LinkError where there is none here, or it
    does not come up.
    """
    port = free_port()
    match name:
        case "mosquitto":
            running = _run_mosquitto(folder, port, start)
        case "iotcore":
            running = _run_iotcore(folder, port)
        case _:
            raise LinkError(
                "there is no MQTT broker on this machine",
                "Type: sudo apt-get install mosquitto (or, on a PC: pip install 'fabgate[demo]').",
            )
    with running:
        yield Embedded(name, port)


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _mosquitto() -> str | None:
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_SYSTEM)


@contextmanager
def _run_mosquitto(folder: Path, port: int, start: Start) -> Iterator[None]:
    program = _mosquitto()
    assert program is not None
    configuration = folder / "mosquitto.conf"
    configuration.write_text(_MOSQUITTO.format(port=port))
    process = start([program, "-c", str(configuration)])
    try:
        _wait(process, port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = monotonic() + _PATIENCE_S
    while not _answers(port):
        if process.poll() is not None or monotonic() > end:
            raise LinkError(f"mosquitto did not come up on port {port}", "Look whether another one runs.")
        sleep(_GLANCE_S)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def _run_iotcore(folder: Path, port: int) -> Iterator[None]:
    iotcore: Any = import_module("iotcore")  # it has no types
    configuration = folder / "iotcore.toml"
    configuration.write_text(_IOTCORE.format(port=port))
    try:
        with iotcore.Broker(config_path=str(configuration)):
            yield
    except RuntimeError as error:
        raise LinkError(f"iotcore did not come up: {error}", "Install mosquitto instead.") from error
