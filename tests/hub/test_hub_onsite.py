"""Who is on site: merged from all gates and the hub's desk, told to each gate, kept by no broker (R4)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hub_lab import LAB, WALL_MS, FakeGate, Lab
from test_hub_hostile import info

from fabgate.hub import onsite
from fabgate.hub.onsite import AGAIN_MS, latest
from fabgate.link.port import Message
from fabgate.model import MemberId
from fabgate.records import Body, CheckedIn, CheckedOut, Draft, MemberAdded
from fabgate.rehearsal.exchange import ExchangePort
from fabgate.store import gates as rows
from fabgate.store import present
from fabgate.store.db import Store
from fabgate.store.lookup import Asked
from fabgate.store.present import Word
from fabgate.wire.presence import GateInfo
from fabgate.wire.present import Here, Present

ZOE, TOM = "m-zoe", "m-tom"
PEOPLE = (ZOE, TOM, *(f"m-{number}" for number in range(5)))
HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def members(lab: Lab) -> None:
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        for who in PEOPLE:
            beside = f'{{"handle":"{who}"}}'
            pen.append(Draft(lab.clock.now(), MemberAdded(who, "m-manager")), beside=beside)


@pytest.fixture
def gates(lab: Lab) -> list[FakeGate]:
    made = lab.join("gate-1", "gate-2")
    lab.settle()
    return made


def tap(gate: FakeGate, member: str, out: bool = False) -> None:
    """A tap at a counter of this gate."""
    body: Body = (CheckedOut if out else CheckedIn)(member, member, gate.machine)
    gate.write(Draft(gate.clock.now(), body))


def known(gate: FakeGate) -> set[str]:
    """Who counts as on site at a gate that hears its hub."""
    with gate.store.reader() as reader:
        at = gate.clock.now()
        return {one.member for one in present.now(reader.conn, Asked(at.wall_ms, linked=True, at=at))}


class Listener:
    """A client under a gate's name that notes down which lists it is told."""

    def __init__(self, lab: Lab, name: str, features: tuple[str, ...] = ("sponsorship",)) -> None:
        self._lab, self._name, self._features = lab, name, features
        self.port: ExchangePort = lab.exchange.join(name, (f"fabgate/1/{LAB}/{name}/present",))

    def hello(self) -> None:
        said = GateInfo.decode(info("e9", f"laser-{self._name}"))
        assert isinstance(said, GateInfo)
        data = replace(said, features=self._features).encode()
        self.port.publish(f"fabgate/1/{LAB}/{self._name}/info", data)
        self._lab.settle()

    def told(self) -> list[list[str]]:
        """The lists that came since it was asked last: who is checked in."""
        found = []
        for event in self.port.poll():
            if isinstance(event, Message):
                said = Present.decode(event.payload)
                assert isinstance(said, Present)
                assert not event.retained
                found.append([one.member for one in said.here if one.out_ms is None])
                self.port.acknowledge(event)
        return found


def test_a_check_in_at_one_gate_is_known_at_the_other(lab: Lab, gates: list[FakeGate]) -> None:
    one, two = gates
    tap(one, ZOE)
    lab.settle()
    assert known(two) == {ZOE}
    assert known(one) == {ZOE}


def test_who_leaves_by_another_door_has_left_where_they_stood_by_r4(lab: Lab, gates: list[FakeGate]) -> None:
    one, two = gates
    tap(one, ZOE)
    lab.settle()
    lab.pass_ms(HOUR_MS)
    tap(two, ZOE, out=True)
    lab.settle()
    assert (known(one), known(two)) == (set(), set())


def test_who_comes_back_is_there_again(lab: Lab, gates: list[FakeGate]) -> None:
    one, two = gates
    for out in (False, True, False):
        tap(one, ZOE, out)
        lab.settle()
        lab.pass_ms(1_000)
    assert known(two) == {ZOE}


def test_a_check_in_at_the_hubs_desk_is_known_at_every_gate(lab: Lab, gates: list[FakeGate]) -> None:
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        pen.append(Draft(lab.clock.now(), CheckedIn(ZOE, "m-manager")))
    lab.settle()
    assert [known(gate) for gate in gates] == [{ZOE}, {ZOE}]


