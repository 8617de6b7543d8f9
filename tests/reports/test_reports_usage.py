"""A month's usages, read from a real store."""

import json
from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from fabgate.model import MemberId, Moment
from fabgate.records import ClockSynced, Draft, MemberAdded, SessionStarted, SessionStopped
from fabgate.reports.sheet import DIALECTS, save, written
from fabgate.reports.usage import Per, usages
from fabgate.rules.month import Month
from fabgate.store import db

BRUSSELS = ZoneInfo("Europe/Brussels")
OCTOBER = Month(2026, 10)
ADA, BOB = MemberId("m-5e1f"), MemberId("m-77aa")


def utc_ms(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


class Gate:
    """A gate's books, written by hand."""

    def __init__(self, folder):
        self.store = db.create(folder, "openfab", "atelier", Moment("b0", 0, utc_ms("2026-01-01"), True))
        self.boots = count(1)

    def write(self, at, body):
        with self.store.writer() as writer, writer.write() as pen:
            return pen.append(Draft(at, body))

    def enrol(self, member, handle, name):
        with self.store.writer() as writer, writer.write() as pen:
            at, said = Moment("b0", 0, utc_ms("2026-01-01"), True), {"handle": handle, "name": name}
            pen.append(Draft(at, MemberAdded(member, "z")), beside=json.dumps(said))

    def start(self, at, member=ADA, machine="laser", sponsor=None):
        level = "trainee" if sponsor else "autonomous"
        return self.write(at, SessionStarted(machine, "lasers", member, "k:1", level, "tap", 1, sponsor))

    def use(self, begin, seconds, member=ADA, machine="laser", **more):
        """A whole session in a boot of its own, on a clock that is right."""
        boot, wall_ms = f"b{next(self.boots)}", utc_ms(begin)
        start = self.start(Moment(boot, 0, wall_ms, True), member, machine, more.pop("sponsor", None))
        end = Moment(boot, seconds * 1000, wall_ms + seconds * 1000, True)
        why = more.pop("why", "own_tap")
        stop = self.write(end, SessionStopped(str(start), machine, why, seconds * 1000, **more))
        return str(start), str(stop)

    def rows(self, month=OCTOBER):
        with self.store.reader() as reader, usages(reader.conn, month, BRUSSELS) as report:
            return list(report.rows())

    def report(self, month=OCTOBER):
        with self.store.reader() as reader, usages(reader.conn, month, BRUSSELS) as report:
            return report


@pytest.fixture
def gate(tmp_path):
    return Gate(tmp_path / "state")


def test_a_session_on_a_guilds_badge_names_the_guild_as_the_one_who_pays(gate):
    gate.enrol(BOB, "guild", "The Guild")
    at = Moment("b", 0, utc_ms("2026-10-24T07:00"), True)
    body = SessionStarted("laser", "lasers", ADA, "k:1", "autonomous", "tap", 1, payer=BOB)
    start = gate.write(at, body)
    end = Moment("b", 60_000, at.wall_ms + 60_000, True)
    gate.write(end, SessionStopped(str(start), "laser", "own_tap", 60_000))
    [row] = gate.rows()
    assert (row.member, row.payer, row.purpose, row.people) == (ADA, "guild", "", 1)


def test_a_row_names_its_two_records_and_the_people_by_their_handles(gate):
    gate.enrol(ADA, "ada", "Ada Lovelace")
    gate.enrol(BOB, "bob", "Bob")
    start, stop = gate.use("2026-10-24T07:00", 90, sponsor=BOB)
    [row] = gate.rows()
    assert (row.session, row.stop) == (start, stop)
    assert (row.member, row.name, row.level, row.sponsor) == ("ada", "Ada Lovelace", "trainee", "bob")
    assert (row.start_local, row.end_utc) == ("2026-10-24T09:00:00+02:00", "2026-10-24T07:01:30Z")


def test_a_member_who_is_gone_keeps_their_id(gate):
    gate.use("2026-10-24T07:00", 90, sponsor=BOB)
    [row] = gate.rows()
    assert (row.member, row.name, row.sponsor) == (ADA, "", BOB)


def test_a_member_who_is_gone_is_not_taken_for_one_whose_handle_is_like_their_id(gate):
    gate.enrol(BOB, ADA, "Bob")
    gate.use("2026-10-24T07:00", 90)
    [row] = gate.rows()
    assert (row.member, row.name) == (ADA, "")


def test_a_session_belongs_to_the_month_of_its_end_in_the_labs_zone(gate):
    last, _ = gate.use("2026-10-31T22:00", 3_599)  # ends a second before midnight in Brussels
    first, _ = gate.use("2026-10-31T22:00", 3_600)
    before, _ = gate.use("2026-09-30T21:00", 3_600)  # ends as October begins there
    assert [row.session for row in gate.rows()] == [before, last]
    assert [row.session for row in gate.rows(Month(2026, 11))] == [first]


def test_every_session_is_in_one_month_and_in_one_only(gate):
    around = ("2026-09-30T21:30", "2026-09-30T22:00", "2026-10-31T22:30", "2026-10-31T23:00")
    sessions = [gate.use(begin, seconds)[0] for begin in around for seconds in (0, 1_799, 1_800)]
    found = [row.session for month in (9, 10, 11) for row in gate.rows(Month(2026, month))]
    assert sorted(found) == sorted(sessions)


def test_the_hour_that_comes_twice_is_counted_as_it_was_lived(gate):
    gate.use("2026-10-25T00:50", 4_800)  # 02:50 summer time to 03:10 winter time: 80 minutes
    [row] = gate.rows()
    assert (row.start_local, row.end_local) == ("2026-10-25T02:50:00+02:00", "2026-10-25T03:10:00+01:00")
    assert (row.seconds_powered, str(row.hours)) == (4_800, "1.3333")


def test_a_session_on_a_clock_that_came_right_later_is_in_its_true_month(gate):
    start = gate.start(Moment("b", 10_000, 0, False))
    gate.write(Moment("b", 100_000, 90_000, False), SessionStopped(str(start), "laser", "own_tap", 90_000))
    gate.write(Moment("b", 110_000, utc_ms("2026-10-24T07:00:50"), True), ClockSynced())
    [row] = gate.rows()
    assert (row.start_utc, row.seconds_powered, row.dated) == ("2026-10-24T06:59:10Z", 90, "redated")


def test_sessions_that_nobody_can_date_are_counted_where_they_stand(gate):
    start = gate.start(Moment("b", 10_000, 1_000, False))
    gate.write(Moment("b", 20_000, 11_000, False), SessionStopped(str(start), "laser", "own_tap", 10_000))
    assert gate.report().undated == {"1970-01": 1}
    assert gate.report(Month(1970, 1)).undated == {}
    assert [row.dated for row in gate.rows(Month(1970, 1))] == ["unsynced"]


def test_sessions_that_are_still_open_are_named(gate):
    gate.enrol(ADA, "ada", "Ada Lovelace")
    open_now = gate.start(Moment("b", 0, utc_ms("2026-10-31T20:00"), True))
    gate.start(Moment("b", 1, utc_ms("2026-11-02T20:00"), True), machine="mill")
    [session] = gate.report().open
    assert (session.session, session.machine, session.member) == (open_now, "laser", "ada")
    assert session.start_local == "2026-10-31T21:00:00+01:00"
    assert gate.rows() == []


def test_an_undone_and_a_recovered_session_say_so(gate):
    gate.use("2026-10-01T10:00", 7, why="undone", charged=False)
    gate.use("2026-10-02T10:00", 60, why="recovered", recovered=True, uncertain_ms=30_000)
    undone, recovered = gate.rows()
    assert (undone.ended, undone.seconds_powered, undone.seconds_charged) == ("undone", 7, 0)
    assert (recovered.ended, recovered.recovered, recovered.uncertain_s) == ("recovered", True, 30)


def test_a_stop_that_ends_nothing_is_counted(gate):
    gate.write(Moment("b", 0, utc_ms("2026-10-01"), True), SessionStopped("a/b/c#1", "laser", "own_tap", 5))
    assert gate.report().unpaired == 1


def test_sums_are_made_of_the_members_whose_rows_there_are(gate):
    gate.enrol(ADA, "ada", "Ada Lovelace")
    gate.use("2026-10-01T10:00", 60)
    gate.use("2026-10-02T10:00", 30, machine="mill")
    gate.use("2026-11-02T10:00", 30, member=BOB)
    with gate.store.reader() as reader, usages(reader.conn, OCTOBER, BRUSSELS) as report:
        [ada] = report.sums(Per.MEMBER)
        machines = report.sums(Per.MACHINE)
    assert (ada.member, ada.name, ada.sessions, ada.seconds_charged) == ("ada", "Ada Lovelace", 2, 90)
    assert [(one.machine, one.seconds_charged) for one in machines] == [("laser", 60), ("mill", 30)]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_same_month_written_again_is_the_same_to_the_byte(gate, tmp_path, dialect):
    gate.enrol(ADA, "ada", 'Ada; "the" Countess\nof Lovelace')
    for day in (3, 1, 2):
        gate.use(f"2026-10-0{day}T10:00", 60)
        gate.use(f"2026-10-0{day}T10:00", 60, machine="mill")
    files = []
    for name in ("one.csv", "two.csv", "one.csv"):
        with gate.store.reader() as reader, usages(reader.conn, OCTOBER, BRUSSELS) as report:
            save(tmp_path / name, written(report, dialect=dialect))
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1] == files[2]
    assert files[0].count(b"mill") == 3
