"""A machine with a slot by example: the badge that lies there holds the session."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    ADAS_OTHER,
    BOBS,
    BOBS_OTHER,
    CLEOS,
    CLEOS_OTHER,
    DANS,
    EVES,
    HOUR,
    MINUTE,
    SLOT_RULES,
    SUSPENDED,
    TEDS,
    UNKNOWN,
    MachineBench,
    sponsored,
    working,
)

from fabgate.model import Code, Level, Notice, Trouble, Why
from fabgate.rules.gestures import Name

# --- alone ------------------------------------------------------------------------------------


def test_the_badge_in_the_slot_switches_on_and_holds_the_session():
    bench = working(ADAS, SLOT_RULES)
    bench.wait(3 * HOUR)
    assert bench.relay
    assert bench.starts[0].hold == "slot"


def test_a_badge_taken_away_is_noticed_and_the_grace_period_is_said():
    bench = working(ADAS, SLOT_RULES)
    bench.lift(ADAS)
    assert bench.relay
    assert bench.said is Notice.AWAY
    assert bench.told[-1].facts["left_ms"] == 30_000


def test_a_badge_that_stays_away_ends_the_session_after_the_grace_period():
    bench = working(ADAS, SLOT_RULES)
    bench.wait(MINUTE)
    bench.lift(ADAS)
    bench.wait(29.999)
    assert bench.relay
    bench.wait(0.001)
    assert not bench.relay
    assert (bench.stop.why, bench.stop.length_ms, bench.stop.charged) == (Why.BADGE_GONE, 90_000, True)


def test_a_badge_that_comes_back_in_time_keeps_the_session():
    bench = working(ADAS, SLOT_RULES)
    bench.lift(ADAS)
    bench.wait(29)
    bench.see(ADAS)
    assert bench.said is Notice.BACK
    bench.wait(HOUR)
    assert bench.relay


def test_a_badge_that_slipped_for_a_moment_is_back_at_once():
    bench = working(ADAS, SLOT_RULES)
    bench.lift(ADAS)
    bench.wait(0.2)
    bench.see(ADAS)
    bench.wait(HOUR)
    assert bench.relay


def test_each_time_away_has_its_own_grace_period():
    bench = working(ADAS, SLOT_RULES)
    for _ in range(3):
        bench.lift(ADAS)
        bench.wait(20)
        bench.see(ADAS)
        bench.wait(5)
    assert bench.relay


def test_a_badge_that_comes_back_does_not_move_the_limit():
    bench = working(ADAS, SLOT_RULES)
    bench.wait(4 * HOUR - 10)
    bench.lift(ADAS)
    bench.wait(5)
    bench.see(ADAS)
    bench.wait(5)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, SLOT_RULES.limit_ms)


def test_a_badge_that_still_lies_there_after_the_limit_starts_nothing_until_it_was_away():
    bench = working(ADAS, SLOT_RULES)
    bench.wait(4 * HOUR)
    bench.see(ADAS)
    bench.wait(HOUR)
    assert bench.answer() == ()
    assert not bench.relay
    bench.lift(ADAS)
    bench.wait(2)
    bench.lay(ADAS)
    assert bench.relay


def test_a_badge_that_lies_there_at_start_does_not_run_the_machine_by_itself():
    bench = MachineBench(SLOT_RULES)
    bench.see(ADAS, fresh=False)
    bench.wait(HOUR)
    assert (bench.asks, bench.relay) == ([], False)


def test_a_badge_taken_away_before_the_start_is_written_takes_the_start_back():
    bench = MachineBench(SLOT_RULES)
    bench.see(ADAS)
    bench.answer()
    bench.lift(ADAS)
    assert bench.said is Notice.CANCELLED
    bench.write()
    assert not bench.relay
    assert (bench.stop.why, bench.stop.length_ms) == (Why.ABORTED, 0)


def test_a_badge_taken_away_before_its_lookup_is_answered_starts_nothing():
    bench = MachineBench(SLOT_RULES)
    bench.see(ADAS)
    bench.lift(ADAS)
    bench.answer()
    assert bench.said is Notice.CANCELLED
    assert (bench.state.name, bench.inks) == (Name.FREE, [])


@pytest.mark.parametrize("stranger", [DANS, EVES, UNKNOWN])
def test_a_strangers_badge_in_the_slot_does_not_hold_the_session(stranger):
    bench = working(ADAS, SLOT_RULES)
    bench.lift(ADAS)
    bench.wait(10)
    bench.lay(stranger)
    assert bench.said in (Code.MACHINE_IN_USE, Code.UNKNOWN_BADGE, Code.NOT_QUALIFIED)
    bench.wait(20)
    assert bench.stop.why == Why.BADGE_GONE


def test_a_strangers_badge_that_leaves_the_slot_ends_nothing():
    bench = working(ADAS, SLOT_RULES)
    bench.lay(DANS)
    bench.lift(DANS)
    bench.wait(HOUR)
    assert bench.relay


def test_another_badge_of_the_user_takes_the_place_of_the_one_that_was_taken_out():
    bench = working(ADAS, SLOT_RULES)
    bench.lift(ADAS)
    bench.wait(10)
    bench.lay(ADAS_OTHER)
    assert bench.said is Notice.BACK
    bench.wait(HOUR)
    assert bench.relay
    bench.lift(ADAS_OTHER)
    bench.wait(30)
    assert bench.stop.why == Why.BADGE_GONE


def test_another_badge_of_the_user_beside_the_first_changes_nothing():
    bench = working(ADAS, SLOT_RULES)
    bench.lay(ADAS_OTHER)
    bench.lift(ADAS_OTHER)
    bench.wait(HOUR)
    assert bench.relay
    bench.lift(ADAS)
    bench.wait(30)
    assert bench.stop.why == Why.BADGE_GONE


def test_another_badge_of_the_user_that_does_not_stay_does_not_hold_the_session():
    bench = working(ADAS, SLOT_RULES)
    bench.lift(ADAS)
    bench.wait(10)
    bench.see(ADAS_OTHER)
    bench.lift(ADAS_OTHER)
    bench.answer()
    bench.wait(20)
    assert bench.stop.why == Why.BADGE_GONE


def test_lifting_the_badge_and_laying_it_back_says_that_the_warning_was_seen():
    bench = working(ADAS, SLOT_RULES)
    bench.wait(4 * HOUR - 4 * MINUTE)
    assert bench.state.name is Name.ENDING
    bench.lift(ADAS)
    bench.wait(1)
    bench.see(ADAS)
    assert bench.state.name is Name.OPEN
    bench.wait(4 * MINUTE - 1)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, SLOT_RULES.limit_ms)


def test_a_badge_that_is_away_during_the_warning_still_has_only_its_grace_period():
    bench = working(ADAS, SLOT_RULES)
    bench.wait(4 * HOUR - 4 * MINUTE)
    bench.lift(ADAS)
    bench.wait(30)
    assert bench.stop.why == Why.BADGE_GONE


# --- under a sponsor ----------------------------------------------------------------------------


def asked_back() -> MachineBench:
    """Bob's badge was in and out, then Cleo's; Bob's must come back to stay."""
    bench = MachineBench(SLOT_RULES)
    bench.tap(BOBS)
    bench.wait(50)
    bench.tap(CLEOS)
    return bench


