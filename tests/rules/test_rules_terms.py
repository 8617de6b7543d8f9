"""How long rights and papers hold: validity, disuse, grace, coming of age (R2, R8; edges 9, 10, 11)."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabgate.charter import DAY_MS, Charter, Paper, Skill
from fabgate.model import Due, Lack, Lapse, Level, SkillId
from fabgate.rules import terms
from fabgate.rules.authority import level_at
from fabgate.rules.terms import End, Held

LASER = SkillId("laser")
BRUSSELS = ZoneInfo("Europe/Brussels")
ENDLESS = Skill(LASER, "Laser")
STRICT = Skill(LASER, "Laser", valid_months=24, unused_months=12)


def ms(text: str) -> int:
    """A UTC wall time such as 2026-03-01 or 2026-03-01T12:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def local(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=BRUSSELS).timestamp() * 1000)


# --- months -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "months", "after"),
    [
        ("2026-01-15T10:30", 1, "2026-02-15T10:30"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-11-30", 12, "2027-11-30"),
        ("2026-11-30", 0, "2026-11-30"),
    ],
)
def test_so_many_months_on_is_the_same_day_or_the_months_last(begin, months, after):
    assert terms.plus_months(ms(begin), months) == ms(after)


@given(st.integers(ms("1970-01-01"), ms("2200-01-01")), st.integers(0, 240))
def test_months_keep_the_hour_and_never_pass_the_month_that_is_meant(begin, months):
    was, now = (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=begin)), None
    now = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=terms.plus_months(begin, months))
    assert now.timetz() == was.timetz()
    assert now.year * 12 + now.month == was.year * 12 + was.month + months
    assert now.day == min(was.day, calendar.monthrange(now.year, now.month)[1])


# --- when a grant ends ------------------------------------------------------------------------


def test_a_lab_that_wrote_nothing_lets_a_grant_hold_for_ever_r8():
    assert terms.end(Held(Level.SPONSOR, ms("1990-01-01")), ENDLESS) is None


def test_validity_runs_from_the_grant_or_its_renewal_r8():
    valid = Skill(LASER, "Laser", valid_months=24)
    held = Held(Level.AUTONOMOUS, ms("2026-01-10"))
    assert terms.end(held, valid) == End(ms("2028-01-10"), Lapse.VALIDITY)
    renewed = replace(held, renewed_ms=ms("2027-06-01"))
    assert terms.end(renewed, valid) == End(ms("2029-06-01"), Lapse.VALIDITY)
    used = replace(held, own_ms=ms("2027-12-31"))
    assert terms.end(used, valid) == End(ms("2028-01-10"), Lapse.VALIDITY)


def test_disuse_runs_from_the_last_own_session_r8():
    unused = Skill(LASER, "Laser", unused_months=12)
    held = Held(Level.AUTONOMOUS, ms("2026-01-10"))
    assert terms.end(held, unused) == End(ms("2027-01-10"), Lapse.DISUSE)
    used = replace(held, own_ms=ms("2026-09-30"))
    assert terms.end(used, unused) == End(ms("2027-09-30"), Lapse.DISUSE)
    renewed = replace(used, renewed_ms=ms("2026-11-02"))
    assert terms.end(renewed, unused) == End(ms("2027-11-02"), Lapse.DISUSE)


def test_a_session_from_before_the_grant_is_no_use_of_it_r8():
    held = Held(Level.AUTONOMOUS, ms("2026-01-10"), own_ms=ms("2020-01-01"))
    assert terms.end(held, Skill(LASER, "Laser", unused_months=12)) == End(ms("2027-01-10"), Lapse.DISUSE)


def test_a_booking_a_supervised_session_and_an_aborted_start_are_no_use_r8():
    """The trap found elsewhere: one booking kept an unused right for ever. Only `own_ms` counts here."""
    names = set(Held.__dataclass_fields__)
    assert names == {"level", "since_ms", "until_ms", "renewed_ms", "own_ms"}
    idle = Held(Level.AUTONOMOUS, ms("2026-01-10"), own_ms=None)
    assert terms.left(idle, STRICT, ms("2027-01-10") + 1)[0] is Level.TRAINEE


