"""Who may see which part of the board: an office opens its areas, a tap opens none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fabgate.model import Code, Level, MachineId, MemberId, Role, SkillId, Status
from fabgate.rules.actors import Actor, bare
from fabgate.rules.viewing import Area, Way, areas, may_view

ME, LASER = MemberId("m-me"), SkillId("laser")
NEWCOMER = Actor(ME, levels={LASER: Level.TRAINEE})
PEOPLE = {
    "newcomer": (NEWCOMER, set()),
    "autonomous": (Actor(ME, levels={LASER: Level.AUTONOMOUS}), {Area.SPONSORING}),
    "held": (Actor(ME, levels={LASER: Level.SPONSOR}, held=frozenset({LASER})), set()),
    "maintainer": (Actor(ME, maintains=frozenset({MachineId("laser")})), {Area.MACHINES}),
    "treasurer": (Actor(ME, roles=frozenset({Role.TREASURER})), {Area.MONEY}),
    "manager": (Actor(ME, roles=frozenset({Role.MANAGER})), set(Area) - {Area.PUBLIC, Area.OWN}),
    "left": (Actor(ME, roles=frozenset({Role.MANAGER}), status=Status.LEFT), set()),
    "suspended": (Actor(ME, roles=frozenset({Role.MANAGER}), suspended_ms=1), set()),
}


@pytest.mark.parametrize(("actor", "opened"), PEOPLE.values(), ids=PEOPLE)
def test_an_office_opens_its_own_areas_and_no_other(actor, opened):
    assert areas(Way.PASSWORD, actor) == opened | {Area.PUBLIC, Area.OWN}


@pytest.mark.parametrize(("actor", "opened"), PEOPLE.values(), ids=PEOPLE)
def test_a_tap_opens_own_pages_whatever_somebody_is(actor, opened):
    assert areas(Way.TAP, actor) == {Area.PUBLIC, Area.OWN}


@pytest.mark.parametrize(("way", "actor"), [(Way.NOBODY, None), (Way.NOBODY, NEWCOMER), (Way.PASSWORD, None)])
def test_whom_nobody_knows_sees_what_everybody_sees(way, actor):
    assert areas(way, actor) == {Area.PUBLIC}


@pytest.mark.parametrize("area", Area)
def test_who_may_not_look_is_told_what_it_takes(area):
    manager = PEOPLE["manager"][0]
    assert may_view(area, Way.PASSWORD, manager) is None
    for way, actor in ((Way.NOBODY, None), (Way.TAP, manager)):
        no = may_view(area, way, actor)
        assert no is None or (no.code, no.facts["needs"]) == (Code.NOT_ALLOWED, "sign_in")
        assert (no is None) == (area in areas(way, actor))
    no = may_view(area, Way.PASSWORD, NEWCOMER)
    assert no is None or no.facts["needs"] != "sign_in"


@pytest.mark.parametrize("actor", [actor for actor, _ in PEOPLE.values()], ids=PEOPLE)
def test_without_offices_somebody_is_themselves_and_nothing_else(actor):
    keyholder = replace(actor, status=actor.status and Status.AUTONOMOUS)
    found = bare(keyholder)
    assert (found.member, found.suspended_ms) == (actor.member, actor.suspended_ms)
    assert not found.manages and not found.has_keys and not found.maintains and not found.roles
    assert found.level(LASER) is Level.NONE
    assert (found.status is Status.LEFT) == (actor.status is Status.LEFT)
