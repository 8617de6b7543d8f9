"""Ports for tests: real ones, looked after together until something is so."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from broker import HOST

from fabgate.link.dial import Address, Credentials
from fabgate.link.mqtt import MqttPort
from fabgate.link.port import PortEvent
from fabgate.link.talk import Manner, Will

# Fast enough to wait for in a test; the real ones are the default.
QUICK = Manner(keepalive_s=2, will_delay_s=1, session_s=30, patience_s=3, first_s=0.05, most_s=0.4, held_s=30)
ROOT = "fabgate/1/lab"


def half() -> float:
    return 0.5


class End:
    """A port, and all that it told so far."""

    def __init__(
        self,
        port: int,
        name: str = "gate1",
        *subscriptions: str,
        manner: Manner = QUICK,
        credentials: Credentials | None = None,
        host: str = HOST,
        will: Will | None = None,
        **more: object,
    ) -> None:
        address = Address(host, port)
        self.port = MqttPort(address, credentials, name, will, subscriptions, half, manner=manner, **more)
        self.events: list[PortEvent] = []

    def look(self, wait_s: float = 0.0) -> list[PortEvent]:
        new = self.port.poll(wait_s)
        self.events += new
        return new

    def heard(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    def last(self, kind: type):
        """The newest event of the kind; None if there is none."""
        return next((event for event in reversed(self.events) if isinstance(event, kind)), None)

    def forget(self) -> None:
        self.events.clear()

    def join(self) -> End:
        until(lambda: self.port.connected, self, what="connected")
        return self

    def wait_for(self, kind: type, count: int = 1, seconds: float = 15) -> list:
        until(lambda: len(self.heard(kind)) >= count, self, what=f"{count} {kind.__name__}", seconds=seconds)
        return self.heard(kind)


def until(so: Callable[[], object], *ends: End, what: str = "", seconds: float = 15) -> None:
    """Give all of them turns until it is so."""
    deadline = time.monotonic() + seconds
    while True:
        for end in ends:
            end.look(0.002)
        if so():
            return
        told = [end.events[-5:] for end in ends]
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what or so}; {told}"


def calm(*ends: End, seconds: float) -> None:
    """Give all of them turns for so long: what has not happened by then does not happen."""
    deadline = time.monotonic() + seconds
    until(lambda: time.monotonic() > deadline, *ends, seconds=seconds + 15)


# --- certificates, as the hub's own would be -----------------------------------------------------


def openssl(*words: str) -> None:
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Authority:
    """A certificate authority of its own in a folder, by the openssl command."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.ca, self._key = folder, folder / "ca.pem", folder / "ca.key"
        self._request(self._key, "the lab's authority", folder / "ca.csr")
        extensions = folder / "ca.ext"
        extensions.write_text("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
        openssl(
            *("x509", "-req", "-in", str(folder / "ca.csr"), "-signkey", str(self._key), "-days", "30"),
            *("-extfile", str(extensions), "-out", str(self.ca)),
        )

    def issue(self, name: str, alternative: str = "", days: int = 30) -> Credentials:
        """A certificate for a client, or (with an `alternative`, such as IP:127.0.0.1) for a broker."""
        folder = self.folder / name
        folder.mkdir()
        key, certificate = folder / "key.pem", folder / "cert.pem"
        self._request(key, name, folder / "csr")
        extensions = folder / "ext"
        extensions.write_text(
            f"subjectAltName={alternative}\n" if alternative else "basicConstraints=CA:FALSE\n"
        )
        openssl(
            *("x509", "-req", "-in", str(folder / "csr"), "-CA", str(self.ca), "-CAkey", str(self._key)),
            *("-CAcreateserial", "-days", str(days), "-extfile", str(extensions), "-out", str(certificate)),
        )
        (folder / "ca.pem").write_bytes(self.ca.read_bytes())
        return Credentials.within(folder)

    @staticmethod
    def _request(key: Path, name: str, to: Path) -> None:
        openssl(
            *("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-subj", f"/CN={name}", "-out", str(to)),
        )


def with_tls(server: Credentials) -> str:
    """A broker's configuration: only clients of this authority, by the name in their certificate."""
    return f"""\
listener {{port}} 127.0.0.1
cafile {server.ca}
certfile {server.certificate}
keyfile {server.key}
require_certificate true
use_identity_as_username true
allow_anonymous false
set_tcp_nodelay true
"""