def test_the_earliest_end_counts_and_says_why_r8():
    held = Held(Level.SPONSOR, ms("2026-01-10"), until_ms=ms("2026-06-30"))
    assert terms.end(held, STRICT) == End(ms("2026-06-30"), Lapse.UNTIL)
    assert terms.end(replace(held, until_ms=None), STRICT) == End(ms("2027-01-10"), Lapse.DISUSE)
    busy = replace(held, until_ms=None, own_ms=ms("2027-12-01"))
    assert terms.end(busy, STRICT) == End(ms("2028-01-10"), Lapse.VALIDITY)


def test_the_day_that_a_giver_wrote_is_renewed_by_nobody_r8():
    held = Held(Level.AUTONOMOUS, ms("2026-01-10"), until_ms=ms("2026-06-30"))
    touched = replace(held, renewed_ms=ms("2026-06-29"), own_ms=ms("2026-06-29"))
    assert terms.end(touched, STRICT) == End(ms("2026-06-30"), Lapse.UNTIL)


def test_a_trainees_grant_ends_by_its_givers_word_only_r8():
    held = Held(Level.TRAINEE, ms("2016-01-10"))
    assert terms.end(held, STRICT, changed_ms=ms("2020-01-01")) is None
    written = replace(held, until_ms=ms("2026-06-30"))
    assert terms.end(written, STRICT) == End(ms("2026-06-30"), Lapse.UNTIL)


def test_who_holds_nothing_loses_nothing():
    held = Held(Level.NONE, ms("2016-01-10"), until_ms=ms("2017-01-01"))
    assert terms.left(held, STRICT, ms("2026-01-01")) == (Level.NONE, None)


def test_a_replaced_machine_asks_for_a_new_induction_on_it_alone_edge_9_r8():
    held = Held(Level.AUTONOMOUS, ms("2026-01-10"))
    changed = ms("2026-03-01")
    assert terms.left(held, ENDLESS, ms("2026-03-02"), changed) == (
        Level.TRAINEE,
        End(changed, Lapse.CHANGED),
    )
    assert terms.left(held, ENDLESS, ms("2026-03-02")) == (Level.AUTONOMOUS, None)


def test_an_induction_or_a_grant_after_the_change_settles_it_and_use_does_not_edge_9():
    changed = ms("2026-03-01")
    held = Held(Level.AUTONOMOUS, ms("2026-01-10"), own_ms=ms("2026-04-01"))
    assert terms.end(held, ENDLESS, changed) == End(changed, Lapse.CHANGED)
    assert terms.end(replace(held, renewed_ms=ms("2026-03-02")), ENDLESS, changed) is None
    assert terms.end(replace(held, since_ms=ms("2026-03-02")), ENDLESS, changed) is None


def test_who_lapsed_is_a_trainee_again_and_a_trainee_nothing_r8():
    last = ms("2026-06-30")
    for level, rest in ((Level.SPONSOR, Level.TRAINEE), (Level.AUTONOMOUS, Level.TRAINEE)):
        held = Held(level, ms("2026-01-10"), until_ms=last)
        assert terms.left(held, ENDLESS, last) == (level, None)
        assert terms.left(held, ENDLESS, last + 1) == (rest, End(last, Lapse.UNTIL))
    trainee = Held(Level.TRAINEE, ms("2026-01-10"), until_ms=last)
    assert terms.left(trainee, ENDLESS, last + 1)[0] is Level.NONE


TIMES = st.integers(ms("2020-01-01"), ms("2030-01-01"))
MAYBE = st.none() | TIMES
HELD = st.builds(Held, st.sampled_from(Level), TIMES, MAYBE, MAYBE, MAYBE)
SKILLS = st.builds(
    lambda valid, unused: Skill(LASER, "Laser", valid_months=valid, unused_months=unused),
    st.sampled_from([0, 1, 6, 12, 24]),
    st.sampled_from([0, 1, 6, 12, 24]),
)


@given(HELD, SKILLS, TIMES, MAYBE)
def test_what_is_left_is_what_a_plain_reading_of_r8_leaves(held, skill, today, changed):
    base = max(held.since_ms, held.renewed_ms or 0)
    used = max(base, held.own_ms or 0)
    gone = held.until_ms is not None and today > held.until_ms
    if held.level >= Level.AUTONOMOUS:
        gone |= bool(skill.valid_months) and today > terms.plus_months(base, skill.valid_months)
        gone |= bool(skill.unused_months) and today > terms.plus_months(used, skill.unused_months)
        gone |= changed is not None and changed > base and today > changed
    rest = {Level.NONE: Level.NONE, Level.TRAINEE: Level.NONE}.get(held.level, Level.TRAINEE)
    level, lapsed = terms.left(held, skill, today, changed)
    assert level is (rest if gone else held.level)
    assert (lapsed is not None) == (gone and held.level is not Level.NONE)


