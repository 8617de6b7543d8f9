"""A machine that does nothing: it is switched off, and how long it worked is written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    HOUR,
    LASER,
    MINUTE,
    RULES,
    SLOT_RULES,
    MachineBench,
    metered,
    working,
)

from fabgate.events import Activity, Power
from fabgate.model import Ending, Ends, MachineRules, Moment, Notice, Why
from fabgate.records import AlarmCalled
from fabgate.rules.gestures import Name

IDLE = replace(RULES, idle_ms=20 * 60_000)  # announced five minutes before


def idle(rules: MachineRules = IDLE) -> MachineBench:
    """Ada's machine stopped working just now, ten minutes after it began."""
    bench = metered(ADAS, rules)
    bench.wait(10 * MINUTE)
    bench.works(False)
    return bench


# --- idle shut-off ------------------------------------------------------------------------------


def test_a_machine_that_does_nothing_is_announced_and_switched_off():
    bench = idle()
    bench.wait(15 * MINUTE - 0.001)
    assert bench.said is Notice.OPENED
    bench.wait(0.001)
    assert (bench.said, bench.state.name) == (Notice.WARNING, Name.ENDING)
    assert (bench.told[-1].facts["why"], bench.told[-1].facts["left_ms"]) == (Why.IDLE, 300_000)
    bench.wait(5 * MINUTE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.IDLE, 3_000 + 30 * 60_000)


def test_of_a_short_time_half_is_for_the_warning():
    bench = idle(replace(RULES, idle_ms=60_000))
    bench.wait(29.999)
    assert bench.state.name is Name.OPEN
    bench.wait(0.001)
    assert bench.told[-1].facts["left_ms"] == 30_000


def test_who_never_begins_to_work_is_switched_off_too_from_the_start_on():
    bench = metered(ADAS, IDLE, busy=False)
    bench.wait(20 * MINUTE - 3.001)
    assert bench.relay
    bench.wait(0.001)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.IDLE, 20 * 60_000)


def test_a_machine_that_works_again_goes_on_and_is_announced_anew_when_it_stops():
    bench = idle()
    bench.wait(16 * MINUTE)
    bench.works(True)
    assert bench.state.name is Name.OPEN
    bench.wait(HOUR)
    bench.works(False)
    bench.wait(15 * MINUTE)
    assert [tell.what for tell in bench.told].count(Notice.WARNING) == 2
    bench.wait(5 * MINUTE)
    assert bench.stop.why == Why.IDLE


def test_an_own_tap_after_the_announcement_stays_and_counts_anew():
    bench = idle()
    bench.wait(16 * MINUTE)
    bench.tap(ADAS)
    assert bench.said is Notice.STAY
    assert bench.told[-1].facts["left_ms"] == 20 * 60_000
    bench.wait(15 * MINUTE - 0.001)
    assert bench.state.name is Name.OPEN
    bench.wait(0.001)
    assert bench.state.name is Name.ENDING
    bench.wait(5 * MINUTE)
    assert bench.stop.why == Why.IDLE


def test_in_a_slot_the_badge_that_is_taken_out_and_laid_again_stays():
    bench = idle(replace(IDLE, hold=SLOT_RULES.hold))
    bench.wait(16 * MINUTE)
    bench.lift(ADAS)
    bench.wait(3)
    bench.lay(ADAS)
    bench.wait(15 * MINUTE)
    assert (bench.relay, bench.state.name) == (True, Name.ENDING)


def test_a_meter_that_fails_switches_nothing_off():
    bench = idle()
    bench.wait(16 * MINUTE)
    bench.works(None)
    assert bench.state.name is Name.OPEN
    bench.wait(HOUR)
    assert bench.relay


@pytest.mark.parametrize(("word", "said"), [(Ending.WARN, Notice.TOLD), (Ending.ALARM, Notice.ALARM)])
def test_where_the_table_says_so_an_idle_machine_is_told_of_once_and_goes_on(word, said):
    bench = idle(replace(IDLE, ends=Ends(idle=word)))
    bench.wait(3 * HOUR)
    assert bench.relay
    assert [tell.what for tell in bench.told] == [Notice.OPENED, said]
    assert bench.told[-1].facts["why"] == Why.IDLE
    assert len(bench.written(AlarmCalled)) == (1 if word is Ending.ALARM else 0)
    bench.works(True)
    bench.works(False)
    bench.wait(20 * MINUTE)
    assert [tell.what for tell in bench.told].count(said) == 2, "once each time that it stands idle"


