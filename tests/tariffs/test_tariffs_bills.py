"""Every worked bill that the labs' own price lists give, on the price lists of docs/tariffs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from bills import LISTS, Bill, amount, only, tariff, taxed, written

from fabgate import config
from fabgate.charges import Sort
from fabgate.tariff import Regime

JANUARY, MAY = date(2017, 1, 20), date(2017, 5, 20)


# --- OpenFab ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "category", "hours", "expected"),
    [
        (JANUARY, "member", 2, "20.00"),  # a started hour is a whole one
        (MAY, "member", Decimal("1.5"), "15.00"),  # a started half hour is a whole one
        (MAY, "client", Decimal("1.5"), "51.00"),
        (JANUARY, "client", 2, "68.00"),
    ],
)
def test_sixty_five_minutes_of_laser_at_openfab(day: date, category: str, hours: Decimal, expected: str):
    bill = Bill(tariff("openfab-2017"), category).work("laser", 65, day)
    (line,) = bill.lines(f"{day:%Y-%m}")
    assert (line.billed_s, amount(line.cents)) == (hours * 3600, Decimal(expected))


def test_the_same_sixty_five_minutes_of_a_trainee_with_their_training_and_their_day():
    lines = Bill(tariff("openfab-2017")).work("laser", 65, MAY, supervised=True).lines("2017-05")
    assert [(line.sort, amount(line.cents)) for line in lines] == [
        (Sort.DAY, Decimal("10.00")),
        (Sort.MACHINE, Decimal("30.00")),
    ]


def test_the_same_sixty_five_minutes_paid_from_credits_that_cost_less():
    bill = Bill(tariff("openfab-2017"), "member").sell(Sort.PACK, "credits", MAY).work("laser", 65, MAY)
    line = only(bill.lines("2017-05"), Sort.MACHINE)
    assert (amount(line.cents), list(line.taken.values())) == (0, [1500])
    assert amount(line.pack_cents) == Decimal("12.00")


def test_who_holds_a_plan_owes_no_day_and_who_holds_none_owes_one_a_day():
    user = Bill(tariff("openfab-2017")).sell(Sort.PLAN, "user", MAY).work("sander", 20, MAY)
    assert [line.sort for line in user.lines("2017-05") if line.cents] == [Sort.PLAN]
    guest = Bill(tariff("openfab-2017")).work("sander", 20, MAY).work("drill", 5, MAY)
    assert guest.total("2017-05") == Decimal("10.00")


def test_a_member_who_works_for_a_client_is_priced_as_the_client():
    bill = Bill(tariff("openfab-2017"), "member").work("cnc", 60, MAY, purpose="client")
    (line,) = bill.lines("2017-05")
    assert (amount(line.cents), line.basis) == (Decimal("34.00"), "without_vat")
    assert taxed([line]) == [("21", Decimal("34.00"), Decimal("7.14"), Decimal("41.14"))]


def test_work_for_the_lab_costs_nothing_and_says_why():
    (line,) = Bill(tariff("openfab-2017"), "member").work("laser", 65, MAY, purpose="lab").lines("2017-05")
    assert (line.cents, line.reason) == (0, "purpose lab")


def test_filament_by_the_gram_costs_a_client_five_times_as_much():
    for category, expected in (("member", "2.50"), ("client", "12.50")):
        bill = Bill(tariff("openfab-2017"), category).sell(Sort.ITEM, "pla", MAY, "25")
        assert bill.total("2017-05") == Decimal(expected)


def test_a_card_of_ten_days_at_openfab_pays_for_the_days_and_its_vat_was_due_at_its_sale():
    bill = Bill(tariff("openfab-2018")).sell(Sort.PACK, "ten-days", date(2018, 3, 1))
    bill.work("sander", 30, date(2018, 3, 2)).work("laser", 60, date(2018, 3, 3))
    lines = bill.lines("2018-03")
    assert [(line.sort, amount(line.cents)) for line in lines if line.cents] == [
        (Sort.PACK, Decimal("80.00")),
        (Sort.MACHINE, Decimal("10.00")),
    ]
    days = [line for line in lines if line.sort is Sort.DAY]
    assert [(line.cents, line.reason, line.vat_paid) for line in days] == [(0, "pack", True)] * 2


def test_the_card_of_ten_days_is_good_for_six_months_and_its_last_day_counts():
    bill = Bill(tariff("openfab-2018")).sell(Sort.PACK, "ten-days", date(2018, 3, 1))
    assert bill.work("sander", 30, date(2018, 9, 1)).total("2018-09") == 0
    assert bill.work("sander", 30, date(2018, 9, 2)).total("2018-09") == Decimal("10.00")


def test_openfab_in_2018_month_from_date_to_date_a_company_and_twelve_months_of_metauser():
    price_list = tariff("openfab-2018")
    for plan, expected in (("month", "97.00"), ("sme", "240.00"), ("metauser", "34.00"), ("artisan", "0.00")):
        bill = Bill(price_list).sell(Sort.PLAN, plan, date(2018, 3, 15))
        assert bill.total("2018-03") == Decimal(expected)
    assert Decimal(12) * 25 / Decimal("1.25") == 240
    ended = Bill(price_list).sell(Sort.PLAN, "metauser", date(2018, 3, 15))
    assert price_list.versions[0].plans["metauser"].least == 12
    assert ended.total("2018-04") == Decimal("34.00")


def test_an_artisans_share_of_a_job_is_said_when_it_is_charged():
    bill = Bill(tariff("openfab-2018")).sell(Sort.ITEM, "share", date(2018, 3, 15), cents=38_00)
    assert bill.total("2018-03") == Decimal("38.00")


# --- iMAL ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("every", "expected"), [("1m", "78.33"), ("30m", "80.00"), ("1h", "85.00")])
def test_a_month_at_imal_with_two_hundred_minutes_of_laser(tmp_path: Path, every: str, expected: str):
    text = (LISTS / "imal-2016.toml").read_text(encoding="utf-8")
    assert text.count('every = "1m"') == 1
    price_list = written(tmp_path, text.replace('every = "1m"', f'every = "{every}"'))
    bill = Bill(price_list).sell(Sort.PLAN, "month", date(2016, 3, 1)).work("laser", 200, date(2016, 3, 9))
    assert bill.total("2016-03") == Decimal(expected)


def test_the_month_at_imal_has_its_vat_in_it():
    bill = Bill(tariff("imal-2016")).sell(Sort.PLAN, "month", date(2016, 3, 1))
    lines = bill.work("laser", 200, date(2016, 3, 9)).lines("2016-03")
    assert taxed(lines) == [("21", Decimal("64.74"), Decimal("13.59"), Decimal("78.33"))]


def test_at_imal_the_year_is_cheaper_than_months_from_the_fifth_on():
    plans = tariff("imal-2016").versions[0].plans
    month, year = plans["month"].price, plans["year"].price
    assert next(number for number in range(1, 13) if number * month > year) == 5
    assert (year / month).quantize(Decimal("0.01")) == Decimal("4.44")


# --- VAT ----------------------------------------------------------------------------------------


def test_a_price_has_one_basis_and_fifty_with_vat_is_not_forty_two_without():
    with_it = Bill(tariff("openfab-2020")).sell(Sort.PLAN, "pro", date(2020, 5, 1)).lines("2020-05")
    assert taxed(with_it) == [("21", Decimal("41.32"), Decimal("8.68"), Decimal("50.00"))]


def test_forty_two_without_vat_is_fifty_and_eighty_two_cents_with_it(tmp_path: Path):
    text = (LISTS / "openfab-2020.toml").read_text(encoding="utf-8")
    without = written(tmp_path, text.replace("price = 50\n", 'price = 42\nbasis = "without_vat"\n'))
    lines = Bill(without).sell(Sort.PLAN, "pro", date(2020, 5, 1)).lines("2020-05")
    assert taxed(lines) == [("21", Decimal("42.00"), Decimal("8.82"), Decimal("50.82"))]


def test_seven_lines_of_four_thirteen_bear_their_vat_on_the_total(tmp_path: Path):
    text = (LISTS / "openfab-2020.toml").read_text(encoding="utf-8")
    price_list = written(tmp_path, text + '\n[version.2020.item.kit]\nprice = 4.13\nbasis = "without_vat"\n')
    bill = Bill(price_list)
    for day in range(1, 8):
        bill.sell(Sort.ITEM, "kit", date(2020, 5, day))
    assert taxed(bill.lines("2020-05")) == [("21", Decimal("28.91"), Decimal("6.07"), Decimal("34.98"))]
    by_line = sum(taxed([line])[0][2] for line in bill.lines("2020-05"))
    assert by_line == Decimal("6.09")  # what must not be charged


# --- Happylab, Electrolab -----------------------------------------------------------------------


def test_thirty_one_minutes_of_laser_at_happylab_are_a_hundred_and_eighty_six_coins():
    bill = Bill(tariff("happylab-2026")).work("laser", 45, date(2026, 3, 2), busy=30)
    (line,) = bill.lines("2026-03")
    assert (line.billed_s, amount(line.cents)) == (31 * 60, Decimal("18.60"))
    assert line.billed_s // 60 * 6 == 186


def test_at_happylab_the_contingent_goes_first_and_the_coins_next():
    bill = Bill(tariff("happylab-2026")).sell(Sort.PLAN, "basic", date(2026, 3, 1))
    bill.sell(Sort.PACK, "coins", date(2026, 3, 1)).work("laser", 45, date(2026, 3, 2), busy=30)
    line = only(bill.lines("2026-03"), Sort.MACHINE)
    assert list(line.taken.values()) == [20 * 60, 660]  # 20 minutes of the plan, 11 x 6 coins of 0.10
    assert line.cents == 0


def test_fees_at_happylab_and_a_damage_that_is_capped():
    bill = Bill(tariff("happylab-2026"))
    bill.sell(Sort.ITEM, "lost-card", date(2026, 3, 1)).sell(Sort.ITEM, "lent-card", date(2026, 3, 1))
    assert bill.total("2026-03") == Decimal("165.00")
    damage = Bill(tariff("happylab-2026")).sell(Sort.ITEM, "damage", date(2026, 3, 1), cents=250_00)
    assert damage.total("2026-03") == Decimal("100.00")


@pytest.mark.parametrize(
    ("day", "share"),
    [((2020, 1, 1), "1"), ((2020, 2, 10), "0.75"), ((2020, 7, 31), "0.5"), ((2020, 12, 9), "0.25")],
)
def test_who_joins_electrolab_within_its_four_months_pays_the_months_that_are_left(
    day: tuple[int, int, int], share: str
):
    price_list = tariff("electrolab-2020")
    fee = price_list.versions[0].plans["member"].price
    joined = date(*day)
    bill = Bill(price_list).sell(Sort.PLAN, "member", joined)
    assert bill.total(f"{joined:%Y-%m}") == fee * Decimal(share)


# --- flat and small lists -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["maakplek-2016", "kaasfabriek-2015", "radiona-2016"])
def test_where_machines_are_free_sessions_are_lines_of_nothing_with_a_reason(name: str):
    (line,) = Bill(tariff(name)).work("laser", 300, date(2016, 3, 9)).lines("2016-03")
    assert (line.cents, line.seconds) == (0, 300 * 60)
    assert line.reason


@pytest.mark.parametrize(
    ("name", "plan", "day", "expected"),
    [
        ("radiona-2016", "month", (2016, 3, 1), "4.50"),
        ("stockholm-2016", "member", (2016, 3, 9), "200.00"),
        ("stockholm-2016", "key", (2016, 3, 9), "300.00"),
        ("openfab-2020", "support", (2020, 3, 9), "25.00"),
        ("openfab-2020", "access", (2020, 3, 9), "20.00"),
        ("openfab-2017", "user", (2017, 3, 9), "25.00"),
        ("openfab-2017", "family", (2017, 3, 9), "40.00"),
        ("openfab-2017", "superuser", (2017, 5, 9), "34.00"),
        ("cityfab1-2018", "month", (2018, 3, 9), "50.00"),
        ("cityfab1-2018", "pro", (2018, 3, 9), "120.00"),
        ("coubertin-2018", "pupil", (2018, 10, 9), "5.00"),
        ("coubertin-2018", "company", (2018, 10, 9), "1000.00"),
        ("charleroi-2018", "person", (2018, 10, 9), "90.00"),
        ("leiden", "member", (2020, 10, 1), "25.00"),
        ("labsud-2025", "person", (2025, 3, 9), "45.00"),
        ("labsud-2025", "pro", (2025, 3, 9), "300.00"),
    ],
)
def test_what_a_membership_costs(name: str, plan: str, day: tuple[int, int, int], expected: str):
    taken = date(*day)
    assert Bill(tariff(name)).sell(Sort.PLAN, plan, taken).total(f"{taken:%Y-%m}") == Decimal(expected)


def test_the_first_visit_at_cityfab_is_free_and_the_next_one_a_day():
    assert Bill(tariff("cityfab1-2018"), "first").work("laser", 90, date(2018, 3, 9)).total("2018-03") == 0
    assert Bill(tariff("cityfab1-2018")).work("laser", 90, date(2018, 3, 9)).total("2018-03") == 10


def test_biklab_counts_slices_of_half_an_hour_and_at_least_one():
    for minutes, expected in ((4, "2.00"), (30, "2.00"), (31, "4.00")):
        bill = Bill(tariff("biklab-2026")).work("laser", minutes, date(2026, 3, 9))
        assert bill.total("2026-03") == Decimal(expected)


def test_at_plateforme_c_the_first_hour_of_machine_time_is_free():
    (line,) = Bill(tariff("plateforme-c-2013")).work("laser", 60, date(2013, 3, 9)).lines("2013-03")
    assert (line.cents, line.reason) == (0, "free time")
    bill = Bill(tariff("plateforme-c-2013")).work("laser", 75, date(2013, 3, 9))
    assert bill.total("2013-03") == Decimal("3.00")


def test_printing_at_labsud_fell_from_four_to_one_an_hour_and_all_else_stayed():
    price_list = tariff("labsud-2025")
    for year, expected in ((2024, "4.00"), (2025, "1.00")):
        assert Bill(price_list).work("printer", 60, date(year, 3, 9)).total(f"{year}-03") == Decimal(expected)
    old, new = price_list.versions
    assert (old.plans, old.categories) == (new.plans, new.categories)


# --- the files themselves -----------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(LISTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_price_list_that_is_shown_is_in_order_and_has_a_price_for_every_machine(path: Path):
    found = config.read_tariff(path)
    assert found.text == path.read_text(encoding="utf-8")
    assert all("*" in version.machines for version in found.versions)


def test_the_regimes_of_the_price_lists_are_those_of_their_countries():
    regimes = {path.stem: config.read_tariff(path).regime for path in LISTS.glob("*.toml")}
    assert {name for name, one in regimes.items() if one is Regime.TAXABLE} == {
        "openfab-2017",
        "openfab-2018",
        "openfab-2020",
        "imal-2016",
        "cityfab1-2018",
    }
    assert regimes["electrolab-2020"] is Regime.NOT_TAXABLE_FR
