"""The calendar of an opening: put in the place of another, taken away, and by managers only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from first_day import Lab, done

from fabgate.charter import Charter, Mode, Opening
from fabgate.desk import hours
from fabgate.errors import UsageError
from fabgate.model import Code, Denied
from fabgate.records import HoursSet
from fabgate.store import workshops

TUESDAY = "2026-11-24T17:00/2026-11-24T22:00"
SATURDAY = "2026-11-28T10:00/2026-11-28T18:00"


def denied(answer: object) -> Denied:
    assert isinstance(answer, Denied)
    return answer


@pytest.fixture
def lab(here: Lab) -> Lab:
    """A lab whose rules have two openings."""
    openings = {name: Opening(name, Mode.STAFFED, name.title()) for name in ("openlab", "studio")}
    settings = replace(here.desk.settings, charter=Charter(openings=openings))
    here.desk = replace(here.desk, settings=settings)
    return here


def test_r2_a_calendar_is_kept_in_order_each_span_once(lab: Lab):
    told = done(hours.set_hours(lab.desk, "zoe", "openlab", [SATURDAY, TUESDAY, SATURDAY], "autumn"))
    assert (told.facts["title"], told.facts["spans"], told.facts["were"]) == ("Openlab", 2, 0)
    assert workshops.calendar(lab.desk.conn) == {"openlab": (TUESDAY, SATURDAY)}
    assert lab.said_beside()["reason"] == "autumn"


def test_a_second_calendar_takes_the_place_of_the_first(lab: Lab):
    first = done(hours.set_hours(lab.desk, "zoe", "openlab", [TUESDAY])).record
    told = done(hours.set_hours(lab.desk, "zoe", "openlab", [SATURDAY]))
    assert told.facts["were"] == 1
    body = lab.last().body
    assert isinstance(body, HoursSet)
    assert body.supersedes == (str(first),)
    assert workshops.calendar(lab.desk.conn) == {"openlab": (SATURDAY,)}


def test_the_same_calendar_again_is_nothing_to_do(lab: Lab):
    done(hours.set_hours(lab.desk, "zoe", "openlab", [TUESDAY]))
    assert denied(hours.set_hours(lab.desk, "zoe", "openlab", [TUESDAY])).code is Code.NOTHING_TO_DO
    assert denied(hours.set_hours(lab.desk, "zoe", "studio", [])).code is Code.NOTHING_TO_DO


def test_a_calendar_is_taken_away_also_of_an_opening_that_the_rules_lost(lab: Lab):
    done(hours.set_hours(lab.desk, "zoe", "openlab", [TUESDAY]))
    lost = replace(lab.desk, settings=replace(lab.desk.settings, charter=Charter()))
    assert [(one.id, one.opening) for one in hours.listed(lost)] == [("openlab", None)]
    done(hours.set_hours(lost, "zoe", "openlab", []))
    assert workshops.calendar(lab.desk.conn) == {"openlab": ()}
    assert denied(hours.set_hours(lost, "zoe", "openlab", [TUESDAY])).code is Code.UNKNOWN_OPENING


def test_only_a_manager_sets_hours(lab: Lab):
    lab.member("ada")
    assert denied(hours.set_hours(lab.desk, "ada", "openlab", [TUESDAY])).code is Code.NOT_ALLOWED
    assert workshops.calendar(lab.desk.conn) == {}


def test_who_may_not_learns_nothing_of_which_openings_there_are(lab: Lab):
    lab.member("ada")
    assert denied(hours.set_hours(lab.desk, "ada", "nowhere", [TUESDAY])).code is Code.NOT_ALLOWED


def test_an_opening_that_is_not_in_the_rules_is_refused_with_the_near_ones(lab: Lab):
    no = denied(hours.set_hours(lab.desk, "zoe", "openlap", [TUESDAY]))
    assert (no.code, no.facts["near"]) == (Code.UNKNOWN_OPENING, ("openlab",))
    assert denied(hours.shown(lab.desk, "openlap")).code is Code.UNKNOWN_OPENING
    assert denied(hours.set_hours(lab.desk, "zoe", "x", [TUESDAY])).facts["near"] == ("openlab", "studio")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-24",
        "2026-11-24T17:00",
        "2026-11-24T17:00/2026-11-24T17:00",
        "2026-11-24T22:00/2026-11-24T17:00",
        "2026-11-24T17:00Z/2026-11-24T22:00Z",
        "2026-11-24T17:00:30/2026-11-24T22:00:00",
        "2026-13-24T17:00/2026-13-24T22:00",
        "0001-01-01T00:00/9999-12-31T23:59 or so",
    ],
)
def test_what_is_no_span_is_not_written(lab: Lab, text: str):
    with pytest.raises(UsageError, match="is no span"):
        hours.set_hours(lab.desk, "zoe", "openlab", [TUESDAY, text])
    assert workshops.calendar(lab.desk.conn) == {}


def test_a_record_of_hours_stays_small_and_more_than_that_is_refused_with_a_cure(lab: Lab):
    many = [f"{2027 + n // 365}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}T1{n % 10}:00" for n in range(801)]
    spans = sorted({f"{begin}/{begin[:11]}20:00" for begin in many})
    with pytest.raises(UsageError, match="too many") as refused:
        hours.set_hours(lab.desk, "zoe", "openlab", [*spans, *spans][:801])
    assert "fewer days" in refused.value.remedy
    done(hours.set_hours(lab.desk, "zoe", "openlab", [*spans, *spans][:800]))
    (size,) = lab.desk.conn.execute("SELECT max(length(body)) FROM journal").fetchone()
    assert size < 32_768


def test_openings_are_shown_with_their_calendar_and_who_set_it(lab: Lab):
    done(hours.set_hours(lab.desk, "zoe", "studio", [TUESDAY]))
    openlab, studio = hours.listed(lab.desk)
    assert (openlab.id, openlab.calendar, openlab.by) == ("openlab", None, None)
    assert studio.calendar is not None
    assert (studio.calendar.spans, studio.by) == ((TUESDAY,), "Zoé Dupont")
