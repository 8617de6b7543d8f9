"""A supervised start by example: the trainee asks, a sponsor comes, both are in the books."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    BLOCKED,
    BOBS,
    BOBS_OTHER,
    CLEOS,
    CLEOS_OTHER,
    DANS,
    EVES,
    HOUR,
    LOCK,
    MINUTE,
    RULES,
    STRICT_RULES,
    SUSPENDED,
    TEDS,
    UNKNOWN,
    MachineBench,
    asked,
    sponsored,
)

from fabgate.model import Code, Level, MachineRules, Notice, Trouble, Why
from fabgate.rules.gestures import Name
from fabgate.rules.states import AwaitingSponsor


def waiting(rules: MachineRules = RULES) -> MachineBench:
    """Bob has asked for a sponsor, three seconds ago."""
    bench = MachineBench(rules)
    bench.tap(BOBS)
    bench.wait(3)
    return bench


# --- asking -----------------------------------------------------------------------------------


def test_a_trainee_taps_and_the_machine_asks_for_a_sponsor_and_stays_off():
    bench = waiting()
    assert bench.state.name is Name.AWAITING_SPONSOR
    assert not bench.relay
    assert (bench.records, bench.inks) == ([], [])


def test_the_trainee_is_told_for_how_long_it_waits_and_who_could_come():
    bench = waiting()
    asked_for = bench.told[-1]
    assert asked_for.what is Notice.ASK_SPONSOR
    assert (asked_for.facts["wait_s"], asked_for.facts["sponsors"]) == (60, ("Cleo",))
    assert (asked_for.facts["member"], asked_for.language) == ("Bob", "nl")


def test_after_a_minute_without_a_sponsor_the_wait_is_over_and_counted_as_a_refusal():
    bench = waiting()
    bench.wait(MINUTE - 3 - 0.001)
    assert bench.state.name is Name.AWAITING_SPONSOR
    bench.wait(0.001)
    assert bench.state.name is Name.FREE
    assert bench.said is Notice.WAIT_OVER
    assert [(refusal.code, refusal.member) for refusal in bench.refused] == [(Code.NEEDS_SPONSOR, "m-bob")]
    assert bench.records == []


def test_the_trainees_second_tap_cancels_the_wait_without_asking_the_store():
    bench = waiting()
    effects = bench.see(BOBS)
    assert asked(effects) == []
    assert bench.state.name is Name.FREE
    assert bench.said is Notice.CANCELLED
    assert bench.refused == []


def test_a_sponsor_who_comes_after_the_wait_starts_for_themselves():
    bench = waiting()
    bench.sleep(MINUTE)
    bench.tap(CLEOS)
    assert [(start.member, start.sponsor) for start in bench.starts] == [("m-cleo", None)]


# --- the sponsor ------------------------------------------------------------------------------


def test_a_sponsor_taps_after_the_trainee_and_the_machine_is_on():
    bench = waiting()
    bench.tap(CLEOS)
    assert bench.relay


def test_both_are_recorded_and_the_trainee_is_the_user():
    bench = sponsored()
    (start,) = bench.starts
    assert (start.member, start.badge, start.level) == ("m-bob", BOBS, "trainee")
    assert (start.sponsor, start.sponsor_badge) == ("m-cleo", CLEOS)


def test_both_are_shown_in_the_language_of_the_one_who_works():
    opened = sponsored().told[-1]
    assert opened.what is Notice.OPENED_SUPERVISED
    assert (opened.facts["member"], opened.facts["sponsor"]) == ("Bob", "Cleo")
    assert opened.language == "nl"


def test_whoever_is_autonomous_may_sponsor_unless_the_lab_asks_for_more():
    bench = waiting()
    bench.tap(DANS)
    assert bench.starts[0].sponsor == "m-dan"


def test_where_the_lab_asks_for_sponsors_an_autonomous_member_may_not_sponsor():
    bench = waiting(rules=STRICT_RULES)
    bench.tap(DANS)
    assert bench.state.name is Name.AWAITING_SPONSOR
    assert bench.said is Code.MAY_NOT_SPONSOR
    bench.tap(CLEOS)
    assert bench.starts[0].sponsor == "m-cleo"


def test_where_the_lab_asks_for_sponsors_an_autonomous_member_still_works_alone():
    bench = MachineBench(STRICT_RULES)
    bench.tap(DANS)
    assert bench.relay


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (BOBS_OTHER, Code.SAME_PERSON),
        (TEDS, Code.MAY_NOT_SPONSOR),
        (EVES, Code.MAY_NOT_SPONSOR),
        (UNKNOWN, Code.UNKNOWN_BADGE),
        (BLOCKED, Code.BLOCKED_BADGE),
        (SUSPENDED, Code.SUSPENDED_MEMBER),
    ],
)
def test_who_may_not_sponsor_is_refused_and_the_wait_goes_on_as_it_was(token, code):
    bench = waiting()
    before = bench.state
    bench.tap(token)
    assert isinstance(before, AwaitingSponsor)
    assert isinstance(bench.state, AwaitingSponsor)
    assert (bench.state.trainee, bench.state.until_ms) == (before.trainee, before.until_ms)
    assert bench.said is code
    assert [refusal.code for refusal in bench.refused] == [code]


def test_a_trainee_with_two_badges_of_which_one_is_autonomous_cannot_sponsor_themselves():
    bench = waiting()
    bench.roster[BOBS_OTHER] = replace(bench.roster[BOBS_OTHER], level=Level.SPONSOR)
    bench.tap(BOBS_OTHER)
    assert bench.said is Code.SAME_PERSON
    assert not bench.relay


# --- taking it back ---------------------------------------------------------------------------


def test_the_sponsors_second_tap_within_ten_seconds_undoes_the_start_uncharged_and_recorded():
    bench = sponsored()
    effects = bench.see(CLEOS)
    assert asked(effects) == []
    assert not bench.relay
    assert (bench.stop.why, bench.stop.length_ms, bench.stop.charged) == (Why.UNDONE, 3_000, False)


def test_the_sponsors_other_badge_undoes_it_too():
    bench = sponsored()
    bench.tap(CLEOS_OTHER)
    assert (bench.stop.why, bench.stop.charged) == (Why.UNDONE, False)


def test_a_lost_badge_of_the_sponsor_that_was_blocked_undoes_nothing():
    bench = sponsored()
    bench.roster[CLEOS_OTHER] = replace(bench.roster[CLEOS_OTHER], blocked_ms=1_700_000_000_000)
    bench.tap(CLEOS_OTHER)
    assert bench.relay
    assert bench.said is Code.BLOCKED_BADGE


def test_ten_seconds_are_ten_seconds():
    bench = sponsored()
    bench.wait(7)
    bench.see(CLEOS)
    assert bench.stop.why == Why.UNDONE
    bench = sponsored()
    bench.wait(7.001)
    bench.see(CLEOS)
    assert bench.relay


def test_later_the_sponsors_tap_says_that_they_are_here_and_ends_nothing():
    bench = sponsored()
    bench.wait(HOUR)
    records = list(bench.records)
    effects = bench.see(CLEOS)
    assert asked(effects) == []
    assert bench.relay
    assert bench.said is Notice.HERE
    assert bench.told[-1].facts["member"] == "Cleo"
    assert bench.records == records


def test_another_sponsor_cannot_undo_the_start():
    bench = sponsored()
    bench.tap(DANS)
    assert bench.relay
    assert bench.said is Code.MACHINE_IN_USE


def test_the_trainee_ends_the_session_like_anybody_else():
    bench = sponsored()
    bench.see(BOBS)
    assert (bench.stop.why, bench.stop.charged) == (Why.OWN_TAP, True)


def test_while_the_start_is_written_the_trainee_or_the_sponsor_may_take_it_back():
    for token in (BOBS, BOBS_OTHER, CLEOS_OTHER):
        bench = waiting()
        bench.see(CLEOS)
        bench.answer()
        assert bench.state.name is Name.OPENING
        bench.see(token)
        bench.answer()
        assert bench.state.name is Name.FREE
        assert bench.said is Notice.CANCELLED
        bench.write()
        assert (bench.stop.why, bench.stop.length_ms) == (Why.ABORTED, 0)


def test_a_session_whose_sponsor_loses_the_right_to_sponsor_goes_on_and_misses_them_r4():
    bench = sponsored()
    bench.change(CLEOS, level=Level.NONE)
    assert bench.relay
    assert bench.said is Notice.ALONE


# --- what ends the wait -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interrupt", "name"),
    [
        (lambda bench: bench.lock(), Name.LOCKED_OUT),
        (lambda bench: bench.trouble(Trouble.ESTOP), Name.FAULT),
        (lambda bench: bench.trouble(Trouble.READER), Name.FAULT),
        (lambda bench: bench.shut_down(), Name.FREE),
    ],
    ids=["lock", "e-stop", "blind reader", "shut down"],
)
def test_a_lockout_a_trouble_or_the_end_of_the_daemon_ends_the_wait(interrupt, name):
    bench = waiting()
    interrupt(bench)
    assert bench.state.name is name
    assert not bench.relay


def test_a_lock_that_the_store_knows_of_refuses_the_sponsor_although_no_word_of_it_came():
    bench = waiting()
    bench.locked = LOCK
    bench.tap(CLEOS)
    assert bench.said is Code.MACHINE_LOCKED
    assert not bench.relay
    assert bench.starts == []
