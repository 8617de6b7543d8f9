"""When the lab was really open: keyholders who came, not what a calendar promised."""

from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from fabgate.charter import Charter, Mode, Opening, Weekly
from fabgate.model import Moment, Origin, RecordId
from fabgate.records import CheckedIn, CheckedOut, Entry, MemberStatus
from fabgate.reports import offered
from fabgate.rules.hours import Span
from fabgate.rules.month import Month
from fabgate.rules.presence import Stay

ZONE = ZoneInfo("Europe/Brussels")
HOUR = 3_600_000
_numbers = count(1)


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


def entry(at, body):
    return Entry(RecordId(Origin("lab/gate/one"), next(_numbers)), Moment("b", 0, ms(at), True), body)


def came(at, who="zoe"):
    return entry(at, CheckedIn(who, who))


def left(at, who="zoe"):
    return entry(at, CheckedOut(who, who))


def status(at, word, who="zoe"):
    return entry(at, MemberStatus(who, word, "board"))


def test_a_stay_lasts_from_check_in_to_check_out():
    entries = [status("2026-11-01", "autonomous"), came("2026-11-03T17:00"), left("2026-11-03T22:00")]
    assert list(offered.stays(entries)) == [Stay("zoe", True, ms("2026-11-03T17:00"), ms("2026-11-03T22:00"))]


def test_only_who_had_the_keys_when_they_came_is_a_keyholder():
    entries = [
        came("2026-11-02T17:00"),
        left("2026-11-02T18:00"),
        status("2026-11-03", "autonomous"),
        came("2026-11-03T17:00"),
        left("2026-11-03T18:00"),
        status("2026-11-04", "trainee"),
        came("2026-11-04T17:00"),
        status("2026-11-04T17:30", "a word of later"),
        came("2026-11-05T17:00"),
    ]
    assert sorted((one.in_ms, one.keyholder) for one in offered.stays(entries)) == [
        (ms("2026-11-02T17:00"), False),
        (ms("2026-11-03T17:00"), True),
        (ms("2026-11-04T17:00"), False),
        (ms("2026-11-05T17:00"), False),
    ]


def test_the_records_of_several_gates_are_told_in_the_order_of_the_clock():
    one_gate = [came("2026-11-03T17:00"), came("2026-11-04T17:00")]
    other = [status("2026-11-01", "autonomous"), left("2026-11-03T22:00")]
    first, second = sorted(offered.stays([*one_gate, *other]), key=lambda one: one.in_ms)
    assert (first.keyholder, first.out_ms, second.out_ms) == (True, ms("2026-11-03T22:00"), None)


def test_one_check_out_ends_the_check_ins_at_two_places():
    entries = [came("2026-11-03T17:00"), came("2026-11-03T18:00"), left("2026-11-03T20:00")]
    assert {one.out_ms for one in offered.stays(entries)} == {ms("2026-11-03T20:00")}


def test_a_check_out_without_a_check_in_and_a_purged_record_are_nothing():
    purged = Entry(RecordId(Origin("lab/gate/one"), 9), None, None)
    assert list(offered.stays([left("2026-11-03T20:00"), purged])) == []


def test_r2_a_month_offered_what_keyholders_gave_and_not_what_was_planned():
    opening = Opening("openlab", Mode.STAFFED, weekly=(Weekly(1, 17 * 60, 22 * 60),))
    charter = Charter(openings={"openlab": opening, "other": Opening("other", Mode.PUBLIC)})
    entries = [
        status("2026-10-01", "autonomous"),
        came("2026-10-31T22:00"),
        left("2026-11-01T01:00"),
        came("2026-11-03T18:00"),
        left("2026-11-03T21:00"),
        came("2026-11-30T23:00"),
    ]
    found = offered.reckoned(entries, {}, charter, ZONE, Month(2026, 11), ms("2026-12-15T12:00"))
    assert found.spans == (
        Span(ms("2026-11-01"), ms("2026-11-01T01:00")),
        Span(ms("2026-11-03T18:00"), ms("2026-11-03T21:00")),
        Span(ms("2026-11-30T23:00"), ms("2026-12-01")),
    )
    assert offered.length_ms(found.spans) == 5 * HOUR
    assert set(found.planned) == {"openlab"}
    assert offered.length_ms(found.planned["openlab"]) == 4 * 5 * HOUR  # four Tuesdays
    assert found.until_ms == ms("2026-12-01")


def test_a_night_stands_under_the_day_on_which_it_begins():
    night = Span(ms("2026-11-06T22:00"), ms("2026-11-07T02:00"))
    assert list(offered.by_day([night], ZONE)) == [date(2026, 11, 6)]
