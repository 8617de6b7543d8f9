"""The engines of gate and hub, each on a client of the exchange, as their daemons put them together."""

from __future__ import annotations

import random

from fabgate.config import Settings
from fabgate.devices.clock import SimClock
from fabgate.hub.books import SqliteBooks
from fabgate.hub.engine import Hub, hub_state
from fabgate.hub.engine import will as hub_will
from fabgate.link.gate_link import GateLink
from fabgate.link.presence import last_will
from fabgate.rehearsal.cast import HUB
from fabgate.rehearsal.exchange import Exchange, Will
from fabgate.rehearsal.speaker import RAREST_MS, Speaker
from fabgate.rehearsal.stage import Stage
from fabgate.store.db import Store
from fabgate.wire.topics import to_gate, to_hub


def gate_engine(stage: Stage, exchange: Exchange, seed: int, rarest_ms: int = RAREST_MS) -> Speaker:
    """The gate's end of the link, at work."""
    settings, clock = stage.settings, stage.clock
    lab, gate, instance = settings.lab.name, settings.gate.name, clock.now().boot
    port = exchange.join(gate, to_gate(lab, gate), Will(*last_will(lab, gate, instance)))
    chance = random.Random(f"{seed} {instance}").random
    link = GateLink(stage.store, settings, clock, port, stage.hooks(), chance, instance)
    return Speaker(port, link, lambda: exchange.now_ms, lambda: link.writer.close(), rarest_ms)


def hub_engine(
    settings: Settings, clock: SimClock, exchange: Exchange, rarest_ms: int = RAREST_MS
) -> Speaker:
    """The hub, at work."""
    books = SqliteBooks(Store(settings.gate.state))
    lab, instance = settings.lab.name, clock.now().boot
    will = Will(hub_state(lab), hub_will(books, instance))
    port = exchange.join(HUB, to_hub(lab), will)
    hub = Hub(books, settings, clock, port, instance)
    return Speaker(port, hub, lambda: exchange.now_ms, books.close, rarest_ms)
