"""VAT by rate on totals, rounded once; and a line that takes another back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as holds
from hypothesis import strategies as st
from money_bench import ADA, MAY, at, given, lines, sale, tariff, version, work

from fabgate.charges import Charge, Sort
from fabgate.rules import reversals, vat
from fabgate.rules.vat import Taxed, split, to_pay, totals
from fabgate.tariff import Pack, Plan, Unit, Voucher


def charge(cents, percent="21", basis="with_vat", **more):
    facts = {"payer": ADA, "sort": Sort.ITEM, "item": "x", "at_s": 0, "list_cents": cents}
    return Charge(cents=cents, percent=percent, basis=basis, version="v", records=("r",), **facts, **more)


# --- VAT ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("basis", "cents", "taxed"),
    [
        ("with_vat", 5_000, Taxed("21", 4_132, 868, 5_000)),
        ("without_vat", 4_200, Taxed("21", 4_200, 882, 5_082)),
        ("with_vat", 7_833, Taxed("21", 6_474, 1_359, 7_833)),
        ("without_vat", 250, Taxed("21", 250, 53, 303)),  # 52.5
        ("without_vat", -250, Taxed("21", -250, -53, -303)),
    ],
)
def test_a_sum_is_cut_into_net_and_vat(basis, cents, taxed):
    assert split("21", basis, cents) == taxed


def test_seven_lines_bear_vat_on_their_sum_and_not_each():
    seven = [charge(413, basis="without_vat") for _ in range(7)]
    assert totals(seven) == (Taxed("21", 2_891, 607, 3_498),)
    assert 7 * split("21", "without_vat", 413).vat_cents == 609


def test_each_rate_has_its_sum_the_lowest_first_and_both_bases_of_one_are_together():
    found = [charge(1_000, "21"), charge(500, "6"), charge(700, "0"), charge(100, "21", "without_vat")]
    assert totals(found) == (
        Taxed("0", 700, 0, 700),
        Taxed("6", 472, 28, 500),
        Taxed("21", 926, 195, 1_121),
    )


def test_what_the_wallet_and_packs_once_paid_bears_vat_and_what_is_paid_in_advance_does_not():
    used = charge(100, wallet_cents=200, pack_cents=300)
    assert totals([used, charge(5_000, "0", "advance")]) == (split("21", "with_vat", 600),)
    assert vat.invoiced([used]) == (split("21", "with_vat", 100),)


def test_what_was_paid_for_a_pack_has_its_vat_in_it_also_on_a_line_without():
    assert totals([charge(100, basis="without_vat", pack_cents=121)]) == (Taxed("21", 200, 42, 242),)


def test_what_is_to_pay_is_the_invoice_with_its_vat_and_what_is_paid_in_advance():
    found = [
        charge(1_000),
        charge(100, basis="without_vat", wallet_cents=0),
        charge(0, wallet_cents=700),
        charge(5_000, "0", "advance"),
    ]
    assert to_pay(found) == 1_000 + 121 + 5_000
    assert (to_pay([]), totals([])) == (0, ())


@holds(st.lists(st.integers(-(10**6), 10**6), max_size=30), st.sampled_from(["0", "5.5", "6", "12", "21"]))
def test_a_total_is_never_a_cent_from_the_exact_vat(amounts, percent):
    found = [charge(cents, percent, "without_vat") for cents in amounts]
    for one in totals(found):
        exact = Decimal(one.net_cents) * Decimal(percent) / 100
        assert abs(one.vat_cents - exact) <= Decimal("0.5")
        assert one.net_cents == sum(amounts)


# --- reversals ----------------------------------------------------------------------------------

PRICES = tariff(
    version(
        plans={"two": Plan("Two", Decimal(10), contingent={"laser": 60}, vat="standard")},
        packs={
            "time": Pack("Time", Decimal("9.99"), Unit.TIME, 600, vat="standard"),
            "credit": Pack("C", Decimal(4), Unit.CREDIT, 500, voucher=Voucher.SINGLE, vat="standard"),
        },
    )
)
SOLD = [
    sale(Sort.PLAN, "two", date(2026, 5, 1)),
    sale(Sort.PACK, "time", date(2026, 5, 1)),
    sale(Sort.PACK, "credit", date(2026, 5, 1)),
    sale(Sort.TOPUP, "", date(2026, 5, 1), record="top", cents=300),
]
WORKED = [work(at(2026, 5, 20, 10), 3 * 3600, busy_s=60)]


def test_a_reversal_takes_all_of_a_line_back_and_says_which():
    closed = [replace(line, id=f"p.{n}") for n, line in enumerate(lines(PRICES, WORKED, SOLD), 1)]
    back = [reversals.reversal(line, 99) for line in closed]
    for line, one in zip(closed, back, strict=True):
        assert (one.sort, one.at_s, one.of, one.id) == (Sort.REVERSAL, 99, line.id, "")
        assert one.steps == (("reverses", line.id),)
        assert (one.records, one.sessions, one.item) == (line.records, line.sessions, line.item)
        for fact in ("cents", "list_cents", "wallet_cents", "pack_cents", "seconds", "billed_s"):
            assert getattr(one, fact) == -getattr(line, fact)
    assert [(one.net_cents, one.vat_cents) for one in totals([*closed, *back])] == [(0, 0)]
    assert to_pay([*closed, *back]) == 0
    (machine,) = (one for one in back if one.sessions)
    assert (machine.busy_s, machine.taken["pack:sale-time"]) == (-60, -600)


def test_what_a_line_took_comes_back_and_is_charged_again_alike():
    first = lines(PRICES, WORKED, SOLD)
    machine = [line for line in first if line.sessions]
    back = [reversals.reversal(replace(line, id="p.1"), 99) for line in machine]
    taken = given([*first, *back])
    again = lines(PRICES, WORKED, SOLD, taken=taken, month=MAY)
    assert [line for line in again if line.sessions] == machine


def test_a_pack_or_a_topup_that_is_taken_back_holds_nothing_any_more():
    back = [
        reversals.reversal(replace(line, id="p.1"), 99)
        for line in lines(PRICES, (), SOLD)
        if line.sort in (Sort.PACK, Sort.TOPUP)
    ]
    assert given(back) == {"pack:sale-time": 600, "pack:sale-credit": 500, "wallet": 300}
    (machine,) = (line for line in lines(PRICES, WORKED, SOLD, taken=given(back)) if line.sessions)
    assert dict(machine.taken) == {"plan:sale-two:2026-05:laser": 60}


@pytest.mark.parametrize(("quantity", "back"), [("", ""), ("2.5", "-2.5"), ("-2.5", "2.5")])
def test_so_much_of_something_is_so_much_less(quantity, back):
    assert reversals.reversal(charge(5, quantity=quantity, id="p.1"), 0).quantity == back
