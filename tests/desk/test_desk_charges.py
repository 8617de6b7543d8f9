"""A charge is taken back by a new line, and paid by a told fact; neither edits it."""

from __future__ import annotations

import pytest
from billed import NOVEMBER, Billed, done

from fabgate.charges import Sort
from fabgate.desk import charges, closing, holds, usages
from fabgate.desk.charges import Paid
from fabgate.desk.holds import Terms
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.records import Draft, Sale
from fabgate.rules.month import Month
from fabgate.store import charged, people, sealed

DECEMBER = Month(2026, 12)


@pytest.fixture
def lab(here) -> Billed:
    """October is closed: Ada owes 6 EUR, Bob 3."""
    lab = Billed(here)
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.worked("bob", "2026-10-24T12:00", 15)
    lab.now("2026-11-02T08:00")
    lab.closed()
    return lab


def of(lab, who, month=None):
    found = lab.charges() if month is None else lab.charges(month)
    return [one for one in found if one.payer == lab.member[who]]


def reversed_(lab, charge, again=False):
    return charges.reverse(lab.desk, "zoe", charge.id, again, "wrong")


# --- taken back ---------------------------------------------------------------------------------


def test_a_charge_that_is_taken_back_is_a_line_below_zero_in_the_open_month(lab):
    (was,) = of(lab, "ada")
    done(reversed_(lab, was))
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    (back,) = lab.charges(NOVEMBER)
    assert (back.sort, back.cents, back.of, back.payer) == (Sort.REVERSAL, -600, was.id, was.payer)
    assert of(lab, "ada") == [was]


def test_a_charge_is_taken_back_once(lab):
    (was,) = of(lab, "ada")
    done(reversed_(lab, was))
    again = reversed_(lab, was)
    assert isinstance(again, Denied) and again.code is Code.CHARGE_REVERSED
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    lab.now("2027-01-02T08:00")
    lab.closed(DECEMBER)
    assert lab.charges(DECEMBER) == []


def test_a_line_that_takes_back_is_not_taken_back(lab):
    done(reversed_(lab, of(lab, "ada")[0]))
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    no = reversed_(lab, lab.charges(NOVEMBER)[0])
    assert isinstance(no, Denied) and no.code is Code.CHARGE_REVERSED


def test_taken_back_to_be_priced_anew_it_is_charged_again_once_as_people_have_it_now(lab):
    (was,) = of(lab, "ada")
    (session,) = was.sessions
    done(reversed_(lab, was, again=True))
    done(usages.assign(lab.desk, "zoe", session, "bob", "his job"))
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    back, anew = of(lab, "ada", NOVEMBER) + of(lab, "bob", NOVEMBER)
    assert (back.cents, anew.cents, anew.sessions) == (-600, 600, (session,))
    lab.now("2027-01-02T08:00")
    lab.closed(DECEMBER)
    assert lab.charges(DECEMBER) == []
    assert sealed.verify(lab.desk.conn).flaws == ()


def test_what_was_priced_anew_can_be_taken_back_and_priced_anew_again(lab):
    (was,) = of(lab, "ada")
    done(reversed_(lab, was, again=True))
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    (anew,) = [one for one in lab.charges(NOVEMBER) if not one.of]
    done(reversed_(lab, anew, again=True))
    lab.now("2027-01-02T08:00")
    lab.closed(DECEMBER)
    assert sorted(one.cents for one in lab.charges(DECEMBER)) == [-600, 600]


def test_what_is_priced_anew_is_worked_off_from_what_the_first_line_gives_back(here):
    lab = Billed(here)
    with lab.desk.writer.write() as pen:
        topup = Sale(lab.member["ada"], "topup", "", "2026-10-05", lab.member["zoe"], cents=700)
        pen.append(Draft(lab.clock.now(), topup))
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    was = next(one for one in of(lab, "ada") if one.sessions)
    done(reversed_(lab, was, again=True))
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    anew = next(one for one in lab.charges(NOVEMBER) if not one.of)
    assert [(one.wallet_cents, one.cents) for one in (was, anew)] == [(600, 0), (600, 0)]


def test_a_session_that_is_to_be_priced_anew_can_be_settled(lab):
    (was,) = of(lab, "ada")
    done(reversed_(lab, was, again=True))
    done(usages.settle(lab.desk, "zoe", was.sessions[0], usages.Counts(length_ms=600_000), "half of it"))
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    assert sorted(one.cents for one in lab.charges(NOVEMBER)) == [-600, 200]


