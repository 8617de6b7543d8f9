"""Words to systemd: ready, alive, stopping. One datagram each; without a socket, nothing."""

from __future__ import annotations

import contextlib
import os
import socket


class Notify:
    """The service's end of `Type=notify` (sd_notify(3)). Never blocks, never raises."""

    def __init__(self, address: str | None = None, watchdog_us: str | None = None) -> None:
        address = os.environ.get("NOTIFY_SOCKET") if address is None else address
        watchdog_us = os.environ.get("WATCHDOG_USEC") if watchdog_us is None else watchdog_us
        self._address = ("\0" + address[1:] if address.startswith("@") else address) if address else None
        self.watchdog_ms = int(watchdog_us) // 1000 if watchdog_us and watchdog_us.isdecimal() else None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    def say(self, *lines: str) -> None:
        """`READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=...`"""
        if self._address is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto("\n".join(lines).encode(), self._address)

    def close(self) -> None:
        self._socket.close()
