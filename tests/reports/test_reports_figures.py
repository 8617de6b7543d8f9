"""What the reports for funders count, from real books written by hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from figures_lab import CHARTER, TUESDAYS, ZONE, Books, figures, values

from fabgate.charter import Charter, Mode, Opening
from fabgate.model import Moment
from fabgate.records import Draft, SessionStarted, SessionStopped, UsageMarked, UsageSettled
from fabgate.reports import public
from fabgate.reports.gathered import Basis
from fabgate.rules.census import FREE, FULL, PLAN, Paid
from fabgate.store import journal

SIX = ("ada", "bob", "cy", "dan", "eve", "flo")


@pytest.fixture
def books(tmp_path):
    return Books(tmp_path / "state")


def six(books, day="2026-06-03", machine="laser", minutes=60, **more):
    """Six people, an hour each, one after the other from noon on."""
    return [books.use(f"{day}T{12 + at}:00", minutes, who, machine, **more) for at, who in enumerate(SIX)]


# --- occupancy --------------------------------------------------------------------------------


def test_occupancy_is_the_hours_worked_over_the_offered_hours_less_those_out_of_service(books):
    books.keys("2026-06-01T00:00", "zoe")
    books.stay("2026-06-03", "12:00", "18:00")
    books.stay("2026-06-04", "12:00", "16:00")
    books.lock("laser", "2026-06-04T10:00", "2026-06-04T14:00")  # two of its four hours were offered
    six(books, busy=30)
    laser = values(books.tables("2026-06")["machines"])["laser"]
    assert laser == {
        "users": 6,
        "sessions": 6,
        "powered_hours": Decimal("6.0"),
        "worked_hours": Decimal("3.0"),
        "inside_hours": Decimal("3.0"),
        "offered_hours": Decimal("10.0"),
        "down_hours": Decimal("2.0"),
        "available_hours": Decimal("8.0"),
        "occupancy": Decimal("37.5"),
    }


def test_only_work_within_offered_hours_fills_them_and_maintenance_does_not(books):
    books.keys("2026-06-01T00:00", "zoe")
    books.stay("2026-06-03", "14:30", "18:00")
    six(books)
    six(books, "2026-06-05")  # nobody with keys
    for who in SIX:
        books.use("2026-06-03T15:00", 60, who, purpose="maintenance")
    laser = values(books.tables("2026-06")["machines"])["laser"]
    assert (laser["inside_hours"], laser["worked_hours"]) == (Decimal("3.5"), Decimal("18.0"))
    assert laser["occupancy"] == 100


def test_a_machine_without_a_meter_worked_while_it_had_power_and_the_share_of_those_is_told(books):
    six(books)
    six(books, machine="mill", busy=30)
    census = books.gathered("2026-06").census
    assert (census.whole.worked_s, census.whole.unmetered_s) == (9 * 3_600, 6 * 3_600)


def test_a_machine_that_nobody_used_is_told_and_one_that_is_gone_but_was_used_too(books):
    six(books, machine="plotter")
    table = books.tables("2026-06", machines=("laser",))["machines"]
    assert [row.name[0] for row in table.rows] == ["laser", "plotter"]
    assert values(table)["laser"]["occupancy"] == 0


def test_where_nobody_checks_in_the_opening_hours_are_offered_and_where_there_are_none_all_hours(books):
    six(books)
    found = books.gathered("2026-06")
    assert found.basis == {Basis.PLANNED}
    assert found.census.frame.offered.length_ms == 5 * 5 * 3_600_000  # five Tuesdays
    found = books.gathered("2026-06", charter=Charter())
    assert found.basis == {Basis.ALWAYS}
    assert found.census.frame.offered.length_ms == 30 * 24 * 3_600_000


def test_months_whose_check_ins_were_purged_have_their_planned_hours(books):
    books.keys("2026-01-01T00:00", "zoe")
    books.stay("2026-05-12", "12:00", "18:00")
    with books.store.reader() as reader:
        last = journal.last_seq(reader.conn)
    with books.store.writer() as writer, writer.write() as pen:
        journal.purge(pen, books.at("2026-06-01T00:00"), "presence", 1, last, ("presence.in", "presence.out"))
    books.stay("2026-06-02", "12:00", "18:00")
    found = books.gathered("2026-05", "2026-07", now=datetime(2026, 9, 1, tzinfo=ZONE))
    assert found.purged
    assert found.basis == {Basis.PLANNED, Basis.CHECK_INS}
    # May and June, which began before the first that is left: planned; of July nothing was offered.
    assert found.census.frame.offered.length_ms == (4 + 5) * 5 * 3_600_000


def test_by_opening_mode_of_the_start(books):
    books.keys("2026-06-01T00:00", "zoe")
    books.stay("2026-06-02", "12:00", "23:00")  # a Tuesday: public from 17:00 to 22:00
    for number, who in enumerate(SIX):
        books.use(f"2026-06-02T17:0{number}", 10, who)
        books.use(f"2026-06-02T13:0{number}", 20, who)
        books.use(f"2026-06-03T13:0{number}", 30, who)
    modes = values(books.tables("2026-06")["modes"])
    assert {name: row["worked_hours"] for name, row in modes.items()} == {
        "public": Decimal("1.0"),
        "staffed": Decimal("2.0"),
        "closed": Decimal("3.0"),
        "": Decimal("6.0"),
    }
    assert modes["public"]["offered_hours"] == 25
    assert modes["staffed"]["offered_hours"] == 11
    assert modes["closed"]["offered_hours"] is None


def test_members_only_hours_are_less_open_than_somebody_with_keys(books):
    private = Opening("night", Mode.PRIVATE, "Nights", weekly=TUESDAYS.weekly)
    six(books, "2026-06-02", minutes=30)  # from noon to 17:30: the last one begins at the private hours
    modes = books.tables("2026-06", charter=Charter(openings={"night": private}))["modes"]
    assert [row.name[0] for row in modes.rows] == ["private", "closed"]


# --- people and visits ------------------------------------------------------------------------


def test_a_visit_is_a_day_of_a_person_however_often_they_came(books):
    six(books)
    six(books, "2026-06-04")
    books.use("2026-06-03T20:00", 10, "ada")
    books.stay("2026-06-03", "12:00", "13:00", "ada")
    for who in "ghijk":
        books.stay("2026-06-05", "12:00", "13:00", who)
    key = figures(books.tables("2026-06")["figures"])
    assert (key["visits"], key["users"], key["sessions"]) == (17, 6, 13)


def test_a_sponsor_who_stands_by_has_come_too_and_is_no_user(books):
    for at, who in enumerate(SIX):
        books.use(f"2026-06-03T{12 + at}:00", 60, who, sponsor=f"s{at}")
    key = figures(books.tables("2026-06")["figures"])
    assert (key["visits"], key["users"]) == (12, 6)


def test_months_have_their_own_people_and_all_months_together_count_each_once(books):
    six(books, "2026-05-30")
    six(books, "2026-06-03")
    tables = books.tables("2026-05", "2026-06")
    assert [one["users"] for one in values(tables["months"]).values()] == [6, 6, 6]
    assert [one["visits"] for one in values(tables["visits"]).values()] == [6, 6, 12]


def test_a_session_belongs_to_the_period_of_its_end(books):
    for who in SIX:
        books.use("2026-05-31T23:30", 60, who)
        books.use("2026-06-30T23:30", 60, who)
    assert figures(books.tables("2026-06")["figures"])["sessions"] == 6
    july = books.tables("2026-07", now=datetime(2026, 8, 1, tzinfo=ZONE))
    assert figures(july["figures"])["sessions"] == 6


def test_a_start_that_was_taken_back_counts_for_nothing(books):
    six(books)
    books.use("2026-06-09T12:00", 5, "gus", why="undone", charged=False)
    key = figures(books.tables("2026-06")["figures"])
    assert (key["sessions"], key["visits"]) == (6, 6)


def test_what_people_wrote_down_afterwards_counts(books):
    sessions = six(books)
    for session in sessions:
        books.tell("2026-06-20T12:00", UsageMarked(session, "commercial", "tess"))
    books.tell("2026-06-20T12:00", UsageSettled(sessions[0], 30 * 60_000, "tess"))
    purposes = values(books.tables("2026-06")["purposes"])
    assert purposes["commercial"]["powered_hours"] == Decimal("5.5")
    assert "" in purposes  # the line of all, and no other without a purpose
    assert set(purposes) == {"commercial", ""}


def test_a_session_of_a_badge_that_nobody_owns_has_no_user(books):
    six(books)
    books.use("2026-06-04T12:00", 60, "")
    key = figures(books.tables("2026-06")["figures"])
    assert (key["users"], key["visits"], key["sessions"]) == (6, 6, 7)


def test_new_and_renewed_members(books):
    books.enrol("2026-01-10T12:00", *SIX)
    books.enrol("2026-06-10T12:00", "n1", "n2", "n3", "n4", "n5")
    books.dues("2026-06-11T12:00", *SIX, "n1")
    key = figures(books.tables("2026-06")["figures"])
    assert (key["new_members"], key["renewed_members"]) == (5, 6)


def test_workshops_that_were_held_and_who_attended(books):
    held = books.workshop("2026-06-03T12:00", 8, until="2026-06-03T15:00")
    beside = books.workshop("2026-06-03T12:05", 6, "mill", until="2026-06-03T15:00")
    books.workshop("2026-06-10T12:00", 30, until="2026-06-10T15:00")  # nobody started the machine
    six(books, "2026-06-05")
    books.use("2026-06-03T12:10", 60, "zoe", people=8, purpose="social", workshop=held)
    books.use("2026-06-03T12:20", 60, "zoe", "mill", people=6, purpose="social", workshop=beside)
    tables = books.tables("2026-06")
    key = figures(tables["figures"])
    assert (key["workshops"], key["attendees"]) == (1, 8)
    assert values(tables["purposes"])["social"]["worked_hours"] == 2  # eight stand behind it


# --- how it was paid --------------------------------------------------------------------------


def test_free_hours_by_reason(books):
    first, second, third = six(books), six(books, "2026-06-04"), six(books, "2026-06-05")
    how = {
        **dict.fromkeys(first, Paid(FULL)),
        **dict.fromkeys(second, Paid(FREE, "training")),
        **dict.fromkeys(third, Paid(PLAN)),
    }
    tables = books.tables("2026-06", paid=how)
    assert {name: row["worked_hours"] for name, row in values(tables["paid"]).items()} == {
        "free": 6,
        "full": 6,
        "plan": 6,
        "": 18,
    }
    assert values(tables["free"])["training"]["worked_hours"] == 6
    assert figures(tables["figures"])["free_hours"] == 6


def test_a_lab_without_a_price_list_has_no_table_of_payment(books):
    six(books)
    assert {"paid", "free"} & set(books.tables("2026-06")) == set()
    assert "free_hours" not in figures(books.tables("2026-06")["figures"])


# --- sponsorship ------------------------------------------------------------------------------


def test_who_became_autonomous_and_the_median_of_their_days(books):
    books.enrol("2026-05-01T12:00", *SIX)
    for days, who in enumerate(SIX, start=2):
        books.grant("2026-06-01T12:00", who, level="trainee")
        books.grant(f"2026-06-{1 + days:02}T12:00", who)
    tables = books.tables("2026-06")
    assert figures(tables["sponsorship"])["median_days"] == Decimal("4.5")
    assert values(tables["autonomous"])["laser"] == {"autonomous": 6, "median_days": Decimal("4.5")}


def test_a_sponsor_of_two_at_once_stood_there_once(books):
    for number, who in enumerate(SIX):
        sponsor = f"s{number}"
        books.use("2026-06-03T12:00", 60, who, sponsor=sponsor)
        books.use("2026-06-03T12:30", 60, f"{who}2", "mill", sponsor=sponsor)
    tables = books.tables("2026-06")
    assert figures(tables["sponsorship"])["supervision_hours"] == 9
    assert figures(tables["sponsorship"])["trainees"] == 12
    assert values(tables["supervision"])["mill"]["supervision_hours"] == 6


def test_hours_of_few_sponsors_are_hidden_however_many_trainees_there_are(books):
    six(books, sponsor="zoe")
    tables = books.tables("2026-06")
    assert figures(tables["sponsorship"])["supervision_hours"] == "*"
    assert figures(tables["figures"])["users"] == 6


# --- downtime ---------------------------------------------------------------------------------


def test_downtime_is_told_by_machine_and_cause_as_a_share_of_the_period(books):
    books.lock("laser", "2026-06-04T10:00", "2026-06-04T22:00")
    tables = books.tables("2026-06")
    assert values(tables["downtime"])["laser"] == {
        "out_hours": 12,
        "out_share": Decimal("1.7"),
        "out_times": 1,
        "down_hours": 0,
    }
    assert values(tables["causes"])["laser", "locked"] == {"out_hours": 12, "out_times": 1}


def test_what_is_out_of_service_now_is_so_until_now(books):
    books.lock("laser", "2026-06-29T00:00", "2026-08-01T00:00")
    laser = values(books.tables("2026-06", now=datetime(2026, 6, 30, 12, tzinfo=ZONE))["downtime"])["laser"]
    assert (laser["out_hours"], laser["out_share"]) == (36, Decimal("5.1"))


# --- what is not shown ------------------------------------------------------------------------


def test_the_hours_of_few_are_hidden_with_all_that_tells_them(books):
    six(books)
    six(books, "2026-06-04", "mill")
    books.use("2026-06-05T12:00", 60, "ada", "saw")
    machines = values(books.tables("2026-06")["machines"])
    assert machines["saw"]["worked_hours"] == machines["saw"]["occupancy"] == machines["saw"]["users"] == "*"
    assert machines["saw"]["available_hours"] == 25
    assert machines["laser"]["worked_hours"] == "*"  # else the saw's would be all less the others
    assert machines["mill"]["worked_hours"] == 6
    assert machines[""]["worked_hours"] == 13


def test_no_table_gives_back_what_another_hides(books):
    six(books)
    six(books, "2026-06-04", purpose="commercial")
    books.use("2026-06-05T12:00", 60, "ada", purpose="maintenance")
    tables = books.tables("2026-06", paid={})
    told = {
        name: [row.values["worked_hours"] for row in table.rows if row.shown]
        for name, table in tables.items()
        if table.whole is not None and "worked_hours" in table.figures
    }
    whole = tables["purposes"].whole
    assert whole.shown
    for name, shown in told.items():
        if len(shown) < len(tables[name].rows):
            assert whole.values["worked_hours"] - sum(shown) != 1


def test_a_lab_of_four_tells_its_offered_hours_and_its_downtime_alone(books):
    books.keys("2026-06-01T00:00", "zoe")
    books.stay("2026-06-03", "12:00", "18:00")
    for who in SIX[:3]:
        books.use("2026-06-03T13:00", 60, who)
    tables = books.tables("2026-06")
    key = figures(tables["figures"])
    assert {name for name, value in key.items() if value != "*"} == {
        "offered_hours", "new_members", "renewed_members", "workshops", "attendees"
    }  # fmt: skip
    assert all(value in ("*", 0, 6) for value in key.values())
    assert values(tables["downtime"])["laser"]["out_hours"] == 0


def test_a_month_in_which_one_person_came_is_hidden_with_another_one(books):
    six(books)
    books.stay("2026-07-01", "12:00", "13:00", "gus")
    visits = values(books.tables("2026-06", "2026-07", now=datetime(2026, 8, 1, tzinfo=ZONE))["visits"])
    assert visits["2026-07"]["visits"] == visits["2026-06"]["visits"] == "*"


# --- what else is told ------------------------------------------------------------------------


def test_sessions_that_are_open_or_dated_by_no_clock_are_counted_apart(books):
    books.tell("2026-06-03T12:00", SessionStarted("laser", "laser", "ada", "k", "autonomous", "tap", 1))
    wrong = Moment("x", 1_000, books.at("2026-06-03T13:00").wall_ms, False)
    with books.store.writer() as writer, writer.write() as pen:
        body = SessionStarted("mill", "mill", "ada", "k", "autonomous", "tap", 1)
        start = pen.append(Draft(wrong, body))
        pen.append(Draft(wrong, SessionStopped(str(start), "mill", "own_tap", 60_000)))
    found = books.gathered("2026-06")
    assert (found.still_open, found.undated) == (1, 1)


def test_every_table_is_in_a_report_and_every_report_has_tables(books):
    six(books)
    books.lock("laser", "2026-06-04T10:00", "2026-06-04T22:00")
    books.grant("2026-06-01T12:00", "ada", level="trainee")
    books.grant("2026-06-05T12:00", "ada")
    six(books, "2026-06-07", sponsor="zoe")
    made = public.tables(
        books.gathered("2026-06", paid=dict.fromkeys(six(books, "2026-06-09"), Paid(FREE, "x")))
    )
    asked = {name for several in public.REPORTS.values() for name in several}
    assert {one.id for one in made} == asked
    assert all(public.of_report(made, name) for name in public.REPORTS)
    assert CHARTER.openings
