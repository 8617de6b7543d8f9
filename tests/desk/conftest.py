"""The desk of a lab on its first day, ready to work at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from first_day import HandClock, Lab, done, settings_in
from newcomers import Newcomers, ruled

from fabgate.config import Settings
from fabgate.desk import lab
from fabgate.desk.deed import Desk
from fabgate.desk.members import Details
from fabgate.store.db import Store
from fabgate.store.keys import Keys


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def here(settings: Settings, clock: HandClock) -> Iterator[Lab]:
    done(lab.init(settings, clock, Details("Zoé Dupont", "zoe", login="zdupont")))
    folder = settings.gate.state
    with Store(folder).writer() as writer:
        yield Lab(Desk(settings, writer, clock, login="oslogin", keys=Keys.load(folder)), clock)


@pytest.fixture
def lab_of_newcomers(settings: Settings, clock: HandClock) -> Iterator[Newcomers]:
    """A lab whose rules ask for evidence: zoe, bob, eve and ada are there."""
    settings = ruled(settings)
    done(lab.init(settings, clock, Details("Zoé Dupont", "zoe", login="zdupont", nameable=True)))
    folder = settings.gate.state
    with Store(folder).writer() as writer:
        desk = Desk(settings, writer, clock, login="oslogin", keys=Keys.load(folder))
        house = Newcomers(desk, clock)
        house.people()
        yield house
