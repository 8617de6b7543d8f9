"""What is for sale at the desk, and how much of it somebody means."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.charges import Sort
from fabgate.rules import offers, sale_lines
from fabgate.tariff import Band, Coin, DayPass, Item, Pack, Plan, TimePrice, Unit, Version

PLA, CHEAP = Item("PLA", Decimal("0.10"), "g"), Item("PLA for members", Decimal("0.08"), "g")
HELP = TimePrice((Band(Decimal(55)),))
LIST = Version(
    "2026",
    date(2026, 1, 1),
    items={"pla": {"": PLA, "member": CHEAP}, "resin": {"member": CHEAP}},
    people={"animator": {"": HELP}},
    passes={"day": DayPass("A day", Decimal(10))},
    plans={"month": Plan("A month", Decimal(97))},
    packs={"ten": Pack("Ten hours", Decimal(80), Unit.TIME, 36_000)},
)
SOLD = {Sort.PLAN: "month", Sort.PACK: "ten", Sort.DAY: "day", Sort.ITEM: "pla", Sort.PERSON: "animator"}


@pytest.mark.parametrize("sort", list(Sort))
def test_each_sort_has_its_own_part_of_the_price_list(sort: Sort):
    assert set(offers.section(LIST, sort)) >= ({SOLD[sort]} if sort in SOLD else set())
    assert (offers.offer(LIST, sort, "month") is not None) is (sort is Sort.PLAN)


def test_an_item_has_the_price_of_a_category_or_everybodys():
    assert offers.offer(LIST, Sort.ITEM, "pla", "member") is CHEAP
    assert offers.offer(LIST, Sort.ITEM, "pla", "guest") is PLA


def test_what_is_for_one_category_only_is_not_for_sale_to_others_but_has_its_name():
    assert offers.offer(LIST, Sort.ITEM, "resin", "member") is CHEAP
    assert offers.offer(LIST, Sort.ITEM, "resin", "guest") is None
    assert offers.title(LIST, Sort.ITEM, "resin") == "PLA for members"
    assert offers.offer(None, Sort.ITEM, "pla") is None


def test_what_has_no_name_of_its_own_is_called_by_its_id():
    assert offers.title(LIST, Sort.PLAN, "month") == "A month"
    assert offers.title(LIST, Sort.PERSON, "animator") == "animator"
    assert offers.title(None, Sort.PLAN, "month") == "month"
    assert offers.title(LIST, Sort.ITEM, "gone") == "gone"


@pytest.mark.parametrize(
    ("sort", "text", "written"),
    [
        (Sort.ITEM, "120.50", "120.5"),
        (Sort.ITEM, "100", "100"),
        (Sort.ITEM, "0.000001", "0.000001"),
        (Sort.PACK, "2", "2"),
        (Sort.PACK, "2.0", "2"),
        (Sort.PERSON, "1:30", "1.5"),
        (Sort.PERSON, "0:20", "0.333333"),
        (Sort.PERSON, "1:40", "1.666667"),
        (Sort.PERSON, "1.5", "1.5"),
        (Sort.PLAN, "1", "1"),
    ],
)
def test_a_quantity_is_written_down_in_one_way(sort: Sort, text: str, written: str):
    assert offers.quantity(sort, text) == written


@pytest.mark.parametrize(
    ("sort", "text"),
    [
        (Sort.ITEM, "0"),
        (Sort.ITEM, "0.0"),
        (Sort.ITEM, "-1"),
        (Sort.ITEM, "1e3"),
        (Sort.ITEM, "1,5"),
        (Sort.ITEM, "0.0000001"),
        (Sort.ITEM, "1:30"),
        (Sort.ITEM, ""),
        (Sort.ITEM, "nan"),
        (Sort.PACK, "1.5"),
        (Sort.PLAN, "2"),
        (Sort.DAY, "2"),
        (Sort.PERSON, "1:60"),
        (Sort.PERSON, "0:00"),
    ],
)
def test_what_is_no_quantity_is_none(sort: Sort, text: str):
    assert offers.quantity(sort, text) is None


@given(st.integers(1, 9_999 * 60))
def test_hours_by_the_clock_are_the_same_seconds_again(minutes: int):
    found = offers.quantity(Sort.PERSON, f"{minutes // 60}:{minutes % 60:02d}")
    assert found is not None
    assert sale_lines.seconds(found) == minutes * 60


def test_an_open_price_is_more_than_nothing_and_no_more_than_the_list_allows():
    assert offers.amount("12.50") == 1250
    assert offers.amount("100", 10_000) == 10_000
    assert offers.amount("100.01", 10_000) is None
    for text in ("0", "0.00", "-3", "12,50", "1.234", "ten"):
        assert offers.amount(text) is None


def test_the_most_of_an_open_price_may_stand_in_the_labs_own_coin():
    coin = Coin("coin", Decimal("0.10"))
    damage = Item("Damage", Decimal(0), at_most=Decimal(100), open=True)
    in_coins = Item("Damage", Decimal(0), at_most=Decimal(1_000), open=True, coins=True)
    assert offers.most_cents(damage, coin) == 10_000
    assert offers.most_cents(in_coins, coin) == 10_000
    assert offers.most_cents(Item("Job", Decimal(0), open=True), None) is None
