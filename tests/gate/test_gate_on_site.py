"""The real daemon, a real broker: whom the hub says to be on site lets a trainee start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from broker import Broker, start_broker
from gate_hub import Hub, join
from gate_lab import GRACE, LASER, TOM, bodies, token_of, until
from gate_process import Process

from fabgate import config
from fabgate.config import Settings
from fabgate.records import SessionStarted
from fabgate.store.db import Store
from fabgate.wire.present import Here, Present

__all__ = ["start_broker"]
pytestmark = pytest.mark.xdist_group("machine")


@pytest.fixture
def hub(lab: Settings, start_broker: Callable[..., Broker]) -> Iterator[Hub]:
    """A hub whose gate has a laser that trainees start while a sponsor is on site."""
    text = lab.path.read_text(encoding="utf-8")
    accompanied = text.replace('title = "Laser"\n', 'title = "Laser"\nclass = "accompanied"\n')
    lab.path.write_text(accompanied, encoding="utf-8")
    broker = start_broker()
    join(lab, broker.port)
    with Hub(broker.port) as made:
        yield made


def says(hub: Hub, *here: Here) -> None:
    hub.say("present", Present(hub.model.epoch, here).encode())


def elsewhere(lab: Settings) -> list[tuple[str, bool]]:
    """Who the gate knows of by its hub, and whether they are there still."""
    with Store(lab.gate.state).reader() as reader:
        found = reader.conn.execute("SELECT member, out_ms IS NULL FROM present WHERE gate = 'hub'")
        return [(who, bool(there)) for who, there in found]


def test_a_sponsor_who_is_on_site_elsewhere_lets_a_trainee_start_r4_r12(
    run: Callable[..., Process], lab: Settings, hub: Hub
):
    gate = run()
    grace = Here("m-grace", int(time.time() * 1000) - 60_000)
    says(hub, grace)
    until(lambda: elsewhere(lab) == [("m-grace", True)])
    gate.start(LASER, TOM)
    [begun] = bodies(lab, SessionStarted)
    assert (begun.member, begun.sponsor, begun.company) == ("m-tom", None, ("m-grace",))
    assert 0 <= begun.roster_age_ms < 60_000
    says(hub, replace(grace, out_ms=int(time.time() * 1000)))
    until(lambda: elsewhere(lab) == [("m-grace", False)])
    gate.stop(LASER, TOM)
    assert gate.end() == 0


def test_without_a_word_of_the_hub_the_trainee_is_asked_for_a_sponsor_who_taps_r12(
    run: Callable[..., Process], lab: Settings, hub: Hub
):
    hub.close()
    gate = run()
    gate.tap(LASER, TOM)
    until(lambda: "sponsor" in gate.show(LASER)["display"].lower())
    gate.start(LASER, GRACE)
    [begun] = bodies(lab, SessionStarted)
    assert (begun.member, begun.sponsor, begun.badge) == ("m-tom", "m-grace", token_of(lab, TOM))
    assert begun.roster_age_ms == -1, "nobody knows how old the rights are"
    assert config.load(lab.path).machines[LASER].rules.stale_after_ms is None, "and nobody asks"
