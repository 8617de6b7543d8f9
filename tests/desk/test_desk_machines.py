"""Machines: taken out of service by anybody, put back by few."""

from __future__ import annotations

import pytest
from first_day import NOON, done

from fabgate.desk import machines
from fabgate.model import Code, Denied, Level, Lock, Role
from fabgate.records import MachineLocked, MachineUnlocked
from fabgate.store import roster


def refused(answer, code):
    assert isinstance(answer, Denied), answer
    assert answer.code is code
    return answer


@pytest.fixture(autouse=True)
def ada(here):
    return here.member("ada", "Ada Lovelace", nameable=True)


def test_any_member_locks_a_machine_and_says_why(here, ada):
    answer = done(machines.lock(here.desk, "ada", "cutter", "it smokes"))
    assert roster.lock(here.desk.conn, "cutter") == Lock(NOON, answer.record)
    assert here.last().body == MachineLocked("cutter", ada)
    assert here.said_beside()["reason"] == "it smokes"
    assert (answer.facts["machine"], answer.facts["title"]) == ("cutter", "Cutter")
    shown = machines.shown(here.desk, "cutter")
    assert (shown.locked.by, shown.locked.reason, shown.locked.lock.since_ms) == (
        "Ada Lovelace",
        "it smokes",
        NOON,
    )
    assert machines.shown(here.desk, "router").locked is None


def test_a_lock_needs_a_reason_and_a_machine(here):
    refused(machines.lock(here.desk, "ada", "cutter", " "), Code.REASON_NEEDED)
    refused(machines.lock(here.desk, "ada", "toaster", "x"), Code.UNKNOWN_MACHINE)
    refused(machines.unlock(here.desk, "zoe", "toaster"), Code.UNKNOWN_MACHINE)
    refused(machines.shown(here.desk, "toaster"), Code.UNKNOWN_MACHINE)
    assert roster.locks(here.desk.conn) == {}


def test_a_suspended_member_locks_nothing(here):
    here.suspend("ada")
    refused(machines.lock(here.desk, "ada", "cutter", "x"), Code.SUSPENDED_MEMBER)


def test_a_manager_or_the_maintainer_of_the_machine_unlocks_it(here, ada):
    here.member("bob")
    here.role("bob", Role.MAINTAINER, "router")
    here.grant("bob", "laser", Level.SPONSOR)
    locked = done(machines.lock(here.desk, "ada", "cutter", "x")).record
    refused(machines.unlock(here.desk, "ada", "cutter"), Code.NOT_ALLOWED)
    answer = refused(machines.unlock(here.desk, "bob", "cutter"), Code.NOT_ALLOWED)
    assert answer.facts["needs"] == "maintainer"
    here.role("bob", Role.MAINTAINER, "cutter")
    done(machines.unlock(here.desk, "bob", "cutter", "cleaned"))
    bob = roster.member(here.desk.conn, "bob").id
    assert here.last().body == MachineUnlocked("cutter", bob, (str(locked),))
    assert roster.locks(here.desk.conn) == {}
    done(machines.lock(here.desk, "ada", "cutter", "x"))
    done(machines.unlock(here.desk, "zoe", "cutter"))


def test_locking_twice_and_unlocking_nothing_is_told(here):
    refused(machines.unlock(here.desk, "zoe", "cutter"), Code.NOTHING_TO_DO)
    done(machines.lock(here.desk, "ada", "cutter", "x"))
    answer = refused(machines.lock(here.desk, "zoe", "cutter", "x"), Code.NOTHING_TO_DO)
    assert answer.facts["since_ms"] == NOON


def test_every_machine_is_shown_with_those_who_may_sponsor_there(here):
    here.member("bob", "Bob", nameable=True)
    here.member("carl", "Carl")
    here.grant("ada", "laser", Level.AUTONOMOUS)
    here.grant("carl", "laser", Level.AUTONOMOUS)
    here.grant("ada", "mill", Level.AUTONOMOUS)
    here.grant("bob", "mill", Level.SPONSOR)
    shown = {one.settings.rules.machine: one for one in machines.listed(here.desk)}
    assert list(shown) == ["cutter", "engraver", "router"]
    assert shown["cutter"].sponsors == ("Ada Lovelace",)
    assert shown["cutter"].open is None
