"""Whether a lab is open for somebody: modes, weekly hours, calendars, changing clocks (R2, edge 14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabgate.charter import Mode, Opening, Weekly
from fabgate.model import Closed, Code, Level, Status
from fabgate.rules import hours
from fabgate.rules.hours import Span

BRUSSELS = ZoneInfo("Europe/Brussels")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TUESDAY = Weekly(1, 18 * 60, 22 * 60)
SATURDAY_NIGHT = Weekly(5, 20 * 60, 26 * 60)


def ms(text: str, zone: ZoneInfo = BRUSSELS, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp() * 1000)


def closed(
    *openings: Opening,
    at: str | int = "2026-11-22T10:00",
    calendar: Mapping[str, tuple[str, ...]] | None = None,
    status: Status = Status.TRAINEE,
    level: Level = Level.TRAINEE,
    subscribed: bool = False,
    staffed: bool = False,
    synced: bool = True,
    zone: ZoneInfo = BRUSSELS,
) -> Closed | None:
    return hours.closed(
        openings,
        calendar or {},
        zone,
        ms(at) if isinstance(at, str) else at,
        status=status,
        level=level,
        subscribed=subscribed,
        staffed=staffed,
        synced=synced,
    )


def evening(mode: Mode = Mode.PRIVATE, *weekly: Weekly, shut: tuple[tuple[str, str], ...] = ()) -> Opening:
    return Opening("evening", mode, weekly=weekly or (TUESDAY,), closed=shut)


# --- weekly hours -----------------------------------------------------------------------------


def test_a_machine_that_names_no_hours_is_open_at_all_times_r2():
    assert closed() is None


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-24T17:59", "2026-11-24T18:00"),
        ("2026-11-24T18:00", None),
        ("2026-11-24T21:59", None),
        ("2026-11-24T22:00", "2026-12-01T18:00"),
    ],
)
def test_weekly_hours_begin_on_the_minute_and_end_before_it_r2(at, opens):
    answer = closed(evening(), at=at)
    assert answer == (None if opens is None else Closed(Code.CLOSED_NOW, ms(opens)))


def test_a_night_goes_on_after_midnight_r2():
    night = evening(Mode.PUBLIC, SATURDAY_NIGHT)
    assert closed(night, at="2026-11-29T01:59") is None
    assert closed(night, at="2026-11-29T02:00") == Closed(Code.CLOSED_NOW, ms("2026-12-05T20:00"))
    assert closed(night, at="2026-11-28T01:00") == Closed(Code.CLOSED_NOW, ms("2026-11-28T20:00"))


def test_a_span_of_more_than_a_day_is_open_to_its_end_r2():
    weekend = evening(Mode.PUBLIC, Weekly(4, 18 * 60, (24 * 2 + 20) * 60))
    assert closed(weekend, at="2026-11-22T19:59") is None
    assert closed(weekend, at="2026-11-22T20:00") is not None


def test_the_hours_of_a_closed_day_do_not_hold_r2():
    holiday = evening(Mode.PRIVATE, shut=(("2026-11-24", "2026-11-24"), ("2026-12-01", "2026-12-02")))
    assert closed(holiday, at="2026-11-24T19:00") == Closed(Code.CLOSED_NOW, ms("2026-12-08T18:00"))


def test_a_night_belongs_to_the_day_on_which_it_begins_r2():
    new_year = evening(Mode.PUBLIC, Weekly(3, 20 * 60, 26 * 60), Weekly(4, 20 * 60, 26 * 60))
    shut = Opening("ny", Mode.PUBLIC, weekly=new_year.weekly, closed=(("2027-01-01", "2027-01-01"),))
    assert closed(shut, at="2027-01-01T01:00") is None
    assert closed(shut, at="2027-01-02T01:00") is not None


def test_nobody_knows_when_a_lab_opens_that_is_closed_for_more_than_two_weeks_r2():
    summer = evening(Mode.PUBLIC, shut=(("2026-11-01", "2026-12-31"),))
    assert closed(summer) == Closed(Code.CLOSED_NOW)


def test_an_opening_without_any_hours_is_shut_until_its_calendar_comes_r2():
    assert closed(Opening("workshop", Mode.PUBLIC)) == Closed(Code.CLOSED_NOW)


# --- calendars --------------------------------------------------------------------------------


def test_the_spans_of_a_calendar_are_open_besides_the_weekly_ones_r2():
    calendar = {"evening": ("2026-11-22T09:00/2026-11-22T11:00", "2026-11-23T09:00/2026-11-23T11:00")}
    assert closed(evening(), calendar=calendar) is None
    noon = closed(evening(), calendar=calendar, at="2026-11-22T12:00")
    assert noon == Closed(Code.CLOSED_NOW, ms("2026-11-23T09:00"))
    assert closed(evening(), calendar=calendar, at="2026-11-24T19:00") is None


def test_a_calendar_opens_its_own_opening_only_r2():
    calendar = {"other": ("2026-11-22T09:00/2026-11-22T11:00",)}
    assert closed(evening(), calendar=calendar) is not None


def test_a_closed_day_stands_against_a_calendar_too_r2():
    calendar = {"evening": ("2026-11-22T09:00/2026-11-22T11:00",)}
    assert closed(evening(shut=(("2026-11-22", "2026-11-22"),)), calendar=calendar) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "2026-11-22T09:00",
        "2026-11-22/2026-11-23",
        "2026-11-22T11:00/2026-11-22T09:00",
        "2026-11-22T09:00/2026-11-22T09:00",
        "2026-11-22T09:00Z/2026-11-22T11:00Z",
        "2026-11-22T09:00:00/2026-11-22T11:00:00",
        "20261122T0900/20261122T1100",
        "2026-11-22T09:00+01:00/2026-11-22T11:00+01:00",
        "2026-11-31T09:00/2026-11-31T11:00",
    ],
)
def test_a_span_that_cannot_be_read_is_told_where_it_is_set_and_opens_nothing(text):
    with pytest.raises(ValueError):
        hours.span(text, BRUSSELS)
    good = "2026-11-22T09:30/2026-11-22T10:30"
    assert hours.spans((text, good), BRUSSELS) == (hours.span(good, BRUSSELS),)
    assert closed(Opening("e", Mode.PUBLIC), calendar={"e": (text,)}) is not None


def test_a_long_calendar_span_is_open_in_the_middle_of_it_r2():
    calendar = {"evening": ("2026-10-01T09:00/2026-12-31T11:00",)}
    assert closed(evening(), calendar=calendar) is None


def test_spans_that_overlap_or_touch_are_one():
    calendar = ("2026-11-24T17:00/2026-11-24T19:00", "2026-11-24T22:00/2026-11-24T23:00")
    found = hours.scheduled(evening(), calendar, BRUSSELS, ms("2026-11-24T00:00"), ms("2026-11-25T00:00"))
    assert found == (Span(ms("2026-11-24T17:00"), ms("2026-11-24T23:00")),)


# --- modes ------------------------------------------------------------------------------------

AT, OPEN = "2026-11-22T10:00", "2026-11-24T19:00"


@pytest.mark.parametrize("status", [Status.GUEST, Status.TRAINEE, Status.AUTONOMOUS])
def test_public_hours_are_everybodys_and_nobody_comes_besides_r2(status):
    assert closed(evening(Mode.PUBLIC), at=OPEN, status=status) is None
    assert closed(evening(Mode.PUBLIC), at=AT, status=status) == Closed(
        Code.CLOSED_NOW, ms("2026-11-24T18:00")
    )


def test_semi_open_hours_are_for_the_others_and_autonomous_members_always_come_r2():
    for status in (Status.GUEST, Status.TRAINEE):
        assert closed(evening(Mode.SEMI_OPEN), at=OPEN, status=status) is None
        assert closed(evening(Mode.SEMI_OPEN), at=AT, status=status) is not None
    assert closed(evening(Mode.SEMI_OPEN), at=AT, status=Status.AUTONOMOUS) is None
    assert closed(evening(Mode.SEMI_OPEN), at=AT, level=Level.SPONSOR) is not None, "a right is no key (R1)"


def test_private_hours_are_members_only_and_no_hour_helps_a_guest_r2():
    for status in (Status.TRAINEE, Status.AUTONOMOUS):
        assert closed(evening(), at=OPEN, status=status) is None
    assert closed(evening(), at=OPEN, status=Status.GUEST) == Closed(Code.CLOSED_NOW)


def test_subscription_hours_ask_for_a_subscription_and_for_hours_where_there_are_any_r2():
    any_time = Opening("club", Mode.SUBSCRIPTION)
    assert closed(any_time, status=Status.AUTONOMOUS) == Closed(Code.NOT_SUBSCRIBED)
    assert closed(any_time, subscribed=True) is None
    at_hours = evening(Mode.SUBSCRIPTION)
    assert closed(at_hours, at=OPEN) == Closed(Code.NOT_SUBSCRIBED)
    assert closed(at_hours, at=OPEN, subscribed=True) is None
    assert closed(at_hours, subscribed=True) == Closed(Code.CLOSED_NOW, ms("2026-11-24T18:00"))
    by_calendar = {"club": ("2026-01-01T09:00/2026-01-01T10:00",)}
    assert closed(any_time, subscribed=True, calendar=by_calendar) == Closed(Code.CLOSED_NOW)


def test_a_staffed_lab_is_open_when_a_keyholder_comes_and_for_keyholders_always_r2():
    staffed = Opening("staffed", Mode.STAFFED)
    assert closed(staffed) == Closed(Code.NOBODY_STAFFS)
    for status in (Status.GUEST, Status.TRAINEE):
        assert closed(staffed, staffed=True, status=status) is None
    assert closed(staffed, status=Status.AUTONOMOUS) is None
    assert closed(staffed, level=Level.SPONSOR) == Closed(Code.NOBODY_STAFFS)


def test_a_door_that_names_no_openings_is_for_when_the_lab_is_staffed_r1():
    assert closed(*hours.of_door(())) == Closed(Code.NOBODY_STAFFS)
    assert closed(*hours.of_door(()), staffed=True) is None
    assert closed(*hours.of_door((evening(),)), at=OPEN) is None


# --- several openings -------------------------------------------------------------------------

STAFFED, CLUB, NEVER = (
    Opening("staffed", Mode.STAFFED),
    Opening("club", Mode.SUBSCRIPTION),
    Opening("never", Mode.PUBLIC),
)
SOON = Opening("soon", Mode.PUBLIC, weekly=(Weekly(0, 60, 90),))


def test_one_opening_that_is_open_will_do_r2():
    assert closed(NEVER, STAFFED, CLUB, staffed=True) is None
    assert closed(STAFFED, evening(), NEVER, at=OPEN) is None


@pytest.mark.parametrize(
    ("openings", "answer"),
    [
        ((NEVER, CLUB, STAFFED, evening()), Closed(Code.CLOSED_NOW, ms("2026-11-24T18:00"))),
        ((evening(), SOON), Closed(Code.CLOSED_NOW, ms("2026-11-23T01:00"))),
        ((NEVER, CLUB, STAFFED), Closed(Code.NOBODY_STAFFS)),
        ((NEVER, CLUB), Closed(Code.NOT_SUBSCRIBED)),
        ((NEVER,), Closed(Code.CLOSED_NOW)),
    ],
)
def test_of_several_shut_ones_the_answer_is_what_helps_soonest_r2(openings, answer):
    assert closed(*openings) == answer
    assert closed(*reversed(openings)) == answer


# --- a clock that nobody set (law 5) ----------------------------------------------------------


def test_an_unset_clock_refuses_nobody_who_is_autonomous_for_the_hour_r2_edge_14():
    for asked in ({"status": Status.AUTONOMOUS}, {"level": Level.AUTONOMOUS}, {"level": Level.SPONSOR}):
        for mode in (Mode.PUBLIC, Mode.PRIVATE, Mode.SEMI_OPEN):
            assert closed(evening(mode), synced=False, **asked) is None
    assert closed(evening(), synced=False) is not None, (
        "a trainee's hours hold by the later of the times known"
    )


def test_what_is_no_matter_of_hours_is_asked_with_an_unset_clock_too_r2():
    able = {"synced": False, "level": Level.AUTONOMOUS}
    assert closed(CLUB, **able) == Closed(Code.NOT_SUBSCRIBED)
    assert closed(evening(Mode.SUBSCRIPTION), **able, subscribed=True) is None
    assert closed(evening(), **able, status=Status.GUEST) == Closed(Code.CLOSED_NOW)
    assert closed(STAFFED, **able) == Closed(Code.NOBODY_STAFFS)


def test_the_record_says_where_hours_were_not_asked_for_r2():
    able = {"status": Status.TRAINEE, "level": Level.AUTONOMOUS}
    assert hours.unasked((evening(),), **able, synced=False)
    assert not hours.unasked((evening(),), **able, synced=True)
    assert not hours.unasked((), **able, synced=False)
    assert not hours.unasked((evening(),), status=Status.TRAINEE, level=Level.TRAINEE, synced=False)
    assert hours.unasked((evening(),), status=Status.AUTONOMOUS, level=Level.NONE, synced=False)


# --- when the clocks change -------------------------------------------------------------------


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn_edge_14():
    night = evening(Mode.PUBLIC, Weekly(5, 20 * 60, 28 * 60))
    spring = hours.scheduled(night, (), BRUSSELS, ms("2026-03-28T12:00"), ms("2026-03-29T12:00"))
    autumn = hours.scheduled(night, (), BRUSSELS, ms("2026-10-24T12:00"), ms("2026-10-25T12:00"))
    assert [one.to_ms - one.from_ms for one in (*spring, *autumn)] == [7 * HOUR, 9 * HOUR]


def test_a_time_that_the_clocks_skip_is_read_with_the_offset_from_before_edge_14():
    early = evening(Mode.PUBLIC, Weekly(6, 2 * 60 + 30, 5 * 60))
    assert closed(early, at="2026-03-29T01:59") == Closed(Code.CLOSED_NOW, ms("2026-03-29T03:30"))


def test_of_a_time_that_comes_twice_the_first_is_meant_edge_14():
    early = evening(Mode.PUBLIC, Weekly(6, 60, 2 * 60 + 30))
    assert closed(early, at=ms("2026-10-25T02:29")) is None
    assert closed(early, at=ms("2026-10-25T02:30")) is not None
    assert closed(early, at=ms("2026-10-25T02:15", fold=1)) is not None


# --- beside a model that looks at every minute --------------------------------------------------

ZONES = [BRUSSELS, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]
MIDDLES = ["2026-03-29", "2026-03-08", "2026-04-05", "2026-06-30", "2026-10-25", "2026-10-04", "2026-12-31"]
REACH = 17  # days before and after


@cache
def minutes_of(zone: ZoneInfo, middle: str) -> tuple[int, dict[tuple[date, int], int]]:
    """Every minute around a day, by what the clock on the wall shows; of two alike the first."""
    begin = datetime.fromisoformat(middle).replace(tzinfo=UTC) - timedelta(days=REACH + 3)
    shown: dict[tuple[date, int], int] = {}
    for minute in range(2 * (REACH + 3) * 1440):
        wall = (begin + timedelta(minutes=minute)).astimezone(zone)
        shown.setdefault((wall.date(), wall.hour * 60 + wall.minute), minute)
    return int(begin.timestamp() * 1000), shown


def minute_at(shown: dict[tuple[date, int], int], day: date, at: int) -> int | None:
    """The minute at which the wall shows so many minutes after midnight; a skipped one by those before it."""
    day, at = day + timedelta(days=at // 1440), at % 1440
    for back in range(120):
        if (day, at - back) in shown:
            return shown[day, at - back] + back
    return None


def open_minutes(opening: Opening, calendar: tuple[str, ...], zone: ZoneInfo, middle: str) -> set[int]:
    _, shown = minutes_of(zone, middle)
    found: set[int] = set()
    for day in sorted({day for day, _ in shown}):
        shut = any(begin <= day.isoformat() <= end for begin, end in opening.closed)
        begun = [(one.from_min, one.to_min) for one in opening.weekly if one.weekday == day.weekday()]
        for text in calendar:
            begin, end = (datetime.fromisoformat(one) for one in text.split("/"))
            if begin.date() == day:
                midnight = datetime.combine(day, datetime.min.time())
                begun.append(tuple(int((one - midnight).total_seconds()) // 60 for one in (begin, end)))
        for from_min, to_min in begun:
            first, last = minute_at(shown, day, from_min), minute_at(shown, day, to_min)
            if not shut and first is not None and last is not None:
                found |= set(range(first, last))
    return found


@st.composite
def worlds(draw):
    zone, middle = draw(st.sampled_from(ZONES)), draw(st.sampled_from(MIDDLES))
    around = st.integers(-REACH, REACH).map(lambda days: date.fromisoformat(middle) + timedelta(days=days))
    begin = st.integers(0, 95).map(lambda quarter: quarter * 15)
    length = st.integers(1, 40).map(lambda quarters: quarters * 15)
    weekly = st.builds(lambda day, at, lasts: Weekly(day, at, at + lasts), st.integers(0, 6), begin, length)
    shut = st.tuples(around, around).map(lambda days: tuple(day.isoformat() for day in sorted(days)))

    def text(day, at, lasts):
        start = datetime.combine(day, datetime.min.time()) + timedelta(minutes=at)
        ends = (start, start + timedelta(minutes=lasts))
        return "/".join(one.isoformat(timespec="minutes") for one in ends)

    opening = Opening(
        "one",
        Mode.PUBLIC,
        weekly=tuple(draw(st.lists(weekly, max_size=4))),
        closed=tuple(draw(st.lists(shut, max_size=2))),
    )
    calendar = tuple(draw(st.lists(st.builds(text, around, begin, length), max_size=3)))
    at = draw(st.lists(st.integers(2 * 1440, 24 * 1440), min_size=1, max_size=8))
    return zone, middle, opening, calendar, at


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_open_is_what_a_look_at_every_minute_of_the_wall_clock_finds_r2_edge_14(world):
    zone, middle, opening, calendar, moments = world
    begin, _ = minutes_of(zone, middle)
    model = open_minutes(opening, calendar, zone, middle)
    edges = {minute + step for minute in model for step in (-1, 1) if minute + step not in model}
    near = [edge for edge in sorted(edges) if 19 * 1440 <= edge < 23 * 1440][:30]
    for minute in (*moments, *near):
        answer = closed(opening, calendar={"one": calendar}, at=begin + minute * MINUTE, zone=zone)
        assert (answer is None) == (minute in model)
        if answer is None:
            continue
        if answer.opens_ms is None:
            assert not model & set(range(minute, minute + 14 * 1440))
            continue
        opens, rest = divmod(answer.opens_ms - begin, MINUTE)
        assert rest == 0
        assert opens in model, "the hour that is named is really open"
        assert not model & set(range(minute, opens)), "and nothing before it is"
        assert closed(opening, calendar={"one": calendar}, at=answer.opens_ms, zone=zone) is None


# --- closing time -----------------------------------------------------------------------------


def closes(
    *openings: Opening,
    at: str = "2026-11-24T20:00",
    calendar: Mapping[str, tuple[str, ...]] | None = None,
    status: Status = Status.TRAINEE,
    subscribed: bool = False,
    staffed: bool = False,
) -> int | None:
    given = {"status": status, "subscribed": subscribed, "staffed": staffed}
    return hours.closes_ms(openings, calendar or {}, BRUSSELS, ms(at), **given)


def test_the_hours_close_at_the_end_of_the_evening():
    assert closes(evening()) == ms("2026-11-24T22:00")


def test_hours_that_follow_each_other_close_at_the_end_of_the_last():
    late = Opening("late", Mode.PRIVATE, weekly=(Weekly(1, 22 * 60, 26 * 60),))
    assert closes(evening(), late) == ms("2026-11-25T02:00")
    calendar = {"evening": ("2026-11-24T21:00/2026-11-24T23:30",)}
    assert closes(evening(), calendar=calendar) == ms("2026-11-24T23:30")


def test_a_gap_of_a_minute_closes():
    late = Opening("late", Mode.PRIVATE, weekly=(Weekly(1, 22 * 60 + 1, 26 * 60),))
    assert closes(evening(), late) == ms("2026-11-24T22:00")


def test_hours_go_on_over_midnight_and_through_whole_days():
    days = tuple(Weekly(day, 0, 24 * 60) for day in (1, 2, 3))
    assert closes(evening(Mode.PRIVATE, *days)) == ms("2026-11-27T00:00")


def test_what_never_closes_has_no_closing_time():
    always = evening(Mode.PRIVATE, *(Weekly(day, 0, 24 * 60) for day in range(7)))
    assert closes(always) is None


def test_who_is_let_in_at_any_time_is_asked_to_leave_at_none():
    assert closes(evening(Mode.SEMI_OPEN), status=Status.AUTONOMOUS) is None
    assert closes(evening(Mode.SEMI_OPEN)) == ms("2026-11-24T22:00")
    assert closes(evening(), Opening("staffed", Mode.STAFFED), staffed=True) is None
    assert closes(evening(), Opening("staffed", Mode.STAFFED)) == ms("2026-11-24T22:00")
    assert closes(Opening("sub", Mode.SUBSCRIPTION), subscribed=True) is None


def test_hours_that_are_not_for_them_keep_nobody():
    subscribers = Opening("sub", Mode.SUBSCRIPTION, weekly=(Weekly(1, 18 * 60, 24 * 60),))
    assert closes(evening(), subscribers) == ms("2026-11-24T22:00")
    assert closes(evening(), subscribers, subscribed=True) == ms("2026-11-25T00:00")


def test_where_it_is_closed_already_there_is_no_closing_time():
    assert closes(evening(), at="2026-11-24T22:00") is None
