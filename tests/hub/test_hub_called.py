"""A machine that calls people is an alarm at the hub, until somebody has dealt with it."""

from __future__ import annotations

from hub_lab import FakeGate, Lab

from fabgate.records import AlarmCalled, Body, Draft, MachineLocked


def told(lab: Lab, gate: FakeGate, body: Body) -> set[tuple[str, str]]:
    gate.write(Draft(gate.clock.now(), body))
    lab.settle()
    return {one for one in lab.alarms() if one[1] == "called"}


def test_a_session_that_should_not_go_on_so_calls_people_at_the_hub(lab: Lab):
    [gate] = lab.join("gate-1")
    lab.settle()
    assert told(lab, gate, AlarmCalled(gate.machine, "limit", "openfab/gate-1/e0000001#1")) == {
        ("gate-1", "called")
    }


def test_a_welded_contactor_does_and_an_oops_or_a_person_who_locks_does_not(lab: Lab):
    [gate] = lab.join("gate-1")
    lab.settle()
    assert told(lab, gate, MachineLocked(gate.machine, "m-zoe")) == set()
    assert told(lab, gate, MachineLocked(gate.machine, "", cause="oops")) == set()
    assert told(lab, gate, MachineLocked(gate.machine, "", cause="welded")) == {("gate-1", "called")}
