"""The lines of a payer in a month: groups, what is worked off, days, reasons for nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from money_bench import (
    ADA,
    BRUSSELS,
    HOUR,
    MIN,
    at,
    given,
    hourly,
    lines,
    only,
    sale,
    tariff,
    version,
    work,
)

from fabgate.charges import Payer, Sort
from fabgate.model import MemberId
from fabgate.rules import charging
from fabgate.rules.month import Month
from fabgate.tariff import (
    ANY,
    Band,
    Basis,
    Category,
    DayPass,
    Meter,
    Pack,
    Period,
    Plan,
    Purpose,
    Regime,
    Rounding,
    Tariff,
    TimePrice,
    Unit,
    Voucher,
)

TEN = at(2026, 5, 20, 10)
DAY = date(2026, 5, 20)
JUNE = Month(2026, 6)


def laser(**more):
    """A price list with nothing but the laser at 10 an hour, and what else is said."""
    listed = {key: more.pop(key) for key in list(more) if key in version().__dataclass_fields__}
    return tariff(version(machines={"laser": {"": hourly("10", **more)}}, **listed))


# --- one session --------------------------------------------------------------------------------


def test_a_line_says_who_worked_where_for_how_long_by_which_list_and_how_it_came_to_that():
    line = only(laser(every_s=1800), work(TEN, 65 * MIN, "s1", busy_s=1200, purpose="private"))
    assert (line.payer, line.member, line.item, line.sort) == (ADA, ADA, "laser", Sort.MACHINE)
    assert (line.started_s, line.at_s) == (TEN, TEN + 65 * MIN)
    assert (line.seconds, line.busy_s, line.billed_s) == (65 * MIN, 1200, 90 * MIN)
    assert (line.list_cents, line.cents, line.wallet_cents, line.pack_cents) == (1500, 1500, 0, 0)
    assert (line.version, line.purpose, line.category) == ("v2026-01-01", "private", "")
    assert (line.records, line.sessions) == (("s1", "s1-stop"), ("s1",))
    assert (line.basis, line.vat, line.percent, line.reason) == ("with_vat", "standard", "21", "")
    assert line.steps == (
        ("powered", 65 * MIN),
        ("billed", 90 * MIN, "up", 1800, 0),
        ("band", 90 * MIN, "10", HOUR),
    )
    assert (line.id, line.of, dict(line.taken)) == ("", "", {})


def test_what_nobody_could_have_ended_is_not_charged():
    line = only(laser(), work(TEN, 70 * MIN, unsure_s=10 * MIN))
    assert (line.cents, line.seconds, line.billed_s) == (1000, 70 * MIN, HOUR)
    assert line.steps[:2] == (("powered", 70 * MIN), ("unsure", 10 * MIN))


def test_a_list_without_vat_and_a_lab_that_bears_none():
    net = laser(basis=Basis.WITHOUT_VAT)
    assert (only(net, work(TEN, HOUR)).basis, only(net, work(TEN, HOUR)).percent) == ("without_vat", "21")
    exempt = tariff(version(), regime=Regime.EXEMPT)
    assert only(exempt, work(TEN, HOUR)).percent == "0"


@pytest.mark.parametrize(
    ("prices", "session", "reason"),
    [
        (laser(), work(TEN, HOUR, free="maintenance"), "maintenance"),
        (laser(threshold_s=60), work(TEN, 59), "short"),
        (laser(threshold_s=60), work(TEN, 59, busy_s=0), "short"),
        (laser(free_s=HOUR), work(TEN, HOUR), "free time"),
        (laser(start_fee=Decimal(5), free_s=HOUR, minimum=Decimal(9)), work(TEN, HOUR), "free time"),
        (laser(meter=Meter.BUSY, start_fee=Decimal(5)), work(TEN, HOUR, busy_s=0), "idle"),
        (laser(), work(TEN, HOUR, unsure_s=HOUR), "unsure"),
        (laser(), work(TEN, 0), "short"),
        (laser(every_s=HOUR, rounding=Rounding.DOWN), work(TEN, HOUR - 1), "rounded down"),
        (laser(), work(TEN, 1), "under a cent"),
        (Tariff(), work(TEN, HOUR), "no price list"),
        (tariff(version(machines={"laser": {"": hourly("0")}})), work(TEN, HOUR), "price zero"),
    ],
)
def test_a_line_that_costs_nothing_says_why(prices, session, reason):
    line = only(prices, session)
    assert (line.cents, line.list_cents, line.reason) == (0, 0, reason)


def test_a_short_start_that_worked_is_charged():
    assert only(laser(threshold_s=60), work(TEN, 59, busy_s=1)).cents == 16


@pytest.mark.parametrize(
    "prices",
    [tariff(version(machines={})), tariff(version(since=date(2026, 6, 1)))],
    ids=["a machine without a price", "before the first list"],
)
def test_a_line_that_no_list_prices_has_no_reason_for_it(prices):
    line = only(prices, work(TEN, HOUR))
    assert (line.cents, line.reason) == (0, "")


def test_a_first_part_of_a_session_that_is_free_is_a_reason():
    price = TimePrice((Band(Decimal(0), HOUR, HOUR), Band(Decimal(10))))
    assert only(tariff(version(machines={"laser": {"": price}})), work(TEN, HOUR)).reason == "free time"


def test_a_category_or_a_purpose_at_nothing_is_a_reason_and_at_half_too():
    prices = laser(
        categories={"mentor": Category("Mentor", Decimal(0)), "student": Category("S", Decimal("0.5"))},
        purposes={"lab": Purpose("For the lab", Decimal(0))},
    )
    mentor = only(prices, work(TEN, HOUR), payer=Payer(ADA, ((0, "mentor"),)))
    student = only(prices, work(TEN, HOUR), payer=Payer(ADA, ((0, "student"),)))
    assert (mentor.cents, mentor.reason) == (0, "category mentor")
    assert (student.cents, student.reason) == (500, "category student")
    assert only(prices, work(TEN, HOUR, purpose="lab")).reason == "purpose lab"


# --- who they are, when -------------------------------------------------------------------------

DEARER = version(machines={"laser": {"": hourly("10"), "student": hourly("1"), "plan": hourly("2")}})


def test_the_category_of_the_start_counts_and_a_plans_before_ones_own():
    payer = Payer(ADA, ((0, ""), (TEN, "student"), (TEN + HOUR, "")))
    assert only(tariff(DEARER), work(TEN - 1, HOUR), payer=payer).cents == 1000
    assert only(tariff(DEARER), work(TEN, 2 * HOUR), payer=payer).cents == 200
    assert only(tariff(DEARER), work(TEN + HOUR, HOUR), payer=payer).cents == 1000
    plans = {"month": Plan("Month", Decimal(0), category="plan")}
    held = tariff(version(machines=DEARER.machines, plans=plans))
    (line,) = machine(lines(held, [work(TEN, HOUR)], [sale(Sort.PLAN, "month", DAY)], payer=payer))
    assert (line.cents, line.category) == (200, "plan")


@pytest.mark.parametrize(("until", "said"), [(None, ""), (date(2026, 12, 31), "2026-12-31")])
def test_a_residency_is_a_reason_with_its_dates(until, said):
    plans = {"residency": Plan("In residence", Decimal(0), period=Period.ONCE, factor=Decimal(0))}
    prices = tariff(version(machines={"laser": {"": hourly("10")}}, plans=plans))
    resident = sale(Sort.PLAN, "residency", DAY, until=until)
    (line,) = machine(lines(prices, [work(TEN, HOUR)], [resident]))
    assert (line.cents, line.reason) == (0, "plan residency")
    assert ("held", resident.record, "2026-05-20", said) in line.steps
    (before,) = machine(lines(prices, [work(TEN - 86_400, HOUR)], [resident]))
    assert (before.cents, before.reason) == (1000, "")


def test_the_list_of_the_start_prices_it_and_a_session_over_the_change_whole():
    later = version(date(2026, 5, 21), machines={"laser": {"": hourly("20")}})
    prices = tariff(version(), later)
    over = only(prices, work(at(2026, 5, 20, 23), 2 * HOUR))
    assert (over.cents, over.version) == (2000, "v2026-01-01")
    assert only(prices, work(at(2026, 5, 21), HOUR)).cents == 2000


def test_the_vat_is_that_of_the_day_on_which_it_ends():
    rates = {"standard": ((date(2000, 1, 1), Decimal(21)), (date(2026, 5, 21), Decimal("22.5")))}
    over = only(tariff(version(), rates=rates), work(at(2026, 5, 20, 23), 2 * HOUR))
    assert over.percent == "22.5"


# --- groups -------------------------------------------------------------------------------------

FEE = {"start_fee": Decimal(1), "every_s": 1800, "minimum_s": 1800, "gap_s": 600}


def test_sessions_within_the_gap_count_once_for_fee_minimum_and_rounding():
    near = [work(TEN, 10 * MIN, "a"), work(TEN + 20 * MIN, 10 * MIN, "b", busy_s=60)]
    line = only(laser(**FEE), *reversed(near))
    assert (line.cents, line.seconds, line.billed_s) == (600, 20 * MIN, 30 * MIN)
    assert (line.sessions, line.busy_s) == (("a", "b"), 60)
    assert line.records == ("a", "a-stop", "b", "b-stop")
    assert (line.started_s, line.at_s) == (TEN, TEN + 30 * MIN)
    assert line.steps[0] == ("sessions", 2)


def test_sessions_beyond_the_gap_count_apart():
    apart = [work(TEN, 10 * MIN), work(TEN + 20 * MIN + 1, 10 * MIN)]
    assert [line.cents for line in lines(laser(**FEE), apart)] == [600, 600]


@pytest.mark.parametrize(
    "other",
    [{"machine": "drill"}, {"purpose": "lab"}, {"supervised": True}],
    ids=["another machine", "another purpose", "a trainee's"],
)
def test_what_is_not_the_same_counts_apart(other):
    prices = tariff(version(machines={ANY: {"": hourly("10")}}))
    assert len(lines(prices, [work(TEN, MIN, "a"), work(TEN + MIN, MIN, "b", **other)])) == 2


def test_after_a_cut_of_ours_an_hour_is_no_gap_and_a_gap_that_is_longer_stays():
    def cut(after):
        return [work(TEN, 10 * MIN, "a", ours=True), work(TEN + 10 * MIN + after, 10 * MIN, "b")]

    assert len(lines(laser(**FEE), cut(HOUR))) == 1
    assert len(lines(laser(**FEE), cut(HOUR + 1))) == 2
    assert len(lines(laser(gap_s=2 * HOUR), cut(HOUR + 1))) == 1


def test_it_is_the_last_session_before_a_break_that_says_whose_cut_it_was():
    first, last = work(TEN, 10 * MIN, "a"), work(TEN + 15 * MIN, 10 * MIN, "b")
    after = work(TEN + 60 * MIN, 10 * MIN, "c")
    assert len(lines(laser(**FEE), [first, replace(last, ours=True), after])) == 1
    assert len(lines(laser(**FEE), [replace(first, ours=True), last, after])) == 2


def test_what_costs_nothing_neither_joins_nor_parts_a_group():
    between = [
        work(TEN, 10 * MIN, "a"),
        work(TEN + 11 * MIN, MIN, "free", free="undone"),
        work(TEN + 13 * MIN, 10 * MIN, "b"),
    ]
    found = lines(laser(**FEE), between)
    assert [(line.sessions, line.cents) for line in found] == [(("free",), 0), (("a", "b"), 600)]


def test_two_people_of_one_payer_are_one_group_that_is_nobodys_alone():
    bob = MemberId("m-bob")
    line = only(laser(**FEE), work(TEN, 10 * MIN, "a"), work(TEN + 10 * MIN, 10 * MIN, "b", member=bob))
    assert (line.cents, line.member) == (600, None)


def test_short_starts_within_the_gap_are_short_together_or_not_at_all():
    prices = laser(threshold_s=60)
    two = [work(TEN, 29, "a"), work(TEN + MIN, 30, "b")]
    assert only(prices, *two).reason == "short"
    assert only(prices, *two, work(TEN + 2 * MIN, 1, "c")).reason == ""


# --- the month ----------------------------------------------------------------------------------


def test_a_session_over_the_months_end_is_of_the_next_and_late_ones_of_the_first_that_reads_them():
    over = work(at(2026, 5, 31, 23, 30), HOUR, "over")
    late = work(at(2026, 3, 1, 12), HOUR, "late")
    assert [line.sessions for line in lines(laser(), [over, late])] == [("late",)]
    assert [line.sessions for line in lines(laser(), [over], month=JUNE)] == [("over",)]


def test_a_session_that_ends_with_the_month_is_of_the_next():
    last = work(at(2026, 5, 31, 23), HOUR)
    assert lines(laser(), [last]) == ()
    assert len(lines(laser(), [work(at(2026, 5, 31, 23), HOUR - 1)])) == 1


def test_a_group_that_goes_on_into_the_next_month_goes_there_whole():
    before, after = work(at(2026, 5, 31, 23, 40), 15 * MIN, "a"), work(at(2026, 6, 1, 0, 1), 10 * MIN, "b")
    assert lines(laser(**FEE), [before, after]) == ()
    line = only(laser(**FEE), before, after, month=JUNE)
    assert (line.sessions, line.cents) == (("a", "b"), 600)


@pytest.mark.parametrize("start", [at(2026, 10, 25, 1, 50), at(2026, 3, 29, 1, 50)], ids=["back", "forward"])
def test_a_change_of_the_clock_changes_no_length(start):
    month = Month.at(start, BRUSSELS)
    line = only(laser(every_s=MIN), work(start, 80 * MIN), month=month)
    assert (line.billed_s, line.cents) == (80 * MIN, 1333)


def test_a_day_of_the_lab_is_a_day_in_its_own_zone():
    auckland = ZoneInfo("Pacific/Auckland")
    later = version(date(2026, 5, 21), machines={"laser": {"": hourly("20")}})
    start = at(2026, 5, 21, 1, zone=auckland)
    assert only(tariff(version(), later), work(start, HOUR), zone=auckland).cents == 2000
    assert only(tariff(version(), later), work(start, HOUR)).cents == 1000


def test_the_same_inputs_make_the_same_lines_in_whatever_order_they_come():
    worked = [work(TEN + n * 2 * HOUR, 65 * MIN) for n in range(5)]
    sold = [sale(Sort.TOPUP, "", DAY, cents=2500), sale(Sort.DAY, "day", DAY)]
    prices = laser(passes={"day": DayPass("Day", Decimal(4))})
    assert lines(prices, worked, sold) == lines(prices, reversed(worked), reversed(sold))
    assert [line.at_s for line in lines(prices, worked, sold)] == sorted(
        line.at_s for line in lines(prices, worked, sold)
    )


# --- days ---------------------------------------------------------------------------------------


def passes(**more):
    day = DayPass("Day", Decimal(8), automatic=True, vat="standard", **more)
    return laser(passes={"day": day}, plans={"month": Plan("Month", Decimal(30))}, packs=PACKS)


PACKS = {
    "ten": Pack("Ten days", Decimal(60), Unit.DAYS, 10, voucher=Voucher.SINGLE, vat="standard"),
    "credit": Pack("Credit", Decimal(40), Unit.CREDIT, 5000),
}


def test_who_works_on_a_day_owes_it_once_besides_the_time():
    found = lines(passes(), [work(TEN, HOUR), work(TEN + 3 * HOUR, HOUR)])
    assert [(line.sort, line.cents) for line in found] == [
        (Sort.MACHINE, 1000),
        (Sort.DAY, 800),
        (Sort.MACHINE, 1000),
    ]
    day = found[1]
    assert (day.at_s, day.percent, dict(day.taken)) == (at(2026, 5, 20, 12), "21", {"day:2026-05-20": 1})


def test_a_day_that_a_closed_month_charged_is_not_owed_again():
    assert [line.sort for line in lines(passes(), [work(TEN, HOUR)], taken={"day:2026-05-20": 1})] == [
        Sort.MACHINE
    ]


def test_a_day_over_midnight_is_one_however_often_it_was_broken_off():
    night = [work(at(2026, 5, 20, 23, 30), 20 * MIN, "a"), work(at(2026, 5, 20, 23, 55), HOUR, "b")]
    assert [line.sort for line in lines(passes(), night)] == [Sort.DAY, Sort.MACHINE]


@pytest.mark.parametrize(
    ("session", "owes"),
    [
        (work(TEN, HOUR, free="maintenance"), False),
        (work(TEN, 10), False),
        (work(TEN, HOUR, purpose="lab"), False),
        (work(TEN, HOUR), True),
    ],
    ids=["maintenance", "short", "for the lab", "their own"],
)
def test_only_work_of_ones_own_owes_a_day(session, owes):
    listed = passes().versions[0]
    prices = tariff(
        version(
            machines=listed.machines,
            passes=listed.passes,
            threshold_s=60,
            purposes={"lab": Purpose("For the lab", Decimal(0))},
        )
    )
    assert any(line.sort is Sort.DAY for line in lines(prices, [session])) is owes


def test_a_plan_a_sold_day_and_a_category_owe_none():
    prices = passes(plans=("month",), categories=("client",))
    by_plan = lines(prices, [work(TEN, HOUR)], [sale(Sort.PLAN, "month", date(2026, 5, 1))])
    assert [line.sort for line in by_plan] == [Sort.PLAN, Sort.MACHINE]
    bought = lines(prices, [work(TEN, HOUR)], [sale(Sort.DAY, "day", DAY)])
    assert [(line.sort, line.records) for line in bought if line.sort is Sort.DAY] == [
        (Sort.DAY, ("sale-day",))
    ]
    client = lines(prices, [work(TEN, HOUR)], payer=Payer(ADA, ((0, "client"),)))
    assert [line.sort for line in client] == [Sort.MACHINE]


def test_who_owes_no_day_by_their_category_owes_none_whatever_they_work_for():
    listed = passes(categories=("client", "member")).versions[0]
    prices = tariff(replace(listed, purposes={"client": Purpose("For a client", category="client")}))
    member = Payer(ADA, ((0, "member"),))
    for payer, purpose in [(member, "client"), (member, ""), (Payer(ADA), "client")]:
        found = lines(prices, [work(TEN, HOUR, purpose=purpose)], payer=payer)
        assert [line.sort for line in found] == [Sort.MACHINE]
    only_member = tariff(
        replace(prices.versions[0], passes=passes(categories=("member",)).versions[0].passes)
    )
    assert len(lines(only_member, [work(TEN, HOUR, purpose="client")], payer=member)) == 1


def test_a_day_of_a_card_is_taken_before_one_is_charged():
    card = sale(Sort.PACK, "ten", date(2026, 5, 1))
    found = {line.sort: line for line in lines(passes(), [work(TEN, HOUR)], [card])}
    day = found[Sort.DAY]
    assert (day.cents, day.list_cents, day.reason, day.vat_paid) == (0, 0, "pack", True)
    assert dict(day.taken) == {"pack:sale-ten": 1, "day:2026-05-20": 1}
    used_up = {"pack:sale-ten": 10}
    last = {line.sort: line for line in lines(passes(), [work(TEN, HOUR)], [card], taken=used_up)}
    assert (last[Sort.DAY].cents, last[Sort.DAY].reason) == (800, "")


def test_a_machine_can_be_in_the_price_of_the_day():
    for machines in (("laser",), (ANY,)):
        found = lines(passes(machines=machines), [work(TEN, HOUR), work(TEN + 2 * HOUR, HOUR)])
        assert [(line.sort, line.cents, line.reason) for line in found] == [
            (Sort.MACHINE, 0, "day pass"),
            (Sort.DAY, 800, ""),
            (Sort.MACHINE, 0, "day pass"),
        ]
    sold = lines(passes(machines=("laser",)), [work(TEN, HOUR)], [sale(Sort.DAY, "day", DAY)])
    assert sum(line.cents for line in sold) == 800
    other = lines(passes(machines=("drill",)), [work(TEN, HOUR)])
    assert sum(line.cents for line in other) == 1800


# --- what is worked off -------------------------------------------------------------------------

PLANS = {
    "two": Plan("Two hours", Decimal(10), contingent={"laser": 2 * HOUR}),
    "all": Plan("An hour of anything", Decimal(5), contingent={ANY: HOUR}),
}
TIME = {
    "five": Pack("Five hours", Decimal(35), Unit.TIME, 5 * HOUR, valid_months=6, vat="standard"),
    "one": Pack("An hour", Decimal("9.99"), Unit.TIME, HOUR, ("laser",), 1, vat="standard"),
    "credit": Pack("Credit", Decimal(40), Unit.CREDIT, 5000),
    "single": Pack("Credit", Decimal(40), Unit.CREDIT, 5000, voucher=Voucher.SINGLE, vat="standard"),
    "food": Pack("Credit", Decimal(40), Unit.CREDIT, 5000, voucher=Voucher.SINGLE, vat="reduced"),
}


def stocked(**more):
    return laser(plans=PLANS, packs=TIME, **more)


def machine(found):
    return [line for line in found if line.sort is Sort.MACHINE]


def test_first_the_plans_hours_then_packs_then_the_wallet_then_the_invoice():
    sold = [
        sale(Sort.PLAN, "two", date(2026, 5, 1)),
        sale(Sort.PACK, "one", date(2026, 5, 1)),
        sale(Sort.PACK, "credit", date(2026, 5, 1)),
        sale(Sort.TOPUP, "", date(2026, 5, 1), record="top", cents=300),
    ]
    credit = {"pack:sale-credit": 3000}  # 20.00 are left, of which the plan's dues took 10.00
    (line,) = machine(lines(stocked(), [work(TEN, 6 * HOUR)], sold, taken=credit))
    assert dict(line.taken) == {
        "plan:sale-two:2026-05:laser": 2 * HOUR,
        "pack:sale-one": HOUR,
        "pack:sale-credit": 1000,
        "wallet": 300,
    }
    assert (line.list_cents, line.wallet_cents, line.cents) == (3000, 300, 1700)
    assert line.pack_cents == 999 + 800


def test_a_pack_gives_only_what_the_plan_has_not():
    sold = [sale(Sort.PLAN, "two", date(2026, 5, 1)), sale(Sort.PACK, "five", date(2026, 5, 1))]
    (line,) = machine(lines(stocked(), [work(TEN, 3 * HOUR)], sold))
    assert dict(line.taken) == {"plan:sale-two:2026-05:laser": 2 * HOUR, "pack:sale-five": HOUR}


def test_where_only_the_start_costs_no_hours_are_taken():
    prices = tariff(version(machines={"laser": {"": hourly("0", start_fee=Decimal(2))}}, plans=PLANS))
    (line,) = machine(lines(prices, [work(TEN, HOUR)], [sale(Sort.PLAN, "two", date(2026, 5, 1))]))
    assert (line.cents, dict(line.taken)) == (200, {})


def test_hours_of_a_plan_do_not_roll_over_and_are_of_the_month_of_the_start():
    sold = [sale(Sort.PLAN, "two", date(2026, 4, 1))]
    over = work(at(2026, 5, 31, 23), 2 * HOUR)
    may = machine(lines(stocked(), [work(TEN, 3 * HOUR)], sold))
    june = machine(lines(stocked(), [over, work(at(2026, 6, 2, 9), 2 * HOUR)], sold, month=JUNE))
    assert [line.cents for line in may] == [1000]
    assert [dict(line.taken) for line in june] == [
        {"plan:sale-two:2026-05:laser": 2 * HOUR},
        {"plan:sale-two:2026-06:laser": 2 * HOUR},
    ]


def test_what_a_closed_month_took_is_gone_also_for_what_comes_late():
    sold = [sale(Sort.PLAN, "two", date(2026, 5, 1))]
    first = lines(stocked(), [work(TEN, HOUR)], sold)
    late = machine(lines(stocked(), [work(TEN + 4 * HOUR, 3 * HOUR)], sold, taken=given(first), month=JUNE))
    assert [(line.cents, line.taken["plan:sale-two:2026-05:laser"]) for line in late] == [(2000, HOUR)]


def test_hours_for_all_machines_are_for_those_without_hours_of_their_own():
    sold = [sale(Sort.PLAN, "two", date(2026, 5, 1)), sale(Sort.PLAN, "all", date(2026, 5, 1))]
    (line,) = machine(lines(stocked(), [work(TEN, 4 * HOUR)], sold))
    assert dict(line.taken) == {
        "plan:sale-all:2026-05:*": HOUR,
        "plan:sale-two:2026-05:laser": 2 * HOUR,
    }


def test_a_machine_that_a_plan_names_has_those_hours_and_not_the_ones_for_all_others():
    plan = Plan("Both", Decimal(0), contingent={"laser": HOUR, ANY: 2 * HOUR})
    prices = tariff(version(machines={ANY: {"": hourly("10")}}, plans={"both": plan}))
    worked = [work(TEN, 3 * HOUR, "a"), work(TEN, 3 * HOUR, "b", machine="drill")]
    found = machine(lines(prices, worked, [sale(Sort.PLAN, "both", date(2026, 5, 1))]))
    assert [(line.item, line.cents, list(line.taken)) for line in found] == [
        ("laser", 2000, ["plan:sale-both:2026-05:laser"]),
        ("drill", 1000, ["plan:sale-both:2026-05:*"]),
    ]


def test_a_plan_that_ended_gives_nothing_after_its_last_day():
    ended = [sale(Sort.PLAN, "two", date(2026, 5, 1), until=DAY)]
    worked = [work(at(2026, 5, 20, 22), HOUR), work(at(2026, 5, 21), HOUR)]
    assert [line.cents for line in machine(lines(stocked(), worked, ended))] == [0, 1000]


def test_the_pack_that_expires_first_gives_first_and_its_last_day_counts():
    sold = [
        sale(Sort.PACK, "five", date(2026, 4, 1)),
        sale(Sort.PACK, "one", date(2026, 4, 20)),
    ]
    (line,) = machine(lines(stocked(), [work(TEN, 90 * MIN)], sold))
    assert dict(line.taken) == {"pack:sale-one": HOUR, "pack:sale-five": 30 * MIN}
    (after,) = machine(lines(stocked(), [work(at(2026, 5, 21, 10), 90 * MIN)], sold))
    assert dict(after.taken) == {"pack:sale-five": 90 * MIN}


def test_a_pack_counts_from_its_day_on_and_on_its_own_machines():
    sold = [sale(Sort.PACK, "one", DAY)]
    prices = tariff(version(machines={ANY: {"": hourly("10")}}, packs=TIME))
    worked = [
        work(at(2026, 5, 19, 23), HOUR, "before"),
        work(at(2026, 5, 20, 1), HOUR, "drill", machine="drill"),
        work(at(2026, 5, 20, 9), HOUR, "now"),
    ]
    assert [line.cents for line in machine(lines(prices, worked, sold))] == [1000, 1000, 0]


def test_what_was_paid_for_a_pack_comes_out_whole_when_it_is_used_up():
    sold = [sale(Sort.PACK, "one", date(2026, 5, 1))]
    worked = [work(TEN + n * HOUR, 7 * MIN) for n in range(9)]
    found = machine(lines(stocked(), worked, sold))
    assert sum(line.pack_cents for line in found) == 999
    assert [line.cents for line in found] == [0] * 8 + [50]
    assert {line.reason for line in found[:8]} == {"pack"}


def test_a_pack_for_one_rate_bore_its_vat_when_it_was_sold_and_is_good_for_that_rate_only():
    sold = [sale(Sort.PACK, "single", date(2026, 5, 1)), sale(Sort.PACK, "food", date(2026, 5, 1))]
    found = lines(stocked(), [work(TEN, HOUR)], sold)
    (line,) = machine(found)
    assert dict(line.taken) == {"pack:sale-single": 1000}
    assert (line.vat_paid, line.pack_cents, line.cents) == (True, 0, 0)
    assert [(one.basis, one.percent) for one in found[:2]] == [("with_vat", "6"), ("with_vat", "21")]


def test_a_pack_for_one_rate_is_good_for_all_where_there_are_no_rates():
    prices = tariff(*stocked().versions, regime=Regime.NOT_TAXABLE_FR)
    (line,) = machine(lines(prices, [work(TEN, HOUR)], [sale(Sort.PACK, "food", date(2026, 5, 1))]))
    assert (line.cents, dict(line.taken)) == (0, {"pack:sale-food": 1000})


def test_a_pack_that_is_older_than_the_first_list_holds_what_that_one_says():
    old = [sale(Sort.PACK, "five", date(2025, 12, 1))]
    (line,) = machine(lines(stocked(), [work(TEN, 6 * HOUR)], old))
    assert (line.cents, dict(line.taken)) == (1000, {"pack:sale-five": 5 * HOUR})


def test_a_price_that_was_said_for_a_pack_is_what_was_paid_for_it():
    said = [sale(Sort.PACK, "one", date(2026, 5, 1), cents=500)]
    found = lines(stocked(), [work(TEN, HOUR)], said)
    assert [(line.cents, line.pack_cents) for line in found] == [(500, 0), (0, 500)]


def test_two_packs_in_one_sale_hold_twice_as_much():
    sold = [sale(Sort.PACK, "one", date(2026, 5, 1), quantity="2")]
    found = lines(stocked(), [work(TEN, 3 * HOUR)], sold)
    assert [(line.list_cents, line.pack_cents) for line in found] == [(1998, 0), (1000, 1998)]


def test_neither_credit_nor_the_wallet_pays_what_is_without_vat_unless_it_bears_none():
    sold = [
        sale(Sort.PACK, "credit", date(2026, 5, 1)),
        sale(Sort.TOPUP, "", date(2026, 5, 1), cents=300),
    ]
    net = laser(basis=Basis.WITHOUT_VAT, packs=TIME)
    assert machine(lines(net, [work(TEN, HOUR)], sold))[0].cents == 1000
    exempt = tariff(*net.versions, regime=Regime.FRANCHISE_BE)
    assert machine(lines(exempt, [work(TEN, HOUR)], sold))[0].cents == 0


def test_a_topup_counts_from_its_day_and_pays_no_pack():
    sold = [
        sale(Sort.TOPUP, "", DAY, record="top", cents=5000),
        sale(Sort.PACK, "credit", DAY),
    ]
    worked = [work(at(2026, 5, 19, 10), HOUR), work(TEN, HOUR)]
    found = lines(laser(packs={"credit": TIME["single"]}), worked, sold)
    assert [(line.sort, line.cents, line.wallet_cents) for line in found] == [
        (Sort.MACHINE, 1000, 0),
        (Sort.MACHINE, 0, 0),
        (Sort.PACK, 4000, 0),
        (Sort.TOPUP, 5000, 0),
    ]


def test_what_was_paid_in_by_the_end_of_a_session_pays_it():
    night = work(at(2026, 5, 19, 23), 2 * HOUR)
    assert machine(lines(laser(), [night], [sale(Sort.TOPUP, "", DAY, cents=500)]))[0].wallet_cents == 500
    assert (
        machine(lines(laser(), [night], [sale(Sort.TOPUP, "", date(2026, 5, 21), cents=500)]))[0].wallet_cents
        == 0
    )


def test_a_wallet_pays_what_it_holds_and_of_who_pays_before_all_of_it_below_zero():
    sold = [sale(Sort.TOPUP, "", DAY, cents=1500)]
    worked = [work(TEN, HOUR), work(TEN + 2 * HOUR, HOUR)]
    found = machine(lines(laser(), worked, sold))
    assert [(line.wallet_cents, line.cents) for line in found] == [(1000, 0), (500, 500)]
    before = machine(lines(laser(), worked, sold, payer=Payer(ADA, prepaid=True)))
    assert [(line.wallet_cents, line.cents) for line in before] == [(1000, 0), (1000, 0)]
    assert machine(lines(laser(), worked, sold, taken={"wallet": 1600}))[0].wallet_cents == 0


def test_the_free_time_of_a_month_is_of_all_sessions_on_a_machine_in_it():
    prices = laser(free_month_s=HOUR, start_fee=Decimal(1))
    worked = [work(TEN + n * 2 * HOUR, 40 * MIN) for n in range(3)]
    found = lines(prices, worked)
    assert [line.cents for line in found] == [0, 433, 767]
    assert [line.taken.get("free:laser:2026-05") for line in found] == [40 * MIN, 20 * MIN, None]
    assert found[0].reason == "free time"
    assert [line.cents for line in lines(prices, worked[:1], taken=given(found))] == [767]


def test_what_costs_nothing_anyway_takes_nothing():
    prices = stocked(free_month_s=HOUR, purposes={"lab": Purpose("For the lab", Decimal(0))})
    sold = [sale(Sort.PLAN, "two", date(2026, 5, 1)), sale(Sort.PACK, "one", date(2026, 5, 1))]
    (line,) = machine(lines(prices, [work(TEN, HOUR, purpose="lab")], sold))
    assert (dict(line.taken), line.reason) == ({}, "purpose lab")


def test_what_a_plan_covers_says_so_and_keeps_the_fee():
    sold = [sale(Sort.PLAN, "two", date(2026, 5, 1))]
    (line,) = machine(lines(stocked(), [work(TEN, HOUR)], sold))
    assert (line.list_cents, line.reason) == (0, "plan")
    (fee,) = machine(lines(stocked(start_fee=Decimal(1)), [work(TEN, HOUR)], sold))
    assert (fee.list_cents, fee.reason) == (100, "")


# --- what is left -------------------------------------------------------------------------------


def left(prices, sold, day=DAY, taken=None, **payer):
    found = charging.left(prices, BRUSSELS, Payer(ADA, **payer), sold, taken or {}, day)
    return [(pool.id, pool.left, pool.unit, pool.machines, pool.until) for pool in found]


def test_what_is_left_is_told_in_the_order_in_which_it_is_worked_off():
    sold = [
        sale(Sort.PLAN, "two", date(2026, 5, 1), until=date(2026, 5, 25)),
        sale(Sort.PLAN, "all", date(2026, 5, 1)),
        sale(Sort.PACK, "five", date(2026, 1, 31)),
        sale(Sort.PACK, "one", date(2026, 5, 1)),
        sale(Sort.PACK, "credit", date(2026, 5, 1)),
        sale(Sort.TOPUP, "", date(2026, 5, 1), record="top", cents=300),
    ]
    prices = stocked(free_month_s=HOUR)
    assert left(prices, sold, taken={"pack:sale-credit": 1, "free:laser:2026-05": 60}) == [
        ("free:laser:2026-05", HOUR - 60, "seconds", ("laser",), date(2026, 5, 31)),
        ("plan:sale-all:2026-05:*", HOUR, "seconds", (), date(2026, 5, 31)),
        ("plan:sale-two:2026-05:laser", 2 * HOUR, "seconds", ("laser",), date(2026, 5, 25)),
        ("pack:sale-one", HOUR, "seconds", ("laser",), date(2026, 6, 1)),
        ("pack:sale-five", 5 * HOUR, "seconds", (), date(2026, 7, 31)),
        ("pack:sale-credit", 4999, "cents", (), None),
        ("wallet", 300, "cents", (), None),
    ]


def test_what_is_used_up_over_or_not_yet_sold_is_not_left():
    sold = [
        sale(Sort.PLAN, "two", date(2026, 5, 1), until=date(2026, 5, 19)),
        sale(Sort.PACK, "one", date(2026, 4, 19)),
        sale(Sort.PACK, "five", date(2026, 5, 21)),
        sale(Sort.PACK, "credit", date(2026, 5, 1)),
        sale(Sort.TOPUP, "", date(2026, 5, 21), record="top", cents=300),
    ]
    assert left(stocked(), sold, taken={"pack:sale-credit": 5000, "wallet": 200}) == [
        ("wallet", -200, "cents", (), None)
    ]


def test_nothing_is_left_of_nothing():
    assert left(laser(), []) == []
    assert left(Tariff(), []) == []
