"""A calendar as opening hours keep it: what recurs is written out, in the lab's own time."""

import sys
import warnings
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabgate.errors import UsageError
from fabgate.reports import calendar
from fabgate.rules import hours

ZONE = ZoneInfo("Europe/Brussels")
BRUSSELS = "TZID=Europe/Brussels"


def event(*lines, uid="1", status="CONFIRMED"):
    head = ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"STATUS:{status}", "SUMMARY:Open lab")
    return "\r\n".join((*head, *lines, "END:VEVENT"))


def file(*events, more=()):
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//a lab//EN", *more)
    return "\r\n".join((*head, *events, "END:VCALENDAR", "")).encode()


def spans(*events, first=date(2026, 10, 1), days=61, more=(), zone=ZONE):
    return calendar.spans(file(*events, more=more), zone, first, days)


def at(begin, end, zone=BRUSSELS):
    return (f"DTSTART;{zone}:{begin}", f"DTEND;{zone}:{end}")


WEEKLY = (*at("20261020T170000", "20261020T220000"), "RRULE:FREQ=WEEKLY")


def test_a_weekly_evening_stays_at_its_hour_when_the_clocks_change():
    assert spans(event(*WEEKLY), first=date(2026, 10, 20), days=14) == (
        "2026-10-20T17:00/2026-10-20T22:00",
        "2026-10-27T17:00/2026-10-27T22:00",  # an hour later in UTC
    )


def test_an_event_in_another_zone_is_told_in_the_labs_time():
    winter = at("20261201T170000", "20261201T180000", "TZID=Europe/London")
    assert spans(event(*winter), days=90) == ("2026-12-01T18:00/2026-12-01T19:00",)
    utc = event("DTSTART:20261020T150000Z", "DTEND:20261020T200000Z")
    assert spans(utc) == ("2026-10-20T17:00/2026-10-20T22:00",)


def test_a_time_of_no_zone_is_the_labs_own():
    floating = event("DTSTART:20261020T170000", "DURATION:PT5H")
    assert spans(floating) == ("2026-10-20T17:00/2026-10-20T22:00",)


def test_a_calendar_that_says_its_zone_in_its_head_keeps_to_it_through_the_change_of_clocks():
    weekly = event("DTSTART:20261020T150000Z", "DTEND:20261020T200000Z", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert spans(weekly, more=("X-WR-TIMEZONE:Europe/Brussels",)) == (
        "2026-10-20T17:00/2026-10-20T22:00",
        "2026-10-27T17:00/2026-10-27T22:00",
    )


def test_days_without_hours_are_whole_days_each_a_span_of_its_own():
    days = event("DTSTART;VALUE=DATE:20261023", "DTEND;VALUE=DATE:20261026")
    assert spans(days) == (
        "2026-10-23T00:00/2026-10-24T00:00",
        "2026-10-24T00:00/2026-10-25T00:00",
        "2026-10-25T00:00/2026-10-26T00:00",  # 25 hours: the clocks change
    )
    assert spans(event("DTSTART;VALUE=DATE:20261023")) == ("2026-10-23T00:00/2026-10-24T00:00",)


def test_a_year_of_whole_days_gives_the_days_that_are_looked_at_and_no_others():
    year = event("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20270101")
    assert spans(year, first=date(2026, 12, 30), days=60) == (
        "2026-12-30T00:00/2026-12-31T00:00",
        "2026-12-31T00:00/2027-01-01T00:00",
    )
    assert len(spans(year, first=date(2026, 10, 1), days=2)) == 2


def test_a_night_is_one_span():
    night = event(*at("20261024T220000", "20261025T040000"))
    assert spans(night) == ("2026-10-24T22:00/2026-10-25T04:00",)


def test_what_was_cancelled_is_left_out_a_whole_event_or_one_of_many():
    assert spans(event(*WEEKLY, status="CANCELLED")) == ()
    once = event(
        f"RECURRENCE-ID;{BRUSSELS}:20261027T170000",
        *at("20261027T170000", "20261027T220000"),
        status="CANCELLED",
    )
    weekly = event(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;COUNT=3")
    assert [span[:10] for span in spans(weekly, once)] == ["2026-10-20", "2026-11-03"]


def test_a_day_that_was_taken_out_of_a_series_is_out():
    weekly = event(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;COUNT=3", f"EXDATE;{BRUSSELS}:20261027T170000")
    assert [span[:10] for span in spans(weekly)] == ["2026-10-20", "2026-11-03"]


def test_one_of_a_series_that_was_moved_is_where_it_was_moved_to():
    moved = event(f"RECURRENCE-ID;{BRUSSELS}:20261027T170000", *at("20261028T180000", "20261028T190000"))
    weekly = event(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;COUNT=3")
    assert spans(weekly, moved) == (
        "2026-10-20T17:00/2026-10-20T22:00",
        "2026-10-28T18:00/2026-10-28T19:00",
        "2026-11-03T17:00/2026-11-03T22:00",
    )


def test_only_what_touches_the_days_is_taken():
    weekly = event(*WEEKLY)
    assert [span[:10] for span in spans(weekly, first=date(2026, 10, 27), days=1)] == ["2026-10-27"]
    assert spans(weekly, first=date(2026, 10, 28), days=6) == ()
    before = event(*at("20260930T220000", "20261001T020000"), uid="2")
    assert spans(before, days=1) == ("2026-09-30T22:00/2026-10-01T02:00",)


def test_the_same_hours_of_two_events_are_one_span():
    assert len(spans(event(*WEEKLY[:2]), event(*WEEKLY[:2], uid="2"))) == 1


def test_an_event_of_no_length_opens_nothing():
    assert spans(event(f"DTSTART;{BRUSSELS}:20261020T170000")) == ()
    assert spans(event(*at("20261020T170000", "20261020T170030"))) == ()


def test_parts_of_a_minute_are_left_off():
    assert spans(event(*at("20261020T170030", "20261020T220059"))) == ("2026-10-20T17:00/2026-10-20T22:00",)


def test_what_is_no_event_is_no_opening():
    todo = event("DUE:20261020T170000Z").replace("VEVENT", "VTODO")
    assert spans(todo) == ()
    assert spans() == ()


def test_every_span_can_be_read_by_the_rules():
    night = event(*at("20261025T013000", "20261025T053000"), "RRULE:FREQ=DAILY;COUNT=3", uid="2")
    for span in spans(event(*WEEKLY), night):
        hours.span(span, ZONE)


# --- what cannot be ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"PK\x03\x04",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        file() + file(),
        file(event("DTSTART:2026")),
        file(event()),
        file(event("DTSTART:20261020T170000", "RRULE:FREQ=SOMETIMES")),
        file(event("DTSTART:20261020T170000", "RRULE:FREQ=WEEKLY;UNTIL=never")),
        b"<!doctype html><p>sign in first</p>",
    ],
)
def test_what_is_no_calendar_is_refused_with_a_cure(raw):
    with pytest.raises(UsageError) as refused:
        calendar.spans(raw, ZONE, date(2026, 10, 1), 61)
    assert "Export it again" in refused.value.remedy


def test_a_zone_that_nobody_knows_is_not_taken_for_the_labs():
    with pytest.raises(UsageError, match="Mars/Olympus") as refused:
        spans(event(*at("20261020T170000", "20261020T220000", "TZID=Mars/Olympus")))
    assert "Europe/Brussels" in refused.value.remedy


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=30",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=0,6,12,18;BYMINUTE=0,5,10,15,20,25,30",
    ],
)
def test_what_comes_again_and_again_within_a_day_is_refused_at_once(rule):
    with pytest.raises(UsageError, match="'Open lab' comes again and again"):
        spans(event("DTSTART:19700101T000000Z", "DURATION:PT1M", f"RRULE:{rule}"))


