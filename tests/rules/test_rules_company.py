"""Who may stand by, and whether they still do: sponsors, hosts, other adults (R3, R4; edges 1 to 4)."""

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
    Level,
    MachineId,
    MachineRules,
    MemberId,
    Person,
    SkillId,
    Standing,
    Status,
    Token,
)
from fabgate.rules import policy
from fabgate.rules.policy import Start

RULES = MachineRules(MachineId("laser"), SkillId("laser"), "Laser cutter")
ADA, BOB = Person(MemberId("m-ada"), "Ada"), Person(MemberId("m-bob"), "Bob")
CLEO = MemberId("m-cleo")
ADAS, BOBS = Token("k1:ada"), Token("k1:bob")
THEN, PROVED = 1_700_000_000_000, 1_700_000_100_000
LINK = 120_000

SPONSOR = Standing(BOB, level=Level.AUTONOMOUS)
STAND_BY = {"sponsor": policy.sponsor, "host": policy.host, "company": policy.company}


def code(answer: Denied | None) -> Code | None:
    return None if answer is None else answer.code


def asked(standing, rules=RULES, who="sponsor", badge=ADAS, token=BOBS, **more):
    return code(STAND_BY[who](rules, standing, ADA.member, badge, token, **more))


# --- who may (R3) -----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["sponsor", "host"])
@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        ({}, None),
        ({"person": None}, Code.UNKNOWN_BADGE),
        ({"contested": True}, Code.CONTESTED_BADGE),
        ({"blocked_ms": THEN}, Code.BLOCKED_BADGE),
        ({"status": Status.LEFT}, Code.MEMBER_LEFT),
        ({"suspended_ms": THEN}, Code.SUSPENDED_MEMBER),
        ({"lacks": (Lack("dues", THEN),)}, Code.PAPER_EXPIRED),
        ({"held_ms": THEN}, Code.SUSPENDED_SKILL),
        ({"person": ADA}, Code.SAME_PERSON),
        ({"level": Level.TRAINEE}, Code.MAY_NOT_SPONSOR),
        ({"status": Status.GUEST}, Code.MAY_NOT_SPONSOR),
        ({"minor": True}, Code.MAY_NOT_SPONSOR),
    ],
)
def test_who_stands_by_a_trainee_or_a_guest_is_welcome_able_and_of_age_r3(who, wrong, answer):
    assert asked(replace(SPONSOR, **wrong), who=who) is answer


@pytest.mark.parametrize("who", ["sponsor", "host", "company"])
def test_a_borrowed_badge_is_the_same_badge_twice_edge_4(who):
    assert asked(SPONSOR, who=who, token=ADAS) is Code.SAME_PERSON


def test_hours_and_a_stale_roster_are_asked_of_who_works_r3():
    odd = replace(SPONSOR, closed=Closed(Code.CLOSED_NOW), roster_age_ms=None, needed=SkillId("101"))
    assert asked(odd, replace(RULES, stale_after_ms=1)) is None


def test_a_host_shows_and_need_not_teach_edge_17():
    strict = replace(RULES, sponsor_from=Level.SPONSOR)
    assert asked(SPONSOR, strict) is Code.MAY_NOT_SPONSOR
    assert asked(SPONSOR, strict, "host") is None


def test_no_lab_can_let_trainees_sponsor_r3():
    lax = replace(RULES, sponsor_from=Level.TRAINEE)
    assert asked(replace(SPONSOR, level=Level.TRAINEE), lax) is Code.MAY_NOT_SPONSOR


@pytest.mark.parametrize("who", ["sponsor", "host"])
@pytest.mark.parametrize(("most", "now", "full"), [(0, 9, False), (1, 0, False), (1, 1, True), (2, 1, False)])
def test_a_sponsor_stands_beside_so_many_and_no_more_edge_3_r4(who, most, now, full):
    rules = replace(RULES, max_trainees=most)
    answer = STAND_BY[who](rules, replace(SPONSOR, sponsoring=now), ADA.member, ADAS, BOBS)
    assert code(answer) is (Code.SPONSOR_FULL if full else None)
    if answer is not None:
        assert answer.facts["most"] == most


