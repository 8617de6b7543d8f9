"""Whatever a chip answers: no error but DeviceError, no number that no badge sent, and no end of waiting.

A chip that only babbles is found out at once, so this one also lies well: it tells the truth in so
many of a hundred answers, and what it says a badge sent is often right to the last check byte.
`--transfers 10000000` takes half a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from random import Random
from types import SimpleNamespace

import pytest
from rc522.faults import Broken, Garbage
from rc522.faults import Noise as Interference
from rc522.frame import crc_a, with_crc
from rc522.rig import Bench
from rc522_watch import ADA, CLASSIC, LONG, Watch, uid

from fabgate.badges.uid import Uid
from fabgate.devices.protocols import Appeared, Left, Refused, Sighting
from fabgate.devices.rc522 import Rc522
from fabgate.errors import BadgeError, DeviceError
from fabgate.model import Code

FIFO, LEVEL, IRQ, ERROR, CONTROL = 0x09, 0x0A, 0x04, 0x06, 0x0C
HEALTHY = {0x37: 0x92, 0x14: 0x83, 0x2A: 0x8D, 0x11: 0x3D, 0x15: 0x40, 0x26: 0x70}
SHARES = [0.0, 0.5, 0.9, 0.99, 0.999]
MOST_TRANSFERS = 2_000  # of one wait of half a second, restarts included
MOST_S = 1.5


class Time:
    """Passes by itself only as much as the bus takes."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Liar:
    """A chip that says what it likes; `truth` is the share of its answers that are in order."""

    def __init__(self, seed: int, truth: float, time: Time) -> None:
        self.transfers = 0
        self.said: list[tuple[bytes, bytes]] = []  # since the last call of the field: frame, answer
        self._rng, self._truth, self._time = Random(seed), truth, time
        self._frame = b""
        self._answer = b""

    def xfer2(self, values: list[int]) -> Sequence[int]:
        self.transfers += 1
        self._time.now += 16e-6
        if self._rng.random() < 0.0002:
            raise OSError(5, "Input/output error")
        if not values[0] & 0x80:
            if values[0] == FIFO << 1:
                self._hear(bytes(values[1:]))
            return values
        registers = [value >> 1 & 0x3F for value in values[:-1]]
        if registers[0] == FIFO:
            return [0, *self._sent(len(registers))]
        return [0, *(self._register(register) for register in registers)]

    def _hear(self, frame: bytes) -> None:
        self._frame = frame
        if frame == b"\x52":
            self.said = []
        self._answer = (
            self._right() if self._rng.random() < 0.9 else self._rng.randbytes(self._rng.randrange(7))
        )

    def _right(self) -> bytes:
        """What a badge could say to this frame."""
        if len(self._frame) == 1:
            return self._rng.randbytes(2)
        if len(self._frame) == 2:
            part = self._rng.choice((b"", b"", b"\x88", b"\x08", bytes(4))) + self._rng.randbytes(4)
            part = part[:4]
            return part + bytes([part[0] ^ part[1] ^ part[2] ^ part[3]])
        return with_crc(self._rng.choice((b"\x04", b"\x00", b"\x08", b"\x20")))

    def _sent(self, size: int) -> bytes:
        answer = self._answer if len(self._answer) == size and self._honest() else self._rng.randbytes(size)
        self.said.append((self._frame, answer))
        return answer

    def _register(self, register: int) -> int:
        if not self._honest():
            return self._rng.randrange(256)
        if register == IRQ:
            return self._rng.choice((0x20, 0x20, 0x20, 0x20, 0x21, 0x01, 0x00, 0x10))
        if register == ERROR:
            return self._rng.choice((0,) * 60 + (0x08, 0x02, 0x10))
        if register == LEVEL:
            return len(self._answer)
        return HEALTHY.get(register, 0)

    def _honest(self) -> bool:
        return self._rng.random() < self._truth


def proven(said: list[tuple[bytes, bytes]]) -> bytes | None:
    """The number that these frames and answers prove, worked out without the code that is tested."""
    number = b""
    rest = said[1:]
    for level, (look, select) in enumerate(zip(rest[::2], rest[1::2], strict=False)):
        (asked, part), (sent, sak) = look, select
        whole = len(part) == 5 and not part[0] ^ part[1] ^ part[2] ^ part[3] ^ part[4]
        if not whole or asked != bytes([0x93 + 2 * level, 0x20]):
            return None
        if sent != with_crc(bytes([0x93 + 2 * level, 0x70]) + part):
            return None
        if len(sak) != 3 or crc_a(sak[:1]) != sak[1:]:
            return None
        if not sak[0] & 0x04:
            return number + part[:4]
        number += part[1:4]
    return None


