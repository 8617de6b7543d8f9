"""What stands beside a grant in the books: status, papers, suspensions, evidence, proposals, duties."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_books import moment
from rights_lab import PLACES, Lab, all_meet, hand, known, lab_of, play, right, rows_of, take

from fabgate.model import Level, MachineId, MemberId, RecordId, SkillId, Status, Token
from fabgate.records import (
    BadgeAdded,
    EvidenceNoted,
    EvidenceStruck,
    GrantGiven,
    GrantLifted,
    GrantProposed,
    GrantRenewed,
    GrantReviewed,
    GrantRevoked,
    GrantSuspended,
    HoursSet,
    MemberAdded,
    MemberEdited,
    MemberLifted,
    MemberStatus,
    MemberSuspended,
    PaperFiled,
    PaperWithdrawn,
    ProposalApproved,
    ProposalRefused,
    SkillUsed,
    SponsorAssigned,
    SponsorReleased,
    WorkshopClosed,
    WorkshopOpened,
)
from fabgate.rules.progress import Evidence, Practice
from fabgate.rules.terms import Held
from fabgate.store import people, practice, rights, roster, workshops
from fabgate.store.db import Writer

ADA, BOB, ZOE = MemberId("m-00aa"), MemberId("m-00bb"), MemberId("m-00zz")
LASER = SkillId("laser")
TODAY = moment().wall_ms
PERSON = {"handle": "ada", "name": "Ada", "language": "fr", "email": None, "login": None, "nameable": True}
GRANT = RecordId.of("openfab/gate1/e0000001#9")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with lab_of(tmp_path / "lab", "gate1", "hub") as made:
        right(made.stores["gate1"], MemberAdded(ADA, ZOE), PERSON)
        hand(made.stores["gate1"], made.stores["hub"])
        yield made


@pytest.fixture
def gate(lab: Lab) -> Writer:
    return lab.stores["gate1"]


@pytest.fixture
def hub(lab: Lab) -> Writer:
    return lab.stores["hub"]


# --- persons ------------------------------------------------------------------------------------


def test_a_member_who_was_never_said_to_be_anything_is_a_trainee_of_the_lab(gate: Writer):
    """R1."""
    member = roster.member(gate.conn, ADA)
    assert (member.status, member.status_record) == (Status.TRAINEE, None)


def test_a_status_stands_with_the_record_that_gave_it(gate: Writer):
    """R1."""
    record = right(gate, MemberStatus(ADA, "autonomous", ZOE))
    member = roster.member(gate.conn, ADA)
    assert (member.status, member.status_record) == (Status.AUTONOMOUS, record)


def test_of_two_statuses_that_were_given_apart_the_lower_counts(gate: Writer, hub: Writer):
    """R1."""
    right(gate, MemberStatus(ADA, "autonomous", ZOE))
    right(hub, MemberStatus(ADA, "guest", ZOE))
    hand(gate, hub)
    assert roster.member(hub.conn, ADA).status is Status.GUEST


def test_a_suspension_says_until_when_and_why_and_is_over_by_itself(gate: Writer):
    """R9."""
    record = right(gate, MemberSuspended(ADA, BOB, until_ms=TODAY + 72, cause="safety"))
    member = roster.member(gate.conn, ADA)
    assert (member.suspended_ms, member.suspended_until_ms) == (TODAY, TODAY + 72)
    assert (member.suspended_at(TODAY + 72), member.suspended_at(TODAY + 73)) == (TODAY, None)
    held = people.suspension(gate.conn, ADA)
    assert (held.cause, held.by, held.record, held.holds(TODAY + 73)) == ("safety", BOB, record, False)
    right(gate, MemberLifted(ADA, ZOE))
    lifted = roster.member(gate.conn, ADA)
    assert (lifted.suspended_ms, lifted.suspended_until_ms, lifted.suspended_record) == (None, None, None)
    assert people.suspension(gate.conn, ADA) is None


def test_a_suspension_without_an_end_holds_for_ever(gate: Writer):
    right(gate, MemberSuspended(ADA, ZOE))
    assert roster.member(gate.conn, ADA).suspended_at(TODAY * 2) == TODAY


def test_the_day_somebody_comes_of_age_is_kept_beside_and_goes_when_it_is_past(gate: Writer):
    right(gate, MemberEdited(ADA, ZOE, ("minor_until",)), {"minor_until": "2028-05-01"})
    assert roster.member(gate.conn, ADA).minor_until == "2028-05-01"
    assert "2028" not in "".join(one.body for one in known(gate)), "never in a journal body"
    right(gate, MemberEdited(ADA, ZOE, ("minor_until",)), {"minor_until": ""})
    assert roster.member(gate.conn, ADA).minor_until is None
    assert "2028" not in "".join(one.beside or "" for one in known(gate)), "of an adult nothing is kept"


def test_a_gate_is_told_until_when_somebody_is_a_minor():
    told = json.loads(rights.for_gate(json.dumps(PERSON | {"minor_until": "2028-05-01"})))
    assert told["minor_until"] == "2028-05-01"


def test_a_badge_says_who_pays_for_what_is_done_with_it(gate: Writer):
    token = Token("k1:" + "7" * 64)
    right(gate, BadgeAdded(token, ADA, ZOE, payer="m-guild"), {"label": ""})
    assert roster.badge(gate.conn, token).payer == "m-guild"


# --- papers -------------------------------------------------------------------------------------


def test_papers_are_on_file_until_their_day_or_without_an_end(gate: Writer):
    """R2."""
    record = right(gate, PaperFiled(ADA, "dues", BOB, TODAY + 5))
    right(gate, PaperFiled(ADA, "waiver", ZOE))
    assert people.filed(gate.conn, ADA) == {"dues": TODAY + 5, "waiver": None}
    first = people.papers(gate.conn)[0]
    assert (first.member, first.paper, first.by, first.record, first.at_ms) == (
        ADA,
        "dues",
        BOB,
        record,
        TODAY,
    )
    right(gate, PaperFiled(ADA, "dues", ZOE, TODAY + 9))
    right(gate, PaperWithdrawn(ADA, "waiver", ZOE))
    assert people.filed(gate.conn, ADA) == {"dues": TODAY + 9}
    assert people.papers(gate.conn, BOB) == ()


def test_a_paper_that_one_place_withdrew_is_filed_anew_by_whoever_saw_that(gate: Writer, hub: Writer):
    """R2."""
    right(gate, PaperFiled(ADA, "dues", ZOE))
    right(hub, PaperWithdrawn(ADA, "dues", ZOE))
    hand(gate, hub)
    assert people.filed(hub.conn, ADA) == {}
    right(hub, PaperFiled(ADA, "dues", ZOE))
    assert people.filed(hub.conn, ADA) == {"dues": None}


# --- a skill of theirs --------------------------------------------------------------------------


def test_one_skill_is_suspended_and_lifted_by_itself(gate: Writer):
    """R9."""
    record = right(gate, GrantSuspended(ADA, LASER, BOB, TODAY + 5, "unpaid"))
    held = people.skill_holds(gate.conn)[ADA, LASER]
    assert (held.skill, held.since_ms, held.until_ms, held.cause) == (LASER, TODAY, TODAY + 5, "unpaid")
    assert (held.by, held.record) == (BOB, record)
    assert roster.member(gate.conn, ADA).suspended_ms is None
    right(gate, GrantLifted(ADA, LASER, ZOE))
    assert people.skill_holds(gate.conn, ADA) == {}


def test_a_renewal_stands_beside_the_grant_that_it_renews(gate: Writer):
    """R8."""
    right(gate, GrantGiven(ADA, LASER, "autonomous", ZOE, TODAY + 99))
    right(gate, GrantRenewed(ADA, LASER, ZOE, "openfab/gate1/e0000001#1"), ms=7)
    last = right(gate, GrantRenewed(ADA, LASER, BOB), ms=9)
    found = people.renewals(gate.conn, ADA)[ADA, LASER]
    assert (found.by, found.record, found.at_ms, found.session) == (BOB, last, TODAY + 9, None)
    assert people.held(gate.conn) == {
        (ADA, LASER): Held(Level.AUTONOMOUS, TODAY, TODAY + 99, TODAY + 9, None)
    }


def test_what_is_held_knows_the_last_own_session(gate: Writer):
    """R8."""
    right(gate, GrantGiven(ADA, LASER, "autonomous", ZOE))
    right(gate, SkillUsed(ADA, LASER, own_ms=TODAY + 3))
    assert people.held(gate.conn, ADA, LASER)[ADA, LASER].own_ms == TODAY + 3
    assert people.held(gate.conn, BOB) == {}
    assert people.held(gate.conn, ADA, SkillId("lathe")) == {}


def test_a_proposal_waits_until_it_is_refused_approved_or_given(gate: Writer):
    """R6."""
    proposed = right(gate, GrantProposed(ADA, LASER, "autonomous", BOB))
    [waits] = people.proposals(gate.conn)
    assert waits == people.proposal(gate.conn, ADA, LASER)
    assert (waits.level, waits.by, waits.record, waits.at_ms) == (Level.AUTONOMOUS, BOB, proposed, TODAY)
    right(gate, ProposalRefused(ADA, LASER, ZOE, str(proposed)))
    assert people.proposals(gate.conn, ADA) == ()
    again = right(gate, GrantProposed(ADA, LASER, "autonomous", BOB))
    assert people.proposal(gate.conn, ADA, LASER).record == again
    right(gate, ProposalApproved(ADA, LASER, ZOE, str(again)))
    assert people.proposal(gate.conn, ADA, LASER) is None


def test_a_proposal_confers_nothing(gate: Writer):
    """R6."""
    right(gate, GrantProposed(ADA, LASER, "sponsor", BOB))
    assert roster.grants(gate.conn) == ()
    assert people.held(gate.conn) == {}


def test_a_grant_that_was_given_on_a_proposal_ends_its_waiting_in_whatever_order_they_come(
    gate: Writer, hub: Writer
):
    """R6."""
    proposed = right(gate, GrantProposed(ADA, LASER, "autonomous", BOB))
    given_ = GrantGiven(ADA, LASER, "autonomous", ZOE, proposal=str(proposed), vouched=BOB)
    right(gate, given_)
    assert people.proposals(gate.conn) == ()
    [grant] = roster.grants(gate.conn, ADA)
    assert (grant.by, grant.vouched) == (ZOE, BOB)
    _, proposal, grant = known(gate)
    take(hub, grant)
    take(hub, proposal)
    assert rows_of(hub.conn) == rows_of(gate.conn)


def test_a_proposal_after_a_grant_on_an_older_one_waits(gate: Writer):
    first = right(gate, GrantProposed(ADA, LASER, "autonomous", BOB))
    right(gate, GrantGiven(ADA, LASER, "autonomous", ZOE, proposal=str(first), vouched=BOB))
    second = right(gate, GrantProposed(ADA, LASER, "sponsor", BOB))
    assert people.proposal(gate.conn, ADA, LASER).record == second


def test_a_second_look_at_a_grant_is_kept_by_the_grant(gate: Writer):
    """R10."""
    record = right(gate, GrantReviewed(ADA, LASER, ZOE, str(GRANT)))
    right(gate, GrantReviewed(ADA, LASER, ZOE, "openfab/gate1/e0000001#10"), ms=5)
    first, second = people.reviews(gate.conn, ADA)
    assert (first.grant, first.by, first.record, first.at_ms) == (GRANT, ZOE, record, TODAY)
    assert second.grant.seq == 10
    assert people.reviews(gate.conn, BOB) == ()


def test_evidence_is_what_was_seen_and_not_struck(gate: Writer):
    """R5."""
    ticked = right(gate, EvidenceNoted(ADA, LASER, "tick", "estop", BOB))
    right(gate, EvidenceNoted(ADA, LASER, "quiz", "safety", BOB, 80), ms=5)
    tick = Evidence("tick", "estop", BOB, str(ticked), TODAY)
    found = people.evidence(gate.conn, ADA, LASER)
    assert found[0] == tick
    assert [(one.what, one.item, one.score) for one in found[1:]] == [("quiz", "safety", 80)]
    assert people.all_evidence(gate.conn) == people.all_evidence(gate.conn, ADA) == {(ADA, LASER): found}
    right(gate, EvidenceStruck(ADA, LASER, "quiz", "safety", ZOE))
    assert people.evidence(gate.conn, ADA, LASER) == (tick,)
    assert people.evidence(gate.conn, ADA, SkillId("lathe")) == ()


def test_whose_duty_it_is_to_look_after_somebody(gate: Writer):
    right(gate, SponsorAssigned(ADA, BOB, ZOE))
    assert people.duty(gate.conn, ADA).sponsor == BOB
    right(gate, SponsorAssigned(ADA, ZOE, ZOE))
    assert {who: one.sponsor for who, one in people.duties(gate.conn).items()} == {ADA: ZOE}
    right(gate, SponsorReleased(ADA, ZOE))
    assert people.duty(gate.conn, ADA) is None


def test_what_the_hub_says_of_practice_only_grows(gate: Writer, hub: Writer):
    right(gate, SkillUsed(ADA, LASER, 9, 1, 100, 3))
    right(hub, SkillUsed(ADA, LASER, 5, 4, 50, 7))
    hand(gate, hub)
    assert practice.of(hub.conn, ADA, LASER) == Practice(9, 4, 100, 7)


# --- the lab ------------------------------------------------------------------------------------


def test_a_calendar_is_kept_by_its_opening(gate: Writer, hub: Writer):
    right(gate, HoursSet("evening", ZOE, ("a/b", "c/d")))
    right(gate, HoursSet("weekend", ZOE, ("e/f",)))
    assert workshops.calendar(gate.conn) == {"evening": ("a/b", "c/d"), "weekend": ("e/f",)}
    assert workshops.calendar(gate.conn, ["weekend"]) == {"weekend": ("e/f",)}
    assert workshops.openings(gate.conn)["evening"].by == ZOE
    right(hub, HoursSet("evening", ZOE, ("c/d", "x/y")))
    hand(gate, hub)
    assert workshops.calendar(hub.conn)["evening"] == ("c/d",), "open is what both say"


def test_a_workshop_is_open_until_its_end_or_until_somebody_closes_it(gate: Writer):
    record = right(gate, WorkshopOpened("laser", ADA, ZOE, 8, "social", TODAY + 5))
    [course] = workshops.workshops(gate.conn, TODAY + 5)
    assert course == workshops.workshop(gate.conn, MachineId("laser"))
    assert (course.leader, course.people, course.purpose, course.record) == (ADA, 8, "social", record)
    assert workshops.workshops(gate.conn, TODAY + 6) == ()
    right(gate, WorkshopClosed("laser", ZOE))
    assert workshops.workshop(gate.conn, MachineId("laser")) is None


# --- what waits, what meets ---------------------------------------------------------------------

ABOUT_BOB = (
    MemberStatus(BOB, "autonomous", ZOE),
    PaperFiled(BOB, "dues", ZOE),
    GrantSuspended(BOB, LASER, ZOE),
    GrantRenewed(BOB, LASER, ZOE),
    GrantProposed(BOB, LASER, "sponsor", ZOE),
    GrantReviewed(BOB, LASER, ZOE, str(GRANT)),
    EvidenceNoted(BOB, LASER, "tick", "estop", ZOE),
    SponsorAssigned(BOB, ADA, ZOE),
    SkillUsed(BOB, LASER, 1, 1, 1, 1),
    WorkshopOpened("laser", BOB, ZOE, 8, "social", TODAY),
)


def test_what_is_said_of_somebody_unknown_counts_once_they_are_taken_in(gate: Writer, hub: Writer):
    right(gate, MemberAdded(BOB, ZOE), PERSON | {"handle": "bob"})
    for body in ABOUT_BOB:
        right(gate, body)
    _, added, *others = known(gate)
    before = rows_of(hub.conn)
    take(hub, *others)
    assert rows_of(hub.conn) == before
    take(hub, added)
    assert rows_of(hub.conn) == rows_of(gate.conn)
    assert all(rows for table, rows in rows_of(hub.conn).items() if table not in NOT_OF_BOB)


NOT_OF_BOB = {"badges", "grants", "roles", "locks", "openings", "accounts", "account_states"}


def bare(body: object) -> tuple[object, None]:
    return body, None


member = st.sampled_from((ADA, BOB))
until = st.sampled_from((None, 5, 9))
deed = st.one_of(
    st.builds(lambda who: (MemberAdded(who, "z"), PERSON), member),
    st.builds(
        lambda who, word: bare(MemberStatus(who, word, "z")), member, st.sampled_from(("guest", "left"))
    ),
    st.builds(lambda who, end: bare(MemberSuspended(who, "z", (), end)), member, until),
    st.builds(lambda who: bare(MemberLifted(who, "z")), member),
    st.builds(lambda who, end: bare(PaperFiled(who, "dues", "z", end)), member, until),
    st.builds(lambda who: bare(PaperWithdrawn(who, "dues", "z")), member),
    st.builds(lambda who, end: bare(GrantSuspended(who, LASER, "z", end)), member, until),
    st.builds(lambda who: bare(GrantLifted(who, LASER, "z")), member),
    st.builds(lambda who: bare(GrantRenewed(who, LASER, "z")), member),
    st.builds(lambda who: bare(GrantProposed(who, LASER, "sponsor", "z")), member),
    st.builds(lambda who: bare(ProposalRefused(who, LASER, "z", str(GRANT))), member),
    st.builds(
        lambda who, seq: bare(
            GrantGiven(who, LASER, "sponsor", "z", proposal=f"openfab/gate1/e0000001#{seq}", vouched="v")
        ),
        member,
        st.integers(1, 6),
    ),
    st.builds(lambda who: bare(GrantRevoked(who, LASER, "z")), member),
    st.builds(lambda who: bare(GrantReviewed(who, LASER, "z", str(GRANT))), member),
    st.builds(lambda who, score: bare(EvidenceNoted(who, LASER, "quiz", "q", "z", score)), member, until),
    st.builds(lambda who: bare(EvidenceStruck(who, LASER, "quiz", "q", "z")), member),
    st.builds(lambda who: bare(SponsorAssigned(who, "s", "z")), member),
    st.builds(lambda who: bare(SponsorReleased(who, "z")), member),
    st.builds(lambda who, own: bare(SkillUsed(who, LASER, own or 0)), member, until),
    st.builds(lambda end: bare(HoursSet("evening", "z", (str(end), "x"))), until),
    st.builds(lambda who, end: bare(WorkshopOpened("laser", who, "z", 8, "", end or 1)), member, until),
    st.builds(lambda: bare(WorkshopClosed("laser", "z"))),
)
place = st.sampled_from(PLACES)
step = st.one_of(
    st.tuples(st.just("deed"), place, deed),
    st.tuples(st.just("meet"), st.tuples(place, place), st.integers(1, 9)),
)


@given(st.lists(step, max_size=24), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_stores_that_know_the_same_records_say_the_same_of_everybody_whatever_the_order(steps, chance):
    with tempfile.TemporaryDirectory() as folder, lab_of(Path(folder), *PLACES) as lab:
        play(lab, steps)
        all_meet(lab, chance)
        found = [rows_of(writer.conn) for writer in lab.stores.values()]
        assert found[0] == found[1] == found[2]
        for writer in lab.stores.values():
            with writer.write() as pen:
                rights.rebuild(pen)
            assert rows_of(writer.conn) == found[0], "made anew it is what it grew to be"