@pytest.mark.parametrize("who", ["sponsor", "host", "company"])
@pytest.mark.parametrize(
    ("age", "here", "answer"),
    [
        (0, False, Code.NOT_CHECKED_IN),
        (LINK, False, Code.NOT_CHECKED_IN),
        (LINK + 1, False, None),
        (None, False, None),
        (0, True, None),
        (None, True, None),
    ],
)
def test_who_stands_by_has_checked_in_and_with_the_link_down_a_tap_is_enough_r3(who, age, here, answer):
    standing = replace(SPONSOR, here=here, roster_age_ms=age)
    assert asked(standing, replace(RULES, check_in=True), who) is answer
    assert asked(standing, RULES, who) is None


# --- the second adult (R4) --------------------------------------------------------------------

NEVER = replace(RULES, company=Company.NEVER_ALONE)


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        ({"level": Level.NONE, "lacks": (Lack("waiver"),), "held_ms": THEN}, None),
        ({"status": Status.GUEST}, None),
        ({"minor": True}, Code.NEEDS_COMPANY),
        ({"person": ADA}, Code.SAME_PERSON),
        ({"status": Status.LEFT}, Code.MEMBER_LEFT),
        ({"suspended_ms": THEN}, Code.SUSPENDED_MEMBER),
        ({"blocked_ms": THEN}, Code.BLOCKED_BADGE),
        ({"sponsoring": 9}, None),
    ],
)
def test_any_other_adult_who_is_welcome_is_company_a_guest_too_r4(wrong, answer):
    assert asked(replace(SPONSOR, **wrong), replace(NEVER, max_trainees=1), "company") is answer


@pytest.mark.parametrize("who", ["sponsor", "host", "company"])
def test_beside_a_minor_two_adults_are_there_one_by_a_tap_one_checked_in_r4(who):
    assert asked(SPONSOR, NEVER, who, minor=True) is Code.NEEDS_COMPANY
    assert asked(replace(SPONSOR, adults_here=(CLEO,)), NEVER, who, minor=True) is None
    assert asked(SPONSOR, NEVER, who) is None
    assert asked(SPONSOR, RULES, who, minor=True) is None


# --- whether they still do (R4) ---------------------------------------------------------------

TRAINEE = Standing(ADA, level=Level.TRAINEE)
ABLE = Standing(ADA, level=Level.AUTONOMOUS)
GUEST = Standing(ADA, status=Status.GUEST)
LEFT = replace(SPONSOR, gone_ms=PROVED + 1)
ACCOMPANIED = replace(RULES, company=Company.ACCOMPANIED)


def lost(rules, user, tied=None, how=None):
    return policy.company_lost(rules, user, tied, PROVED, how=how)


def test_a_sponsor_who_is_there_is_not_missed_r4():
    for how in (None, Start.SUPERVISED):
        assert not lost(RULES, TRAINEE, SPONSOR, how)


def test_a_sponsor_who_checked_out_after_their_last_tap_is_missed_r4():
    assert lost(RULES, TRAINEE, LEFT)
    assert not lost(RULES, TRAINEE, replace(SPONSOR, gone_ms=PROVED))
    assert not lost(RULES, TRAINEE, replace(LEFT, here=True)), "they came back"


@pytest.mark.parametrize(
    "fallen",
    [
        {"level": Level.TRAINEE},
        {"level": Level.NONE},
        {"held_ms": THEN},
        {"suspended_ms": THEN},
        {"blocked_ms": THEN},
        {"status": Status.LEFT},
        {"status": Status.GUEST},
        {"person": None},
    ],
)
def test_a_sponsor_who_may_no_longer_sponsor_is_missed_edge_1_r4(fallen):
    assert lost(RULES, TRAINEE, replace(SPONSOR, **fallen))
    assert lost(replace(RULES, guests=True), GUEST, replace(SPONSOR, **fallen))


