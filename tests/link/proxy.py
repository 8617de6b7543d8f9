"""A TCP line on the loopback that can be bad: it stands between a client and its broker.

    with Proxy(broker.port) as line:
        ... connect to 127.0.0.1:{line.port} ...
        line.late(0.05)       # every byte comes so many seconds later, both ways
        line.cut()            # both ends are told (RST); new connections pass
        line.black_hole()     # whatever is said is swallowed; who connects is taken, and never answered
        line.half_open()      # only what the client says arrives; `to_client=True`: the reverse
        line.refuse()         # nobody listens here any more; what is connected stays
        line.heal()           # all as it was; what was swallowed stays swallowed

One thread, ended with the context. A verb is in force when it returns.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

HOST = "127.0.0.1"
MOST_BYTES = 1 << 20  # under way in one direction; then the sender is made to wait
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: closing sends RST


class Way:
    """One direction of a connection: bytes, and when each is due."""

    def __init__(self, source: socket.socket, target: socket.socket, *, to_client: bool) -> None:
        self.source, self.target, self.to_client = source, target, to_client
        self.under_way: deque[tuple[float, bytes]] = deque()
        self.bytes = 0
        self.passed = 0  # bytes that arrived
        self.ended = False

    def put(self, due: float, data: bytes) -> None:
        self.under_way.append((due, data))
        self.bytes += len(data)

    def deliver(self, now: float) -> None:
        while self.under_way and self.under_way[0][0] <= now:
            due, data = self.under_way[0]
            try:
                sent = self.target.send(data)
            except BlockingIOError:
                return
            self.bytes -= sent
            self.passed += sent
            if sent < len(data):
                self.under_way[0] = (due, data[sent:])
                return
            self.under_way.popleft()
        if self.ended and not self.under_way:
            with contextlib.suppress(OSError):
                self.target.shutdown(socket.SHUT_WR)


class Proxy:
    def __init__(self, broker_port: int) -> None:
        self._broker_port = broker_port
        self._listener: socket.socket | None = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._ways: list[Way] = []
        self._stranded: list[socket.socket] = []  # taken by the black hole, and never passed on
        self._late_s = 0.0
        self._swallows: Callable[[Way], bool] = lambda way: False
        self._alone = False  # new connections stay here
        self._accepted = 0
        self._lock = threading.Lock()
        self._told: deque[tuple[Callable[[], None], threading.Event]] = deque()
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._over = False
        self._thread = threading.Thread(name="proxy", target=self._work, daemon=True)

    # --- what it does to the line

    def late(self, seconds: float) -> None:
        def do() -> None:
            self._late_s = seconds

        self._tell(do)

    def cut(self) -> None:
        def do() -> None:
            for way in self._ways:
                way.source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self._drop_all()

        self._tell(do)

    def black_hole(self) -> None:
        def do() -> None:
            self._swallows, self._alone = lambda way: True, True

        self._tell(do)

    def half_open(self, *, to_client: bool = False) -> None:
        def do() -> None:
            self._swallows = lambda way: way.to_client is not to_client

        self._tell(do)

    def refuse(self) -> None:
        def do() -> None:
            if self._listener is not None:
                self._listener.close()
                self._listener = None

        self._tell(do)

    def heal(self) -> None:
        def do() -> None:
            self._late_s, self._alone, self._swallows = 0.0, False, lambda way: False
            if self._listener is None:
                self._listener = socket.create_server((HOST, self.port))

        self._tell(do)

    @property
    def accepted(self) -> int:
        """How many connections were taken so far."""
        with self._lock:
            return self._accepted

    @property
    def open(self) -> int:
        """How many connections pass now."""
        with self._lock:
            return len(self._ways) // 2

    # --- its thread

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        def do() -> None:
            self._over = True

        self._tell(do)
        self._thread.join(20)
        self._drop_all()
        for plug in (self._listener, self._ear, self._mouth):
            if plug is not None:
                plug.close()

    def _tell(self, do: Callable[[], None]) -> None:
        """Have it done by the thread: what another one closes stays open while the thread waits for it."""
        done = threading.Event()
        self._told.append((do, done))
        self._mouth.send(b"!")
        assert done.wait(20), "the proxy's thread has died"

    def _work(self) -> None:
        while not self._over:
            self._wait()
            with self._lock:
                with contextlib.suppress(BlockingIOError):
                    self._ear.recv(4096)
                while self._told:
                    do, done = self._told.popleft()
                    do()
                    done.set()
                self._accept()
                for way in list(self._ways):
                    try:
                        self._read(way)
                        way.deliver(time.monotonic())
                    except OSError:
                        self._drop(way)
                for way in [way for way in self._ways if self._is_over(way)]:
                    self._drop(way)

    def _wait(self) -> None:
        with self._lock:
            poll = select.poll()
            poll.register(self._ear, select.POLLIN)
            if self._listener is not None:
                poll.register(self._listener, select.POLLIN)
            wants: dict[int, int] = {}
            rest_s, now = 1.0, time.monotonic()
            for way in self._ways:
                if not way.ended and way.bytes < MOST_BYTES:
                    wants[way.source.fileno()] = wants.get(way.source.fileno(), 0) | select.POLLIN
                if way.under_way:
                    due_s = way.under_way[0][0] - now
                    if due_s <= 0:
                        wants[way.target.fileno()] = wants.get(way.target.fileno(), 0) | select.POLLOUT
                    else:
                        rest_s = min(rest_s, due_s)
            for handle, mask in wants.items():
                poll.register(handle, mask)
        poll.poll(rest_s * 1000)

    def _accept(self) -> None:
        if self._listener is None:
            return
        self._listener.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client, _ = self._listener.accept()
            self._accepted += 1
            if self._alone:
                self._stranded.append(client)
                return
            try:
                broker = socket.create_connection((HOST, self._broker_port))
            except OSError:
                client.close()
                return
            for plug in (client, broker):
                plug.setblocking(False)
                plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._ways += [Way(client, broker, to_client=False), Way(broker, client, to_client=True)]

    def _read(self, way: Way) -> None:
        if way.ended or way.bytes >= MOST_BYTES:
            return
        try:
            data = way.source.recv(65536)
        except BlockingIOError:
            return
        if not data:
            way.ended = True
        elif not self._swallows(way):
            way.put(time.monotonic() + self._late_s, data)

    def _is_over(self, way: Way) -> bool:
        both = [w for w in self._ways if w.source in (way.source, way.target)]
        return all(w.ended and not w.under_way for w in both)

    def _drop(self, way: Way) -> None:
        for other in [w for w in self._ways if w.source in (way.source, way.target)]:
            self._ways.remove(other)
        way.source.close()
        way.target.close()

    def _drop_all(self) -> None:
        while self._ways:
            self._drop(self._ways[0])
        while self._stranded:
            self._stranded.pop().close()
