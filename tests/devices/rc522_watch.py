"""An RC522 over the emulated chip, and somebody who waits at it."""

from __future__ import annotations

from typing import Any

from rc522.rig import Bench

from fabgate.badges.uid import Uid, parse
from fabgate.devices.protocols import Sighting
from fabgate.devices.rc522 import open_rc522
from fabgate.model import Hold

ADA, GRACE = "04A39493CC8680", "04A394FFFFFFFF"  # the same badge to the stock package
CLASSIC, LONG = "DEADBEEF", "04A39493CC8680112233"
PHONE = "08A1B2C3"
UP_S = 0.4  # a reader that just came up has looked round by then


def uid(text: str) -> Uid:
    return parse(text)


class Watch:
    """A reader in front of an emulated field; `bench.clock` is the only time there is."""

    def __init__(self, bench: Bench, cs: int = 0, hold: Hold = Hold.SLOT, *, up: bool = True) -> None:
        self.bench, self.cs = bench, cs
        self.reader = open_rc522(0, cs, bench.rst[cs], bench.clock, hold)
        if up:
            assert self.told(UP_S) == []

    @property
    def chip(self) -> Any:
        return self.bench.chip(self.cs)

    def told(self, seconds: float) -> list[Sighting]:
        """What the reader tells within so many seconds. Raises DeviceError as the reader does."""
        return [news for _, news in self.timed(seconds)]

    def timed(self, seconds: float) -> list[tuple[float, Sighting]]:
        """The same, each with the seconds that had passed."""
        clock = self.bench.clock
        begun = clock.monotonic()
        told: list[tuple[float, Sighting]] = []
        while (left := begun + seconds - clock.monotonic()) > 1e-9:
            news = self.reader.wait(left)
            told += [(clock.monotonic() - begun, each) for each in news]
        return told

    def rest(self) -> None:
        """Until just before the next look."""
        self.told(0.2)
        self.bench.clock.sleep(0.1)

    def look(self) -> tuple[tuple[Sighting, ...], int, float]:
        """One look that is due: what it told, its SPI calls, and how many ms it took."""
        calls, begun = self.bench.spi_calls, self.bench.clock.now_ns
        news = self.reader.wait(0)
        return news, self.bench.spi_calls - calls, (self.bench.clock.now_ns - begun) / 1e6
