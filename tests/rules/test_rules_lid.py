"""The lid, the button and closing time, by each word of the table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    BOBS,
    CLEOS,
    KIMS,
    LASER,
    LEAS,
    MINUTE,
    NOON_MS,
    RULES,
    SLOT_RULES,
    MachineBench,
    metered,
    powers,
    working,
)

from fabgate.events import Ink, Inked, Power
from fabgate.model import Code, Ending, Ends, Level, Moment, Notice, Trouble, Why
from fabgate.records import AlarmCalled, LidSeen
from fabgate.rules.gestures import Name


def with_lid(word: Ending, *, busy: bool | None = None) -> MachineBench:
    rules = replace(RULES, ends=Ends(lid=word))
    return working(ADAS, rules) if busy is None else metered(ADAS, rules, busy=busy)


# --- the lid ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", Ending)
def test_every_move_of_the_lid_is_written_while_somebody_works(word):
    bench = with_lid(word, busy=True)
    session = str(bench.records[0][0])
    for is_open in (True, False):
        bench.lid(is_open)
    seen = [(body.open, body.session) for body in bench.written(LidSeen)]
    assert seen == [(True, session)] if word is Ending.NOW else [(True, session), (False, session)]


def test_nobody_minds_the_lid_of_a_machine_that_nobody_uses():
    bench = MachineBench()
    assert bench.lid(True) == ()
    bench.tap(BOBS)
    assert bench.lid(True) == ()


def test_nothing_starts_under_a_lid_that_would_end_it_at_once():
    bench = MachineBench(replace(RULES, ends=Ends(lid=Ending.NOW)))
    bench.lid(True)
    assert powers(bench.tap(ADAS)) == []
    told = bench.told[-1]
    assert (told.what, told.facts["trouble"], bench.state.name) == (
        Code.MACHINE_FAULT,
        Trouble.LID,
        Name.FREE,
    )
    bench.lid(False)
    bench.wait(3)
    assert powers(bench.tap(ADAS)) == [True]


@pytest.mark.parametrize("word", [word for word in Ending if word is not Ending.NOW])
def test_an_open_lid_that_ends_nothing_at_once_keeps_nobody_from_starting(word):
    bench = MachineBench(replace(RULES, ends=Ends(lid=word)))
    bench.lid(True)
    assert powers(bench.tap(ADAS)) == [True]


def test_a_lid_that_is_opened_before_the_start_is_written_takes_the_start_with_it():
    bench = MachineBench(replace(RULES, ends=Ends(lid=Ending.NOW)))
    bench.see(ADAS)
    bench.answer()
    assert bench.state.name is Name.OPENING
    bench.lid(True)
    assert bench.state.name is Name.FREE
    assert powers(bench.write()) == []
    assert bench.stop.why == Why.ABORTED


def test_where_the_table_says_now_it_is_off_before_anything_is_written():
    bench = with_lid(Ending.NOW, busy=True)
    effects = bench.lid(True)
    assert effects[0] == Power(LASER, on=False, cut=True)
    assert [type(effect.body).__name__ for effect in effects if isinstance(effect, Ink)] == [
        "SessionStopped",
        "LidSeen",
    ]
    assert bench.stop.why == Why.LID


def test_where_the_table_says_warn_it_is_told():
    bench = with_lid(Ending.WARN)
    bench.lid(True)
    assert (bench.said, bench.relay) == (Notice.LID_OPEN, True)
    assert "left_ms" not in bench.told[-1].facts
    bench.wait(60 * MINUTE)
    assert bench.relay


def test_where_the_table_says_alarm_people_are_called_each_time():
    bench = with_lid(Ending.ALARM)
    for _ in range(2):
        bench.lid(True)
        assert bench.said is Notice.ALARM
        bench.lid(False)
    assert [called.why for called in bench.written(AlarmCalled)] == [Why.LID, Why.LID]


def test_where_the_table_says_when_idle_it_ends_after_the_warning_time():
    bench = with_lid(Ending.WHEN_IDLE)
    bench.lid(True)
    assert (bench.said, bench.told[-1].facts["left_ms"]) == (Notice.LID_OPEN, 300_000)
    assert bench.state.name is Name.ENDING
    bench.wait(5 * MINUTE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert bench.stop.why == Why.LID


def test_a_lid_that_is_shut_in_time_ends_nothing_and_one_opened_again_has_all_its_time():
    bench = with_lid(Ending.WHEN_IDLE)
    bench.lid(True)
    bench.wait(4 * MINUTE)
    bench.lid(False)
    assert bench.state.name is Name.OPEN
    bench.wait(10 * MINUTE)
    bench.lid(True)
    bench.wait(5 * MINUTE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert bench.stop.why == Why.LID


def test_a_lid_that_is_shut_while_the_end_waits_for_the_machine_takes_nothing_else_back():
    bench = metered(ADAS, replace(RULES, ends=Ends(lid=Ending.WHEN_IDLE, revoked=Ending.WHEN_IDLE)))
    bench.lid(True)
    bench.wait(MINUTE)
    bench.change(ADAS, level=Level.NONE)
    bench.wait(5 * MINUTE)
    assert bench.said is Notice.OVERDUE
    bench.lid(False)
    bench.works(False)
    assert bench.stop.why == Why.REVOKED


def test_a_right_that_was_lost_while_the_lid_was_open_is_announced_when_it_is_shut():
    bench = working(ADAS, replace(RULES, ends=Ends(lid=Ending.WHEN_IDLE, revoked=Ending.WHEN_IDLE)))
    bench.lid(True)
    bench.wait(MINUTE)
    bench.change(ADAS, level=Level.NONE)
    assert bench.said is Notice.TOLD, "the end by the lid is nearer"
    bench.lid(False)
    bench.wait(0)
    assert (bench.said, bench.told[-1].facts["why"]) == (Notice.WARNING, Why.REVOKED)
    bench.wait(5 * MINUTE)
    assert bench.stop.why == Why.REVOKED


# --- the button ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [RULES, SLOT_RULES])
def test_the_button_is_off_as_ones_own_tap_is(rules):
    bench = working(ADAS, rules)
    assert powers(bench.button()) == [False]
    assert (bench.stop.why, bench.stop.charged) == (Why.OWN_TAP, True)


def test_the_button_leaves_a_machine_at_work_to_its_job_and_takes_nothing_back():
    bench = metered(ADAS, replace(RULES, ends=Ends(tap=Ending.WHEN_IDLE)))
    bench.button()
    assert bench.said is Notice.FINISHING
    told = len(bench.told)
    bench.button()
    assert (len(bench.told), bench.relay) == (told, True)
    bench.works(False)
    assert bench.stop.why == Why.OWN_TAP


def test_the_button_is_off_while_the_end_is_announced_too():
    bench = working(ADAS)
    bench.wait(4 * 3600 - 60)
    assert bench.state.name is Name.ENDING
    bench.button()
    assert bench.stop.why == Why.OWN_TAP


def test_the_button_of_a_machine_that_nobody_uses_does_nothing():
    bench = MachineBench()
    bench.tap(BOBS)
    before = bench.state
    assert (bench.button(), bench.state) == ((), before)


# --- closing time -------------------------------------------------------------------------------

HOUR_MS = 3_600_000


def closing(word: Ending, token=ADAS, *, busy: bool | None = None, in_ms: int = HOUR_MS) -> MachineBench:
    """Ada works, and the hours that let her start are over in an hour."""
    bench = MachineBench(replace(RULES, ends=Ends(closing=word), metered=busy is not None))
    bench.roster[token] = replace(bench.roster[token], closes_ms=NOON_MS + in_ms)
    bench.tap(token)
    if busy is not None:
        bench.works(busy)
    return bench


@pytest.mark.parametrize(("word", "busy"), [(Ending.NOW, None), (Ending.NOW, True), (Ending.WHEN_IDLE, None)])
def test_where_closing_time_ends_a_session_it_is_announced_before(word, busy):
    bench = closing(word, busy=busy)
    bench.wait(55 * 60 - 0.001)
    assert bench.state.name is Name.OPEN
    bench.wait(0.001)
    assert (bench.said, bench.told[-1].facts["why"]) == (Notice.WARNING, Why.CLOSING)
    bench.wait(5 * 60 - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.CLOSING, HOUR_MS)


def test_at_closing_time_a_machine_at_work_goes_on_until_it_does_nothing():
    bench = closing(Ending.WHEN_IDLE, busy=True)
    bench.wait(61 * 60)
    assert (bench.relay, bench.said) == (True, Notice.OVERDUE)
    bench.works(False)
    assert bench.stop.why == Why.CLOSING


@pytest.mark.parametrize(("word", "said"), [(Ending.WARN, Notice.TOLD), (Ending.ALARM, Notice.ALARM)])
def test_where_closing_time_ends_nothing_it_is_told_then_and_not_before(word, said):
    bench = closing(word)
    bench.wait(60 * 60 - 0.001)
    assert bench.said is Notice.OPENED
    bench.wait(0.001)
    assert (bench.said, bench.told[-1].facts["why"]) == (said, Why.CLOSING)
    assert len(bench.written(AlarmCalled)) == (1 if word is Ending.ALARM else 0)
    bench.wait(60 * 60)
    assert bench.relay


def test_a_limit_before_closing_time_is_the_limit():
    bench = closing(Ending.NOW, in_ms=5 * HOUR_MS)
    bench.wait(4 * 3600)
    assert bench.stop.why == Why.LIMIT


@pytest.mark.parametrize("seconds", [-1_000_000, 1_000_000])
def test_no_step_of_the_wall_clock_moves_closing_time(seconds):
    bench = closing(Ending.NOW)
    bench.step_wall_clock(seconds)
    bench.wait(60 * 60)
    assert bench.stop.length_ms == HOUR_MS


def test_with_a_clock_that_is_not_set_nobody_knows_when_it_closes():
    bench = MachineBench(replace(RULES, ends=Ends(closing=Ending.NOW)))
    bench.roster[ADAS] = replace(bench.roster[ADAS], closes_ms=NOON_MS + HOUR_MS)
    bench.see(ADAS)
    bench.answer()
    (ink,) = bench.inks
    unset = Moment("boot-1", bench.boot_ms, bench.wall_ms, synced=False)
    bench.send(Inked(LASER, ink.ink, bench.append(ink.body), unset))
    bench.wait(2 * 3600)
    assert bench.relay


def test_a_workshop_has_an_end_of_its_own():
    bench = closing(Ending.NOW, LEAS)
    bench.wait(2 * 3600)
    assert bench.relay


def test_maintenance_has_no_hours():
    bench = MachineBench(replace(RULES, ends=Ends(closing=Ending.NOW)))
    bench.roster[KIMS] = replace(bench.roster[KIMS], closes_ms=NOON_MS + HOUR_MS)
    bench.lock()
    bench.tap(KIMS)
    bench.wait(3)
    bench.tap(KIMS)
    bench.wait(2 * 3600)
    assert bench.relay


def test_of_a_supervised_session_the_trainees_hours_count():
    bench = MachineBench(replace(RULES, ends=Ends(closing=Ending.NOW)))
    bench.roster[CLEOS] = replace(bench.roster[CLEOS], closes_ms=NOON_MS + HOUR_MS // 2)
    bench.roster[BOBS] = replace(bench.roster[BOBS], closes_ms=NOON_MS + HOUR_MS)
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(CLEOS)
    bench.wait(3600)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.CLOSING, HOUR_MS - 3_000)


@pytest.mark.parametrize("why", [Why.CLOSING, Why.IDLE, Why.LID])
def test_a_sponsor_may_say_well_done_to_what_time_ended(why):
    bench = MachineBench(replace(RULES, metered=True, idle_ms=2 * HOUR_MS, ends=Ends(closing=Ending.NOW)))
    if why is Why.CLOSING:
        bench.roster[BOBS] = replace(bench.roster[BOBS], closes_ms=NOON_MS + HOUR_MS)
    bench.tap(BOBS)
    bench.wait(3)
    bench.tap(CLEOS)
    bench.works(False)
    if why is Why.LID:
        bench.rules = replace(bench.rules, ends=Ends(lid=Ending.NOW))
        bench.lid(True)
    bench.wait(2 * 3600 if why is Why.IDLE else 3_597)
    assert bench.stop.why == why
    assert (bench.state.condition.praise is not None) == (why is not Why.LID)