@given(HELD, SKILLS, TIMES, st.integers(0, 10 * 366 * DAY_MS), MAYBE)
def test_time_alone_never_gives_a_level_back(held, skill, today, later, changed):
    assert terms.left(held, skill, today + later, changed)[0] <= terms.left(held, skill, today, changed)[0]


@given(HELD, SKILLS, TIMES, TIMES)
def test_use_and_renewal_never_bring_an_end_nearer(held, skill, used, renewed):
    plain = terms.end(held, skill)
    for kept in (replace(held, own_ms=max(used, held.own_ms or 0)), replace(held, renewed_ms=renewed)):
        if (kept.renewed_ms or 0) < (held.renewed_ms or 0):
            continue
        after = terms.end(kept, skill)
        assert (plain is None) == (after is None)
        assert plain is None or after is None or after.ms >= plain.ms


@given(HELD, TIMES)
def test_without_the_labs_numbers_it_is_what_it_always_was(held, today):
    assert terms.left(held, ENDLESS, today)[0] is level_at(held.level, held.until_ms, today)


# --- papers -----------------------------------------------------------------------------------

DUES = Paper("dues", "Dues", grace_days=30)
WAIVER = Paper("waiver", "Waiver")
FORM = Paper("parents", "Parental form", minors=True)
CLUB = Paper("club", "Club hours", subscription=True)
PAPERS = {one.id: one for one in (WAIVER, DUES, FORM, CLUB)}
NOW = ms("2026-11-22T10:00")
LAST = local("2026-10-31T23:59:59.999")
ALL = {"waiver": None, "dues": ms("2027-08-31"), "parents": None}


def test_who_has_all_papers_in_date_lacks_none_r2():
    assert terms.lacks(PAPERS, ALL, True, NOW) == ()
    assert terms.lacks({}, {}, True, NOW) == ()


def test_what_was_never_filed_and_what_ran_out_are_named_in_the_labs_order_r2():
    filed = {"dues": ms("2026-01-31")}
    assert terms.lacks(PAPERS, filed, False, NOW) == (Lack("waiver"), Lack("dues", ms("2026-01-31")))


def test_a_paper_is_good_up_to_and_including_its_last_moment_r2():
    filed = {"waiver": NOW}
    assert terms.lacks({"waiver": WAIVER}, filed, False, NOW) == ()
    assert terms.lacks({"waiver": WAIVER}, filed, False, NOW + 1) == (Lack("waiver", NOW),)


def test_dues_count_through_their_days_of_grace_where_the_lab_is_r2_edge_10():
    papers, filed = {"dues": DUES}, {"dues": LAST}
    grace = local("2026-11-30T23:59:59.999")
    assert terms.lacks(papers, filed, False, grace, BRUSSELS) == ()
    assert terms.lacks(papers, filed, False, grace + 1, BRUSSELS) == (Lack("dues", LAST),)


def test_a_day_of_grace_is_a_day_on_the_calendar_when_the_clocks_change_r2():
    papers, filed = {"dues": replace(DUES, grace_days=7)}, {"dues": local("2026-10-20T23:59:59.999")}
    last = local("2026-10-27T23:59:59.999")
    assert terms.lacks(papers, filed, False, last, BRUSSELS) == ()
    assert terms.lacks(papers, filed, False, last + 1, BRUSSELS) != ()


def test_a_parental_form_is_asked_of_minors_only_edge_11():
    filed = {"waiver": None, "dues": None, "parents": ms("2026-01-01")}
    assert terms.lacks(PAPERS, filed, True, NOW) == (Lack("parents", ms("2026-01-01")),)
    assert terms.lacks(PAPERS, filed, False, NOW) == ()


def test_who_comes_of_age_is_asked_no_more_from_that_day_on_edge_11():
    eve, day = local("2026-11-21T23:59"), local("2026-11-22T00:00")
    assert terms.minor("2026-11-22", eve, BRUSSELS)
    assert not terms.minor("2026-11-22", day, BRUSSELS)
    assert not terms.minor(None, eve, BRUSSELS)


