"""Days as people write them: the last moment of one, an hour of today, the day of coming of age."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.charter import Charter
from fabgate.desk import days
from fabgate.errors import UsageError

BRUSSELS = ZoneInfo("Europe/Brussels")


def local(wall_ms):
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize("text", ["2027-08-31", "2026-03-29", "2026-10-25"])
def test_a_last_day_counts_whole_also_where_the_clock_changes(text):
    assert local(days.end_of_day_ms(BRUSSELS, text)) == f"{text} 23:59:59"
    assert local(days.end_of_day_ms(BRUSSELS, text) + 1).endswith(" 00:00:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/08/2027",
        "2027-8-31",
        "20270831",
        "2027-W35-2",
        "2027-02-29",
        "9999-12-31",
        "2027-08-31T10:00",
        "٢٠٢٧-٠١-٠١",
    ],
)
def test_what_is_no_day_is_refused_with_how_to_write_one(text):
    with pytest.raises(UsageError, match="no day") as wrong:
        days.end_of_day_ms(BRUSSELS, text)
    assert "2027-01-31" in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("17:00", "2026-10-24 17:00:00"),
        ("7:05", "2026-10-24 07:05:00"),
        ("2026-10-25T17:00", "2026-10-25 17:00:00"),
        ("2026-10-25 17:00", "2026-10-25 17:00:00"),
    ],
)
def test_an_hour_is_one_of_today_unless_a_day_is_named(text, at):
    today = round(datetime(2026, 10, 24, 12, tzinfo=BRUSSELS).timestamp() * 1000)
    assert local(days.moment_ms(BRUSSELS, text, today)) == at


@pytest.mark.parametrize("text", ["", "17", "25:00", "17:60", "5pm", "tomorrowT17:00", "2026-13-01T10:00"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(UsageError, match="no time"):
        days.moment_ms(BRUSSELS, text, 0)


def test_only_the_day_of_coming_of_age_is_made_of_a_birth_date_and_nothing_of_an_adults():
    today = date(2026, 10, 24)
    assert days.comes_of_age(Charter(), "2010-05-01", today) == "2028-05-01"
    assert days.comes_of_age(Charter(), "2008-10-25", today) == "2026-10-25"
    assert days.comes_of_age(Charter(), "2008-10-24", today) is None
    assert days.comes_of_age(Charter(), "1970-01-01", today) is None
    assert days.comes_of_age(Charter(majority_years=16), "2010-11-01", today) == "2026-11-01"


@pytest.mark.parametrize("text", ["2026-10-25", "1905-01-01", "0001-01-01", "9999-12-31", "yesterday"])
def test_a_birth_date_that_cannot_be_is_refused(text):
    with pytest.raises(UsageError):
        days.comes_of_age(Charter(), text, date(2026, 10, 24))


@given(st.dates(date(1907, 1, 1), date(2026, 10, 24)), st.integers(14, 21))
def test_a_child_is_under_age_until_the_day_that_is_kept_and_never_longer(born, majority):
    today = date(2026, 10, 24)
    until = days.comes_of_age(Charter(majority_years=majority), born.isoformat(), today)
    if until is not None:
        assert today < date.fromisoformat(until) <= born + timedelta(days=366 * majority)
    else:
        assert (today - born).days >= 365 * majority
