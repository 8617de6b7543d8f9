"""Accounts, sales and wallets, typed by a treasurer who is tired."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cli_lab import Lab
from test_cli_hostile import NAMES

from fabgate.config import read_tariff

PRICES = """\
[vat]
regime = "taxable"
[vat.rate.standard]
1996-01-01 = 21

[version.2026]
since = 2026-01-01
vat = "standard"

[version.2026.category.member]
title = "Member"
[version.2026.category.student]
title = "Student"
pays = "50%"

[version.2026.machine.laser]
price = 10

[version.2026.pass.day]
title = "A day at the lab"
price = 10

[version.2026.plan.month]
title = "A month"
price = 97
category = "member"
contingent.laser = "2h"

[version.2026.pack.ten]
title = "Ten hours"
price = 80
time = "10h"
machines = ["laser"]
valid_months = 6

[version.2026.item.pla]
title = "PLA"
unit = "g"
price = 0.1

[version.2026.item.damage]
title = "Damage"
open = true
at_most = 100

[version.2026.person.animator]
price = 55
"""


@pytest.fixture
def priced(lab: Lab) -> Lab:
    """A lab with a price list; tess is its treasurer."""
    path = lab.folder / "prices.toml"
    path.write_text(PRICES, encoding="utf-8")
    lab.settings = replace(lab.settings, tariff=read_tariff(path))
    lab.done('member add "Ada Lovelace" --id ada --by zoe')
    lab.done('member add "Tess" --id tess --by zoe')
    lab.done('member add "Les Menuisiers asbl" --id guild --by zoe')
    lab.done("role give tess treasurer --by zoe --reason elected")
    return lab


def number(said: str) -> str:
    """The number of the sale, as the line below says it."""
    return said.partition("Sale ")[2].partition(":")[0]


# --- accounts -------------------------------------------------------------------------------------


def test_a_payer_is_put_into_a_category_from_a_day_on(priced: Lab):
    said = priced.done("account set ada --category student --since 2026-10-01 --by tess")
    assert said == "Ada Lovelace (ada):\n  a person, by invoice, category student since 2026-10-01.\n"
    assert "Did you mean student?" in priced.refused("account set ada --category studnet --by tess")
    assert "category none." in priced.done("account set ada --category '' --by tess")


def test_a_guild_is_a_payer_with_an_address(priced: Lab):
    assert "an organisation, by invoice" in priced.done("account set guild --organisation --by tess")
    said = priced.done(
        'account address guild "Rue Voot 61" "1200 Bruxelles" --vat "BE 0123.456.789" --by tess'
    )
    assert said.splitlines()[1] == "  Rue Voot 61, 1200 Bruxelles, VAT BE0123456789"
    assert "Rue Voot" in priced.done("account show guild")
    assert "Rue Voot" not in priced.done("journal tail -n 50 --json")
    assert "no address" in priced.done("account address guild --clear --vat '' --by tess")
    assert "address:       none" in priced.done("account show guild")


@pytest.mark.parametrize(
    "line",
    [
        "account set ada --by tess",
        "account set ada --since 2026-10-01 --by tess",
        "account set ada --category student --since soon --by tess",
        "account set ada --category student --since 2030-01-01 --by tess",
        "account address ada --by tess",
        "account address ada here --clear --by tess",
        "account address ada --vat 0123 --by tess",
        "sell item ada pla --amount 3 --by tess",
        "sell fee ada damage --by tess",
        "sell cancel 99 --by tess --reason x",
        "sell pack ada ten --day 2030-01-01 --by tess",
    ],
)
def test_what_cannot_be_meant_is_told_with_a_way_on(priced: Lab, line: str):
    said = priced.refused(line).splitlines()
    assert said[0].startswith("fabgate: ")
    assert said[1].startswith("  ")


def test_an_account_shows_what_is_left_and_is_empty_before(priced: Lab):
    assert "nothing paid in advance" in priced.done("account show ada")
    assert "Nobody yet" in priced.done("account list")
    priced.done("sell plan ada month --from 2026-10-01 --by tess")
    priced.done("sell pack ada ten --by tess")
    priced.done("wallet topup ada 50 --by tess")
    said = priced.done("account show ada")
    assert "category:      member" in said
    assert "A month since 2026-10-01, runs to 2026-10-31" in said
    assert "left:          A month: 2:00 h on laser, until 2026-10-31" in said
    assert "left:          Ten hours: 10:00 h on laser, until 2027-04-24" in said
    assert "wallet:        50.00 EUR" in said


def test_programs_read_accounts_sales_and_wallets(priced: Lab):
    priced.done("sell plan ada month --by tess")
    priced.done("wallet topup ada 150 --by tess")
    priced.done("account set guild --organisation --by tess")
    one = priced.json("account show ada")
    assert (one["member"], one["category"], one["last_charges"]) == ("ada", "member", [])
    assert [held["plan"] for held in one["plans"]] == ["month"]
    assert [(left["unit"], left["left"]) for left in one["left"]] == [("seconds", 7200), ("cents", "53.00")]
    assert [who["member"] for who in priced.json("account list")] == ["ada", "guild"]
    assert [who["member"] for who in priced.json("account list --organisations")] == ["guild"]
    assert priced.json("wallet show") == [{"member": "ada", "balance": "53.00"}]
    assert priced.json("wallet show guild") == [{"member": "guild", "balance": "0.00"}]
    sold = priced.json("sell list ada")
    assert [(one["sort"], one["item"], one["amount"]) for one in sold] == [
        ("plan", "month", None),
        ("topup", None, "150.00"),
    ]
    assert priced.json("sell list tess") == []


@pytest.mark.parametrize("text", [*NAMES.values(), "", "#", "9" * 30, "a/b/c#x", "\0"])
def test_whatever_is_typed_for_a_name_or_a_number_is_only_not_there(priced: Lab, text: str):
    for words in (
        ["account", "show", "--", text],
        ["account", "set", "ada", f"--category=x{text}", "--by", "tess"],
        ["account", "set", "ada", "--category=student", f"--since=x{text}", "--by", "tess"],
        ["account", "address", "ada", f"--vat=x{text}", "--by", "tess"],
        ["sell", "plan", "ada", f"x{text}", "--by", "tess"],
        ["sell", "item", "ada", "pla", f"--quantity=x{text}", "--by", "tess"],
        ["sell", "item", "ada", "pla", f"--session=x{text}", "--by", "tess"],
        ["sell", "fee", "ada", "damage", f"--amount=x{text}", "--by", "tess"],
        ["sell", "person", "ada", "animator", f"--hours=x{text}", "--by", "tess"],
        ["sell", "end", "ada", "--by", "tess", "--", text],
        ["sell", "cancel", "--by", "tess", "--reason", "x", "--", text],
        ["sell", "list", "--", text],
        ["wallet", "topup", "--by", "tess", "--", "ada", text],
    ):
        said = priced.refused(words)
        assert all(sign.isprintable() or sign in "\n\u200d" for sign in said)


@pytest.mark.parametrize("text", [text for text in NAMES.values() if len(text) <= 70])
def test_an_address_is_kept_as_it_was_typed_and_shown_on_one_line(priced: Lab, text: str):
    priced.done(["account", "address", "ada", "--by", "tess", "--", text, "1200 Bruxelles"])
    said = priced.done("account show ada")
    assert all(sign.isprintable() or sign in "\n\u200d" for sign in said)
    (first, second) = priced.json("account show ada")["address"]
    assert (first, second) == (" ".join(text.replace("\udcff", "\ufffd").split()), "1200 Bruxelles")


def test_the_history_of_a_member_says_how_they_pay_and_since_when(priced: Lab):
    priced.done("account set ada --category student --since 2026-10-01 --by tess")
    priced.done("account set ada --category '' --prepaid --by tess")
    priced.done("sell plan ada month --by tess")
    said = priced.done("history ada")
    assert "ada: pays by invoice as a person, category student, since 2026-10-01" in said
    assert "ada: pays before as a person, category none" in said
    assert "account." not in said


# --- selling --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("plan ada month --from 2026-12-01", "A month, from 2026-12-01."),
        ("pack ada ten --quantity 2", "2 x Ten hours, on 2026-10-24."),
        ("day ada --day 2026-10-23", "A day at the lab, on 2026-10-23."),
        ("item ada pla --quantity 120.50", "120.5 x PLA, on 2026-10-24."),
        ("fee ada damage --amount 40 --reason lens", "Damage, 40.00 EUR, on 2026-10-24."),
        ("person ada animator --hours 1:40", "1:40 h animator, on 2026-10-24."),
        ("person ada animator --hours 1.5", "1:30 h animator, on 2026-10-24."),
    ],
)
def test_what_was_sold_is_said_with_the_number_under_which_it_is_taken_back(
    priced: Lab, line: str, said: str
):
    first, second = priced.done(f"sell {line} --by tess").splitlines()
    assert first == f"Ada Lovelace (ada): {said}"
    sale = number(second)
    assert f"`fabgate sell cancel {sale}`" in second
    assert sale in priced.done("sell list")
    assert "is taken back" in priced.done(f"sell cancel {sale} --by tess --reason slip")
    assert "taken back" in priced.done("sell list ada")


def test_the_price_list_is_asked_and_nobody_sells_to_themselves(priced: Lab):
    assert "Did you mean month?" in priced.refused("sell plan ada monht --by tess")
    assert "140 cannot be taken" in priced.refused("sell fee ada damage --amount 140 --by tess")
    assert "Write it with a point" in priced.refused("wallet topup ada 50,00 --by tess")
    assert "cannot do this for themselves" in priced.refused("wallet topup tess 50 --by tess")
    assert "This takes the treasurer" in priced.refused("sell day tess --by ada")
    assert priced.type("sell person ada animator --by tess").status == 2


def test_without_a_price_list_nothing_is_sold_and_it_is_said_how_to_have_one(lab: Lab):
    lab.done('member add "Ada Lovelace" --id ada --by zoe')
    said = lab.refused("sell day ada --by zoe")
    assert "This lab has no price list." in said
    assert "[lab] tariff" in said
    assert "nothing paid in advance" in lab.done("account show ada")


def test_a_plan_ends_and_the_list_says_when(priced: Lab):
    priced.done("sell plan ada month --by tess")
    said = priced.done("sell end ada month --by tess")
    assert said == "Ada Lovelace (ada) has month until 2026-10-31, and no longer.\n"
    assert "until 2026-10-31" in priced.done("sell list ada")
    assert "ends 2026-10-31" in priced.done("account show ada")


def test_money_that_came_in_stands_on_the_wallet_and_the_receipt_beside_the_record(priced: Lab):
    assert "Nobody has paid anything in" in priced.done("wallet show")
    said = priced.done('wallet topup ada 12.5 --day 2026-10-20 --ref "bank 117" --by tess')
    assert said.startswith("Ada Lovelace (ada): 12.50 EUR paid in on 2026-10-20.\n")
    assert '"ref": "bank 117"' in priced.done("journal tail -n 2 --json")
    assert "12.50 EUR" in priced.done("wallet show")


def test_the_journal_names_people_and_days_as_people_do(priced: Lab):
    priced.done("account set ada --category student --since 2026-10-01 --by tess")
    sale = number(priced.done("sell day ada --by tess"))
    priced.done(f"sell cancel {sale} --by tess --reason slip")
    said = priced.done("journal tail -n 6")
    assert "member=ada by=tess category=student since=2026-10-01 00:00" in said
    assert "payer=ada sort=day item=day day=2026-10-24 by=tess" in said
    assert f'sale={sale} by=tess  "slip"' in said


def test_a_page_of_charges_and_a_price_list_are_one_short_line_each_in_the_journal(priced: Lab):
    priced.done("sell plan ada month --by tess")
    priced.clock.advance(9 * 86_400_000)
    priced.done("close 2026-10 --by tess")
    for line in priced.done("journal tail -n 50").splitlines():
        assert len(line) < 400, line
    said = priced.done("journal tail -n 50")
    assert "lines=1" in said
    assert "[version.2026]" not in said


def test_what_was_charged_last_stands_below_an_account(priced: Lab):
    priced.done("sell plan ada month --by tess")
    priced.done("wallet topup ada 50 --by tess")
    priced.clock.advance(9 * 86_400_000)
    priced.done("close 2026-10 --by tess")
    head, _, said = priced.done("account show ada").partition("Charged last:")
    assert "wallet:        0.00 EUR" in head
    assert sorted(line.split() for line in said.strip().splitlines()[2:]) == [
        ["2026-10-24", "month", "47.00", "50.00"],
        ["2026-10-24", "top-up", "50.00"],
    ]
    (charge,) = (one for one in priced.json("account show ada")["last_charges"] if one["sort"] == "plan")
    assert (charge["item"], charge["invoice"], charge["wallet"]) == ("month", "47.00", "50.00")
    assert "#" in charge["charge"]


def test_what_a_closed_month_has_charged_is_refused_with_the_way_to_take_it_back(priced: Lab):
    sale = number(priced.done("sell plan ada month --from 2026-10-10 --by tess"))
    priced.clock.advance(9 * 86_400_000)
    priced.done("close 2026-10 --by tess")
    for line in (
        f"sell cancel {sale} --by tess --reason slip",
        "sell item ada pla --day 2026-10-30 --by tess",
        "sell end ada month --until 2026-10-30 --by tess",
        "wallet topup ada 5 --day 2026-10-31 --by tess",
        "account set ada --category student --since 2026-10-31 --by tess",
    ):
        said = priced.refused(line)
        assert "2026-10 is closed." in said
        assert "fabgate charge reverse" in said
    priced.done("sell end ada month --until 2026-10-31 --by tess")
