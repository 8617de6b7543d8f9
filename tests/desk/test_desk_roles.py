"""Roles: the offices of the lab."""

from __future__ import annotations

import pytest
from first_day import done

from fabgate.desk import members, roles
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, Level, Role
from fabgate.records import RoleGiven, RoleRevoked
from fabgate.store import roster


def refused(answer, code):
    assert isinstance(answer, Denied), answer
    assert answer.code is code
    return answer


def held(here, handle):
    return {(shown.held.role, shown.held.machine) for shown in roles.listed(here.desk, handle)}


@pytest.fixture(autouse=True)
def ada(here):
    return here.member("ada", "Ada Lovelace")


@pytest.mark.parametrize(
    ("role", "machine"), [("manager", None), ("treasurer", None), ("maintainer", "cutter")]
)
def test_a_role_is_given_and_taken_and_given_again(here, ada, role, machine):
    zoe = roster.member(here.desk.conn, "zoe").id
    role = Role(role)
    given = done(roles.give(here.desk, "zoe", "ada", role, "elected", machine))
    assert held(here, "ada") == {(role, machine)}
    assert here.last().body == RoleGiven(ada, role.value, zoe, machine)
    assert (given.facts["role"], given.facts["machine"]) == (role.value, machine)
    taken = done(roles.revoke(here.desk, "zoe", "ada", role, "term over", machine))
    assert held(here, "ada") == set()
    assert here.last().body == RoleRevoked(ada, role.value, zoe, machine, (str(given.record),))
    done(roles.give(here.desk, "zoe", "ada", role, "elected", machine))
    assert here.last().body == RoleGiven(ada, role.value, zoe, machine, supersedes=(str(taken.record),))


def test_a_role_supersedes_only_its_own_past(here, ada):
    here.role("ada", Role.MAINTAINER, "router")
    done(roles.revoke(here.desk, "zoe", "ada", Role.MAINTAINER, "x", "router"))
    here.role("ada", Role.MAINTAINER, "cutter")
    assert here.last().body.supersedes == ()
    here.member("bob")
    here.role("bob", Role.MAINTAINER, "router")
    assert here.last().body.supersedes == ()


def test_only_a_manager_gives_and_takes_roles_with_a_reason_and_to_others(here):
    here.member("bob")
    here.role("ada", Role.TREASURER)
    here.grant("ada", "laser", Level.SPONSOR)
    for deed in (roles.give, roles.revoke):
        refused(deed(here.desk, "ada", "bob", Role.TREASURER, "x"), Code.NOT_ALLOWED)
        refused(deed(here.desk, "ada", "ada", Role.MANAGER, "x"), Code.NOT_ALLOWED)
        refused(deed(here.desk, "zoe", "ada", Role.TREASURER, "\t"), Code.REASON_NEEDED)
        refused(deed(here.desk, "zoe", "nobody", Role.TREASURER, "x"), Code.UNKNOWN_MEMBER)
    refused(roles.give(here.desk, "zoe", "zoe", Role.TREASURER, "x"), Code.NOT_TO_YOURSELF)


def test_a_maintainers_role_is_for_a_machine_and_no_other_role_is(here):
    for deed in (roles.give, roles.revoke):
        with pytest.raises(UsageError, match="which"):
            deed(here.desk, "zoe", "ada", Role.MAINTAINER, "x")
        with pytest.raises(UsageError, match="whole lab"):
            deed(here.desk, "zoe", "ada", Role.MANAGER, "x", "cutter")


def test_a_machine_that_is_not_there_is_told_with_those_that_are(here):
    answer = refused(roles.give(here.desk, "zoe", "ada", Role.MAINTAINER, "x", "cuter"), Code.UNKNOWN_MACHINE)
    assert answer.facts["near"] == ("cutter", "router")
    assert answer.facts["known"] == ("cutter", "engraver", "router")


def test_giving_twice_and_taking_nothing_is_told(here):
    refused(roles.revoke(here.desk, "zoe", "ada", Role.TREASURER, "x"), Code.NOTHING_TO_DO)
    here.role("ada", Role.TREASURER)
    answer = refused(roles.give(here.desk, "zoe", "ada", Role.TREASURER, "x"), Code.NOTHING_TO_DO)
    assert answer.facts["role"] == "treasurer"


def test_the_last_active_manager_keeps_the_role(here):
    refused(roles.revoke(here.desk, "zoe", "zoe", Role.MANAGER, "x"), Code.LAST_MANAGER)
    here.role("ada", Role.MANAGER)
    done(members.suspend(here.desk, "zoe", "ada", "x"))
    answer = refused(roles.revoke(here.desk, "zoe", "zoe", Role.MANAGER, "x"), Code.LAST_MANAGER)
    assert answer.facts["subject"] == "Zoé Dupont"
    done(roles.revoke(here.desk, "zoe", "ada", Role.MANAGER, "x"))


def test_a_manager_who_is_not_the_last_may_lay_the_role_down(here):
    here.role("ada", Role.MANAGER)
    done(roles.revoke(here.desk, "zoe", "zoe", Role.MANAGER, "moving abroad"))
    refused(roles.give(here.desk, "zoe", "zoe", Role.MANAGER, "back"), Code.NOT_ALLOWED)


def test_another_managers_other_role_does_not_count_as_the_last(here):
    here.role("ada", Role.TREASURER)
    done(roles.revoke(here.desk, "zoe", "ada", Role.TREASURER, "x"))


def test_all_roles_are_listed_with_their_holders(here):
    here.role("ada", Role.MAINTAINER, "cutter")
    found = {(shown.held.role, shown.holder.handle, shown.held.first) for shown in roles.listed(here.desk)}
    assert found == {(Role.MANAGER, "zoe", True), (Role.MAINTAINER, "ada", False)}
    refused(roles.listed(here.desk, "nobody"), Code.UNKNOWN_MEMBER)