def test_what_is_taken_back_in_november_is_no_line_of_october_that_is_closed_later(here):
    lab = Billed(here)
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    lab.now("2026-12-03T08:00")
    done(reversed_(lab, lab.charges()[0], again=True))
    lab.closed(NOVEMBER)
    assert lab.charges(NOVEMBER) == []
    lab.now("2027-01-02T08:00")
    lab.closed(DECEMBER)
    assert sorted(one.cents for one in lab.charges(DECEMBER)) == [-600, 600]


def test_a_charge_that_is_none_is_said_to_be_none(lab):
    for name in ("rubbish", "openfab/gate1/x#1.1", of(lab, "ada")[0].id.replace(".1", ".99")):
        no = charges.reverse(lab.desk, "zoe", name, False, "x")
        assert isinstance(no, Denied) and no.code is Code.UNKNOWN_CHARGE


def test_taking_back_needs_the_office_and_a_reason(lab):
    (was,) = of(lab, "ada")
    no = charges.reverse(lab.desk, "bob", was.id, False, "x")
    assert isinstance(no, Denied) and no.code is Code.NOT_ALLOWED
    no = charges.reverse(lab.desk, "zoe", was.id, False, "")
    assert isinstance(no, Denied) and no.code is Code.REASON_NEEDED


# --- paid ---------------------------------------------------------------------------------------


def settled(lab, *paid):
    found = charges.settle(lab.desk, "zoe", [Paid(reference, "2026-11-20") for reference in paid])
    assert not isinstance(found, Denied), found
    return found


def test_what_was_paid_is_noted_once(lab):
    (was,) = of(lab, "ada")
    assert (settled(lab, was.id).number, settled(lab, was.id).before) == (1, 1)
    assert charged.marks(lab.desk.conn, was.id)["settled"].day == "2026-11-20"


def test_a_piece_reference_is_all_that_a_payer_owed_for_the_month(lab):
    order = [one.payer for one in lab.charges()]
    settled(lab, "2026-10-paheko-1.2")
    assert charges.owes(lab.desk.conn, order[1]) == 0
    assert charges.owes(lab.desk.conn, order[0]) > 0


def test_a_reference_of_nothing_is_named_and_the_others_are_noted(lab):
    found = settled(lab, "INV-77", of(lab, "ada")[0].id, "2026-10-paheko-1.9", "2026-11-paheko-1.1")
    assert found.number == 1
    assert [one.reference for one in found.unknown] == ["INV-77", "2026-10-paheko-1.9", "2026-11-paheko-1.1"]


def test_whoever_owes_nothing_any_more_is_not_suspended_as_unpaid_any_more(lab):
    done(holds.suspend(lab.desk, "zoe", "ada", "two bills", Terms(cause="unpaid")))
    assert settled(lab, of(lab, "bob")[0].id).lifted == ()
    assert settled(lab, of(lab, "ada")[0].id).lifted == ("ada",)
    assert people.suspension(lab.desk.conn, lab.member["ada"]) is None


def test_whoever_owes_something_still_stays_suspended(lab):
    lab.worked("ada", "2026-11-10T12:00", 30)
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    done(holds.suspend(lab.desk, "zoe", "ada", "two bills", Terms(cause="unpaid")))
    assert settled(lab, of(lab, "ada")[0].id).lifted == ()
    assert settled(lab, of(lab, "ada", NOVEMBER)[0].id).lifted == ("ada",)


def test_a_suspension_for_safety_is_not_bought_off(lab):
    done(holds.suspend(lab.desk, "zoe", "ada", "smoke", Terms(cause="safety")))
    assert settled(lab, of(lab, "ada")[0].id).lifted == ()
    assert people.suspension(lab.desk.conn, lab.member["ada"]) is not None


def test_what_was_taken_back_is_owed_no_more(lab):
    (was,) = of(lab, "ada")
    done(reversed_(lab, was))
    assert charges.owes(lab.desk.conn, lab.member["ada"]) == 0


def test_a_day_that_is_none_is_refused_before_anything_is_noted(lab):
    with pytest.raises(UsageError):
        charges.settle(lab.desk, "zoe", [Paid(of(lab, "ada")[0].id, "20/11/2026")])
    assert charged.marks(lab.desk.conn, of(lab, "ada")[0].id) == {}


def test_members_note_no_payment(lab):
    no = charges.settle(lab.desk, "bob", [Paid(of(lab, "ada")[0].id, "2026-11-20")])
    assert isinstance(no, Denied) and no.code is Code.NOT_ALLOWED


def test_a_month_knows_its_lines_by_name(lab):
    (was,) = of(lab, "ada")
    assert charged.charge(lab.desk.conn, was.id) == was
    assert charged.month_of(lab.desk.conn, was.id) == "2026-10"
    assert list(charged.of_payer(lab.desk.conn, was.payer)) == [was]
    assert closing.look(lab.desk, "zoe", Month(2026, 10)).closed is not None
