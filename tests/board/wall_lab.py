"""A wall before a gate at work, and before a hub that hears its gates."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from cli_lab import Lab
from hub_lab import Lab as HubLab
from starlette.testclient import TestClient

from fabgate.board import wall
from fabgate.board.app import application
from fabgate.board.house import House
from fabgate.reports.checks import RUN_LOCK


@contextmanager
def gate_runs(lab: Lab) -> Iterator[None]:
    """As if a daemon ran on these books: it holds this lock for as long as it does."""
    with (lab.settings.gate.state / RUN_LOCK).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def wall_of(hub: HubLab) -> Iterator[TestClient]:
    with TestClient(
        application(House(hub.settings, hub.clock), wall.ROUTES), base_url="https://board.lan"
    ) as found:
        yield found
