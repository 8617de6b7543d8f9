"""Which months the books have, which is to be closed next, and how much there is to reckon."""

from __future__ import annotations

from dataclasses import replace

import pytest
from billed import OCTOBER, Billed, at_ms

from fabgate.desk import closing, months
from fabgate.rules.month import Month
from fabgate.tariff import Tariff


@pytest.fixture
def lab(here) -> Billed:
    return Billed(here)


def test_open_months_begin_where_both_the_price_list_and_the_journal_do(lab):
    lab.worked("ada", "2026-10-20T10:00", 30)
    lab.clock.wall_ms = at_ms("2026-12-02T08:00")
    found = months.listed(lab.desk)
    assert found.open == (OCTOBER, Month(2026, 11), Month(2026, 12))
    assert (found.closed, found.due) == ((), OCTOBER)


def test_a_month_that_runs_is_not_due(lab):
    lab.clock.wall_ms = at_ms("2026-10-20T08:00")
    found = months.listed(lab.desk)
    assert (found.open, found.due) == ((OCTOBER,), None)


def test_after_a_closing_the_next_month_is_the_first_open_one_and_less_is_to_be_read(lab):
    lab.worked("ada", "2026-10-20T10:00", 30)
    lab.clock.wall_ms = at_ms("2026-11-02T08:00")
    before = months.to_read(lab.desk.conn)
    assert isinstance(closing.close(lab.desk, "zoe", OCTOBER), closing.Closed)
    found = months.listed(lab.desk)
    assert [one.month for one in found.closed] == ["2026-10"]
    assert (found.open, found.due) == ((Month(2026, 11),), None)
    assert months.to_read(lab.desk.conn) < before


def test_a_lab_without_a_price_list_has_the_month_that_runs(lab):
    desk = replace(lab.desk, settings=replace(lab.desk.settings, tariff=Tariff()))
    assert months.listed(desk).open == (OCTOBER,)
