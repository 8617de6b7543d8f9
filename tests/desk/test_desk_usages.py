"""What people decide of sessions counts until a closed month has charged them, and never after."""

from __future__ import annotations

import pytest
from billed import NOVEMBER, Billed, at_ms, done

from fabgate.desk import usages
from fabgate.desk.usages import Counts
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, Role
from fabgate.rules.closing import Kind


@pytest.fixture
def lab(here) -> Billed:
    return Billed(here)


def kinds(lab, month=None):
    return [one.kind for one in (lab.look() if month is None else lab.look(month)).obstacles]


def settled(lab, session, **counts):
    return usages.settle(lab.desk, "zoe", session, Counts(**counts), "asked")


def recovered(lab, **more):
    return lab.worked("ada", "2026-10-24T12:00", 30, why="recovered", recovered=True, **more)


def test_a_session_whose_end_nobody_saw_stands_in_the_way_until_somebody_settles_it(lab):
    session = recovered(lab, uncertain_ms=60_000)
    lab.now("2026-11-02T08:00")
    assert kinds(lab) == [Kind.RECOVERED]
    done(settled(lab, session, as_recorded=True))
    assert kinds(lab) == []
    assert lab.closed().done.facts["amount"] == 600


def test_a_settled_length_is_what_is_charged(lab):
    session = recovered(lab)
    lab.now("2026-11-02T08:00")
    done(settled(lab, session, end_ms=at_ms("2026-10-24T12:10")))
    assert lab.closed().done.facts["amount"] == 200
    assert lab.charges()[0].records[0] == session and len(lab.charges()[0].records) == 3


def test_the_last_word_counts(lab):
    session = recovered(lab)
    done(settled(lab, session, length_ms=60_000))
    done(settled(lab, session, length_ms=1_200_000))
    lab.now("2026-11-02T08:00")
    assert lab.closed().done.facts["amount"] == 400


def test_blind_seconds_are_charged_by_a_persons_word_only(lab):
    lab.worked("ada", "2026-10-24T12:00", 30, blind_ms=600_000)
    session = lab.worked("bob", "2026-10-24T12:00", 30, blind_ms=600_000)
    done(settled(lab, session, as_recorded=True))
    lab.now("2026-11-02T08:00")
    lab.closed()
    assert {one.payer: one.cents for one in lab.charges()} == {
        lab.member["ada"]: 400,
        lab.member["bob"]: 600,
    }


def test_a_session_far_beyond_its_limit_stands_in_the_way(lab):
    lab.worked("ada", "2026-10-24T08:00", 180)
    session = lab.worked("bob", "2026-10-24T08:00", 181)
    lab.now("2026-11-02T08:00")
    assert [(one.kind, one.session) for one in lab.look().obstacles] == [(Kind.LONG, session)]


