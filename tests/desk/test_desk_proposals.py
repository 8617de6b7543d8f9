"""A sponsor proposes, a manager approves or refuses (R6, R7); what waits confers nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from newcomers import DAY, MINUTE, NOON, at, done, refused

from fabgate.desk import evidence, grants, holds, members, proposals, roles
from fabgate.desk.passport import passport
from fabgate.model import Code, Level, Origin, RecordId, Role
from fabgate.records import Draft, GrantGiven, GrantProposed, ProposalApproved, ProposalRefused, encode
from fabgate.rules.standing import grant_subject
from fabgate.store import linked, people, rights, roster
from fabgate.store.linked import Linked


@pytest.fixture
def here(lab_of_newcomers):
    return lab_of_newcomers


def propose(
    here, handle="ada", by="bob", skill="laser", level=Level.AUTONOMOUS, reason="three good sessions"
):
    return proposals.propose(here.desk, by, handle, skill, reason, level)


def approve(here, handle="ada", by="zoe", skill="laser", **more):
    return proposals.approve(here.desk, by, handle, skill, **more)


def waiting(here):
    return [
        (one.member.handle, one.proposal.skill, one.proposer.handle) for one in proposals.waiting(here.desk)
    ]


def test_a_proposal_is_written_waits_and_confers_nothing_r6(here):
    here.ready("ada")
    done(propose(here))
    body = here.last().body
    assert body == GrantProposed(here.id("ada"), "laser", "autonomous", here.id("bob"))
    assert here.said_beside()["reason"] == "three good sessions"
    assert waiting(here) == [("ada", "laser", "bob")]
    assert here.level("ada") is Level.TRAINEE
    (one,) = proposals.waiting(here.desk)
    assert (one.proposal.at_ms, one.fit, one.progress.missing) == (here.last().at.wall_ms, True, ())
    assert (one.reason, len(one.progress.proofs), one.progress.practice.sessions) == (
        "three good sessions",
        4,
        2,
    )


def test_an_approval_gives_it_on_the_proposers_word_in_one_transaction_r6(here):
    here.ready("ada")
    proposed = done(propose(here)).record
    before = here.desk.writer.commits
    answer = done(approve(here))
    assert here.desk.writer.commits == before + 1
    given, approved = (entry.body for entry in here.entries()[-2:])
    assert isinstance(given, GrantGiven)
    assert (given.by, given.vouched, given.proposal) == (here.id("zoe"), here.id("bob"), str(proposed))
    assert (given.level, given.waived, given.offline) == ("autonomous", (), False)
    assert isinstance(approved, ProposalApproved)
    assert approved.proposal == str(proposed)
    assert waiting(here) == []
    assert here.level("ada") is Level.AUTONOMOUS
    assert answer.facts["proposer"] == "Bob Noyce"
    refused(approve(here), Code.NO_PROPOSAL)


def test_an_approval_asks_for_the_evidence_and_a_manager_may_waive_it_r5_r6(here):
    assert done(propose(here)).facts["missing"][0] == "sessions 0/2"
    refused(approve(here), Code.EVIDENCE_MISSING)
    refused(approve(here, waive=True), Code.REASON_NEEDED)
    done(approve(here, waive=True, reason="worked years elsewhere"))
    given = here.entries()[-2].body
    assert given.waived[:2] == ("sessions 0/2", "minutes 0/60")
    assert given.vouched == here.id("bob")


def test_only_a_manager_approves_and_nobody_for_themselves_r6_r7(here):
    here.ready("ada")
    done(propose(here))
    refused(approve(here, by="bob"), Code.NOT_ALLOWED)
    refused(approve(here, by="ada"), Code.NOT_ALLOWED)
    done(roles.give(here.desk, "zoe", "ada", Role.MANAGER, "elected"))
    refused(approve(here, by="ada"), Code.NOT_TO_YOURSELF)
    refused(propose(here, handle="bob"), Code.NOT_TO_YOURSELF)


def test_who_may_not_sponsor_proposes_nobody_r6(here):
    here.member("carl")
    refused(propose(here, by="carl"), Code.NOT_HELD)
    refused(propose(here, by="ada", handle="carl"), Code.NOT_HELD)
    here.suspend("bob")
    refused(propose(here), Code.SUSPENDED_MEMBER)


def test_a_proposal_for_what_is_held_or_again_changes_nothing_r6(here):
    refused(propose(here, handle="eve"), Code.NOTHING_TO_DO)
    refused(propose(here, level=Level.TRAINEE), Code.NOTHING_TO_DO)
    done(propose(here))
    refused(propose(here), Code.NOTHING_TO_DO)
    done(propose(here, by="eve"))
    assert waiting(here) == [("ada", "laser", "eve")]


def test_a_sponsor_is_proposed_of_one_who_is_autonomous_r6(here):
    refused(propose(here, level=Level.SPONSOR), Code.NOT_READY)
    here.gift("ada", "laser", Level.AUTONOMOUS)
    done(propose(here, level=Level.SPONSOR))
    done(approve(here))
    assert here.level("ada") is Level.SPONSOR


def test_bad_input_is_told(here):
    refused(propose(here, skill="lasr"), Code.UNKNOWN_SKILL)
    refused(propose(here, handle="nobody"), Code.UNKNOWN_MEMBER)
    refused(propose(here, reason=" "), Code.REASON_NEEDED)
    refused(approve(here, skill="lasr"), Code.UNKNOWN_SKILL)
    refused(approve(here, handle="nobody"), Code.UNKNOWN_MEMBER)
    refused(approve(here), Code.NO_PROPOSAL)
    done(propose(here))
    refused(approve(here, waive=True, reason="x", until_ms=NOON - DAY), Code.PAST_DATE)
    refused(proposals.refuse(here.desk, "zoe", "ada", "laser", ""), Code.REASON_NEEDED)


# --- refused ------------------------------------------------------------------------------------


def test_a_manager_refuses_with_a_reason_and_the_proposer_takes_it_back_r6(here):
    proposed = done(propose(here)).record
    refused(proposals.refuse(here.desk, "eve", "ada", "laser", "no"), Code.NOT_ALLOWED)
    answer = done(proposals.refuse(here.desk, "zoe", "ada", "laser", "not the mirrors yet"))
    body = here.last().body
    assert isinstance(body, ProposalRefused)
    assert (body.proposal, here.said_beside()["reason"]) == (str(proposed), "not the mirrors yet")
    assert (answer.facts["proposer"], waiting(here)) == ("Bob Noyce", [])
    done(propose(here))
    done(proposals.refuse(here.desk, "bob", "ada", "laser", "too early"))
    refused(proposals.refuse(here.desk, "zoe", "ada", "laser", "x"), Code.NO_PROPOSAL)
    refused(proposals.refuse(here.desk, "zoe", "ada", "lasr", "x"), Code.UNKNOWN_SKILL)


def test_what_is_given_directly_waits_no_longer_r6(here):
    here.ready("ada")
    done(propose(here))
    done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "saw it myself"))
    assert waiting(here) == []
    given, approved = (entry.body for entry in here.entries()[-2:])
    assert given.vouched is None  # the manager's own word
    assert isinstance(approved, ProposalApproved)


def test_less_than_was_proposed_leaves_it_waiting_r6(here):
    here.gift("ada", "laser", Level.AUTONOMOUS)
    done(propose(here, level=Level.SPONSOR))
    done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "x", NOON + 30 * DAY))
    assert waiting(here) == [("ada", "laser", "bob")]


def test_what_was_given_at_another_gate_meanwhile_waits_no_longer_r6(here):
    done(propose(here))
    given = GrantGiven(here.id("ada"), "laser", "autonomous", here.id("zoe"))
    with here.desk.writer.write() as pen:
        body = encode(Draft(here.clock.now(), given))
        rights.take(pen, RecordId(Origin("openfab/gate2/e0000001"), 9), bytes(32), body)
        old = rights.heads(pen.conn, grant_subject(here.id("ada"), "laser"))
        both = replace(given, supersedes=tuple(map(str, old)))
        rights.take(
            pen,
            RecordId(Origin("openfab/gate2/e0000001"), 10),
            bytes(32),
            encode(Draft(here.clock.now(), both)),
        )
    assert here.level("ada") is Level.AUTONOMOUS
    assert waiting(here) == []
    laser = next(one for one in passport(here.desk, "ada").stamps if one.skill.id == "laser")
    assert laser.waits is None


# --- traps --------------------------------------------------------------------------------------


def test_whoever_is_only_proposed_as_a_sponsor_gives_signs_and_vouches_for_nothing_r6_edge_16(here):
    """The trap of a pending person who issues."""
    here.member("carl")
    here.gift("carl", "print", Level.AUTONOMOUS)
    here.gift("bob", "print", Level.AUTONOMOUS)
    here.gift("bob", "print", Level.SPONSOR)
    here.gift("ada", "print", Level.TRAINEE)
    done(propose(here, handle="carl", by="bob", skill="print", level=Level.SPONSOR))
    refused(grants.give(here.desk, "carl", "ada", "print", Level.AUTONOMOUS, "my friend"), Code.NOT_HELD)
    refused(grants.give(here.desk, "carl", "ada", "print", Level.TRAINEE, "my friend"), Code.NOT_HELD)
    assert here.level("ada", "print") is Level.TRAINEE
    done(proposals.approve(here.desk, "zoe", "carl", "print"))
    done(grants.give(here.desk, "carl", "ada", "print", Level.AUTONOMOUS, "seen at work"))


def test_whoever_is_only_proposed_as_autonomous_signs_and_proposes_nothing_r5_r6(here):
    here.member("carl")
    done(propose(here))
    refused(evidence.note(here.desk, "ada", "carl", "laser", "tick", "e-stop"), Code.NOT_HELD)
    refused(propose(here, handle="carl", by="ada"), Code.NOT_HELD)


def test_a_word_does_not_outlive_the_right_of_whoever_gave_it_r6_r10(here):
    here.ready("ada")
    done(propose(here))
    here.suspend("bob")
    (one,) = proposals.waiting(here.desk)
    assert not one.fit
    answer = refused(approve(here), Code.UNFIT_SPONSOR)
    assert answer.facts["subject"] == "Bob Noyce"
    done(members.lift(here.desk, "zoe", "bob", "paid"))
    done(approve(here))


def test_a_sponsor_whose_skill_is_suspended_gives_signs_and_proposes_nothing_r9(here):
    done(holds.suspend(here.desk, "zoe", "bob", "unsafe", skill="laser"))
    here.member("carl")
    refused(grants.give(here.desk, "bob", "carl", "laser", Level.TRAINEE, "x"), Code.NOT_HELD)
    refused(evidence.note(here.desk, "bob", "ada", "laser", "tick", "e-stop"), Code.NOT_HELD)
    refused(propose(here), Code.NOT_HELD)


def test_a_proposer_who_lost_the_skill_cannot_be_built_on_r6(here):
    here.ready("ada")
    done(propose(here))
    done(grants.revoke(here.desk, "zoe", "bob", "laser", "careless"))
    refused(approve(here), Code.UNFIT_SPONSOR)
    done(grants.give(here.desk, "zoe", "ada", "laser", Level.AUTONOMOUS, "saw it myself"))


def test_no_two_people_make_each_other_sponsors_r7(here):
    """Eve was made a sponsor on Bob's word; so Eve's word makes none of Bob, not even through a manager."""
    here.member("carl")
    here.gift("carl", "laser", Level.AUTONOMOUS)
    done(propose(here, handle="carl", by="eve", level=Level.SPONSOR))
    done(proposals.approve(here.desk, "zoe", "carl", "laser"))
    done(grants.give(here.desk, "zoe", "eve", "laser", Level.AUTONOMOUS, "teaches no more"))
    refused(propose(here, handle="eve", by="carl", level=Level.SPONSOR), Code.MUTUAL_SPONSORS)
    done(propose(here, handle="eve", by="bob", level=Level.SPONSOR))
    done(proposals.approve(here.desk, "zoe", "eve", "laser"))


def test_a_manager_makes_no_sponsor_of_who_made_them_one_r7(here):
    done(roles.give(here.desk, "zoe", "bob", Role.MANAGER, "elected"))
    here.member("carl")
    here.gift("carl", "laser", Level.AUTONOMOUS, by="zoe")
    done(roles.give(here.desk, "zoe", "carl", Role.MANAGER, "elected"))
    done(grants.give(here.desk, "bob", "carl", "laser", Level.SPONSOR, "x"))
    done(grants.give(here.desk, "zoe", "bob", "laser", Level.AUTONOMOUS, "x"))
    answer = refused(grants.give(here.desk, "carl", "bob", "laser", Level.SPONSOR, "x"), Code.MUTUAL_SPONSORS)
    assert answer.facts["handle"] == "bob"
    done(grants.give(here.desk, "zoe", "bob", "laser", Level.SPONSOR, "x"))


# --- without word of the hub --------------------------------------------------------------------


def joined(here, heard_ms):
    """From now on this gate has a hub, which it heard last at that wall time (None: never)."""
    with here.desk.writer.write() as pen:
        linked.keep(pen, Linked("openfab/hub/e1"))
        if heard_ms is not None:
            linked.put_heard(pen, at(heard_ms))


@pytest.mark.parametrize(
    ("silent_ms", "offline"), [(0, False), (10 * MINUTE, False), (16 * MINUTE, True), (400 * DAY, True)]
)
def test_a_grant_without_word_of_the_hub_says_so_r11_r12(here, clock, silent_ms, offline):
    joined(here, clock.wall_ms)
    clock.wall_ms += silent_ms
    done(grants.give(here.desk, "zoe", "ada", "print", Level.AUTONOMOUS, "x"))
    assert here.last().body.offline is offline


def test_a_lone_gate_is_its_own_source_and_never_offline_r12(here, clock):
    clock.wall_ms += 400 * DAY
    done(grants.give(here.desk, "zoe", "ada", "print", Level.AUTONOMOUS, "x"))
    assert here.last().body.offline is False


def test_where_the_lab_says_so_nobody_is_promoted_without_word_of_the_hub_r12(here, clock):
    here.ruled(offline_promotion=False)
    here.ready("ada")
    done(propose(here))
    joined(here, None)
    refused(approve(here), Code.OFFLINE_PROMOTION)
    refused(grants.give(here.desk, "zoe", "ada", "print", Level.AUTONOMOUS, "x"), Code.OFFLINE_PROMOTION)
    done(grants.give(here.desk, "zoe", "ada", "print", Level.TRAINEE, "x"))
    done(grants.give(here.desk, "zoe", "eve", "laser", Level.AUTONOMOUS, "teaches no more"))
    joined(here, clock.wall_ms)
    done(approve(here))


def test_a_gate_that_began_anew_with_an_unset_clock_knows_nothing_of_its_hub_r12(here, clock):
    joined(here, clock.wall_ms)
    desk = replace(here.desk, clock=_Restarted(clock))
    done(grants.give(desk, "zoe", "ada", "print", Level.AUTONOMOUS, "x"))
    assert here.last().body.offline is True


class _Restarted:
    """The clock after a power cut: another boot, and nobody has set it."""

    def __init__(self, clock):
        self.clock = clock

    def now(self):
        return replace(self.clock.now(), boot="another", boot_ms=5, synced=False)


def test_the_roster_shows_who_vouched_r6(here):
    here.ready("ada")
    done(propose(here))
    done(approve(here))
    (grant,) = roster.grants(here.desk.conn, here.id("ada"), "laser")
    assert (grant.by, grant.vouched) == (here.id("zoe"), here.id("bob"))
    assert people.proposal(here.desk.conn, here.id("ada"), "laser") is None