def test_a_gate_that_comes_later_is_told_and_so_is_one_whose_connection_broke(
    lab: Lab, gates: list[FakeGate]
) -> None:
    one, two = gates
    two.off()
    tap(one, ZOE)
    lab.settle()
    two.on()
    lab.settle()
    assert known(two) == {ZOE}
    lab.exchange.cut("gate-2")
    lab.settle()
    tap(one, TOM)
    lab.settle()
    assert known(two) == {ZOE}
    lab.exchange.mend("gate-2")
    for _ in range(4):
        lab.pass_ms(60_000)
        lab.settle()
    assert known(two) == {ZOE, TOM}


def test_a_hub_that_was_off_says_who_is_there_when_it_is_back(lab: Lab, gates: list[FakeGate]) -> None:
    one, two = gates
    tap(one, ZOE)
    lab.settle()
    lab.hub_off(cut=True)
    tap(one, TOM)
    lab.settle()
    assert known(two) == {ZOE}
    lab.hub_on()
    for _ in range(3):
        lab.pass_ms(60_000)
        lab.settle()
    assert known(two) == {ZOE, TOM}


def test_a_gate_is_not_told_its_own_words_and_everybody_else_is(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    listener = Listener(lab, "gate-9")
    listener.hello()
    assert listener.told() == [[]]
    tap(one, ZOE)
    lab.settle()
    assert listener.told() == [[ZOE]]
    with one.store.reader() as reader:
        own = reader.conn.execute("SELECT DISTINCT gate FROM present").fetchall()
    assert own == [("gate-1",)]


def test_a_gate_of_an_earlier_version_is_told_of_nobody(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    older = Listener(lab, "gate-8", features=())
    older.hello()
    tap(one, ZOE)
    lab.settle()
    assert older.told() == []


def test_no_broker_keeps_a_list(lab: Lab, gates: list[FakeGate]) -> None:
    tap(gates[0], ZOE)
    lab.settle()
    late = lab.exchange.join("hub", ("fabgate/1/openfab/#",))  # who may read everything
    lab.exchange.settle()
    topics = {event.topic for event in late.poll() if isinstance(event, Message) and event.retained}
    assert f"fabgate/1/{LAB}/gate-2/state" in topics
    assert not {topic for topic in topics if topic.endswith("/present")}


def test_a_list_is_said_again_each_minute_lest_a_broker_dropped_it(lab: Lab) -> None:
    listener = Listener(lab, "gate-9")
    listener.hello()
    listener.told()
    lab.pass_ms(AGAIN_MS - 2_000)
    lab.settle()
    assert listener.told() == []
    lab.pass_ms(2_000)
    lab.settle()
    assert listener.told() == [[]]
    listener.hello()
    assert listener.told() == [[]]


def test_what_a_gate_said_counts_no_more_once_it_is_retired(lab: Lab, gates: list[FakeGate]) -> None:
    one, two = gates
    tap(one, ZOE)
    lab.settle()
    one.off()
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        rows.put_retired(pen, "gate-1", lab.clock.now().wall_ms)
    lab.settle()
    assert known(two) == set()


def test_more_people_than_a_message_holds_are_told_of_and_the_newest_go_first(
    lab: Lab, gates: list[FakeGate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onsite, "MOST_HERE", 4)
    one, two = gates
    for number in range(5):
        tap(one, f"m-{number}")
        lab.pass_ms(1_000)
    lab.settle()
    assert known(two) == {"m-1", "m-2", "m-3", "m-4"}
    lab.pass_ms(2_000)
    lab.settle()
    assert ("hub", "too_many") in lab.alarms()


def test_of_what_several_gates_say_of_one_member_the_last_word_counts() -> None:
    zoe, tom = MemberId(ZOE), MemberId(TOM)
    words = [
        Word(zoe, "gate-1", WALL_MS + 15),
        Word(zoe, "gate-2", WALL_MS + 10, WALL_MS + 20),
        Word(tom, "gate-1", WALL_MS, WALL_MS + 5),
        Word(tom, "gate-2", WALL_MS + 7),
    ]
    for order in (words, words[::-1]):
        assert latest(order) == (Here(TOM, WALL_MS + 7), Here(ZOE, WALL_MS + 10, WALL_MS + 20))
