"""A named sponsor per newcomer, how much each sponsor has to do, and newcomers who need an eye."""

from __future__ import annotations

from dataclasses import replace

import pytest
from newcomers import DAY, LASER, NOON, MachineId, done, refused

from fabgate.desk import grants, papers, proposals, sponsors, status, trainees
from fabgate.model import Code, Level, Status
from fabgate.records import Draft, SessionStarted, SponsorAssigned, SponsorReleased
from fabgate.store import people, roster
from fabgate.store.roster import Asked


@pytest.fixture
def here(lab_of_newcomers):
    return lab_of_newcomers


def assign(here, whom="ada", sponsor="bob", by="zoe"):
    return sponsors.assign(here.desk, by, whom, sponsor)


def load(here, handle):
    return next(one for one in sponsors.listed(here.desk) if one.sponsor.handle == handle)


def newcomer(here, handle="ada"):
    return next((one for one in trainees.listed(here.desk) if one.member.handle == handle), None)


# --- a duty -------------------------------------------------------------------------------------


def test_a_newcomer_has_a_sponsor_of_their_own_and_it_gives_no_right(here):
    answer = done(assign(here))
    body = here.last().body
    assert (type(body), body.member, body.sponsor) == (SponsorAssigned, here.id("ada"), here.id("bob"))
    assert (answer.facts["sponsor"], answer.facts["was"]) == ("Bob Noyce", None)
    assert people.duty(here.desk.conn, here.id("ada")).sponsor == here.id("bob")
    assert here.level("ada") is Level.TRAINEE


def test_another_sponsor_takes_the_place_of_the_one_before(here):
    done(assign(here))
    assert done(assign(here, sponsor="eve")).facts["was"] == "Bob Noyce"
    refused(assign(here, sponsor="eve"), Code.NOTHING_TO_DO)
    assert [one.handle for one in load(here, "eve").newcomers] == ["ada"]
    assert load(here, "bob").newcomers == ()


def test_a_duty_ends_by_a_managers_word_or_their_own(here):
    done(assign(here))
    refused(sponsors.release(here.desk, "eve", "ada"), Code.NOT_ALLOWED)
    assert done(sponsors.release(here.desk, "bob", "ada")).facts["was"] == "Bob Noyce"
    assert isinstance(here.last().body, SponsorReleased)
    refused(sponsors.release(here.desk, "zoe", "ada"), Code.NOTHING_TO_DO)


def test_a_sponsor_takes_on_whom_nobody_looks_after_and_nobody_elses_newcomer(here):
    done(assign(here, by="bob"))
    refused(assign(here, sponsor="eve", by="eve"), Code.NOT_ALLOWED)


def test_a_guest_who_left_is_suspended_or_is_the_newcomer_looks_after_nobody(here):
    refused(assign(here, sponsor="ada"), Code.UNFIT_SPONSOR)
    here.suspend("bob")
    assert refused(assign(here), Code.UNFIT_SPONSOR).facts["subject"] == "Bob Noyce"
    for left in (Status.GUEST, Status.LEFT):
        done(status.give(here.desk, "zoe", "eve", left, "x"))
        refused(assign(here, sponsor="eve"), Code.UNFIT_SPONSOR)


def test_bad_input_is_told(here):
    refused(assign(here, whom="nobody"), Code.UNKNOWN_MEMBER)
    refused(assign(here, sponsor="bobb"), Code.UNKNOWN_MEMBER)
    refused(sponsors.release(here.desk, "zoe", "nobody"), Code.UNKNOWN_MEMBER)
    refused(assign(here, by="ada"), Code.NOT_ALLOWED)


def test_a_machine_names_their_own_sponsor_first_if_they_agreed_to_be_named(here):
    here.member("alan", "Alan", nameable=True)
    here.gift("alan", "laser", Level.AUTONOMOUS)
    for paper in (("alan", "dues"), ("ada", "dues")):
        done(papers.file(here.desk, "zoe", *paper))
    cutter = here.desk.settings.machines[MachineId("cutter")].rules

    def named():
        charter = here.desk.settings.charter
        return roster.standing_of(here.desk.conn, here.id("ada"), cutter, Asked(NOON, charter)).sponsors

    for own, other in (("bob", "alan"), ("alan", "bob")):
        done(assign(here, sponsor=own))
        first, second = (roster.member(here.desk.conn, one).name for one in (own, other))
        assert named() == (first, second)
    done(assign(here, sponsor="eve"))
    assert set(named()) == {"Alan", "Bob Noyce"}


# --- the load -----------------------------------------------------------------------------------


