"""Gates and hub over a broker in memory: every record once, every right everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hub_lab import FakeGate, Lab, enrol, first_manager, grant, levels, ok, own_bodies, revoke

from fabgate.desk import machines, sessions, wishes
from fabgate.desk.deed import Desk
from fabgate.hub.lab import with_machines
from fabgate.model import Level, MachineId, Moment
from fabgate.records import ClockSeen, CloseAsked, GateAnswered, GateCommanded
from fabgate.rules.ledger import first_syncs
from fabgate.store import journal
from fabgate.store.db import Store
from fabgate.store.keys import Keys


def test_every_record_of_every_gate_is_at_the_hub_once_and_in_order(lab: Lab) -> None:
    one, two = lab.join("gate-1", "gate-2")
    for _ in range(30):
        one.session()
        two.session()
    lab.settle()
    assert lab.held() == own_bodies(one) | own_bodies(two)


def test_a_right_given_at_the_hub_is_in_force_at_every_gate(lab: Lab) -> None:
    one, two = lab.join("gate-1", "gate-2")
    with lab.desk() as desk:
        enrol(desk, "ada", "04A2B3C4D5E680")
        grant(desk, "ada")
    lab.settle()
    assert levels(one.folder) == levels(two.folder) == {"ada": Level.AUTONOMOUS}
    assert len(lab.digests()) == 1


def test_a_right_given_at_a_gate_reaches_the_other_gates_with_the_name_of_its_member(lab: Lab) -> None:
    one, two = lab.join("gate-1", "gate-2")
    lab.settle()
    with lab.desk(one.folder) as desk:
        enrol(desk, "bob")
        grant(desk, "bob")
    lab.settle()
    assert levels(lab.settings.gate.state) == {"bob": Level.AUTONOMOUS}
    assert levels(two.folder) == {"bob": Level.AUTONOMOUS}


def test_a_revocation_at_the_hub_reaches_a_gate_that_was_away(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    with lab.desk() as desk:
        enrol(desk, "ada")
        grant(desk, "ada")
    lab.settle()
    one.off()
    with lab.desk() as desk:
        revoke(desk, "ada")
    lab.settle()
    assert levels(one.folder) == {"ada": Level.AUTONOMOUS}
    one.on()
    lab.settle()
    assert levels(one.folder) == {}


@pytest.mark.parametrize("seed", range(5))
def test_what_comes_twice_and_connections_that_blink_change_nothing(tmp_path: Path, seed: int) -> None:
    lab = Lab(tmp_path, seed, doubles=0.3)
    lab.make_hub()
    first_manager(lab.settings, lab.clock)
    lab.hub_on()
    one, two = lab.join("gate-1", "gate-2")
    for number in range(12):
        one.session()
        two.session()
        with lab.desk((one if number % 2 else two).folder) as desk:
            if number < 2:
                continue
            desk_has = desk.conn.execute("SELECT count(*) FROM members").fetchone()[0]
            if desk_has:
                enrol(desk, f"m{number}")
        lab.settle(rounds=7)
        lab.exchange.blink(("hub", "gate-1", "gate-2")[number % 3])
        if number == 6:
            lab.hub_off(cut=True)
            lab.hub_on()
    lab.settle(2_000)
    lab.pass_ms(70_000)
    lab.settle(2_000)
    assert lab.held() == own_bodies(one) | own_bodies(two)
    assert len(lab.digests()) == 1
    assert lab.alarms() == {}
    lab.hub_off()
    one.off()
    two.off()


def answers(lab: Lab) -> list[str]:
    with Store(lab.settings.gate.state).reader() as reader:
        found = journal.entries(reader.conn, kinds=(GateAnswered.kind,), own=True)
        asked = {
            str(entry.id)
            for entry in journal.entries(reader.conn, kinds=(GateCommanded.kind,), own=True)
            if entry.body.verb != "hand_in"
        }
        return [entry.body.answer for entry in found if entry.body.command in asked]


def test_a_gate_that_is_there_answers_a_wish(lab: Lab) -> None:
    lab.join("gate-1")
    lab.settle()
    with lab.desk() as desk:
        ok(wishes.ask(desk, "zoe", "gate-1", "refresh"))
    lab.settle()
    assert answers(lab) == ["done"]


def test_a_wish_that_is_too_late_is_never_done(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    lab.settle()
    one.off()
    with lab.desk() as desk:
        ok(wishes.ask(desk, "zoe", "gate-1", "refresh"))
    lab.settle()
    lab.pass_ms(wishes.PATIENCE_MS + 1_000)
    one.on()
    lab.settle()
    assert answers(lab) == []


def test_an_end_that_is_asked_at_the_hub_is_in_the_journal_of_the_gate_where_it_runs(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    start = one.begin()
    lab.settle()
    with lab.desk() as desk:
        ok(sessions.close(desk, "zoe", str(start), "closing time"))
    lab.settle()
    with one.store.reader() as reader:
        (asked,) = journal.entries(reader.conn, kinds=(CloseAsked.kind,))
    assert asked.body == CloseAsked(str(start), "laser-1", asked.body.by)


def test_a_gate_that_starts_anew_has_nothing_running_any_more(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    one.begin()
    one.started()
    lab.settle()
    with Store(lab.settings.gate.state).reader() as reader:
        assert journal.running(reader.conn) == ()


def test_a_boot_without_a_clock_is_dated_by_when_the_hub_heard_of_it(lab: Lab) -> None:
    one = lab.gate("gate-1")
    one.clock.synced = False
    one.clock.step_wall(-lab.clock.now().wall_ms + 1_000)
    one.on()
    one.session()
    lab.settle()
    with Store(lab.settings.gate.state).reader() as reader:
        seen = list(journal.entries(reader.conn, kinds=(ClockSeen.kind,)))
        syncs = first_syncs(seen)
    assert len(seen) == 1
    found = syncs["openfab/gate-1", one.clock.now().boot]
    assert isinstance(found, Moment)
    assert abs(found.wall_ms - found.boot_ms - (lab.clock.now().wall_ms - one.clock.now().boot_ms)) < 5_000


def test_every_badge_key_of_the_lab_is_at_every_gate(lab: Lab) -> None:
    gates: list[FakeGate] = lab.join("gate-1", "gate-2")
    lab.settle()
    folders = [lab.settings.gate.state, *(gate.folder for gate in gates)]
    found = {frozenset(key.id for key in Keys.load(folder).live) for folder in folders}
    assert len(found) == 1
    assert len(next(iter(found))) == 3


def test_a_machine_is_locked_from_the_hub(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    lab.settle()
    settings = with_machines(lab.settings)
    assert list(settings.machines) == ["laser-1"]
    with Store(lab.settings.gate.state).writer() as writer:
        ok(machines.lock(Desk(settings, writer, lab.clock), "zoe", MachineId("laser-1"), "smoke"))
    lab.settle()
    with one.store.reader() as reader:
        assert reader.conn.execute("SELECT machine FROM locks").fetchall() == [("laser-1",)]
