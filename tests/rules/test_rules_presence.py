"""When the lab was staffed: what happened, not the calendar (R2)."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import MemberId
from fabgate.rules.hours import Span
from fabgate.rules.presence import Stay, offered

ZOE, ADA, BOB = (MemberId(f"m-{name}") for name in ("zoe", "ada", "bob"))
NOW, STAY = 1_000, 500


def test_the_lab_is_open_while_a_keyholder_is_checked_in_r2():
    assert offered([Stay(ZOE, True, 100, 200), Stay(ADA, False, 50, 900)], NOW, STAY) == (Span(100, 200),)


def test_two_keyholders_who_overlap_or_hand_over_are_one_stretch_r2():
    stays = [Stay(ZOE, True, 100, 200), Stay(BOB, True, 150, 300), Stay(ZOE, True, 300, 350)]
    assert offered(stays, NOW, STAY) == (Span(100, 350),)
    assert offered([Stay(ZOE, True, 100, 200), Stay(BOB, True, 201, 300)], NOW, STAY) == (
        Span(100, 200),
        Span(201, 300),
    )


def test_who_did_not_check_out_is_there_until_now_and_no_longer_than_a_stay_r3():
    assert offered([Stay(ZOE, True, 900)], NOW, STAY) == (Span(900, 1_000),)
    assert offered([Stay(ZOE, True, 100)], NOW, STAY) == (Span(100, 600),)


def test_a_check_out_that_comes_days_later_opened_nothing_meanwhile_r3():
    assert offered([Stay(ZOE, True, 100, 999)], NOW, STAY) == (Span(100, 600),)


def test_nobody_was_there_later_than_now_and_a_clock_step_opens_nothing():
    assert offered([Stay(ZOE, True, 1_100, 1_200)], NOW, STAY) == ()
    assert offered([Stay(ZOE, True, 200, 100)], NOW, STAY) == ()
    assert offered([], NOW, STAY) == ()


TIMES = st.integers(0, 60)
STAYS = st.lists(
    st.builds(Stay, st.sampled_from([ZOE, ADA]), st.booleans(), TIMES, st.none() | TIMES), max_size=6
)


@given(STAYS, TIMES, st.integers(1, 30))
def test_offered_time_is_what_a_minute_by_minute_look_finds_r2(stays, until, stay):
    def staffed(at):
        return at < until and any(
            one.keyholder and one.in_ms <= at < one.in_ms + stay and (one.out_ms is None or at < one.out_ms)
            for one in stays
        )

    found = offered(stays, until, stay)
    assert [any(span.holds(at) for span in found) for at in range(70)] == [staffed(at) for at in range(70)]
    assert all(one.to_ms < other.from_ms for one, other in pairwise(found))