def test_a_flood_is_refused():
    with pytest.raises(UsageError, match="larger than 5 MB"):
        calendar.spans(b"x" * 5_000_001, ZONE, date(2026, 10, 1), 61)
    many = (event("DTSTART:20261020T170000Z", uid=str(number)) for number in range(5_001))
    with pytest.raises(UsageError, match="5001 events"):
        spans(*many)


@pytest.mark.parametrize("days", [0, -1, 3_661])
def test_only_some_days_can_be_looked_at(days):
    with pytest.raises(UsageError, match="cannot be looked at"):
        spans(days=days)


def test_without_the_library_it_says_what_to_type(monkeypatch):
    monkeypatch.setitem(sys.modules, "recurring_ical_events", None)
    with pytest.raises(UsageError, match="recurring_ical_events") as refused:
        spans(event(*WEEKLY))
    assert "pip install 'fabgate[calendar]'" in refused.value.remedy


lines = st.sampled_from(
    [
        *WEEKLY,
        "DTSTART:20261020T170000",
        "DTSTART;VALUE=DATE:20261020",
        "DTEND:20261021T000000Z",
        "DURATION:P1D",
        "DURATION:-PT1H",
        "RRULE:FREQ=DAILY;COUNT=3",
        "RRULE:FREQ=YEARLY;BYDAY=MO",
        "RRULE:FREQ=WEEKLY;COUNT=0",
        "EXDATE:20261021T170000",
        "RDATE:20261021T170000",
        "RECURRENCE-ID:20261020T170000",
        "RRULE:",
        "DTSTART:",
        "SUMMARY",
        ":",
        "BEGIN:VALARM",
    ]
)


@settings(deadline=None)
@given(st.lists(lines, max_size=6))
def test_whatever_an_event_says_it_is_read_or_refused(said):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = spans(event(*said))
        except UsageError as refused:
            assert refused.remedy
        else:
            assert all(begin < end for begin, end in (span.split("/") for span in found))


@settings(deadline=None)
@given(
    st.integers(0, 60),
    st.integers(0, 1439),
    st.integers(1, 2000),
    st.sampled_from(["DAILY", "WEEKLY"]),
    st.integers(1, 10),
)
def test_any_series_is_written_out_by_the_clock_on_the_wall(day, begin, length, freq, count):
    start = date(2026, 10, 1) + timedelta(days=day)
    text = f"{start:%Y%m%d}T{begin // 60:02}{begin % 60:02}00"
    found = spans(
        event(f"DTSTART:{text}", f"DURATION:PT{length}M", f"RRULE:FREQ={freq};COUNT={count}"), days=365
    )
    step = timedelta(days=1 if freq == "DAILY" else 7)
    clock = f"T{begin // 60:02}:{begin % 60:02}"
    assert [span.partition("/")[0] for span in found] == [
        f"{start + step * number}{clock}" for number in range(count)
    ]


# --- holidays ---------------------------------------------------------------------------------


def test_holidays_become_the_days_of_a_file_of_rules():
    found = spans(
        event("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20270103"),
        event("DTSTART;VALUE=DATE:20261111", uid="2"),
        event(*at("20261101T140000", "20261102T000000"), uid="3"),
        days=400,
    )
    assert calendar.closed_days(found) == ("2026-11-01", "2026-11-11", "2026-12-24..2027-01-02")
    assert calendar.closed_days(()) == ()
