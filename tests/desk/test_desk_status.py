"""What people are in the lab (R1): guest, trainee, autonomous, left; and who is on site (R3, R4)."""

from __future__ import annotations

import pytest
from chartered import DAY, chartered, done, refused, with_keys
from first_day import NOON

from fabgate.desk import members, presence, status
from fabgate.desk.members import Details
from fabgate.errors import UsageError
from fabgate.model import Code, Level, Role, Status
from fabgate.records import CheckedIn, CheckedOut, MemberStatus
from fabgate.store import roster


@pytest.fixture
def lab(here):
    lab = chartered(here)
    for handle in ("ada", "bob"):
        lab.member(handle)
    return lab


def of(lab, handle):
    return roster.member(lab.desk.conn, handle)


# --- status -----------------------------------------------------------------------------------


def test_a_new_member_is_a_trainee_and_nobody_said_so_r1(lab):
    assert (of(lab, "ada").status, of(lab, "ada").status_record) == (Status.TRAINEE, None)


@pytest.mark.parametrize("word", [Status.GUEST, Status.AUTONOMOUS, Status.LEFT])
def test_a_manager_says_what_a_member_is_and_the_record_names_who_and_why_r1(lab, word):
    answer = done(status.give(lab.desk, "zoe", "ada", word, "AG 2026-11-20, 4"))
    assert (answer.facts["was"], answer.facts["status"]) == ("trainee", word.word)
    assert of(lab, "ada").status is word
    assert lab.last().body == MemberStatus(of(lab, "ada").id, word.word, of(lab, "zoe").id)
    assert lab.said_beside()["reason"] == "AG 2026-11-20, 4"


def test_status_follows_from_no_grant_and_no_grant_from_status_r1(lab):
    lab.grant("ada", "laser", Level.SPONSOR)
    assert of(lab, "ada").status is Status.TRAINEE
    with_keys(lab, "bob")
    assert roster.grants(lab.desk.conn, of(lab, "bob").id) == ()


def test_keys_are_given_upon_minutes_and_never_without_r6(lab):
    refused(status.give(lab.desk, "zoe", "ada", Status.AUTONOMOUS, " "), Code.REASON_NEEDED)
    refused(status.give(lab.desk, "zoe", "ada", Status.AUTONOMOUS, None), Code.REASON_NEEDED)
    done(status.give(lab.desk, "zoe", "ada", Status.GUEST, None))


def test_nobody_but_a_manager_gives_keys_and_no_manager_to_themselves_r7(lab):
    lab.grant("ada", "laser", Level.SPONSOR)
    refused(status.give(lab.desk, "ada", "bob", Status.AUTONOMOUS, "x"), Code.NOT_ALLOWED)
    lab.role("bob", Role.MANAGER)
    refused(status.give(lab.desk, "bob", "bob", Status.AUTONOMOUS, "x"), Code.NOT_TO_YOURSELF)
    refused(status.give(lab.desk, "zoe", "nobody", Status.GUEST, "x"), Code.UNKNOWN_MEMBER)


def test_the_only_manager_may_say_it_of_themselves_but_does_not_leave_r7(lab):
    refused(status.give(lab.desk, "zoe", "zoe", Status.LEFT, "moved"), Code.LAST_MANAGER)
    with_keys(lab, "zoe")
    assert of(lab, "zoe").status is Status.AUTONOMOUS


def test_what_is_so_already_is_told(lab):
    refused(status.give(lab.desk, "zoe", "ada", Status.TRAINEE, "x"), Code.NOTHING_TO_DO)


def test_who_leaves_is_checked_out_in_the_same_moment_and_keeps_what_was_given_as_history_r1(lab):
    lab.grant("ada", "laser", Level.AUTONOMOUS)
    done(presence.check_in(lab.desk, "zoe", "ada"))
    answer = done(status.give(lab.desk, "zoe", "ada", Status.LEFT, "moved to Ghent"))
    assert answer.facts["checked_out"] is True
    assert isinstance(lab.last().body, CheckedOut)
    assert presence.listed(lab.desk) == ()
    assert len(roster.grants(lab.desk.conn, of(lab, "ada").id)) == 1
    refused(presence.check_in(lab.desk, "ada", "ada"), Code.MEMBER_LEFT)
    with pytest.raises(UsageError, match="has left"):
        presence.check_in(lab.desk, "zoe", "ada")


