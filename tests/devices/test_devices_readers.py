"""What every badge reader must do, run on each kind that can be tapped without the real thing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from rc522.clock import LiveClock
from rc522.faults import Stuck
from rc522.rig import Bench
from typist import Socket

from fabgate.badges.typed import Notation
from fabgate.badges.uid import Uid
from fabgate.config import ReaderSettings, Settings
from fabgate.devices.clock import SimClock
from fabgate.devices.pi import open_reader
from fabgate.devices.protocols import Appeared, Left, Reader, Sighting
from fabgate.devices.rc522 import open_rc522
from fabgate.devices.sim import SimBench
from fabgate.devices.usb import Keyboard, UsbReader
from fabgate.errors import DeviceError
from fabgate.model import Hold, MachineId

LASER = MachineId("laser")


@dataclass
class Stand:
    """A reader, and hands that do something to it."""

    reader: Reader
    tap: Callable[[Uid], object]
    blind: Callable[[], object]
    mend: Callable[[], object]


@pytest.fixture(params=["sim", "usb", "rc522"])
def stand(request: pytest.FixtureRequest, clock: SimClock) -> Iterator[Stand]:
    made: Stand = request.getfixturevalue(f"{request.param}_stand")
    yield made
    made.reader.close()


@pytest.fixture
def sim_stand(lab: Callable[..., Settings], clock: SimClock) -> Stand:
    bench = SimBench(lab(), clock)
    (reader,) = bench.machines[LASER].readers
    return Stand(
        reader,
        tap=lambda uid: bench.tap(LASER, uid),
        blind=lambda: bench.fail(LASER, "reader"),
        mend=lambda: bench.mend(LASER, "reader"),
    )


@pytest.fixture
def usb_stand(tmp_path: Path, clock: SimClock) -> Iterator[Stand]:
    socket = Socket(tmp_path / "reader-event-kbd", clock)
    reader = UsbReader(Keyboard(socket.path, ioctl=socket.ioctl), "us", Notation(), clock)
    yield Stand(reader, tap=socket.tap, blind=socket.unplug, mend=socket.plug_in)
    socket.unplug()


class Hand:
    """Holds badges before an emulated RC522, one after another, for a second each."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._free_s = 0.0
        self._blind = False

    def tap(self, uid: Uid) -> None:
        if self._blind:
            return  # it came and went, and nothing saw it
        clock = self._bench.clock
        at_s = max(self._free_s, clock.monotonic() + 1.0)
        clock.after(at_s - clock.monotonic(), lambda: self._bench.lay(uid.raw))
        clock.after(at_s - clock.monotonic() + 1.0, lambda: self._bench.take(uid.raw))
        self._free_s = at_s + 1.8

    def blind(self) -> None:
        self._blind = True
        self._bench.chip().fault(Stuck(0xFF))

    def mend(self) -> None:
        self._blind = False
        self._bench.chip().mend()


@pytest.fixture
def rc522_stand() -> Iterator[Stand]:
    with Bench(clock=LiveClock()) as bench:
        hand = Hand(bench)
        reader = open_rc522(0, 0, 25, bench.clock, Hold.TAP)
        yield Stand(reader, tap=hand.tap, blind=hand.blind, mend=hand.mend)
        reader.close()


def heard(reader: Reader, count: int) -> tuple[Sighting, ...]:
    """The next so many sightings: a reader that polls tells one at a time."""
    news: tuple[Sighting, ...] = ()
    for _ in range(count):
        if len(news) < count:
            news += reader.wait(30)
    return news


def test_a_reader_to_which_nothing_comes_says_so_at_once(stand: Stand):
    assert stand.reader.wait(0) == ()
    stand.reader.revive()
    assert stand.reader.wait(0) == ()


def test_the_digits_of_the_configuration_reach_a_usb_reader(tmp_path: Path):
    set_to = ReaderSettings("usb", path=tmp_path / "gone")
    open_reader(set_to).close()
    with pytest.raises(DeviceError, match="no badge number has 9 hex digits"):
        open_reader(replace(set_to, digits=9))


def test_a_badge_that_is_tapped_appears_fresh_and_leaves(stand: Stand, ada: Uid):
    stand.tap(ada)
    assert heard(stand.reader, 2) == (Appeared(ada, fresh=True), Left(ada))
    assert stand.reader.wait(0) == ()


def test_badges_are_told_in_their_order(stand: Stand, ada: Uid, grace: Uid):
    for uid in (ada, grace, ada):
        stand.tap(uid)
    told = [sighting for sighting in heard(stand.reader, 6) if isinstance(sighting, Appeared)]
    assert [sighting.uid for sighting in told] == [ada, grace, ada]


def test_a_reader_that_sees_is_not_changed_by_reviving_it(stand: Stand, ada: Uid):
    stand.tap(ada)
    stand.reader.revive()
    assert heard(stand.reader, 2) == (Appeared(ada, fresh=True), Left(ada))


def test_a_reader_that_waits_wakes_up_for_a_badge(stand: Stand, ada: Uid):
    assert _told(stand.reader, lambda: stand.tap(ada))[:1] == [Appeared(ada, fresh=True)]


def test_a_reader_that_waits_wakes_up_when_it_goes_blind(stand: Stand):
    assert _told(stand.reader, stand.blind) == ["refused"]


def test_a_reader_that_waits_wakes_up_when_it_is_closed(stand: Stand):
    # A wait that begins only after the close is refused; one that stood there ends with nothing.
    assert _told(stand.reader, stand.reader.close) in ([], ["refused"])


def test_a_blind_reader_sees_nothing_until_it_is_mended_and_revived(stand: Stand, ada: Uid, grace: Uid):
    stand.blind()
    stand.tap(ada)
    for _ in range(2):
        with pytest.raises(DeviceError):
            stand.reader.wait(0)
        with pytest.raises(DeviceError):
            stand.reader.revive()
    stand.mend()
    with pytest.raises(DeviceError):
        stand.reader.wait(0)
    stand.reader.revive()
    assert stand.reader.wait(0) == ()
    stand.tap(grace)
    assert heard(stand.reader, 2) == (Appeared(grace, fresh=True), Left(grace))


def test_a_closed_reader_stays_closed(stand: Stand, ada: Uid):
    stand.reader.close()
    stand.reader.close()
    stand.tap(ada)
    for use in (lambda: stand.reader.wait(0), stand.reader.revive):
        with pytest.raises(DeviceError, match="closed"):
            use()


def test_what_goes_wrong_says_what_to_do(stand: Stand):
    stand.blind()
    for use in (lambda: stand.reader.wait(0), stand.reader.revive):
        with pytest.raises(DeviceError) as wrong:
            use()
        assert wrong.value.remedy


def _told(reader: Reader, deed: Callable[[], object]) -> list[Any]:
    """What a reader tells that waits while something is done."""
    told: list[Any] = []
    begun = threading.Event()

    def watch() -> None:
        begun.set()
        try:
            told.extend(reader.wait(30))
        except DeviceError:
            told.append("refused")

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun.wait(30)
    since_s = time.monotonic()
    deed()
    watcher.join(30)
    assert time.monotonic() - since_s < 15
    return told