def test_a_supervised_start_is_trainee_in_and_out_sponsor_in_and_out_trainee_back_in_to_stay():
    bench = MachineBench(SLOT_RULES)
    bench.tap(BOBS)
    assert bench.state.name is Name.AWAITING_SPONSOR
    bench.wait(50)
    bench.tap(CLEOS)
    assert bench.state.name is Name.AWAITING_RETURN
    assert (bench.said, bench.relay) == (Notice.ASK_RETURN, False)
    bench.wait(50)
    bench.lay(BOBS)
    assert bench.relay
    (start,) = bench.starts
    assert (start.member, start.badge, start.sponsor, start.sponsor_badge) == (
        "m-bob",
        BOBS,
        "m-cleo",
        CLEOS,
    )


def test_the_machine_stays_off_while_the_sponsors_badge_is_in_the_slot():
    bench = MachineBench(SLOT_RULES)
    bench.tap(BOBS)
    bench.wait(5)
    bench.lay(CLEOS)
    bench.wait(50)
    assert (bench.relay, bench.inks) == (False, [])


def test_the_trainee_has_a_minute_to_come_back():
    bench = asked_back()
    bench.wait(MINUTE - 0.001)
    assert bench.state.name is Name.AWAITING_RETURN
    bench.wait(0.001)
    assert bench.state.name is Name.FREE
    assert bench.said is Notice.WAIT_OVER
    assert [refusal.code for refusal in bench.refused] == [Code.NEEDS_SPONSOR]
    bench.lay(BOBS)
    assert bench.state.name is Name.AWAITING_SPONSOR


def test_the_sponsor_has_a_minute_to_come():
    bench = MachineBench(SLOT_RULES)
    bench.tap(BOBS)
    bench.wait(MINUTE)
    assert bench.state.name is Name.FREE


