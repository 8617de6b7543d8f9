"""A machine that takes itself out of service, by example: its oops button, and a welded contactor (law 9)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADAS,
    BOBS,
    CLEOS,
    HOUR,
    KIMS,
    LASER,
    LOCK,
    ORIGIN,
    RULES,
    UNKNOWN,
    MachineBench,
    powers,
    working,
)

from fabgate.events import Ink, NotPowered, OopsPressed
from fabgate.model import Code, Ending, Ends, Kind, Lock, Notice, RecordId, Trouble, Why
from fabgate.records import MachineLocked, PowerMissed, TroubleBegan, TroubleOver
from fabgate.rules.gestures import Name

DOOR = replace(RULES, kind=Kind.DOOR)
NOW = replace(RULES, ends=Ends(locked=Ending.NOW))
OOPS = MachineLocked("laser", by="", cause="oops")
WELDED = MachineLocked("laser", by="", cause="welded")


def press(bench: MachineBench) -> list[Ink]:
    """The oops button; what is written of it."""
    return [effect for effect in bench.send(OopsPressed(LASER, bench.now)) if isinstance(effect, Ink)]


def written(bench: MachineBench) -> Lock:
    """The record of the lock has reached the store, and the store says so."""
    lock = Lock(bench.wall_ms, RecordId(ORIGIN, 900))
    bench.lock(lock)
    return lock


# --- oops -----------------------------------------------------------------------------------------


def test_the_oops_button_takes_a_free_machine_out_of_service_and_nobody_is_named():
    bench = MachineBench()
    assert press(bench) == [Ink(LASER, bench.now, OOPS)]
    assert bench.state.name is Name.LOCKED_OUT
    bench.tap(ADAS)
    assert (bench.said, bench.starts) == (Code.MACHINE_LOCKED, [])
    assert bench.told[-1].facts["since_ms"] == bench.wall_ms


def test_it_is_out_of_service_before_the_books_have_heard_of_it():
    """The disk may be full: the store says for hours that nothing is locked."""
    bench = MachineBench()
    press(bench)
    for token in (ADAS, BOBS, UNKNOWN, KIMS):
        bench.tap(token)
        bench.wait(HOUR)
    assert (bench.state.name, bench.starts) == (Name.LOCKED_OUT, [])


def test_the_record_takes_the_place_of_what_the_machine_knew_by_itself():
    bench = MachineBench()
    press(bench)
    lock = written(bench)
    assert bench.state.condition.lock == lock
    bench.tap(ADAS)
    assert bench.said is Code.MACHINE_LOCKED


@pytest.mark.parametrize("heard", [True, False])
def test_a_person_puts_it_back_whether_its_record_was_heard_of_or_not(heard: bool):
    bench = MachineBench()
    press(bench)
    if heard:
        written(bench)
    bench.lock(None)
    bench.tap(ADAS)
    assert bench.relay


def test_who_keeps_the_machine_may_confirm_while_its_record_is_on_its_way():
    bench = MachineBench()
    press(bench)
    bench.tap(KIMS)
    assert bench.state.name is Name.AWAITING_CONFIRM
    written(bench)
    bench.wait(3)
    bench.tap(KIMS)
    assert (bench.relay, bench.start.purpose) == (True, "maintenance")


def test_pressed_again_it_says_nothing_twice():
    bench = MachineBench()
    press(bench)
    assert press(bench) == []
    written(bench)
    assert press(bench) == []
    locked = MachineBench()
    locked.lock()
    assert press(locked) == []
    assert locked.state.condition.lock == LOCK


def test_who_works_is_told_and_finishes_and_then_nothing_starts():
    bench = working(ADAS)
    press(bench)
    assert (bench.relay, bench.said, bench.told[-1].facts["why"]) == (True, Notice.TOLD, Why.LOCKED)
    told = len(bench.told)
    written(bench)
    assert len(bench.told) == told, "said once"
    bench.tap(ADAS)
    assert (bench.stop.why, bench.state.name) == (Why.OWN_TAP, Name.LOCKED_OUT)


def test_where_the_table_says_now_the_power_goes_before_anything_is_written():
    bench = working(ADAS, NOW)
    effects = bench.send(OopsPressed(LASER, bench.now))
    assert powers(effects[:1]) == [False]
    assert (bench.stop.why, bench.state.name) == (Why.LOCKED, Name.LOCKED_OUT)
    assert bench.records[-1][1] == OOPS


def test_a_start_that_waits_for_somebody_or_for_ink_is_off():
    bench = MachineBench()
    bench.tap(BOBS)
    press(bench)
    bench.tap(CLEOS)
    assert bench.said is Code.MACHINE_LOCKED
    bench = MachineBench()
    bench.see(ADAS)
    bench.answer()
    press(bench)
    assert powers(bench.write()) == []


def test_maintenance_goes_on():
    bench = MachineBench()
    bench.lock()
    bench.tap(KIMS)
    bench.wait(3)
    bench.tap(KIMS)
    assert press(bench) == []
    assert bench.relay


def test_a_door_has_one_too_and_lets_nobody_in_any_more():
    bench = MachineBench(DOOR)
    assert press(bench) == [Ink(LASER, bench.now, OOPS)]
    bench.tap(ADAS)
    assert (bench.said, bench.relay) == (Code.MACHINE_LOCKED, False)
    assert press(bench) == []


# --- welded ---------------------------------------------------------------------------------------


def test_a_welded_contactor_cuts_and_locks_the_machine_and_all_of_it_is_written():
    bench = working(ADAS)
    effects = bench.trouble(Trouble.WELDED)
    assert powers(effects[:1]) == [False]
    assert bench.stop.why == Why.FAULT
    assert [body for _, body in bench.records[-2:]] == [TroubleBegan("laser", "welded"), WELDED]
    assert bench.state.name is Name.FAULT


def test_at_rest_every_output_that_gives_permission_is_commanded_off_again():
    bench = MachineBench()
    (off, *_) = bench.trouble(Trouble.WELDED)
    assert (off.on, off.cut) == (False, True)


@pytest.mark.parametrize("heard", [True, False])
def test_a_weld_that_opens_again_leaves_the_machine_out_of_service(heard: bool):
    bench = MachineBench()
    bench.trouble(Trouble.WELDED)
    if heard:
        written(bench)
    bench.mend(Trouble.WELDED)
    assert bench.state.name is Name.LOCKED_OUT
    bench.tap(ADAS)
    assert (bench.said, bench.starts) == (Code.MACHINE_LOCKED, [])
    assert [body for _, body in bench.records] == [
        TroubleBegan("laser", "welded"),
        WELDED,
        TroubleOver("laser", "welded"),
    ]


def test_a_weld_on_a_machine_that_is_locked_already_is_written_over_it():
    bench = MachineBench()
    bench.lock()
    bench.trouble(Trouble.WELDED)
    assert (bench.written(MachineLocked), bench.state.condition.lock) == ([WELDED], LOCK)


def test_the_same_weld_seen_again_is_one_weld():
    bench = MachineBench()
    bench.trouble(Trouble.WELDED)
    bench.trouble(Trouble.WELDED)
    assert bench.written(MachineLocked) == [WELDED]


def test_a_door_whose_strike_stays_powered_stays_locked_until_a_person_says_so():
    bench = MachineBench(DOOR)
    bench.trouble(Trouble.WELDED)
    bench.mend(Trouble.WELDED)
    bench.tap(ADAS)
    assert (bench.said, bench.written(MachineLocked)) == (Code.MACHINE_LOCKED, [WELDED])
    bench.lock(None)
    bench.wait(3)
    bench.tap(ADAS)
    assert bench.relay


# --- on, and seen off -----------------------------------------------------------------------------


def off(bench: MachineBench, output: str = "contactor") -> None:
    bench.send(NotPowered(LASER, output, bench.now))


def test_what_is_on_and_seen_off_is_told_and_written_once_a_session_and_ends_nothing():
    bench = working(ADAS)
    off(bench)
    facts = bench.told[-1].facts
    assert (bench.said, facts["output"], facts["contact"]) == (
        Notice.NO_POWER,
        "contactor",
        "ask at the bar",
    )
    told = len(bench.told)
    off(bench)
    assert (len(bench.told), bench.relay) == (told, True)
    off(bench, "laser")
    session = str(bench.records[0][0])
    assert bench.written(PowerMissed) == [
        PowerMissed("laser", "contactor", session),
        PowerMissed("laser", "laser", session),
    ]


def test_the_next_session_is_told_again():
    bench = working(ADAS)
    off(bench)
    bench.tap(ADAS)
    bench.wait(3)
    bench.tap(ADAS)
    off(bench)
    assert len(bench.written(PowerMissed)) == 2


def test_on_a_machine_that_nobody_uses_it_says_nothing():
    bench = MachineBench()
    off(bench)
    assert (bench.told, bench.records) == ([], [])
