"""The books of money: kept by whom, and in which store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from priced import close, done, id_of, priced, refused

from fabgate.charges import Sort
from fabgate.config.settings import HubSettings
from fabgate.desk import accounts, bookkeeping, members, roles, sales, sold
from fabgate.desk.accounts import Terms
from fabgate.desk.deed import turn
from fabgate.desk.sales import Wanted
from fabgate.model import Code, Denied, Role
from fabgate.store import linked
from fabgate.store.linked import Linked


@pytest.fixture
def lab(here):
    return priced(here)


def every_deed(lab, by: str, whom: str = "ada"):
    desk = lab.desk
    return {
        "sell": sales.sell(desk, by, whom, Wanted(Sort.PLAN, "month")),
        "top up": sales.top_up(desk, by, whom, "50.00"),
        "end": sold.end(desk, by, whom, "month"),
        "account": accounts.put(desk, by, whom, Terms(prepaid=True)),
        "address": accounts.put_address(desk, by, whom, ["Rue Voot 61"]),
    }


def codes(answers) -> set[Code | None]:
    return {one.code if isinstance(one, Denied) else None for one in answers.values()}


def test_the_treasurer_and_a_manager_keep_the_books_and_nobody_else(lab):
    assert codes(every_deed(lab, "ada", "tess")) == {Code.NOT_ALLOWED}
    assert codes(every_deed(lab, "tess")) == {None}
    assert codes(every_deed(lab, "zoe", "tess")) == {None}


def test_nobody_sells_to_themselves_nor_tops_themselves_up(lab):
    answers = every_deed(lab, "tess", "tess")
    assert not isinstance(answers.pop("address"), Denied)  # it is worth nothing to anybody
    assert codes(answers) == {Code.NOT_TO_YOURSELF}
    answers = every_deed(lab, "zoe", "zoe")
    answers.pop("address")
    assert codes(answers) == {Code.NOT_TO_YOURSELF}


def test_who_is_the_only_one_left_keeps_their_own_account_with_a_reason(lab):
    done(roles.revoke(lab.desk, "zoe", "tess", Role.TREASURER, "resigned"))
    refused(sales.top_up(lab.desk, "zoe", "zoe", "50"), Code.REASON_NEEDED)
    done(sales.top_up(lab.desk, "zoe", "zoe", "50", reason="nobody else is there"))


def test_a_treasurer_who_is_suspended_leaves_the_manager_alone(lab):
    done(members.suspend(lab.desk, "zoe", "tess", "away"))
    assert codes(every_deed(lab, "tess")) == {Code.SUSPENDED_MEMBER}
    done(sales.top_up(lab.desk, "zoe", "zoe", "50", reason="nobody else is there"))


def test_a_gate_that_has_joined_keeps_no_books(lab):
    with lab.desk.writer.write() as pen:
        linked.keep(pen, Linked("e00000aa"))
    before = lab.entries()
    assert codes(every_deed(lab, "tess")) == {Code.NOT_THE_BOOKS}
    assert codes(every_deed(lab, "zoe")) == {Code.NOT_THE_BOOKS}
    assert lab.entries() == before


def test_nor_does_one_that_has_joined_and_has_not_spoken_with_its_hub_yet(lab):
    (lab.desk.settings.gate.state / linked.FOLDER).mkdir()
    assert codes(every_deed(lab, "tess")) == {Code.NOT_THE_BOOKS}


def test_the_hub_keeps_them_though_it_is_a_client_of_its_own_broker(lab):
    (lab.desk.settings.gate.state / linked.FOLDER).mkdir()
    hub = replace(lab.desk.settings, hub=HubSettings("localhost"))
    assert bookkeeping.not_the_books(lab.desk.conn, hub) is None


def test_months_and_files_are_nobodys_account(lab):
    with turn(lab.desk, "tess") as now:
        assert not isinstance(now, Denied)
        assert bookkeeping.refused(now) is None
        refused(bookkeeping.refused(now, id_of(lab, "tess")), Code.NOT_TO_YOURSELF)


def test_a_day_in_a_closed_month_or_before_one_is_closed(lab):
    conn = lab.desk.conn
    assert bookkeeping.closed(conn, date(2020, 1, 1)) is None
    close(lab, "2026-09")
    assert bookkeeping.closed(conn, date(2026, 10, 1)) is None
    for day in (date(2026, 9, 30), date(2026, 9, 1), date(2026, 8, 31), date(2020, 1, 1)):
        no = refused(bookkeeping.closed(conn, day), Code.PERIOD_CLOSED)
        assert no.facts == {"period": f"{day:%Y-%m}"}
