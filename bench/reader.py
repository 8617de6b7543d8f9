"""The RC522 reader: badge to number against the air, SPI calls beside the stock package's, CPU at rest.

Over the emulated chip of the tests, whose clock passes with each transfer and each sleep: these are
times of the bus and the air, the same on every machine. CPU at rest is real, over a stub of the bus.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from bench.figures import Figure
from fabgate.badges.iso14443 import ANSWER_S, air_s
from fabgate.devices.protocols import Appeared
from fabgate.devices.rc522 import Rc522, open_rc522

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from rc522.rig import Bench

BADGE = "04A39493CC8680"
OVERHEADS_US = (0, 50, 100, 400)
TIMES_THE_FLOOR = {50: 2, 400: 5}
FRAMES = (2, 2, 5, 9, 3, 2, 5, 9, 3)  # after the first call: bytes on the air to a 7-byte number and back
TURN_S = 1172 / 13_560_000  # from an answer to the next frame
HEALTHY = {0x37: 0x92, 0x14: 0x83, 0x2A: 0x8D, 0x11: 0x3D, 0x15: 0x40, 0x26: 0x70, 0x04: 0x01}


def measure(quick: bool) -> list[Figure]:
    return [*_times(), *_calls(), _rest(3 if quick else 30)]


def floor_ms() -> float:
    """The air alone: what no driver can go below at 106 kbit/s."""
    air = air_s(1, 7) + sum(air_s(size) for size in FRAMES)
    return round(1000 * (air + 5 * ANSWER_S + 4 * TURN_S), 2)


@contextmanager
def _reader(overhead_us: float) -> Iterator[tuple[Bench, Rc522]]:
    """A reader that has looked at an empty field for a while, just before its next look."""
    with Bench(overhead_us) as bench:
        reader = open_rc522(0, 0, 25, bench.clock)
        assert isinstance(reader, Rc522)
        reader.wait(1)
        bench.clock.sleep(0.1)
        yield bench, reader
        reader.close()


def _times() -> Iterator[Figure]:
    floor = floor_ms()
    for overhead in OVERHEADS_US:
        with _reader(overhead) as (bench, reader):
            begun = bench.clock.now_ns
            reader.wait(0)
            empty = (bench.clock.now_ns - begun) / 1e6
            bench.lay(BADGE)
            bench.clock.sleep(0.1)
            begun = bench.clock.now_ns
            (news,) = reader.wait(0)
            assert isinstance(news, Appeared)
            took = (bench.clock.now_ns - begun) / 1e6
        times = TIMES_THE_FLOOR.get(overhead)
        goal = None if times is None else round(times * floor, 2)
        where = f"at {overhead} us a call"
        yield Figure(f"reader: poll to 7-byte UID {where}", round(took, 2), "ms", floor, goal)
        yield Figure(f"reader: empty poll {where}", round(empty, 2), "ms", goal=17)


def _calls() -> Iterator[Figure]:
    with _reader(50) as (bench, reader):
        calls = bench.spi_calls
        reader.wait(0)
        empty = bench.spi_calls - calls
        bench.lay(BADGE)
        bench.clock.sleep(0.1)
        calls = bench.spi_calls
        reader.wait(0)
        full = bench.spi_calls - calls
    with Bench(50) as bench:
        stock = bench.simple()
        calls = bench.spi_calls
        assert stock.read_id_no_block() is None
        stock_empty = bench.spi_calls - calls
        bench.lay(BADGE)
        calls = bench.spi_calls
        cut = stock.read_id_no_block()
        stock_full = bench.spi_calls - calls
    yield Figure("reader: SPI calls of a 7-byte select", full, "calls", goal=40, note=BADGE)
    yield Figure("  stock read_id_no_block, with that badge", stock_full, "calls", note=f"gives {cut:X}")
    yield Figure("reader: SPI calls of an empty poll", empty, "calls", goal=20)
    yield Figure("  stock read_id_no_block, empty field", stock_empty, "calls")


class Stub:
    """A sound chip before an empty field, that costs as little as can be."""

    def xfer2(self, values: list[int]) -> Sequence[int]:
        if values[0] & 0x80:
            return [0, *(HEALTHY.get(value >> 1 & 0x3F, 0) for value in values[:-1])]
        return values


def _rest(seconds: int) -> Figure:
    mount = SimpleNamespace(
        spi=Stub(), drive_reset=lambda high: None, soft_reset=lambda: None, close=lambda: None
    )
    reader = Rc522("the reader", lambda: mount, time, patience_s=1.0)
    reader.wait(1.0)
    before = time.process_time()
    for _ in range(seconds):
        reader.wait(1.0)
    used = (time.process_time() - before) * 60 / seconds
    return Figure("reader: CPU at rest, a minute", round(used, 3), "s", goal=0.5, note="10 polls a second")
