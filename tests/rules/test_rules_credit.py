"""What a payer has left to start with, by the books' last word less what this gate knows of since."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.model import Credit
from fabgate.rules import credit
from fabgate.rules.credit import Account, Used
from fabgate.tariff import Band, Category, Coin, Pack, Plan, Purpose, Tariff, TimePrice, Unit, Version

BRUSSELS = ZoneInfo("Europe/Brussels")
NOON_S = 1_792_234_800  # 2026-10-17T13:00 in Brussels
MINUTE, HOUR = 60, 3_600


def price(an_hour: str, **more: object) -> TimePrice:
    return TimePrice((Band(Decimal(an_hour)),), **more)  # type: ignore[arg-type]


FIRST = Version(
    "2026-01",
    date(2026, 1, 1),
    machines={
        "laser": {"": price("12"), "member": price("6")},
        "printer": {"": price("0")},
        "mill": {"": price("60", start_fee=Decimal(2), every_s=900)},
    },
    categories={
        "member": Category("Member", minimum_balance=Decimal(5)),
        "company": Category("Company"),
        "trusted": Category("Trusted", minimum_balance=Decimal(-20)),
    },
    purposes={"lab": Purpose("For the lab", factor=Decimal(0))},
    plans={
        "month": Plan("A month", Decimal(30), category="member", contingent={"laser": HOUR}),
        "half": Plan("Half price", Decimal(10), factor=Decimal("0.5")),
    },
    minimum_balance=Decimal(3),
)
TARIFF = Tariff((FIRST,), currency="EUR")
PAYER = Account(prepaid=True, balance_cents=1_000)


def used(minutes: int, ago: int = 60, machine: str = "laser", **more: object) -> Used:
    """A session that began so many minutes before noon."""
    started_s, seconds = NOON_S - ago * MINUTE, minutes * MINUTE
    one = Used(machine, "", False, started_s, started_s + seconds, seconds, None)
    return replace(one, **more)  # type: ignore[arg-type]


def has(*since: Used, payer: Account = PAYER, machine: str = "laser", **more: object) -> Credit | None:
    given_ = {"tariff": TARIFF, "purpose": "", "now_s": NOON_S} | more
    found = credit.held(given_["tariff"], BRUSSELS, payer, machine, given_["purpose"], since, given_["now_s"])
    assert found is not None
    return found[1]


# --- what they have, and what it takes ------------------------------------------------------------


def test_who_used_nothing_since_has_what_the_books_said():
    assert has() == Credit(1_000, 300)


def test_what_this_gate_knows_of_since_is_taken_off():
    assert has(used(60)) == Credit(1_000 - 1_200, 300)


def test_the_category_of_the_payer_says_what_they_pay_and_what_it_takes():
    assert has(used(60), payer=replace(PAYER, category="member")) == Credit(400, 500)


def test_what_the_wallet_of_somebody_who_is_invoiced_does_not_hold_is_not_owed_by_it():
    invoiced = replace(PAYER, prepaid=False)
    assert has(used(30), payer=invoiced) == Credit(400, 300)
    assert has(used(60), payer=invoiced) == Credit(0, 300)


def test_a_category_that_says_nothing_takes_what_the_lab_asks():
    assert has(payer=replace(PAYER, category="company")) == Credit(1_000, 300)


def test_a_category_may_be_let_below_zero():
    assert has(payer=Account("trusted")) == Credit(0, -2_000)


def test_a_plan_that_is_held_has_its_own_category_and_its_last_day_counts():
    held = replace(PAYER, plans=("month:2026-10-17",))
    assert has(payer=held, machine="mill") == Credit(1_000, 500)
    assert has(payer=replace(PAYER, plans=("month:2026-10-16",)), machine="mill") == Credit(1_000, 300)
    assert has(payer=replace(PAYER, plans=("month:",)), machine="mill") == Credit(1_000, 500)


def test_a_plan_that_lets_them_pay_half_costs_them_half():
    assert has(used(60), payer=replace(PAYER, plans=("half:",))) == Credit(400, 300)


def test_an_organisation_that_is_invoiced_is_asked_for_nothing_unless_its_category_does():
    """A company that gets a bill each month has no wallet."""
    firm = Account("company", organisation=True)
    assert has(payer=firm) == Credit(0, None)
    assert has(payer=replace(firm, prepaid=True)) == Credit(0, 300)
    assert has(payer=replace(firm, category="member")) == Credit(0, 500)


def test_what_costs_nothing_asks_for_nothing():
    assert has(payer=Account(), machine="printer") == Credit(0, None)
    assert has(payer=Account(), machine="sewing-machine") == Credit(0, None)
    assert has(payer=Account(), purpose="lab") == Credit(0, None)


def test_a_lab_that_asks_nobody_for_a_minimum_tells_no_credit():
    plain = Tariff((replace(FIRST, minimum_balance=None, categories={}),))
    assert has(tariff=plain) is None
    assert not credit.asks(plain)
    assert credit.asks(TARIFF)


def test_before_the_first_price_list_nothing_is_priced():
    assert credit.held(TARIFF, BRUSSELS, PAYER, "laser", "", (), 0) is None


def test_what_a_gate_should_know_of_payers_is_told_where_they_can_have_anything():
    bare = replace(FIRST, minimum_balance=None, categories={}, plans={})
    pack = {"ten": Pack("Ten hours", Decimal(80), Unit.TIME, 36_000)}
    assert not credit.tells(Tariff((bare,)))
    assert credit.tells(Tariff((replace(bare, packs=pack),)))
    assert credit.tells(Tariff((replace(bare, plans=FIRST.plans),)))
    assert credit.tells(TARIFF)


# --- what is covered ------------------------------------------------------------------------------


def test_whoever_has_paid_for_time_here_needs_no_balance():
    covered = Account(left=("laser:2026-10:60",))
    assert has(payer=covered) == Credit(0, None)
    assert has(payer=covered, machine="mill") == Credit(0, 300)


def test_time_that_is_used_up_since_covers_nothing_any_more():
    covered = Account(left=("laser::1800",), balance_cents=1_000)
    assert has(used(20), payer=covered) == Credit(1_000, None)
    assert has(used(45), payer=covered) == Credit(1_000 - 300, 300)


def test_a_contingent_counts_in_its_own_month():
    assert has(payer=Account(left=("laser:2026-09:600",))) == Credit(0, 300)


def test_a_pack_for_any_machine_covers_each():
    assert has(payer=Account(left=("*::60",)), machine="mill") == Credit(0, None)


def test_credit_for_some_machines_is_as_good_as_a_balance_there():
    payer = Account(left=("laser::500c",), prepaid=True)
    assert has(payer=payer) == Credit(500, 300)
    assert has(payer=payer, machine="mill") == Credit(0, 300)
    assert has(used(10), payer=payer) == Credit(300, 300)
    assert has(used(30), payer=payer) == Credit(-100, 300)


@pytest.mark.parametrize("text", ["", "laser", "laser:2026-10:", "laser::-5", "a:b:c:d", "laser::5x"])
def test_what_a_version_to_come_writes_of_what_is_left_is_passed_over(text):
    assert has(payer=Account(left=(text,))) == Credit(0, 300)


def test_what_is_written_of_what_is_left_is_read_again():
    assert credit.remainder("laser", "2026-10", 60, money=False) == "laser:2026-10:60"
    assert has(payer=Account(left=(credit.remainder("*", "", 500, money=True),))) == Credit(500, 300)


# --- how use is priced ----------------------------------------------------------------------------


def test_sessions_that_lie_near_each_other_count_as_one_as_on_the_bill():
    """Whoever taps off to look at the job and on again must not be out of credit for it."""
    twice = (used(10, ago=60, machine="mill"), used(4, ago=45, machine="mill"))
    assert has(*twice, payer=Account(balance_cents=10_000)) == Credit(10_000 - 1_700, 300)
    apart = (used(10, ago=90, machine="mill"), used(4, ago=45, machine="mill"))
    assert has(*apart, payer=Account(balance_cents=10_000)) == Credit(10_000 - 3_400, 300)


def test_each_session_is_priced_by_the_list_of_its_start():
    dearer = replace(FIRST, id="2026-10", since=date(2026, 10, 17), machines={"laser": {"": price("24")}})
    both = Tariff((FIRST, dearer))
    old = used(60, ago=13 * 60 + 1)  # before midnight in Brussels, after it at noon
    assert has(old, tariff=both) == Credit(1_000 - 1_200, 300)
    assert has(used(60, ago=13 * 60), tariff=both) == Credit(1_000 - 2_400, 300)


def test_supervision_purpose_and_the_labs_own_coin_are_priced_as_on_the_bill():
    coins = {"laser": {"": price("1", supervised=Decimal(2), coins=True)}}
    tariff = Tariff((replace(FIRST, machines=coins),), coin=Coin("crrr", Decimal("0.8")))
    assert has(used(60, supervised=True), tariff=tariff) == Credit(1_000 - 240, 300)
    assert has(used(60, purpose="lab"), tariff=tariff) == Credit(1_000, 300)


def test_a_start_that_was_too_short_costs_nothing():
    lenient = Tariff((replace(FIRST, threshold_s=300),))
    assert has(used(4), tariff=lenient) == Credit(1_000, 300)
    assert has(used(4, busy_s=1), tariff=lenient) == Credit(1_000 - 80, 300)


@given(st.lists(st.tuples(st.integers(0, 240), st.integers(1, 60)), max_size=6))
def test_more_use_never_leaves_more(sessions):
    since = [used(minutes, ago) for ago, minutes in sessions]
    balances = [has(*since[:count]).balance_cents for count in range(len(since) + 1)]
    assert balances == sorted(balances, reverse=True)


def test_the_fare_names_all_that_a_display_prices_by():
    payer = replace(PAYER, plans=("month:",), left=("laser:2026-10:90", "*::30"))
    fare, _ = credit.held(TARIFF, UTC, payer, "laser", "", (), NOON_S)
    assert (fare.version, fare.category, fare.plans, fare.covered_s) == (FIRST, "member", ("month",), 120)
    assert credit.cost(fare, "laser", "", [(HOUR, None)], supervised=False) == 600 - 20
    assert credit.cost(fare, "sewing-machine", "", [(HOUR, None)], supervised=False) == 0
