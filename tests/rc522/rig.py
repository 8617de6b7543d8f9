"""A controller with emulated readers, and the real `mfrc522` package running over them.

    with Bench(overhead_us=50) as bench:
        reader = bench.reader()
        bench.lay("04A39493CC8680")
        reader.MFRC522_Request(reader.PICC_REQIDL)

Inside the `with`, `import mfrc522`, `import spidev` and `import RPi.GPIO` give the package over the
emulated bus; afterwards they are as before. For other tests: `from rc522.rig import Bench`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from .chip import Chip
from .clock import Clock
from .field import Field
from .gpio import BCM, Pins, gpio_modules
from .picc import Picc
from .spi import Bus, Call, spidev_module

STAND_INS = ("mfrc522", "RPi", "spidev")
ONE_READER = {0: 25}  # chip select -> BCM pin of its RST line, as the package has it


class Bench:
    """A virtual controller: a clock, a bus, pins, and a chip for each chip select in `rst`.

    `overhead_us`: what an SPI call costs besides its bits (8 us a byte at 1 MHz). `wake_us`: how
    long a chip needs after its RST line is released. Nothing here sleeps; see `LiveClock` for real time.
    """

    def __init__(
        self,
        overhead_us: float = 50,
        *,
        rst: Mapping[int, int] = ONE_READER,
        clock: Clock | None = None,
        wake_us: float = 1_000,
    ) -> None:
        self.clock = clock or Clock()
        self.pins = Pins()
        self.rst = dict(rst)
        self.chips = {cs: Chip(self.clock, wake_us=wake_us) for cs in rst}
        self.bus = Bus(self.clock, self.chips, round(overhead_us * 1000))
        self._before: dict[str, ModuleType] = {}
        self._handlers: list[logging.Handler] = []
        for cs, pin in rst.items():
            self.pins.wire(pin, self.chips[cs].rst)

    def __enter__(self) -> Bench:
        self._handlers = list(_package_log().handlers)
        self._before = _unloaded()
        sys.modules.update({"spidev": spidev_module(self.bus), **gpio_modules(self.pins)})
        return self

    def __exit__(self, *_: object) -> None:
        _unloaded()
        sys.modules.update(self._before)
        _package_log().handlers[:] = self._handlers  # the package adds one at each construction

    @property
    def spi_calls(self) -> int:
        """How many transfers there were, on all chip selects."""
        return self.bus.calls

    def chip(self, cs: int = 0) -> Chip:
        return self.chips[cs]

    def field(self, cs: int = 0) -> Field:
        return self.chips[cs].field

    def reader(self, cs: int = 0) -> Any:
        """The package's own `MFRC522` on this chip select, constructed as a careful caller would."""
        from mfrc522 import MFRC522  # type: ignore[import-untyped]

        self.pins.setmode(BCM)
        return MFRC522(device=cs, pin_mode=BCM, pin_rst=self.rst[cs])

    def simple(self) -> Any:
        """The package's `SimpleMFRC522`, which takes chip select 0."""
        from mfrc522 import SimpleMFRC522

        return SimpleMFRC522()

    def lay(self, badge: str | bytes | Picc, cs: int = 0, *, awake: bool = True, **traits: Any) -> Picc:
        """Lay a badge on a reader: a UID, or a Picc. `traits` are those of Picc.

        `awake=False`: it has just come into the field and needs its `wake_us` to answer.
        """
        picc = badge if isinstance(badge, Picc) else Picc(_uid(badge), **traits)
        with self.clock.lock:
            self.field(cs).lay(picc, awake=awake)
        return picc

    def take(self, badge: str | bytes | Picc, cs: int = 0) -> Picc:
        """Take a badge off a reader, also in the middle of its answer. Raises KeyError if it is not there."""
        with self.clock.lock:
            picc = badge if isinstance(badge, Picc) else self._lying(_uid(badge), cs)
            self.field(cs).take(picc)
        return picc

    def _lying(self, uid: bytes, cs: int) -> Picc:
        for picc in self.field(cs).badges:
            if picc.uid == uid:
                return picc
        raise KeyError(uid.hex())

    @contextmanager
    def recording(self) -> Iterator[list[Call]]:
        """The transfers made within, in order."""
        before, self.bus.log = self.bus.log, []
        try:
            yield self.bus.log
        finally:
            self.bus.log = before


def _uid(text: str | bytes) -> bytes:
    return bytes.fromhex(text) if isinstance(text, str) else text


def _package_log() -> logging.Logger:
    return logging.getLogger("mfrc522Logger")


def _unloaded() -> dict[str, ModuleType]:
    """Take the package and what it stands on out of sys.modules; they are given back."""
    names = [name for name in sys.modules if name.split(".")[0] in STAND_INS]
    return {name: sys.modules.pop(name) for name in names}
