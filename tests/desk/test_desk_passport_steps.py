"""A passport explains each step of a newcomer's way, under rules that ask for something (R1 to R9)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from newcomers import DAY, NOON, done, refused

from fabgate.desk import evidence, grants, holds, papers, proposals, sponsors, status
from fabgate.desk.passport import passport
from fabgate.desk.stamp import Step
from fabgate.model import Code, Lapse, Level, MachineId, Status
from fabgate.store import practice


@pytest.fixture
def here(lab_of_newcomers):
    return lab_of_newcomers


def shown(here, handle="ada"):
    return passport(here.desk, handle)


def stamp(here, handle="ada", skill="laser"):
    return next(one for one in shown(here, handle).stamps if one.skill.id == skill)


def test_the_next_step_follows_a_newcomer_from_the_first_day_to_their_own_r5_r6_r8(here, clock):
    here.member("carl")
    assert stamp(here, "carl").next is Step.BEGIN
    assert stamp(here).next is Step.PRACTISE
    here.ready("ada")
    assert (stamp(here).next, stamp(here).progress.missing) == (Step.PROPOSE, ())
    done(proposals.propose(here.desk, "bob", "ada", "laser", "good"))
    assert (stamp(here).next, stamp(here).waits.by.handle) == (Step.WAIT, "bob")
    done(proposals.approve(here.desk, "zoe", "ada", "laser"))
    assert (stamp(here).next, stamp(here).waits, stamp(here).missing) == (Step.NONE, None, None)
    clock.wall_ms += 400 * DAY
    found = stamp(here)
    assert (found.next, found.level, found.end.why) == (Step.RENEW, Level.TRAINEE, Lapse.DISUSE)
    assert found.missing.code is Code.LAPSED


def test_a_day_that_was_written_asks_for_a_new_grant_r8(here, clock):
    done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x", NOON + DAY, waive=True))
    clock.wall_ms += 2 * DAY
    assert (stamp(here).next, stamp(here).lapsed_ms) == (Step.GRANT, NOON + DAY)


def test_where_a_lab_asks_for_nothing_somebody_says_when(here):
    here.gift("ada", "print", Level.TRAINEE)
    assert stamp(here, skill="print").next is Step.JUDGE
    assert stamp(here, skill="print").granters == ("Zoé Dupont",)


def test_where_sponsors_may_give_it_they_are_named_before_managers_r6(here):
    for level in (Level.AUTONOMOUS, Level.SPONSOR):
        here.gift("bob", "print", level)
    here.gift("ada", "print", Level.TRAINEE)
    assert stamp(here, skill="print").granters == ("Bob Noyce", "Zoé Dupont")
    assert stamp(here).granters == ("Zoé Dupont",)
    assert stamp(here).signers == ("Bob Noyce", "Zoé Dupont")


def test_a_suspended_skill_is_told_before_what_is_missing_and_lifted_by_time_r9(here, clock):
    done(holds.suspend(here.desk, "zoe", "ada", "unsafe", holds.Terms(NOON + DAY), skill="laser"))
    found = stamp(here)
    assert (found.next, found.missing.code, found.hold.since_ms) == (Step.TALK, Code.SUSPENDED_SKILL, NOON)
    clock.wall_ms += 2 * DAY
    assert stamp(here).hold is None


def test_a_skill_that_comes_first_is_named_until_it_holds_r2(here):
    assert stamp(here, skill="mill").missing.facts["needed"] == "laser"
    here.gift("ada", "laser", Level.AUTONOMOUS)
    assert stamp(here, skill="mill").missing.code is Code.NOT_QUALIFIED
    done(holds.suspend(here.desk, "zoe", "ada", "unsafe", skill="laser"))
    assert stamp(here, skill="mill").missing.code is Code.PREREQUISITE


def test_papers_are_told_as_they_stand_r2(here, clock):
    def dues():
        (found,) = shown(here).papers
        return (found.filed is not None, found.lacking, found.over_ms)

    assert dues() == (False, True, None)
    done(papers.file(here.desk, "zoe", "ada", "dues", NOON + DAY))
    assert dues() == (True, False, None)
    clock.wall_ms += 2 * DAY
    in_grace = dues()
    assert in_grace[:2] == (True, False)
    assert in_grace[2] > NOON + 30 * DAY
    clock.wall_ms = in_grace[2] + 1
    assert dues() == (True, True, None)


def test_what_runs_out_soon_is_told_thirty_days_before_r8(here, clock):
    here.gift("ada", "laser", Level.AUTONOMOUS)
    assert shown(here).due == ()
    clock.wall_ms = stamp(here).end.ms - 29 * DAY
    (due,) = shown(here).due
    assert (due.what, due.until_ms) == ("laser", stamp(here).end.ms)


def test_a_replaced_machine_is_named_r8(here, clock):
    here.gift("ada", "laser", Level.AUTONOMOUS)
    assert stamp(here).replaced == ()
    cutter = here.desk.settings.machines[MachineId("cutter")]
    newer = replace(cutter, rules=replace(cutter.rules, changed_ms=NOON + DAY))
    machines = {**here.desk.settings.machines, MachineId("cutter"): newer}
    here.desk = replace(here.desk, settings=replace(here.desk.settings, machines=machines))
    clock.wall_ms += 2 * DAY
    assert stamp(here).replaced == ("cutter",)
    assert [(one.what, one.machine) for one in stamp(here).limits][-1] == ("changed", "cutter")


def test_their_own_sponsor_comes_first_where_they_agreed_to_be_named(here):
    here.member("alan", "Alan", nameable=True)
    here.gift("alan", "laser", Level.AUTONOMOUS)
    assert stamp(here).sponsors == ("Bob Noyce",)  # a machine would refuse Alan, whose dues are missing
    done(papers.file(here.desk, "zoe", "alan", "dues"))
    assert stamp(here).sponsors == ("Alan", "Bob Noyce")
    done(sponsors.assign(here.desk, "zoe", "ada", "bob"))
    assert stamp(here).sponsors == ("Bob Noyce", "Alan")
    assert stamp(here).missing.facts["sponsors"] == ("Bob Noyce", "Alan")
    done(sponsors.assign(here.desk, "zoe", "ada", "eve"))
    assert "Eve" not in stamp(here).sponsors
    looked = shown(here).looked_after
    assert (looked.sponsor.handle, looked.fit) == ("eve", True)


def test_status_in_the_lab_says_since_when_and_who_left_is_told_first_r1(here, clock):
    assert (shown(here).member.status, shown(here).status_ms) == (Status.TRAINEE, None)
    clock.wall_ms += DAY
    done(status.give(here.desk, "zoe", "ada", Status.LEFT, "moved away"))
    assert (shown(here).status_ms, shown(here).suspended.code) == (NOON + DAY, Code.MEMBER_LEFT)


def test_who_helps_is_asked_for_what_they_still_hold_r8(here, clock):
    """A sponsor whose right ran out can help nobody."""
    clock.wall_ms += 400 * DAY
    assert stamp(here).sponsors == ()
    assert stamp(here).signers == ("Zoé Dupont",)


def test_a_passport_of_nobody_is_told(here):
    assert refused(passport(here.desk, "adda"), Code.UNKNOWN_MEMBER).facts["near"] == ("ada",)


def test_what_nobody_counted_yet_is_counted_once_and_the_next_passport_need_not(here):
    for _ in range(practice.BEHIND):
        here.session("ada", 1, sponsor="bob")
    assert practice.behind(here.desk.conn) > practice.BEHIND
    assert stamp(here).progress.practice.sessions == practice.BEHIND
    assert practice.behind(here.desk.conn) < practice.BEHIND
    assert stamp(here).progress.practice.sessions == practice.BEHIND


# --- told once, for whoever says it -------------------------------------------------------------


def asked(here, handle="ada"):
    return {(one.what, one.item): one for one in stamp(here, handle).progress.asked}


def test_what_a_skill_asks_for_is_counted_once_for_all_who_say_it_r5(here):
    before = asked(here)
    assert [what for what, _ in before] == ["sessions", "minutes", "tick", "tick", "quiz", "challenge"]
    assert {key for key, one in before.items() if not one.there} == {
        (one.what, one.item) for one in stamp(here).progress.missing
    }
    here.ready("ada")
    after = asked(here)
    assert (list(after), all(one.there for one in after.values())) == (list(before), True)
    assert (after["sessions", ""].have, after["minutes", ""].have, after["quiz", "safety"].have) == (
        2,
        60,
        80,
    )
    assert after["challenge", "coins"].proof.by.handle == "bob"


def test_points_below_what_a_quiz_takes_are_told_and_are_not_there_r5(here):
    done(evidence.note(here.desk, "bob", "ada", "laser", "quiz", "safety", 79))
    quiz = asked(here)["quiz", "safety"]
    assert (quiz.have, quiz.want, quiz.there) == (79, 80, False)


def test_what_is_counted_without_being_asked_for_is_told_where_there_is_any(here):
    here.gift("ada", "print", Level.TRAINEE)
    assert stamp(here, skill="print").progress.asked == ()


def test_a_newcomer_begins_learns_until_they_work_alone_and_is_told_who_can_help(here):
    assert (stamp(here).begun, stamp(here).learns, stamp(here, skill="print").begun) == (True, True, False)
    assert stamp(here).help == ("sign", ("Bob Noyce", "Zoé Dupont"))
    here.ready("ada")
    done(proposals.propose(here.desk, "bob", "ada", "laser", "good"))
    assert stamp(here).help == ("give", ("Zoé Dupont",))
    done(proposals.approve(here.desk, "zoe", "ada", "laser"))
    assert (stamp(here).begun, stamp(here).learns, stamp(here).help) == (True, False, ("", ()))


def test_what_limits_a_stamp_is_told_in_one_order(here, clock):
    done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x", NOON + DAY, waive=True))
    assert [(one.what, one.at_ms, one.why) for one in stamp(here).limits] == [
        ("ends", NOON + DAY, Lapse.UNTIL)
    ]
    done(holds.suspend(here.desk, "zoe", "ada", "unsafe", skill="laser"))
    assert [one.what for one in stamp(here).limits] == ["ends", "suspended"]
    clock.wall_ms += 2 * DAY
    assert [one.what for one in stamp(here).limits] == ["ended", "suspended"]


def test_somebody_ought_to_look_after_who_learns_or_has_not_begun_and_after_nobody_else(here):
    here.member("carl")
    newcomers = {one: shown(here, one).newcomer for one in ("carl", "ada", "bob", "zoe")}
    assert newcomers == {"carl": True, "ada": True, "bob": False, "zoe": False}
    here.suspend("ada")
    done(status.give(here.desk, "zoe", "carl", Status.LEFT, "gone"))
    assert not any(shown(here, one).newcomer for one in ("carl", "ada"))