def test_the_load_counts_newcomers_and_sessions_of_this_month(here, clock):
    here.session("ada", 30, sponsor="bob")
    clock.wall_ms += 40 * DAY  # another month
    done(assign(here))
    here.session("ada", 30, sponsor="bob")
    here.session("ada", 30, sponsor="eve")
    here.session("ada", 30, sponsor="eve")
    here.session("ada", 1, sponsor="bob", charged=False)
    here.session("bob", 30)
    assert [(one.sponsor.handle, len(one.newcomers), one.sessions) for one in sponsors.listed(here.desk)] == [
        ("bob", 1, 1),
        ("eve", 0, 2),
    ]


def test_a_session_that_is_dated_before_the_month_by_a_clock_that_was_not_set_is_not_counted(here, clock):
    here.session("ada", 5, sponsor="bob")
    wall_ms = clock.wall_ms
    clock.wall_ms, clock.synced = 1_000, False
    here.session("ada", 5, sponsor="bob")
    clock.wall_ms, clock.synced = wall_ms, True
    assert load(here, "bob").sessions == 1


def test_a_session_that_runs_counts_already(here):
    here.session("ada", 0, sponsor="bob")
    begun = next(one for one in here.entries() if isinstance(one.body, SessionStarted))
    with here.desk.writer.write() as pen:
        pen.append(Draft(begun.at, begun.body))
    assert load(here, "bob").sessions == 2


def test_a_sponsor_who_left_keeps_their_newcomers_until_somebody_sees_it(here):
    done(assign(here))
    done(status.give(here.desk, "zoe", "bob", Status.LEFT, "moved away"))
    assert not load(here, "bob").fit
    assert newcomer(here).orphan


# --- newcomers ----------------------------------------------------------------------------------


def test_a_trainee_without_a_sponsor_needs_one(here):
    assert (newcomer(here).sponsor_id, newcomer(here).cares) == (None, 1)
    done(assign(here))
    assert (newcomer(here).sponsor.handle, newcomer(here).cares) == ("bob", 0)


def test_three_weeks_without_a_session_are_seen_and_a_session_ends_them(here, clock):
    done(assign(here))
    clock.wall_ms += 21 * DAY
    assert (newcomer(here).idle, newcomer(here).last_ms) == (False, None)
    clock.wall_ms += 1
    assert newcomer(here).idle
    here.session("ada", 30, sponsor="bob")
    ended = clock.wall_ms
    assert (newcomer(here).idle, newcomer(here).last_ms) == (False, ended)
    clock.wall_ms += 22 * DAY
    assert newcomer(here).idle


def test_who_has_shown_all_is_ready_until_somebody_proposes_them_r5(here):
    here.ready("ada")
    assert [one.skill.id for one in newcomer(here).ready] == ["laser"]
    done(proposals.propose(here.desk, "bob", "ada", "laser", "x"))
    assert newcomer(here).ready == ()
    assert newcomer(here).skills[0].proposal.by == here.id("bob")


def test_a_skill_that_asks_for_nothing_makes_nobody_ready_by_itself(here):
    here.gift("ada", "print", Level.TRAINEE)
    assert newcomer(here).ready == ()


def test_who_works_alone_left_is_a_guest_or_is_suspended_is_no_newcomer(here):
    here.member("carl")
    assert newcomer(here, "carl").skills == ()
    assert newcomer(here, "zoe") is None  # holds an office
    assert newcomer(here, "bob") is None
    for handle, what in (("carl", Status.GUEST), ("carl", Status.LEFT)):
        done(status.give(here.desk, "zoe", handle, what, "x"))
        assert newcomer(here, handle) is None
    here.suspend("ada")
    assert newcomer(here) is None


def test_whose_right_only_ran_out_is_no_newcomer_r8(here, clock):
    here.gift("ada", "laser", Level.AUTONOMOUS)
    clock.wall_ms += 400 * DAY
    assert here.level("ada") is Level.TRAINEE
    assert newcomer(here) is None


def test_those_who_need_most_come_first(here):
    here.member("carl")
    done(grants.give(here.desk, "bob", "carl", "laser", Level.TRAINEE, "x"))
    done(assign(here))
    here.ready("carl")
    assert [one.member.handle for one in trainees.listed(here.desk)] == ["carl", "ada"]


def test_a_skill_that_left_the_rules_is_passed_over(here):
    without = {name: skill for name, skill in here.desk.settings.skills.items() if skill is not LASER}
    here.desk = replace(here.desk, settings=replace(here.desk.settings, skills=without))
    assert newcomer(here).skills == ()
