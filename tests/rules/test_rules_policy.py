"""May this person start, sponsor, go on: every answer of the policy, and the facts that come with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import (
    Closed,
    Code,
    Company,
    Denied,
    Lack,
    Lapse,
    Level,
    MachineId,
    MachineRules,
    MemberId,
    Person,
    RecordId,
    SkillId,
    Stale,
    Standing,
    Status,
    Token,
    Why,
    Workshop,
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
    assert policy.losses(replace(Standing(ADA, level=level), **change), level) == (
        () if why is None else (why,)
    )


def test_an_autonomous_member_who_is_a_trainee_again_lost_the_right():
    assert policy.losses(Standing(ADA, level=Level.TRAINEE), Level.AUTONOMOUS) == (Why.REVOKED,)


def test_a_sponsor_who_may_no_more_sponsor_still_works_here_alone():
    assert policy.losses(Standing(ADA, level=Level.AUTONOMOUS), Level.SPONSOR) == ()
    assert policy.losses(Standing(ADA, level=Level.TRAINEE), Level.SPONSOR) == (Why.REVOKED,)


@given(STANDINGS)
def test_whoever_lost_nothing_may_start_again_unless_a_right_ran_out(standing):
    if not policy.losses(standing, Level.TRAINEE) and standing.lapsed_ms is None:
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


# --- every condition of a start (R1, R2) ------------------------------------------------------

OUT = 1_690_000_000_000
EVERYTHING_WRONG = Standing(
    ADA,
    blocked_ms=THEN,
    contested=True,
    status=Status.LEFT,
    suspended_ms=THEN,
    lacks=(Lack("waiver"), Lack("dues", OUT)),
    needed=SkillId("101"),
    held_ms=THEN,
    level=Level.NONE,
    closed=Closed(Code.CLOSED_NOW, THEN),
    roster_age_ms=None,
)
STRICT = replace(RULES, stale_after_ms=86_400_000, company=Company.NEVER_ALONE)
IN_ORDER = [
    (Code.CONTESTED_BADGE, {"contested": False}),
    (Code.BLOCKED_BADGE, {"blocked_ms": None}),
    (Code.MEMBER_LEFT, {"status": Status.GUEST}),
    (Code.SUSPENDED_MEMBER, {"suspended_ms": None}),
    (Code.GUEST_ALONE, {"status": Status.TRAINEE}),
    (Code.PAPER_MISSING, {"lacks": (Lack("dues", OUT),)}),
    (Code.PAPER_EXPIRED, {"lacks": ()}),
    (Code.PREREQUISITE, {"needed": None}),
    (Code.SUSPENDED_SKILL, {"held_ms": None}),
    (Code.NOT_QUALIFIED, {"level": Level.AUTONOMOUS}),
    (Code.CLOSED_NOW, {"closed": Closed(Code.NOT_SUBSCRIBED)}),
    (Code.NOT_SUBSCRIBED, {"closed": Closed(Code.NOBODY_STAFFS)}),
    (Code.NOBODY_STAFFS, {"closed": None}),
    (Code.STALE_ROSTER, {"roster_age_ms": 0}),
    (Start.COMPANY, {"adults_here": (BOB,)}),
    (Start.ALONE, {}),
]


def test_each_condition_of_a_start_is_named_in_its_turn_as_the_one_before_is_put_right_r2():
    standing = EVERYTHING_WRONG
    assert code(policy.start(STRICT, replace(standing, person=None))) is Code.UNKNOWN_BADGE
    for answer, better in IN_ORDER:
        assert code(policy.start(STRICT, standing)) is answer
        standing = replace(standing, **better)


def test_a_refusal_names_the_paper_and_when_it_ran_out_r2():
    missing = policy.start(RULES, replace(Standing(ADA, lapsed_ms=THEN), lacks=(Lack("waiver"),)))
    expired = policy.start(RULES, replace(Standing(ADA), lacks=(Lack("dues", OUT),)))
    assert isinstance(missing, Denied) and isinstance(expired, Denied)
    assert (missing.facts["paper"], missing.facts["lapsed_ms"]) == ("waiver", None)
    assert (expired.facts["paper"], expired.facts["lapsed_ms"]) == ("dues", OUT)


def test_a_refusal_names_what_comes_first_and_when_it_opens_r2():
    able = Standing(ADA, level=Level.AUTONOMOUS)
    first = policy.start(RULES, replace(able, needed=SkillId("101")))
    later = policy.start(RULES, replace(able, closed=Closed(Code.CLOSED_NOW, THEN)))
    held = policy.start(RULES, replace(able, held_ms=THEN))
    assert isinstance(first, Denied) and first.facts["needed"] == "101"
    assert isinstance(later, Denied) and later.facts["opens_ms"] == THEN
    assert isinstance(held, Denied) and held.facts["since_ms"] == THEN


def test_a_level_on_a_machine_is_no_status_and_a_status_no_level_r1():
    assert code(policy.start(RULES, Standing(ADA, status=Status.AUTONOMOUS))) is Code.NOT_QUALIFIED
    for status in (Status.LEFT, Status.GUEST):
        assert isinstance(policy.start(RULES, Standing(ADA, level=Level.SPONSOR, status=status)), Denied)


# --- guests -----------------------------------------------------------------------------------

HOSTING = replace(RULES, guests=True)
GUEST = Standing(ADA, status=Status.GUEST)


def test_a_guest_works_where_guests_may_and_under_a_host_only_edge_17():
    assert code(policy.start(RULES, GUEST)) is Code.GUEST_ALONE
    for level in Level:
        assert policy.start(HOSTING, replace(GUEST, level=level)) is Start.HOSTED
    free = replace(HOSTING, company=Company.FREE)
    assert policy.start(free, GUEST) is Start.HOSTED


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        ({"lacks": (Lack("waiver"),)}, Code.PAPER_MISSING),
        ({"closed": Closed(Code.CLOSED_NOW)}, Code.CLOSED_NOW),
        ({"suspended_ms": THEN}, Code.SUSPENDED_MEMBER),
        ({"needed": SkillId("101")}, Start.HOSTED),
    ],
)
def test_a_guest_is_asked_for_all_but_a_skill_r2(wrong, answer):
    assert code(policy.start(HOSTING, replace(GUEST, **wrong))) is answer


# --- classes of machines (R4) -----------------------------------------------------------------

TRAINEE = Standing(ADA, level=Level.TRAINEE)
ABLE = Standing(ADA, level=Level.AUTONOMOUS)


@pytest.mark.parametrize(
    ("company", "here", "trainee", "able"),
    [
        (Company.FREE, {}, Start.ALONE, Start.ALONE),
        (Company.ACCOMPANIED, {}, Start.SUPERVISED, Start.ALONE),
        (Company.ACCOMPANIED, {"adults_here": (BOB,)}, Start.SUPERVISED, Start.ALONE),
        (Company.ACCOMPANIED, {"sponsors_here": (BOB,)}, Start.ACCOMPANIED, Start.ALONE),
        (Company.SUPERVISED, {"sponsors_here": (BOB,), "adults_here": (BOB,)}, Start.SUPERVISED, Start.ALONE),
        (Company.NEVER_ALONE, {}, Start.SUPERVISED, Start.COMPANY),
        (Company.NEVER_ALONE, {"adults_here": (BOB,)}, Start.SUPERVISED, Start.ALONE),
    ],
)
def test_the_class_of_a_machine_says_who_has_to_be_there_r4(company, here, trainee, able):
    rules = replace(RULES, company=company)
    assert policy.start(rules, replace(TRAINEE, **here)) is trainee
    assert policy.start(rules, replace(ABLE, **here)) is able


@pytest.mark.parametrize(
    ("adults", "trainee", "able"),
    [
        ((), Code.NEEDS_COMPANY, Code.NEEDS_COMPANY),
        ((BOB,), Start.SUPERVISED, Start.COMPANY),
        ((BOB, MemberId("m-cleo")), Start.SUPERVISED, Start.ALONE),
    ],
)
def test_a_minor_is_none_of_the_two_adults_that_a_machine_asks_for_r4(adults, trainee, able):
    rules = replace(RULES, company=Company.NEVER_ALONE)
    assert code(policy.start(rules, replace(TRAINEE, minor=True, adults_here=adults))) is trainee
    assert code(policy.start(rules, replace(ABLE, minor=True, adults_here=adults))) is able
    assert code(policy.start(RULES, replace(ABLE, minor=True))) is Start.ALONE


@pytest.mark.parametrize("lapse", list(Lapse))
def test_who_lapsed_or_knows_another_machine_works_as_a_trainee_does_r8_edge_9(lapse):
    lapsed = replace(TRAINEE, lapsed_ms=THEN, lapse=lapse)
    assert policy.start(RULES, lapsed) is Start.SUPERVISED
    assert policy.start(replace(RULES, company=Company.FREE), lapsed) is Start.ALONE


# --- group sessions ---------------------------------------------------------------------------

WORKSHOP = Workshop(RecordId.of("lab/gate/e#1"), 8, "social", THEN)


def test_the_tap_of_a_workshops_leader_starts_it_for_the_group_edge_8():
    assert policy.start(RULES, replace(ABLE, workshop=WORKSHOP)) is Start.WORKSHOP
    never = replace(RULES, company=Company.NEVER_ALONE)
    assert policy.start(never, replace(ABLE, workshop=WORKSHOP)) is Start.COMPANY
    assert policy.start(never, replace(ABLE, workshop=WORKSHOP, adults_here=(BOB,))) is Start.WORKSHOP


@pytest.mark.parametrize("company", list(Company))
def test_a_leader_who_may_no_longer_work_alone_leads_no_workshop_edge_8(company):
    fallen = replace(TRAINEE, workshop=WORKSHOP, sponsors_here=(BOB,))
    assert policy.start(replace(RULES, company=company), fallen) is not Start.WORKSHOP


# --- a roster that grows old (R12) ------------------------------------------------------------

DAY = 86_400_000


@pytest.mark.parametrize("age", [DAY + 1, None])
def test_a_stale_roster_refuses_or_makes_everybody_a_trainee_as_the_lab_says_r12(age):
    old = replace(ABLE, level=Level.SPONSOR, roster_age_ms=age)
    deny = replace(RULES, stale_after_ms=DAY)
    answer = policy.start(deny, old)
    assert isinstance(answer, Denied)
    assert (answer.code, answer.facts["age_ms"]) == (Code.STALE_ROSTER, age)
    below = replace(deny, stale=Stale.SPONSOR)
    assert policy.start(below, old) is Start.SUPERVISED
    assert policy.start(replace(below, company=Company.FREE), old) is Start.ALONE
    assert policy.start(below, replace(old, workshop=WORKSHOP)) is Start.SUPERVISED


@pytest.mark.parametrize("age", [0, DAY, 10 * DAY, None])
def test_without_a_limit_no_age_refuses_anybody_r12(age):
    assert policy.start(RULES, replace(ABLE, roster_age_ms=age)) is Start.ALONE


@pytest.mark.parametrize("age", [0, DAY])
def test_a_roster_is_good_up_to_its_limit_and_a_lone_gates_is_never_stale_r12(age):
    assert policy.start(replace(RULES, stale_after_ms=DAY), replace(ABLE, roster_age_ms=age)) is Start.ALONE


# --- doors and counters (R1) ------------------------------------------------------------------

DOOR = replace(RULES, openings=("evening",))
KEYS = Standing(ADA, status=Status.AUTONOMOUS)
SHUT = Closed(Code.CLOSED_NOW, THEN)


def test_keys_open_a_door_at_any_hour_and_the_others_come_in_its_openings_r1():
    assert policy.door(DOOR, replace(KEYS, closed=SHUT)) is None
    assert policy.door(DOOR, Standing(ADA)) is None
    answer = policy.door(DOOR, Standing(ADA, closed=SHUT))
    assert answer is not None
    assert (answer.code, answer.facts["opens_ms"]) == (Code.CLOSED_NOW, THEN)


def test_a_trainee_comes_in_staffed_hours_only_where_a_door_names_no_others_r1():
    staffed = Closed(Code.NOBODY_STAFFS)
    assert code(policy.door(RULES, Standing(ADA, closed=staffed))) is Code.NOBODY_STAFFS
    assert policy.door(RULES, Standing(ADA)) is None


def test_no_level_on_any_machine_opens_a_door_r1():
    for level in Level:
        answer = policy.door(DOOR, Standing(ADA, level=level, closed=SHUT))
        assert code(answer) is Code.CLOSED_NOW


def test_a_guest_comes_in_hours_that_are_open_to_them_and_by_no_other_door_r1():
    assert policy.door(DOOR, GUEST) is None
    assert code(policy.door(DOOR, replace(GUEST, closed=SHUT))) is Code.CLOSED_NOW
    assert code(policy.door(RULES, GUEST)) is Code.GUEST_ALONE


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        ({"person": None}, Code.UNKNOWN_BADGE),
        ({"blocked_ms": THEN}, Code.BLOCKED_BADGE),
        ({"status": Status.LEFT}, Code.MEMBER_LEFT),
        ({"suspended_ms": THEN}, Code.SUSPENDED_MEMBER),
        ({"lacks": (Lack("dues", OUT),)}, Code.PAPER_EXPIRED),
        ({"needed": SkillId("101"), "held_ms": THEN}, None),
    ],
)
def test_a_door_asks_who_you_are_and_for_your_papers_and_for_no_skill_r1(wrong, answer):
    assert code(policy.door(DOOR, replace(KEYS, **wrong))) is answer


def test_a_door_with_a_limit_stays_shut_on_a_stale_roster_only_where_the_lab_says_deny_r12():
    old = replace(KEYS, roster_age_ms=None)
    assert code(policy.door(replace(DOOR, stale_after_ms=DAY), old)) is Code.STALE_ROSTER
    assert policy.door(replace(DOOR, stale_after_ms=DAY, stale=Stale.SPONSOR), old) is None


def test_everybody_who_is_welcome_checks_in_at_a_counter_and_everybody_out_r3():
    for who in (GUEST, TRAINEE, KEYS, replace(TRAINEE, lacks=(Lack("dues"),))):
        assert policy.counter(RULES, who) is None
    for wrong in ({"status": Status.LEFT}, {"suspended_ms": THEN}):
        assert policy.counter(RULES, replace(TRAINEE, **wrong)) is not None
        assert policy.counter(RULES, replace(TRAINEE, **wrong, here=True)) is None
    assert code(policy.counter(RULES, replace(TRAINEE, blocked_ms=THEN, here=True))) is Code.BLOCKED_BADGE


# --- what is lost in mid-session --------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"held_ms": THEN}, Why.SUSPENDED),
        ({"status": Status.LEFT}, Why.REVOKED),
        ({"status": Status.GUEST}, Why.REVOKED),
        ({"lacks": (Lack("dues", OUT),)}, None),
        ({"closed": SHUT}, None),
        ({"roster_age_ms": None}, None),
        ({"needed": SkillId("101")}, None),
        ({"level": Level.TRAINEE, "lapsed_ms": THEN, "lapse": Lapse.DISUSE}, None),
        ({"adults_here": ()}, None),
    ],
)
def test_what_somebody_takes_ends_a_session_and_what_runs_out_does_not_edge_10_edge_13(change, why):
    assert policy.losses(replace(ABLE, **change), Level.AUTONOMOUS) == (() if why is None else (why,))


def test_a_hosted_guest_loses_nothing_by_being_one():
    assert policy.losses(replace(GUEST, held_ms=THEN), Level.NONE) == ()
    assert policy.losses(replace(GUEST, suspended_ms=THEN), Level.NONE) == (Why.SUSPENDED,)
    assert policy.losses(replace(GUEST, status=Status.LEFT), Level.NONE) == (Why.REVOKED,)


def test_r3_a_sponsor_has_the_keys_of_the_lab_where_the_lab_asks_for_it():
    rules = replace(RULES, sponsor_status=Status.AUTONOMOUS)
    knows = Standing(ADA, level=Level.AUTONOMOUS, status=Status.TRAINEE)
    assert code(policy.sponsor(rules, knows, BOB, BOBS, ADAS)) is Code.MAY_NOT_SPONSOR
    assert policy.sponsor(RULES, knows, BOB, BOBS, ADAS) is None
    assert policy.sponsor(rules, replace(knows, status=Status.AUTONOMOUS), BOB, BOBS, ADAS) is None


@pytest.mark.parametrize(
    ("how", "missed"),
    [
        (Start.SUPERVISED, True),
        (Start.ACCOMPANIED, True),
        (Start.HOSTED, True),
        (Start.COMPANY, False),
        (Start.ALONE, False),
    ],
)
def test_r4_who_stands_by_and_loses_the_keys_that_the_lab_asks_for_stands_by_no_more(how, missed):
    rules = replace(RULES, sponsor_status=Status.AUTONOMOUS)
    user, stands = Standing(ADA, level=Level.TRAINEE), Standing(ADA, level=Level.SPONSOR)
    with_keys = replace(stands, status=Status.AUTONOMOUS)
    assert not policy.company_lost(rules, user, with_keys, THEN, how=how)
    assert policy.company_lost(rules, user, replace(stands, status=Status.TRAINEE), THEN, how=how) is missed
    assert not policy.company_lost(RULES, user, replace(stands, status=Status.TRAINEE), THEN, how=how)