@pytest.mark.parametrize("token", [CLEOS, CLEOS_OTHER])
def test_the_sponsor_takes_it_back_with_a_second_tap(token):
    bench = asked_back()
    bench.wait(3)
    bench.tap(token)
    assert bench.state.name is Name.FREE
    assert bench.said is Notice.CANCELLED


@pytest.mark.parametrize("stranger", [DANS, TEDS, EVES, UNKNOWN, SUSPENDED])
def test_nobody_else_takes_the_trainees_place(stranger):
    bench = asked_back()
    bench.tap(stranger)
    assert bench.state.name is Name.AWAITING_RETURN
    assert bench.starts == []
    bench.lay(BOBS)
    assert bench.starts[0].member == "m-bob"


def test_the_trainee_may_come_back_with_another_badge_which_then_holds_the_session():
    bench = asked_back()
    bench.lay(BOBS_OTHER)
    assert bench.starts[0].badge == BOBS_OTHER
    bench.wait(MINUTE)
    bench.lift(BOBS_OTHER)
    bench.wait(30)
    assert bench.stop.why == Why.BADGE_GONE


def test_a_trainee_whose_badge_does_not_stay_starts_nothing():
    bench = asked_back()
    bench.see(BOBS)
    bench.lift(BOBS)
    bench.answer()
    assert bench.said is Notice.CANCELLED
    assert (bench.state.name, bench.inks) == (Name.FREE, [])


def test_a_trainee_who_lost_the_right_meanwhile_is_refused_and_the_machine_is_free():
    bench = asked_back()
    bench.roster[BOBS] = replace(bench.roster[BOBS], level=Level.NONE)
    bench.lay(BOBS)
    assert bench.said is Code.NOT_QUALIFIED
    assert bench.state.name is Name.FREE
    assert bench.starts == []


def test_a_trainee_who_became_autonomous_meanwhile_starts_at_the_new_level():
    bench = asked_back()
    bench.roster[BOBS] = replace(bench.roster[BOBS], level=Level.AUTONOMOUS)
    bench.lay(BOBS)
    assert bench.starts[0].level == "autonomous"


def test_the_sponsor_undoes_a_supervised_start_in_a_slot_too():
    bench = sponsored(SLOT_RULES)
    bench.see(CLEOS)
    assert (bench.stop.why, bench.stop.charged) == (Why.UNDONE, False)


def test_the_trainees_badge_back_before_any_sponsor_came_cancels_the_wait():
    bench = MachineBench(SLOT_RULES)
    bench.tap(BOBS)
    bench.wait(5)
    bench.lay(BOBS)
    assert bench.state.name is Name.FREE
    assert bench.said is Notice.CANCELLED


# --- a blind reader -----------------------------------------------------------------------------


def test_a_reader_that_goes_blind_ends_no_session_however_long():
    bench = working(ADAS, SLOT_RULES)
    bench.trouble(Trouble.READER)
    bench.wait(3 * HOUR)
    assert bench.relay


def test_a_reader_that_goes_blind_while_the_badge_is_away_ends_nothing_either():
    bench = working(ADAS, SLOT_RULES)
    bench.lift(ADAS)
    bench.wait(10)
    bench.trouble(Trouble.READER)
    bench.wait(HOUR)
    assert bench.relay


def test_when_the_reader_sees_again_and_the_badge_lies_there_the_session_goes_on():
    bench = working(ADAS, SLOT_RULES)
    bench.trouble(Trouble.READER)
    bench.wait(HOUR)
    bench.mend(Trouble.READER)
    bench.see(ADAS, fresh=False)
    bench.wait(HOUR)
    assert bench.relay


def test_when_the_reader_sees_again_and_the_badge_is_not_there_it_has_its_grace_period_from_then():
    bench = working(ADAS, SLOT_RULES)
    bench.trouble(Trouble.READER)
    bench.wait(HOUR)
    bench.mend(Trouble.READER)
    bench.wait(29.999)
    assert bench.relay
    bench.wait(0.001)
    assert bench.stop.why == Why.BADGE_GONE


def test_with_a_second_reader_to_tap_the_sponsor_comes_while_the_trainees_badge_lies_in_the_slot():
    bench = MachineBench(SLOT_RULES)
    bench.lay(TEDS)
    bench.wait(5)
    bench.tap(CLEOS)
    assert bench.relay
    assert (bench.starts[0].badge, bench.starts[0].sponsor_badge) == (TEDS, CLEOS)
    bench.lift(TEDS)
    bench.wait(31)
    assert not bench.relay