@pytest.mark.parametrize(
    "ran_out",
    [{"level": Level.TRAINEE, "lapsed_ms": THEN}, {"lacks": (Lack("dues", THEN),)}, {"sponsoring": 9}],
)
def test_what_runs_out_by_itself_takes_no_sponsor_away_edge_10_edge_13(ran_out):
    assert not lost(replace(RULES, max_trainees=1), TRAINEE, replace(SPONSOR, **ran_out))


def test_a_sponsor_who_only_works_alone_now_is_missed_where_the_lab_asks_for_more_r4():
    strict = replace(RULES, sponsor_from=Level.SPONSOR)
    assert lost(strict, TRAINEE, SPONSOR)
    assert not lost(strict, TRAINEE, replace(SPONSOR, level=Level.SPONSOR))
    assert not lost(strict, GUEST, SPONSOR), "a host need not teach"


def test_who_works_alone_is_in_nobodys_hands_r4():
    for rules in (RULES, ACCOMPANIED, replace(RULES, company=Company.FREE)):
        assert not lost(rules, ABLE)
        assert not lost(rules, ABLE, how=Start.ALONE)
    assert not lost(replace(RULES, company=Company.FREE), TRAINEE)


def test_an_accompanied_trainee_needs_any_sponsor_on_site_r4():
    assert lost(ACCOMPANIED, TRAINEE)
    assert not lost(ACCOMPANIED, replace(TRAINEE, sponsors_here=(CLEO,)))
    assert not lost(ACCOMPANIED, TRAINEE, SPONSOR), "one by a tap will do"
    assert lost(ACCOMPANIED, TRAINEE, LEFT)
    assert not lost(ACCOMPANIED, replace(TRAINEE, sponsors_here=(CLEO,)), LEFT)


def test_a_guest_needs_their_own_host_whoever_else_could_sponsor_edge_17():
    crowd = replace(GUEST, sponsors_here=(CLEO,))
    assert lost(ACCOMPANIED, crowd, LEFT, Start.HOSTED)
    assert not lost(ACCOMPANIED, crowd, SPONSOR, Start.HOSTED)


def test_who_started_accompanied_stays_so_whatever_they_became_edge_15():
    assert lost(ACCOMPANIED, ABLE, how=Start.ACCOMPANIED)
    assert lost(RULES, ABLE, LEFT, Start.SUPERVISED)


def test_two_adults_are_there_whoever_works_r4():
    assert lost(NEVER, ABLE)
    assert not lost(NEVER, replace(ABLE, adults_here=(CLEO,)))
    assert not lost(NEVER, ABLE, SPONSOR)
    assert lost(NEVER, ABLE, LEFT)
    assert not lost(NEVER, replace(ABLE, adults_here=(CLEO,)), LEFT)
    assert lost(NEVER, ABLE, how=Start.WORKSHOP)


def test_company_holds_no_skill_and_so_loses_none_r4():
    plain = replace(SPONSOR, level=Level.NONE, held_ms=THEN)
    assert not lost(NEVER, ABLE, plain, Start.COMPANY)
    assert lost(NEVER, ABLE, replace(plain, suspended_ms=THEN), Start.COMPANY)


def test_a_supervised_trainee_needs_their_sponsor_however_many_adults_are_there_r4():
    crowd = replace(TRAINEE, adults_here=(CLEO, MemberId("m-dan")))
    assert lost(NEVER, crowd, LEFT)
    assert not lost(NEVER, crowd, SPONSOR)


