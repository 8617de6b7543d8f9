"""What time costs: measured, billed, laid under the bands, rounded once."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from money_bench import HOUR, MIN, hourly, version

from fabgate.rules import money, pricing
from fabgate.rules.pricing import found, measured, priced, so_far
from fabgate.tariff import (
    ANY,
    Band,
    Category,
    Coin,
    Meter,
    Plan,
    Purpose,
    Rounding,
    TimePrice,
)

CENTS = st.integers(0, 100_000).map(lambda n: Decimal(n).scaleb(-2))
FINE = st.integers(0, 10_000_000).map(lambda n: Decimal(n).scaleb(-4))
FACTORS = st.sampled_from([Decimal(text) for text in ("0", "0.05", "0.333", "0.5", "0.75", "1")])
SECONDS = st.integers(0, 30 * HOUR)


@st.composite
def prices(draw):
    """Any price of time that a lab may write down."""
    ends = sorted(draw(st.sets(st.integers(1, 8 * HOUR), max_size=3)))
    per = st.sampled_from([0, 1, MIN, 1800, HOUR, 4 * HOUR])
    bands = tuple(Band(draw(FINE), draw(per), end) for end in (*ends, None))
    return TimePrice(
        bands,
        start_fee=draw(CENTS),
        every_s=draw(st.sampled_from([1, MIN, 6 * MIN, 1800, HOUR])),
        rounding=draw(st.sampled_from(Rounding)),
        minimum_s=draw(st.sampled_from([0, MIN, 1800, HOUR])),
        minimum=draw(CENTS),
        free_s=draw(st.sampled_from([0, 10 * MIN, HOUR])),
        supervised=draw(CENTS),
        supervised_per_s=draw(st.sampled_from([MIN, HOUR])),
    )


# --- the order of the arithmetic ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "seconds", "cents"),
    [
        (hourly("10"), 65 * MIN, 1083),  # 10.8333
        (hourly("10", every_s=HOUR), 65 * MIN, 2000),
        (hourly("10", every_s=1800), 65 * MIN, 1500),
        (hourly("10", every_s=1800), 60 * MIN, 1000),
        (hourly("10", every_s=1800), 60 * MIN + 1, 1500),
        (hourly("10", every_s=1800, rounding=Rounding.DOWN), 65 * MIN, 1000),
        (hourly("10", every_s=1800, rounding=Rounding.DOWN), 29 * MIN, 0),
        (hourly("10", every_s=1800, rounding=Rounding.NEAREST), 75 * MIN, 1500),
        (hourly("10", every_s=1800, rounding=Rounding.NEAREST), 75 * MIN - 1, 1000),
        (hourly("10", minimum_s=1800), 5 * MIN, 500),
        (hourly("10", minimum_s=1800), 35 * MIN, 583),
        (hourly("10", minimum_s=20 * MIN, every_s=15 * MIN), 5 * MIN, 500),  # the minimum is rounded too
        (hourly("10", free_s=600), 70 * MIN, 1000),
        (hourly("10", free_s=600), 600, 0),
        (hourly("10", free_s=600, minimum_s=1800, start_fee=Decimal(2)), 601, 700),
        (hourly("10", free_s=600, minimum_s=1800, start_fee=Decimal(2)), 600, 0),
        (hourly("10", minimum=Decimal("3.50")), 5 * MIN, 350),
        (hourly("10", minimum=Decimal("3.50"), start_fee=Decimal(1)), 5 * MIN, 450),
        (hourly("10", start_fee=Decimal(1)), HOUR, 1100),
    ],
)
def test_time_is_freed_then_held_to_its_minimum_then_rounded_then_priced(price, seconds, cents):
    assert priced(price, seconds).cents == cents


def test_a_price_by_the_minute_and_one_by_half_hours_of_a_month_at_imal():
    month = Decimal(45)
    by_minute = priced(TimePrice((Band(Decimal(10)),), every_s=MIN), 200 * MIN).cents
    by_half = priced(TimePrice((Band(Decimal(10)),), every_s=1800), 200 * MIN).cents
    by_hour = priced(TimePrice((Band(Decimal(10)),), every_s=HOUR), 200 * MIN).cents
    assert [money.cents(month) + one for one in (by_minute, by_half, by_hour)] == [7833, 8000, 8500]


def test_coins_are_worth_what_the_lab_says():
    coins = TimePrice((Band(Decimal(6), MIN),), every_s=MIN, coins=True)
    assert priced(coins, 31 * MIN, coin=Coin("coins", Decimal("0.10"))).cents == 1860


def test_a_trainee_pays_the_surcharge_on_all_that_is_billed_also_where_it_is_covered():
    price = hourly("10", every_s=1800, supervised=Decimal(10))
    assert priced(price, 65 * MIN, supervised=True).cents == 3000
    assert priced(price, 65 * MIN, supervised=True, covered_s=1800).cents == 2500
    assert priced(price, 65 * MIN, supervised=True, covered_s=5400).cents == 1500


def test_a_factor_counts_for_fee_and_surcharge_too():
    price = hourly("10", start_fee=Decimal(1), supervised=Decimal(5), minimum=Decimal(20))
    assert priced(price, HOUR, supervised=True, factor=Decimal("0.5")).cents == 1300


def test_what_is_covered_leaves_the_fee_and_asks_for_no_minimum():
    price = hourly("10", start_fee=Decimal(1), minimum=Decimal(5))
    assert priced(price, HOUR, covered_s=HOUR).cents == 100
    assert priced(price, HOUR, covered_s=HOUR - 1).cents == 600


def test_a_least_amount_that_is_reached_is_no_step():
    price = hourly("10", minimum=Decimal(10))
    assert priced(price, HOUR).steps == (("band", HOUR, "10", HOUR),)
    assert priced(price, HOUR - 1).steps == (("band", HOUR - 1, "10", HOUR), ("minimum", "10"))


def test_half_a_cent_is_a_cent_and_less_is_none():
    assert priced(TimePrice((Band(Decimal("0.005"), 0),)), 1).cents == 1
    assert priced(TimePrice((Band(Decimal("0.0049"), 0),)), 1).cents == 0
    # 18 seconds of 1 an hour are half a cent exactly, which no division of Decimals says.
    assert priced(TimePrice((Band(Decimal(1)),)), 18).cents == 1
    assert priced(TimePrice((Band(Decimal(1)),)), 17).cents == 0
    assert priced(hourly("7"), 54 * 60, factor=Decimal("0.05")).cents == 32  # 31.5


# --- bands --------------------------------------------------------------------------------------

BANDS = TimePrice(
    (
        Band(Decimal(0), HOUR, 15 * MIN),
        Band(Decimal(12), HOUR, 75 * MIN),
        Band(Decimal(5), 0, 3 * HOUR),
        Band(Decimal(6)),
    )
)


@pytest.mark.parametrize(
    ("minutes", "covered", "cents"),
    [
        (15, 0, 0),
        (20, 0, 100),
        (75, 0, 1200),
        (76, 0, 1700),
        (180, 0, 1700),
        (240, 0, 2300),
        (240, 15, 2300),
        (240, 45, 1700),
        (240, 75, 1100),
        (240, 100, 1100),
        (240, 180, 600),
        (240, 240, 0),
    ],
)
def test_each_part_of_a_session_has_its_own_price_and_what_is_covered_is_its_first(minutes, covered, cents):
    assert priced(BANDS, minutes * MIN, covered_s=covered * MIN).cents == cents


def test_time_beyond_a_last_band_that_ends_costs_no_more():
    day = TimePrice((Band(Decimal(4), HOUR, 5 * HOUR),))
    assert [priced(day, hours * HOUR).cents for hours in (4, 5, 9)] == [1600, 2000, 2000]


@given(prices(), SECONDS, st.integers(0, HOUR), st.booleans(), FACTORS)
def test_who_works_longer_never_pays_less(price, seconds, more, supervised, factor):
    shorter, longer = (
        priced(price, length, supervised=supervised, factor=factor) for length in (seconds, seconds + more)
    )
    assert shorter.cents <= longer.cents
    assert shorter.billed_s <= longer.billed_s


@given(prices(), SECONDS, st.integers(0, 30 * HOUR), st.integers(0, HOUR), st.booleans())
def test_who_has_more_covered_never_pays_more(price, seconds, covered, more, supervised):
    less, much = (
        priced(price, seconds, covered_s=length, supervised=supervised).cents
        for length in (covered, covered + more)
    )
    assert much <= less


@given(prices(), SECONDS, st.booleans(), FACTORS)
def test_the_arithmetic_is_the_one_of_the_price_list_rounded_once(price, seconds, supervised, factor):
    """The same with Decimals of many digits, as a treasurer would with a pencil."""
    left = max(seconds - price.free_s, 0)
    billed = pricing.billed(price, left)
    amount, begin = Decimal(0), 0
    for band in price.bands:
        end = billed if band.upto_s is None else min(band.upto_s, billed)
        if end > begin:
            amount += band.price * (end - begin) / band.per_s if band.per_s else band.price
        begin = max(begin, end)
    if billed:
        amount = max(amount, price.minimum) + price.start_fee
        amount += price.supervised * billed / price.supervised_per_s if supervised else 0
    amount = (amount * factor * 100).quantize(Decimal("1e-9"), ROUND_HALF_UP)
    assert priced(price, seconds, supervised=supervised, factor=factor).cents == int(
        amount.quantize(Decimal(1), ROUND_HALF_UP)
    )


# --- what is measured ---------------------------------------------------------------------------


def test_a_meter_of_power_counts_power_and_one_of_work_counts_work():
    assert measured(hourly("1"), [(600, 30)]) == 600
    assert measured(hourly("1", meter=Meter.BUSY), [(600, 30), (600, 40)]) == 70


def test_a_machine_that_cannot_tell_is_measured_by_its_power():
    assert measured(hourly("1", meter=Meter.BUSY), [(600, None), (600, 0)]) == 600


def test_the_runs_before_and_after_the_work_count_once_and_only_where_there_was_work():
    runs = hourly("1", meter=Meter.BUSY_AND_RUNS, before_s=20, after_s=40)
    assert measured(runs, [(600, 30)]) == 90
    assert measured(runs, [(300, 10), (300, 20)]) == 90
    assert measured(runs, [(600, 0)]) == 0
    assert measured(runs, [(600, None)]) == 600


def test_nothing_counts_that_was_not_powered():
    runs = hourly("1", meter=Meter.BUSY_AND_RUNS, before_s=20, after_s=40)
    assert measured(runs, [(70, 30)]) == 70
    assert measured(hourly("1", meter=Meter.BUSY), [(70, 90)]) == 70


# --- which price --------------------------------------------------------------------------------

LISTED = version(
    machines={
        "laser": {"": hourly("10"), "client": hourly("34")},
        ANY: {"": hourly("2"), "student": hourly("1")},
    },
    categories={
        "student": Category("Student", Decimal("0.5")),
        "mentor": Category("Mentor", Decimal(0)),
        "client": Category("Client", Decimal("0.9")),
    },
    purposes={
        "residency": Purpose("Residency", Decimal("0.25")),
        "commercial": Purpose("For a client", category="client"),
    },
)


@pytest.mark.parametrize(
    ("machine", "category", "purpose", "plan", "expected"),
    [
        ("laser", "", "", "1", ("10", "1", "")),
        ("laser", "nobody", "", "1", ("10", "1", "")),
        ("laser", "student", "", "1", ("10", "0.5", "category student")),
        ("laser", "client", "", "1", ("34", "1", "")),  # a price of its own is the price
        ("laser", "student", "commercial", "1", ("34", "1", "")),
        ("drill", "student", "", "1", ("1", "1", "")),
        ("drill", "client", "", "1", ("2", "0.9", "category client")),
        ("laser", "student", "residency", "1", ("10", "0.25", "purpose residency")),
        ("laser", "mentor", "residency", "1", ("10", "0", "category mentor")),
        ("laser", "student", "residency", "0.1", ("10", "0.1", "plan month")),
        ("laser", "", "unheard-of", "1", ("10", "1", "")),
    ],
)
def test_a_category_has_its_own_price_or_its_part_of_everybodys_and_the_smallest_factor_counts(
    machine, category, purpose, plan, expected
):
    one = found(LISTED, machine, category, purpose, (Decimal(plan), "month"))
    assert one is not None
    assert (str(one.price.bands[0].price), str(one.factor), one.reason) == expected


def test_a_machine_that_the_list_does_not_name_has_no_price():
    assert found(version(), "drill", "", "") is None


# --- a display ----------------------------------------------------------------------------------


def test_a_display_shows_what_it_costs_so_far():
    plans = {"half": Plan("Half", Decimal(20), factor=Decimal("0.5"))}
    shown = version(machines=LISTED.machines, categories=LISTED.categories, plans=plans, threshold_s=60)
    assert so_far(shown, "laser", "", "", False, HOUR, None) == 1000
    assert so_far(shown, "laser", "student", "", False, HOUR, None) == 500
    assert so_far(shown, "laser", "", "", False, HOUR, None, plans=["half", "gone"]) == 500
    assert so_far(shown, "laser", "", "", False, 59, None) == 0
    assert so_far(shown, "laser", "", "", False, 59, 3) == 16
    assert so_far(version(), "drill", "", "", False, HOUR, None) == 0


def test_a_display_shows_coins_in_the_labs_currency_and_a_trainees_surcharge():
    coins = TimePrice((Band(Decimal(6), MIN),), coins=True, supervised=Decimal(60))
    worth = Coin("coins", Decimal("0.10"))
    listed = version(date(2026, 1, 1), machines={"laser": {"": coins}})
    assert so_far(listed, "laser", "", "", False, HOUR, None, coin=worth) == 3600
    assert so_far(listed, "laser", "", "", True, HOUR, None, coin=worth) == 4200


@pytest.mark.parametrize(
    ("price", "said"), [("10", "10"), ("10.00", "10"), ("0.10", "0.1"), ("1E+2", "100"), ("0", "0")]
)
def test_a_price_is_said_plainly(price, said):
    assert pricing.text(Decimal(price)) == said
