"""Months, in a lab's own zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.errors import UsageError
from fabgate.rules.month import Month

BRUSSELS = ZoneInfo("Europe/Brussels")


def utc(*when):
    return int(datetime(*when, tzinfo=UTC).timestamp())


def test_a_month_begins_and_ends_at_the_labs_midnight():
    assert Month.of("2026-10").bounds(BRUSSELS) == (utc(2026, 9, 30, 22), utc(2026, 10, 31, 23))
    assert Month.of("2026-12").bounds(BRUSSELS) == (utc(2026, 11, 30, 23), utc(2026, 12, 31, 23))


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "26-10", "2026-1", "2026-10-01", "٢٠٢٦-10"]
)
def test_what_is_no_month_is_refused(text):
    with pytest.raises(UsageError, match="is no month"):
        Month.of(text)


@pytest.mark.parametrize("text", ["0001-01", "1968-12", "9999-12"])
def test_a_year_that_no_lab_lives_in_is_refused(text):
    with pytest.raises(UsageError, match="is no month"):
        Month.of(text)


@given(st.integers(0, 4_000_000_000), st.sampled_from(["Europe/Brussels", "UTC", "Pacific/Apia"]))
def test_every_instant_lies_within_the_month_that_it_is_said_to_be_in(at, name):
    zone = ZoneInfo(name)
    month = Month.at(at, zone)
    first, following = month.bounds(zone)
    assert first <= at < following
    assert Month.of(str(month)) == month


@pytest.mark.parametrize("at", [-(10**15), 10**15])
def test_an_instant_beyond_the_calendar_is_in_its_first_or_last_month(at):
    assert str(Month.at(at, ZoneInfo("UTC"))) in ("1970-01", "9998-12")
