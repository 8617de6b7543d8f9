"""Pages of rights on their way to a gate: each goes once while it gets on, and again where it does not."""

from __future__ import annotations

import pytest
from hub_lab import LAB, Lab, enrol
from test_hub_hostile import info

from fabgate.hub import publisher
from fabgate.hub.publisher import AGAIN_MS, WINDOW
from fabgate.link.port import Message
from fabgate.rehearsal.exchange import ExchangePort
from fabgate.wire.roster import Need, Page

MEMBERS = 16


class SlowGate:
    """A gate that says by and by how far it is. `pages` came to it, by the number that each begins after."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.port: ExchangePort = lab.exchange.join("gate-9", (f"fabgate/1/{LAB}/gate-9/roster",))
        self.pages: list[Page] = []
        self._say("info", info("a", "laser"))

    def after(self, ms: int) -> list[int]:
        """Which pages came by then."""
        self._lab.pass_ms(ms)
        self._lab.settle()
        before = len(self.pages)
        for event in self.port.poll():
            if isinstance(event, Message):
                page = Page.decode(event.payload)
                assert isinstance(page, Page)
                self.pages.append(page)
                self.port.acknowledge(event)
        return [page.after for page in self.pages[before:]]

    def has(self, arrived: int) -> None:
        self._say("need", Need(self.pages[0].hub, arrived).encode())

    def _say(self, what: str, payload: bytes) -> None:
        self.port.publish(f"fabgate/1/{LAB}/gate-9/{what}", payload)
        self._lab.settle()


@pytest.fixture
def gate(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> SlowGate:
    """Each page holds one right."""
    monkeypatch.setattr(publisher, "MOST", 1)
    with lab.desk() as desk:
        for number in range(MEMBERS):
            enrol(desk, f"m{number}")
    return SlowGate(lab)


def test_a_gate_that_gets_on_is_told_nothing_twice(gate: SlowGate) -> None:
    gate.after(0)
    assert len(gate.pages) == WINDOW
    for place in range(MEMBERS):
        gate.after(AGAIN_MS // 3)
        gate.has(gate.pages[place].upto)
    told = [page.after for page in gate.pages]
    assert len(told) > MEMBERS
    assert told == sorted(set(told))


def test_a_gate_that_stops_getting_on_is_told_again_from_there(gate: SlowGate) -> None:
    gate.after(0)
    gate.after(AGAIN_MS - 1_000)
    gate.has(gate.pages[1].upto)
    gate.after(0)
    assert gate.after(AGAIN_MS - 1_000) == []
    assert gate.after(1_000)[0] == gate.pages[1].upto
