"""Ends that wait for the machine: the limit, and what is owed after a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    CLEOS,
    DANS,
    HOUR,
    MINUTE,
    RULES,
    MachineBench,
    metered,
    sponsored,
    working,
)

from fabgate.events import Ink, Power, Tell
from fabgate.model import Code, Ending, Ends, Hold, Level, Notice, Trouble, Why
from fabgate.records import AlarmCalled
from fabgate.rules.face import Mood, face
from fabgate.rules.states import Ending as Warned
from fabgate.rules.states import Open

LIMIT_S = RULES.limit_ms / 1000
OVERRUN_S = RULES.overrun_ms / 1000
LOSES = Ends(revoked=Ending.WHEN_IDLE, locked=Ending.WHEN_IDLE)


def with_ends(ends: Ends, hold: Hold = Hold.TAP, *, busy: bool | None = True) -> MachineBench:
    return metered(ADAS, replace(RULES, ends=ends, hold=hold), busy=busy)


# --- the limit ----------------------------------------------------------------------------------


def test_at_the_limit_a_machine_that_works_goes_on_and_its_member_is_told():
    bench = metered()
    bench.wait(LIMIT_S)
    assert bench.relay
    assert (bench.said, bench.told[-1].facts["why"]) == (Notice.OVERDUE, Why.LIMIT)


def test_the_first_moment_after_the_limit_at_which_it_does_nothing_ends_the_session():
    bench = metered()
    bench.wait(LIMIT_S + 60)
    effects = bench.works(False)
    assert [type(effect) for effect in effects] == [Power, Ink, Tell]
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, RULES.limit_ms + 63_000)


def test_what_stopped_before_the_limit_is_switched_off_at_the_limit():
    bench = metered()
    bench.wait(60)
    bench.works(False)
    bench.wait(LIMIT_S)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, RULES.limit_ms)


def test_a_short_pause_before_the_limit_does_not_end_it():
    bench = metered()
    bench.works(False)
    bench.works(True)
    bench.wait(LIMIT_S + 60)
    assert bench.relay


@pytest.mark.parametrize("told", [True, False])
def test_with_a_meter_that_fails_nobody_guesses_and_the_session_waits(told):
    bench = metered(busy=told)
    bench.works(None)
    bench.wait(LIMIT_S + 60)
    assert bench.relay
    assert bench.said is Notice.OVERDUE
    bench.works(True)
    assert bench.relay
    bench.works(False)
    assert bench.stop.why == Why.LIMIT


def test_a_machine_with_a_meter_that_never_said_a_word_waits_too():
    bench = working(ADAS, replace(RULES, metered=True))
    bench.wait(LIMIT_S)
    assert bench.relay


def test_where_the_table_says_now_the_limit_cuts_a_machine_at_work():
    bench = with_ends(Ends(limit=Ending.NOW))
    bench.wait(LIMIT_S)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, RULES.limit_ms)


@pytest.mark.parametrize("busy", [True, False, None])
def test_where_the_table_says_warn_the_limit_is_told_once_and_nothing_ends(busy):
    bench = with_ends(Ends(limit=Ending.WARN), busy=busy)
    bench.wait(LIMIT_S - 10)
    assert Notice.WARNING not in [tell.what for tell in bench.told], "announced, although nothing ends"
    bench.wait(HOUR * 24)
    assert bench.relay
    assert [tell.facts["why"] for tell in bench.told if tell.what is Notice.TOLD] == [Why.LIMIT]
    assert bench.written(AlarmCalled) == []


def test_where_the_table_says_alarm_the_limit_calls_people_once():
    bench = with_ends(Ends(limit=Ending.ALARM))
    bench.wait(HOUR * 24)
    assert bench.relay
    (called,) = bench.written(AlarmCalled)
    assert (called.why, called.session) == (Why.LIMIT, str(bench.records[0][0]))
    assert [tell.facts["contact"] for tell in bench.told if tell.what is Notice.ALARM] == ["ask at the bar"]


# --- long after it ------------------------------------------------------------------------------


def test_long_after_the_limit_people_are_called_once_and_the_machine_goes_on():
    bench = metered()
    bench.wait(LIMIT_S + OVERRUN_S - 3.001)
    assert bench.written(AlarmCalled) == []
    bench.wait(0.001)
    assert [called.why for called in bench.written(AlarmCalled)] == [Why.LIMIT]
    assert bench.said is Notice.ALARM
    bench.wait(HOUR * 24)
    assert bench.relay
    assert len(bench.written(AlarmCalled)) == 1
    bench.works(False)
    assert bench.stop.why == Why.LIMIT


@pytest.mark.parametrize("busy", [True, None])
def test_where_the_table_says_now_it_is_cut_long_after_the_limit(busy):
    bench = with_ends(Ends(overrun=Ending.NOW), busy=busy)
    bench.wait(LIMIT_S + OVERRUN_S - 3.001)
    assert bench.relay
    bench.wait(0.001)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, RULES.limit_ms + RULES.overrun_ms)


def test_an_overrun_is_one_of_a_session_that_waits_for_the_machine():
    bench = with_ends(Ends(limit=Ending.WARN, overrun=Ending.NOW))
    bench.wait(HOUR * 24)
    assert bench.relay


# --- what is owed after a warning -----------------------------------------------------------------


@pytest.mark.parametrize("busy", [True, None])
def test_a_lost_right_warns_and_ends_when_time_is_over_and_the_machine_does_nothing(busy):
    bench = with_ends(LOSES, busy=busy)
    bench.change(ADAS, level=Level.NONE)
    assert bench.said is Notice.WARNING
    bench.wait(5 * MINUTE)
    assert bench.relay
    assert (bench.said, bench.told[-1].facts["why"]) == (Notice.OVERDUE, Why.REVOKED)
    bench.wait(HOUR)
    bench.works(False)
    assert bench.stop.why == Why.REVOKED


def test_it_ends_at_once_where_the_machine_does_nothing_when_the_warning_is_over():
    bench = with_ends(LOSES)
    bench.change(ADAS, level=Level.NONE)
    bench.wait(MINUTE)
    bench.works(False)
    bench.wait(4 * MINUTE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert bench.stop.why == Why.REVOKED


def test_the_first_cause_that_waits_is_the_one_that_is_written():
    bench = with_ends(LOSES)
    bench.change(ADAS, level=Level.NONE)
    bench.wait(6 * MINUTE)
    bench.lock()
    bench.wait(LIMIT_S)
    assert [tell.what for tell in bench.told].count(Notice.OVERDUE) == 1
    bench.works(False)
    assert bench.stop.why == Why.REVOKED


def test_an_end_that_cuts_is_announced_although_another_waits_already():
    bench = with_ends(replace(LOSES, limit=Ending.NOW))
    bench.change(ADAS, level=Level.NONE)
    bench.wait(LIMIT_S - 4 * MINUTE)
    assert (bench.said, bench.told[-1].facts["why"]) == (Notice.WARNING, Why.LIMIT)
    bench.wait(4 * MINUTE)
    assert bench.stop.why == Why.LIMIT


def test_an_overdue_session_is_seen_by_its_members_tap_and_still_ends():
    bench = metered()
    bench.wait(LIMIT_S)
    bench.tap(ADAS)
    assert bench.said is Notice.STAY
    assert "left_ms" not in bench.told[-1].facts
    bench.works(False)
    assert bench.stop.why == Why.LIMIT


def test_whoever_taps_at_an_overdue_machine_is_told_no_time_that_is_left():
    bench = metered()
    bench.wait(LIMIT_S + 60)
    bench.tap(DANS)
    assert bench.said is Code.MACHINE_IN_USE
    assert "left_ms" not in bench.told[-1].facts


def test_an_emergency_stop_waits_for_no_machine():
    bench = metered()
    effects = bench.trouble(Trouble.ESTOP)
    assert [effect.cut for effect in effects if isinstance(effect, Power)] == [True]
    assert bench.stop.why == Why.ESTOP


def test_an_overdue_machine_shows_so_and_why_seen_or_not():
    bench = metered()
    bench.wait(LIMIT_S)
    for _ in range(2):
        shown = face(bench.rules, bench.state)
        assert (shown.mood, shown.what, shown.facts["why"]) == (Mood.WARNING, Notice.OVERDUE, Why.LIMIT)
        bench.tap(ADAS)


def test_who_is_missed_twice_owes_one_end_and_it_stays_where_it_was():
    bench = sponsored(replace(RULES, metered=True, ends=Ends(alone=Ending.WHEN_IDLE)))
    for _ in range(2):
        bench.change(CLEOS, here=False, gone_ms=bench.wall_ms)
        bench.wait(2 * MINUTE)
        bench.tap(CLEOS)
    assert isinstance(bench.state, Open | Warned)
    assert [owed.why for owed in bench.state.run.owed] == [Why.LIMIT, Why.ALONE]
    bench.works(False)
    bench.wait(3 * MINUTE)
    assert bench.stop.why == Why.ALONE
