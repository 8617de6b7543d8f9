"""Who is done while the machine works leaves it to its job: nobody is logged in meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    ADAS_OTHER,
    BOBS,
    CLEOS,
    DANS,
    HOUR,
    LEAS,
    LOCK,
    MINUTE,
    RULES,
    MachineBench,
    metered,
    powers,
    sponsored,
    working,
)

from fabgate.model import Code, Ending, Ends, Hold, Level, Notice, Status, Why
from fabgate.records import AlarmCalled, SessionAlone
from fabgate.rules.ahead import deadline
from fabgate.rules.face import Mood, face
from fabgate.rules.gestures import Name

LIMIT_S = RULES.limit_ms / 1000
OVERRUN_S = RULES.overrun_ms / 1000
LEAVES = Ends(tap=Ending.WHEN_IDLE, badge_gone=Ending.WHEN_IDLE)


def with_ends(ends: Ends, hold: Hold = Hold.TAP, *, busy: bool | None = True) -> MachineBench:
    return metered(ADAS, replace(RULES, ends=ends, hold=hold), busy=busy)


@pytest.mark.parametrize("busy", [True, None])
def test_who_taps_off_while_it_works_leaves_it_to_its_job(busy):
    bench = with_ends(LEAVES, busy=busy)
    effects = bench.tap(ADAS)
    assert powers(effects) == []
    assert (bench.said, bench.state.name) == (Notice.FINISHING, Name.ENDING)
    bench.wait(HOUR)
    bench.works(False)
    assert (bench.stop.why, bench.stop.charged) == (Why.OWN_TAP, True)


def test_who_taps_off_while_it_does_nothing_is_off_at_once_without_a_warning():
    bench = with_ends(LEAVES, busy=False)
    bench.tap(ADAS)
    assert bench.stop.why == Why.OWN_TAP


def test_without_a_meter_ones_own_tap_is_off_at_once():
    bench = working(ADAS, replace(RULES, ends=LEAVES))
    bench.tap(ADAS)
    assert bench.stop.why == Why.OWN_TAP


@pytest.mark.parametrize("word", [Ending.NOW, Ending.WARN, Ending.ALARM])
def test_by_every_other_word_ones_own_tap_is_off(word):
    bench = with_ends(Ends(tap=word))
    bench.tap(ADAS)
    assert bench.stop.why == Why.OWN_TAP


@pytest.mark.parametrize("token", [ADAS, ADAS_OTHER])
def test_ones_own_tap_again_takes_it_back(token):
    bench = with_ends(LEAVES)
    bench.tap(ADAS)
    bench.wait(3)
    bench.tap(token)
    assert (bench.said, bench.state.name) == (Notice.STAY, Name.OPEN)
    bench.works(False)
    assert bench.relay


def test_a_badge_that_is_gone_from_the_slot_leaves_the_machine_to_its_job():
    bench = with_ends(LEAVES, Hold.SLOT)
    bench.lift(ADAS)
    bench.wait(30)
    assert bench.relay
    assert bench.said is Notice.FINISHING
    bench.wait(HOUR)
    bench.works(False)
    assert bench.stop.why == Why.BADGE_GONE


def test_a_badge_that_comes_back_to_the_slot_takes_it_back():
    bench = with_ends(LEAVES, Hold.SLOT)
    bench.lift(ADAS)
    bench.wait(MINUTE)
    bench.lay(ADAS)
    assert (bench.said, bench.state.name) == (Notice.BACK, Name.OPEN)
    bench.works(False)
    assert bench.relay
    bench.works(True)
    bench.lift(ADAS)
    bench.wait(30)
    assert bench.said is Notice.FINISHING, "gone a second time"


def test_who_left_it_by_the_button_may_take_their_badge_along():
    bench = with_ends(LEAVES, Hold.SLOT)
    bench.button()
    bench.lift(ADAS)
    assert bench.said is Notice.FINISHING
    bench.wait(HOUR)
    assert bench.said is Notice.FINISHING
    bench.works(False)
    assert bench.stop.why == Why.OWN_TAP


@pytest.mark.parametrize(("word", "said"), [(Ending.WARN, Notice.TOLD), (Ending.ALARM, Notice.ALARM)])
def test_a_badge_that_is_gone_ends_nothing_where_the_table_says_so_and_is_told_each_time(word, said):
    bench = with_ends(Ends(badge_gone=word), Hold.SLOT)
    for _ in range(2):
        bench.lift(ADAS)
        bench.wait(MINUTE)
        assert (bench.said, bench.told[-1].facts["why"]) == (said, Why.BADGE_GONE)
        bench.lay(ADAS)
        assert bench.said is Notice.BACK
    assert bench.relay
    assert len(bench.written(AlarmCalled)) == (2 if word is Ending.ALARM else 0)


def test_a_machine_that_finishes_names_nobody():
    bench = with_ends(LEAVES)
    bench.tap(ADAS)
    shown = face(bench.rules, bench.state)
    assert (shown.mood, shown.what, shown.language) == (Mood.ON, Notice.FINISHING, None)
    assert "member" not in shown.facts


def test_nobody_is_warned_while_nobody_is_logged_in_and_the_limit_holds():
    bench = with_ends(replace(LEAVES, limit=Ending.NOW))
    bench.tap(ADAS)
    bench.wait(LIMIT_S - 4)
    assert bench.said is Notice.FINISHING
    bench.wait(1)
    assert bench.stop.why == Why.LIMIT


def test_who_comes_back_shortly_before_the_limit_is_warned_then():
    bench = with_ends(LEAVES)
    bench.tap(ADAS)
    bench.wait(LIMIT_S - 2 * MINUTE)
    bench.tap(ADAS)
    assert [tell.what for tell in bench.told[-2:]] == [Notice.STAY, Notice.WARNING]


def test_a_job_that_goes_on_over_the_limit_ends_as_what_its_member_asked_for():
    bench = with_ends(LEAVES)
    bench.tap(ADAS)
    bench.wait(LIMIT_S + MINUTE)
    assert bench.said is Notice.FINISHING
    bench.works(False)
    assert bench.stop.why == Why.OWN_TAP


def test_a_right_that_is_taken_while_it_finishes_is_owed_by_who_comes_back():
    bench = with_ends(replace(LEAVES, revoked=Ending.WHEN_IDLE))
    bench.tap(ADAS)
    bench.change(ADAS, level=Level.NONE)
    assert bench.said is Notice.FINISHING
    bench.wait(MINUTE)
    bench.tap(ADAS)
    assert (bench.said, bench.told[-1].facts["left_ms"]) == (Notice.WARNING, 4 * 60_000)


def test_it_is_not_asked_who_stands_by_while_nobody_is_logged_in():
    rules = replace(RULES, metered=True, reproof_ms=600_000, ends=LEAVES)
    bench = sponsored(rules)
    bench.works()
    bench.tap(BOBS)
    bench.change(CLEOS, status=Status.LEFT)
    bench.wait(HOUR)
    assert (bench.said, bench.written(SessionAlone)) == (Notice.FINISHING, [])
    bench.tap(BOBS)
    assert [tell.what for tell in bench.told[-2:]] == [Notice.STAY, Notice.ALONE]
    assert len(bench.written(SessionAlone)) == 1


def test_who_was_missed_has_all_their_time_again_when_somebody_is_logged_in_again():
    rules = replace(RULES, metered=True, ends=replace(LEAVES, alone=Ending.NOW))
    bench = sponsored(rules)
    bench.works()
    bench.change(CLEOS, level=Level.NONE)
    bench.wait(MINUTE)
    bench.tap(BOBS)
    bench.wait(HOUR)
    bench.tap(BOBS)
    bench.wait(2 * MINUTE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert bench.stop.why == Why.ALONE


def test_the_leader_of_a_workshop_who_comes_back_is_back():
    bench = metered(LEAS, replace(RULES, ends=LEAVES, reproof_ms=600_000))
    bench.tap(LEAS)
    bench.wait(HOUR)
    bench.tap(LEAS)
    assert (bench.said, bench.state.name) == (Notice.STAY, Name.OPEN)


@pytest.mark.parametrize("ends", [LEAVES, replace(LEAVES, overrun=Ending.WARN)])
def test_what_waits_for_the_machine_alone_wakes_nobody(ends):
    bench = with_ends(ends)
    bench.tap(ADAS)
    bench.wait(LIMIT_S + OVERRUN_S)
    assert deadline(bench.rules, bench.state) is None


def test_a_lock_does_not_end_what_finishes_and_holds_afterwards():
    bench = with_ends(LEAVES)
    bench.tap(ADAS)
    bench.lock(LOCK)
    assert bench.relay
    bench.works(False)
    assert bench.state.name is Name.LOCKED_OUT


def test_whoever_taps_at_a_machine_that_finishes_is_told_no_time_that_is_left():
    bench = with_ends(LEAVES)
    bench.tap(ADAS)
    bench.tap(DANS)
    assert bench.said is Code.MACHINE_IN_USE
    assert "left_ms" not in bench.told[-1].facts
