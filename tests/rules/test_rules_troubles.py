"""Emergency stops, devices that fail, the check of the journal, and the end of the daemon."""

from __future__ import annotations

import pytest
from machine_bench import (
    ADAS,
    BLOCKED,
    BOBS,
    DANS,
    EVES,
    HOUR,
    LASER,
    MINUTE,
    SLOT_RULES,
    UNKNOWN,
    MachineBench,
    powers,
    working,
)

from fabgate.events import Identify, Inked, Mended, Power, Tell, Troubled
from fabgate.model import Code, InkId, Notice, RecordId, Trouble, Why
from fabgate.records import TroubleBegan, TroubleOver
from fabgate.rules.gestures import Name

CUTTING = (Trouble.ESTOP, Trouble.RELAY, Trouble.WELDED)
MENDS = tuple(trouble for trouble in Trouble if trouble is not Trouble.WELDED)  # see test_rules_lockouts
SPARING = tuple(trouble for trouble in Trouble if trouble not in CUTTING)


def test_an_emergency_stop_cuts_at_once():
    bench = working(ADAS)
    effects = bench.trouble(Trouble.ESTOP)
    assert effects[0] == Power(LASER, on=False, cut=True)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.ESTOP, 3_000)
    assert bench.state.name is Name.FAULT


def test_a_stop_that_was_pressed_just_before_the_ink_came_ends_a_session_of_no_length():
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    pressed = bench.now
    bench.wait(0.005)
    bench.write()
    bench.send(Troubled(LASER, Trouble.ESTOP, pressed))
    assert not bench.relay
    assert (bench.stop.why, bench.stop.length_ms) == (Why.ESTOP, 0)


def test_a_relay_that_fails_ends_the_session_at_once():
    bench = working(ADAS)
    effects = bench.trouble(Trouble.RELAY)
    assert effects[0] == Power(LASER, on=False, cut=True)
    assert bench.stop.why == Why.FAULT


@pytest.mark.parametrize("trouble", SPARING)
def test_every_other_trouble_ends_no_session_and_denies_the_next_start(trouble):
    bench = working(ADAS)
    bench.trouble(trouble)
    bench.wait(HOUR)
    assert bench.relay
    bench.tap(ADAS)
    assert bench.stop.why == Why.OWN_TAP
    assert bench.state.name is Name.FAULT
    bench.wait(3)
    bench.tap(DANS)
    assert not bench.relay


@pytest.mark.parametrize("trouble", MENDS)
def test_a_machine_in_trouble_refuses_and_is_free_when_it_is_over(trouble):
    bench = MachineBench()
    bench.trouble(trouble)
    for token in (ADAS, BOBS, EVES):
        bench.tap(token)
        assert bench.said is (Code.JOURNAL_CHECK if trouble is Trouble.CHECKING else Code.MACHINE_FAULT)
    assert bench.starts == []
    bench.mend(trouble)
    assert bench.state.name is Name.FREE
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.relay


@pytest.mark.parametrize("trouble", [trouble for trouble in Trouble if trouble is not Trouble.CHECKING])
def test_who_is_refused_is_told_which_trouble_it_is(trouble):
    bench = MachineBench()
    bench.trouble(Trouble.CHECKING)
    bench.trouble(trouble)
    bench.tap(ADAS)
    assert bench.told[-1].facts["trouble"] == trouble


@pytest.mark.parametrize(("token", "code"), [(UNKNOWN, Code.UNKNOWN_BADGE), (BLOCKED, Code.BLOCKED_BADGE)])
def test_a_badge_that_is_good_nowhere_is_told_so_first(token, code):
    bench = MachineBench()
    bench.trouble(Trouble.RELAY)
    bench.tap(token)
    assert bench.said is code


def test_a_machine_stays_in_fault_until_its_last_trouble_is_over():
    bench = MachineBench()
    bench.trouble(Trouble.ESTOP)
    bench.trouble(Trouble.READER)
    bench.mend(Trouble.ESTOP)
    assert bench.state.name is Name.FAULT
    bench.mend(Trouble.READER)
    assert bench.state.name is Name.FREE


def test_a_machine_that_was_stopped_does_not_run_again_by_itself():
    bench = working(ADAS)
    bench.trouble(Trouble.ESTOP)
    bench.mend(Trouble.ESTOP)
    bench.wait(HOUR)
    assert bench.state.name is Name.FREE
    assert not bench.relay


def test_a_machine_with_a_slot_does_not_run_again_by_itself_although_the_badge_lies_there():
    bench = working(ADAS, SLOT_RULES)
    bench.trouble(Trouble.ESTOP)
    bench.mend(Trouble.ESTOP)
    bench.see(ADAS)
    bench.wait(HOUR)
    assert not bench.relay
    assert bench.asks == []


@pytest.mark.parametrize("trouble", CUTTING)
def test_a_trouble_at_rest_opens_the_relay_all_the_same(trouble):
    bench = MachineBench()
    assert powers(bench.trouble(trouble)) == [False]


@pytest.mark.parametrize("trouble", Trouble)
def test_a_trouble_that_is_told_twice_is_one_trouble(trouble):
    bench = working(ADAS)
    bench.trouble(trouble)
    kept = list(bench.records)
    assert bench.trouble(trouble) == ()
    assert bench.records == kept
    bench.mend(trouble)
    assert bench.mend(trouble) == ()


