"""Workshops (edge case 8): one person starts a machine for a group, until a given time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chartered import DAY, RULES, chartered, done, refused
from first_day import NOON

from fabgate.charter import Charter
from fabgate.desk import holds, workshops
from fabgate.desk.workshops import Group
from fabgate.errors import UsageError
from fabgate.model import Code, Kind, Level, Role
from fabgate.records import WorkshopClosed, WorkshopOpened
from fabgate.store import roster

HOUR = 3_600_000
SOCIAL = Group(8, "social", NOON + 3 * HOUR)


@pytest.fixture
def lab(here):
    lab = chartered(here)
    for handle in ("ada", "bob"):
        lab.member(handle)
    lab.grant("ada", "laser", Level.AUTONOMOUS)
    return lab


def id_of(lab, handle):
    return roster.member(lab.desk.conn, handle).id


def test_a_workshop_says_who_leads_how_many_come_what_for_and_until_when_edge_8(lab):
    answer = done(workshops.opened(lab.desk, "ada", "cutter", SOCIAL))
    ada = id_of(lab, "ada")
    assert lab.last().body == WorkshopOpened("cutter", ada, ada, 8, "social", NOON + 3 * HOUR)
    assert (answer.facts["people"], answer.facts["purpose"], answer.facts["replaced"]) == (8, "social", False)
    (shown,) = workshops.listed(lab.desk)
    assert (shown.title, shown.leader.handle, shown.workshop.people) == ("Cutter", "ada", 8)


def test_a_manager_names_the_leader_and_who_leads_works_alone_there_edge_8(lab):
    refused(workshops.opened(lab.desk, "bob", "cutter", SOCIAL), Code.NOT_READY)
    refused(workshops.opened(lab.desk, "ada", "router", SOCIAL), Code.NOT_READY)
    refused(workshops.opened(lab.desk, "bob", "cutter", SOCIAL, "ada"), Code.NOT_ALLOWED)
    refused(workshops.opened(lab.desk, "zoe", "cutter", SOCIAL), Code.NOT_READY)
    refused(workshops.opened(lab.desk, "zoe", "cutter", SOCIAL, "bob"), Code.NOT_READY)
    refused(workshops.opened(lab.desk, "zoe", "cutter", SOCIAL, "nobody"), Code.UNKNOWN_MEMBER)
    answer = done(workshops.opened(lab.desk, "zoe", "cutter", SOCIAL, "ada"))
    assert answer.facts["subject"] == "Ada"


def test_whose_skill_is_suspended_leads_nobody_on_it_r9(lab):
    done(holds.suspend(lab.desk, "zoe", "ada", "smoke", skill="laser"))
    refused(workshops.opened(lab.desk, "ada", "cutter", SOCIAL), Code.NOT_READY)


@pytest.mark.parametrize("people", [0, -1, 501, 10**9])
def test_a_number_of_people_that_is_none_is_a_mistake_of_typing(lab, people):
    with pytest.raises(UsageError, match="no group"):
        workshops.opened(lab.desk, "ada", "cutter", replace(SOCIAL, people=people))


def test_it_begins_now_and_lasts_twelve_hours_at_most(lab):
    with pytest.raises(UsageError, match="over already"):
        workshops.opened(lab.desk, "ada", "cutter", replace(SOCIAL, until_ms=NOON))
    with pytest.raises(UsageError, match="12 hours"):
        workshops.opened(lab.desk, "ada", "cutter", replace(SOCIAL, until_ms=NOON + 12 * HOUR + 1))
    done(workshops.opened(lab.desk, "ada", "cutter", replace(SOCIAL, until_ms=NOON + 12 * HOUR)))


@pytest.mark.parametrize("purpose", ["socail", "", "maintenance", "Ada's birthday", "\udcff"])
def test_a_purpose_is_one_of_the_labs_words(lab, purpose):
    answer = refused(
        workshops.opened(lab.desk, "ada", "cutter", replace(SOCIAL, purpose=purpose)), Code.UNKNOWN_PURPOSE
    )
    assert "social" in answer.facts["near"]


def test_a_lab_without_purposes_takes_a_plain_word_and_no_sentence(here):
    lab = chartered(here, Charter())
    lab.member("ada")
    lab.grant("ada", "laser", Level.AUTONOMOUS)
    for purpose in ("maintenance", "Ada's birthday", "", "x" * 33):
        group = replace(SOCIAL, purpose=purpose)
        refused(workshops.opened(lab.desk, "ada", "cutter", group), Code.UNKNOWN_PURPOSE)
    done(workshops.opened(lab.desk, "ada", "cutter", replace(SOCIAL, purpose="open-day")))


def test_there_is_no_workshop_at_a_door_nor_at_a_machine_that_is_not_there(lab):
    refused(workshops.opened(lab.desk, "ada", "cuter", SOCIAL), Code.UNKNOWN_MACHINE)
    machines = dict(lab.desk.settings.machines)
    cutter = machines["cutter"]
    machines["cutter"] = replace(cutter, rules=replace(cutter.rules, kind=Kind.DOOR))
    door = replace(lab.desk, settings=replace(lab.desk.settings, machines=machines))
    with pytest.raises(UsageError, match="door"):
        workshops.opened(door, "ada", "cutter", SOCIAL)


def test_another_takes_its_place_and_the_same_is_so_already(lab):
    done(workshops.opened(lab.desk, "ada", "cutter", SOCIAL))
    refused(workshops.opened(lab.desk, "ada", "cutter", SOCIAL), Code.NOTHING_TO_DO)
    answer = done(workshops.opened(lab.desk, "zoe", "cutter", replace(SOCIAL, people=9), "ada"))
    assert answer.facts["replaced"] is True
    assert [one.workshop.people for one in workshops.listed(lab.desk)] == [9]


def test_its_leader_or_a_manager_closes_it_before_its_time(lab):
    refused(workshops.closed(lab.desk, "zoe", "cutter"), Code.NO_WORKSHOP)
    refused(workshops.closed(lab.desk, "zoe", "cuter"), Code.UNKNOWN_MACHINE)
    done(workshops.opened(lab.desk, "ada", "cutter", SOCIAL))
    refused(workshops.closed(lab.desk, "bob", "cutter"), Code.NOT_ALLOWED)
    done(workshops.closed(lab.desk, "ada", "cutter"))
    assert isinstance(lab.last().body, WorkshopClosed)
    assert workshops.listed(lab.desk) == ()
    done(workshops.opened(lab.desk, "ada", "cutter", SOCIAL))
    done(workshops.closed(lab.desk, "zoe", "cutter"))
    refused(workshops.closed(lab.desk, "zoe", "cutter"), Code.NO_WORKSHOP)


def test_one_whose_time_is_over_is_open_no_more(lab):
    done(workshops.opened(lab.desk, "ada", "cutter", SOCIAL))
    lab.clock.wall_ms = SOCIAL.until_ms + 1
    assert workshops.listed(lab.desk) == ()
    refused(workshops.closed(lab.desk, "zoe", "cutter"), Code.NO_WORKSHOP)
    later = replace(SOCIAL, until_ms=NOON + DAY // 4)
    assert done(workshops.opened(lab.desk, "ada", "cutter", later)).facts["replaced"] is False


def test_whoever_is_suspended_opens_none(lab):
    lab.role("bob", Role.MANAGER)
    done(holds.suspend(lab.desk, "zoe", "bob", "x"))
    refused(workshops.opened(lab.desk, "bob", "cutter", SOCIAL, "ada"), Code.SUSPENDED_MEMBER)


def test_the_rules_of_these_tests_have_purposes():
    assert set(RULES.purposes) == {"social", "repair"}
