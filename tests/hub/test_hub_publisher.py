"""Pages of rights on their way to a gate: each goes once while it gets on, and again where it does not."""

from __future__ import annotations

from functools import partial

import pytest
from hub_lab import LAB, Lab, enrol
from test_hub_hostile import info

from fabgate.hub import publisher
from fabgate.hub.publisher import AGAIN_MS, WINDOW
from fabgate.link import intake
from fabgate.link.port import Message
from fabgate.records import (
    Body,
    Draft,
    EvidenceNoted,
    GrantProposed,
    GrantSuspended,
    MemberStatus,
    PaperFiled,
    PaperWithdrawn,
)
from fabgate.rehearsal.exchange import ExchangePort
from fabgate.store.db import Store
from fabgate.store.linked import linked
from fabgate.wire.roster import EVERY, SPONSORSHIP, Need, Page, lacking

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


# --- what a gate has to understand ---------------------------------------------------------------

KEEPS_OUT = (
    MemberStatus("m-ada", "left", "m-zoe"),
    GrantSuspended("m-ada", "laser", "m-zoe"),
    PaperFiled("m-ada", "dues", "m-zoe", 5),
    PaperWithdrawn("m-ada", "dues", "m-zoe"),
)
LETS_IN = (
    EvidenceNoted("m-ada", "laser", "tick", "focus", "m-zoe"),
    GrantProposed("m-ada", "laser", "autonomous", "m-zoe"),
)


def said_at_the_hub(lab: Lab, body: Body) -> None:
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        pen.append(Draft(lab.clock.now(), body))
    lab.settle()


def needs(lab: Lab, gate: str) -> dict[str, tuple[str, ...]]:
    with lab.gate(gate).store.reader() as reader:
        return dict(linked(reader.conn).needs)


@pytest.mark.parametrize("body", KEEPS_OUT, ids=lambda body: body.kind)
def test_a_gate_is_told_what_it_has_to_understand_with_the_first_right_that_keeps_somebody_out(
    lab: Lab, body: Body
) -> None:
    lab.join("gate-1")
    lab.settle()
    assert needs(lab, "gate-1") == {}
    said_at_the_hub(lab, body)
    assert needs(lab, "gate-1") == {SPONSORSHIP: (EVERY,)}
    assert lacking(needs(lab, "gate-1")) == frozenset(), "this version understands it"


@pytest.mark.parametrize("body", LETS_IN, ids=lambda body: body.kind)
def test_a_lab_whose_rights_keep_nobody_out_needs_nothing_of_its_gates(lab: Lab, body: Body) -> None:
    lab.join("gate-1")
    said_at_the_hub(lab, body)
    assert needs(lab, "gate-1") == {}


def test_a_gate_of_an_earlier_version_starts_nothing_any_more_once_somebody_is_kept_out(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "lacking", partial(lacking, features=frozenset()))
    refused: list[frozenset[str]] = []
    (older,) = lab.join("gate-1")
    assert older.link is not None
    older.link._intake._refuse = refused.append
    lab.settle()
    assert set(refused) <= {frozenset()}
    said_at_the_hub(lab, MemberStatus("m-ada", "left", "m-zoe"))
    assert refused[-1] == {EVERY}
    older.off()
    older.on()
    assert older.link is not None
    with older.store.reader() as reader:
        assert lacking(linked(reader.conn).needs, frozenset()) == {EVERY}, "and after it is started again"