def test_a_minor_needs_two_and_one_person_is_not_counted_twice_r4():
    minor = replace(TRAINEE, minor=True)
    assert lost(NEVER, minor, SPONSOR)
    assert lost(NEVER, replace(minor, adults_here=(BOB.member,)), SPONSOR)
    assert not lost(NEVER, replace(minor, adults_here=(BOB.member, CLEO)), SPONSOR)
    assert not lost(NEVER, replace(minor, adults_here=(CLEO,)), SPONSOR)


@pytest.mark.parametrize("age", [None, LINK + 1])
def test_a_lost_link_takes_nobodys_company_away_r3_r12(age):
    for rules in (ACCOMPANIED, NEVER):
        for how in (Start.ACCOMPANIED, Start.ALONE, None):
            assert not lost(rules, replace(TRAINEE, roster_age_ms=age), how=how)
            assert not lost(rules, None, how=how)


@pytest.mark.parametrize("age", [None, LINK + 1])
@pytest.mark.parametrize("rules", [RULES, ACCOMPANIED, NEVER])
def test_with_the_link_down_a_sponsor_who_left_this_gate_is_missed_all_the_same_r3(rules, age):
    assert lost(rules, replace(TRAINEE, roster_age_ms=age), LEFT, Start.SUPERVISED)
    assert not lost(rules, replace(TRAINEE, roster_age_ms=age), SPONSOR, Start.SUPERVISED)


STANDINGS = st.builds(
    Standing,
    person=st.just(ADA),
    level=st.sampled_from(Level),
    status=st.sampled_from([Status.GUEST, Status.TRAINEE, Status.AUTONOMOUS]),
    minor=st.booleans(),
    sponsors_here=st.sampled_from([(), (CLEO,)]),
    adults_here=st.sampled_from([(), (CLEO,), (CLEO, MemberId("m-dan"))]),
    roster_age_ms=st.sampled_from([0, LINK, LINK + 1, None]),
)
SPONSORS = st.builds(
    Standing,
    person=st.just(BOB),
    level=st.sampled_from(Level),
    status=st.sampled_from(Status),
    minor=st.booleans(),
    suspended_ms=st.sampled_from([None, THEN]),
    held_ms=st.sampled_from([None, THEN]),
    here=st.booleans(),
    sponsoring=st.integers(0, 2),
    adults_here=st.sampled_from([(), (CLEO,)]),
)
MACHINES = st.builds(
    lambda company, sponsor_from, most, check_in: replace(
        RULES, company=company, sponsor_from=sponsor_from, max_trainees=most, check_in=check_in, guests=True
    ),
    st.sampled_from(Company),
    st.sampled_from([Level.AUTONOMOUS, Level.SPONSOR]),
    st.integers(0, 2),
    st.booleans(),
)
HELP = {Start.SUPERVISED: policy.sponsor, Start.COMPANY: policy.company, Start.HOSTED: policy.host}


@given(MACHINES, STANDINGS, SPONSORS)
def test_nobody_is_missed_at_the_moment_of_a_start_r4(rules, user, tied):
    """Whoever may start, with whoever may stand by: the session does not begin by losing its company."""
    how = policy.start(rules, user)
    if isinstance(how, Denied):
        return
    if how in HELP:
        # The one who taps sees the same people here as the one who works does, and never themselves.
        if HELP[how](rules, tied, ADA.member, ADAS, BOBS, minor=user.minor) is None:
            consistent = replace(user, adults_here=tuple({*user.adults_here, *tied.adults_here}))
            assert not policy.company_lost(rules, consistent, tied, PROVED, how=how)
    else:
        assert not policy.company_lost(rules, user, None, PROVED, how=how)


@given(MACHINES, SPONSORS)
def test_whoever_may_sponsor_may_host_and_is_company_r3(rules, standing):
    if policy.sponsor(rules, standing, ADA.member, ADAS, BOBS) is None:
        assert policy.host(rules, standing, ADA.member, ADAS, BOBS) is None
        assert policy.company(rules, standing, ADA.member, ADAS, BOBS) is None
