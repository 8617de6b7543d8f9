"""Spans of time cut and added up, rates and medians."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.charter import Mode
from fabgate.rules.downtime import Stretch
from fabgate.rules.hours import Span
from fabgate.rules.occupancy import CLOSED, Times, down_ms, hours, median, mode, percent

TIMES = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=6)


@given(TIMES, st.integers(-5, 60), st.integers(0, 40))
def test_the_time_within_two_times_is_counted_as_one_counts_milliseconds(pairs, begin, length):
    spans = [Span(at, at + long) for at, long in pairs]
    counted = sum(any(one.holds(ms) for one in spans) for ms in range(begin, begin + length))
    times = Times(spans)
    assert times.within_ms(begin, begin + length) == counted
    assert all(times.holds(ms) == any(one.holds(ms) for one in spans) for ms in range(-2, 60))


def test_out_of_service_counts_within_the_offered_hours_and_once():
    offered = Times([Span(10, 20), Span(30, 40)])
    out = [Stretch("locked", 0, 15), Stretch("estop", 12, 35)]
    assert down_ms(offered, out) == 15


def test_of_several_openings_the_most_open_counts():
    open_ = {Mode.STAFFED: Times([Span(0, 10)]), Mode.PUBLIC: Times([Span(5, 10)]), Mode.PRIVATE: Times([])}
    assert [mode(open_, at) for at in (0, 5, 10)] == ["staffed", "public", CLOSED]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0.0"), (179, "0.0"), (180, "0.1"), (3_600, "1.0"), (5_579, "1.5")]
)
def test_hours_have_one_decimal_half_up(seconds, said):
    assert str(hours(seconds)) == said


@pytest.mark.parametrize(
    ("part", "of", "said"),
    [(1, 3, "33.3"), (2, 3, "66.7"), (1, 2_000, "0.1"), (3, 2, "150.0"), (0, 7, "0.0")],
)
def test_a_share_has_one_decimal_half_up(part, of, said):
    assert str(percent(part, of)) == said


def test_a_share_of_nothing_is_none():
    assert percent(0, 0) is None


@pytest.mark.parametrize(
    ("numbers", "middle"), [([], None), ([4], 4), ([1, 9, 2], 2), ([1, 2], Decimal("1.5")), ([2, 4], 3)]
)
def test_the_median_is_the_middle_or_half_way(numbers, middle):
    assert median(numbers) == middle
