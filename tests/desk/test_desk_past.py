"""What somebody did at machines, a month at a time, read back from the newest record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from billed import NOVEMBER, OCTOBER, TOKEN, Billed, at_ms

from fabgate.desk import past
from fabgate.model import MemberId, Moment
from fabgate.records import ClockSynced, Draft, SessionStarted, SessionStopped
from fabgate.rules.ledger import Dated, Usage


@pytest.fixture
def books(here) -> Billed:
    return Billed(here)


def _found(books: Billed, who: str, month=OCTOBER, by="member") -> list[str]:
    return [str(one.session) for one in past.of_month(books.desk, books.member[who], month, by)]


def test_a_month_holds_what_began_in_it_the_newest_first(books):
    first = books.worked("ada", "2026-10-05T10:00", 30)
    last = books.worked("ada", "2026-10-20T10:00", 30)
    books.worked("bob", "2026-10-20T12:00", 30)
    later = books.worked("ada", "2026-11-02T10:00", 30)
    assert _found(books, "ada") == [last, first]
    assert _found(books, "ada", NOVEMBER) == [later]
    assert _found(books, "zoe") == []


def test_a_month_begins_at_midnight_of_the_labs_zone(books):
    late = books.worked("ada", "2026-10-31T22:59", 30)
    early = books.worked("ada", "2026-10-31T23:00", 30)
    assert _found(books, "ada") == [late]
    assert _found(books, "ada", NOVEMBER) == [early]


def test_a_session_has_its_own_end_wherever_it_stands(books):
    ada = books.began("ada", "2026-10-05T10:00")
    bob = books.began("bob", "2026-10-05T10:05", "router")
    books.ended(ada, "2026-10-05T10:00", 30)
    books.ended(bob, "2026-10-05T10:05", 7, "router")
    (one,) = past.of_month(books.desk, books.member["bob"], OCTOBER)
    assert isinstance(one, Usage)
    assert one.length_ms == 7 * 60_000


def test_what_still_runs_is_told_without_an_end(books):
    running = books.began("ada", "2026-10-05T10:00")
    books.worked("bob", "2026-10-06T10:00", 30)
    (one,) = past.of_month(books.desk, books.member["ada"], OCTOBER)
    assert str(one.session) == running
    assert not isinstance(one, Usage)


def test_a_start_of_a_clock_that_came_right_later_stands_in_its_true_month(books):
    with books.desk.writer.write() as pen:
        wrong = Moment("unset", 1_000, at_ms("2020-01-01T00:00"), synced=False)
        start = pen.append(
            Draft(
                wrong, SessionStarted("cutter", "laser", books.member["ada"], TOKEN, "autonomous", "tap", 1)
            )
        )
        end = replace(wrong, boot_ms=61_000)
        pen.append(Draft(end, SessionStopped(str(start), "cutter", why="own_tap", length_ms=60_000)))
        right = Moment("unset", 121_000, at_ms("2026-10-07T10:02"), synced=True)
        pen.append(Draft(right, ClockSynced()))
    (one,) = past.of_month(books.desk, books.member["ada"], OCTOBER)
    assert one.dated is Dated.REDATED
    assert one.start.wall_ms == at_ms("2026-10-07T10:00")
    assert past.of_month(books.desk, books.member["ada"], OCTOBER.following) == ()


def test_sessions_beside_somebody_are_the_sponsors(books):
    with books.desk.writer.write() as pen:
        at = Moment("b", 0, at_ms("2026-10-07T10:00"), synced=True)
        body = SessionStarted(
            "cutter", "laser", books.member["ada"], TOKEN, "trainee", "tap", 1, books.member["bob"]
        )
        start = str(pen.append(Draft(at, body)))
    assert _found(books, "bob", by="sponsor") == [start]
    assert _found(books, "bob") == []
    assert _found(books, "ada", by="sponsor") == []


def test_a_member_of_whom_the_journal_only_says_something_did_not_work(books):
    books.worked("ada", "2026-10-05T10:00", 30)
    assert past.of_month(books.desk, MemberId(""), OCTOBER) == ()
