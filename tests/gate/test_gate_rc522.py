"""An RC522 at the gate: from a badge in its field to what the loop is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gate_lab import ADA, LASER
from rc522.faults import Stuck
from rc522.rig import Bench

from fabgate.badges.uid import parse
from fabgate.config import Settings
from fabgate.devices.rc522 import open_rc522
from fabgate.events import BadgeGone, BadgeSeen, BadgeUnfit, Event, Mended, Troubled
from fabgate.gate.readers import ReaderEdge
from fabgate.model import Code, Trouble
from fabgate.store.keys import Keys


class Watched:
    """An edge over an emulated reader, and what it posted."""

    def __init__(self, bench: Bench, keys: Keys) -> None:
        self.bench = bench
        self.posted: list[Event] = []
        reader = open_rc522(0, 0, 25, bench.clock)
        self.edge = ReaderEdge(LASER, reader, keys, bench.clock, self.posted.append)
        self.turn()

    def turn(self, seconds: float = 1.0) -> list[Event]:
        """What was posted while so much time passed."""
        self.posted.clear()
        until = self.bench.clock.monotonic() + seconds
        while self.bench.clock.monotonic() < until:
            self.edge.turn(0.1)
            self.bench.clock.sleep(0.01)
        return list(self.posted)


@pytest.fixture
def keys(lab: Settings) -> Keys:
    return Keys.load(lab.gate.state)


@pytest.fixture
def watched(keys: Keys) -> Iterator[Watched]:
    with Bench() as bench:
        yield Watched(bench, keys)


def test_a_badge_is_seen_by_its_token_and_gone_by_it(watched: Watched, keys: Keys):
    (token,) = keys.tokens(ADA)
    watched.bench.lay(ADA.raw)
    (seen,) = watched.turn()
    watched.bench.take(ADA.raw)
    (gone,) = watched.turn(2)
    assert isinstance(seen, BadgeSeen) and (seen.machine, seen.token, seen.fresh) == (LASER, token, True)
    assert isinstance(gone, BadgeGone) and (gone.machine, gone.token) == (LASER, token)


def test_two_badges_that_the_stock_package_takes_for_one_are_two_members(watched: Watched, keys: Keys):
    tokens = []
    for uid in ("04A39493CC8680", "04A394FFFFFFFF"):
        picc = watched.bench.lay(uid)
        tokens += [event.token for event in watched.turn() if isinstance(event, BadgeSeen)]
        watched.bench.take(picc)
        watched.turn(2)
    assert tokens == [keys.tokens(parse(uid))[0] for uid in ("04A39493CC8680", "04A394FFFFFFFF")]
    assert tokens[0] != tokens[1]


def test_two_badges_at_once_are_told_and_neither_is_looked_up(watched: Watched):
    watched.bench.lay("04A39493CC8680")
    watched.bench.lay("DEADBEEF")
    (told,) = watched.turn(3)
    assert isinstance(told, BadgeUnfit) and told.code is Code.TWO_BADGES


def test_a_phone_is_told_that_its_number_does_not_stay(watched: Watched):
    watched.bench.lay("08A1B2C3")
    (told,) = watched.turn(3)
    assert isinstance(told, BadgeUnfit) and told.code is Code.RANDOM_BADGE


def test_a_reader_that_dies_is_told_once_and_so_is_its_return(watched: Watched):
    watched.bench.chip().fault(Stuck(0xFF))
    (dead,) = watched.turn(5)
    watched.bench.chip().mend()
    (back,) = watched.turn(5)
    assert isinstance(dead, Troubled) and dead.trouble is Trouble.READER
    assert isinstance(back, Mended) and back.trouble is Trouble.READER