def badge(raw: bytes | None) -> Uid | None:
    try:
        return None if raw is None else Uid(raw)
    except BadgeError:
        return None


class Suspicious:
    """Somebody at the reader who believes nothing."""

    def __init__(self, liar: Liar) -> None:
        self._liar = liar
        self.there: set[Uid] = set()
        self.numbers = 0

    def hears(self, sighting: Sighting) -> None:
        match sighting:
            case Appeared(told):
                assert told == badge(proven(self._liar.said))
                assert told not in self.there
                self.there.add(told)
                self.numbers += 1
            case Left(told):
                self.there.remove(told)
            case Refused(Code.RANDOM_BADGE):
                assert proven(self._liar.said) is not None and badge(proven(self._liar.said)) is None
            case Refused(code):
                assert code is Code.TWO_BADGES


@pytest.mark.parametrize("truth", SHARES)
def test_a_lying_chip_makes_up_no_badge_and_stops_nobody(truth: float, request: pytest.FixtureRequest):
    transfers = int(request.config.getoption("--transfers")) // len(SHARES)
    time = Time()
    liar = Liar(round(truth * 1000), truth, time)
    mount = SimpleNamespace(
        spi=liar, drive_reset=lambda high: None, soft_reset=lambda: None, close=lambda: None
    )
    reader = Rc522("the reader", lambda: mount, time, patience_s=1.0)
    listener = Suspicious(liar)
    while liar.transfers < transfers:
        begun, begun_s = liar.transfers, time.now
        try:
            for sighting in reader.wait(0.5):
                listener.hears(sighting)
        except DeviceError:
            listener.there.clear()
            with suppress(DeviceError):
                reader.revive()
        assert liar.transfers - begun <= MOST_TRANSFERS and time.now - begun_s <= MOST_S
    assert bool(listener.numbers) == (truth >= 0.9), "the liar lies too badly to prove anything"


@pytest.mark.parametrize("share", [0.0002, 0.002, 0.02, 0.2, 1.0])
@pytest.mark.parametrize("card", [ADA, CLASSIC, LONG])
def test_a_badge_behind_a_bad_wire_is_told_as_itself_or_not_at_all(card: str, share: float):
    with Bench(overhead_us=50) as bench:
        watch = Watch(bench)
        watch.chip.fault(Garbage(Random(4), share))
        bench.lay(card)
        told = whatever(watch, 60)
    assert {each.uid for each in told if isinstance(each, Appeared | Left)} <= {uid(card)}


@pytest.mark.parametrize("seed", range(3))
def test_everything_at_once_ends_with_a_reader_that_reads(seed: int):
    rng = Random(seed)
    with Bench(overhead_us=50) as bench:
        watch = Watch(bench)
        bench.lay(ADA)
        for _ in range(30):
            fault = rng.choice((Garbage(rng, 0.05), Interference(rng, 0.05), Broken(5)))
            watch.chip.fault(fault, times=rng.randrange(1, 200))
            if rng.random() < 0.3:
                watch.chip.brown_out()
            told = whatever(watch, 3)
            assert {each.uid for each in told if isinstance(each, Appeared | Left)} <= {uid(ADA)}
        watch.chip.mend()
        whatever(watch, 30)
        bench.take(ADA)
        whatever(watch, 3)
        bench.lay(CLASSIC)
        assert Appeared(uid(CLASSIC), fresh=True) in watch.told(1)


def whatever(watch: Watch, seconds: float) -> list[Sighting]:
    """What the reader tells in this time, revived whenever it is blind."""
    told: list[Sighting] = []
    until = watch.bench.clock.monotonic() + seconds
    while watch.bench.clock.monotonic() < until:
        try:
            told += watch.reader.wait(0.5)
        except DeviceError:
            watch.bench.clock.sleep(0.2)
            try:
                watch.reader.revive()
            except DeviceError:
                continue
    return told
