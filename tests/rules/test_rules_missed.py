"""A sponsor who is missed (R4) by example: said, a grace, the table; back, or somebody else instead."""

from __future__ import annotations

from dataclasses import replace

import pytest
from company_bench import ACCOMPANIED, GRACE, NEVER_ALONE, PROVING, accompanied, cutting, leaves
from machine_bench import (
    BOBS,
    CLEOS,
    CLEOS_OTHER,
    DANS,
    EVES,
    HOUR,
    KIM,
    LASER,
    MIAS,
    MINUTE,
    RULES,
    SLOT_RULES,
    SUSPENDED,
    TEDS,
    UNKNOWN,
    MachineBench,
    powers,
    sponsored,
)

from fabgate.events import Recheck, RosterMoved
from fabgate.model import (
    Code,
    Ending,
    Level,
    Notice,
    Stale,
    Status,
    Why,
)
from fabgate.records import SessionAlone, SessionProved
from fabgate.rules.gestures import Name

# --- supervised (R3, R4) ------------------------------------------------------------------------


def test_a_sponsor_who_checks_out_is_missed_r4():
    bench = sponsored()
    leaves(bench)
    assert bench.said is Notice.ALONE
    assert bench.relay


def test_a_sponsor_who_had_left_before_they_tapped_here_is_here_r4():
    bench = MachineBench()
    bench.change(CLEOS, gone_ms=bench.wall_ms + 10_000_000)  # a clock that was wrong
    bench.tap(BOBS)
    bench.wait(5)
    bench.tap(CLEOS)
    bench.change(CLEOS, sponsoring=1)
    assert bench.said is Notice.OPENED_SUPERVISED
    bench.wait(HOUR)
    assert bench.relay


@pytest.mark.parametrize(
    "fields",
    [
        {"level": Level.NONE},
        {"level": Level.TRAINEE},
        {"suspended_ms": 1},
        {"blocked_ms": 1},
        {"status": Status.LEFT},
    ],
)
def test_edge_1_a_sponsor_who_loses_what_they_stand_by_with_is_missed_and_the_session_goes_on_r4(fields):
    bench = sponsored()
    bench.change(CLEOS, **fields)
    assert bench.written(SessionAlone) != []
    bench.wait(HOUR)
    assert bench.relay


def test_a_sponsor_whose_own_right_runs_out_or_whose_papers_do_is_not_missed_r4():
    bench = sponsored(cutting())
    bench.change(CLEOS, level=Level.TRAINEE, lapsed_ms=1)
    bench.wait(HOUR)
    assert bench.relay


def test_a_sponsor_who_stands_beside_as_many_as_they_may_is_not_missed_for_it_r4():
    bench = sponsored(cutting(replace(RULES, max_trainees=1)))
    bench.change(CLEOS, sponsoring=1)
    bench.wait(HOUR)
    assert bench.relay


@pytest.mark.parametrize(
    ("ending", "said", "relay"),
    [
        (Ending.WARN, Notice.TOLD, True),
        (Ending.WHEN_IDLE, Notice.WARNING, True),
        (Ending.NOW, Notice.ENDED, False),
    ],
)
def test_after_the_grace_and_not_before_the_machines_table_says_what_happens_r4(ending, said, relay):
    bench = sponsored(cutting(RULES, ending))
    leaves(bench)
    bench.wait(GRACE - 0.001)
    assert (bench.said, bench.relay) == (Notice.ALONE, True)
    bench.wait(0.001)
    assert (bench.said, bench.relay) == (said, relay)
    assert bench.told[-1].facts["why"] == Why.ALONE


def test_an_end_for_being_alone_is_charged_and_says_why_r4():
    bench = sponsored(cutting())
    leaves(bench)
    bench.wait(GRACE)
    assert (bench.stop.why, bench.stop.length_ms, bench.stop.charged) == (Why.ALONE, 123_000, True)


def test_where_the_table_says_warn_the_member_is_told_once_and_may_finish_r4():
    bench = sponsored(cutting(RULES, Ending.WARN))
    leaves(bench)
    bench.wait(HOUR)
    assert [tell.what for tell in bench.told].count(Notice.TOLD) == 1
    bench.tap(BOBS)
    assert bench.stop.why == Why.OWN_TAP


