"""Debian's Mosquitto for tests: its own process, on a loopback port, ended by its id.

    with Broker(tmp_path) as broker:                   # plain, anybody may do anything
    with Broker(tmp_path, CONFIG) as broker:           # its text; "{port}" and "{folder}" are filled in
    with Broker(tmp_path, path, port=port) as broker:  # a file that names this port: `port = free_port()`

`tests/link` is on the path of every test. The fixture `start_broker` does the same and ends all at the
end of the test; another room has it with `from broker import start_broker` in its `conftest.py`.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import pytest

HOST = "127.0.0.1"
OPEN = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
"""
# Below the ports that the kernel gives to whoever connects: a broker gets its own port back when it restarts.
PORTS = range(20_000, 32_000)
LISTENS = "0A"  # how /proc/net/tcp says it


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    chance = random.SystemRandom()  # tests in other processes, and under one seed, want others
    while True:
        port = chance.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port


class Broker:
    """A running Mosquitto, answering. `host` and `port` are where; `said` is its log."""

    def __init__(self, folder: Path, config: str | Path = OPEN, *, port: int | None = None) -> None:
        """`folder` gets `broker.conf` and `broker.log`; a second broker needs another one."""
        self.folder, self.host = folder, HOST
        self._ours = port is None
        self.port = free_port() if port is None else port
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "broker.log"

    @property
    def said(self) -> str:
        """All that it said, and its runs before."""
        return self.log.read_text(errors="replace")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> Broker:
        """Returns when it listens. Another port is taken where somebody was faster, unless one was given."""
        while not self._begin():
            in_use = "Address already in use" in self.said
            assert self._ours and in_use, f"Mosquitto ended: {self.said}"
            self.port = free_port()
        self._ours = False  # from now on it keeps its port
        return self

    def kill(self) -> None:
        """kill -9: what it had not written is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)

    def stop(self) -> None:
        """SIGTERM, and wait for its end: it says goodbye and writes its database, if it has one."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def restart(self) -> None:
        """Stop it, where it runs, and start it on the same port."""
        self.stop()
        self.start()

    def reload(self) -> None:
        """SIGHUP: its password, ACL and revocation files are read again."""
        assert self._process is not None
        self._process.send_signal(1)

    def __enter__(self) -> Broker:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    # --- within

    def _begin(self) -> bool:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["mosquitto", "-c", str(self._written())],
                env=os.environ | {"PATH": f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + 20
        while not listens(self._process.pid, self.port):
            if self._process.poll() is not None:
                return False
            assert time.monotonic() < end, f"Mosquitto does not listen on port {self.port}: {self.said}"
            time.sleep(0.002)
        return True

    def _written(self) -> Path:
        text = self._config.read_text() if isinstance(self._config, Path) else self._config
        text = text.replace("{port}", str(self.port)).replace("{folder}", str(self.folder))
        # Started as root it would become `mosquitto`, who cannot read the folders of tests.
        user = "user root\n" if os.geteuid() == 0 else ""
        path = self.folder / "broker.conf"
        path.write_text(f"{text.rstrip()}\n{user}")
        return path


def listens(pid: int, port: int) -> bool:
    """Whether this very process listens on the port: nobody connects to find out."""
    sockets = {
        f"socket:[{fields[9]}]"
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for fields in map(str.split, Path(table).read_text().splitlines()[1:])
        if fields[3] == LISTENS and int(fields[1].rpartition(":")[2], 16) == port
    }
    held = set()
    with contextlib.suppress(OSError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                held.add(str(handle.readlink()))
    return bool(sockets & held)


@pytest.fixture
def start_broker(tmp_path: Path, needs: Callable[[str], str]) -> Iterator[Callable[..., Broker]]:
    """`start_broker(config, port=..., acl=TEXT)`: a running broker with such files in its `{folder}`.

    All of them are ended with the test.
    """
    needs("mosquitto")
    made: list[Broker] = []

    def begin(config: str | Path = OPEN, *, port: int | None = None, **files: str) -> Broker:
        folder = tmp_path / f"broker-{len(made)}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        made.append(Broker(folder, config, port=port))
        return made[-1].start()

    yield begin
    for broker in made:
        broker.kill()
