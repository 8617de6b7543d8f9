"""Members as payers: those first who pay for something, found by a part of their name."""

from __future__ import annotations

import pytest
from billed import Billed, done

from fabgate.desk import accounts, payers
from fabgate.desk.accounts import Terms


@pytest.fixture
def lab(here) -> Billed:
    return Billed(here)


def handles(found):
    return [one.member.handle for one in found]


def test_who_pays_for_something_comes_first(lab):
    assert handles(payers.found(lab.desk))[0] == "ada"
    done(accounts.put(lab.desk, "zoe", "bob", Terms(organisation=True)))
    found = payers.found(lab.desk)
    assert handles(found)[0] == "bob"
    assert (found[0].known, found[0].payer.organisation, found[1].known) == (True, True, False)


def test_they_are_found_by_a_part_of_name_or_handle_whatever_its_case(lab):
    assert handles(payers.found(lab.desk, "BOB")) == ["bob"]
    assert handles(payers.found(lab.desk, "ob")) == ["bob"]
    assert payers.found(lab.desk, "<script>") == ()


def test_without_a_reckoning_an_account_tells_what_closed_months_left(lab):
    done(accounts.put(lab.desk, "zoe", "bob", Terms(prepaid=True)))
    (bob,) = payers.found(lab.desk, "bob")
    told = payers.told(lab.desk, bob.member)
    assert (told.payer.prepaid, told.waiting) == (True, 0)
