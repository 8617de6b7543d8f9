"""A month is closed once, whole, over what was there; what comes late is charged later."""

from __future__ import annotations

import pytest
from billed import NOVEMBER, Billed

from fabgate.model import Code, Denied
from fabgate.rules.closing import Kind


@pytest.fixture
def lab(here) -> Billed:
    return Billed(here)


def test_what_somebody_worked_is_charged_when_the_month_is_closed(lab):
    session = lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    assert lab.closed().done.facts["amount"] == 600
    (charge,) = lab.charges()
    assert (charge.payer, charge.cents, charge.sessions) == (lab.member["ada"], 600, (session,))


def test_a_month_that_is_closed_twice_is_closed_once(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    first = lab.closed()
    again = lab.closed()
    assert again.again and again.period == first.period
    assert len(lab.charges()) == 1


def test_a_month_is_not_closed_before_it_is_over(lab):
    lab.now("2026-10-31T22:59")
    refused = lab.close()
    assert isinstance(refused, Denied) and refused.code is Code.PERIOD_RUNS
    lab.now("2026-10-31T23:00")
    lab.closed()


def test_a_session_that_ends_in_the_next_month_is_charged_there(lab):
    lab.worked("ada", "2026-10-31T22:50", 30)
    lab.now("2026-12-02T08:00")
    lab.closed()
    assert lab.sessions() == []
    lab.closed(NOVEMBER)
    assert len(lab.sessions(NOVEMBER)) == 1


def test_what_comes_late_is_charged_by_the_next_month_and_dated_in_it(lab):
    lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    late = lab.worked("bob", "2026-10-25T12:00", 30)
    lab.now("2026-12-02T08:00")
    assert lab.look(NOVEMBER).late == 1
    lab.closed(NOVEMBER)
    (charge,) = lab.charges(NOVEMBER)
    assert charge.sessions == (late,)
    assert charge.at_s == NOVEMBER.bounds(lab.desk.settings.lab.zone)[0]


def test_an_open_session_stands_in_the_way(lab):
    session = lab.began("ada", "2026-10-31T12:00")
    lab.now("2026-11-02T08:00")
    found = lab.close()
    assert [(one.kind, one.session) for one in found.obstacles] == [(Kind.OPEN, session)]
    assert lab.charges() == []


def test_forced_over_an_open_session_it_is_charged_once_it_has_ended(lab):
    session = lab.began("ada", "2026-10-31T12:00")
    lab.now("2026-11-02T08:00")
    lab.closed(force=True, reason="the gate burnt down")
    assert lab.sessions() == []
    lab.ended(session, "2026-10-31T12:00", 60)
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    assert lab.sessions(NOVEMBER) == [session]
