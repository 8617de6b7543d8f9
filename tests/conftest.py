"""What every test stands on: an environment without fabgate's own words, and no way out of this machine."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # not on everybody's PATH; Debian keeps visudo there

# The Debian package that brings a tool; `tests/packages.sh` installs the same ones.
PACKAGES = {
    "chromium": "chromium",
    "mosquitto": "mosquitto",
    "openssl": "openssl",
    "promtool": "prometheus",
    "strace": "strace",
    "systemd-analyze": "systemd",
    "systemd-sysusers": "systemd",
    "systemd-tmpfiles": "systemd",
    "visudo": "sudo",
}


class LeftTheMachine(AssertionError):
    """A test tried to reach something that is not this machine."""


def stays_here(family: int, address: object) -> bool:
    """Whether an address is this machine's own: a Unix socket or the loopback."""
    if family == socket.AF_UNIX:
        return True
    if not isinstance(address, tuple) or not address:
        return False
    return is_loopback(str(address[0]))


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_the_network(patch: pytest.MonkeyPatch) -> None:
    """Makes every connection, datagram and name look-up beyond this machine fail the test."""

    def guarded(name: str) -> Callable[..., Any]:
        real = getattr(socket.socket, name)

        def call(self: socket.socket, *args: Any) -> Any:
            if not stays_here(self.family, args[-1]):
                raise LeftTheMachine(f"socket.{name} to {args[-1]!r}: a test stays on this machine")
            return real(self, *args)

        return call

    for name in ("connect", "connect_ex", "sendto"):
        patch.setattr(socket.socket, name, guarded(name))

    look_up = socket.getaddrinfo

    def look_up_here(host: str | bytes | None, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not is_loopback(name):
            raise LeftTheMachine(f"looking up {name!r}: a test stays on this machine")
        return look_up(host, *args, **kwargs)

    patch.setattr(socket, "getaddrinfo", look_up_here)


@pytest.fixture(scope="session", autouse=True)
def on_this_machine_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        refuse_the_network(patch)
        yield


@pytest.fixture(autouse=True)
def a_clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own FABGATE_* never decides a test."""
    for name in [name for name in os.environ if name.startswith("FABGATE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def needs() -> Callable[[str], str]:
    """`needs("strace")` gives the tool's path; without it the test is skipped, and fails where CI=true."""

    def need(tool: str) -> str:
        found = shutil.which(tool, path=f"{os.environ.get('PATH', '')}:{SYSTEM_FOLDERS}")
        if found:
            return found
        what = f"{tool} is missing: sudo apt-get install {PACKAGES.get(tool, tool)}"
        if os.environ.get("CI") == "true":
            pytest.fail(what)
        pytest.skip(what)

    return need


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kill-seconds", type=int, default=40, help="How long gates, hub and broker are killed at random."
    )
    parser.addoption("--seeds", type=int, default=300, help="How many days the seeded world lives through.")
    parser.addoption("--lives", type=int, default=100, help="How many lives a lab lives beside its model.")
    parser.addoption(
        "--days", type=int, default=24, help="How many days the bench lives through beside its oracle."
    )
    parser.addoption(
        "--sessions", type=int, default=1_000, help="How many sessions the soak takes; 100000 is all."
    )
    parser.addoption(
        "--transfers", type=int, default=3_000_000, help="How many SPI transfers of a lying RC522 are borne."
    )


@pytest.fixture(scope="session")
def seeds(request: pytest.FixtureRequest) -> int:
    """How many seeds the world is run with: 300, or what `--seeds` asks for."""
    return int(request.config.getoption("--seeds"))


@pytest.fixture(scope="session")
def lives(request: pytest.FixtureRequest) -> int:
    """How many lives a lab lives beside its model: 100, or what `--lives` asks for."""
    return int(request.config.getoption("--lives"))


@pytest.fixture(scope="session")
def kill_seconds(request: pytest.FixtureRequest) -> int:
    """For how long a whole lab is killed: 40 s, or what `--kill-seconds` asks for."""
    return int(request.config.getoption("--kill-seconds"))


@pytest.fixture(scope="session")
def days(request: pytest.FixtureRequest) -> int:
    """How many days the bench lives through: 24, or what `--days` asks for."""
    return int(request.config.getoption("--days"))


@pytest.fixture(scope="session")
def sessions(request: pytest.FixtureRequest) -> int:
    """How many sessions the soak takes: 1,000, or what `--sessions` asks for."""
    return int(request.config.getoption("--sessions"))
