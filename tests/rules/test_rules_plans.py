"""Memberships: their periods, what is due of each, what they are when the list changes; and other sales."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from money_bench import ADA, BRUSSELS, HOUR, MIN, hourly, lines, sale, tariff, version

from fabgate.charges import Payer, Sort
from fabgate.rules import plans
from fabgate.rules.days import day_before, month_end, month_of, months_on
from fabgate.rules.month import Month
from fabgate.tariff import Basis, Category, Coin, Item, Pack, Period, Plan, Rounding, Unit, Voucher

YEAR = [Month(2026, month) for month in range(1, 13)]


def charged(plan, day, months=YEAR, until=None, *later):
    """What a plan that was sold on a day costs in each month, in cents, where it costs anything."""
    prices = tariff(version(date(2025, 1, 1), plans={"plan": plan}), *later)
    sold = [sale(Sort.PLAN, "plan", day, until=until)]
    found = {str(month): lines(prices, sold=sold, month=month) for month in months}
    return {month: [line.list_cents for line in of] for month, of in found.items() if of}


# --- periods ------------------------------------------------------------------------------------


def test_a_month_is_due_in_the_month_in_which_it_is_taken_and_in_each_after():
    plan = Plan("Month", Decimal(45))
    assert charged(plan, date(2026, 10, 20)) == {"2026-10": [4500], "2026-11": [4500], "2026-12": [4500]}


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 1, 1), 10_000),
        (date(2026, 2, 28), 7_500),  # three of four months
        (date(2026, 3, 1), 5_000),
        (date(2026, 4, 30), 2_500),
    ],
)
def test_a_quadrimestre_that_was_begun_is_due_for_the_months_that_are_left(day, first):
    plan = Plan("Quadrimestre", Decimal(100), Period.TERM, 4)
    assert charged(plan, day) == {
        str(Month(2026, day.month)): [first],
        "2026-05": [10_000],
        "2026-09": [10_000],
    }


def test_months_that_are_left_of_a_price_that_does_not_divide_are_rounded_once():
    third = Plan("Year", Decimal("100"), Period.TERM, 12)
    assert charged(third, date(2026, 6, 2)) == {"2026-06": [5_833]}


def test_a_period_can_be_due_whole_whenever_it_was_begun():
    plan = Plan("Year", Decimal(25), Period.TERM, 12, pro_rata=False)
    assert charged(plan, date(2026, 6, 2)) == {"2026-06": [2_500]}


def test_a_plan_from_date_to_date_is_due_on_its_day_or_on_the_last_of_a_shorter_month():
    plan = Plan("Month", Decimal(97), Period.DATE)
    prices = tariff(version(plans={"plan": plan}))
    sold = [sale(Sort.PLAN, "plan", date(2026, 1, 31))]
    days = [line.at_s for month in YEAR[:4] for line in lines(prices, sold=sold, month=month)]
    noon = [datetime.fromtimestamp(at_s, BRUSSELS).date() for at_s in days]
    assert noon == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_a_plan_without_an_end_is_due_once():
    assert charged(Plan("For good", Decimal(9), Period.ONCE), date(2026, 3, 5)) == {"2026-03": [900]}


def test_several_calendar_months_are_counted_from_the_one_in_which_it_was_taken():
    plan = Plan("Three months", Decimal(90), Period.MONTH, 3)
    assert charged(plan, date(2026, 2, 10)) == {
        m: [9_000] for m in ("2026-02", "2026-05", "2026-08", "2026-11")
    }


def test_a_plan_that_ended_is_due_no_more_but_for_as_many_periods_as_it_asks_for():
    ended = date(2026, 3, 15)
    assert list(charged(Plan("Month", Decimal(1)), date(2026, 1, 10), until=ended)) == [
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    bound = Plan("Month", Decimal(1), least=5)
    assert list(charged(bound, date(2026, 1, 10), until=ended)) == [f"2026-0{n}" for n in range(1, 6)]
    last = Plan("Month", Decimal(1), Period.DATE)
    assert list(charged(last, date(2026, 1, 15), until=date(2026, 3, 14))) == ["2026-01", "2026-02"]
    assert len(charged(last, date(2026, 1, 15), until=ended)) == 3


def test_each_period_is_due_by_the_list_of_its_day():
    dearer = version(date(2026, 3, 10), plans={"plan": Plan("Month", Decimal(50))})
    assert charged(Plan("Month", Decimal(45)), date(2026, 2, 20), YEAR[:4], None, dearer) == {
        "2026-02": [4_500],
        "2026-03": [4_500],
        "2026-04": [5_000],
    }


@pytest.mark.parametrize(
    "other", [{}, {"plan": Plan("Term", Decimal(9), Period.TERM, 4)}], ids=["gone", "other"]
)
def test_a_plan_that_left_the_list_or_is_counted_otherwise_goes_on_as_it_was_sold(other):
    later = version(date(2026, 3, 1), plans=other)
    found = charged(Plan("Month", Decimal(45)), date(2026, 2, 20), YEAR[:4], None, later)
    assert found == {month: [4_500] for month in ("2026-02", "2026-03", "2026-04")}


def test_a_plan_that_is_older_than_the_first_list_goes_on_by_it():
    plan = Plan("Month", Decimal(45))
    assert charged(plan, date(2019, 7, 1), [Month(2026, 1)]) == {"2026-01": [4_500]}


def test_a_plan_that_no_list_knows_is_a_line_without_a_reason():
    (line,) = lines(tariff(), sold=[sale(Sort.PLAN, "nothing", date(2026, 5, 3))])
    assert (line.list_cents, line.reason) == (0, "")


def test_a_price_that_was_said_for_a_plan_is_that_of_each_period():
    prices = tariff(version(plans={"plan": Plan("As you can", Decimal(50))}))
    (line,) = lines(prices, sold=[sale(Sort.PLAN, "plan", date(2026, 4, 3), cents=6500)])
    assert line.list_cents == 6500


# --- who holds what -----------------------------------------------------------------------------

HELD = tariff(
    version(
        plans={
            "month": Plan("Month", Decimal(1), category="member"),
            "half": Plan("Half", Decimal(1), category="student", factor=Decimal("0.9")),
            "year": Plan("Year", Decimal(1), Period.TERM, 12),
            "ever": Plan("Ever", Decimal(1), Period.ONCE),
        },
        categories={"member": Category("M"), "student": Category("S", Decimal("0.5"))},
    )
)


def held(day, *sold):
    return [found[0].item for found in plans.held(HELD, sold, day)]


def test_a_plan_is_held_from_its_day_to_its_last():
    one = sale(Sort.PLAN, "month", date(2026, 5, 3), until=date(2026, 5, 9))
    assert [held(date(2026, 5, day), one) for day in (2, 3, 9, 10)] == [[], ["month"], ["month"], []]


def test_of_several_plans_the_category_that_pays_least_and_the_smallest_factor_count():
    sold = [sale(Sort.PLAN, name, date(2026, 5, 1)) for name in ("month", "half", "year")]
    found = plans.held(HELD, sold, date(2026, 5, 1))
    assert plans.category(found, HELD.versions[0]) == "student"
    assert plans.best(found) == (Decimal("0.9"), "half")
    assert (plans.category((), HELD.versions[0]), plans.best(())) == ("", (Decimal(1), ""))


@pytest.mark.parametrize(
    ("item", "day", "last"),
    [
        ("month", date(2026, 5, 9), date(2026, 5, 31)),
        ("year", date(2026, 5, 9), date(2026, 12, 31)),
        ("ever", date(2026, 5, 9), None),
    ],
)
def test_the_last_day_of_a_period(item, day, last):
    one = sale(Sort.PLAN, item, date(2026, 2, 3))
    ((_, plan),) = plans.held(HELD, [one], day)
    assert plans.last_day(plan, one, day) == last


# --- other sales --------------------------------------------------------------------------------

SHOP = version(
    items={
        "pla": {
            "": Item("PLA", Decimal("0.1"), "g", vat="standard"),
            "client": Item("PLA", Decimal("0.5"), "g"),
        },
        "damage": {"": Item("Damage", Decimal(0), at_most=Decimal(100), open=True)},
        "sheet": {"": Item("Sheet", Decimal("3.335"), at_most=Decimal(10), basis=Basis.WITHOUT_VAT)},
        "bit": {"": Item("Bit", Decimal(5), coins=True)},
        "gift": {"": Item("Gift", Decimal(0))},
    },
    people={"help": {"": hourly("55", free_s=15 * MIN, every_s=15 * MIN, basis=Basis.WITHOUT_VAT)}},
    packs={"multi": Pack("P", Decimal(40), Unit.CREDIT, 5000, vat="standard")},
    categories={"student": Category("S", Decimal("0.5"))},
)
DAY = date(2026, 5, 6)


def sold(sort, item, payer=None, **more):
    prices = tariff(SHOP, coin=Coin("coins", Decimal("0.10")))
    (line,) = lines(prices, sold=[sale(sort, item, DAY, **more)], payer=payer)
    return line


@pytest.mark.parametrize(
    ("item", "more", "cents"),
    [
        ("pla", {"quantity": "12.5"}, 125),
        ("pla", {"quantity": "12.5", "category": "client"}, 625),
        ("pla", {"quantity": "0.04"}, 0),
        ("sheet", {"quantity": "1"}, 334),  # half a cent is one
        ("sheet", {"quantity": "9"}, 1000),
        ("damage", {"cents": 4_250}, 4_250),
        ("damage", {"cents": 42_500}, 10_000),
        ("bit", {"quantity": "3"}, 150),
    ],
)
def test_what_is_sold_by_the_piece_or_the_gram_costs_its_price_and_at_most_its_cap(item, more, cents):
    assert sold(Sort.ITEM, item, **more).list_cents == cents


def test_a_thing_is_sold_at_the_price_of_ones_category_and_by_nobodys_part():
    client, student = Payer(ADA, ((0, "client"),)), Payer(ADA, ((0, "student"),))
    assert sold(Sort.ITEM, "pla", client, quantity="10").list_cents == 500
    assert sold(Sort.ITEM, "pla", student, quantity="10").list_cents == 100


def test_a_sale_is_dated_by_noon_of_its_day_and_rests_on_its_record():
    line = sold(Sort.ITEM, "pla", quantity="12.5", session="s1")
    assert (line.records, line.sessions, line.quantity) == (("sale-pla",), (), "12.5")
    assert (line.at_s, line.version) == (1_778_061_600, "v2026-01-01")
    assert (line.vat, line.percent) == ("standard", "21")


def test_a_gift_is_free_by_its_price_and_what_no_list_knows_by_nothing():
    assert sold(Sort.ITEM, "gift").reason == "price zero"
    assert sold(Sort.ITEM, "pla", quantity="0.04").reason == "under a cent"
    assert sold(Sort.ITEM, "damage", cents=0).reason == "price zero"
    for sort in (Sort.ITEM, Sort.PERSON, Sort.PACK, Sort.DAY):
        assert (sold(sort, "unheard-of").list_cents, sold(sort, "unheard-of").reason) == (0, "")


@pytest.mark.parametrize(
    ("hours", "billed", "cents"),
    [("0.25", 0, 0), ("0.5", 15 * MIN, 1375), ("1.26", 75 * MIN, 6875), ("0.2502", 15 * MIN, 1375)],
)
def test_somebodys_hours_cost_by_the_same_arithmetic(hours, billed, cents):
    line = sold(Sort.PERSON, "help", quantity=hours)
    assert (line.billed_s, line.list_cents) == (billed, cents)
    assert line.basis == "without_vat"


def test_a_part_of_the_price_of_somebodys_hours_says_so():
    line = sold(Sort.PERSON, "help", Payer(ADA, ((0, "student"),)), quantity="1.25")
    assert (line.list_cents, line.reason) == (2750, "category student")
    assert sold(Sort.PERSON, "help", quantity="0.25").reason == "free time"


@pytest.mark.parametrize(
    ("more", "quantity", "reason"),
    [
        ({"every_s": HOUR, "rounding": Rounding.DOWN}, "0.5", "rounded down"),
        ({}, "0.5", "under a cent"),
        ({"free_s": HOUR}, "1", "free time"),
    ],
)
def test_hours_that_cost_nothing_say_why(more, quantity, reason):
    prices = tariff(version(people={"help": {"": hourly("0.009", **more)}}))
    (line,) = lines(prices, sold=[sale(Sort.PERSON, "help", DAY, quantity=quantity)])
    assert (line.list_cents, line.reason) == (0, reason)


def test_a_mentors_hours_are_free_by_their_category():
    prices = tariff(version(people={"help": {"": hourly("55")}}, categories={"m": Category("M", Decimal(0))}))
    (line,) = lines(prices, sold=[sale(Sort.PERSON, "help", DAY)], payer=Payer(ADA, ((0, "m"),)))
    assert (line.list_cents, line.reason) == (0, "category m")


def test_free_hours_of_a_month_are_given_once():
    people = {"help": {"": hourly("60", free_month_s=HOUR)}}
    two = [sale(Sort.PERSON, "help", DAY, record=name) for name in ("a", "b")]
    found = lines(tariff(version(people=people)), sold=[*two, sale(Sort.PERSON, "help", DAY, quantity="0.5")])
    assert [line.list_cents for line in found] == [0, 6000, 3000]
    assert found[0].reason == "free time"


def test_money_in_advance_bears_no_vat_and_a_pack_for_one_rate_does():
    top = sold(Sort.TOPUP, "", cents=5000)
    multi = sold(Sort.PACK, "multi")
    assert [(one.basis, one.percent, one.vat, one.cents) for one in (top, multi)] == [
        ("advance", "0", "", 5000),
        ("advance", "0", "", 4000),
    ]
    single = Pack("P", Decimal(40), Unit.CREDIT, 5000, voucher=Voucher.SINGLE, vat="standard")
    prices = tariff(version(packs={"multi": single}))
    (line,) = lines(prices, sold=[sale(Sort.PACK, "multi", DAY)])
    assert (line.basis, line.percent, line.vat_paid) == ("with_vat", "21", True)


def test_a_sale_of_another_month_is_no_line_of_this_one():
    other = [sale(Sort.ITEM, "pla", day) for day in (date(2026, 4, 30), date(2026, 6, 1))]
    assert lines(tariff(SHOP), sold=other) == ()


# --- days ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 3, 5), 0, date(2026, 3, 5)),
        (date(9999, 12, 5), 1, date.max),
    ],
)
def test_so_many_months_on_is_the_same_day_or_the_last_one(day, months, found):
    assert months_on(day, months) == found


def test_a_month_has_a_name_and_a_last_day():
    assert (month_of(date(2026, 2, 3)), month_end(date(2026, 2, 3))) == ("2026-02", date(2026, 2, 28))
    assert day_before(date(2026, 3, 1)) == date(2026, 2, 28)
