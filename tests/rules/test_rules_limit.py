"""The limit of a session and the warning before it; and what the wall clock has no say in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from machine_bench import (
    ADA,
    ADAS,
    ADAS_OTHER,
    CLEOS,
    DANS,
    EVES,
    HOUR,
    LASER,
    MINUTE,
    RULES,
    TEDS,
    UNKNOWN,
    MachineBench,
    asked,
)

from fabgate.events import Ask, Looked, Power
from fabgate.model import Level, Moment, Notice, Standing, Why
from fabgate.rules.gestures import Name
from fabgate.rules.machine import step

# --- the limit --------------------------------------------------------------------------------


def test_a_session_ends_at_its_limit_and_not_before():
    bench = MachineBench()
    bench.tap(ADAS)
    bench.wait(4 * HOUR - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert not bench.relay
    assert (bench.stop.why, bench.stop.length_ms, bench.stop.charged) == (Why.LIMIT, RULES.limit_ms, True)


def test_the_end_is_announced_five_minutes_before():
    bench = MachineBench()
    bench.tap(ADAS)
    bench.wait(4 * HOUR - 5 * MINUTE - 0.001)
    assert bench.state.name is Name.OPEN
    bench.wait(0.001)
    assert bench.state.name is Name.ENDING
    warning = bench.told[-1]
    assert (warning.what, warning.facts["left_ms"], warning.facts["why"]) == (
        Notice.WARNING,
        300_000,
        Why.LIMIT,
    )


def warned() -> MachineBench:
    bench = MachineBench()
    bench.tap(ADAS)
    bench.wait(4 * HOUR - 4 * MINUTE)
    return bench


def test_during_an_announced_warning_the_first_own_tap_means_stay():
    bench = warned()
    effects = bench.see(ADAS)
    assert asked(effects) == []
    assert bench.relay
    assert bench.said is Notice.STAY
    assert bench.told[-1].facts["left_ms"] == 240_000
    assert bench.state.name is Name.OPEN


def test_who_stays_is_not_given_a_minute_more():
    bench = warned()
    bench.tap(ADAS)
    bench.wait(4 * MINUTE - 0.001)
    assert bench.relay
    bench.wait(0.001)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, RULES.limit_ms)


def test_who_stays_is_not_warned_again():
    bench = warned()
    bench.tap(ADAS)
    said = len(bench.told)
    bench.wait(4 * MINUTE - 0.001)
    assert len(bench.told) == said


def test_during_an_announced_warning_the_second_own_tap_means_off():
    bench = warned()
    bench.tap(ADAS)
    bench.wait(2)
    bench.tap(ADAS)
    assert bench.stop.why == Why.OWN_TAP


def test_the_other_badge_of_the_same_person_means_stay_too():
    bench = warned()
    bench.tap(ADAS_OTHER)
    assert bench.relay
    assert bench.said is Notice.STAY


@pytest.mark.parametrize("stranger", [DANS, CLEOS, TEDS, EVES, UNKNOWN])
def test_a_strangers_tap_does_not_silence_the_warning(stranger):
    bench = warned()
    bench.tap(stranger)
    assert bench.state.name is Name.ENDING


def test_a_tap_after_the_limit_finds_the_session_ended_although_nobody_woke_the_machine():
    bench = MachineBench()
    bench.tap(ADAS)
    bench.sleep(4 * HOUR + 1)
    effects = bench.see(UNKNOWN)
    assert effects[0] == Power(LASER, on=False)
    assert isinstance(effects[-1], Ask)
    assert bench.stop.why == Why.LIMIT


def test_a_limit_shorter_than_the_warning_warns_at_once_and_still_ends():
    bench = MachineBench(replace(RULES, limit_ms=60_000))
    bench.tap(ADAS)
    bench.wait(0)
    assert bench.state.name is Name.ENDING
    bench.wait(MINUTE)
    assert (bench.stop.why, bench.stop.length_ms) == (Why.LIMIT, 60_000)


# --- time (law 5) -----------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-1, 1, -20_000, 20_000])
def test_a_step_of_the_wall_clock_changes_no_length_and_no_limit(hours):
    bench = MachineBench()
    bench.tap(ADAS)
    bench.wait(HOUR)
    bench.step_wall_clock(hours * HOUR)
    bench.wait(HOUR)
    assert bench.relay
    bench.tap(ADAS)
    assert bench.stop.length_ms == 7_200_000


def test_the_rules_read_no_clock_the_same_event_gives_the_same_step():
    at = Moment("boot-1", 5_000, 1_760_000_000_000, synced=False)
    looked = Looked(LASER, ADAS, at, Standing(ADA, level=Level.AUTONOMOUS), at)
    state = MachineBench().state
    assert step(RULES, state, looked) == step(RULES, state, looked)