def test_where_it_is_not_asked_for_an_idle_machine_stays_on():
    bench = idle(RULES)
    bench.wait(3 * HOUR)
    assert bench.relay


def test_a_word_that_comes_twice_counts_nothing_anew():
    bench = idle()
    bench.wait(10 * MINUTE)
    bench.works(False)
    bench.wait(10 * MINUTE)
    assert bench.stop.why == Why.IDLE


def test_without_a_meter_nothing_is_idle():
    bench = working(ADAS, IDLE)
    bench.wait(3 * HOUR)
    assert bench.relay


def test_the_limit_that_was_announced_before_stays_announced_when_it_works_again():
    bench = metered(ADAS, replace(IDLE, limit_ms=60 * 60_000))
    bench.wait(45 * MINUTE)
    bench.works(False)
    bench.wait(11 * MINUTE)  # the limit is announced at 55, and comes before what is idle
    assert (bench.state.name, bench.told[-1].facts["why"]) == (Name.ENDING, Why.LIMIT)
    bench.works(True)
    assert bench.state.name is Name.ENDING
    assert [tell.what for tell in bench.told].count(Notice.WARNING) == 1


def test_an_idle_machine_that_nobody_woke_ends_before_the_tap_that_comes_late():
    bench = idle()
    bench.sleep(HOUR)
    effects = bench.see(ADAS)
    assert effects[0] == Power(LASER, on=False)
    assert bench.stop.why == Why.IDLE


# --- how long it worked -------------------------------------------------------------------------


def test_powered_time_and_time_at_work_are_kept_apart():
    bench = metered(busy=False)
    for _ in range(3):
        bench.works(True)
        bench.wait(7)
        bench.works(False)
        bench.wait(5)
    bench.tap(ADAS)
    assert (bench.stop.length_ms, bench.stop.busy_ms) == (39_000, 21_000)


def test_what_works_until_the_end_counts_until_the_end():
    bench = metered()
    bench.wait(10)
    bench.tap(ADAS)
    assert (bench.stop.length_ms, bench.stop.busy_ms) == (13_000, 10_000)


def test_what_worked_before_the_session_is_none_of_it():
    bench = MachineBench(replace(RULES, metered=True))
    bench.works(True)
    bench.wait(HOUR)
    bench.tap(ADAS)
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.stop.busy_ms == 3_000


def test_while_a_meter_is_ill_nothing_counts_and_what_counted_stays():
    bench = metered()
    bench.wait(10)
    bench.works(None)
    bench.wait(10)
    bench.works(True)
    bench.wait(5)
    bench.tap(ADAS)
    assert bench.stop.busy_ms == 15_000


def test_where_nothing_ever_told_nobody_says_how_long_it_worked():
    for bench in (working(), working(ADAS, replace(RULES, metered=True))):
        bench.tap(ADAS)
        assert bench.stop.busy_ms is None


def test_a_machine_that_was_idle_all_the_time_worked_for_no_time():
    bench = metered(busy=False)
    bench.tap(ADAS)
    assert bench.stop.busy_ms == 0


def test_a_word_that_comes_twice_counts_once():
    bench = metered()
    bench.wait(5)
    bench.works(True)
    bench.wait(5)
    bench.tap(ADAS)
    assert bench.stop.busy_ms == 10_000


def test_a_word_from_just_before_the_start_or_before_the_last_one_counts_for_nothing_less():
    bench = MachineBench(replace(RULES, metered=True))
    bench.tap(ADAS)
    early = Moment(bench.now.boot, bench.boot_ms - 40, bench.wall_ms, synced=True)
    bench.send(Activity(LASER, True, early))
    bench.wait(3)
    bench.send(Activity(LASER, False, replace(early, boot_ms=early.boot_ms - 40)))
    bench.tap(ADAS)
    assert bench.stop.busy_ms == 0
