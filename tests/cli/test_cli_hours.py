"""Opening hours from a calendar, typed by somebody who has exported it a minute ago."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from cli_lab import Lab

from fabgate.charter import Mode, Opening, Weekly
from fabgate.model import Moment
from fabgate.records import Body, CheckedIn, CheckedOut, Draft, MemberStatus
from fabgate.store.db import Store

CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//a lab//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
SUMMARY:Open lab
DTSTART;TZID=Europe/Brussels:20261020T170000
DTEND;TZID=Europe/Brussels:20261020T220000
RRULE:FREQ=WEEKLY;COUNT=4
END:VEVENT
END:VCALENDAR
"""
HOLIDAYS = CALENDAR.replace(
    "DTSTART;TZID=Europe/Brussels:20261020T170000\nDTEND;TZID=Europe/Brussels:20261020T220000\n"
    "RRULE:FREQ=WEEKLY;COUNT=4\n",
    "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20270103\n",
)


@pytest.fixture
def hours(lab: Lab, tmp_path: Path) -> Lab:
    """The lab with an opening in its rules, and calendars in its folder. It is Saturday 2026-10-24."""
    openlab = Opening("openlab", Mode.STAFFED, "Open lab", weekly=(Weekly(5, 600, 1080),))
    charter = replace(lab.settings.charter, openings={"openlab": openlab})
    lab.settings = replace(lab.settings, charter=charter)
    (tmp_path / "openlab.ics").write_text(CALENDAR.replace("\n", "\r\n"))
    (tmp_path / "holidays.ics").write_text(HOLIDAYS)
    return lab


def test_a_calendar_is_imported_from_today_on(hours: Lab, tmp_path: Path):
    said = hours.done(f"hours import openlab {tmp_path}/openlab.ics --by zoe")
    last = "the last on Tue 2026-11-10 17:00-22:00"
    assert said == f"The calendar of Open lab (openlab) has 3 spans now, {last}; it had 0.\n"
    (told,) = hours.json("hours list")
    assert told["calendar"][0] == "2026-10-27T17:00/2026-10-27T22:00"


def test_a_dry_run_shows_the_difference_and_changes_nothing(hours: Lab, tmp_path: Path):
    hours.done(f"hours import openlab {tmp_path}/openlab.ics --by zoe")
    moved = CALENDAR.replace("COUNT=4", "COUNT=4;INTERVAL=2")
    (tmp_path / "openlab.ics").write_text(moved)
    said = hours.done(f"hours import openlab {tmp_path}/openlab.ics --dry-run")
    assert said.splitlines() == [
        "- Tue 2026-10-27 17:00-22:00",
        "- Tue 2026-11-10 17:00-22:00",
        "+ Tue 2026-11-17 17:00-22:00",
        "+ Tue 2026-12-01 17:00-22:00",
        "3 spans, in the place of 3. Nothing was changed.",
    ]
    assert len(hours.json("hours list")[0]["calendar"]) == 3


def test_other_days_can_be_looked_at(hours: Lab, tmp_path: Path):
    said = hours.done(f"hours import openlab {tmp_path}/openlab.ics --from 2026-11-01 --days 7 --by zoe")
    assert "has 1 span now, the last on Tue 2026-11-03" in said
    assert "is no day" in hours.refused(f"hours import openlab {tmp_path}/openlab.ics --from soon --by zoe")


def test_a_calendar_is_taken_away(hours: Lab, tmp_path: Path):
    hours.done(f"hours import openlab {tmp_path}/openlab.ics --by zoe")
    assert "has 0 spans now; it had 3" in hours.done("hours clear openlab --by zoe --reason 'moved'")
    assert "refused" in hours.refused("hours clear openlab --by zoe")


def test_what_is_no_opening_and_what_is_no_calendar_are_refused(hours: Lab, tmp_path: Path):
    assert "openlab" in hours.refused(f"hours import openlap {tmp_path}/openlab.ics --by zoe")
    assert "openlab" in hours.refused(f"hours import openlap {tmp_path}/openlab.ics --dry-run")
    (tmp_path / "page.ics").write_text("<html>sign in</html>")
    assert "no calendar" in hours.refused(f"hours import openlab {tmp_path}/page.ics --by zoe")
    assert "gone.ics" in hours.refused(f"hours import openlab {tmp_path}/gone.ics --by zoe")


def test_a_calendar_of_too_many_spans_is_refused_in_a_dry_run_too(hours: Lab, tmp_path: Path):
    (tmp_path / "often.ics").write_text(CALENDAR.replace("WEEKLY;COUNT=4", "DAILY"))
    for last in ("--dry-run", "--by zoe"):
        said = hours.refused(f"hours import openlab {tmp_path}/often.ics --days 900 {last}")
        assert "too many" in said and "fewer days" in said


def test_holidays_are_printed_as_a_file_of_rules_has_them(hours: Lab, tmp_path: Path):
    said = hours.done(f"hours closed {tmp_path}/holidays.ics")
    assert said == 'closed = ["2026-12-24..2027-01-02"]\n'


def test_hours_are_listed_with_what_comes_next(hours: Lab, tmp_path: Path):
    said = hours.done("hours list")
    assert "Sat 10:00-18:00" in said and "Sat 2026-10-24 10:00-18:00" in said
    hours.done(f"hours import openlab {tmp_path}/openlab.ics --by zoe")
    assert "3 spans until 2026-11-10, by Zoe Dupont" in hours.done("hours list")


def test_a_lab_without_opening_hours_is_open_always(lab: Lab):
    assert "everything is open always" in lab.done("hours list")
    assert lab.json("hours list") == []


def write(lab: Lab, at: str, body: Body) -> None:
    """A record as a gate would have written it, at this time in Brussels."""
    wall_ms = int(datetime.fromisoformat(at).replace(tzinfo=lab.settings.lab.zone).timestamp() * 1000)
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        pen.append(Draft(Moment("boot", 0, wall_ms, True), body))


def test_r2_what_was_offered_is_what_keyholders_gave(hours: Lab):
    zoe = hours.json("member show zoe")["id"]
    write(hours, "2026-10-01T12:00", MemberStatus(zoe, "autonomous", zoe))
    write(hours, "2026-10-20T17:05", CheckedIn(zoe, zoe))
    write(hours, "2026-10-20T22:20", CheckedOut(zoe, zoe))
    said = hours.done("hours offered --month 2026-10")
    assert re.search(r"^Tue 2026-10-20 +17:05-22:20$", said, re.MULTILINE)
    assert "Offered in 2026-10: 5 h 15 min; planned for openlab: 40 h." in said
    told = hours.json("hours offered --month 2026-10")
    assert told["spans"] == [{"from": "2026-10-20T15:05:00Z", "to": "2026-10-20T20:20:00Z"}]
    assert (told["offered_ms"], told["until"]) == (18_900_000, "2026-10-24T10:00:00Z")
    assert "is no month" in hours.refused("hours offered --month october")


def test_a_calendar_comes_by_standard_input_too(hours: Lab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(CALENDAR.encode())))
    assert "has 3 spans now" in hours.done("hours import openlab - --by zoe")
