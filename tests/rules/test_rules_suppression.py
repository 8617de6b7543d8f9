"""What few people stand behind is not told, and nothing that would give it back."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabgate.rules.suppression import LEAST, Share, Split, hidden


def share(key, people, count=None):
    """A row of so many people, who are its own."""
    who = frozenset(f"{key}{number}" for number in range(people))
    return Share(key, who, (people if count is None else count,))


def whole(*parts, key="all"):
    people = frozenset().union(*(one.who for one in parts))
    return Share(key, people, (sum(sum(one.counts) for one in parts),))


def split(*parts):
    return Split(parts, whole(*parts))


def test_a_row_of_one_to_four_people_is_hidden_and_one_of_five_is_not():
    rows = [share(f"r{people}", people) for people in range(7)]
    assert hidden([Split(tuple(rows))]) == {"r1", "r2", "r3", "r4"}
    assert LEAST == 5


def test_a_row_that_nobody_is_behind_and_that_counts_nothing_is_told():
    assert hidden([Split((Share("none", frozenset(), (0, 0)),))]) == frozenset()


def test_a_row_of_badges_that_nobody_owns_is_hidden():
    assert hidden([Split((Share("strangers", frozenset(), (3, 900)),))]) == {"strangers"}


def test_one_hidden_row_of_a_table_takes_the_one_of_fewest_people_with_it():
    assert hidden([split(share("a", 3), share("b", 20), share("c", 9))]) == {"a", "c"}


def test_several_hidden_rows_of_five_people_together_take_none_with_them():
    assert hidden([split(share("a", 3), share("b", 2), share("c", 9))]) == {"a", "b"}


def test_hidden_rows_of_fewer_than_five_people_together_take_another_with_them():
    assert hidden([split(share("a", 2), share("b", 2), share("c", 9), share("d", 8))]) == {"a", "b", "d"}


def test_empty_rows_hide_nobody():
    assert hidden([split(share("a", 3), share("none", 0), share("c", 9))]) == {"a", "c"}


def test_a_total_goes_where_no_row_is_left():
    rows = share("a", 3), share("none", 0)
    assert hidden([Split(rows, Share("all", frozenset("abcdef"), (3,)))]) == {"a", "all"}


def test_a_row_is_added_in_one_table_and_a_total_taken_off_in_the_other():
    few = Share("few", frozenset("abc"), (3,))
    total = Share("total", frozenset("abcdefghi"), (3,))
    rest = share("rest", 30)
    # few = total, and few + total + rest is told: with both hidden, half of what is left is few.
    assert hidden([Split((few,), total), split(few, total, rest)]) == {"few", "total", "rest"}


def test_a_table_that_is_hidden_whole_keeps_no_other_from_being_looked_at():
    nobody_else = Split((share("a", 2),), Share("few", frozenset("xy"), (2,)))
    assert hidden([nobody_else, split(share("b", 3), share("c", 9), share("d", 8))]) == {"a", "few", "b", "d"}


def test_a_total_that_is_hidden_is_hidden_in_every_table_and_none_gives_it_back():
    one = Split((share("a", 3),), Share("all", frozenset(f"p{n}" for n in range(20)), (20,)))
    other = Split((share("x", 12), share("y", 8)), one.whole)
    assert hidden([one, other]) == {"a", "all", "y"}


def test_a_row_that_stands_in_two_tables_under_two_names_is_one():
    both = frozenset("pqr")
    first = Split((Share("purposes/maintenance", both, (4, 60)), share("own", 9), share("work", 8)), None)
    second = Split((Share("free/maintenance", both, (4, 60)), share("plan", 30)), None)
    found = hidden([first, second])
    assert {"purposes/maintenance", "free/maintenance"} <= found


def test_two_rows_of_one_table_are_two_though_they_count_the_same():
    both = frozenset("abcdef")
    rows = Share("laser", both, (6,)), Share("mill", both, (6,)), share("saw", 3)
    assert len(hidden([split(*rows)])) == 2


def test_a_table_of_one_row_is_its_total():
    alone = Share("social", frozenset("abc"), (4,))
    assert hidden([Split((alone,), Share("all", frozenset("abc"), (4,)))]) == {"social", "all"}


def test_a_row_hidden_with_another_is_hidden_in_the_other_table_too():
    twin = frozenset(f"t{n}" for n in range(6))
    small, big = share("small", 3), share("big", 30)
    one = Split((small, Share("one/twin", twin, (6,)), big), Share("all", big.who | twin | small.who, (39,)))
    other = Split((Share("two/twin", twin, (6,)), share("rest", 33)), one.whole)
    # `two/twin` is the total less the rest: who knows it knows `one/twin`, and so `big` goes too.
    assert hidden([one, other]) == {"small", "one/twin", "two/twin", "big"}


def test_a_subtotal_is_a_row_of_one_table_and_the_total_of_another():
    free = (share("training", 3), share("demo", 9))
    below = Split(free, whole(*free, key="free"))
    above = split(share("full", 40), below.whole)
    assert hidden([below, above]) == {"training", "demo"}


# --- somebody who tries to find out ------------------------------------------------------------


def answers(parts, found, total):
    """Every way in which the hidden rows can be, of whole numbers, for who knows the rest and the total."""
    unknown = [one for one in parts if one.key in found]
    known = sum(sum(one.counts) for one in parts if one.key not in found)
    return [
        dict(zip([one.key for one in unknown], tried, strict=True))
        for tried in product(range(total + 1), repeat=len(unknown))
        if known + sum(tried) == total
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=5))
def test_who_knows_all_that_is_shown_cannot_tell_a_hidden_row(counts):
    parts = [share(f"r{at}", people) for at, people in enumerate(counts)]
    table = split(*parts)
    found = hidden([table])
    if "all" in found or not found:
        return
    ways = answers(parts, found, sum(counts))
    for one in parts:
        if one.key in found:
            assert len({way[one.key] for way in ways}) > 1


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_two_tables_of_one_total_do_not_tell_together_either(data):
    total = data.draw(st.integers(1, 12))
    people = [f"p{number}" for number in range(total)]
    tables = []
    for name in "ab":
        places = data.draw(st.lists(st.integers(0, 2), min_size=total, max_size=total))
        rows = [
            Share(f"{name}{row}", frozenset(who for who, at in zip(people, places, strict=True) if at == row),
                  (places.count(row),))
            for row in range(3)
        ]  # fmt: skip
        tables.append(Split(tuple(rows), Share("all", frozenset(people), (total,))))
    found = hidden(tables)
    for table in tables:
        few = {one.key for one in table.parts if one.few}
        assert few <= found
        most = total + 3 if "all" in found else total  # who does not know the total tries others, too
        ways = [
            way for tried in range(total if "all" not in found else 0, most + 1)
            for way in answers(table.parts, found, tried)
        ]  # fmt: skip
        assert all(len({way[key] for way in ways}) > 1 for key in few)


def test_a_few_of_a_few_are_found_quickly_among_many():
    parts = [share(f"r{number}", number % 11) for number in range(60)]
    assert len(hidden([split(*parts)])) >= 20


@pytest.mark.parametrize("people", range(1, 5))
def test_a_lab_of_a_few_people_tells_nothing(people):
    parts = [share(f"r{number}", 1) for number in range(people)]
    assert hidden([split(*parts)]) == {"all", *(one.key for one in parts)}
