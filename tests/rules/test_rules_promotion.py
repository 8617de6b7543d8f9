"""Who promotes, proposes, renews and says what they saw: evidence, four eyes, no favours (R5 to R8, R12)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.charter import Granter, Skill
from fabgate.model import Code, Denied, Lapse, Level, MemberId, Role, SkillId
from fabgate.rules import authority as rule
from fabgate.rules.authority import Actor, Gift, Grounds, Held
from fabgate.rules.progress import Missing, Practice
from fabgate.rules.terms import End

ZOE, ADA, BOB, CARL = (MemberId(f"m-{name}") for name in ("zoe", "ada", "bob", "carl"))
LASER, MILL = SkillId("laser"), SkillId("mill")
WHY = "because"

MANAGER = Actor(ZOE, roles=frozenset({Role.MANAGER}))
SPONSOR = Actor(ADA, levels={LASER: Level.SPONSOR})
MEMBER = Actor(ADA, levels={LASER: Level.AUTONOMOUS})
AUTONOMOUS = Gift(LASER, Level.AUTONOMOUS)
TEACHER = Gift(LASER, Level.SPONSOR)
TRAINEE, ABLE = Held(Level.TRAINEE), Held(Level.AUTONOMOUS)
BY_MANAGER = Grounds(Skill(LASER, "Laser", granted_by=Granter.MANAGER))
MISSING = (Missing("minutes", "", 60, 240), Missing("tick", "focus", 0, 1))


def code(answer: Denied | None) -> Code | None:
    return None if answer is None else answer.code


def grant(actor, gift=AUTONOMOUS, held=TRAINEE, whom=BOB, reason=WHY, **grounds):
    return rule.may_grant(actor, whom, held, gift, reason, grounds=Grounds(**grounds))


def approve(actor, gift=AUTONOMOUS, held=TRAINEE, whom=BOB, reason=None, **grounds):
    return rule.may_approve(actor, whom, held, gift, reason, grounds=Grounds(**grounds))


def propose(actor, gift=AUTONOMOUS, held=TRAINEE, whom=BOB, reason=WHY, **grounds):
    return rule.may_propose(actor, whom, held, gift, reason, grounds=Grounds(**grounds))


# --- who makes autonomous (R6) ----------------------------------------------------------------


def test_a_sponsor_makes_autonomous_where_the_lab_leaves_it_to_sponsors_r6():
    assert grant(SPONSOR, skill=Skill(LASER, "Laser", granted_by=Granter.SPONSOR)) is None
    assert grant(SPONSOR) is None


def test_where_a_manager_makes_autonomous_a_sponsor_proposes_r6():
    assert grant(SPONSOR, skill=BY_MANAGER.skill) == Denied(Code.NOT_ALLOWED, {"needs": "manager"})
    assert propose(SPONSOR, skill=BY_MANAGER.skill) is None
    assert grant(MANAGER, skill=BY_MANAGER.skill) is None


def test_a_sponsor_still_takes_newcomers_on_and_lowers_what_they_gave_r6():
    assert grant(SPONSOR, Gift(LASER, Level.TRAINEE), Held(), skill=BY_MANAGER.skill) is None
    own = Held(Level.AUTONOMOUS, by=ADA)
    assert grant(SPONSOR, Gift(LASER, Level.TRAINEE), own, skill=BY_MANAGER.skill) is None
    assert grant(SPONSOR, Gift(LASER, Level.AUTONOMOUS, 9), own, skill=BY_MANAGER.skill) is None
    longer = Gift(LASER, Level.AUTONOMOUS, 10)
    was = Held(Level.AUTONOMOUS, 9, ADA)
    assert code(grant(SPONSOR, longer, was, skill=BY_MANAGER.skill)) is Code.NOT_ALLOWED


def test_sponsors_are_made_by_a_manager_from_who_is_autonomous_r6():
    assert grant(MANAGER, TEACHER, ABLE) is None
    assert code(grant(SPONSOR, TEACHER, ABLE)) is Code.NOT_ALLOWED
    assert code(grant(MANAGER, TEACHER, TRAINEE)) is Code.NOT_READY


# --- the trap found elsewhere: a pending person who issues (R6, edge 16) ------------------------


@pytest.mark.parametrize("held", [Level.NONE, Level.TRAINEE])
def test_a_pending_person_issues_nothing_edge_16_r6(held):
    """A proposal is no level: nothing that somebody does is judged by what was proposed for them."""
    pending = Actor(ADA, levels={LASER: held})
    assert "proposals" not in set(Actor.__dataclass_fields__)
    for answer in (
        grant(pending, Gift(LASER, Level.TRAINEE), Held()),
        grant(pending),
        propose(pending),
        rule.may_note_evidence(pending, BOB, LASER),
        rule.may_renew(pending, BOB, LASER, End(1, Lapse.DISUSE), Practice(supervised_last_ms=2)),
    ):
        assert code(answer) is Code.NOT_HELD


def test_who_is_proposed_as_a_sponsor_is_none_until_approved_edge_16_r6():
    assert code(grant(MEMBER, Gift(LASER, Level.TRAINEE), Held())) is Code.NOT_HELD
    assert code(grant(MEMBER)) is Code.NOT_HELD


def test_a_suspended_skill_gives_its_bearer_no_word_on_it_r9():
    held = replace(SPONSOR, held=frozenset({LASER}), levels={LASER: Level.SPONSOR, MILL: Level.SPONSOR})
    assert code(grant(held)) is Code.NOT_HELD
    assert code(propose(held)) is Code.NOT_HELD
    assert code(rule.may_note_evidence(held, BOB, LASER)) is Code.NOT_HELD
    assert code(rule.may_revoke_grant(held, LASER, Held(Level.AUTONOMOUS, by=ADA), WHY)) is Code.NOT_ALLOWED
    assert rule.may_note_evidence(held, BOB, MILL) is None


# --- evidence (R5) ----------------------------------------------------------------------------


def test_what_is_missing_refuses_and_is_named_r5():
    answer = Denied(Code.EVIDENCE_MISSING, {"skill": "laser", "missing": ("minutes 60/240", "tick focus")})
    assert grant(SPONSOR, missing=MISSING) == answer
    assert grant(MANAGER, missing=MISSING) == answer
    assert approve(MANAGER, missing=MISSING) == answer


def test_a_manager_waives_it_and_says_why_and_a_sponsor_does_not_r5():
    assert grant(MANAGER, missing=MISSING, waive=True) is None
    assert code(grant(MANAGER, missing=MISSING, waive=True, reason=" ")) is Code.REASON_NEEDED
    assert code(grant(SPONSOR, missing=MISSING, waive=True)) is Code.EVIDENCE_MISSING
    assert approve(MANAGER, missing=MISSING, waive=True, reason=WHY) is None
    assert code(approve(MANAGER, missing=MISSING, waive=True)) is Code.REASON_NEEDED


def test_evidence_is_asked_of_a_promotion_and_of_nothing_else_r5():
    assert grant(SPONSOR, Gift(LASER, Level.TRAINEE), Held(), missing=MISSING) is None
    by_ada = Held(Level.SPONSOR, by=ADA)
    assert grant(MANAGER, AUTONOMOUS, by_ada, missing=MISSING) is None
    assert grant(SPONSOR, AUTONOMOUS, Held(Level.AUTONOMOUS, 9, ADA), missing=MISSING) is None


def test_whoever_may_sponsor_says_what_they_saw_never_of_themselves_r5():
    assert rule.may_note_evidence(MEMBER, BOB, LASER) is None
    strict = rule.may_note_evidence(MEMBER, BOB, LASER, least=Level.SPONSOR)
    assert strict == Denied(Code.NOT_HELD, {"skill": "laser", "level": "sponsor"})
    assert rule.may_note_evidence(SPONSOR, BOB, LASER, least=Level.SPONSOR) is None
    assert rule.may_note_evidence(MANAGER, BOB, LASER) is None
    assert code(rule.may_note_evidence(MEMBER, BOB, MILL)) is Code.NOT_HELD
    for actor in (SPONSOR, MANAGER):
        assert code(rule.may_note_evidence(actor, actor.member, LASER)) is Code.NOT_TO_YOURSELF
    trainee = Actor(ADA, levels={LASER: Level.TRAINEE})
    assert code(rule.may_note_evidence(trainee, BOB, LASER, least=Level.TRAINEE)) is Code.NOT_HELD


def test_what_was_said_is_taken_back_by_who_said_it_or_a_manager_r5():
    assert rule.may_strike_evidence(MEMBER, ADA) is None
    assert rule.may_strike_evidence(MANAGER, ADA) is None
    assert code(rule.may_strike_evidence(SPONSOR, BOB)) is Code.NOT_ALLOWED


# --- proposals (R6) ---------------------------------------------------------------------------


def test_whoever_may_sponsor_proposes_and_nobody_themselves_r6():
    assert propose(MEMBER) is None
    assert propose(SPONSOR, TEACHER, ABLE) is None
    assert propose(MANAGER) is None
    strict = Skill(LASER, "Laser", sponsor_from=Level.SPONSOR)
    assert code(propose(MEMBER, skill=strict)) is Code.NOT_HELD
    assert propose(SPONSOR, skill=strict) is None
    assert code(propose(SPONSOR, Gift(MILL, Level.AUTONOMOUS))) is Code.NOT_HELD
    assert code(propose(SPONSOR, whom=ADA)) is Code.NOT_TO_YOURSELF
    assert code(propose(SPONSOR, reason="")) is Code.REASON_NEEDED


def test_a_proposal_is_for_more_than_is_held_r6():
    assert code(propose(SPONSOR, AUTONOMOUS, ABLE)) is Code.NOTHING_TO_DO
    assert code(propose(SPONSOR, Gift(LASER, Level.TRAINEE), Held())) is Code.NOTHING_TO_DO
    assert code(propose(SPONSOR, Gift(LASER, Level.NONE), ABLE)) is Code.NOTHING_TO_DO
    assert code(propose(SPONSOR, TEACHER, TRAINEE)) is Code.NOT_READY


def test_what_is_missing_is_asked_for_when_a_proposal_is_approved_r5_r6():
    assert propose(SPONSOR, missing=MISSING) is None
    assert code(approve(MANAGER, missing=MISSING, proposer=ADA)) is Code.EVIDENCE_MISSING


def test_a_manager_approves_for_somebody_else_r6_r7():
    assert approve(MANAGER, proposer=ADA) is None
    assert approve(MANAGER, proposer=ZOE) is None, "by their office"
    assert code(approve(SPONSOR, proposer=BOB)) is Code.NOT_ALLOWED
    assert code(approve(MANAGER, whom=ZOE, proposer=ADA)) is Code.NOT_TO_YOURSELF
    assert code(approve(MANAGER, proposer=BOB)) is Code.NOT_TO_YOURSELF


def test_where_nothing_waits_nothing_is_approved_or_refused_r6():
    assert code(approve(MANAGER, None)) is Code.NO_PROPOSAL
    assert code(rule.may_refuse(MANAGER, None, WHY)) is Code.NO_PROPOSAL
    assert code(approve(SPONSOR, None)) is Code.NOT_ALLOWED


def test_what_is_held_meanwhile_is_not_given_again_r6():
    assert code(approve(MANAGER, AUTONOMOUS, ABLE)) is Code.NOTHING_TO_DO
    assert code(approve(MANAGER, AUTONOMOUS, Held(Level.SPONSOR))) is Code.NOTHING_TO_DO
    assert code(approve(MANAGER, TEACHER, TRAINEE)) is Code.NOT_READY


def test_a_proposal_is_refused_by_a_manager_or_taken_back_by_its_proposer_r6():
    assert rule.may_refuse(MANAGER, ADA, WHY) is None
    assert rule.may_refuse(SPONSOR, ADA, WHY) is None
    assert code(rule.may_refuse(SPONSOR, CARL, WHY)) is Code.NOT_ALLOWED
    assert code(rule.may_refuse(MANAGER, ADA, "")) is Code.REASON_NEEDED


# --- no favours among two (R7) ----------------------------------------------------------------


def test_no_two_people_make_each_other_sponsors_of_a_skill_r7():
    vouches = {ZOE: {BOB}}
    mutual = Denied(Code.MUTUAL_SPONSORS, {"skill": "laser"})
    assert grant(MANAGER, TEACHER, ABLE, vouches=vouches) == mutual
    assert approve(MANAGER, TEACHER, ABLE, vouches=vouches) == mutual
    assert grant(MANAGER, TEACHER, ABLE, whom=CARL, vouches=vouches) is None


def test_nor_through_a_manager_who_approves_what_one_of_them_proposed_r7():
    vouches = {ADA: {BOB, CARL}}
    assert code(approve(MANAGER, TEACHER, ABLE, proposer=ADA, vouches=vouches)) is Code.MUTUAL_SPONSORS
    assert code(propose(SPONSOR, TEACHER, ABLE, vouches=vouches)) is Code.MUTUAL_SPONSORS
    assert approve(MANAGER, TEACHER, ABLE, proposer=CARL, vouches=vouches) is None
    assert grant(MANAGER, TEACHER, ABLE, vouches=vouches) is None


def test_nor_through_somebody_else_who_proposes_what_one_of_them_approves_r7():
    mutual = approve(MANAGER, TEACHER, ABLE, proposer=CARL, vouches={ZOE: {BOB}})
    assert code(mutual) is Code.MUTUAL_SPONSORS


def test_who_was_made_autonomous_by_a_friend_may_still_be_promoted_by_them_r7():
    assert approve(MANAGER, AUTONOMOUS, TRAINEE, proposer=ADA, vouches={ADA: {BOB}, ZOE: {BOB}}) is None


@given(
    st.sampled_from([MANAGER, SPONSOR, MEMBER]),
    st.sampled_from(Level),
    st.builds(Held, st.sampled_from(Level), st.none() | st.integers(0, 9), st.sampled_from([ADA, ZOE])),
    st.dictionaries(st.sampled_from([ZOE, ADA, BOB]), st.sets(st.sampled_from([ZOE, ADA, BOB]))),
    st.none() | st.sampled_from([ADA, BOB, CARL]),
)
def test_whoever_becomes_a_sponsor_never_vouched_for_who_vouches_for_them_r7(
    actor, level, held, vouches, proposer
):
    grounds = Grounds(vouches=vouches, proposer=proposer)
    gift = Gift(LASER, level)
    for may in (rule.may_grant, rule.may_approve):
        if may(actor, BOB, held, gift, WHY, grounds=grounds) is None and level is Level.SPONSOR:
            assert actor.manages
            assert BOB not in vouches.get(actor.member, set()) | vouches.get(proposer, set())


@given(
    st.sampled_from([MANAGER, SPONSOR, MEMBER]),
    st.sampled_from(Level),
    st.sampled_from(Level),
    st.booleans(),
    st.booleans(),
)
def test_nobody_does_anything_about_a_level_for_themselves_r7(actor, level, held, waive, offline):
    grounds = Grounds(waive=waive, offline=offline)
    gift, own = Gift(LASER, level), actor.member
    for may in (rule.may_grant, rule.may_propose, rule.may_approve):
        answer = code(may(actor, own, Held(held), gift, WHY, grounds=grounds))
        assert answer is Code.NOT_TO_YOURSELF or (answer is Code.NOT_ALLOWED and may is rule.may_approve)
    lapse = End(1, Lapse.DISUSE)
    assert rule.may_renew(actor, own, LASER, lapse, Practice(supervised_last_ms=2)) is not None
    assert rule.may_note_evidence(actor, own, LASER) is not None


# --- renewal (R8) -----------------------------------------------------------------------------


@pytest.mark.parametrize("why", [Lapse.DISUSE, Lapse.VALIDITY, Lapse.CHANGED])
def test_one_supervised_session_since_and_a_sponsors_word_bring_a_right_back_r8(why):
    since, before = Practice(supervised_last_ms=11), Practice(supervised_last_ms=10, own_ms=99)
    for actor in (MEMBER, SPONSOR, MANAGER):
        assert rule.may_renew(actor, BOB, LASER, End(10, why), since) is None
        no = rule.may_renew(actor, BOB, LASER, End(10, why), before)
        assert no == Denied(Code.EVIDENCE_MISSING, {"skill": "laser", "missing": ("sessions 0/1",)})
    assert code(rule.may_renew(SPONSOR, BOB, MILL, End(10, why), since)) is Code.NOT_HELD
    assert code(rule.may_renew(MANAGER, ZOE, LASER, End(10, why), since)) is Code.NOT_TO_YOURSELF


def test_the_day_that_a_giver_wrote_takes_a_new_grant_and_what_holds_takes_nothing_r8():
    since = Practice(supervised_last_ms=11)
    for lapse in (End(10, Lapse.UNTIL), None):
        assert code(rule.may_renew(SPONSOR, BOB, LASER, lapse, since)) is Code.NOTHING_TO_DO


def test_where_only_sponsors_teach_only_they_renew_r8():
    lapse, since = End(10, Lapse.DISUSE), Practice(supervised_last_ms=11)
    assert code(rule.may_renew(MEMBER, BOB, LASER, lapse, since, least=Level.SPONSOR)) is Code.NOT_HELD
    assert rule.may_renew(SPONSOR, BOB, LASER, lapse, since, least=Level.SPONSOR) is None


# --- a fallen sponsor's word (R10) ------------------------------------------------------------


def test_a_manager_looks_again_at_what_a_fallen_sponsor_vouched_for_r10():
    assert rule.may_review(MANAGER, BOB, WHY) is None
    assert code(rule.may_review(SPONSOR, BOB, WHY)) is Code.NOT_ALLOWED
    assert code(rule.may_review(MANAGER, ZOE, WHY)) is Code.NOT_TO_YOURSELF
    assert code(rule.may_review(MANAGER, BOB, "")) is Code.REASON_NEEDED


# --- without word from the hub (R12) ----------------------------------------------------------


def test_the_stricter_lab_promotes_nobody_at_a_gate_without_word_r12():
    off = {"offline": True, "offline_promotion": False}
    assert code(grant(MANAGER, **off)) is Code.OFFLINE_PROMOTION
    assert code(grant(SPONSOR, **off)) is Code.OFFLINE_PROMOTION
    assert code(grant(MANAGER, TEACHER, ABLE, **off)) is Code.OFFLINE_PROMOTION
    assert code(approve(MANAGER, **off)) is Code.OFFLINE_PROMOTION
    assert code(grant(MANAGER, Gift(LASER, Level.AUTONOMOUS, 10), Held(Level.AUTONOMOUS, 9), **off)) is (
        Code.OFFLINE_PROMOTION
    )


def test_lowering_and_taking_on_need_no_link_r12():
    off = {"offline": True, "offline_promotion": False}
    assert grant(MANAGER, Gift(LASER, Level.TRAINEE), Held(), **off) is None
    assert grant(MANAGER, Gift(LASER, Level.TRAINEE), ABLE, **off) is None
    assert grant(MANAGER, AUTONOMOUS, Held(Level.SPONSOR), **off) is None
    assert propose(SPONSOR, **off) is None


@pytest.mark.parametrize(("offline", "allowed"), [(True, True), (False, True), (False, False)])
def test_by_default_a_gate_promotes_without_its_hub_r12(offline, allowed):
    assert grant(MANAGER, offline=offline, offline_promotion=allowed) is None


def test_a_skill_that_needs_a_manager_needs_one_offline_too_r12():
    assert code(grant(SPONSOR, skill=BY_MANAGER.skill, offline=True)) is Code.NOT_ALLOWED
