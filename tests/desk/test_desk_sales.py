"""Selling at the desk: against the price list of the day, in an open month, to somebody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from priced import PRICES, at, close, done, id_of, priced, refused, sell
from priced import sold as kept
from priced import with_prices as prices

from fabgate.charges import Sort
from fabgate.desk import accounts, sales, sold
from fabgate.desk.accounts import Terms
from fabgate.desk.sales import Wanted
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.records import Draft, PlanEnded, Sale, SaleCancelled, SessionStarted
from fabgate.rules import charging
from fabgate.rules.month import Month
from fabgate.store import accounts as store_accounts
from fabgate.tariff import Tariff


@pytest.fixture
def lab(here):
    return priced(here)


def try_to(lab, sort, item="", **more):
    return sales.sell(lab.desk, "tess", "ada", Wanted(sort, item, **more))


# --- what is sold ---------------------------------------------------------------------------------


def test_a_sale_is_a_record_and_the_receipt_stays_beside_it(lab):
    answer = done(sales.sell(lab.desk, "tess", "ada", Wanted(Sort.PACK, "ten"), "asked for it", "bank 117"))
    ada, tess = id_of(lab, "ada"), id_of(lab, "tess")
    assert lab.last().body == Sale(ada, "pack", "ten", "2026-10-24", tess)
    assert lab.said_beside() == {"login": "oslogin", "ref": "bank 117", "reason": "asked for it"}
    assert answer.facts["sale"] == str(lab.last().id)
    assert (answer.facts["title"], answer.facts["day"]) == ("Ten hours", "2026-10-24")


def test_each_sort_comes_from_its_own_part_of_the_price_list(lab):
    for sort, item in (
        (Sort.PLAN, "month"),
        (Sort.PACK, "ten"),
        (Sort.DAY, "day"),
        (Sort.ITEM, "pla"),
        (Sort.PERSON, "animator"),
    ):
        assert sell(lab, sort, item).sort is sort
        no = refused(try_to(lab, sort, "nonsense"), Code.UNKNOWN_PRICE)
        assert no.facts["item"] == "nonsense"
        assert item in no.facts["near"]


def test_a_slip_of_the_finger_is_told_what_was_meant(lab):
    no = refused(try_to(lab, Sort.PLAN, "monht", day="2026-10-20"), Code.UNKNOWN_PRICE)
    assert (no.facts["near"], no.facts["day"]) == (("month",), "2026-10-20")


def test_a_day_needs_no_name_where_there_is_one_only(lab):
    assert sell(lab, Sort.DAY).item == "day"
    refused(try_to(lab, Sort.PLAN), Code.UNKNOWN_PRICE)


def test_grams_and_hours_are_written_down_in_one_way(lab):
    assert sell(lab, Sort.ITEM, "pla", quantity="120.50").quantity == "120.5"
    assert sell(lab, Sort.PERSON, "animator", quantity="1:30").quantity == "1.5"
    for quantity in ("0", "-1", "1,5", "much", "1e5"):
        no = refused(try_to(lab, Sort.ITEM, "pla", quantity=quantity), Code.AMOUNT_UNFIT)
        assert no.facts["amount"] == quantity


def test_what_has_a_price_for_one_category_only_is_sold_to_nobody_else(lab):
    no = refused(try_to(lab, Sort.ITEM, "resin"), Code.UNKNOWN_PRICE)
    assert (no.facts["item"], no.facts["day"]) == ("resin", "2026-10-24")
    done(accounts.put(lab.desk, "tess", "ada", Terms("member", since="2026-10-20")))
    refused(try_to(lab, Sort.ITEM, "resin", day="2026-10-19"), Code.UNKNOWN_PRICE)
    assert sell(lab, Sort.ITEM, "resin", day="2026-10-20").item == "resin"


def test_a_plan_makes_its_holder_one_of_its_category_from_its_first_day_on(lab):
    sell(lab, Sort.PLAN, "month", day="2026-10-23")
    refused(try_to(lab, Sort.ITEM, "resin", day="2026-10-22"), Code.UNKNOWN_PRICE)
    sell(lab, Sort.ITEM, "resin", day="2026-10-23")


def test_an_open_price_is_said_and_bounded_by_the_price_list(lab):
    assert sell(lab, Sort.ITEM, "damage", amount="100.00").cents == 10_000
    refused(try_to(lab, Sort.ITEM, "damage", amount="100.01"), Code.AMOUNT_UNFIT)
    assert sell(lab, Sort.ITEM, "job", amount="5000").cents == 500_000
    assert sell(lab, Sort.ITEM, "coins", amount="10.00").cents == 1_000
    refused(try_to(lab, Sort.ITEM, "coins", amount="10.01"), Code.AMOUNT_UNFIT)
    refused(try_to(lab, Sort.ITEM, "damage", amount="12,50"), Code.AMOUNT_UNFIT)


@pytest.mark.parametrize(
    ("item", "more"),
    [("damage", {}), ("pla", {"amount": "5"}), ("damage", {"amount": "5", "quantity": "2"})],
)
def test_a_price_is_said_where_it_is_open_and_nowhere_else(lab, item, more):
    with pytest.raises(UsageError):
        try_to(lab, Sort.ITEM, item, **more)
    assert kept(lab) == ()


def test_material_may_name_the_session_in_which_it_was_used_up(lab):
    with lab.desk.writer.write() as pen:
        body = SessionStarted("cutter", "laser", id_of(lab, "ada"), "k:0", "autonomous", "tap", 1)
        session = pen.append(Draft(lab.clock.now(), body))
    for text in (str(session.seq), f"#{session.seq}", str(session)):
        assert sell(lab, Sort.ITEM, "pla", session=text).session == str(session)
    for text in ("1", "99", "x", "9" * 30, "openfab/gate9/e1#4"):
        no = refused(try_to(lab, Sort.ITEM, "pla", session=text), Code.UNKNOWN_SESSION)
        assert no.facts["session"] == text


# --- on which day ---------------------------------------------------------------------------------


def test_a_sale_is_dated_by_the_labs_own_calendar(lab):
    lab.clock.wall_ms = at("2026-11-01T00:30")
    assert str(sell(lab, Sort.DAY).day) == "2026-11-01"
    assert str(sell(lab, Sort.DAY, day="2026-10-31").day) == "2026-10-31"


def test_no_sale_is_dated_in_a_month_that_is_closed(lab):
    close(lab, "2026-09")
    refused(try_to(lab, Sort.DAY, day="2026-09-30"), Code.PERIOD_CLOSED)
    refused(sales.top_up(lab.desk, "tess", "ada", "5", "2026-09-30"), Code.PERIOD_CLOSED)
    sell(lab, Sort.DAY, day="2026-10-01")


def test_a_plan_and_a_day_may_be_sold_ahead_and_nothing_else(lab):
    sell(lab, Sort.PLAN, "month", day="2026-12-01")
    sell(lab, Sort.DAY, day="2026-12-24")
    for sort, item in ((Sort.PACK, "ten"), (Sort.ITEM, "pla"), (Sort.PERSON, "animator")):
        with pytest.raises(UsageError, match="still to come"):
            try_to(lab, sort, item, day="2026-10-25")
    with pytest.raises(UsageError):
        try_to(lab, Sort.PLAN, "support", day="2029-01-01")
    with pytest.raises(UsageError):
        sales.top_up(lab.desk, "tess", "ada", "5", "2026-10-25")


def test_the_price_list_of_the_day_counts_and_without_one_nothing_is_sold(lab):
    no = refused(try_to(lab, Sort.DAY, day="2025-12-31"), Code.NO_TARIFF)
    assert no.facts["day"] == "2025-12-31"
    newer = replace(PRICES, versions=(PRICES.versions[0], replace(PRICES.versions[1], plans={})))
    refused(try_to(prices(lab, newer), Sort.PLAN, "month", day="2027-01-01"), Code.UNKNOWN_PRICE)
    bare = prices(lab, Tariff())
    assert "day" not in refused(try_to(bare, Sort.DAY), Code.NO_TARIFF).facts
    refused(sales.top_up(bare.desk, "tess", "ada", "5"), Code.NO_TARIFF)


def test_nobody_pays_twice_for_one_plan_at_a_time_nor_for_one_day(lab):
    sell(lab, Sort.PLAN, "month")
    refused(try_to(lab, Sort.PLAN, "month", day="2026-12-01"), Code.NOTHING_TO_DO)
    sell(lab, Sort.PLAN, "support")
    sell(lab, Sort.DAY)
    refused(try_to(lab, Sort.DAY), Code.NOTHING_TO_DO)
    sell(lab, Sort.DAY, day="2026-10-23")
    done(sold.end(lab.desk, "tess", "ada", "month", "2026-11-30"))
    refused(try_to(lab, Sort.PLAN, "month", day="2026-11-30"), Code.NOTHING_TO_DO)
    sell(lab, Sort.PLAN, "month", day="2026-12-01")


# --- paid in --------------------------------------------------------------------------------------


def test_what_is_paid_in_is_a_sale_without_an_item(lab):
    answer = done(sales.top_up(lab.desk, "tess", "ada", "12.50", ref="bank 3"))
    assert lab.last().body == Sale(
        id_of(lab, "ada"), "topup", "", "2026-10-24", id_of(lab, "tess"), cents=1_250
    )
    assert lab.said_beside()["ref"] == "bank 3"
    assert answer.facts["amount"] == 1_250


@pytest.mark.parametrize("amount", ["0", "-5", "5,00", "five", "", "1.234", "9999999999"])
def test_what_is_no_amount_of_money_is_not_paid_in(lab, amount):
    assert refused(sales.top_up(lab.desk, "tess", "ada", amount), Code.AMOUNT_UNFIT).facts["amount"] == amount
    assert kept(lab) == ()


# --- ending, and taking back ------------------------------------------------------------------------


def end(lab, plan="month", until=None):
    return sold.end(lab.desk, "tess", "ada", plan, until)


def test_a_plan_ends_with_the_period_that_runs_unless_a_day_is_said(lab):
    sale = sell(lab, Sort.PLAN, "month", day="2026-10-10")
    answer = done(end(lab))
    assert answer.facts["until"] == "2026-10-31"
    assert lab.last().body == PlanEnded(sale.record, "2026-10-31", id_of(lab, "tess"))
    done(end(lab, until="2026-12-31"))
    assert [str(one.until) for one in kept(lab)] == ["2026-12-31"]
    refused(end(lab, until="2026-12-31"), Code.NOTHING_TO_DO)


def test_a_plan_without_periods_ends_today_and_one_to_come_on_its_first_period(lab):
    sell(lab, Sort.PLAN, "key", day="2026-10-10")
    assert done(end(lab, "key")).facts["until"] == "2026-10-24"
    sell(lab, Sort.PLAN, "month", day="2026-12-05")
    assert done(end(lab)).facts["until"] == "2026-12-31"


def test_a_plan_ends_no_sooner_than_it_begins(lab):
    sell(lab, Sort.PLAN, "month", day="2026-10-10")
    with pytest.raises(UsageError):
        end(lab, until="2026-10-09")
    done(end(lab, until="2026-10-10"))


def test_the_end_of_a_plan_changes_nothing_in_a_month_that_is_closed(lab):
    sell(lab, Sort.PLAN, "month", day="2026-08-01")
    close(lab, "2026-09")
    refused(end(lab, until="2026-09-29"), Code.PERIOD_CLOSED)
    done(end(lab, until="2026-09-30"))
    done(end(lab, until="2026-10-31"))
    close(lab, "2026-10")
    done(end(lab, until="2026-12-31"))
    close(lab, "2026-11")
    close(lab, "2026-12")
    done(end(lab, until="2027-01-31"))


def test_an_end_that_closed_months_have_charged_by_is_not_moved(lab):
    sell(lab, Sort.PLAN, "month", day="2026-08-01")
    done(end(lab, until="2026-08-31"))
    close(lab, "2026-09")
    refused(end(lab, until="2026-10-31"), Code.PERIOD_CLOSED)


def test_a_plan_that_they_do_not_hold_is_told_with_those_that_they_do(lab):
    refused(end(lab), Code.UNKNOWN_PRICE)
    sell(lab, Sort.PLAN, "support")
    no = refused(end(lab, "suport"), Code.UNKNOWN_PRICE)
    assert (no.facts["item"], no.facts["near"]) == ("suport", ("support",))


def cancel(lab, sale: str, reason: str | None = "typed twice", by: str = "tess"):
    return sold.cancel(lab.desk, by, sale, reason)


def test_a_slip_is_taken_back_with_a_reason_under_its_number_or_its_id(lab):
    first, second = sell(lab, Sort.DAY), sell(lab, Sort.PACK, "ten")
    refused(cancel(lab, first.record, None), Code.REASON_NEEDED)
    refused(cancel(lab, first.record, by="ada"), Code.NOT_ALLOWED)
    answer = done(cancel(lab, first.record.rpartition("#")[2]))
    assert lab.last().body == SaleCancelled(first.record, id_of(lab, "tess"))
    assert (answer.facts["subject"], answer.facts["item"]) == ("Ada", "day")
    done(cancel(lab, second.record))
    assert kept(lab) == ()
    refused(cancel(lab, first.record), Code.NOTHING_TO_DO)
    sell(lab, Sort.DAY)  # and can be sold anew


@pytest.mark.parametrize("sale", ["1", "99", "x", "", "#", "0", "9" * 30, "openfab/gate9/e1#4", "a/b/c#-1"])
def test_what_is_no_sale_is_not_taken_back(lab, sale):
    with pytest.raises(UsageError):
        cancel(lab, sale)


def test_what_a_closed_month_has_charged_is_not_taken_back_here(lab):
    sale = sell(lab, Sort.PACK, "ten", day="2026-09-30")
    close(lab, "2026-09")
    no = refused(cancel(lab, sale.record), Code.PERIOD_CLOSED)
    assert no.facts["period"] == "2026-09"


def test_nobody_takes_their_own_back(lab):
    done(sales.sell(lab.desk, "zoe", "tess", Wanted(Sort.PACK, "ten")))
    (sale,) = kept(lab, "tess")
    refused(cancel(lab, sale.record), Code.NOT_TO_YOURSELF)
    done(cancel(lab, sale.record, by="zoe"))


# --- the list -------------------------------------------------------------------------------------


def test_the_list_has_what_was_taken_back_too_and_names_what_left_the_price_list_by_its_id(lab):
    first = sell(lab, Sort.DAY)
    sell(lab, Sort.PLAN, "month")
    done(cancel(lab, first.record))
    found = sold.listed(lab.desk, "ada")
    assert not isinstance(found, Denied)
    assert [(one.title, one.kept.cancelled) for one in found] == [("A day", True), ("A month", False)]
    gone = sold.listed(prices(lab, Tariff()).desk)
    assert not isinstance(gone, Denied)
    assert [one.title for one in gone] == ["day", "month"]
    refused(sold.listed(lab.desk, "nobody"), Code.UNKNOWN_MEMBER)


# --- what becomes of it -----------------------------------------------------------------------------


def charges(lab, month="2026-10"):
    tariff, zone = lab.desk.settings.tariff, lab.desk.settings.lab.zone
    payer = store_accounts.payer(lab.desk.conn, id_of(lab, "ada"))
    return charging.charges(tariff, zone, payer, (), kept(lab), {}, Month.of(month))


def test_all_that_the_desk_sells_the_closing_can_price(lab):
    sell(lab, Sort.PLAN, "month", day="2026-10-10")
    sell(lab, Sort.PLAN, "support", day="2026-10-10")
    sell(lab, Sort.PLAN, "key")
    sell(lab, Sort.PACK, "ten", quantity="2")
    sell(lab, Sort.DAY)
    sell(lab, Sort.ITEM, "pla", quantity="120.5")
    sell(lab, Sort.ITEM, "resin", quantity="10")
    sell(lab, Sort.ITEM, "damage", amount="40")
    sell(lab, Sort.PERSON, "animator", quantity="1:40")
    found = {one.item: one.list_cents for one in charges(lab)}
    assert found == {
        "month": 9_700,
        "support": 625,  # three months of twelve
        "key": 500,
        "ten": 16_000,
        "day": 1_000,
        "pla": 1_205,
        "resin": 300,
        "damage": 4_000,
        "animator": 9_167,
    }


def test_what_was_taken_back_is_not_charged_and_a_plan_that_ended_no_more(lab):
    sell(lab, Sort.PLAN, "month", day="2026-10-10")
    done(cancel(lab, sell(lab, Sort.DAY).record))
    done(end(lab))
    assert [one.item for one in charges(lab)] == ["month"]
    assert charges(lab, "2026-11") == ()


def test_money_that_was_paid_in_pays_what_comes_after_it(lab):
    done(sales.top_up(lab.desk, "tess", "ada", "12.00", "2026-10-20"))
    sell(lab, Sort.DAY, day="2026-10-19")
    sell(lab, Sort.DAY, day="2026-10-21")
    paid = {str(one.at_s): (one.cents, one.wallet_cents) for one in charges(lab) if one.sort is Sort.DAY}
    assert sorted(paid.values()) == [(0, 1_000), (1_000, 0)]
