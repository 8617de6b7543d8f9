"""What gates hand in to a hub in a new epoch: who is asked, how often, and what of it is taken."""

from __future__ import annotations

import pytest
from hub_lab import LAB, FakeGate, Lab, enrol, grant, levels, own_bodies, revoke
from test_hub_hostile import AT

from fabgate.hub.handing import PATIENCE_MS
from fabgate.link.port import Message
from fabgate.model import Level
from fabgate.records import Draft, GrantGiven, encode
from fabgate.rehearsal.exchange import ExchangePort
from fabgate.store import rights
from fabgate.store.db import Store, create
from fabgate.store.keys import Keys
from fabgate.wire.marks import OriginMark, RosterMark
from fabgate.wire.presence import GateInfo
from fabgate.wire.roster import Page, Right

GIVEN = encode(Draft(AT, GrantGiven("m-x", "laser", "sponsor", "m-y")))
OTHER = encode(Draft(AT, GrantGiven("m-x", "laser", "assistant", "m-y")))


class Told:
    """A gate that says what the tests let it say, and counts how often it is asked."""

    def __init__(self, lab: Lab, name: str = "gate-9") -> None:
        self._lab, self.name = lab, name
        self.port: ExchangePort = lab.exchange.join(name, (f"fabgate/1/{LAB}/{name}/cmd/+",))

    def hello(self, instance: str = "a", *epochs: str) -> int:
        """How often it was asked since, having said hello."""
        marks = tuple(OriginMark(one, 0, "") for one in epochs or ("e1",))
        roster = RosterMark(None, 0, 0, "00" * 32)
        return self.say("info", GateInfo(instance, "1", marks, roster, (), (), ()).encode())

    def page(self, *told: Right, after: int = 0, upto: int = 1, end: int = 1) -> int:
        return self.say("rights", Page("e1", after, upto, end, {}, told).encode())

    def say(self, what: str, payload: bytes) -> int:
        self.port.publish(f"fabgate/1/{LAB}/{self.name}/{what}", payload)
        return self.asked()

    def asked(self) -> int:
        self._lab.settle()
        found = [event for event in self.port.poll() if isinstance(event, Message)]
        for event in found:
            self.port.acknowledge(event)
        return sum(event.topic.endswith("hand_in") for event in found)


def right(record: str, body: str = GIVEN) -> Right:
    return Right(record, "ab" * 32, body, None)


def known(lab: Lab, record: str) -> str | None:
    """The body of a right that the hub has."""
    with Store(lab.settings.gate.state).reader() as reader:
        found = rights.after(reader.conn, 0, 999, 1 << 20).rights
        return next((one.body for one in found if str(one.record) == record), None)


def alarms(lab: Lab) -> set[tuple[str, str]]:
    lab.pass_ms(2_000)
    lab.settle()
    return set(lab.alarms())


@pytest.fixture
def gate(lab: Lab) -> Told:
    return Told(lab)


def test_a_gate_that_began_anew_is_asked_again_until_it_has_handed_in(lab: Lab, gate: Told) -> None:
    assert [gate.hello("a"), gate.hello("a"), gate.hello("b")] == [1, 0, 1]
    gate.page(right("openfab/gate-7/e7#3"))
    assert gate.hello("c") == 0
    assert known(lab, "openfab/gate-7/e7#3") == GIVEN


def test_a_gate_that_hands_in_nothing_is_asked_again_after_a_while(lab: Lab, gate: Told) -> None:
    assert gate.hello() == 1
    lab.pass_ms(PATIENCE_MS // 2)
    gate.page(right("openfab/gate-7/e7#3"), upto=1, end=2)
    lab.pass_ms(PATIENCE_MS - 2_000)
    assert gate.asked() == 0
    lab.pass_ms(2_000)
    assert gate.asked() == 1


def test_a_hub_that_dies_in_the_middle_of_it_asks_again_and_raises_no_alarm(lab: Lab, gate: Told) -> None:
    gate.hello()
    gate.page(right("openfab/gate-7/e7#3"), upto=1, end=2)
    lab.hub_off(cut=True)
    lab.hub_on()
    gate.page(right("openfab/gate-7/e7#4"), after=1, upto=2, end=2)
    assert known(lab, "openfab/gate-7/e7#4") is None
    assert gate.hello() >= 1
    gate.page(right("openfab/gate-7/e7#3"), right("openfab/gate-7/e7#4"), upto=2, end=2)
    assert known(lab, "openfab/gate-7/e7#4") == GIVEN
    assert alarms(lab) == set()


def test_a_gate_that_no_run_of_this_hub_asked_is_refused(lab: Lab, gate: Told) -> None:
    gate.page(right("openfab/gate-7/e7#3"))
    assert known(lab, "openfab/gate-7/e7#3") is None
    assert alarms(lab) == {("gate-9", "unasked")}


def test_what_a_gate_wrote_itself_comes_by_its_journal_alone(lab: Lab, gate: Told) -> None:
    gate.hello("a", "old", "e1")
    told = [f"openfab/gate-9/{epoch}#3" for epoch in ("e1", "old", "lost")]
    gate.page(*(right(one) for one in told), upto=3, end=3)
    held = [known(lab, one) for one in told]
    assert held == [None, None, GIVEN]
    assert alarms(lab) == set()


def test_a_right_that_is_known_with_another_content_stays_and_is_an_alarm(lab: Lab, gate: Told) -> None:
    gate.hello()
    gate.page(right("openfab/gate-7/e7#3"))
    other = Told(lab, "gate-8")
    other.hello()
    other.page(right("openfab/gate-7/e7#3", OTHER))
    assert known(lab, "openfab/gate-7/e7#3") == GIVEN
    assert alarms(lab) == {("gate-8", "rights_differ")}


def test_what_a_gate_decided_on_a_card_that_is_lost_is_handed_in_by_itself(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    with lab.desk() as desk:
        enrol(desk, "ada")
        enrol(desk, "bob")
        grant(desk, "ada")
    lab.settle()
    with lab.desk(one.folder) as desk:
        revoke(desk, "ada")
        grant(desk, "bob")
    lab.settle()
    one.off()
    anew(lab, one)
    one.on()
    lab.settle()
    lab.hub_off(cut=True)
    lab.anew()
    lab.hub_on()
    lab.settle()
    assert lab.held() == own_bodies(one)
    assert levels(lab.settings.gate.state) == levels(one.folder) == {"bob": Level.AUTONOMOUS}
    assert len(lab.digests()) == 1
    assert alarms(lab) == set()


def anew(lab: Lab, gate: FakeGate) -> None:
    """A new card in a gate."""
    gate.folder.rename(lab.folder / "lost-card")
    create(gate.folder, LAB, gate.name, gate.clock.now(), epoch="new")
    Keys.create(gate.folder)
