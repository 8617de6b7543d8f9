"""Who joined, who stayed, who became autonomous and when; what is one workshop."""

from __future__ import annotations

from datetime import date

import pytest

from fabgate.records import (
    AccountSet,
    GrantGiven,
    MemberAdded,
    MemberStatus,
    PaperFiled,
    PlanEnded,
    Sale,
    SaleCancelled,
)
from fabgate.rules.newcomers import Group, People, workshops

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def told(*records):
    people = People()
    for number, (day, body) in enumerate(records):
        people.tell(f"lab/gate/one#{number}", date.fromisoformat(day), body)
    return people


def grant(who, level, skill="laser", **more):
    return GrantGiven(who, skill, level, "zoe", **more)


def became(people):
    return [(one.member, one.skill, one.days) for one in people.became(JUNE, JULY)]


def test_the_days_of_a_trainee_count_from_their_first_grant_on_the_skill():
    people = told(
        ("2026-01-01", MemberAdded("ada", "z")),
        ("2026-05-01", grant("ada", "trainee")),
        ("2026-05-20", grant("ada", "trainee")),
        ("2026-06-10", grant("ada", "autonomous")),
    )
    assert became(people) == [("ada", "laser", 40)]


def test_without_one_they_count_from_the_day_on_which_they_joined():
    people = told(("2026-05-31", MemberAdded("ada", "z")), ("2026-06-10", grant("ada", "autonomous")))
    assert became(people) == [("ada", "laser", 10)]


def test_who_is_a_sponsor_at_once_became_autonomous_too():
    assert became(told(("2026-06-01", grant("ada", "trainee")), ("2026-06-09", grant("ada", "sponsor")))) == [
        ("ada", "laser", 8)
    ]


def test_the_first_time_counts_and_each_skill_for_itself():
    people = told(
        ("2026-01-01", MemberAdded("ada", "z")),
        ("2026-05-30", grant("ada", "autonomous")),
        ("2026-06-10", grant("ada", "autonomous")),
        ("2026-06-11", grant("ada", "autonomous", "mill")),
    )
    assert became(people) == [("ada", "mill", 161)]


def test_who_is_written_down_as_able_on_their_first_day_did_not_learn_it_here():
    first_day = (("2026-06-10", MemberAdded("ada", "z")), ("2026-06-10", grant("ada", "autonomous")))
    assert became(told(*first_day)) == []
    assert (
        became(
            told(
                ("2026-06-10", MemberAdded("zoe", "z")),
                ("2026-06-12", grant("zoe", "sponsor", bootstrap=True)),
            )
        )
        == []
    )


def test_a_day_as_a_trainee_is_a_way_of_no_days():
    people = told(("2026-06-10", grant("ada", "trainee")), ("2026-06-10", grant("ada", "autonomous")))
    assert became(people) == [("ada", "laser", 0)]


def test_new_members_are_neither_guests_nor_firms_and_joined_in_the_period():
    people = told(
        ("2026-05-31", MemberAdded("old", "z")),
        ("2026-06-01", MemberAdded("ada", "z")),
        ("2026-06-30", MemberAdded("bob", "z")),
        ("2026-07-01", MemberAdded("late", "z")),
        ("2026-06-05", MemberAdded("gus", "z")),
        ("2026-06-05", MemberStatus("gus", "guest", "z")),
        ("2026-06-05", MemberAdded("firm", "z")),
        ("2026-06-05", AccountSet("firm", "z", organisation=True)),
    )
    assert people.new(JUNE, JULY) == {"ada", "bob"}


def test_a_guest_who_became_a_member_is_one():
    people = told(
        ("2026-06-05", MemberAdded("gus", "z")),
        ("2026-06-05", MemberStatus("gus", "guest", "z")),
        ("2026-06-20", MemberStatus("gus", "trainee", "z")),
    )
    assert people.new(JUNE, JULY) == {"gus"}


def test_renewed_is_who_was_there_before_and_paid_dues_or_had_a_plan():
    people = told(
        *(("2026-01-01", MemberAdded(who, "z")) for who in ("ada", "bob", "cy", "dan", "eve", "firm")),
        ("2026-01-01", AccountSet("firm", "z", organisation=True)),
        ("2026-06-02", MemberAdded("new", "z")),
        ("2026-06-02", PaperFiled("ada", "dues", "z")),
        ("2026-06-02", PaperFiled("new", "dues", "z")),
        ("2026-06-02", PaperFiled("firm", "dues", "z")),
        ("2026-06-02", PaperFiled("bob", "waiver", "z")),
        ("2026-02-01", Sale("cy", "plan", "month", "2026-02-01", "z")),
        ("2026-02-01", Sale("dan", "pack", "ten", "2026-02-01", "z")),
        ("2026-07-02", Sale("eve", "plan", "month", "2026-07-02", "z")),
    )
    assert people.renewed(JUNE, JULY) == {"ada", "cy"}


@pytest.mark.parametrize(("until", "who"), [("2026-05-31", set()), ("2026-06-01", {"cy"})])
def test_a_plan_that_ended_before_the_period_is_none(until, who):
    people = told(
        ("2026-01-01", MemberAdded("cy", "z")),
        ("2026-02-01", Sale("cy", "plan", "month", "2026-02-01", "z")),
        ("2026-03-01", PlanEnded("lab/gate/one#1", until, "z")),
    )
    assert people.renewed(JUNE, JULY) == who


def test_a_sale_that_was_cancelled_is_none():
    people = told(
        ("2026-01-01", MemberAdded("cy", "z")),
        ("2026-02-01", Sale("cy", "plan", "month", "2026-02-01", "z")),
        ("2026-02-02", SaleCancelled("lab/gate/one#1", "z")),
    )
    assert people.renewed(JUNE, JULY) == frozenset()


def test_machines_that_one_leader_opened_at_the_same_time_are_one_workshop():
    groups = [
        Group("zoe", 8, 100, 200),
        Group("zoe", 6, 120, 250),
        Group("zoe", 5, 240, 300),
        Group("zoe", 4, 300, 400),
        Group("bob", 7, 100, 200),
    ]
    assert sorted(workshops(groups)) == [4, 7, 8]