def test_the_same_sponsors_tap_within_the_grace_makes_it_well_and_is_written_r4():
    bench = sponsored(cutting())
    bench.wait(MINUTE)
    leaves(bench)
    bench.wait(60)
    bench.see(CLEOS)
    assert bench.said is Notice.HERE
    assert [proof.by for proof in bench.written(SessionProved)] == ["m-cleo"]
    bench.wait(HOUR)
    assert bench.relay
    bench.change(CLEOS, sponsoring=1)  # the store still says that they had left, before this tap
    bench.wait(HOUR)
    assert bench.relay


def test_the_same_sponsors_check_in_makes_it_well_too_r4():
    bench = sponsored(cutting())
    leaves(bench)
    bench.wait(60)
    bench.change(CLEOS, here=True)
    bench.wait(HOUR)
    assert bench.relay


def test_who_leaves_again_after_they_came_back_is_missed_again_with_a_grace_of_its_own_r4():
    bench = sponsored(cutting())
    bench.wait(MINUTE)
    leaves(bench)
    bench.wait(60)
    bench.see(CLEOS)
    bench.lift(CLEOS)
    bench.wait(60)
    leaves(bench)
    bench.wait(GRACE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert bench.stop.why == Why.ALONE
    assert len(bench.written(SessionAlone)) == 2


def test_who_comes_back_after_the_grace_where_it_only_warns_is_told_of_again_when_they_leave_again_r4():
    bench = sponsored(cutting(RULES, Ending.WARN))
    for _ in range(2):
        bench.wait(MINUTE)
        leaves(bench)
        bench.wait(HOUR)
        bench.see(CLEOS)
        bench.lift(CLEOS)
    assert [tell.what for tell in bench.told].count(Notice.TOLD) == 2


def test_an_end_that_was_announced_does_not_move_when_the_sponsor_comes_back_r4():
    bench = sponsored(cutting(RULES, Ending.WHEN_IDLE))
    bench.wait(MINUTE)
    leaves(bench)
    bench.wait(GRACE + MINUTE)
    bench.see(CLEOS)
    assert bench.said is Notice.HERE
    bench.wait(4 * MINUTE)
    assert bench.stop.why == Why.ALONE


@pytest.mark.parametrize("token", [CLEOS, CLEOS_OTHER])
def test_a_sponsors_tap_never_ends_a_session_once_the_time_to_undo_is_over_r4(token):
    bench = sponsored(PROVING)
    for _ in range(60):
        bench.wait(5 * MINUTE)
        if not bench.relay:
            break
        bench.tap(token)
    assert bench.stop.why == Why.LIMIT


def test_a_sponsor_who_may_be_one_no_more_makes_nothing_well_by_a_tap_r4():
    bench = sponsored(cutting())
    bench.wait(MINUTE)
    bench.change(CLEOS, level=Level.NONE)
    bench.wait(60)
    bench.see(CLEOS)
    assert bench.said is Notice.ALONE
    assert bench.told[-1].facts["left_ms"] == 60_000
    assert bench.written(SessionProved) == []
    bench.wait(60)
    assert bench.stop.why == Why.ALONE


def test_another_sponsor_takes_over_from_one_who_is_missed_and_the_record_says_who_r4():
    bench = sponsored(cutting())
    leaves(bench)
    bench.wait(60)
    bench.tap(DANS)
    assert bench.said is Notice.HERE
    assert [proof.by for proof in bench.written(SessionProved)] == ["m-dan"]
    bench.wait(HOUR)
    assert bench.relay
    leaves(bench, DANS)
    bench.wait(GRACE)
    assert bench.stop.why == Why.ALONE


def test_who_took_over_undoes_nothing_even_within_seconds_of_the_start_r4():
    bench = sponsored()
    leaves(bench)
    bench.tap(DANS)
    bench.wait(3)
    bench.tap(DANS)
    assert bench.relay
    assert bench.said is Notice.HERE


def test_while_nobody_is_missed_another_sponsors_tap_is_a_strangers_r4():
    bench = sponsored()
    bench.tap(DANS)
    assert bench.said is Code.MACHINE_IN_USE


@pytest.mark.parametrize("token", [TEDS, EVES, MIAS, UNKNOWN, SUSPENDED])
def test_who_may_not_sponsor_takes_over_from_nobody_r3_r4(token):
    bench = sponsored(cutting())
    leaves(bench)
    bench.wait(60)
    bench.tap(token)
    assert bench.relay
    bench.wait(60)
    assert bench.stop.why == Why.ALONE


def test_the_old_sponsor_is_a_stranger_after_another_took_over_r4():
    bench = sponsored()
    leaves(bench)
    bench.wait(60)
    bench.tap(DANS)
    bench.wait(60)
    bench.tap(CLEOS)
    assert bench.said is Code.MACHINE_IN_USE


def test_edge_15_a_trainee_who_is_promoted_meanwhile_still_works_under_their_sponsor_r4():
    bench = sponsored(cutting())
    bench.change(BOBS, level=Level.AUTONOMOUS)
    leaves(bench)
    bench.wait(GRACE)
    assert bench.stop.why == Why.ALONE
    assert bench.start.level == "trainee"


def test_when_the_roster_moves_both_badges_are_looked_up_again_r4():
    bench = sponsored()
    effects = bench.send(RosterMoved(LASER, bench.now))
    assert [effect.token for effect in effects if isinstance(effect, Recheck)] == [BOBS, CLEOS]


def test_who_stands_by_while_the_link_is_down_and_nobody_knows_who_is_where_is_not_missed_r12():
    bench = accompanied(cutting(ACCOMPANIED))
    bench.change(BOBS, sponsors_here=(), roster_age_ms=None)
    bench.wait(HOUR)
    assert bench.relay


# --- what a wait refuses (R3, R4) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "fields", "code"),
    [
        (replace(RULES, max_trainees=1), {"sponsoring": 1}, Code.SPONSOR_FULL),
        (replace(RULES, check_in=True), {"here": False}, Code.NOT_CHECKED_IN),
        (RULES, {"level": Level.TRAINEE}, Code.MAY_NOT_SPONSOR),
        (RULES, {"minor": True}, Code.MAY_NOT_SPONSOR),
        (RULES, {"held_ms": 1}, Code.SUSPENDED_SKILL),
    ],
)
def test_who_may_not_stand_by_is_told_why_and_the_wait_goes_on_r3_r4(rules, fields, code):
    bench = MachineBench(rules)
    bench.roster[CLEOS] = replace(bench.roster[CLEOS], **fields)
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(CLEOS)
    assert (bench.said, bench.state.name) == (code, Name.AWAITING_SPONSOR)
    assert (bench.relay, bench.inks) == (False, [])
    bench.roster[DANS] = replace(bench.roster[DANS], here=True)
    bench.tap(DANS)
    assert bench.start.sponsor == "m-dan"