def test_an_undated_session_blocks_every_month_until_somebody_dates_it(lab):
    session = lab.worked("ada", "1970-01-05T12:00", 30, synced=False)
    lab.now("2026-11-02T08:00")
    assert kinds(lab) == [Kind.UNDATED]
    done(settled(lab, session, end_ms=at_ms("2026-10-24T12:30")))
    assert kinds(lab) == []
    lab.closed()
    (charge,) = lab.charges()
    assert (charge.started_s, charge.cents) == (at_ms("2026-10-24T12:00") // 1000, 600)


def test_a_session_dated_in_the_future_is_undated(lab):
    lab.worked("ada", "2027-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    assert kinds(lab) == [Kind.UNDATED]


def test_a_session_that_runs_is_not_settled_and_one_that_its_gate_lost_is(lab):
    session = lab.began("ada", "2026-10-24T12:00")
    lab.now("2026-10-24T14:59")
    refused = settled(lab, session, length_ms=1_800_000)
    assert isinstance(refused, Denied) and refused.code is Code.SESSION_RUNS
    lab.now("2026-10-24T15:00")
    done(settled(lab, session, length_ms=1_800_000))
    lab.now("2026-11-02T08:00")
    assert lab.closed().done.facts["amount"] == 600
    lab.ended(session, "2026-10-24T12:00", 170)  # the gate is back
    lab.now("2026-12-02T08:00")
    lab.closed(NOVEMBER)
    assert lab.charges(NOVEMBER) == []


def test_who_pays_can_be_said_later(lab):
    session = lab.worked("ada", "2026-10-24T12:00", 30)
    done(usages.assign(lab.desk, "zoe", session, "bob", "his job"))
    lab.now("2026-11-02T08:00")
    lab.closed()
    assert [(one.payer, one.member) for one in lab.charges()] == [(lab.member["bob"], lab.member["ada"])]


def test_what_it_was_for_can_be_said_later(lab):
    session = lab.worked("ada", "2026-10-24T12:00", 30)
    done(usages.mark(lab.desk, "zoe", session, "lab", None, "shelves"))
    lab.now("2026-11-02T08:00")
    lab.closed()
    (charge,) = lab.charges()
    assert (charge.cents, charge.purpose) == (0, "lab") and "lab" in charge.reason


def test_a_session_that_is_given_costs_nothing_and_says_why(lab):
    session = lab.worked("ada", "2026-10-24T12:00", 30)
    done(usages.mark(lab.desk, "zoe", session, None, True, "open day"))
    lab.now("2026-11-02T08:00")
    lab.closed()
    assert [(one.cents, one.reason) for one in lab.charges()] == [(0, "waived")]


def test_nothing_is_said_of_a_session_that_was_charged(lab):
    session = lab.worked("ada", "2026-10-24T12:00", 30)
    lab.now("2026-11-02T08:00")
    lab.closed()
    for refused in (
        settled(lab, session, length_ms=1_000),
        usages.assign(lab.desk, "zoe", session, "bob", "x"),
        usages.mark(lab.desk, "zoe", session, "lab", None, "x"),
    ):
        assert isinstance(refused, Denied) and refused.code is Code.CHARGED_ALREADY
        assert refused.facts["charge"] == lab.charges()[0].id
        assert refused.facts["period"] == "2026-10"


def test_nobody_decides_of_their_own_session_and_nobody_without_the_office(lab):
    session = lab.worked("zoe", "2026-10-24T12:00", 30)
    lab.lab.role("ada", Role.TREASURER)
    refused = settled(lab, session, length_ms=1)
    assert isinstance(refused, Denied) and refused.code is Code.NOT_TO_YOURSELF
    done(usages.settle(lab.desk, "ada", session, Counts(length_ms=1_000), "asked"))
    no = usages.settle(lab.desk, "bob", session, Counts(length_ms=1_000), "asked")
    assert isinstance(no, Denied) and no.code is Code.NOT_ALLOWED


def test_a_reason_is_needed(lab):
    session = lab.worked("ada", "2026-10-24T12:00", 30)
    no = usages.settle(lab.desk, "zoe", session, Counts(length_ms=1_000), " ")
    assert isinstance(no, Denied) and no.code is Code.REASON_NEEDED


@pytest.mark.parametrize(
    "counts",
    [
        {},
        {"end_ms": at_ms("2026-10-24T11:59")},
        {"length_ms": 32 * 86_400_000},
        {"length_ms": 1, "end_ms": 1},
    ],
)
def test_an_end_before_the_start_and_a_length_of_months_are_none(lab, counts):
    session = recovered(lab)
    lab.now("2026-11-02T08:00")
    with pytest.raises(UsageError):
        settled(lab, session, **counts)


@pytest.mark.parametrize("name", ["openfab/gate1/x#999", "rubbish", "#"])
def test_what_is_no_session_is_said_to_be_none(lab, name):
    refused = settled(lab, name, length_ms=1)
    assert isinstance(refused, Denied) and refused.code is Code.UNKNOWN_SESSION