def test_who_leaves_while_suspended_is_checked_out_too_r1(lab):
    done(presence.check_in(lab.desk, "zoe", "ada"))
    done(members.suspend(lab.desk, "zoe", "ada", "left it running"))
    assert done(status.give(lab.desk, "zoe", "ada", Status.LEFT, "moved")).facts["checked_out"] is True
    done(status.give(lab.desk, "zoe", "ada", Status.TRAINEE, "back"))
    done(members.lift(lab.desk, "zoe", "ada", "talked"))
    assert presence.listed(lab.desk) == ()


def test_who_was_not_there_leaves_by_one_record(lab):
    before = len(lab.entries())
    assert done(status.give(lab.desk, "zoe", "ada", Status.LEFT, "moved")).facts["checked_out"] is False
    assert len(lab.entries()) == before + 1


# --- presence ---------------------------------------------------------------------------------


def test_people_check_themselves_in_and_out_and_the_list_says_who_is_there_r3(lab):
    with_keys(lab, "ada")
    done(presence.check_in(lab.desk, "ada", "ada"))
    lab.clock.wall_ms += 1000
    done(presence.check_in(lab.desk, "bob", "bob"))
    shown = presence.listed(lab.desk)
    assert [(one.member.handle, one.keyholder) for one in shown] == [("ada", True), ("bob", False)]
    assert (shown[0].since_ms, shown[0].until_ms) == (NOON, NOON + DAY // 2)
    assert lab.last().body == CheckedIn(of(lab, "bob").id, of(lab, "bob").id)
    done(presence.check_out(lab.desk, "ada", "ada"))
    assert [one.member.handle for one in presence.listed(lab.desk)] == ["bob"]


def test_a_check_in_counts_for_as_long_as_the_lab_says_and_no_longer_r4(lab):
    done(presence.check_in(lab.desk, "ada", "ada"))
    lab.clock.wall_ms += DAY // 2 - 1
    assert len(presence.listed(lab.desk)) == 1
    lab.clock.wall_ms += 2
    assert presence.listed(lab.desk) == ()
    refused(presence.check_out(lab.desk, "ada", "ada"), Code.NOT_PRESENT)


def test_to_check_in_again_begins_the_time_anew(lab):
    done(presence.check_in(lab.desk, "ada", "ada"))
    lab.clock.wall_ms += DAY // 4
    answer = done(presence.check_in(lab.desk, "ada", "ada"))
    assert answer.facts["until_ms"] == NOON + DAY // 4 + DAY // 2
    assert [one.until_ms for one in presence.listed(lab.desk)] == [NOON + DAY // 4 + DAY // 2]


def test_only_who_has_keys_or_manages_says_it_of_somebody_else_r3(lab):
    refused(presence.check_in(lab.desk, "bob", "ada"), Code.NOT_ALLOWED)
    refused(presence.check_out(lab.desk, "bob", "ada"), Code.NOT_ALLOWED)
    with_keys(lab, "bob")
    done(presence.check_in(lab.desk, "bob", "ada"))
    done(presence.check_out(lab.desk, "bob", "ada"))
    refused(presence.check_out(lab.desk, "bob", "ada"), Code.NOT_PRESENT)
    refused(presence.check_in(lab.desk, "bob", "nobody"), Code.UNKNOWN_MEMBER)


def test_somebody_suspended_checks_out_but_not_in(lab):
    done(presence.check_in(lab.desk, "ada", "ada"))
    lab.suspend("ada")
    refused(presence.check_in(lab.desk, "ada", "ada"), Code.SUSPENDED_MEMBER)
    with pytest.raises(UsageError, match="is suspended"):
        presence.check_in(lab.desk, "zoe", "ada")
    done(presence.check_out(lab.desk, "ada", "ada"))


def test_who_is_under_age_is_told_to_managers_alone(lab):
    done(members.edit(lab.desk, "zoe", "ada", Details(born="2015-01-01")))
    done(presence.check_in(lab.desk, "ada", "ada"))
    assert [one.minor for one in presence.listed(lab.desk, "zoe")] == [True]
    assert [one.minor for one in presence.listed(lab.desk, "bob")] == [None]
    assert [one.minor for one in presence.listed(lab.desk)] == [None]
    refused(presence.listed(lab.desk, "nobody"), Code.UNKNOWN_MEMBER)