def test_a_sponsor_who_goes_while_the_slot_waits_for_the_badge_starts_nothing_r4():
    bench = MachineBench(SLOT_RULES)
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(CLEOS)
    bench.wait(3)
    leaves(bench)
    assert (bench.said, bench.state.name) == (Notice.CANCELLED, Name.FREE)


def test_a_sponsor_whose_start_is_counted_already_does_not_lose_it_by_that_r4():
    bench = MachineBench(replace(RULES, max_trainees=1))
    bench.tap(BOBS)
    bench.see(CLEOS)
    bench.answer()
    bench.change(CLEOS, sponsoring=1)
    assert bench.state.name is Name.OPENING
    assert powers(bench.write()) == [True]


@pytest.mark.parametrize(
    ("rules", "token", "fields", "code"),
    [
        (NEVER_ALONE, DANS, {"adults_here": ()}, Code.NEEDS_COMPANY),
        (ACCOMPANIED, BOBS, {"sponsors_here": ()}, Code.NEEDS_SPONSOR),
        (
            replace(RULES, stale_after_ms=1, stale=Stale.SPONSOR),
            DANS,
            {"roster_age_ms": 2},
            Code.NEEDS_SPONSOR,
        ),
    ],
)
def test_who_needs_more_than_they_asked_with_gets_no_power_r4(rules, token, fields, code):
    bench = MachineBench(rules)
    bench.change(token, adults_here=(KIM,), sponsors_here=(KIM,))
    bench.see(token)
    bench.answer()
    bench.change(token, **fields)
    assert bench.said is code
    bench.write()
    assert not bench.relay


def test_who_needs_less_than_they_asked_with_still_waits_for_the_tap_r4():
    bench = MachineBench(NEVER_ALONE)
    bench.tap(DANS)
    bench.change(DANS, adults_here=(KIM,))
    assert (bench.state.name, bench.inks) == (Name.AWAITING_SPONSOR, [])
