"""The lab as its hub knows it from the gates: their machines, and skills by the hub's own rules."""

from __future__ import annotations

from dataclasses import replace

from hub_lab import Lab

from fabgate.charter import Charter, Skill
from fabgate.config import MachineSettings
from fabgate.hub.lab import with_machines
from fabgate.model import Kind, MachineId, MachineRules, SkillId

DOOR = MachineRules(MachineId("front"), SkillId("front"), "Front door", kind=Kind.DOOR)


def test_a_door_of_a_gate_is_no_skill_of_the_lab(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    doors = {DOOR.machine: MachineSettings(DOOR, (), ())}
    one.settings = replace(one.settings, machines={**one.settings.machines, **doors})
    one.off()
    one.on()
    lab.settle()
    settings = with_machines(lab.settings)
    assert settings.machines[DOOR.machine].rules.kind is Kind.DOOR
    assert set(settings.skills) == {"laser"}


def test_a_skill_that_only_a_gate_names_is_as_the_hubs_rules_have_one(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    rules = MachineRules(MachineId("mill"), SkillId("mill"), "Mill")
    one.settings = replace(one.settings, machines={rules.machine: MachineSettings(rules, (), ())})
    one.off()
    one.on()
    lab.settle()
    usual = Skill(SkillId(""), "", sessions=2, minutes=240)
    settings = with_machines(replace(lab.settings, usual=usual, charter=Charter(majority_years=16)))
    assert settings.skills["mill"] == Skill(SkillId("mill"), "mill", sessions=2, minutes=240)
    assert settings.charter.skills == settings.skills
    assert settings.charter.majority_years == 16
