"""Evidence before promotion (R5): who saw what, when, and what is still missing."""

from __future__ import annotations

import pytest
from newcomers import NOON, SHOWN, done, refused

from fabgate.desk import evidence, grants, roles
from fabgate.errors import UsageError
from fabgate.model import Code, Level, Role
from fabgate.records import EvidenceNoted, EvidenceStruck


@pytest.fixture
def here(lab_of_newcomers):
    return lab_of_newcomers


def missing(here, handle="ada", skill="laser"):
    (found,) = evidence.listed(here.desk, handle, skill)
    return tuple(map(str, found.missing))


ALL = ("sessions 0/2", "minutes 0/60", "tick start-up", "tick e-stop", "quiz safety 0/80", "challenge coins")


def test_a_tick_keeps_who_saw_it_and_when_r5(here):
    answer = done(evidence.note(here.desk, "bob", "ada", "laser", "tick", "start-up"))
    assert here.last().body == EvidenceNoted(here.id("ada"), "laser", "tick", "start-up", here.id("bob"))
    (found,) = evidence.listed(here.desk, "ada")
    (proof,) = found.proofs
    assert (proof.by.handle, proof.seen.at_ms, proof.seen.record) == ("bob", NOON, str(answer.record))
    assert answer.facts["missing"] == tuple(one for one in ALL if one != "tick start-up")


def test_what_is_missing_shrinks_with_each_session_and_each_thing_shown_r5(here):
    assert missing(here) == ALL
    here.session("ada", 40, sponsor="bob")
    assert missing(here)[:2] == ("sessions 1/2", "minutes 40/60")
    here.session("ada", 30, sponsor="bob")
    here.show("ada", but="e-stop")
    assert missing(here) == ("tick e-stop",)
    done(evidence.note(here.desk, "eve", "ada", "laser", "tick", "e-stop"))
    assert missing(here) == ()


def test_sessions_that_were_taken_back_alone_or_for_another_purpose_count_for_nothing_r5(here):
    here.session("ada", 40, sponsor="bob", charged=False)
    here.session("ada", 40)
    here.session("ada", 40, sponsor="bob", purpose="maintenance")
    assert missing(here)[:2] == ("sessions 0/2", "minutes 0/60")


def test_a_quiz_below_its_points_is_kept_and_still_missing_r5(here):
    done(evidence.note(here.desk, "bob", "ada", "laser", "quiz", "safety", 60))
    assert "quiz safety 60/80" in missing(here)
    done(evidence.note(here.desk, "bob", "ada", "laser", "quiz", "safety", 80))
    assert "quiz safety" not in " ".join(missing(here))


def test_where_a_piece_can_be_seen_stands_beside_the_journal_and_never_in_it_r5(here):
    done(
        evidence.note(here.desk, "bob", "ada", "laser", "challenge", "coins", ref="https://x.org/ada's coins")
    )
    assert here.said_beside() == {"login": "oslogin", "ref": "https://x.org/ada's coins"}
    assert "x.org" not in repr(here.last().body)
    (found,) = evidence.listed(here.desk, "ada")
    assert found.proofs[0].ref == "https://x.org/ada's coins"


def test_nobody_signs_for_themselves_and_only_who_may_sponsor_signs_r5_r7(here):
    refused(evidence.note(here.desk, "bob", "bob", "laser", "tick", "start-up"), Code.NOT_TO_YOURSELF)
    refused(evidence.note(here.desk, "zoe", "zoe", "laser", "tick", "start-up"), Code.NOT_TO_YOURSELF)
    here.member("carl")
    refused(evidence.note(here.desk, "carl", "ada", "laser", "tick", "start-up"), Code.NOT_HELD)
    refused(evidence.note(here.desk, "ada", "carl", "laser", "tick", "start-up"), Code.NOT_HELD)
    here.gift("carl", "laser", Level.AUTONOMOUS)
    done(evidence.note(here.desk, "carl", "ada", "laser", "tick", "start-up"))
    here.suspend("carl")
    refused(evidence.note(here.desk, "carl", "ada", "laser", "tick", "e-stop"), Code.SUSPENDED_MEMBER)


def test_a_sponsor_whose_right_ran_out_through_disuse_signs_nothing_r5_r8(here, clock):
    clock.wall_ms += 400 * 86_400_000
    refused(evidence.note(here.desk, "bob", "ada", "laser", "tick", "start-up"), Code.NOT_HELD)
    done(evidence.note(here.desk, "zoe", "ada", "laser", "tick", "start-up"))


@pytest.mark.parametrize(
    ("what", "item", "near"),
    [
        ("tick", "startup", ("start-up",)),
        ("quiz", "safty", ("safety",)),
        ("challenge", "tick", ()),
        ("tick", "", ()),
    ],
)
def test_an_item_that_is_not_there_is_told_with_what_is_near(here, what, item, near):
    score = 80 if what == "quiz" else None
    answer = refused(evidence.note(here.desk, "bob", "ada", "laser", what, item, score), Code.UNKNOWN_ITEM)
    assert answer.facts["near"] == near
    assert answer.facts["item"] == item


def test_a_skill_or_member_that_is_not_there_is_told(here):
    refused(evidence.note(here.desk, "bob", "ada", "lasr", "tick", "start-up"), Code.UNKNOWN_SKILL)
    refused(evidence.note(here.desk, "bob", "aada", "laser", "tick", "start-up"), Code.UNKNOWN_MEMBER)
    refused(evidence.listed(here.desk, "nobody"), Code.UNKNOWN_MEMBER)
    refused(evidence.listed(here.desk, "ada", "lasr"), Code.UNKNOWN_SKILL)


