"""Idle and busy, told apart by the current."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.rules import activity
from fabgate.rules.activity import Known, Scale

SCALE = Scale(busy=1_000, idle=800, hold_ms=10_000)


def after(*readings: tuple[int, int], known: Known | None = None) -> Known:
    """What is known after these readings: when, and how many mA."""
    known = known or Known()
    for now_ms, current in readings:
        known = activity.read(SCALE, known, current, now_ms)
    return known


def test_one_reading_at_the_upper_threshold_is_work():
    assert after((0, 1_000)).busy is True
    assert after((0, 0), (10_000, 0), (10_500, 1_000)).busy is True


def test_only_a_stretch_below_the_lower_threshold_is_idle():
    assert after((0, 2_000), (500, 799), (10_499, 799)).busy is True
    assert after((0, 2_000), (500, 799), (10_500, 799)).busy is False


def test_a_pause_for_a_tool_is_still_work():
    assert after((0, 2_000), (500, 0), (9_000, 2_000), (9_500, 0), (19_000, 0)).busy is True


def test_what_lies_between_the_thresholds_changes_nothing():
    assert after((0, 0), (10_000, 0), (10_500, 900)).busy is False
    assert after((0, 2_000), (500, 900), (60_000, 900)).busy is True


def test_a_stretch_is_broken_by_a_reading_between_the_thresholds():
    assert after((0, 2_000), (500, 0), (9_000, 900), (9_500, 0), (10_500, 0)).busy is True


def test_before_anything_is_known_it_takes_the_whole_stretch_and_a_doubt_counts_as_work():
    assert after((0, 0)).busy is None
    assert after((0, 0), (10_000, 0)).busy is False
    assert after((0, 900)).busy is True


def test_a_current_shows_power_well_below_where_work_begins():
    assert SCALE.draws == 200
    assert Scale(busy=3, idle=0, hold_ms=1).draws == 1, "no current at all is never power"


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 2_000)), max_size=20))
def test_nothing_is_idle_before_it_was_low_for_the_whole_time_to_hold(steps: list[tuple[int, int]]):
    known, now_ms, low_since = Known(), 0, None
    for wait_ms, current in steps:
        now_ms += wait_ms
        was, known = known, activity.read(SCALE, known, current, now_ms)
        low_since = (now_ms if low_since is None else low_since) if current < SCALE.idle else None
        if known.busy is False and was.busy is not False:
            assert low_since is not None
            assert now_ms - low_since >= SCALE.hold_ms
        if current >= SCALE.busy:
            assert known.busy is True
        if was.busy is True and current < SCALE.idle and known.busy:
            assert activity.wake_ms(SCALE, known) == low_since + SCALE.hold_ms


@pytest.mark.parametrize("readings", [[(0, 2_000)], [(0, 0), (10_000, 0)], [(0, 900)]])
def test_what_waits_for_no_time_asks_for_none(readings: list[tuple[int, int]]):
    assert activity.wake_ms(SCALE, after(*readings)) is None
