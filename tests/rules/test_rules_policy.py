"""May this person start, sponsor, go on: every answer of the policy, and the facts that come with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import (
    Code,
    Denied,
    Level,
    MachineId,
    MachineRules,
    MemberId,
    Person,
    SkillId,
    Standing,
    Token,
    Why,
)
from fabgate.rules import policy
from fabgate.rules.policy import Start

RULES = MachineRules(MachineId("laser"), SkillId("laser"), "Laser cutter", contact="ask at the bar")
ADA = Person(MemberId("m-ada"), "Ada", "fr")
BOB = MemberId("m-bob")
ADAS, BOBS = Token("k1:ada"), Token("k1:bob")
THEN = 1_700_000_000_000

LEVELS = st.sampled_from(Level)
DATES = st.none() | st.integers(0, THEN)
STANDINGS = st.builds(
    Standing,
    person=st.none() | st.just(ADA),
    blocked_ms=DATES,
    suspended_ms=DATES,
    level=LEVELS,
    lapsed_ms=DATES,
    sponsors=st.just(()) | st.just(("Cleo", "Dan")),
)


def code(answer: Start | Denied | None) -> Code | Start | None:
    return answer.code if isinstance(answer, Denied) else answer


# --- starting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "answer"),
    [
        (Standing(), Code.UNKNOWN_BADGE),
        (Standing(ADA, level=Level.SPONSOR, blocked_ms=THEN), Code.BLOCKED_BADGE),
        (Standing(ADA, level=Level.SPONSOR, suspended_ms=THEN), Code.SUSPENDED_MEMBER),
        (Standing(ADA), Code.NOT_QUALIFIED),
        (Standing(ADA, lapsed_ms=THEN), Code.LAPSED),
        (Standing(ADA, level=Level.TRAINEE), Start.SUPERVISED),
        (Standing(ADA, level=Level.TRAINEE, lapsed_ms=THEN), Start.SUPERVISED),
        (Standing(ADA, level=Level.AUTONOMOUS), Start.ALONE),
        (Standing(ADA, level=Level.SPONSOR), Start.ALONE),
    ],
)
def test_who_may_start_and_how(standing, answer):
    assert code(policy.start(RULES, standing)) is answer


def test_the_badge_is_asked_about_first_then_its_owner_then_the_right():
    everything_wrong = Standing(ADA, blocked_ms=THEN, suspended_ms=THEN, lapsed_ms=THEN)
    assert code(policy.start(RULES, everything_wrong)) is Code.BLOCKED_BADGE
    assert code(policy.start(RULES, replace(everything_wrong, blocked_ms=None))) is Code.SUSPENDED_MEMBER
    assert code(policy.start(RULES, replace(everything_wrong, person=None))) is Code.UNKNOWN_BADGE


@given(STANDINGS)
def test_nobody_starts_without_a_known_badge_that_is_not_blocked_a_good_name_and_a_level(standing):
    answer = policy.start(RULES, standing)
    welcome = standing.person and standing.blocked_ms is None and standing.suspended_ms is None
    assert isinstance(answer, Start) == bool(welcome and standing.level >= Level.TRAINEE)
    assert (answer is Start.ALONE) == bool(welcome and standing.level >= Level.AUTONOMOUS)


@given(STANDINGS)
def test_what_the_lab_asks_of_sponsors_does_not_change_who_may_start(standing):
    strict = replace(RULES, sponsor_from=Level.SPONSOR)
    assert code(policy.start(RULES, standing)) is code(policy.start(strict, standing))


# --- sponsoring -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "answer"),
    [
        (Standing(), Code.UNKNOWN_BADGE),
        (Standing(ADA, level=Level.SPONSOR, blocked_ms=THEN), Code.BLOCKED_BADGE),
        (Standing(ADA, level=Level.SPONSOR, suspended_ms=THEN), Code.SUSPENDED_MEMBER),
        (Standing(ADA), Code.MAY_NOT_SPONSOR),
        (Standing(ADA, level=Level.TRAINEE), Code.MAY_NOT_SPONSOR),
        (Standing(ADA, level=Level.AUTONOMOUS), None),
        (Standing(ADA, level=Level.SPONSOR), None),
    ],
)
def test_who_may_sponsor(standing, answer):
    assert code(policy.sponsor(RULES, standing, BOB, BOBS, ADAS)) is answer


def test_a_lab_may_ask_for_the_level_of_sponsor():
    strict = replace(RULES, sponsor_from=Level.SPONSOR)
    autonomous, sponsor = Standing(ADA, level=Level.AUTONOMOUS), Standing(ADA, level=Level.SPONSOR)
    assert code(policy.sponsor(strict, autonomous, BOB, BOBS, ADAS)) is Code.MAY_NOT_SPONSOR
    assert policy.sponsor(strict, sponsor, BOB, BOBS, ADAS) is None


def test_a_sponsor_is_another_person_with_another_badge():
    sponsor = Standing(ADA, level=Level.SPONSOR)
    assert code(policy.sponsor(RULES, sponsor, ADA.member, BOBS, ADAS)) is Code.SAME_PERSON
    assert code(policy.sponsor(RULES, sponsor, BOB, ADAS, ADAS)) is Code.SAME_PERSON


@given(STANDINGS, st.sampled_from([Level.AUTONOMOUS, Level.SPONSOR]))
def test_whoever_may_sponsor_may_work_here_alone(standing, sponsor_from):
    rules = replace(RULES, sponsor_from=sponsor_from)
    if policy.sponsor(rules, standing, BOB, BOBS, ADAS) is None:
        assert policy.start(rules, standing) is Start.ALONE


# --- going on ---------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [Level.TRAINEE, Level.AUTONOMOUS, Level.SPONSOR])
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"person": None, "level": Level.NONE}, Why.BLOCKED),
        ({"blocked_ms": THEN}, Why.BLOCKED),
        ({"suspended_ms": THEN}, Why.SUSPENDED),
        ({"level": Level.NONE}, Why.REVOKED),
        ({"level": Level.NONE, "lapsed_ms": THEN}, None),
        ({"level": Level.SPONSOR}, None),
    ],
)
def test_what_a_member_lost_in_mid_session(level, change, why):
    assert policy.lost(replace(Standing(ADA, level=level), **change), level) is why


def test_an_autonomous_member_who_is_a_trainee_again_lost_the_right():
    assert policy.lost(Standing(ADA, level=Level.TRAINEE), Level.AUTONOMOUS) is Why.REVOKED


def test_a_sponsor_who_may_no_more_sponsor_still_works_here_alone():
    assert policy.lost(Standing(ADA, level=Level.AUTONOMOUS), Level.SPONSOR) is None
    assert policy.lost(Standing(ADA, level=Level.TRAINEE), Level.SPONSOR) is Why.REVOKED


@given(STANDINGS)
def test_whoever_lost_nothing_may_start_again_unless_a_right_ran_out(standing):
    if policy.lost(standing, Level.TRAINEE) is None and standing.lapsed_ms is None:
        assert isinstance(policy.start(RULES, standing), Start)


# --- facts ------------------------------------------------------------------------------------


def test_a_refusal_brings_the_facts_that_the_next_step_is_made_from():
    standing = Standing(ADA, lapsed_ms=THEN, sponsors=("Cleo", "Dan"))
    assert policy.start(RULES, standing) == Denied(
        Code.LAPSED,
        {
            "member": "Ada",
            "title": "Laser cutter",
            "skill": "laser",
            "sponsors": ("Cleo", "Dan"),
            "lapsed_ms": THEN,
            "contact": "ask at the bar",
        },
    )


@pytest.mark.parametrize("field", ["blocked_ms", "suspended_ms"])
def test_a_block_and_a_suspension_say_since_when(field):
    answer = policy.start(RULES, replace(Standing(ADA), **{field: THEN}))
    assert isinstance(answer, Denied)
    assert answer.facts["since_ms"] == THEN


def test_a_badge_that_nobody_owns_names_nobody():
    answer = policy.start(RULES, Standing())
    assert isinstance(answer, Denied)
    assert answer.facts["member"] is None


@given(STANDINGS)
def test_every_refusal_says_whom_to_call(standing):
    for answer in (policy.start(RULES, standing), policy.sponsor(RULES, standing, BOB, BOBS, ADAS)):
        if isinstance(answer, Denied):
            assert answer.facts["contact"] == "ask at the bar"
