"""Accounts on the board: what somebody is as a payer, what is sold to them, what they paid in."""

from __future__ import annotations

import re

import pytest
from board_lab import opened, plain
from money_books import books

ADA = "/money/accounts/ada"


@pytest.fixture
def lab(tmp_path):
    return books(tmp_path)


@pytest.fixture
def board(lab):
    with opened(lab) as found:
        found.sign_in("tess")
        yield found


def send(board, deed, status=200, **fields):
    return plain(board.send(f"{ADA}/{deed}", status, at=ADA, **fields))


def test_everything_of_the_price_list_is_sold_and_taken_back(board):
    assert "Sold to Ada Lovelace: Membership." in send(board, "sale", what="plan:month")
    assert "Five hours" in send(board, "sale", what="pack:hours-5", quantity="1", day="2026-11-01")
    assert "PLA" in send(board, "sale", what="item:pla", quantity="120")
    assert "Damage" in send(board, "sale", what="item:damage", amount="40.00", reason="lens")
    assert "animator" in send(board, "sale", what="person:animator", quantity="1:30")
    sales = board.lab.json("sell list ada")
    assert len(sales) == 5
    number = sales[-1]["sale"].rpartition("#")[2]
    assert "Taken back: sale of" in send(board, "cancel", sale=number, reason="typed twice")
    assert "refused" not in send(board, "cancel", 409, sale=number, reason="again")
    assert "Ada Lovelace has month until" in send(board, "end", plan="month")


def test_money_that_came_in_is_on_the_wallet(board):
    assert "Paid in by Ada Lovelace" in send(board, "wallet", amount="50.00", ref="bank 117")
    assert "Wallet: 50.00 EUR" in plain(board.get(ADA))


def test_an_amount_is_typed_with_the_comma_of_a_telephone_in_brussels(board):
    send(board, "wallet", amount="50,50")
    send(board, "sale", what="item:damage", amount="40,00")
    send(board, "sale", what="item:pla", quantity="120,5")
    sold = [(one["sort"], one["quantity"], one["amount"]) for one in board.lab.json("sell list ada")]
    assert sold == [("topup", "1", "50.50"), ("item", "1", "40.00"), ("item", "120.5", None)]


@pytest.mark.parametrize(
    ("what", "fields", "said"),
    [
        ("sale", {"what": "item:damage"}, "« Prix » n'est pas rempli."),
        ("sale", {"what": "item:pla", "amount": "1.00"}, "« 1.00 » ne convient pas pour « Prix »."),
        ("sale", {"what": "item:damage", "amount": "9", "quantity": "2"}, "« 2 » ne convient pas pour"),
        ("sale", {"what": "item:pla", "day": "2031-01-01"}, "« 2031-01-01 » ne convient pas pour"),
        ("terms", {"since": "2031-01-01"}, "« 2031-01-01 » ne convient pas pour"),
        ("address", {"vat_number": "x1"}, "« x1 » ne convient pas pour « Numéro de TVA »."),
        ("end", {"plan": "month", "until": "2026-01-01"}, "« 2026-01-01 » ne convient pas pour"),
    ],
)
def test_the_field_that_does_not_fit_is_named_in_the_readers_language(board, what, fields, said):
    board.lab.done("sell plan ada month --from 2026-11-01 --by zoe")
    page = board.send(f"{ADA}/{what}?lang=fr", 422, at=ADA, **fields)
    assert said in plain(page)
    there = re.search(r'href="([^"]+)" lang="nl"', page)[1]
    board.get(there)  # a form that was shown again has no address of its own to be read at


def test_what_somebody_is_as_a_payer_is_said(board):
    seen = re.search(r'name="seen" value="([^"]*)"', board.get(ADA))[1]
    send(board, "terms", category="student", prepaid="yes", seen=seen)
    (one,) = [one for one in board.lab.json("account list") if one["member"] == "ada"]
    assert (one["category"], one["prepaid"], one["organisation"]) == ("student", True, False)


def test_who_saw_an_older_account_than_there_is_now_changes_nothing(board):
    page = board.get(ADA)
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1].replace("&#39;", "'")
    board.lab.done("account set ada --organisation --by zoe")
    said = send(board, "terms", 409, category="student", seen=seen)
    assert "Somebody has changed this since you opened the page." in said
    assert board.lab.json("account show ada")["organisation"] is True


def test_an_address_is_kept_and_shown(board):
    send(board, "address", address="Rue Voot 61\n\n1200 Bruxelles", vat_number="BE 0123.456.789")
    assert board.lab.json("account show ada")["address"] == ["Rue Voot 61", "1200 Bruxelles"]
    assert board.lab.json("account show ada")["vat_number"] == "BE0123456789"


@pytest.mark.parametrize(
    ("what", "fields", "status"),
    [
        ("sale", {"what": "item:pla", "quantity": "-3"}, 409),
        ("sale", {"what": "item:pla", "quantity": "1e9"}, 409),
        ("sale", {"what": "item:pla", "quantity": "1,250"}, 409),  # a gram and a quarter, or a kilogram
        ("sale", {"what": "machine:laser"}, 422),
        ("sale", {"what": ""}, 422),
        ("sale", {"what": "item:nothing"}, 409),
        ("sale", {"what": "item:damage"}, 422),
        ("sale", {"what": "item:damage", "amount": "-40"}, 409),
        ("sale", {"what": "item:damage", "amount": "4000"}, 409),
        ("sale", {"what": "item:pla", "amount": "1.00"}, 422),
        ("sale", {"what": "plan:month", "day": "2031-01-01"}, 422),
        ("wallet", {"amount": "-50"}, 409),
        ("wallet", {"amount": "50,000"}, 409),
        ("wallet", {"amount": "1,250,00"}, 409),
        ("wallet", {"amount": "50", "day": "2031-01-01"}, 422),
        ("cancel", {"sale": "999", "reason": "x"}, 422),
        ("end", {"plan": "nothing"}, 409),
        ("terms", {"category": "<script>alert(1)</script>"}, 409),
        ("address", {"address": "\n".join("abcdefgh")}, 422),
        ("address", {"address": "x" * 200}, 422),
        ("address", {"vat_number": "x1"}, 422),
    ],
)
def test_what_makes_no_sense_changes_nothing_and_shows_the_account_again(board, what, fields, status):
    before = board.lab.json("account show ada"), board.lab.json("sell list ada")
    page = board.send(f"{ADA}/{what}", status, at=ADA, **fields)
    assert "Ada Lovelace" in plain(page) and 'class="refusal"' in page
    assert "<script>" not in page
    assert (board.lab.json("account show ada"), board.lab.json("sell list ada")) == before


def test_nobody_sells_to_themselves(board):
    tess = "/money/accounts/tess"
    assert "your own account" in plain(board.get(tess))
    board.send(f"{tess}/wallet", 409, at=tess, amount="50")


def test_the_account_of_somebody_else_in_a_forged_address_is_refused(board):
    board.send("/money/accounts/nobody/wallet", 409, at=ADA, amount="50")
    board.get("/money/accounts/nobody", 404)


def test_accounts_are_found_among_two_thousand(board):
    said = plain(board.get("/money/accounts?search=LOVE"))
    assert "Ada Lovelace" in said and "Bob" not in said
    assert "Nobody is called that." in plain(board.get("/money/accounts?search=%3Cscript%3E"))
    board.get("/money/accounts?from=-1&search=a")
    board.get("/money/accounts?from=99999999999999")
