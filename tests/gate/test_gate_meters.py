"""A machine's meter: what is told of its current, and when it is to be read again."""

from __future__ import annotations

import pytest
from gate_lab import WALL_MS
from gate_saw import SAW

from fabgate.config.settings import MeterSettings
from fabgate.devices.clock import SimClock
from fabgate.errors import DeviceError
from fabgate.events import Activity, Event, Mended, Tick, Troubled
from fabgate.gate.meters import MeterEdge
from fabgate.model import Trouble
from fabgate.rules.feedback import Sight


class Clamp:
    """A clamp around a wire that carries `current` mA."""

    def __init__(self) -> None:
        self.current, self.broken = 0, False

    def read(self) -> int:
        if self.broken:
            raise DeviceError("no answer on the bus", "See that the meter is wired.")
        return self.current

    def close(self) -> None:
        pass


class Shop:
    """A clamp at the saw, its edge, and what it posted."""

    def __init__(self) -> None:
        self.clamp, self.clock = Clamp(), SimClock(WALL_MS)
        self.posted: list[Event] = []
        settings = MeterSettings("sim", busy=1_000, idle=800, hold_ms=10_000)
        self.edge = MeterEdge(SAW, self.clamp, settings, self.clock, self.posted.append)

    def read(self, current: int, after_ms: int = 0) -> list[Event]:
        self.clock.advance(after_ms)
        self.clamp.current = current
        self.edge.turn()
        posted, self.posted[:] = list(self.posted), []
        return [event for event in posted if not isinstance(event, Tick)]


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_work_is_told_at_once_and_rest_when_it_lasts_each_of_them_once(shop: Shop):
    assert shop.read(3_000) == [Activity(SAW, True, shop.clock.now())]
    assert shop.read(3_000, 500) == []
    assert shop.read(0, 500) == []
    assert shop.edge.wake_ms() == 11_000
    assert shop.read(0, 9_999) == []
    assert shop.read(0, 1) == [Activity(SAW, False, shop.clock.now())]
    assert shop.edge.wake_ms() is None
    assert shop.read(1_000, 500) == [Activity(SAW, True, shop.clock.now())]


def test_a_meter_that_fails_is_told_once_and_nothing_is_known_then(shop: Shop):
    shop.read(3_000)
    shop.clamp.broken = True
    now = shop.clock.now()
    assert shop.read(3_000) == [Troubled(SAW, Trouble.METER, now), Activity(SAW, None, now)]
    assert shop.edge.dead
    assert shop.edge.sight is None
    assert shop.read(3_000, 1_000) == []
    shop.clamp.broken = False
    now = shop.clock.now()
    assert shop.read(3_000) == [Mended(SAW, Trouble.METER, now), Activity(SAW, True, now)]
    assert not shop.edge.dead


def test_a_meter_that_never_answered_has_nothing_to_take_back(shop: Shop):
    shop.clamp.broken = True
    assert shop.read(0) == [Troubled(SAW, Trouble.METER, shop.clock.now())]


def test_rest_is_counted_anew_after_a_failure(shop: Shop):
    shop.read(0)
    shop.clamp.broken = True
    shop.read(0, 9_000)
    shop.clamp.broken = False
    shop.read(0, 500)
    assert shop.read(0, 9_999) == []
    assert shop.read(0, 1) == [Activity(SAW, False, shop.clock.now())]


def test_a_current_that_comes_or_goes_has_the_loop_look(shop: Shop):
    shop.edge.turn()
    assert shop.edge.sight == Sight(False, 0)
    shop.posted.clear()
    for current, looks in ((0, 0), (200, 1), (900, 0), (199, 1)):
        shop.clamp.current = current
        shop.clock.advance(500)
        shop.edge.turn()
        ticks = [event for event in shop.posted if isinstance(event, Tick)]
        assert len(ticks) == looks
        shop.posted.clear()
    assert shop.edge.sight == Sight(False, 2_000)
