"""A line that is bad does what its words say: the tests of the link lean on it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from proxy import HOST, Proxy


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of somebody who says back what it hears, to one caller after another."""
    server = socket.create_server((HOST, 0))

    def work() -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = server.accept()
                with caller, contextlib.suppress(OSError):
                    while data := caller.recv(65536):
                        caller.sendall(data)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(10)


@pytest.fixture
def line(echo: int) -> Iterator[Proxy]:
    with Proxy(echo) as made:
        yield made


@pytest.fixture
def call(line: Proxy) -> Iterator[Callable[[], socket.socket]]:
    made: list[socket.socket] = []

    def begin() -> socket.socket:
        made.append(socket.create_connection((HOST, line.port), timeout=10))
        return made[-1]

    yield begin
    for plug in made:
        plug.close()


def heard(plug: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += plug.recv(count - len(data))
    return data


def says_nothing(plug: socket.socket) -> bool:
    plug.settimeout(0.1)
    try:
        return not plug.recv(1)
    except TimeoutError:
        return True
    finally:
        plug.settimeout(10)


def test_a_good_line_passes_everything(call: Callable[[], socket.socket]) -> None:
    plug = call()
    data = bytes(range(256)) * 10_000
    sender = threading.Thread(target=plug.sendall, args=(data,))
    sender.start()
    assert heard(plug, len(data)) == data
    sender.join()


def test_a_late_line_takes_its_time_both_ways(line: Proxy, call: Callable[[], socket.socket]) -> None:
    plug = call()
    line.late(0.05)
    begun = time.monotonic()
    plug.sendall(b"hello")
    assert heard(plug, 5) == b"hello"
    assert time.monotonic() - begun >= 0.1


def test_a_cut_is_told_and_the_next_connection_passes(line: Proxy, call: Callable[[], socket.socket]) -> None:
    plug = call()
    plug.sendall(b"hello")
    heard(plug, 5)
    line.cut()
    with pytest.raises(ConnectionResetError):
        plug.recv(1)
    again = call()
    again.sendall(b"again")
    assert heard(again, 5) == b"again"


def test_a_black_hole_takes_callers_and_tells_nothing(line: Proxy, call: Callable[[], socket.socket]) -> None:
    plug = call()
    plug.sendall(b"hello")
    heard(plug, 5)
    line.black_hole()
    other = call()
    for each in (plug, other):
        each.sendall(b"lost")
        assert says_nothing(each)
    line.heal()
    plug.sendall(b"hello")
    assert heard(plug, 5) == b"hello"


@pytest.mark.parametrize("to_client", [False, True])
def test_a_half_open_line_passes_one_way(echo: int, to_client: bool) -> None:
    with Proxy(echo) as line, socket.create_connection((HOST, line.port), timeout=10) as plug:
        plug.sendall(b"hello")
        heard(plug, 5)
        line.half_open(to_client=to_client)
        plug.sendall(b"lost")
        assert says_nothing(plug)
        passed = {way.to_client: way.passed for way in line._ways}
        assert passed == {False: 5 if to_client else 9, True: 5}


def test_a_refusing_line_takes_nobody_and_keeps_who_is_there(
    line: Proxy, call: Callable[[], socket.socket]
) -> None:
    plug = call()
    plug.sendall(b"hello")
    heard(plug, 5)
    line.refuse()
    with pytest.raises(ConnectionRefusedError):
        call()
    plug.sendall(b"hello")
    assert heard(plug, 5) == b"hello"
    line.heal()
    assert call()


def test_its_end_is_passed_on(line: Proxy, call: Callable[[], socket.socket]) -> None:
    plug = call()
    plug.sendall(b"last")
    plug.shutdown(socket.SHUT_WR)
    assert heard(plug, 4) == b"last"
    assert plug.recv(1) == b""
