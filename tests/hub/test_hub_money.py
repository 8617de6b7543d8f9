"""Money in a lab with a hub: who keeps the books, what a gate is told, and what a lone gate brings along."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hub_lab import FakeGate, Lab, enrol, own_bodies

from fabgate.charges import Sort
from fabgate.cli import command
from fabgate.desk import accounts, sales
from fabgate.desk.accounts import Terms
from fabgate.desk.sales import Wanted
from fabgate.model import Code, Denied, MemberId
from fabgate.records import Draft, Sale
from fabgate.store import accounts as store_accounts
from fabgate.store import roster
from fabgate.store import sales as store_sales
from fabgate.store.db import Store
from fabgate.tariff import Category, Plan, Tariff, Version

PRICES = Tariff(
    (
        Version(
            "2026",
            date(2026, 1, 1),
            plans={"month": Plan("A month", Decimal(25))},
            categories={"student": Category("Student", Decimal("0.5"))},
        ),
    )
)


def with_prices(lab: Lab, *gates: FakeGate) -> None:
    lab.settings = replace(lab.settings, tariff=PRICES)
    for gate in gates:
        gate.settings = replace(gate.settings, tariff=PRICES)


def test_the_hub_sells_and_the_gate_knows_the_account_and_nothing_of_the_sale_or_the_address(lab: Lab):
    (gate,) = lab.join("gate-1")
    with_prices(lab, gate)
    with lab.desk() as desk:
        enrol(desk, "ada")
        for answer in (
            accounts.put(desk, "zoe", "ada", Terms("student", prepaid=True)),
            accounts.put_address(desk, "zoe", "ada", ["Rue Voot 61"], "BE0123456789"),
            sales.sell(desk, "zoe", "ada", Wanted(Sort.PLAN, "month")),
        ):
            assert not isinstance(answer, Denied)
        ada = _id(desk.conn, "ada")
        there = store_accounts.payer(desk.conn, ada)
    lab.settle()
    with gate.store.reader() as reader:
        assert store_accounts.payer(reader.conn, ada) == there
        assert there.prepaid
        assert store_accounts.address(reader.conn, ada) is None
        assert store_sales.of(reader.conn, ada) == ()
        whole = "\n".join(reader.conn.iterdump())
    assert "Rue Voot" not in whole
    assert "BE0123456789" not in whole


def test_a_gate_that_has_joined_takes_no_money_and_says_where_to_go(lab: Lab):
    (gate,) = lab.join("gate-1")
    with_prices(lab, gate)
    with lab.desk() as desk:
        enrol(desk, "ada")
    lab.settle()
    before = own_bodies(gate)
    for words in (
        ("sell", "plan", "ada", "month"),
        ("wallet", "topup", "ada", "50"),
        ("account", "set", "ada", "--prepaid"),
        ("account", "address", "ada", "Rue Voot 61"),
    ):
        ran = command((*words, "--by", "zoe"), gate.settings, gate.clock)
        assert ran.status == 1
        assert "The hub keeps the books of this lab." in ran.printed
        assert "Type it at the hub" in ran.printed
    assert own_bodies(gate) == before
    with lab.desk(gate.folder) as desk:
        answer = sales.top_up(desk, "zoe", "ada", "50")
    assert isinstance(answer, Denied)
    assert answer.code is Code.NOT_THE_BOOKS


def test_what_a_lone_gate_had_sold_is_the_hubs_to_charge_once_it_has_joined(lab: Lab):
    gate = lab.gate("gate-1")
    ada = MemberId("m-00000000000000aa")
    (record,) = gate.write(Draft(gate.clock.now(), Sale(ada, "plan", "month", "2026-09-01", "m-zoe")))
    gate.on()
    lab.settle()
    with Store(lab.settings.gate.state).reader() as reader:
        assert [one.record for one in store_sales.of(reader.conn, ada)] == [str(record)]
        assert store_sales.payers(reader.conn) == (ada,)


def _id(conn, handle: str) -> MemberId:
    found = roster.member(conn, handle)
    assert found is not None
    return found.id
