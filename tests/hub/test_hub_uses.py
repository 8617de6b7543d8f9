"""How much members have worked, told by the hub to all gates: once it matters, and not with each session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hub_lab import FakeGate, Lab, enrol, first_manager

from fabgate.charter import DAY_MS, Charter, Skill
from fabgate.hub.uses import EVERY_MS, HOUR_MS, STEP_MS, Uses
from fabgate.model import MemberId, Moment, SkillId
from fabgate.records import Draft, SessionStarted, SessionStopped, SkillUsed
from fabgate.store import journal, practice, roster
from fabgate.store.db import Store

LASER = SkillId("laser")
MILL = SkillId("mill")
ASKED = Charter(
    skills={LASER: Skill(LASER, "Laser", unused_months=12, sessions=2), MILL: Skill(MILL, "Mill")}
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A lab whose rules ask how much somebody has worked on the laser."""
    made = Lab(tmp_path)
    made.settings = replace(made.settings, charter=ASKED)
    made.make_hub()
    first_manager(made.settings, made.clock)
    made.hub_on()
    with made.desk() as desk:
        enrol(desk, "ada")
    made.join("gate-1", "gate-2")
    made.settle()
    yield made
    for gate in made.gates.values():
        gate.off()
    made.hub_off()


def ada(lab: Lab) -> MemberId:
    with Store(lab.settings.gate.state).reader() as reader:
        member = roster.member(reader.conn, "ada")
    assert member is not None
    return member.id


def works(
    lab: Lab, gate: FakeGate, sponsor: str | None = None, ms: int = 60_000, skill: SkillId = LASER
) -> None:
    """Ada works at a gate's machine: on her own, or under a sponsor."""
    level = "autonomous" if sponsor is None else "trainee"
    begun = SessionStarted(gate.machine, skill, ada(lab), "k:00", level, "tap", HOUR_MS, sponsor)
    (start,) = gate.write(Draft(gate.clock.now(), begun))
    lab.pass_ms(ms)
    gate.write(Draft(gate.clock.now(), SessionStopped(str(start), gate.machine, "own_tap", ms)))
    lab.settle()


def later(lab: Lab, ms: int) -> None:
    """Time passes; the hub gets round to it."""
    lab.pass_ms(ms)
    lab.settle()
    lab.pass_ms(EVERY_MS)
    lab.settle()


def told(lab: Lab) -> list[SkillUsed]:
    with Store(lab.settings.gate.state).reader() as reader:
        found = journal.entries(reader.conn, kinds=(SkillUsed.kind,), own=True)
        return [one.body for one in found if isinstance(one.body, SkillUsed)]


def known(lab: Lab, gate: FakeGate) -> practice.Practice:
    with gate.store.reader() as reader:
        return practice.of(reader.conn, ada(lab), LASER)


def test_a_session_at_one_gate_counts_at_the_other_r8(lab: Lab) -> None:
    one, two = lab.gates.values()
    works(lab, one)
    end_ms = one.clock.now().wall_ms
    later(lab, 0)
    assert abs(known(lab, two).own_ms - end_ms) < 60_000
    assert len(told(lab)) == 1


def test_supervised_sessions_of_all_gates_are_counted_together_r5(lab: Lab) -> None:
    one, two = lab.gates.values()
    works(lab, one, "m-zoe", 50_000)
    works(lab, two, "m-zoe", 70_000)
    later(lab, 0)
    for gate in (one, two):
        found = known(lab, gate)
        assert (found.sessions, found.supervised_ms) == (2, 120_000)
    assert len(told(lab)) == 1


def test_who_works_every_day_is_told_of_once_a_week_and_the_last_day_counts_in_the_end_r8(lab: Lab) -> None:
    one, two = lab.gates.values()
    for _ in range(25):
        works(lab, one)
        later(lab, DAY_MS - 60_000 - EVERY_MS)
    assert 4 <= len(told(lab)) <= 5
    end_ms = known(lab, one).own_ms
    assert known(lab, two).own_ms < end_ms - DAY_MS
    later(lab, STEP_MS)
    assert known(lab, two).own_ms == end_ms


def test_supervised_sessions_are_told_of_once_an_hour_at_most(lab: Lab) -> None:
    one, _ = lab.gates.values()
    for _ in range(5):
        works(lab, one, "m-zoe")
        later(lab, 0)
    assert len(told(lab)) == 1
    later(lab, HOUR_MS)
    assert [body.sessions for body in told(lab)] == [1, 5]


def test_nothing_is_told_twice_and_nothing_where_nobody_worked(lab: Lab) -> None:
    one, _ = lab.gates.values()
    later(lab, HOUR_MS)
    assert told(lab) == []
    works(lab, one)
    for _ in range(5):
        later(lab, HOUR_MS)
    assert len(told(lab)) == 1


def test_a_skill_whose_rules_do_not_ask_for_it_is_not_told_of(lab: Lab) -> None:
    one, _ = lab.gates.values()
    works(lab, one, skill=MILL)
    works(lab, one)
    later(lab, HOUR_MS)
    assert [body.skill for body in told(lab)] == [LASER]


def test_a_lab_whose_rules_do_not_ask_for_it_is_told_nothing(lab: Lab) -> None:
    one, _ = lab.gates.values()
    works(lab, one)
    assert lab.books is not None
    idle = Uses(lab.books, Charter(skills={LASER: Skill(LASER, "Laser")}))
    idle.turn(Moment("hub", HOUR_MS, lab.clock.now().wall_ms, True))
    assert told(lab) == []


def test_a_hub_that_was_begun_anew_tells_nothing_that_is_told_already(lab: Lab) -> None:
    one, _ = lab.gates.values()
    works(lab, one)
    later(lab, 0)
    lab.hub_off(cut=True)
    lab.hub_on()
    for _ in range(3):
        later(lab, 60_000)
    assert len(told(lab)) == 1
