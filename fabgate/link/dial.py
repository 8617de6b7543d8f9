"""A connection to the broker, made in small steps that never wait: its name, TCP, TLS.

`dial` is a generator: it yields what it waits for, and its value is a `Wire`, or why there is none. So a
broker that swallows everything holds nobody up; how long to be patient is for the caller to say.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import select
import socket
import ssl
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from fabgate.errors import LinkError
from fabgate.link.refused import CERTIFICATE, Failed, told

LOOPBACK_NAME = "localhost"
ADDRESS_S = 5.0  # for one address of a name that has several
EOF_S = 0.5  # for the broker to close after our goodbye
_LAST_READS = 64
_CONNECTED = errno.EISCONN
_UNDER_WAY = (errno.EINPROGRESS, errno.EALREADY, errno.EWOULDBLOCK)

Spawn = Callable[[str, Callable[[], None]], object]
Found = list[tuple[socket.AddressFamily, tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is: a name or an address, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == LOOPBACK_NAME


@dataclass(frozen=True, slots=True)
class Credentials:
    """The files by which both ends know each other: whom to trust, and who this is."""

    ca: Path
    certificate: Path
    key: Path

    @classmethod
    def within(cls, folder: Path) -> Credentials:
        """The three files of a joined gate's `link` folder."""
        return cls(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")


@dataclass(frozen=True, slots=True)
class Want:
    """What is waited for: a file descriptor and its events, or (None) a wake or some time."""

    handle: int | None = None
    mask: int = 0


Steps = Generator[Want, None, "Wire | Failed"]


def tls(credentials: Credentials) -> ssl.SSLContext:
    """Trust in this authority only, at least TLS 1.2, the name checked. Raises LinkError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(credentials.ca)
        # A key with a password would ask for it on the terminal, for ever.
        context.load_cert_chain(credentials.certificate, credentials.key, password=lambda: b"")
    except OSError as error:  # a file, or ssl.SSLError: what is in it
        where = credentials.ca.parent
        raise LinkError(
            f"the certificates in {where} cannot be used: {error.strerror or error}",
            "join again with a fresh invitation from the hub: fabgate gate join FILE",
        ) from error
    return context


class Names:
    """Looks up names without waiting, if `spawn` makes a thread; one look-up at a time.

    A resolver may be silent for long; the thread that hangs in it is asked again rather than doubled.
    """

    def __init__(self, spawn: Spawn, wake: Callable[[], None]) -> None:
        self._spawn, self._wake = spawn, wake
        self._asked: list[Found | Failed] | None = None

    def look_up(self, address: Address) -> Generator[Want, None, Found | Failed]:
        try:
            ipaddress.ip_address(address.host)
        except ValueError:
            pass
        else:
            return _resolve(address)
        if self._asked is None:
            answer: list[Found | Failed] = []
            self._asked = answer
            self._spawn("names", lambda: self._ask(address, answer))
        while not self._asked:
            yield Want()
        found, self._asked = self._asked[0], None
        return found

    def _ask(self, address: Address, answer: list[Found | Failed]) -> None:
        answer.append(_resolve(address))
        self._wake()


def _resolve(address: Address) -> Found | Failed:
    try:
        rows = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return Failed(f"{address.host} has no address here: {getattr(error, 'strerror', None) or error}")
    return [(row[0], row[4]) for row in rows]


def dial(
    address: Address, credentials: Credentials | None, names: Names, now_s: Callable[[], float]
) -> Steps:
    """The files are read at each try: a renewed certificate needs no restart."""
    try:
        context = tls(credentials) if credentials is not None else None
    except LinkError as error:
        return Failed(str(error), CERTIFICATE)
    found = yield from names.look_up(address)
    if isinstance(found, Failed):
        return found
    failed = Failed(f"{address.host} has no address here")
    for family, place in found:
        got = yield from _one(address, family, place, context, now_s)
        if isinstance(got, Wire) or got.alarm is not None:
            return got
        failed = got
    return failed


def _one(
    address: Address,
    family: socket.AddressFamily,
    place: tuple[object, ...],
    context: ssl.SSLContext | None,
    now_s: Callable[[], float],
) -> Steps:
    plug: socket.socket | None = None
    wire: Wire | None = None
    try:
        plug = socket.socket(family, socket.SOCK_STREAM)
        plug.setblocking(False)
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end_s = now_s() + ADDRESS_S
        # Asked again, connect tells how it stands.
        while error := plug.connect_ex(place):
            if error == _CONNECTED:
                break
            if error not in _UNDER_WAY:
                return Failed(f"{address}: {os.strerror(error)}")
            if now_s() >= end_s:
                return Failed(f"{address} does not answer")
            yield Want(plug.fileno(), select.POLLOUT)
        if context is not None:
            plug = context.wrap_socket(plug, server_hostname=address.host, do_handshake_on_connect=False)
            yield from _handshake(plug)
        wire = Wire(plug, str(address))
        return wire
    except OSError as error:
        return told(error, str(address), within_tls=isinstance(plug, ssl.SSLSocket))
    finally:
        if wire is None and plug is not None:
            plug.close()


def _handshake(plug: ssl.SSLSocket) -> Generator[Want, None, None]:
    while True:
        try:
            return plug.do_handshake()
        except ssl.SSLWantReadError:
            yield Want(plug.fileno(), select.POLLIN)
        except ssl.SSLWantWriteError:
            yield Want(plug.fileno(), select.POLLOUT)


class Wire:
    """A connected socket, as paho uses one. It remembers why it broke, and whether more is to be read."""

    def __init__(self, plug: socket.socket, where: str) -> None:
        self._plug, self._where = plug, where
        self.broke: Failed | None = None  # not the error: its frames would keep the whole connection
        self.dry = False  # the last read took all there was
        self.polite = False  # we have said goodbye: let it arrive before closing

    def recv(self, buffer_size: int) -> bytes:
        try:
            data = self._plug.recv(buffer_size)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            self.dry = True
            raise BlockingIOError from None
        except OSError as error:
            self.broke = told(error, self._where)
            raise
        self.dry = not data
        return data

    def send(self, buffer: bytes | bytearray) -> int:
        try:
            return self._plug.send(buffer)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None
        except BlockingIOError:
            raise
        except OSError as error:
            # A broker that refuses our certificate says so, and closes before it has read what we say then.
            self.broke = self._last_words() or told(error, self._where)
            raise

    def pending(self) -> int:
        """Bytes that are decrypted already, of which poll(2) knows nothing."""
        return self._plug.pending() if isinstance(self._plug, ssl.SSLSocket) else 0

    def fileno(self) -> int:
        return self._plug.fileno()

    def setblocking(self, flag: bool) -> None:
        self._plug.setblocking(flag)

    def close(self) -> None:
        if self.polite:
            self._wait_for_the_end()
        self._plug.close()

    def _last_words(self) -> Failed | None:
        try:
            while self._plug.recv(65_536):
                pass
        except ssl.SSLError as error:
            return told(error, self._where)
        except OSError:
            return None
        return None

    def _wait_for_the_end(self) -> None:
        # Closing with something unread resets the connection, and the broker would never see our goodbye.
        try:
            self._plug.shutdown(socket.SHUT_WR)
            self._plug.settimeout(EOF_S)
            for _ in range(_LAST_READS):
                if not self._plug.recv(65_536):
                    return
        except OSError:
            return
