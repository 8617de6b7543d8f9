"""A network cable that can be pulled: what stands between a gate of the demo and its broker."""

from __future__ import annotations

import socket
from contextlib import suppress
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Self

from fabgate.gate.threads import spawn
from fabgate.link.embedded import LOOPBACK

_PIECE = 1 << 16
_PATIENCE_S = 5.0


class Cable:
    """Takes connections at `port` of this machine and carries them to another port, while it is plugged in.

    Pulled, it drops all that it carries, and whoever tries anew is hung up on. Any thread may call any of it.
    """

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self._listener.getsockname()[1])
        self._lock = Lock()
        self._ends: set[socket.socket] = set()
        self._plugged = True

    def __enter__(self) -> Self:
        spawn(f"cable-{self.port}", self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.plug(False)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits there
        self._listener.close()

    @property
    def plugged(self) -> bool:
        return self._plugged

    def plug(self, in_: bool) -> None:
        """Plug it in, or pull it."""
        with self._lock:
            self._plugged = in_
            for end in () if in_ else self._ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _take(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection((LOOPBACK, self._to_port), timeout=_PATIENCE_S)
        except OSError:
            near.close()
            return
        for end in (near, far):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            if self._plugged:
                self._ends |= {near, far}
                spawn("cable-up", partial(self._carry, near, far))
                spawn("cable-down", partial(self._carry, far, near))
                return
        near.close()
        far.close()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        """Until one of the two has hung up; then both have."""
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                target.sendall(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._ends.discard(source)
        source.close()
