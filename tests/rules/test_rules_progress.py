"""What is missing before a level on a skill: evidence, not memory (R5)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.charter import Skill
from fabgate.model import Level, MemberId, SkillId
from fabgate.rules import progress
from fabgate.rules.progress import Evidence, Missing, Practice

LASER, SAFETY = SkillId("laser"), SkillId("101")
ZOE = MemberId("m-zoe")
SKILL = Skill(
    LASER,
    "Laser",
    requires=(SAFETY,),
    sessions=2,
    minutes=120,
    checklist={"focus": "Focuses the lens", "stop": "Knows the emergency stop"},
    quizzes={"safety": 80},
    challenges={"coins": "Ten coins"},
)
DONE = Practice(sessions=2, supervised_ms=120 * 60_000)
HELD = {SAFETY: Level.AUTONOMOUS}


def seen(what: str, item: str, score: int | None = None) -> Evidence:
    return Evidence(what, item, ZOE, "lab/gate/e#1", 0, score)


ALL = (seen("tick", "focus"), seen("tick", "stop"), seen("quiz", "safety", 80), seen("challenge", "coins"))


def missing(practice=DONE, evidence=ALL, level=Level.AUTONOMOUS, held=HELD, skill=SKILL):
    return progress.missing(skill, practice, evidence, level, held=held)


def test_who_has_shown_everything_misses_nothing_r5():
    assert missing() == ()


def test_all_that_is_missing_is_named_in_the_skills_order_r5():
    assert missing(Practice(), (), held={}) == (
        Missing("skill", "101", 0, 2),
        Missing("sessions", "", 0, 2),
        Missing("minutes", "", 0, 120),
        Missing("tick", "focus", 0, 1),
        Missing("tick", "stop", 0, 1),
        Missing("quiz", "safety", 0, 80),
        Missing("challenge", "coins", 0, 1),
    )


def test_supervised_sessions_and_whole_minutes_are_counted_r5():
    nearly = Practice(sessions=1, supervised_ms=120 * 60_000 - 1)
    assert missing(nearly) == (Missing("sessions", "", 1, 2), Missing("minutes", "", 119, 120))


def test_own_sessions_are_no_supervised_ones_r5():
    assert missing(Practice(own_ms=10**12)) != ()


def test_a_quiz_counts_from_its_points_on_and_the_best_try_counts_r5():
    tries = [seen("quiz", "safety", 79), seen("quiz", "safety", 20)]
    assert missing(evidence=(*ALL[:2], *tries, ALL[3])) == (Missing("quiz", "safety", 79, 80),)
    assert missing(evidence=(*ALL, *tries)) == ()
    assert missing(evidence=(*ALL[:2], seen("quiz", "safety"), ALL[3])) == (Missing("quiz", "safety", 0, 80),)


def test_a_thing_shown_counts_for_itself_only_r5():
    wrong = (seen("challenge", "focus"), seen("tick", "coins"), seen("session", "focus"))
    assert [one.what for one in missing(evidence=wrong)] == ["tick", "tick", "quiz", "challenge"]


def test_evidence_for_what_the_lab_no_longer_asks_for_is_passed_over():
    assert missing(evidence=(*ALL, seen("tick", "gone"), seen("quiz", "old", 1))) == ()


def test_a_skill_that_comes_first_is_held_as_autonomous_r5():
    assert missing(held={SAFETY: Level.TRAINEE}) == (Missing("skill", "101", 1, 2),)
    assert missing(held=None) == ()


def test_a_sponsor_is_autonomous_first_and_shows_nothing_again_r6():
    nothing = {"practice": Practice(), "evidence": (), "level": Level.SPONSOR}
    assert missing(**nothing, held={**HELD, LASER: Level.AUTONOMOUS}) == ()
    assert missing(**nothing, held={LASER: Level.TRAINEE}) == (
        Missing("skill", "101", 0, 2),
        Missing("level", "laser", 1, 2),
    )


@pytest.mark.parametrize("level", [Level.NONE, Level.TRAINEE])
def test_a_trainee_is_asked_for_nothing_r5(level):
    assert missing(Practice(), (), level, {}) == ()


def test_a_lab_that_wrote_nothing_asks_for_nothing():
    assert missing(Practice(), (), skill=Skill(LASER, "Laser")) == ()


def test_whoever_may_sponsor_may_sign_r5():
    strict = replace(SKILL, sponsor_from=Level.SPONSOR)
    assert [level for level in Level if progress.may_sign(SKILL, level)] == [Level.AUTONOMOUS, Level.SPONSOR]
    assert [level for level in Level if progress.may_sign(strict, level)] == [Level.SPONSOR]
    lax = replace(SKILL, sponsor_from=Level.TRAINEE)
    assert not progress.may_sign(lax, Level.TRAINEE)


def test_what_is_missing_is_told_by_its_id_and_how_much_of_it_is_there():
    told = [str(one) for one in missing(Practice(sessions=1, supervised_ms=60_000), ())]
    assert told == [
        "sessions 1/2",
        "minutes 1/120",
        "tick focus",
        "tick stop",
        "quiz safety 0/80",
        "challenge coins",
    ]
    assert str(Missing("skill", "101", 0, 2)) == "skill 101"


SHOWN = st.lists(
    st.builds(
        seen,
        st.sampled_from(["tick", "quiz", "challenge", "session"]),
        st.sampled_from(["focus", "stop", "safety", "coins", "other"]),
        st.none() | st.integers(0, 100),
    )
)
PRACTICE = st.builds(Practice, st.just(0), st.integers(0, 4), st.integers(0, 200 * 60_000))


@given(PRACTICE, SHOWN, SHOWN)
def test_showing_more_never_makes_more_missing_r5(practice, some, more):
    before = {(one.what, one.item) for one in missing(practice, tuple(some))}
    after = {(one.what, one.item) for one in missing(practice, (*some, *more))}
    assert after <= before


@given(PRACTICE, SHOWN)
def test_what_is_missing_is_less_than_what_is_asked_for_r5(practice, shown):
    assert all(one.have < one.want for one in missing(practice, tuple(shown)))
