"""Gates and hub over a broker in memory: every record once, every right everywhere."""

from __future__ import annotations

from hub_lab import Lab, enrol, grant, levels, own_bodies, revoke

from fabgate.model import Level


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
