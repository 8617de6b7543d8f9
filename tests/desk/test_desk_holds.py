"""Suspensions (R9): of a member or of one skill, by a manager or on grounds of safety, for a while or not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chartered import DAY, RULES, chartered, done, refused, with_keys
from first_day import NOON

from fabgate.desk import held, holds, members, status
from fabgate.desk.holds import Terms
from fabgate.model import Code, Level, Role, Status
from fabgate.records import GrantLifted, GrantSuspended, MemberSuspended
from fabgate.store import roster

MOST = RULES.suspend_ms


@pytest.fixture
def lab(here):
    lab = chartered(here)
    for handle in ("ada", "bob", "cem"):
        lab.member(handle)
    with_keys(lab, "ada")
    lab.grant("bob", "laser", Level.AUTONOMOUS)
    return lab


def suspended(lab, handle="bob"):
    member = roster.member(lab.desk.conn, handle)
    return member.suspended_at(lab.clock.wall_ms) is not None


def worth(lab, handle="bob", skill="laser"):
    member = roster.member(lab.desk.conn, handle).id
    one = held.on(lab.desk.conn, lab.desk.settings.skills, member, skill, lab.clock.wall_ms)
    return one.worth


# --- on grounds of safety ---------------------------------------------------------------------


def test_who_has_the_keys_suspends_on_grounds_of_safety_for_as_long_as_the_lab_allows_r9(lab):
    answer = done(holds.suspend(lab.desk, "ada", "bob", "left the laser burning"))
    assert (answer.facts["until_ms"], answer.facts["cause"]) == (NOON + MOST, "safety")
    body = lab.last().body
    assert isinstance(body, MemberSuspended)
    assert (body.until_ms, body.cause) == (NOON + MOST, "safety")
    assert lab.said_beside()["reason"] == "left the laser burning"
    lab.clock.wall_ms = NOON + MOST
    assert suspended(lab)
    lab.clock.wall_ms += 1
    assert not suspended(lab)


def test_whatever_cause_they_name_it_is_one_of_safety_r9(lab):
    done(holds.suspend(lab.desk, "ada", "bob", "x", Terms(NOON + DAY, "unpaid")))
    assert lab.last().body.cause == "safety"


def test_nobody_without_office_suspends_for_longer_r9(lab):
    answer = refused(holds.suspend(lab.desk, "ada", "bob", "x", Terms(NOON + MOST + 1)), Code.TOO_LONG)
    assert answer.facts["most_ms"] == MOST
    done(holds.suspend(lab.desk, "ada", "bob", "x", Terms(NOON + MOST)))


def test_nobody_without_keys_suspends_anybody_r9(lab):
    lab.grant("cem", "laser", Level.SPONSOR)
    refused(holds.suspend(lab.desk, "cem", "bob", "x"), Code.NOT_ALLOWED)
    refused(holds.suspend(lab.desk, "ada", "ada", "x"), Code.NOT_TO_YOURSELF)
    refused(holds.suspend(lab.desk, "ada", "bob", " "), Code.REASON_NEEDED)
    strict = chartered(lab, replace(RULES, safety_suspend=False))
    refused(holds.suspend(strict.desk, "ada", "bob", "x"), Code.NOT_ALLOWED)


def test_a_volunteers_word_neither_prolongs_nor_ends_a_suspension_r9(lab):
    done(holds.suspend(lab.desk, "zoe", "bob", "unpaid", Terms(None, "unpaid")))
    refused(holds.suspend(lab.desk, "ada", "bob", "x", Terms(NOON + DAY)), Code.NOTHING_TO_DO)
    refused(holds.lift(lab.desk, "ada", "bob", "x"), Code.NOT_ALLOWED)
    assert roster.member(lab.desk.conn, "bob").suspended_until_ms is None


def test_a_manager_confirms_by_suspending_again_without_an_end_r9(lab):
    done(holds.suspend(lab.desk, "ada", "bob", "smoke"))
    answer = done(holds.suspend(lab.desk, "zoe", "bob", "I saw it too"))
    assert (answer.facts["confirmed"], answer.facts["was_ms"], answer.facts["until_ms"]) == (
        True,
        NOON + MOST,
        None,
    )
    lab.clock.wall_ms += 100 * DAY
    assert suspended(lab)
    refused(holds.suspend(lab.desk, "zoe", "bob", "again"), Code.NOTHING_TO_DO)


def test_a_suspension_that_is_over_is_none_r9(lab):
    done(holds.suspend(lab.desk, "ada", "bob", "smoke"))
    lab.clock.wall_ms += MOST + 1
    refused(holds.lift(lab.desk, "zoe", "bob", "over"), Code.NOTHING_TO_DO)
    answer = done(holds.suspend(lab.desk, "ada", "bob", "smoke once more"))
    assert answer.facts["confirmed"] is False


def test_an_end_that_is_over_is_no_end(lab):
    refused(holds.suspend(lab.desk, "zoe", "bob", "x", Terms(NOON)), Code.PAST_DATE)
    refused(holds.suspend(lab.desk, "ada", "bob", "x", Terms(NOON - 1)), Code.PAST_DATE)


def test_the_last_manager_is_not_suspended_by_anybody_r9(lab):
    refused(holds.suspend(lab.desk, "ada", "zoe", "coup"), Code.LAST_MANAGER)
    lab.role("cem", Role.MANAGER)
    done(holds.suspend(lab.desk, "ada", "zoe", "smoke"))
    refused(holds.suspend(lab.desk, "ada", "cem", "coup"), Code.LAST_MANAGER)


def test_a_manager_who_left_is_none_that_the_lab_could_be_left_with(lab):
    lab.role("cem", Role.MANAGER)
    done(status.give(lab.desk, "zoe", "cem", Status.LEFT, "moved"))
    refused(holds.suspend(lab.desk, "ada", "zoe", "smoke"), Code.LAST_MANAGER)


def test_a_manager_whose_suspension_is_over_manages_again(lab):
    lab.role("cem", Role.MANAGER)
    done(holds.suspend(lab.desk, "ada", "zoe", "smoke"))
    refused(members.edit(lab.desk, "zoe", "bob", members.Details(name="Robert")), Code.SUSPENDED_MEMBER)
    lab.clock.wall_ms += MOST + 1
    done(members.edit(lab.desk, "zoe", "bob", members.Details(name="Robert")))
    done(holds.suspend(lab.desk, "zoe", "cem", "smoke"))  # who is not the last one: zoe is there again


# --- of a skill -------------------------------------------------------------------------------


def test_a_skill_alone_is_suspended_and_lifted_r9(lab):
    answer = done(holds.suspend(lab.desk, "zoe", "bob", "unlogged", Terms(None, "unpaid"), "laser"))
    assert (answer.facts["skill"], answer.facts["until_ms"]) == ("laser", None)
    body = lab.last().body
    assert isinstance(body, GrantSuspended)
    assert (body.skill, body.cause) == ("laser", "unpaid")
    assert worth(lab) is Level.NONE
    assert not suspended(lab)
    refused(holds.suspend(lab.desk, "zoe", "bob", "x", skill="laser"), Code.NOTHING_TO_DO)
    done(holds.lift(lab.desk, "zoe", "bob", "paid", "laser"))
    assert isinstance(lab.last().body, GrantLifted)
    assert worth(lab) is Level.AUTONOMOUS
    refused(holds.lift(lab.desk, "zoe", "bob", "paid", "laser"), Code.NOTHING_TO_DO)


def test_on_grounds_of_safety_a_skill_is_suspended_for_a_while_r9(lab):
    done(holds.suspend(lab.desk, "ada", "bob", "smoke", skill="laser"))
    refused(holds.suspend(lab.desk, "ada", "bob", "smoke", skill="laser"), Code.NOTHING_TO_DO)
    refused(holds.suspend(lab.desk, "ada", "bob", "x", Terms(NOON + MOST + 1), "mill"), Code.TOO_LONG)
    lab.clock.wall_ms += MOST + 1
    assert worth(lab) is Level.AUTONOMOUS


def test_whoever_holds_nothing_on_a_skill_may_be_suspended_there_before_they_do(lab):
    done(holds.suspend(lab.desk, "zoe", "cem", "hands off", skill="laser"))
    lab.grant("cem", "laser", Level.TRAINEE)
    assert worth(lab, "cem") is Level.NONE


def test_a_skill_that_is_in_no_rules_is_refused_unless_one_is_still_suspended_there(lab):
    refused(holds.suspend(lab.desk, "zoe", "bob", "x", skill="lasre"), Code.UNKNOWN_SKILL)
    done(holds.suspend(lab.desk, "zoe", "bob", "x", skill="laser"))
    settings = replace(lab.desk.settings, skills={})
    forgetful = replace(lab.desk, settings=settings)
    refused(holds.lift(forgetful, "zoe", "ada", "x", "laser"), Code.UNKNOWN_SKILL)
    done(holds.lift(forgetful, "zoe", "bob", "x", "laser"))


def test_a_member_is_shown_with_the_suspensions_that_hold(lab):
    done(holds.suspend(lab.desk, "ada", "bob", "smoke"))
    done(holds.suspend(lab.desk, "zoe", "bob", "unlogged", skill="laser"))
    shown = members.shown(lab.desk, "bob")
    assert [(one.skill, one.until_ms) for one in shown.holds] == [(None, NOON + MOST), ("laser", None)]
    lab.clock.wall_ms += MOST + 1
    assert [one.skill for one in members.shown(lab.desk, "bob").holds] == ["laser"]
