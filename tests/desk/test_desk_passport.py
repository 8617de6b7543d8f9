"""A member's passport: what they may do on every skill, and what is missing."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from first_day import DAY, NOON, done

from fabgate.desk import grants, members
from fabgate.desk.members import Details
from fabgate.desk.passport import passport
from fabgate.model import Code, Denied, Level
from fabgate.texts import Catalogue


@pytest.fixture(autouse=True)
def people(here):
    here.member("ada", "Ada Lovelace", nameable=True)
    here.member("bob", "Bob")
    here.grant("ada", "laser", Level.SPONSOR)


def stamps(here, whom):
    return {stamp.skill.id: stamp for stamp in passport(here.desk, whom).stamps}


def test_every_skill_of_the_lab_has_a_stamp(here):
    assert list(stamps(here, "bob")) == ["laser", "mill"]


def test_a_newcomer_is_told_who_can_help_of_those_who_agreed_to_be_named(here):
    stamp = stamps(here, "bob")["laser"]
    assert (stamp.level, stamp.since_ms, stamp.by, stamp.record) == (Level.NONE, None, None, None)
    assert stamp.missing.code is Code.NOT_QUALIFIED
    assert stamp.missing.facts["sponsors"] == ("Ada Lovelace",)
    assert stamp.granters == ("Ada Lovelace",)
    done(members.edit(here.desk, "zoe", "zoe", Details(nameable=True)))
    assert stamps(here, "bob")["laser"].granters == ("Ada Lovelace", "Zoé Dupont")
    assert stamps(here, "bob")["mill"].sponsors == ()


def test_a_trainee_needs_a_sponsor_at_the_level_that_the_skill_asks(here):
    here.member("carl", "Carl", nameable=True)
    here.grant("carl", "laser", Level.AUTONOMOUS)
    here.grant("carl", "mill", Level.AUTONOMOUS)
    for skill in ("laser", "mill"):
        here.grant("bob", skill, Level.TRAINEE)
    found = stamps(here, "bob")
    assert found["laser"].missing.code is Code.NEEDS_SPONSOR
    assert found["laser"].sponsors == ("Ada Lovelace", "Carl")
    assert found["laser"].granters == ("Ada Lovelace",)
    assert found["mill"].sponsors == ()


def test_who_may_work_alone_misses_nothing(here):
    given = done(grants.give(here.desk, "ada", "bob", "laser", Level.AUTONOMOUS, "seen", NOON + DAY))
    stamp = stamps(here, "bob")["laser"]
    assert stamp.missing is None
    assert (stamp.level, stamp.since_ms, stamp.until_ms) == (Level.AUTONOMOUS, NOON, NOON + DAY)
    assert (stamp.by.handle, stamp.record, stamp.lapsed_ms) == ("ada", given.record, None)
    assert stamps(here, "ada")["laser"].sponsors == ()


def test_a_right_that_ran_out_is_told_with_its_date(here, clock):
    here.grant("bob", "laser", Level.AUTONOMOUS, until_ms=NOON + DAY)
    clock.wall_ms += 2 * DAY
    stamp = stamps(here, "bob")["laser"]
    assert (stamp.level, stamp.lapsed_ms) == (Level.TRAINEE, NOON + DAY)
    assert stamp.missing.code is Code.LAPSED
    assert stamp.missing.facts["lapsed_ms"] == NOON + DAY


def test_a_suspension_stands_in_front_of_all(here):
    assert passport(here.desk, "bob").suspended is None
    here.suspend("bob")
    found = passport(here.desk, "bob")
    assert found.suspended.code is Code.SUSPENDED_MEMBER
    assert found.suspended.facts["since_ms"] == NOON


def test_suspended_people_help_nobody(here):
    here.suspend("ada")
    assert stamps(here, "bob")["laser"].granters == ()


def test_a_passport_shows_badges_and_roles(here):
    here.badge("bob", "04A2B3C4D5E680")
    found = passport(here.desk, "bob")
    assert len(found.badges) == 1
    assert found.roles == ()
    assert [held.first for held in passport(here.desk, "zoe").roles] == [True]


def test_a_passport_of_nobody_is_told(here):
    answer = passport(here.desk, "bib")
    assert isinstance(answer, Denied)
    assert answer.code is Code.UNKNOWN_MEMBER
    assert answer.facts["near"] == ("bob",)


def test_what_is_missing_can_be_said_in_every_language(here):
    texts = Catalogue.load(["en", "fr", "nl"], ZoneInfo("Europe/Brussels"))
    missing = stamps(here, "bob")["laser"].missing
    for language in ("en", "fr", "nl"):
        assert "Ada Lovelace" in texts.say(missing.code, missing.facts, language).next
