"""Whom to write to (R8): what runs out, what has just run out, who is suspended (R9), who comes of age."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chartered import DAY, RULES, at, chartered, done, last_day

from fabgate.desk import holds, members, notices, papers, status
from fabgate.desk.holds import Terms
from fabgate.desk.members import Details
from fabgate.desk.notices import Kind
from fabgate.model import Lapse, Level, SkillId, Status


@pytest.fixture
def lab(here):
    skills = dict(here.desk.settings.skills)
    laser = replace(skills[SkillId("laser")], valid_months=12, titles={"fr": "la découpeuse"})
    settings = replace(here.desk.settings, skills={**skills, SkillId("laser"): laser})
    here.desk = replace(here.desk, settings=settings)
    lab = chartered(here)
    lab.clock.wall_ms = at("2026-10-14T12:00")
    lab.member("ada", "Ada Lovelace")
    lab.member("bob")
    return lab


def told(lab, within=None):
    return [
        (one.member.handle, one.kind.value, one.what, one.days_left, one.grace)
        for one in notices.listed(lab.desk, within)
    ]


def file(lab, handle, paper, day, past=False):
    done(papers.file(lab.desk, "zoe", handle, paper, last_day(day), past=past))


def test_what_runs_out_within_the_labs_notice_is_told_with_the_days_left_r8(lab):
    file(lab, "ada", "waiver", "2026-10-21")
    file(lab, "bob", "waiver", "2026-11-13")
    assert told(lab) == [("ada", "paper", "waiver", 7, False), ("bob", "paper", "waiver", 30, False)]
    assert told(lab, 7) == [("ada", "paper", "waiver", 7, False)]
    assert told(lab, 6) == []


def test_the_last_day_itself_is_day_nought_and_the_next_one_is_over_r8(lab):
    file(lab, "ada", "waiver", "2026-10-14")
    assert told(lab) == [("ada", "paper", "waiver", 0, False)]
    lab.clock.wall_ms += DAY
    assert told(lab) == [("ada", "paper", "waiver", -1, False)]
    lab.clock.wall_ms += 6 * DAY
    assert told(lab) == [("ada", "paper", "waiver", -7, False)]
    lab.clock.wall_ms += DAY
    assert told(lab) == []


def test_dues_are_told_again_with_the_end_of_their_grace_r2(lab):
    file(lab, "ada", "dues", "2026-10-13", past=True)
    (one,) = notices.listed(lab.desk)
    assert (one.grace, one.filed_ms, one.until_ms) == (True, last_day("2026-10-13"), last_day("2026-11-12"))
    assert one.days_left == 29


def test_a_qualification_is_told_by_what_ends_it_r8(lab):
    lab.clock.wall_ms = at("2025-11-01T12:00")
    lab.grant("ada", "laser", Level.AUTONOMOUS)
    lab.grant("bob", "mill", Level.AUTONOMOUS, until_ms=last_day("2026-10-20"))
    lab.clock.wall_ms = at("2026-10-14T12:00")
    done(members.edit(lab.desk, "zoe", "ada", Details(language="fr")))
    ada, bob = notices.listed(lab.desk)
    assert (ada.kind, ada.what, ada.why, ada.days_left) == (Kind.SKILL, "laser", Lapse.VALIDITY, 18)
    assert (ada.language, ada.title) == ("fr", "la découpeuse")
    assert (bob.what, bob.why, bob.days_left, bob.language) == ("mill", Lapse.UNTIL, 6, "en")


def test_who_is_suspended_is_told_until_when_and_from_which_skill_r9(lab):
    done(holds.suspend(lab.desk, "zoe", "ada", "x", Terms(last_day("2026-10-16"))))
    done(holds.suspend(lab.desk, "zoe", "bob", "x", skill="laser"))
    assert told(lab) == [("ada", "suspended", "", 2, False), ("bob", "suspended", "laser", None, False)]
    lab.clock.wall_ms += 3 * DAY
    assert told(lab) == [("bob", "suspended", "laser", None, False)]


def test_a_minor_who_comes_of_age_is_told_edge_11(lab):
    done(members.edit(lab.desk, "zoe", "ada", Details(born="2008-10-20")))
    done(members.edit(lab.desk, "zoe", "bob", Details(born="2008-12-20")))
    file(lab, "ada", "parental", "2026-10-18")
    assert told(lab) == [("ada", "paper", "parental", 4, False), ("ada", "of_age", "", 6, False)]
    lab.clock.wall_ms = at("2026-10-27T12:00")
    assert told(lab) == [("ada", "of_age", "", -7, False)]
    lab.clock.wall_ms += DAY
    assert told(lab) == []


def test_of_those_who_left_nobody_is_told_anything(lab):
    file(lab, "ada", "waiver", "2026-10-21")
    done(holds.suspend(lab.desk, "zoe", "ada", "x"))
    done(status.give(lab.desk, "zoe", "ada", Status.LEFT, "moved"))
    assert told(lab) == []


def test_of_one_member_what_ends_first_comes_first(lab):
    for paper, day in (("waiver", "2026-10-30"), ("dues", "2026-10-20"), ("evenings", "2026-10-25")):
        file(lab, "ada", paper, day)
    assert [one.what for one in notices.listed(lab.desk)] == ["dues", "evenings", "waiver"]


def test_a_lab_that_gives_no_notice_is_told_of_what_is_asked_for(here):
    lab = chartered(here, replace(RULES, notice_days=()))
    lab.clock.wall_ms = at("2026-10-14T12:00")
    lab.member("ada")
    file(lab, "ada", "waiver", "2026-10-20")
    assert told(lab) == []
    assert told(lab, 30) == [("ada", "paper", "waiver", 6, False)]
