"""Since when a payer is in which category: said as it happens, or dated back, by one store or by two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import Moment, Origin, RecordId
from fabgate.records import AccountSet
from fabgate.rules.categories import categories
from fabgate.rules.said import Said

GATE, HUB = Origin("openfab/gate1/e1"), Origin("openfab/hub/e1")


def said(
    seq: int,
    category: str,
    at_s: int,
    since_s: int | None = None,
    origin: Origin = GATE,
    seen: tuple[str, ...] = (),
    synced: bool = True,
) -> Said:
    since_ms = None if since_s is None else since_s * 1000
    body = AccountSet("m-ada", "m-tess", category, since_ms=since_ms, supersedes=seen)
    return Said(RecordId(origin, seq), Moment("boot", 0, at_s * 1000, synced), body)


def test_a_category_holds_from_the_moment_in_which_it_was_said_until_the_next():
    told = [said(1, "member", 100), said(2, "student", 200), said(3, "", 300)]
    assert categories(told) == ((100, "member"), (200, "student"), (300, ""))


def test_nobody_is_told_of_what_changed_nothing():
    assert categories([]) == ()
    assert categories([said(1, "", 100)]) == ()
    told = [said(1, "member", 100), said(2, "member", 200), said(3, "member", 300)]
    assert categories(told) == ((100, "member"),)


def test_a_word_that_is_dated_back_goes_before_what_was_said_of_that_time():
    told = [said(1, "member", 100), said(2, "student", 200), said(3, "mentor", 300, since_s=150)]
    assert categories(told) == ((100, "member"), (150, "mentor"))


def test_one_that_is_dated_back_to_the_same_second_takes_its_place():
    told = [said(1, "member", 300, since_s=100), said(2, "student", 400, since_s=100)]
    assert categories(told) == ((100, "student"),)


def test_a_clock_that_was_not_set_yet_dates_nothing_back():
    told = [said(1, "member", 1_000), said(2, "student", 5, synced=False)]
    assert categories(told) == ((1_000, "student"),)


def test_the_words_of_a_gate_that_joined_stand_before_those_of_its_hub():
    old = said(1, "member", 100)
    told = [said(1, "student", 200, origin=HUB, seen=(str(old.record),)), old]
    assert categories(told) == ((100, "member"), (200, "student"))


def test_of_two_that_did_not_know_of_each_other_neither_gives_a_better_price():
    told = [said(1, "member", 100), said(1, "mentor", 200, origin=HUB)]
    assert categories(told) == ((100, "member"), (200, ""))


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b"]), st.none() | st.integers(0, 50)), min_size=1, max_size=8
    )
)
def test_at_each_second_the_last_word_counts_whose_day_had_come(words):
    told = [said(n, category, 50 + n, since) for n, (category, since) in enumerate(words, 1)]
    found = categories(reversed(told))
    assert list(found) == sorted(found)
    for second in range(60):
        due = [w for n, (w, since) in enumerate(words, 1) if (50 + n if since is None else since) <= second]
        assert next((name for since, name in reversed(found) if since <= second), "") == (due or [""])[-1]
