"""A month's charges as balanced entries, whatever they are."""

from __future__ import annotations

from collections import Counter

import pytest
from exports_lab import accounts, charge, month, sort_of
from hypothesis import given
from hypothesis import strategies as st

from fabgate.charges import ADVANCE, Sort
from fabgate.reports.accounting import entries, pairs, told
from fabgate.rules import vat

CENTS = st.integers(-100_000, 100_000)
RATES = st.sampled_from(["0", "6", "21", "5.5"])


@st.composite
def some_charge(draw):
    """Any line that pricing makes: what a wallet or pack pays has its VAT in it."""
    payer = draw(st.sampled_from(["m1", "m2", "m3"]))
    kind = draw(st.sampled_from(["invoice", "net", "wallet", "pack", "topup", "sale"]))
    cents, part = draw(CENTS), draw(CENTS)
    rate, item = draw(RATES), draw(st.sampled_from(["laser", "mill"]))
    match kind:
        case "invoice":
            return charge(payer, item=item, cents=cents, percent=rate)
        case "net":
            return charge(payer, Sort.ITEM, item, cents, percent=rate, basis="without_vat")
        case "wallet":
            return charge(payer, item=item, cents=cents, wallet_cents=part, percent=rate)
        case "pack":
            return charge(payer, item=item, cents=cents, pack_cents=part, percent=rate)
        case "topup":
            return charge(payer, Sort.TOPUP, "", cents, percent="0", basis=ADVANCE)
        case _:
            return charge(payer, Sort.PACK, "credits", cents, percent="0", basis=ADVANCE)


months = st.lists(some_charge(), max_size=30).map(lambda found: sorted(found, key=lambda one: one.payer))


def of(found, **own):
    return list(entries(found, accounts(**own), sort_of))


@given(months)
def test_every_entry_is_balanced_and_says_what_the_statement_says(found):
    for entry in of(found):
        theirs = [one for one in found if one.payer == entry.payer]
        assert sum(one.cents for one in entry.postings) == 0
        assert entry.due_cents == vat.to_pay(theirs)
        assert entry.lines == len(theirs)


@given(months)
def test_vat_is_that_of_each_rate_on_the_payers_total(found):
    for entry in of(found):
        theirs = vat.totals(one for one in found if one.payer == entry.payer)
        net, tax = Counter(), Counter()
        for one in entry.earned:
            net[one.percent] += one.net_cents
            tax[one.percent] += one.vat_cents
        for taxed in theirs:
            assert (net[taxed.percent], tax[taxed.percent]) == (taxed.net_cents, taxed.vat_cents)


@given(months)
def test_transfers_move_what_the_postings_say(found):
    for entry in of(found):
        moved = Counter()
        for debit, credit, cents in pairs(entry.postings):
            assert cents > 0
            moved[debit.account] += cents
            moved[credit.account] -= cents
        booked = Counter()
        for one in entry.postings:
            booked[one.account] += one.cents
        accounts = {*moved, *booked}
        assert all(moved[account] == booked[account] for account in accounts)


@given(months)
def test_charges_pass_through_as_they_are_and_each_payer_is_told_once(found):
    heard = []
    assert list(told(found, accounts(), sort_of, heard.append)) == found
    assert [one.payer for one in heard] == sorted({one.payer for one in found})
    assert [one.number for one in heard] == list(range(1, len(heard) + 1))


def test_a_split_of_seven_net_lines_is_taxed_once():
    """Seven times 4.13 at 21 %: 6.07 on the total, where line by line would say 6.09."""
    [entry] = of([charge(sort=Sort.ITEM, item="pla", cents=413, basis="without_vat") for _ in range(7)])
    assert {one.account: one.cents for one in entry.postings} == {"411": 3498, "707": -2891, "4457": -607}


def test_two_machines_share_the_net_of_their_rate_to_the_cent():
    found = [charge(item=item, cents=333) for item in ("laser", "mill", "saw")]
    [entry] = of(found)
    assert sum(one.net_cents for one in entry.earned) == 826  # 9.99 with 21 % in it
    assert sorted(one.net_cents for one in entry.earned) == [275, 275, 276]


def test_money_in_advance_is_owed_to_the_payer_until_it_is_used():
    [entry] = of(
        [
            charge(sort=Sort.TOPUP, item="", cents=5000, basis=ADVANCE, percent="0"),
            charge(cents=0, list_cents=1210, wallet_cents=1210),
        ]
    )
    assert {one.account: one.cents for one in entry.postings} == {
        "411": 5000,
        "4191": -3790,
        "70621": -1000,
        "4457": -210,
    }


def test_a_pack_whose_vat_was_due_at_its_sale_is_earned_then():
    [entry] = of([charge(sort=Sort.PACK, item="days", cents=8000)])
    assert {one.account: one.cents for one in entry.postings} == {"411": 8000, "7066": -6612, "4457": -1388}


def test_a_reversal_is_booked_where_its_charge_was():
    ada = [one for one in month() if one.payer == "m1"]
    first, back = ada[0], ada[9]
    assert back.of == first.id
    [entry] = of([first, back])
    assert entry.postings == ()
    [alone] = of([back])
    assert {one.account: one.cents for one in alone.postings} == {"411": -1500, "70621": 1240, "4457": 260}


def test_a_payer_whom_the_month_cost_nothing_has_a_number_and_no_postings():
    found = of([charge("m1", cents=0), charge("m2", cents=100)])
    assert [(one.number, bool(one.postings)) for one in found] == [(1, False), (2, True)]


@pytest.mark.parametrize(("account", "cents"), [("44571", -260), ("4457", None)])
def test_a_rate_may_have_an_account_of_its_own(account, cents):
    [entry] = of([charge(percent="21.0")], rates={"21": "44571"})
    assert {one.account: one.cents for one in entry.postings}.get(account) == cents
