"""A hub that forgets: restored from an old backup, or made anew, it gets everything back from its gates."""

from __future__ import annotations

import pytest
from hub_lab import FakeGate, Lab, enrol, grant, levels, own_bodies, revoke

from fabgate.model import Level, Moment
from fabgate.records import Draft, GrantGiven, encode
from fabgate.store import journal
from fabgate.store.db import Store
from fabgate.wire.commands import Answer
from fabgate.wire.roster import Page, Right


@pytest.fixture
def gates(lab: Lab) -> list[FakeGate]:
    found = lab.join("gate-1", "gate-2")
    with lab.desk() as desk:
        enrol(desk, "ada")
        enrol(desk, "bob")
        grant(desk, "ada")
        grant(desk, "bob")
    lab.settle()
    return found


def everything(lab: Lab, *gates: FakeGate) -> bool:
    wanted: dict[str, list[str | None]] = {}
    for gate in gates:
        wanted |= own_bodies(gate)
    return lab.held() == wanted


def test_a_restored_hub_gets_every_record_back(lab: Lab, gates: list[FakeGate]) -> None:
    one, two = gates
    one.session()
    lab.settle()
    archive = lab.backup()
    for _ in range(250):
        one.session()
        two.session()
    lab.settle()
    lab.hub_off(cut=True)
    lab.restore(archive)
    lab.hub_on()
    lab.settle()
    assert everything(lab, one, two)


def test_nobody_regains_what_was_revoked_after_the_backup(lab: Lab, gates: list[FakeGate]) -> None:
    archive = lab.backup()
    with lab.desk() as desk:
        revoke(desk, "bob")
    lab.settle()
    lab.hub_off(cut=True)
    lab.restore(archive)
    lab.hub_on()
    lab.settle()
    assert {str(levels(gate.folder)) for gate in gates} == {str({"ada": int(Level.AUTONOMOUS)})}
    assert levels(lab.settings.gate.state) == {"ada": Level.AUTONOMOUS}
    assert len(lab.digests()) == 1


def test_a_hub_made_anew_gets_people_rights_and_records_back(lab: Lab, gates: list[FakeGate]) -> None:
    gates[0].session()
    with lab.desk(gates[1].folder) as desk:
        enrol(desk, "eve")
        revoke(desk, "ada")
    lab.settle()
    lab.hub_off(cut=True)
    lab.anew()
    lab.hub_on()
    lab.settle()
    assert everything(lab, *gates)
    assert levels(lab.settings.gate.state) == {"bob": Level.AUTONOMOUS}
    assert len(lab.digests()) == 1
    assert lab.alarms() == {}


def test_a_gate_that_was_away_meanwhile_brings_its_revocation_to_the_new_hub(
    lab: Lab, gates: list[FakeGate]
) -> None:
    one, two = gates
    lab.exchange.cut("gate-2")
    with lab.desk(two.folder) as desk:
        revoke(desk, "ada")
    lab.hub_off(cut=True)
    lab.anew()
    lab.hub_on()
    lab.settle()
    assert "ada" in levels(one.folder)
    lab.exchange.mend("gate-2")
    lab.settle()
    assert levels(one.folder) == levels(two.folder) == {"bob": Level.AUTONOMOUS}


def test_each_gate_is_asked_once_in_an_epoch(lab: Lab, gates: list[FakeGate]) -> None:
    lab.hub_off()
    lab.hub_on()
    lab.settle()
    with Store(lab.settings.gate.state).reader() as reader:
        handed = [entry.body.gate for entry in journal.entries(reader.conn, kinds=("rights.handed",))]
    assert sorted(handed) == ["gate-1", "gate-2"]


def test_rights_that_nobody_asked_for_are_refused(lab: Lab, gates: list[FakeGate]) -> None:
    said = encode(Draft(Moment("b", 1, 1, True), GrantGiven("m-x", "laser", "sponsor", "m-y")))
    right = Right("openfab/gate-2/e2#77", "ab" * 32, said)
    before = lab.digests()
    lab.say("gate-1", "rights", Page("e1", 0, 1, 1, {}, (right,)).encode())
    lab.settle()
    assert lab.digests() == before
    assert ("gate-1", "unasked") in lab.alarms()


def answer(command: str) -> bytes:
    return Answer(command, "done", "").encode()


def asked(lab: Lab, gate: str) -> str:
    """The question of this hub to a gate for its rights, by its record."""
    with Store(lab.settings.gate.state).reader() as reader:
        found = journal.entries(reader.conn, kinds=("gate.command",), own=True)
        return next(str(entry.id) for entry in found if entry.body.gate == gate)


def told(lab: Lab) -> bool:
    """Whether the hub has raised an alarm for an answer of gate-1 by now."""
    lab.settle()
    lab.pass_ms(2_000)
    lab.settle()
    return ("gate-1", "unasked") in lab.alarms()


def test_an_answer_to_what_a_restored_hub_asked_before_is_no_alarm(lab: Lab, gates: list[FakeGate]) -> None:
    archive = lab.backup()
    before = asked(lab, "gate-1")
    lab.hub_off(cut=True)
    lab.restore(archive)
    lab.hub_on()
    lab.settle()
    lab.say("gate-1", "answer", answer(before))
    lab.say("gate-1", "answer", answer(before.partition("#")[0] + "#999"))  # asked after the backup
    assert not told(lab)
    assert lab.hub is not None
    assert lab.hub.commands.outdated == 2


def test_an_answer_that_comes_once_more_to_a_hub_that_was_started_anew_is_no_alarm(
    lab: Lab, gates: list[FakeGate]
) -> None:
    lab.hub_off(cut=True)
    lab.hub_on()
    lab.say("gate-1", "answer", answer(asked(lab, "gate-1")))
    assert not told(lab)


@pytest.mark.parametrize("command", ["openfab/gate-2/e2#1", "elsewhere/hub/e1#3"])
def test_an_answer_to_what_no_hub_of_this_lab_asked_is_an_alarm(
    lab: Lab, gates: list[FakeGate], command: str
) -> None:
    lab.say("gate-1", "answer", answer(command))
    assert told(lab)


def test_an_answer_to_what_another_gate_was_asked_is_an_alarm(lab: Lab, gates: list[FakeGate]) -> None:
    lab.hub_off(cut=True)
    lab.hub_on()
    lab.say("gate-1", "answer", answer(asked(lab, "gate-2")))
    assert told(lab)


def test_an_answer_to_a_record_that_asked_nothing_is_an_alarm(lab: Lab, gates: list[FakeGate]) -> None:
    lab.say("gate-1", "answer", answer(asked(lab, "gate-1").partition("#")[0] + "#1"))
    assert told(lab)
