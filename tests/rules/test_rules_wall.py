"""What the wall says of a machine, and whether the lab is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from fabgate.charter import Mode, Opening, Weekly
from fabgate.model import Code, MachineId, SkillId
from fabgate.rules import wall
from fabgate.rules.wall import AtWork, Heard, Hours, Machine, Shows, Word

ZONE = ZoneInfo("Europe/Brussels")
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
NOON_MS = int(datetime(2026, 10, 24, 12, tzinfo=ZONE).timestamp()) * 1000  # a Saturday
SATURDAY = 5
LASER = Machine(MachineId("laser"), "the laser cutter", SkillId("laser"))
ALWAYS = Hours((), {}, ZONE)


def card(facts: Machine, now_ms: int = NOON_MS, hours: Hours = ALWAYS) -> wall.Card:
    return wall.card(facts, hours, now_ms)


def said(state: str, **more: object) -> Machine:
    return replace(LASER, word=Word(state, NOON_MS - MINUTE_MS), **more)


# --- a lone gate: the books alone --------------------------------------------------------------


def test_a_machine_of_which_nothing_is_known_is_free():
    assert card(LASER).shows is Shows.FREE


def test_a_session_says_since_when_and_until_when_at_the_latest():
    at_work = replace(LASER, session=AtWork(NOON_MS - HOUR_MS, 2 * HOUR_MS))
    found = card(at_work)
    assert (found.shows, found.since_ms, found.until_ms) == (
        Shows.IN_USE,
        NOON_MS - HOUR_MS,
        NOON_MS + HOUR_MS,
    )
    assert found.left_min == 60
    assert card(at_work, NOON_MS + 1).left_min == 60
    assert card(at_work, NOON_MS + MINUTE_MS).left_min == 59


def test_a_session_near_its_limit_ends_soon():
    at_work = replace(LASER, session=AtWork(NOON_MS, HOUR_MS))
    assert card(at_work, NOON_MS + 55 * MINUTE_MS - 1).shows is Shows.IN_USE
    assert card(at_work, NOON_MS + 55 * MINUTE_MS).shows is Shows.ENDING


def test_a_session_beyond_its_limit_has_no_minutes_left():
    at_work = replace(LASER, session=AtWork(NOON_MS - 3 * HOUR_MS, HOUR_MS))
    assert card(at_work).left_min == 0


def test_a_lock_waits_until_the_session_is_over():
    locked = replace(LASER, lock_ms=NOON_MS - HOUR_MS)
    assert (card(locked).shows, card(locked).since_ms) == (Shows.LOCKED, NOON_MS - HOUR_MS)
    at_work = card(replace(locked, session=AtWork(NOON_MS, HOUR_MS)))
    assert (at_work.shows, at_work.locked_next) == (Shows.IN_USE, True)


def test_a_trouble_of_the_books_is_a_fault():
    found = card(replace(LASER, troubles=("estop", "lid")))
    assert (found.shows, found.trouble) == (Shows.FAULT, "estop")


# --- at a hub: its gate's word lies over the books ---------------------------------------------------


@pytest.mark.parametrize(
    ("state", "shows"),
    [
        ("free", Shows.FREE),
        ("waiting", Shows.WAITING),
        ("opening", Shows.OPENING),
        ("in_use", Shows.IN_USE),
        ("ending", Shows.ENDING),
        ("locked", Shows.LOCKED),
        ("fault", Shows.FAULT),
        ("dancing", Shows.IN_USE),
    ],
)
def test_the_gate_says_what_the_machine_does(state, shows):
    assert card(said(state)).shows is shows


def test_the_gate_is_believed_before_the_books():
    """They are a moment late: the stop of a session is heard before its record has come."""
    assert card(said("free", session=AtWork(NOON_MS - HOUR_MS, HOUR_MS * 2))).shows is Shows.FREE
    found = card(said("in_use"))
    assert (found.since_ms, found.until_ms, found.left_min) == (NOON_MS - MINUTE_MS, None, None)


def test_a_lock_that_the_gate_has_not_heard_of_yet_counts():
    assert card(said("free", lock_ms=NOON_MS)).shows is Shows.LOCKED


def test_whether_it_works_is_said_of_a_session_only():
    at_work = replace(LASER, word=Word("in_use", NOON_MS, busy=True))
    assert card(at_work).busy is True
    assert card(replace(LASER, word=Word("free", NOON_MS, busy=False))).busy is None


@pytest.mark.parametrize(("heard", "shows"), [(Heard.LOST, Shows.UNHEARD), (Heard.STOPPED, Shows.OFF)])
def test_of_a_gate_that_nobody_hears_the_wall_claims_nothing(heard, shows):
    """Not even that it is free: the session that was on may still go on (law 3)."""
    lost = said("free", heard=heard, gate_ms=NOON_MS - 7, session=AtWork(NOON_MS, HOUR_MS))
    found = card(lost)
    assert (found.shows, found.since_ms, found.until_ms, found.busy) == (shows, NOON_MS - 7, None, None)


# --- hours ----------------------------------------------------------------------------------------

OPENLAB = Opening("openlab", Mode.PUBLIC, weekly=(Weekly(SATURDAY, 14 * 60, 18 * 60),))
KEYS = Opening("keys", Mode.STAFFED)


def test_a_machine_with_hours_says_when_it_opens():
    found = card(replace(LASER, openings=(OPENLAB,)), hours=Hours((OPENLAB,), {}, ZONE))
    assert found.shows is Shows.FREE
    assert (found.closed.code, found.closed.opens_ms) == (Code.CLOSED_NOW, NOON_MS + 2 * HOUR_MS)
    assert card(replace(LASER, openings=(OPENLAB,)), NOON_MS + 2 * HOUR_MS).closed is None


def test_a_machine_for_staffed_hours_waits_for_a_keyholder():
    of_keys = replace(LASER, openings=(KEYS,))
    assert card(of_keys).closed.code is Code.NOBODY_STAFFS
    assert card(of_keys, hours=Hours((KEYS,), {}, ZONE, staffed_ms=NOON_MS)).closed is None


def test_the_lab_is_open_while_a_keyholder_is_here():
    found = wall.doors(Hours((OPENLAB,), {}, ZONE, staffed_ms=NOON_MS - 5), NOON_MS)
    assert (found.open, found.since_ms, found.planned) == (True, NOON_MS - 5, False)


def test_hours_alone_open_no_lab_where_people_check_in():
    found = wall.doors(Hours((OPENLAB,), {}, ZONE), NOON_MS + 3 * HOUR_MS)
    assert (found.open, found.planned, found.until_ms) == (False, True, NOON_MS + 6 * HOUR_MS)


def test_hours_are_all_that_is_known_where_nobody_ever_checks_in():
    about = Hours((OPENLAB,), {}, ZONE, counts=False)
    assert wall.doors(about, NOON_MS).open is False
    assert wall.doors(about, NOON_MS).opens_ms == NOON_MS + 2 * HOUR_MS
    found = wall.doors(about, NOON_MS + 2 * HOUR_MS)
    assert (found.open, found.since_ms, found.until_ms) == (
        True,
        NOON_MS + 2 * HOUR_MS,
        NOON_MS + 6 * HOUR_MS,
    )


def test_an_evening_of_the_calendar_opens_the_lab_too():
    about = Hours((OPENLAB,), {"openlab": ("2026-10-24T11:00/2026-10-24T13:00",)}, ZONE)
    assert wall.doors(about, NOON_MS).until_ms == NOON_MS + HOUR_MS


def test_hours_of_members_are_not_the_publics():
    private = replace(OPENLAB, mode=Mode.PRIVATE)
    found = wall.doors(Hours((private,), {}, ZONE), NOON_MS)
    assert (found.hours, found.opens_ms) == (False, None)
