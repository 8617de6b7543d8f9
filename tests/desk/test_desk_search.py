"""Members found by what somebody remembers of them."""

from __future__ import annotations

import pytest
from first_day import done

from fabgate.desk import members, search, status
from fabgate.desk.members import Details
from fabgate.model import Status


@pytest.fixture
def desk(here):
    done(members.add(here.desk, "zoe", Details("Ada Lovelace", "ada", email="ada@example.org")))
    done(members.add(here.desk, "zoe", Details("Štěpán Ångström", "stepan")))
    done(members.add(here.desk, "zoe", Details("אבגד", "rtl")))
    return here.desk


def handles(desk, *asked, **more):
    return [one.handle for one in search.members(desk, *asked, **more).members]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["ada", "stepan", "zoe", "rtl"]),
        ("  LOVELACE  ada ", ["ada"]),
        ("angstrom stepan", ["stepan"]),
        ("example.org", ["ada"]),
        ("אב", ["rtl"]),
        ("ada zoe", []),
        ("%", []),
        ("\udcff", []),
    ],
)
def test_every_word_has_to_be_there_with_or_without_accents(desk, text, found):
    assert handles(desk, text) == found


def test_a_search_is_narrowed_to_a_status_or_to_who_is_suspended(desk):
    done(status.give(desk, "zoe", "ada", Status.LEFT, None))
    done(members.suspend(desk, "zoe", "stepan", "smoke"))
    assert handles(desk, kind="left") == ["ada"]
    assert handles(desk, kind="suspended") == ["stepan"]
    assert handles(desk, kind="nonsense") == ["ada", "stepan", "zoe", "rtl"]


@pytest.mark.parametrize(
    ("first", "found"), [(0, ["ada", "stepan"]), (2, ["zoe", "rtl"]), (99, ["zoe", "rtl"])]
)
def test_a_page_past_the_end_is_the_last_one(desk, first, found):
    shown = search.members(desk, first=first, most=2)
    assert ([one.handle for one in shown.members], shown.total) == (found, 4)


def test_who_is_called_just_so_is_a_namesake(desk):
    assert [one.handle for one in search.namesakes(desk, " ADA  lovelace")] == ["ada"]
    assert search.namesakes(desk, "Ada") == ()
    assert search.namesakes(desk, "") == ()
