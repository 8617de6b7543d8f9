"""Who may do what at the desk: every rule, every kind of person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import Code, Denied, Lapse, Level, MachineId, MemberId, Role, SkillId, Status
from fabgate.rules import authority as rule
from fabgate.rules.authority import Actor, Gift, Held, Safety
from fabgate.rules.progress import Practice
from fabgate.rules.terms import End

ZOE, ADA, BOB, CARL = MemberId("m-zoe"), MemberId("m-ada"), MemberId("m-bob"), MemberId("m-carl")
LASER, MILL = SkillId("laser"), SkillId("mill")
CUTTER, OTHER = MachineId("cutter"), MachineId("other")
WHY = "because"

MANAGER = Actor(ZOE, roles=frozenset({Role.MANAGER}))
FIRST = replace(MANAGER, first=True)
SPONSOR = Actor(ADA, levels={LASER: Level.SPONSOR})
MAINTAINER = Actor(ADA, maintains=frozenset({CUTTER}))
TREASURER = Actor(ADA, roles=frozenset({Role.TREASURER}))
MEMBER = Actor(ADA, levels={LASER: Level.AUTONOMOUS})


def code(answer: Denied | None) -> Code | None:
    return None if answer is None else answer.code


def test_enrolling_and_badges_are_a_managers_and_nobody_elses():
    for deed in (rule.may_enrol, rule.may_add_badge):
        assert deed(MANAGER) is None
        for actor in (SPONSOR, MAINTAINER, TREASURER, MEMBER):
            assert code(deed(actor)) is Code.NOT_ALLOWED


def test_a_refusal_names_the_office_that_is_needed():
    assert rule.may_enrol(MEMBER) == Denied(Code.NOT_ALLOWED, {"needs": "manager"})
    assert rule.may_unlock(MEMBER, CUTTER) == Denied(
        Code.NOT_ALLOWED, {"needs": "maintainer", "machine": "cutter"}
    )


@pytest.mark.parametrize("field", sorted(rule.OWN_FIELDS))
def test_members_change_what_is_known_of_themselves(field):
    assert rule.may_edit(MEMBER, ADA, [field]) is None
    assert code(rule.may_edit(MEMBER, BOB, [field])) is Code.NOT_ALLOWED


@pytest.mark.parametrize("field", ["login", "handle"])
def test_who_a_member_is_only_a_manager_changes(field):
    assert code(rule.may_edit(MEMBER, ADA, [field])) is Code.NOT_ALLOWED
    assert code(rule.may_edit(MEMBER, ADA, ["name", field])) is Code.NOT_ALLOWED
    assert rule.may_edit(MANAGER, ADA, ["name", field]) is None


def test_a_badge_is_blocked_by_a_manager_or_by_the_one_who_lost_it():
    assert rule.may_block_badge(MANAGER, ADA) is None
    assert rule.may_block_badge(MEMBER, ADA) is None
    assert code(rule.may_block_badge(MEMBER, BOB)) is Code.NOT_ALLOWED


def test_suspending_is_a_managers_and_never_on_oneself():
    assert rule.may_suspend(MANAGER, ADA, False, WHY) is None
    assert code(rule.may_suspend(SPONSOR, BOB, False, WHY)) is Code.NOT_ALLOWED
    assert code(rule.may_suspend(MANAGER, ZOE, False, WHY)) is Code.NOT_TO_YOURSELF


def test_the_last_active_manager_stays():
    assert code(rule.may_suspend(MANAGER, ZOE, True, WHY)) is Code.LAST_MANAGER
    assert code(rule.may_revoke_role(MANAGER, True, WHY)) is Code.LAST_MANAGER


def test_a_suspension_is_lifted_by_a_manager_and_never_by_its_bearer():
    assert rule.may_lift(MANAGER, ADA, WHY) is None
    assert code(rule.may_lift(MANAGER, ZOE, WHY)) is Code.NOT_TO_YOURSELF
    assert code(rule.may_lift(MEMBER, BOB, WHY)) is Code.NOT_ALLOWED


def test_roles_are_given_by_a_manager_to_somebody_else_and_may_be_laid_down():
    assert rule.may_give_role(MANAGER, ADA, WHY) is None
    assert code(rule.may_give_role(MANAGER, ZOE, WHY)) is Code.NOT_TO_YOURSELF
    assert code(rule.may_give_role(TREASURER, BOB, WHY)) is Code.NOT_ALLOWED
    assert rule.may_revoke_role(MANAGER, False, WHY) is None
    assert code(rule.may_revoke_role(TREASURER, False, WHY)) is Code.NOT_ALLOWED


@pytest.mark.parametrize("level", [Level.TRAINEE, Level.AUTONOMOUS])
def test_a_manager_grants_by_their_office_what_they_do_not_hold(level):
    assert rule.may_grant(MANAGER, ADA, Held(), Gift(MILL, level), WHY) is None


def test_a_sponsor_is_made_by_a_manager_from_one_who_is_autonomous():
    gift = Gift(LASER, Level.SPONSOR)
    assert rule.may_grant(MANAGER, ADA, Held(Level.AUTONOMOUS), gift, WHY) is None
    assert rule.may_grant(MANAGER, ADA, Held(Level.TRAINEE), gift, WHY) == Denied(
        Code.NOT_READY, {"skill": "laser", "level": "trainee"}
    )
    assert code(rule.may_grant(SPONSOR, BOB, Held(Level.AUTONOMOUS), gift, WHY)) is Code.NOT_ALLOWED


def test_a_sponsor_grants_on_their_skill_only():
    for level in (Level.TRAINEE, Level.AUTONOMOUS):
        assert rule.may_grant(SPONSOR, BOB, Held(), Gift(LASER, level), WHY) is None
        assert code(rule.may_grant(SPONSOR, BOB, Held(), Gift(MILL, level), WHY)) is Code.NOT_HELD


def test_an_autonomous_member_grants_nothing():
    answer = rule.may_grant(MEMBER, BOB, Held(), Gift(LASER, Level.TRAINEE), WHY)
    assert answer == Denied(Code.NOT_HELD, {"skill": "laser", "level": "trainee"})


@given(st.sampled_from(Level), st.sampled_from(Level), st.none() | st.integers(0, 9))
def test_nobody_grants_to_themselves_a_manager_included(held, level, until_ms):
    for actor in (FIRST, replace(SPONSOR, member=ZOE), replace(MEMBER, member=ZOE)):
        answer = rule.may_grant(actor, ZOE, Held(held), Gift(LASER, level, until_ms), WHY)
        assert code(answer) is Code.NOT_TO_YOURSELF


def test_a_sponsor_lowers_only_what_they_gave():
    trainee = Gift(LASER, Level.TRAINEE)
    assert rule.may_grant(SPONSOR, BOB, Held(Level.AUTONOMOUS, by=ADA), trainee, WHY) is None
    by_zoe = Held(Level.AUTONOMOUS, by=ZOE)
    assert code(rule.may_grant(SPONSOR, BOB, by_zoe, trainee, WHY)) is Code.NOT_ALLOWED
    assert rule.may_grant(MANAGER, BOB, by_zoe, trainee, WHY) is None


def test_an_earlier_end_is_a_lowering_and_a_later_one_is_not():
    held = Held(Level.AUTONOMOUS, until_ms=10, by=ZOE)
    earlier, later = Gift(LASER, Level.AUTONOMOUS, 9), Gift(LASER, Level.AUTONOMOUS, 11)
    assert code(rule.may_grant(SPONSOR, BOB, held, earlier, WHY)) is Code.NOT_ALLOWED
    assert rule.may_grant(SPONSOR, BOB, held, later, WHY) is None
    assert rule.may_grant(SPONSOR, BOB, held, Gift(LASER, Level.AUTONOMOUS), WHY) is None
    endless = Held(Level.AUTONOMOUS, by=ZOE)
    assert code(rule.may_grant(SPONSOR, BOB, endless, later, WHY)) is Code.NOT_ALLOWED


def test_what_is_held_already_is_nothing_to_do():
    held = Held(Level.AUTONOMOUS, until_ms=10, by=ADA)
    same = Gift(LASER, Level.AUTONOMOUS, 10)
    assert code(rule.may_grant(SPONSOR, BOB, held, same, WHY)) is Code.NOTHING_TO_DO
    assert code(rule.may_grant(MANAGER, BOB, held, same, WHY)) is Code.NOTHING_TO_DO


def test_none_is_not_a_level_to_give():
    assert code(rule.may_grant(MANAGER, BOB, Held(Level.TRAINEE), Gift(LASER, Level.NONE), WHY)) is (
        Code.NOTHING_TO_DO
    )


def test_a_grant_is_revoked_by_a_manager_or_by_the_sponsor_who_gave_it():
    assert rule.may_revoke_grant(MANAGER, LASER, Held(Level.SPONSOR, by=BOB), WHY) is None
    assert rule.may_revoke_grant(SPONSOR, LASER, Held(Level.AUTONOMOUS, by=ADA), WHY) is None
    assert (
        code(rule.may_revoke_grant(SPONSOR, LASER, Held(Level.AUTONOMOUS, by=BOB), WHY)) is Code.NOT_ALLOWED
    )
    assert code(rule.may_revoke_grant(SPONSOR, LASER, Held(), WHY)) is Code.NOT_ALLOWED
    past = Actor(ADA, levels={LASER: Level.AUTONOMOUS})
    assert code(rule.may_revoke_grant(past, LASER, Held(Level.AUTONOMOUS, by=ADA), WHY)) is Code.NOT_ALLOWED


def test_the_first_manager_names_a_skills_first_sponsor():
    assert rule.may_bootstrap(FIRST, Gift(LASER, Level.SPONSOR), False, WHY) is None


def test_the_bootstrap_is_closed_once_a_skill_has_a_sponsor_and_for_any_other_level():
    assert code(rule.may_bootstrap(FIRST, Gift(LASER, Level.SPONSOR), True, WHY)) is Code.BOOTSTRAP_CLOSED
    for level in (Level.NONE, Level.TRAINEE, Level.AUTONOMOUS):
        assert code(rule.may_bootstrap(FIRST, Gift(LASER, level), False, WHY)) is Code.BOOTSTRAP_CLOSED


def test_only_the_first_manager_bootstraps_and_only_while_a_manager():
    for actor in (MANAGER, SPONSOR, MEMBER, replace(FIRST, roles=frozenset())):
        answer = rule.may_bootstrap(actor, Gift(LASER, Level.SPONSOR), False, WHY)
        assert answer == Denied(Code.NOT_ALLOWED, {"needs": "first_manager"})


def test_any_active_member_locks_a_machine_and_few_unlock_it():
    for actor in (MANAGER, SPONSOR, MAINTAINER, TREASURER, MEMBER, Actor(BOB)):
        assert rule.may_lock(actor, WHY) is None
    assert rule.may_unlock(MANAGER, CUTTER) is None
    assert rule.may_unlock(MAINTAINER, CUTTER) is None
    assert code(rule.may_unlock(MAINTAINER, OTHER)) is Code.NOT_ALLOWED
    assert code(rule.may_unlock(SPONSOR, CUTTER)) is Code.NOT_ALLOWED


def test_a_session_is_closed_by_a_manager_a_maintainer_or_its_user():
    assert rule.may_close(MANAGER, CUTTER, BOB, WHY) is None
    assert rule.may_close(MAINTAINER, CUTTER, BOB, WHY) is None
    assert rule.may_close(MEMBER, CUTTER, ADA, WHY) is None
    assert code(rule.may_close(MEMBER, CUTTER, BOB, WHY)) is Code.NOT_ALLOWED
    assert code(rule.may_close(MAINTAINER, OTHER, BOB, WHY)) is Code.NOT_ALLOWED
    assert code(rule.may_close(MEMBER, CUTTER, None, WHY)) is Code.NOT_ALLOWED


def every_deed(actor: Actor, reason: str = WHY) -> dict[str, Denied | None]:
    """Each rule asked once, in a case that a manager is allowed."""
    return {
        "enrol": rule.may_enrol(actor),
        "edit": rule.may_edit(actor, BOB, ["name"]),
        "suspend": rule.may_suspend(actor, BOB, False, reason),
        "lift": rule.may_lift(actor, BOB, reason),
        "badge add": rule.may_add_badge(actor),
        "badge block": rule.may_block_badge(actor, BOB),
        "role give": rule.may_give_role(actor, BOB, reason),
        "role revoke": rule.may_revoke_role(actor, False, reason),
        "grant": rule.may_grant(actor, BOB, Held(), Gift(LASER, Level.TRAINEE), reason),
        "bootstrap": rule.may_bootstrap(actor, Gift(LASER, Level.SPONSOR), False, reason),
        "grant revoke": rule.may_revoke_grant(actor, LASER, Held(Level.TRAINEE, by=actor.member), reason),
        "lock": rule.may_lock(actor, reason),
        "unlock": rule.may_unlock(actor, CUTTER),
        "close": rule.may_close(actor, CUTTER, actor.member, reason),
        "invite": rule.may_invite(actor),
        "retire": rule.may_retire(actor, reason),
        "status": rule.may_set_status(actor, BOB, Status.TRAINEE, Status.AUTONOMOUS, reason),
        "paper": rule.may_file_paper(actor, BOB, reason=reason),
        "import": rule.may_import(actor),
        "sponsor assign": rule.may_assign_sponsor(actor, BOB, CARL),
        "sponsor release": rule.may_release_sponsor(actor, actor.member),
        "check in": rule.may_check_in(actor, actor.member),
        "check out": rule.may_check_out(actor, BOB),
        "hours": rule.may_set_hours(actor),
        "workshop open": rule.may_open_workshop(actor, actor.member, LASER, Level.AUTONOMOUS),
        "workshop close": rule.may_close_workshop(actor, actor.member),
        "renew": rule.may_renew(actor, BOB, LASER, End(1, Lapse.DISUSE), Practice(supervised_last_ms=2)),
        "review": rule.may_review(actor, BOB, reason),
        "propose": rule.may_propose(actor, BOB, Held(), Gift(LASER, Level.AUTONOMOUS), reason),
        "approve": rule.may_approve(actor, BOB, Held(), Gift(LASER, Level.AUTONOMOUS), reason),
        "refuse": rule.may_refuse(actor, actor.member, reason),
        "note": rule.may_note_evidence(actor, BOB, LASER),
        "strike": rule.may_strike_evidence(actor, actor.member),
        "skill suspend": rule.may_suspend_skill(actor, BOB, LASER, reason),
        "skill lift": rule.may_lift_skill(actor, BOB, reason),
    }


def test_every_rule_of_the_file_is_in_this_list():
    assert len(every_deed(FIRST)) == sum(name.startswith("may_") for name in vars(rule))
    assert set(every_deed(FIRST).values()) == {None}


def test_a_suspended_actor_may_do_nothing_and_is_told_since_when():
    for actor in (FIRST, SPONSOR, MAINTAINER, MEMBER):
        answers = every_deed(replace(actor, suspended_ms=5)).values()
        assert all(answer == Denied(Code.SUSPENDED_MEMBER, {"since_ms": 5}) for answer in answers)


def test_who_has_left_does_nothing_more_at_the_desk_r1():
    for answer in every_deed(replace(FIRST, status=Status.LEFT)).values():
        assert code(answer) is Code.MEMBER_LEFT


def test_who_is_suspended_may_still_say_that_they_go_home_r3():
    suspended = replace(MEMBER, suspended_ms=5)
    assert rule.may_check_out(suspended, ADA) is None
    assert code(rule.may_check_in(suspended, ADA)) is Code.SUSPENDED_MEMBER


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0", "\u200b\u2060", "\u3000"])
def test_a_reason_must_show_something(blank):
    silent = {deed for deed, answer in every_deed(FIRST, blank).items() if code(answer) is Code.REASON_NEEDED}
    assert silent == {
        "suspend",
        "lift",
        "role give",
        "role revoke",
        "grant",
        "bootstrap",
        "grant revoke",
        "lock",
        "close",
        "retire",
        "status",
        "review",
        "propose",
        "refuse",
        "skill suspend",
        "skill lift",
    }


@pytest.mark.parametrize("reason", ["x", "'; DROP TABLE people;--", "👍", "\u202e סיבה", " a\n"])
def test_any_text_that_shows_something_is_a_reason(reason):
    assert set(every_deed(FIRST, reason).values()) == {None}


def test_nobody_is_asked_for_a_reason_who_may_not_anyway():
    assert code(rule.may_suspend(MEMBER, BOB, False, "")) is Code.NOT_ALLOWED


@pytest.mark.parametrize(
    ("level", "left"),
    [
        (Level.SPONSOR, Level.TRAINEE),
        (Level.AUTONOMOUS, Level.TRAINEE),
        (Level.TRAINEE, Level.NONE),
        (Level.NONE, Level.NONE),
    ],
)
def test_a_right_that_ran_out_makes_a_trainee_again_and_a_trainee_nothing(level, left):
    assert rule.level_at(level, 10, 10) is level
    assert rule.level_at(level, 10, 11) is left
    assert rule.level_at(level, None, 10) is level


@given(
    st.sampled_from([SPONSOR, MAINTAINER, TREASURER, MEMBER]),
    st.builds(
        Held, st.sampled_from(Level), st.none() | st.integers(0, 9), st.sampled_from([ADA, BOB, ZOE, None])
    ),
    st.builds(Gift, st.sampled_from([LASER, MILL]), st.sampled_from(Level), st.none() | st.integers(0, 9)),
)
def test_without_an_office_nobody_gives_more_than_autonomous_nor_what_they_do_not_hold(actor, held, gift):
    if rule.may_grant(actor, BOB, held, gift, WHY) is None:
        assert gift.level <= Level.AUTONOMOUS
        assert actor.level(gift.skill) is Level.SPONSOR


# --- status (R1, R6) --------------------------------------------------------------------------

KEYS = Actor(ADA, status=Status.AUTONOMOUS)


def test_what_a_person_is_in_the_lab_a_manager_says_of_somebody_else_r1():
    assert rule.may_set_status(MANAGER, BOB, Status.TRAINEE, Status.GUEST) is None
    for actor in (SPONSOR, TREASURER, KEYS):
        assert code(rule.may_set_status(actor, BOB, Status.TRAINEE, Status.GUEST)) is Code.NOT_ALLOWED
    assert code(rule.may_set_status(MANAGER, ZOE, Status.TRAINEE, Status.GUEST)) is Code.NOT_TO_YOURSELF
    same = rule.may_set_status(MANAGER, BOB, Status.GUEST, Status.GUEST)
    assert same == Denied(Code.NOTHING_TO_DO, {"status": "guest"})


def test_keys_are_the_boards_decision_and_its_minutes_are_the_reason_r6():
    no = rule.may_set_status(MANAGER, BOB, Status.TRAINEE, Status.AUTONOMOUS, " ")
    assert code(no) is Code.REASON_NEEDED
    assert rule.may_set_status(MANAGER, BOB, Status.TRAINEE, Status.AUTONOMOUS, "AG 2026-11-20, 4") is None


def test_the_last_manager_neither_leaves_nor_becomes_a_guest_r1():
    for new in (Status.LEFT, Status.GUEST):
        no = rule.may_set_status(MANAGER, ZOE, Status.TRAINEE, new, WHY, last_manager=True)
        assert code(no) is Code.LAST_MANAGER
    for new in (Status.TRAINEE, Status.AUTONOMOUS):
        assert rule.may_set_status(MANAGER, BOB, Status.GUEST, new, WHY, last_manager=True) is None


def test_the_only_manager_gives_themselves_the_keys_with_a_reason_r7():
    asked = (MANAGER, ZOE, Status.TRAINEE, Status.AUTONOMOUS)
    assert code(rule.may_set_status(*asked, WHY)) is Code.NOT_TO_YOURSELF
    assert code(rule.may_set_status(*asked, "", alone=True)) is Code.REASON_NEEDED
    assert rule.may_set_status(*asked, WHY, alone=True) is None
    own = (replace(KEYS, status=Status.TRAINEE), ADA, Status.TRAINEE, Status.AUTONOMOUS)
    assert code(rule.may_set_status(*own, WHY, alone=True)) is Code.NOT_ALLOWED


# --- papers (R2) ------------------------------------------------------------------------------


def test_papers_are_filed_by_a_manager_and_dues_by_the_treasurer_too_r2():
    assert rule.may_file_paper(MANAGER, BOB) is None
    assert rule.may_file_paper(MANAGER, BOB, dues=True) is None
    assert rule.may_file_paper(TREASURER, BOB, dues=True) is None
    assert rule.may_file_paper(TREASURER, BOB) == Denied(Code.NOT_ALLOWED, {"needs": "manager"})
    assert rule.may_file_paper(MEMBER, BOB, dues=True) == Denied(Code.NOT_ALLOWED, {"needs": "treasurer"})


def test_nobody_files_their_own_papers_unless_nobody_else_could_r7():
    assert code(rule.may_file_paper(MANAGER, ZOE)) is Code.NOT_TO_YOURSELF
    assert code(rule.may_file_paper(TREASURER, ADA, dues=True)) is Code.NOT_TO_YOURSELF
    assert code(rule.may_file_paper(TREASURER, ADA, dues=True, alone=True)) is Code.NOT_TO_YOURSELF
    assert code(rule.may_file_paper(MANAGER, ZOE, alone=True)) is Code.REASON_NEEDED
    assert rule.may_file_paper(MANAGER, ZOE, alone=True, reason=WHY) is None


# --- suspension (R9) --------------------------------------------------------------------------

HOURS_72 = 72 * 3_600_000
ON_SAFETY = Safety(allowed=True, most_ms=HOURS_72)


@pytest.mark.parametrize(
    "suspend",
    [
        lambda actor, subject, **how: rule.may_suspend(actor, subject, False, WHY, **how),
        lambda actor, subject, **how: rule.may_suspend_skill(actor, subject, LASER, WHY, **how),
    ],
    ids=["member", "skill"],
)
class TestSuspending:
    def test_whoever_has_the_keys_suspends_on_grounds_of_safety_for_a_while_r9(self, suspend):
        assert suspend(KEYS, BOB, for_ms=HOURS_72, safety=ON_SAFETY) is None
        for too_long in (HOURS_72 + 1, None):
            no = suspend(KEYS, BOB, for_ms=too_long, safety=ON_SAFETY)
            assert no == Denied(Code.TOO_LONG, {"most_ms": HOURS_72})

    def test_only_where_the_lab_lets_them_r9(self, suspend):
        assert suspend(KEYS, BOB, for_ms=1) == Denied(Code.NOT_ALLOWED, {"needs": "manager"})

    def test_a_right_on_a_machine_is_no_key_r1_r9(self, suspend):
        no = suspend(SPONSOR, BOB, for_ms=1, safety=ON_SAFETY)
        assert no == Denied(Code.NOT_ALLOWED, {"needs": "keyholder"})

    def test_nobody_is_suspended_by_themselves_r9(self, suspend):
        assert code(suspend(KEYS, ADA, for_ms=1, safety=ON_SAFETY)) is Code.NOT_TO_YOURSELF
        assert code(suspend(MANAGER, ZOE)) is Code.NOT_TO_YOURSELF

    def test_a_manager_confirms_without_an_end_and_a_keyholder_shortens_nothing_r9(self, suspend):
        assert suspend(MANAGER, BOB, suspended=True, safety=ON_SAFETY) is None
        no = suspend(KEYS, BOB, for_ms=1, suspended=True, safety=ON_SAFETY)
        assert code(no) is Code.NOTHING_TO_DO


def test_a_suspension_on_grounds_of_safety_has_a_reason_and_spares_the_last_manager_r9():
    assert code(rule.may_suspend(KEYS, BOB, False, "", for_ms=1, safety=ON_SAFETY)) is Code.REASON_NEEDED
    assert code(rule.may_suspend(KEYS, BOB, True, WHY, for_ms=1, safety=ON_SAFETY)) is Code.LAST_MANAGER
    no = rule.may_suspend_skill(KEYS, BOB, LASER, "", for_ms=1, safety=ON_SAFETY)
    assert code(no) is Code.REASON_NEEDED


def test_a_suspended_skill_is_lifted_by_a_manager_and_never_by_its_bearer_r9():
    assert rule.may_lift_skill(MANAGER, BOB, WHY) is None
    assert code(rule.may_lift_skill(KEYS, BOB, WHY)) is Code.NOT_ALLOWED
    assert code(rule.may_lift_skill(MANAGER, ZOE, WHY)) is Code.NOT_TO_YOURSELF


# --- named sponsors ---------------------------------------------------------------------------


def test_a_manager_names_a_newcomers_sponsor_and_a_sponsor_takes_one_on():
    assert rule.may_assign_sponsor(MANAGER, BOB, ADA) is None
    assert rule.may_assign_sponsor(MANAGER, BOB, ADA, assigned=CARL) is None
    assert rule.may_assign_sponsor(SPONSOR, BOB, ADA) is None
    assert code(rule.may_assign_sponsor(SPONSOR, BOB, CARL)) is Code.NOT_ALLOWED
    assert code(rule.may_assign_sponsor(SPONSOR, BOB, ADA, assigned=CARL)) is Code.NOT_ALLOWED
    assert code(rule.may_assign_sponsor(MANAGER, BOB, ADA, assigned=ADA)) is Code.NOTHING_TO_DO


@pytest.mark.parametrize("unfit", [{"status": Status.GUEST}, {"status": Status.LEFT}, {"suspended": True}])
def test_no_guest_and_nobody_who_left_or_is_suspended_looks_after_a_newcomer(unfit):
    assert code(rule.may_assign_sponsor(MANAGER, BOB, ADA, **unfit)) is Code.UNFIT_SPONSOR


def test_nobody_looks_after_themselves():
    assert code(rule.may_assign_sponsor(MANAGER, BOB, BOB)) is Code.UNFIT_SPONSOR
    assert code(rule.may_assign_sponsor(SPONSOR, ADA, ADA)) is Code.UNFIT_SPONSOR


def test_that_duty_is_laid_down_by_who_has_it_or_ended_by_a_manager():
    assert rule.may_release_sponsor(SPONSOR, ADA) is None
    assert rule.may_release_sponsor(MANAGER, ADA) is None
    assert code(rule.may_release_sponsor(SPONSOR, CARL)) is Code.NOT_ALLOWED
    assert code(rule.may_release_sponsor(MANAGER, None)) is Code.NOTHING_TO_DO


# --- who is there, and when -------------------------------------------------------------------


def test_members_check_themselves_in_and_who_has_the_keys_everybody_r3():
    for actor in (MEMBER, SPONSOR, KEYS, MANAGER):
        assert rule.may_check_in(actor, actor.member) is None
        assert rule.may_check_out(actor, actor.member) is None
    for actor in (KEYS, MANAGER):
        assert rule.may_check_in(actor, BOB) is None
        assert rule.may_check_out(actor, BOB) is None
    for deed in (rule.may_check_in, rule.may_check_out):
        assert deed(SPONSOR, BOB) == Denied(Code.NOT_ALLOWED, {"needs": "keyholder"})


def test_who_is_not_there_is_not_checked_out_r3():
    assert code(rule.may_check_out(MEMBER, ADA, present=False)) is Code.NOT_PRESENT


def test_a_workshop_is_led_by_who_may_work_alone():
    assert rule.may_open_workshop(MEMBER, ADA, LASER, Level.AUTONOMOUS) is None
    assert rule.may_open_workshop(MANAGER, BOB, LASER, Level.SPONSOR) is None
    assert code(rule.may_open_workshop(MEMBER, BOB, LASER, Level.AUTONOMOUS)) is Code.NOT_ALLOWED
    for actor, leader in ((MEMBER, ADA), (MANAGER, BOB), (MANAGER, ZOE)):
        no = rule.may_open_workshop(actor, leader, LASER, Level.TRAINEE)
        assert no == Denied(Code.NOT_READY, {"skill": "laser", "level": "trainee"})


def test_a_workshop_is_closed_by_its_leader_or_a_manager():
    assert rule.may_close_workshop(MEMBER, ADA) is None
    assert rule.may_close_workshop(MANAGER, ADA) is None
    assert code(rule.may_close_workshop(SPONSOR, BOB)) is Code.NOT_ALLOWED
    assert code(rule.may_close_workshop(MANAGER, None)) is Code.NO_WORKSHOP


def test_calendars_and_imports_are_a_managers():
    for deed in (rule.may_set_hours, rule.may_import):
        assert deed(MANAGER) is None
        for actor in (SPONSOR, TREASURER, KEYS):
            assert code(deed(actor)) is Code.NOT_ALLOWED
