"""A sponsor's fall takes nothing away, and flags what rests on their word (R10)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from newcomers import DAY, done, refused

from fabgate.desk import grants, holds, members, proposals, reviews, roles, status
from fabgate.model import Code, Level, Role, Status
from fabgate.records import GrantReviewed


@pytest.fixture
def here(lab_of_newcomers):
    """Ada became autonomous on Bob's word, approved by Zoe; Carl too, on Eve's."""
    house = lab_of_newcomers
    house.member("carl")
    house.gift("carl", "laser", Level.TRAINEE)
    for handle, sponsor in (("ada", "bob"), ("carl", "eve")):
        done(proposals.propose(house.desk, sponsor, handle, "laser", "x"))
        done(proposals.approve(house.desk, "zoe", handle, "laser", "x", waive=True))
    return house


def flagged(here):
    return [
        (one.holder.handle, one.word.skill, one.sponsor.handle, one.fall.why)
        for one in reviews.flagged(here.desk)
    ]


def test_nothing_is_flagged_while_all_sponsors_stand_r10(here):
    assert flagged(here) == []


def test_a_revoked_sponsors_word_is_flagged_and_takes_nothing_away_r10(here):
    done(grants.revoke(here.desk, "zoe", "bob", "laser", "careless"))
    assert flagged(here) == [("ada", "laser", "bob", "revoked")]
    assert here.level("ada") is Level.AUTONOMOUS
    assert (reviews.count(here.desk, "bob"), reviews.count(here.desk, "eve")) == (1, 0)


def test_a_sponsor_who_is_lowered_has_fallen_too_and_stands_again_when_raised_r10(here):
    done(grants.give(here.desk, "zoe", "bob", "laser", Level.AUTONOMOUS, "accident"))
    assert flagged(here) == [("ada", "laser", "bob", "revoked")]
    done(grants.give(here.desk, "zoe", "bob", "laser", Level.SPONSOR, "again"))
    assert flagged(here) == []


def test_a_suspended_sponsor_and_one_who_left_are_flagged_r10(here):
    here.suspend("bob")
    assert flagged(here) == [("ada", "laser", "bob", "suspended")]
    done(members.lift(here.desk, "zoe", "bob", "paid"))
    assert flagged(here) == []
    done(status.give(here.desk, "zoe", "bob", Status.LEFT, "moved away"))
    assert flagged(here) == [("ada", "laser", "bob", "left")]


def test_the_suspension_of_one_skill_flags_that_skill_alone_r10(here):
    for handle in ("bob", "ada"):
        here.gift(handle, "print", Level.AUTONOMOUS)
    here.gift("bob", "print", Level.SPONSOR)
    done(grants.revoke(here.desk, "zoe", "ada", "print", "x"))
    done(grants.give(here.desk, "bob", "ada", "print", Level.AUTONOMOUS, "x"))
    done(holds.suspend(here.desk, "zoe", "bob", "unsafe", skill="print"))
    assert flagged(here) == [("ada", "print", "bob", "suspended")]


def test_what_ran_out_by_itself_is_no_fall_r8_r10(here, clock):
    clock.wall_ms += 400 * DAY
    assert here.level("bob") is Level.TRAINEE
    assert flagged(here) == []


def test_only_the_months_before_the_fall_are_looked_at_again_r10(here, clock):
    here.ruled(review_months=12)
    clock.wall_ms += 366 * DAY
    done(grants.revoke(here.desk, "zoe", "bob", "laser", "careless"))
    assert flagged(here) == []
    here.ruled(review_months=13)
    assert flagged(here) == [("ada", "laser", "bob", "revoked")]


def test_a_trainee_rests_on_nobodys_word_r10(here):
    here.member("dee")
    here.gift("dee", "laser", Level.TRAINEE, by="bob")
    here.suspend("bob")
    assert flagged(here) == [("ada", "laser", "bob", "suspended")]


def test_the_manager_who_approved_may_leave_without_a_flag_r10(here):
    done(roles.give(here.desk, "zoe", "eve", Role.MANAGER, "elected"))
    done(status.give(here.desk, "eve", "zoe", Status.LEFT, "moved away"))
    here_by_eve = flagged(here)
    # Zoe gave Bob and Eve their levels upon her own word; Ada and Carl are there upon Bob's and Eve's.
    assert {one[0] for one in here_by_eve} == {"bob", "eve"}


def test_who_looked_at_it_again_says_so_and_the_flag_is_gone_r10(here, clock):
    done(grants.revoke(here.desk, "zoe", "bob", "laser", "careless"))
    clock.wall_ms += DAY
    answer = done(reviews.review(here.desk, "zoe", "ada", "laser", "saw her work"))
    body = here.last().body
    assert isinstance(body, GrantReviewed)
    assert here.said_beside()["reason"] == "saw her work"
    assert answer.facts["sponsor"] == "Bob Noyce"
    assert flagged(here) == []
    refused(reviews.review(here.desk, "zoe", "ada", "laser", "again"), Code.NOTHING_TO_DO)


def test_a_fall_after_the_review_flags_it_again_r10(here, clock):
    here.suspend("bob")
    clock.wall_ms += DAY
    done(reviews.review(here.desk, "zoe", "ada", "laser", "saw her work"))
    done(members.lift(here.desk, "zoe", "bob", "paid"))
    clock.wall_ms += DAY
    done(grants.revoke(here.desk, "zoe", "bob", "laser", "careless"))
    assert flagged(here) == [("ada", "laser", "bob", "revoked")]


def test_a_review_is_a_managers_and_nobodys_own_r7_r10(here):
    done(grants.revoke(here.desk, "zoe", "bob", "laser", "careless"))
    refused(reviews.review(here.desk, "eve", "ada", "laser", "x"), Code.NOT_ALLOWED)
    done(roles.give(here.desk, "zoe", "ada", Role.MANAGER, "elected"))
    refused(reviews.review(here.desk, "ada", "ada", "laser", "x"), Code.NOT_TO_YOURSELF)
    refused(reviews.review(here.desk, "zoe", "ada", "laser", " "), Code.REASON_NEEDED)
    refused(reviews.review(here.desk, "zoe", "ada", "lasr", "x"), Code.UNKNOWN_SKILL)
    refused(reviews.review(here.desk, "zoe", "nobody", "laser", "x"), Code.UNKNOWN_MEMBER)
    refused(reviews.review(here.desk, "zoe", "carl", "laser", "x"), Code.NOTHING_TO_DO)


def test_a_sponsor_whom_these_books_do_not_know_any_more_stays_as_their_id_r10(here):
    bob = here.id("bob")
    done(grants.revoke(here.desk, "zoe", "bob", "laser", "careless"))
    with here.desk.writer.write() as pen:
        pen.execute("DELETE FROM people WHERE member = ?", (bob,))
    (one,) = reviews.flagged(here.desk)
    assert (one.by, one.sponsor) == (bob, None)
    (shown,) = grants.listed(here.desk, "ada")
    assert shown.grant.vouched == bob


def test_a_skill_that_left_the_rules_can_still_be_reviewed_r10(here):
    done(grants.revoke(here.desk, "zoe", "bob", "laser", "careless"))
    desk = replace(here.desk, settings=replace(here.desk.settings, skills={}))
    done(reviews.review(desk, "zoe", "ada", "laser", "sold, but still"))
