"""How a payer stands in the words of a state, and when that is worth telling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.charges import Payer, Sold, Sort, Worked
from fabgate.model import MachineId, MemberId, Origin, RecordId
from fabgate.rules import balances, credit
from fabgate.rules.balances import MOST_MS, WEEK_MS, Balance
from fabgate.rules.credit import Account
from fabgate.rules.month import Month
from fabgate.rules.payers import StateStands
from fabgate.tariff import Band, Category, Pack, Plan, Tariff, TimePrice, Unit, Version

BRUSSELS = ZoneInfo("Europe/Brussels")
ADA = MemberId("m-ada")
TODAY = date(2026, 10, 17)
NOON_S = 1_792_234_800  # that day, at one in the afternoon
OCTOBER = Month(2026, 10)
TARIFF = Tariff(
    (
        Version(
            "2026",
            date(2026, 1, 1),
            machines={
                "laser": {"": TimePrice((Band(Decimal(12)),), free_month_s=600)},
                "mill": {"": TimePrice((Band(Decimal(6)),))},
            },
            plans={"month": Plan("A month", Decimal(30), category="member", contingent={"laser": 7_200})},
            packs={
                "hours": Pack("Hours", Decimal(80), Unit.TIME, 36_000, machines=("laser", "mill")),
                "credit": Pack("Credit", Decimal(10), Unit.CREDIT, 1_200),
                "lasered": Pack("Laser credit", Decimal(10), Unit.CREDIT, 1_100, machines=("laser",)),
                "days": Pack("Days", Decimal(10), Unit.DAYS, 5),
            },
            categories={"member": Category("Member", minimum_balance=Decimal(5))},
            minimum_balance=Decimal(3),
        ),
    )
)


def sold(sort: Sort, item: str = "", cents: int | None = None, **more: object) -> Sold:
    return replace(Sold(f"lab/gate/e#{len(item)}", ADA, sort, item, TODAY, cents=cents), **more)  # type: ignore[arg-type]


def stands(*sales: Sold, day: date = TODAY, payer: Payer | None = None, **taken: int) -> Balance:
    return balances.balance(TARIFF, BRUSSELS, payer or Payer(ADA), sales, taken, day)


TOPUP = sold(Sort.TOPUP, cents=2_000)


def test_who_bought_nothing_has_nothing():
    """The free time of a month is nothing that anybody bought."""
    assert stands() == Balance(0, least_cents=300)
    assert stands().is_nothing


def test_a_wallet_and_credit_for_all_machines_are_the_balance():
    assert stands(TOPUP, sold(Sort.PACK, "credit")).cents == 3_200
    assert stands(TOPUP, wallet=2_500).cents == -500


def test_credit_for_some_machines_and_time_are_told_by_their_machines():
    found = stands(sold(Sort.PACK, "hours"), sold(Sort.PACK, "lasered"), sold(Sort.PACK, "days"))
    assert (found.cents, sorted(found.left)) == (0, ["laser+mill::36000", "laser::1100c"])


def test_a_plan_is_told_with_its_last_day_and_what_is_left_of_the_month():
    plan = sold(Sort.PLAN, "month", until=date(2026, 12, 31))
    found = stands(plan, **{f"plan:{plan.record}:2026-10:laser": 7_000})
    assert found.plans == ("month:2026-12-31",)
    assert found.left == ("laser:2026-10:200", "*:2026-10:0")
    assert found.least_cents == 500
    assert stands(replace(plan, until=None)).plans == ("month:",)


def test_a_contingent_that_is_used_up_is_told_as_used_up():
    plan = sold(Sort.PLAN, "month")
    assert stands(plan, **{f"plan:{plan.record}:2026-10:laser": 7_200}).left == ("*:2026-10:0",)


def test_who_is_in_a_category_starts_with_what_that_asks():
    assert stands(payer=Payer(ADA, ((0, "member"),))).least_cents == 500
    assert stands(payer=Payer(ADA, organisation=True)).least_cents is None


# --- what a gate makes of it ----------------------------------------------------------------------


def heard(found: Balance, machine: str = "laser", now_s: int = NOON_S) -> credit.Fare:
    payer = Account(balance_cents=found.cents, plans=found.plans, left=found.left)
    made = credit.held(TARIFF, BRUSSELS, payer, machine, "", (), now_s)
    assert made is not None
    return made[0]


def test_a_gate_knows_the_time_of_a_pack_at_each_of_its_machines():
    pack = stands(sold(Sort.PACK, "hours"))
    assert [heard(pack, machine).covered_s for machine in ("laser", "mill", "saw")] == [36_000, 36_000, 0]


def test_a_gate_knows_the_contingent_of_a_month_that_began_since():
    """A lone gate is told nothing at midnight."""
    plan = sold(Sort.PLAN, "month")
    found = stands(plan, **{f"plan:{plan.record}:2026-10:laser": 7_200})
    assert heard(found).covered_s == 0
    assert heard(found, now_s=NOON_S + 30 * 86_400).covered_s == 7_200
    assert heard(found, "mill", NOON_S + 30 * 86_400).covered_s == 0


# --- what open months took ------------------------------------------------------------------------


def worked(day: int, minutes: int, month: int = 10) -> Worked:
    started_s = NOON_S + (day - 17) * 86_400 + (month - 10) * 31 * 86_400
    name = f"s{month}-{day}"
    length = minutes * 60
    return Worked(
        name,
        (name, f"{name}-stop"),
        ADA,
        ADA,
        MachineId("mill"),
        False,
        "",
        started_s,
        started_s + length,
        length,
    )


def took(sales: tuple[Sold, ...], *work: Worked, months: tuple[Month, ...] = (OCTOBER,)) -> dict[str, int]:
    payer = Payer(ADA, prepaid=True)
    return balances.took(TARIFF, BRUSSELS, payer, work, sales, {}, months)


def test_what_was_worked_in_open_months_is_taken_once():
    november = Month(2026, 11)
    assert took((TOPUP,), worked(17, 60), worked(18, 30)) == {"wallet": 900}
    assert took((TOPUP,), worked(17, 60), worked(3, 30, month=11), months=(OCTOBER, november)) == {
        "wallet": 900
    }


def test_open_months_take_one_after_the_other_from_what_is_left():
    pack = sold(Sort.PACK, "hours", quantity="0.1")
    november = Month(2026, 11)
    found = took((pack, TOPUP), worked(17, 40), worked(3, 40, month=11), months=(OCTOBER, november))
    assert found == {f"pack:{pack.record}": 3_600, "wallet": 200}


@given(
    st.dictionaries(
        st.sampled_from(("wallet", "pack:lab/gate/e#1", "plan:x=y:2026-10:*")), st.integers(-9, 9)
    )
)
def test_what_open_months_took_is_read_as_it_was_written(gone):
    assert balances.read(balances.written(gone)) == {pool: amount for pool, amount in gone.items() if amount}


# --- when it is told ------------------------------------------------------------------------------


def last(cents: int = 10_000, plans: tuple[str, ...] = (), left: tuple[str, ...] = ()) -> StateStands:
    return StateStands(ADA, cents, plans, left, (), (), 0, RecordId(Origin("lab/hub/e"), 1))


def due(was: StateStands | None, cents: int, age_ms: int = 1, **more: object) -> bool:
    return balances.due(was, Balance(cents, least_cents=1_000, **more), age_ms)  # type: ignore[arg-type]


def test_the_first_word_is_told_once_there_is_anything():
    assert not due(None, 0)
    assert due(None, 1) and due(None, -1) and due(None, 0, plans=("month:",))


def test_a_comfortable_balance_is_told_when_half_of_it_is_gone():
    """Nine thousand above the least: told at half of that, and not before."""
    assert not due(last(), 5_501)
    assert due(last(), 5_500)


def test_near_the_least_and_below_it_each_move_is_told():
    assert due(last(1_001), 1_000)
    assert due(last(500), 499)


def test_more_than_was_told_is_told_at_once_and_nothing_new_never():
    assert due(last(), 10_001)
    assert not due(last(), 10_000, age_ms=MOST_MS - 1)


def test_what_moved_is_told_each_week_and_every_state_each_four():
    assert not due(last(), 9_999, age_ms=WEEK_MS - 1)
    assert due(last(), 9_999, age_ms=WEEK_MS)
    assert due(last(), 10_000, age_ms=MOST_MS)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (("laser::100",), ("laser::51",), False),
        (("laser::100",), ("laser::50",), True),
        (("laser::100",), (), True),
        ((), ("laser::100",), True),
        (("laser:2026-10:5",), ("laser:2026-11:5",), True),
    ],
)
def test_time_is_told_when_half_of_it_is_gone_or_a_new_month_begins(was, now, told):
    assert due(last(left=was), 10_000, left=now) is told


def test_a_plan_that_begins_or_ends_is_told():
    assert due(last(plans=("month:",)), 10_000, plans=("month:2026-10-31",))
