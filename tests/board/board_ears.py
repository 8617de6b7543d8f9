"""Browsers that listen to a live page, without a screen."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

PATIENCE_S = 10.0


class Ear:
    """A browser that listens to one stream, and forgets nothing."""

    def __init__(self, url: str, path: str, **headers: str) -> None:
        where = urlsplit(url)
        self._line = http.client.HTTPConnection(where.hostname, where.port, timeout=PATIENCE_S)
        self._line.request("GET", path, headers={"accept-language": "en"} | headers)
        self._answer = self._line.getresponse()
        self.status = self._answer.status
        self.kind = self._answer.getheader("content-type")

    def next(self) -> dict[str, str]:
        """The next event that is not a beat; it must come."""
        end = time.monotonic() + PATIENCE_S
        while True:
            found = self._event()
            assert time.monotonic() < end, f"nothing but {found} for {PATIENCE_S} s"
            if found.get("event") not in (None, "beat"):
                return found

    def next_of(self, kind: str) -> dict[str, str]:
        while True:
            found = self._event()
            if found.get("event") == kind or not found:
                return found

    def _event(self) -> dict[str, str]:
        lines: list[str] = []
        while (line := self._answer.readline().decode()) not in ("\n", ""):
            lines.append(line.rstrip("\n"))
        found: dict[str, str] = {}
        for one in lines:
            name, _, value = one.partition(": ")
            found[name] = f"{found[name]}\n{value}" if name in found else value
        return found

    def ended(self) -> bool:
        return self._answer.readline() == b"" and self._answer.isclosed()

    def hang_up(self) -> None:
        self._answer.close()
        self._line.close()


class Ears:
    """Those that listen to one board."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._open: list[Ear] = []

    def __call__(self, path: str, **headers: str) -> Ear:
        self._open.append(Ear(self.url, path, **headers))
        return self._open[-1]

    def hang_up(self) -> None:
        for one in self._open:
            one.hang_up()


@contextmanager
def ears_at(url: str) -> Iterator[Ears]:
    found = Ears(url)
    try:
        yield found
    finally:
        found.hang_up()
