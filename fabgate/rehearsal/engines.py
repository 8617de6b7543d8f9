"""The engines of gate and hub, each on a client of the exchange, as their daemons put them together."""

from __future__ import annotations

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.errors import ScenarioError
from fabgate.rehearsal.exchange import Exchange
from fabgate.rehearsal.speaker import Speaker
from fabgate.rehearsal.stage import Stage


def gate_engine(stage: Stage, exchange: Exchange) -> Speaker:  # noqa: ARG001
    """The gate's end of the link, at work."""
    raise ScenarioError(f"{stage.settings.path}: this version has no hub", "Take the `hub` line out.")


def hub_engine(settings: Settings, clock: SimClock, exchange: Exchange) -> Speaker:  # noqa: ARG001
    """The hub, at work."""
    raise ScenarioError(f"{settings.path}: this version has no hub", "Take the `hub` line out.")