def test_the_same_again_changes_nothing_and_other_points_do(here):
    for what, item, score in SHOWN:
        done(evidence.note(here.desk, "bob", "ada", "laser", what, item, score))
        refused(evidence.note(here.desk, "eve", "ada", "laser", what, item, score), Code.NOTHING_TO_DO)
    done(evidence.note(here.desk, "eve", "ada", "laser", "quiz", "safety", 90))


@pytest.mark.parametrize(
    ("what", "score"), [("quiz", None), ("tick", 3), ("quiz", -1), ("quiz", 10**9), ("session", None)]
)
def test_points_belong_to_a_quiz_and_are_points(here, what, score):
    with pytest.raises(UsageError):
        evidence.note(here.desk, "bob", "ada", "laser", what, "safety", score)


def test_what_was_noted_is_struck_out_by_who_said_it_or_a_manager_r5(here):
    here.show("ada")
    refused(evidence.strike(here.desk, "eve", "ada", "laser", "tick", "e-stop", "x"), Code.NOT_ALLOWED)
    done(evidence.strike(here.desk, "bob", "ada", "laser", "tick", "e-stop", "was somebody else"))
    assert here.last().body == EvidenceStruck(
        here.id("ada"), "laser", "tick", "e-stop", here.id("bob"), here.last().body.supersedes
    )
    assert "tick e-stop" in missing(here)
    done(evidence.strike(here.desk, "zoe", "ada", "laser", "quiz", "safety", "wrong sheet"))
    assert "quiz safety 0/80" in missing(here)
    refused(evidence.strike(here.desk, "zoe", "ada", "laser", "quiz", "safety", "x"), Code.NOTHING_TO_DO)
    refused(evidence.strike(here.desk, "zoe", "ada", "laser", "tick", "estop", "x"), Code.UNKNOWN_ITEM)
    done(evidence.note(here.desk, "bob", "ada", "laser", "tick", "e-stop"))
    assert "tick e-stop" not in missing(here)


def test_evidence_alone_gives_no_right_r5_r6(here):
    here.ready("ada")
    assert missing(here) == ()
    assert here.level("ada") is Level.TRAINEE


# --- what a grant asks for ----------------------------------------------------------------------


def test_what_is_missing_refuses_a_grant_and_names_it_r5(here):
    here.session("ada", 40, sponsor="bob")
    answer = refused(
        grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x"), Code.EVIDENCE_MISSING
    )
    assert answer.facts["missing"] == ("sessions 1/2", "minutes 40/60", *ALL[2:])
    assert answer.facts["handle"] == "ada"
    here.session("ada", 40, sponsor="bob")
    here.show("ada")
    done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x"))
    assert here.last().body.waived == ()


def test_a_manager_waives_what_is_missing_and_the_record_says_what_r5(here):
    here.show("ada", but="e-stop")
    answer = done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "knows it", waive=True))
    assert here.last().body.waived == ("sessions 0/2", "minutes 0/60", "tick e-stop")
    assert answer.facts["waived"] == here.last().body.waived
    assert here.said_beside()["reason"] == "knows it"


def test_a_waiver_without_a_reason_or_by_a_sponsor_is_none_r5_r6(here):
    refused(
        grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, " ", waive=True), Code.REASON_NEEDED
    )
    refused(
        grants.give(here.desk, "bob", "ada", "laser", Level.AUTONOMOUS, "x", waive=True), Code.NOT_ALLOWED
    )
    here.gift("bob", "print", Level.AUTONOMOUS)
    here.gift("bob", "print", Level.SPONSOR)
    done(grants.give(here.desk, "bob", "ada", "print", Level.AUTONOMOUS, "x"))


def test_a_trainee_a_lowering_and_a_skill_that_asks_for_nothing_need_no_evidence_r5(here):
    here.member("carl")
    done(grants.give(here.desk, "bob", "carl", "laser", Level.TRAINEE, "x"))
    done(grants.give(here.desk, "zoe", "bob", "laser", Level.AUTONOMOUS, "teaches no more"))
    assert here.level("bob") is Level.AUTONOMOUS
    done(grants.give(here.desk, "zoe", "carl", "print", Level.AUTONOMOUS, "x"))


def test_what_comes_first_is_asked_for_as_well_r5(here):
    answer = refused(
        grants.give(here.desk, "zoe", "ada", "mill", Level.AUTONOMOUS, "x"), Code.EVIDENCE_MISSING
    )
    assert answer.facts["missing"] == ("skill laser",)
    done(grants.give(here.desk, "zoe", "bob", "mill", Level.AUTONOMOUS, "x"))


def test_where_the_lab_leaves_it_to_managers_a_sponsor_proposes_r6(here):
    here.ready("ada")
    answer = refused(grants.give(here.desk, "bob", "ada", "laser", Level.AUTONOMOUS, "x"), Code.NOT_ALLOWED)
    assert answer.facts["needs"] == "manager"
    assert answer.facts["managers"] == ("Zoé Dupont",)


def test_a_second_manager_is_needed_for_a_manager_r7(here):
    here.member("carl")
    done(roles.give(here.desk, "zoe", "carl", Role.MANAGER, "elected"))
    refused(
        grants.give(here.desk, "carl", "carl", "laser", Level.AUTONOMOUS, "me", waive=True),
        Code.NOT_TO_YOURSELF,
    )
    done(grants.give(here.desk, "zoe", "carl", "laser", Level.AUTONOMOUS, "x", waive=True))