@pytest.mark.parametrize("trouble", [trouble for trouble in MENDS if trouble is not Trouble.CHECKING])
def test_the_journal_says_when_a_trouble_began_and_when_it_was_over(trouble):
    bench = MachineBench()
    bench.trouble(trouble)
    bench.mend(trouble)
    assert [body for _, body in bench.records] == [
        TroubleBegan("laser", trouble),
        TroubleOver("laser", trouble),
    ]


def test_the_end_of_a_session_is_written_before_the_trouble_that_ended_it():
    bench = working(ADAS)
    bench.trouble(Trouble.ESTOP)
    assert [body.kind for _, body in bench.records] == ["session.start", "session.stop", "machine.trouble"]


# --- a blind reader -----------------------------------------------------------------------------


def test_what_lay_on_a_reader_that_went_blind_counts_no_more_when_it_sees_again():
    bench = working(ADAS)
    bench.trouble(Trouble.READER)
    bench.wait(MINUTE)
    bench.mend(Trouble.READER)
    assert bench.see(ADAS, fresh=False) == ()
    assert bench.relay
    bench.lift(ADAS)
    bench.wait(2)
    bench.see(ADAS)
    assert not bench.relay


def test_a_badge_that_comes_after_the_reader_sees_again_counts():
    bench = working(ADAS)
    bench.trouble(Trouble.READER)
    bench.mend(Trouble.READER)
    bench.see(ADAS)
    assert bench.stop.why == Why.OWN_TAP


# --- the check of the journal ---------------------------------------------------------------------


def test_starts_are_refused_until_the_journal_has_been_read_through():
    bench = MachineBench()
    bench.trouble(Trouble.CHECKING)
    bench.tap(ADAS)
    assert bench.said is Code.JOURNAL_CHECK
    assert not bench.relay
    bench.mend(Trouble.CHECKING)
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.relay


def test_a_journal_that_is_found_broken_keeps_refusing_after_the_check():
    bench = MachineBench()
    bench.trouble(Trouble.CHECKING)
    bench.trouble(Trouble.JOURNAL)
    bench.mend(Trouble.CHECKING)
    bench.tap(ADAS)
    assert bench.told[-1].facts["trouble"] == Trouble.JOURNAL
    assert not bench.relay


# --- the end of the daemon ------------------------------------------------------------------------


def test_a_daemon_that_stops_opens_the_relay_first_and_ends_the_session():
    bench = working(ADAS)
    effects = bench.shut_down()
    assert effects[0] == Power(LASER, on=False, cut=True)
    assert (bench.stop.why, bench.stop.charged) == (Why.GATE_STOPPED, True)


@pytest.mark.parametrize("prepare", [lambda bench: None, lambda bench: bench.trouble(Trouble.READER)])
def test_a_daemon_that_stops_opens_the_relay_of_a_machine_at_rest_too(prepare):
    bench = MachineBench()
    prepare(bench)
    assert powers(bench.shut_down()) == [False]


def test_a_start_that_nobody_here_remembers_is_aborted_when_its_ink_comes():
    bench = MachineBench()
    bench.send(Inked(LASER, InkId(9), RecordId.of("openfab/gate-1/0a1b2c3d#77"), bench.now))
    assert (bench.stop.session, bench.stop.why) == ("openfab/gate-1/0a1b2c3d#77", Why.ABORTED)


def test_a_badge_that_was_being_looked_up_when_the_daemon_stops_starts_nothing():
    bench = MachineBench()
    bench.see(ADAS)
    bench.shut_down()
    bench.answer()
    bench.write()
    assert not bench.relay
    assert bench.starts == []


def test_a_badge_that_comes_after_the_daemon_stops_starts_nothing():
    bench = working(ADAS)
    bench.shut_down()
    bench.tap(DANS)
    assert not bench.relay
    assert [start.member for start in bench.starts] == ["m-ada"]


def test_the_seconds_that_a_reader_was_blind_for_are_marked_in_the_stop():
    bench = working(ADAS)
    bench.wait(60)
    bench.send(Troubled(LASER, Trouble.READER, bench.now))
    bench.wait(90)
    bench.send(Mended(LASER, Trouble.READER, bench.now))
    bench.wait(30)
    bench.send(Troubled(LASER, Trouble.READER, bench.now))
    bench.wait(5)
    bench.send(Troubled(LASER, Trouble.ESTOP, bench.now))
    assert (bench.stop.length_ms, bench.stop.blind_ms) == (188_000, 95_000)


def test_a_session_whose_reader_always_saw_has_no_blind_second():
    bench = working(ADAS)
    bench.wait(60)
    bench.tap(ADAS)
    assert bench.stop.blind_ms == 0


def test_a_machine_that_is_looked_for_says_where_it_is_and_changes_nothing():
    bench = working(ADAS)
    state = bench.state
    effects = bench.send(Identify(LASER, bench.now))
    assert [type(effect) for effect in effects] == [Tell]
    assert bench.said is Notice.IDENTIFY
    assert (bench.state, bench.relay) == (state, True)


def test_a_machine_whose_rules_this_gate_does_not_know_refuses_starts_and_ends_none():
    bench = working(ADAS)
    bench.trouble(Trouble.OUTDATED)
    assert bench.relay
    bench.wait(3)
    bench.tap(ADAS)
    bench.tap(BOBS)
    assert not bench.relay
    assert bench.said is Code.MACHINE_FAULT
    assert bench.told[-1].facts["trouble"] == Trouble.OUTDATED
