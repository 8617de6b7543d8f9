"""Accounts: who pays by which prices, from when on; and where their bills go."""

from __future__ import annotations

import pytest
from priced import OCTOBER, at, close, done, id_of, priced, refused, sell
from priced import with_prices as prices

from fabgate.charges import Charge, Payer, Sort
from fabgate.desk import accounts, sales, sold
from fabgate.desk.accounts import Terms
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.records import (
    AccountSet,
    AddressSet,
    ChargeReversed,
    ChargesMade,
    Draft,
    PeriodClosed,
    SessionStarted,
    SessionStopped,
    encode,
)
from fabgate.rules import lines
from fabgate.store import accounts as kept
from fabgate.store.accounts import Address
from fabgate.tariff import Tariff


@pytest.fixture
def lab(here):
    return priced(here)


def put(lab, handle="ada", **terms):
    return accounts.put(lab.desk, "tess", handle, Terms(**terms))


def payer(lab, handle="ada") -> Payer:
    return kept.payer(lab.desk.conn, id_of(lab, handle))


# --- what a payer is ----------------------------------------------------------------------------


def test_a_category_holds_from_now_on_and_the_record_says_by_whom(lab):
    answer = done(put(lab, category="student"))
    assert payer(lab).categories == ((OCTOBER // 1000, "student"),)
    body = lab.last().body
    assert body == AccountSet(id_of(lab, "ada"), id_of(lab, "tess"), "student")
    assert (answer.facts["category"], answer.facts["since"]) == ("student", None)


def test_a_category_is_dated_back_to_a_day_of_the_labs_own_time(lab):
    done(put(lab, category="student", since="2026-10-01"))
    assert payer(lab).categories == ((at("2026-10-01T00:00") // 1000, "student"),)


def test_it_is_not_dated_back_into_a_month_that_is_closed(lab):
    close(lab, "2026-09")
    no = refused(put(lab, category="student", since="2026-09-30"), Code.PERIOD_CLOSED)
    assert no.facts["period"] == "2026-09"
    done(put(lab, category="student", since="2026-10-01"))


def test_a_day_to_come_is_a_slip_and_so_is_what_is_no_day(lab):
    for since in ("2026-10-25", "soon", "1/10/2026"):
        with pytest.raises(UsageError):
            put(lab, category="student", since=since)
    done(put(lab, category="student", since="2026-10-24"))


def test_what_is_not_said_stays_as_it_is(lab):
    done(put(lab, category="student"))
    done(put(lab, organisation=True))
    done(put(lab, prepaid=True))
    assert payer(lab) == Payer(id_of(lab, "ada"), ((OCTOBER // 1000, "student"),), True, True)
    done(put(lab, organisation=False))
    lab.clock.wall_ms += 60_000
    done(put(lab, category=""))
    assert payer(lab).categories == ((OCTOBER // 1000, "student"), (OCTOBER // 1000 + 60, ""))
    assert (payer(lab).organisation, payer(lab).prepaid) == (False, True)


def test_saying_what_is_so_already_changes_nothing(lab):
    refused(put(lab), Code.NOTHING_TO_DO)
    refused(put(lab, category="", organisation=False), Code.NOTHING_TO_DO)
    done(put(lab, category="student", since="2026-10-10"))
    refused(put(lab, category="student"), Code.NOTHING_TO_DO)
    refused(put(lab, category="student", since="2026-10-20"), Code.NOTHING_TO_DO)
    done(put(lab, category="student", since="2026-10-05"))


def test_a_category_that_the_price_list_of_that_day_does_not_have_is_refused_with_those_near(lab):
    no = refused(put(lab, category="studnet"), Code.UNKNOWN_CATEGORY)
    assert (no.facts["category"], no.facts["near"]) == ("studnet", ("student",))
    no = refused(put(lab, category="xyz"), Code.UNKNOWN_CATEGORY)
    assert no.facts["near"] == ("member", "student")
    lab.clock.wall_ms = at("2027-01-02T12:00")
    refused(put(lab, category="student"), Code.UNKNOWN_CATEGORY)


def test_before_the_first_price_list_there_are_no_categories_but_payers_there_are(lab):
    no = refused(put(lab, category="student", since="2025-12-31"), Code.NO_TARIFF)
    assert no.facts["day"] == "2025-12-31"
    bare = prices(lab, Tariff())
    refused(put(bare, category="student"), Code.NO_TARIFF)
    done(put(bare, organisation=True))


def test_nobody_knows_a_stranger(lab):
    refused(put(lab, "nobody", organisation=True), Code.UNKNOWN_MEMBER)
    refused(accounts.shown(lab.desk, "nobody"), Code.UNKNOWN_MEMBER)


# --- addresses ------------------------------------------------------------------------------------


def address(lab, *lines: str, vat: str | None = None, handle="ada"):
    return accounts.put_address(lab.desk, "tess", handle, lines or None, vat)


def test_an_address_stands_in_no_record_of_the_journal_nor_beside_one(lab):
    done(address(lab, "  Rue   Voot 61 ", "1200 Bruxelles", vat="be 0123.456.789"))
    assert kept.address(lab.desk.conn, id_of(lab, "ada")) == Address(
        ("Rue Voot 61", "1200 Bruxelles"), "BE0123456789"
    )
    assert lab.last().body == AddressSet(id_of(lab, "ada"), id_of(lab, "tess"), ("address", "vat_number"))
    assert lab.said_beside() == {"login": "oslogin"}
    assert not any("Voot" in encode(Draft(one.at, one.body)) for one in lab.entries())
    assert not any("Voot" in (text or "") for (text,) in lab.desk.conn.execute("SELECT beside FROM rights"))


def test_each_part_changes_by_itself_and_an_empty_one_goes(lab):
    done(address(lab, "Rue Voot 61"))
    answer = done(address(lab, vat="BE0123456789"))
    assert answer.facts["fields"] == ("vat_number",)
    refused(address(lab, "Rue Voot 61", vat="BE0123456789"), Code.NOTHING_TO_DO)
    done(address(lab, vat=""))
    assert kept.address(lab.desk.conn, id_of(lab, "ada")) == Address(("Rue Voot 61",))
    done(accounts.put_address(lab.desk, "tess", "ada", []))
    assert kept.address(lab.desk.conn, id_of(lab, "ada")) is None


@pytest.mark.parametrize("lines", [("x",) * 7, ("x" * 71,)])
def test_an_address_that_fits_on_no_letter_is_refused(lab, lines):
    with pytest.raises(UsageError):
        address(lab, *lines)
    done(address(lab, *("x" * 70,) * 6))


@pytest.mark.parametrize("number", ["0123456789", "BE", "B1234", "BE123456789012345", "BE01é", "Belgium"])
def test_what_is_no_vat_number_is_refused(lab, number):
    if number == "Belgium":
        done(address(lab, vat=number))  # nobody can tell by its form alone
        return
    with pytest.raises(UsageError):
        address(lab, vat=number)


# --- how they stand -----------------------------------------------------------------------------


def shown(lab, handle="ada") -> accounts.Shown:
    found = accounts.shown(lab.desk, handle)
    assert not isinstance(found, Denied)
    return found


def left(lab) -> dict[str, int]:
    return {one.title or one.pool.id: one.pool.left for one in shown(lab).left}


def test_an_account_shows_plans_packs_and_the_wallet(lab):
    sell(lab, Sort.PLAN, "month", day="2026-10-10")
    sell(lab, Sort.PACK, "ten")
    done(sales.top_up(lab.desk, "tess", "ada", "50.00"))
    assert left(lab) == {"A month": 7_200, "Ten hours": 36_000, "wallet": 5_000}
    (held,) = shown(lab).plans
    assert (held.sold.item, str(held.last_day)) == ("month", "2026-10-31")


def test_the_category_of_a_plan_goes_before_that_of_the_account_while_it_is_held(lab):
    done(put(lab, category="student"))
    assert shown(lab).category == "student"
    sell(lab, Sort.PLAN, "month", day="2026-10-10")
    assert shown(lab).category == "member"
    done(sold.end(lab.desk, "tess", "ada", "month", "2026-10-20"))
    assert shown(lab).category == "student"


def charge(lab, at_s: int, **taken: int) -> str:
    """A closed month with one charge of ada's, and its id."""
    ada = id_of(lab, "ada")
    line = Charge(ada, Sort.MACHINE, f"at {at_s}", at_s, 100, 100, "2026", (), taken=taken)
    month = f"2026-{at_s:02}"
    with lab.desk.writer.write() as pen:
        page = pen.append(Draft(lab.desk.clock.now(), ChargesMade(month, ada, (lines.written(line),))))
        pen.append(
            Draft(
                lab.desk.clock.now(),
                PeriodClosed(month, ada, month, 1, "", "", (), "", (), "", "ff"),
            )
        )
    return f"{page}.1"


def test_what_closed_months_took_is_off(lab):
    pack = sell(lab, Sort.PACK, "ten", day="2026-08-01")
    charge(lab, 8, **{f"pack:{pack.record}": 6_000})
    assert left(lab) == {"Ten hours": 30_000}


def worked(lab, start: str, minutes: int, recovered: bool = False, handle="ada") -> None:
    """A session on the cutter that somebody had, as a gate writes it down."""
    now_ms, lab.clock.wall_ms = lab.clock.wall_ms, at(start)
    with lab.desk.writer.write() as pen:
        who = id_of(lab, handle)
        begun = SessionStarted("cutter", "laser", who, "k:0", "autonomous", "tap", 14_400_000)
        session = pen.append(Draft(lab.clock.now(), begun))
        lab.clock.wall_ms += minutes * 60_000
        pen.append(
            Draft(
                lab.clock.now(),
                SessionStopped(
                    str(session),
                    "cutter",
                    "recovered" if recovered else "own_tap",
                    minutes * 60_000,
                    recovered=recovered,
                ),
            )
        )
    lab.clock.wall_ms = now_ms


def test_what_the_open_months_took_so_far_is_off_too(lab):
    sell(lab, Sort.PLAN, "month", day="2026-10-01")
    sell(lab, Sort.PACK, "ten", day="2026-09-01")
    worked(lab, "2026-09-10T10:00", 60)
    worked(lab, "2026-10-10T10:00", 90)
    assert left(lab) == {"A month": 1_800, "Ten hours": 32_400}
    worked(lab, "2026-10-11T10:00", 60)
    assert left(lab) == {"Ten hours": 30_600}


def test_a_wallet_pays_what_the_open_month_sold(lab):
    done(sales.top_up(lab.desk, "tess", "ada", "50.00", "2026-10-01"))
    sell(lab, Sort.DAY, day="2026-10-02")
    assert left(lab) == {"wallet": 4_000}
    sell(lab, Sort.DAY, day="2026-10-30")  # to come, but in this month: its closing will charge it
    assert left(lab) == {"wallet": 3_000}
    sell(lab, Sort.DAY, day="2026-11-02")
    assert left(lab) == {"wallet": 3_000}


def test_what_a_closed_month_took_is_not_off_twice(lab):
    done(sales.top_up(lab.desk, "tess", "ada", "50.00", "2026-08-01"))
    sell(lab, Sort.DAY, day="2026-08-02")
    charge(lab, 8, wallet=1_000)
    assert left(lab) == {"wallet": 4_000}


def test_what_was_taken_back_is_back_before_its_month_is_closed(lab):
    done(sales.top_up(lab.desk, "tess", "ada", "50.00", "2026-08-01"))
    sell(lab, Sort.DAY, day="2026-08-02")
    paid = charge(lab, 8, wallet=1_000)
    assert left(lab) == {"wallet": 4_000}
    with lab.desk.writer.write() as pen:
        pen.append(Draft(lab.clock.now(), ChargeReversed(paid, id_of(lab, "tess"))))
    assert left(lab) == {"wallet": 5_000}


def test_a_session_that_waits_for_a_decision_is_counted_and_not_taken_off(lab):
    sell(lab, Sort.PACK, "ten", day="2026-10-01")
    worked(lab, "2026-10-10T10:00", 60, recovered=True)
    assert left(lab) == {"Ten hours": 36_000}
    assert shown(lab).waiting == 1
    assert shown(lab, "tess").waiting == 0
    (one,) = accounts.listed(lab.desk)
    assert one.waiting == 1


def test_in_a_lab_without_a_price_list_nobody_holds_anything(lab):
    worked(lab, "2026-10-10T10:00", 60)
    found = accounts.shown(prices(lab, Tariff()).desk, "ada")
    assert not isinstance(found, Denied)
    assert (found.left, found.waiting, found.plans) == ((), 0, ())


def test_the_newest_charges_come_last(lab):
    for month in (6, 7, 8):
        charge(lab, month)
    found = accounts.last_charges(lab.desk, id_of(lab, "ada"), 2)
    assert [one.item for one in found] == ["at 7", "at 8"]
    assert accounts.last_charges(lab.desk, id_of(lab, "tess"), 2) == ()


def test_the_list_has_everybody_who_pays_for_something(lab):
    assert accounts.listed(lab.desk) == ()
    for handle in ("bob", "guild", "eve"):
        lab.member(handle)
    done(put(lab, "guild", organisation=True))
    done(address(lab, "Rue Voot 61", handle="bob"))
    sell(lab, Sort.DAY)
    assert [one.member.handle for one in accounts.listed(lab.desk)] == ["ada", "bob", "guild"]
