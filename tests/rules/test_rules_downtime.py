"""When a machine could not be used: stretches out of what was told, and their sums."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fabgate.rules.downtime import Begun, Over, Stretch, by_cause, stretches, whole_ms, within

NOW = 1_000


def test_what_began_and_is_over_is_a_stretch_and_what_is_not_lasts_until_now():
    told = [Begun(10, "lock", "locked"), Over(30, "lock"), Begun(900, "a estop", "estop")]
    assert stretches(told, NOW) == (Stretch("locked", 10, 30), Stretch("estop", 900, 1_000))


def test_the_same_told_again_is_one_and_another_cause_goes_on_from_there():
    told = [
        Begun(10, "lock", "oops"),
        Begun(20, "lock", "oops"),
        Begun(50, "lock", "welded"),
        Over(60, "lock"),
    ]
    assert stretches(told, NOW) == (Stretch("oops", 10, 50), Stretch("welded", 50, 60))


def test_an_end_of_what_never_began_is_nothing():
    assert stretches([Over(5, "lock")], NOW) == ()


def test_a_clock_that_was_set_back_makes_nothing_negative():
    assert stretches([Begun(50, "lock", "locked"), Over(20, "lock")], NOW) == (Stretch("locked", 50, 50),)
    assert stretches([Begun(2_000, "lock", "locked")], NOW) == (Stretch("locked", 2_000, 2_000),)


def test_only_what_lies_within_a_month_counts_for_it():
    found = (Stretch("locked", 10, 30), Stretch("estop", 25, 90), Stretch("key", 5, 10))
    assert within(found, 10, 40) == (Stretch("locked", 10, 30), Stretch("estop", 25, 40))


def test_what_overlaps_counts_once_in_the_whole_and_whole_for_each_cause():
    found = (Stretch("locked", 10, 30), Stretch("estop", 25, 90), Stretch("estop", 80, 100))
    assert whole_ms(found) == 90
    assert by_cause(found) == {"estop": 75, "locked": 20}
    assert list(by_cause(found)) == ["estop", "locked"], "the longest first"


MANY = st.lists(
    st.builds(
        lambda cause, at, length: Stretch(cause, at, at + length),
        st.sampled_from("abc"),
        st.integers(0, 60),
        st.integers(0, 20),
    ),
    max_size=8,
)


@given(MANY, st.integers(0, 60), st.integers(0, 60))
def test_the_whole_is_each_moment_of_any_stretch_once(found, one, other):
    low, high = sorted((one, other))
    cut = within(found, low, high)
    moments = {ms for each in found for ms in range(each.from_ms, each.to_ms) if low <= ms < high}
    assert whole_ms(cut) == len(moments)
    assert max(by_cause(cut).values(), default=0) <= whole_ms(cut)
