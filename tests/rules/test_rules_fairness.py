"""What holds for every price list and month: a split is never dearer, nothing is lost or made up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given as holds
from hypothesis import settings
from hypothesis import strategies as st
from money_bench import ADA, BRUSSELS, HOUR, MAY, MIN, VAT, at, cut, given, lines, sale, work
from test_rules_pricing import prices

from fabgate.charges import Payer, Sort
from fabgate.rules import charging, vat
from fabgate.rules.month import Month
from fabgate.tariff import (
    ANY,
    Basis,
    Category,
    DayPass,
    Meter,
    Pack,
    Plan,
    Purpose,
    Regime,
    Tariff,
    Unit,
    Version,
    Voucher,
)

GAP = 600
JUNE = Month(2026, 6)
CHANGE = date(2026, 5, 21)
CREDIT = "credit"
# Midnight of a change of list, of the month's end, of a plan's end; both changes of clock; any noon.
BORDERS = [at(2026, 5, 21), at(2026, 6, 1), at(2026, 5, 11), at(2026, 5, 20, 12)]


@st.composite
def time_prices(draw):
    meter = draw(st.sampled_from(Meter))
    runs = (draw(st.integers(0, 300)), draw(st.integers(0, 300)))
    free = draw(st.sampled_from([0, HOUR]))
    basis = draw(st.sampled_from(Basis))
    return replace(
        draw(prices()),
        meter=meter,
        before_s=runs[0],
        after_s=runs[1],
        free_month_s=free,
        basis=basis,
        vat="standard",
    )


@st.composite
def price_lists(draw):
    """Two lists, the second from within the month on, with all that a lab may sell."""
    return Tariff(
        (draw(versions("old", date(2026, 1, 1))), draw(versions("new", CHANGE))),
        regime=draw(st.sampled_from(Regime)),
        rates=VAT,
    )


@st.composite
def versions(draw, name, since):
    price = time_prices()
    part = st.sampled_from([Decimal("0.5"), Decimal("0.333"), Decimal(1)])
    own = draw(st.booleans())
    return Version(
        name,
        since,
        machines={"laser": {"": draw(price), **({"plan": draw(price)} if own else {})}},
        passes={"day": DayPass("Day", Decimal(8), automatic=draw(st.booleans()), vat="standard")},
        plans={
            "month": Plan(
                "Month",
                Decimal(30),
                category="plan",
                contingent={ANY: HOUR},
                factor=draw(part),
                vat="standard",
            )
        },
        packs={
            "time": Pack("Time", Decimal("9.99"), Unit.TIME, 3 * HOUR, valid_months=1, vat="standard"),
            CREDIT: Pack(
                "Credit",
                Decimal(40),
                Unit.CREDIT,
                5000,
                voucher=draw(st.sampled_from(Voucher)),
                vat="standard",
            ),
        },
        categories={"plan": Category("Plan", draw(part))},
        purposes={"half": Purpose("Half", draw(part))},
        gap_s=GAP,
        threshold_s=draw(st.sampled_from([0, 60])),
    )


@st.composite
def sales(draw):
    sold = [
        sale(Sort.PLAN, "month", date(2026, 4, 20), until=draw(st.sampled_from([None, date(2026, 5, 10)]))),
        sale(Sort.PACK, "time", draw(st.sampled_from([date(2026, 4, 20), date(2026, 5, 1)]))),
        sale(Sort.PACK, CREDIT, date(2026, 5, 1)),
        sale(Sort.TOPUP, "", date(2026, 5, 2), record="top", cents=draw(st.integers(1, 5000))),
    ]
    return draw(st.lists(st.sampled_from(sold), unique_by=lambda one: one.record))


PAYERS = st.builds(
    Payer,
    st.just(ADA),
    st.sampled_from([(), ((0, "plan"),), ((at(2026, 5, 15), "plan"),)]),
    prepaid=st.booleans(),
)


# --- a split ------------------------------------------------------------------------------------


@st.composite
def splits(draw):
    """A session, and the same with breaks in it: within the gap, or within an hour where they were ours."""
    start = draw(st.sampled_from(BORDERS)) - draw(st.integers(0, 4 * HOUR))
    ours = draw(st.booleans())
    most = HOUR if ours else GAP
    pieces, at_s, worked = [], 0, []
    for _ in range(draw(st.integers(1, 4))):
        long = draw(st.integers(0, 3 * HOUR))
        pieces.append((at_s, long))
        worked.append(draw(st.integers(0, long)))
        at_s += long + draw(st.integers(0, most))
    whole_s = pieces[-1][0] + pieces[-1][1]
    tells = draw(st.booleans())
    more = {"supervised": draw(st.booleans()), "purpose": draw(st.sampled_from(["", "half"]))}
    whole = work(start, whole_s, busy_s=sum(worked) if tells else None, **more)
    parts = [
        replace(part, busy_s=busy if tells else None, ours=ours)
        for part, busy in zip(cut(whole, pieces), worked, strict=True)
    ]
    return whole, parts


def cost(found):
    """What it costs, however it is paid; of sessions and days alone."""
    return sum(line.list_cents for line in found if line.sort in (Sort.MACHINE, Sort.DAY))


@settings(max_examples=150, deadline=None)
@holds(price_lists(), splits(), sales(), PAYERS)
def test_a_split_within_the_gap_is_never_dearer_than_the_whole(tariff, split, sold, payer):
    whole, parts = split

    def both(worked):
        may = lines(tariff, worked, sold, payer=payer)
        charged = {session for line in may for session in line.sessions}
        left = [one for one in worked if one.session not in charged]
        june = lines(tariff, left, sold, payer=payer, taken=given(may), month=JUNE)
        return cost(may) + cost(june)

    assert both(parts) <= both([whole])


@holds(splits())
def test_the_parts_of_a_session_make_one_line(split):
    _, parts = split
    found = lines(Tariff((Version("v", date(2026, 1, 1), gap_s=GAP),)), parts, month=JUNE)
    assert [len(line.sessions) for line in found] == [len(parts)]


# --- a month ------------------------------------------------------------------------------------


@st.composite
def months(draw):
    """Sessions of a person in the month, one after another, some of them free, late or over its end."""
    at_s, found = at(2026, 4, 29), []
    for number in range(draw(st.integers(0, 12))):
        at_s += draw(st.sampled_from([0, GAP, GAP + 1, HOUR, 30 * HOUR, 90 * HOUR]))
        long = draw(st.integers(0, 5 * HOUR))
        busy = draw(st.none() | st.integers(0, long))
        found.append(
            work(
                at_s,
                long,
                f"s{number}",
                busy_s=busy,
                unsure_s=draw(st.sampled_from([0, 0, 0, MIN, 9 * HOUR])),
                supervised=draw(st.booleans()),
                purpose=draw(st.sampled_from(["", "", "half"])),
                free=draw(st.sampled_from(["", "", "", "maintenance"])),
            )
        )
        at_s += long
    return found


MONTHS = settings(max_examples=80, deadline=None)


@MONTHS
@holds(price_lists(), months(), sales(), PAYERS)
def test_what_is_listed_is_what_credit_the_wallet_and_the_invoice_pay(tariff, worked, sold, payer):
    for line in lines(tariff, worked, sold, payer=payer):
        credit = line.taken.get(f"pack:sale-{CREDIT}", 0)
        assert line.list_cents == line.cents + line.wallet_cents + credit
        assert line.wallet_cents == line.taken.get("wallet", 0)
        assert min(line.list_cents, line.cents, line.wallet_cents, line.pack_cents) >= 0
        assert not any(isinstance(one, float) for one in (line.cents, line.list_cents, line.pack_cents))
        assert all(type(amount) is int for amount in line.taken.values())
        assert all(isinstance(part, str | int) for step in line.steps for part in step)


@MONTHS
@holds(price_lists(), months(), sales(), PAYERS)
def test_every_session_that_ended_in_time_is_in_one_line_and_a_zero_has_its_reason(
    tariff, worked, sold, payer
):
    found = lines(tariff, worked, sold, payer=payer)
    named = [session for line in found for session in line.sessions]
    assert len(named) == len(set(named))
    after = MAY.bounds(BRUSSELS)[1]
    late = {one.session for one in worked if one.session not in named}
    assert all(one.ended_s >= after - 13 * (GAP + 5 * HOUR) for one in worked if one.session in late)
    assert all(line.reason for line in found if not line.list_cents)
    assert [line.at_s for line in found] == sorted(line.at_s for line in found)
    assert all(line.at_s < after for line in found)


@MONTHS
@holds(price_lists(), months(), sales(), PAYERS)
def test_two_months_take_from_each_pool_what_is_in_it_and_no_more(tariff, worked, sold, payer):
    full = {
        pool.id: pool.left
        for day in (date(2026, 4, 30), date(2026, 5, 2), date(2026, 5, 31), date(2026, 6, 1))
        for pool in charging.left(tariff, BRUSSELS, payer, sold, {}, day)
    }
    may = lines(tariff, worked, sold, payer=payer)
    charged = {session for line in may for session in line.sessions}
    left = [one for one in worked if one.session not in charged]
    june = lines(tariff, left, sold, payer=payer, taken=given(may), month=JUNE)
    for pool, amount in given([*may, *june]).items():
        if pool.startswith(("plan:", "pack:")) or (pool == "wallet" and not payer.prepaid):
            assert 0 < amount <= full[pool]
        if pool.startswith("day:"):
            assert amount == 1


@MONTHS
@holds(price_lists(), months(), sales(), PAYERS)
def test_what_is_taken_is_what_is_less_left_and_its_price_comes_out(tariff, worked, sold, payer):
    found = lines(tariff, worked, sold, payer=payer)
    day = date(2026, 5, 31)
    before, after = (
        {pool.id: pool.left for pool in charging.left(tariff, BRUSSELS, payer, sold, taken, day)}
        for taken in ({}, given(found))
    )
    taken = given(found)
    assert all(after.get(pool, 0) == left - taken.get(pool, 0) for pool, left in before.items())
    paid = sum(line.pack_cents for line in found)
    assert paid <= 999 + 4000
    if taken.get("pack:sale-time") == 3 * HOUR and f"pack:sale-{CREDIT}" not in taken:
        assert paid == 999


@MONTHS
@holds(price_lists(), months(), sales(), PAYERS)
def test_the_totals_by_rate_are_what_the_lines_come_to(tariff, worked, sold, payer):
    found = lines(tariff, worked, sold, payer=payer)
    totals = vat.totals(found)
    assert all(one.net_cents + one.vat_cents == one.gross_cents for one in totals)
    gross = sum(
        one.cents + one.wallet_cents + one.pack_cents for one in found if one.basis == "with_vat"
    ) + sum(one.pack_cents for one in found if one.basis == "without_vat")
    net = sum(one.cents + one.wallet_cents for one in found if one.basis == "without_vat")
    rate = 21 if tariff.regime is Regime.TAXABLE else 0
    on_top = (2 * net * rate + 100) // 200
    assert sum(one.gross_cents for one in totals) == gross + net + on_top


@holds(months(), st.sampled_from(["Europe/Brussels", "Pacific/Apia", "America/St_Johns", "UTC"]))
def test_a_month_and_the_next_charge_each_session_once_in_every_zone(worked, name):
    zone = ZoneInfo(name)
    tariff = Tariff((Version("v", date(2026, 1, 1), gap_s=GAP),))
    may = lines(tariff, worked, zone=zone)
    charged = {session for line in may for session in line.sessions}
    later = [one for one in worked if one.session not in charged]
    rest = [line for month in (JUNE, Month(2026, 7)) for line in lines(tariff, later, zone=zone, month=month)]
    assert charged | {name for line in rest for name in line.sessions} == {one.session for one in worked}