@pytest.mark.parametrize(
    ("born", "of_age"),
    [("2008-11-22", "2026-11-22"), ("2008-02-29", "2026-03-01"), ("2006-02-28", "2024-02-28")],
)
def test_a_birthday_makes_of_age_and_a_leap_days_the_day_after(born, of_age):
    assert terms.of_age_on(date.fromisoformat(born), 18) == date.fromisoformat(of_age)


def test_a_leap_day_is_a_birthday_where_the_year_has_one():
    assert terms.of_age_on(date(2008, 2, 29), 16) == date(2024, 2, 29)


def test_a_subscription_is_asked_of_nobody_and_opens_its_hours_in_date_or_grace_r2():
    assert terms.lacks({"club": CLUB}, {}, False, NOW) == ()
    assert not terms.subscribed(PAPERS, ALL, NOW)
    assert terms.subscribed(PAPERS, {"club": None}, NOW)
    assert terms.subscribed(PAPERS, {"club": NOW}, NOW)
    assert not terms.subscribed(PAPERS, {"club": NOW - 1}, NOW)
    lenient = {"club": replace(CLUB, grace_days=1)}
    assert terms.subscribed(lenient, {"club": NOW - 1}, NOW)


def test_dues_that_are_paid_open_no_hours_for_subscribers():
    assert not terms.subscribed({"dues": DUES}, {"dues": None}, NOW)


# --- what runs out soon -----------------------------------------------------------------------

CHARTER = Charter(papers=PAPERS, notice_days=(30, 7))


def due(skill_ends=None, filed=None, minor=False, charter=CHARTER):
    return terms.due(charter, skill_ends or {}, filed or {}, minor, NOW)


def test_what_runs_out_within_the_longest_notice_is_due_soonest_first_r8():
    ends = {LASER: End(NOW + 20 * DAY_MS, Lapse.DISUSE), SkillId("mill"): End(NOW + 31 * DAY_MS, Lapse.UNTIL)}
    filed = {"waiver": NOW + 5 * DAY_MS, "dues": NOW + 30 * DAY_MS, "parents": NOW + DAY_MS}
    assert due(ends, filed) == (
        Due("waiver", NOW + 5 * DAY_MS),
        Due("laser", NOW + 20 * DAY_MS),
        Due("dues", NOW + 30 * DAY_MS),
    )
    assert due(ends, filed, minor=True)[0] == Due("parents", NOW + DAY_MS)


def test_what_has_no_end_or_ran_out_for_good_is_not_due_r8():
    assert due({LASER: End(NOW - 1, Lapse.DISUSE)}, {"waiver": None, "parents": None}) == ()
    assert due(filed={"waiver": NOW - 1}) == ()
    assert due({LASER: End(NOW, Lapse.DISUSE)}) == (Due("laser", NOW),)


def test_a_paper_that_lives_on_its_grace_is_due_at_the_end_of_it_r2():
    assert due(filed={"dues": NOW - DAY_MS}) == (Due("dues", NOW + 29 * DAY_MS),)


def test_a_subscription_that_somebody_has_is_due_too():
    assert due(filed={"club": NOW + DAY_MS}) == (Due("club", NOW + DAY_MS),)


def test_a_lab_that_gives_no_notice_names_nothing():
    silent = replace(CHARTER, notice_days=())
    assert due({LASER: End(NOW, Lapse.DISUSE)}, {"waiver": NOW}, charter=silent) == ()


@given(
    st.dictionaries(st.sampled_from(["waiver", "dues", "parents", "club"]), MAYBE),
    st.booleans(),
    TIMES,
)
def test_what_is_due_stands_in_nobodys_way_yet(filed, minor, today):
    ahead = terms.due(CHARTER, {}, filed, minor, today)
    lacking = {one.paper for one in terms.lacks(PAPERS, filed, minor, today)}
    assert lacking.isdisjoint(one.what for one in ahead)
    assert list(ahead) == sorted(ahead, key=lambda one: one.until_ms)


def test_r2_a_guest_is_asked_for_what_guests_are_asked_for_and_for_nothing_else():
    papers = {"dues": Paper("dues", "dues"), "waiver": Paper("waiver", "waiver", guests=True)}
    assert [one.paper for one in terms.lacks(papers, {}, False, NOW, guest=True)] == ["waiver"]
    assert [one.paper for one in terms.lacks(papers, {}, False, NOW)] == ["dues", "waiver"]
