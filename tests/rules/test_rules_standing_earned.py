"""What stands beside a grant, settled: any order, any doubling, the most restrictive word of a right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from said_sets import ADA, PLACES, chance, names, sets, shuffled, told, until

from fabgate.model import Level, Status
from fabgate.records import (
    BadgeAdded,
    Draft,
    EvidenceNoted,
    EvidenceStruck,
    GrantGiven,
    GrantLifted,
    GrantProposed,
    GrantRenewed,
    GrantReviewed,
    GrantSuspended,
    HoursSet,
    MachineLocked,
    MemberAdded,
    MemberEdited,
    MemberLifted,
    MemberStatus,
    MemberSuspended,
    PaperFiled,
    PaperWithdrawn,
    ProposalApproved,
    ProposalRefused,
    SessionStarted,
    SkillUsed,
    SponsorAssigned,
    SponsorReleased,
    WorkshopClosed,
    WorkshopOpened,
    decode,
    encode,
)
from fabgate.rules import standing
from fabgate.rules.progress import Practice

SKILL = "laser"
GRANT = f"{PLACES[0]}#9"
WORDS = st.sampled_from(("left", "guest", "trainee", "autonomous", "wizard"))
PEOPLE = st.sampled_from("abc")
small = st.integers(0, 5)

statuses = sets(st.builds(lambda word, seen: MemberStatus(ADA, word, "z", seen), WORDS, names))
holds = sets(
    st.one_of(
        st.builds(lambda end, seen: MemberSuspended(ADA, "z", seen, end, "safety"), until, names),
        st.builds(lambda seen: MemberLifted(ADA, "z", seen), names),
    )
)
pauses = sets(
    st.one_of(
        st.builds(lambda end, seen: GrantSuspended(ADA, SKILL, "z", end, "", seen), until, names),
        st.builds(lambda seen: GrantLifted(ADA, SKILL, "z", seen), names),
    )
)
papers = sets(
    st.one_of(
        st.builds(lambda end, seen: PaperFiled(ADA, "dues", "z", end, seen), until, names),
        st.builds(lambda seen: PaperWithdrawn(ADA, "dues", "z", seen), names),
    )
)
duties = sets(
    st.one_of(
        st.builds(lambda who, seen: SponsorAssigned(ADA, who, "z", seen), PEOPLE, names),
        st.builds(lambda seen: SponsorReleased(ADA, "z", seen), names),
    )
)
renewals = sets(
    st.builds(lambda who, seen: GrantRenewed(ADA, SKILL, who, None, seen), PEOPLE, names),
)
proposals = sets(
    st.one_of(
        st.builds(
            lambda level, who, seen: GrantProposed(ADA, SKILL, level, who, seen),
            st.sampled_from(("autonomous", "sponsor", "wizard")),
            PEOPLE,
            names,
        ),
        st.builds(lambda seen: ProposalApproved(ADA, SKILL, "z", GRANT, seen), names),
        st.builds(lambda seen: ProposalRefused(ADA, SKILL, "z", GRANT, seen), names),
    )
)
reviews = sets(
    st.builds(
        lambda who, grant, seen: GrantReviewed(ADA, SKILL, who, grant, seen),
        PEOPLE,
        st.sampled_from((GRANT, "nothing")),
        names,
    )
)
evidences = sets(
    st.one_of(
        st.builds(
            lambda score, who, seen: EvidenceNoted(ADA, SKILL, "quiz", "safety", who, score, seen),
            st.one_of(st.none(), small),
            PEOPLE,
            names,
        ),
        st.builds(lambda seen: EvidenceStruck(ADA, SKILL, "quiz", "safety", "z", seen), names),
    )
)
uses = sets(
    st.builds(
        lambda a, b, c, d, seen: SkillUsed(ADA, SKILL, a, b, c, d, seen), small, small, small, small, names
    )
)
hours = sets(
    st.builds(
        lambda spans, seen: HoursSet("evening", "z", spans, seen),
        st.lists(st.sampled_from("stuv"), unique=True).map(tuple),
        names,
    )
)
workshops = sets(
    st.one_of(
        st.builds(
            lambda who, end, seen: WorkshopOpened("laser", who, "z", 8, "social", end, seen),
            PEOPLE,
            small,
            names,
        ),
        st.builds(lambda seen: WorkshopClosed("laser", "z", seen), names),
    )
)

SETTLED = (
    (statuses, standing.status),
    (holds, standing.hold),
    (pauses, standing.hold),
    (papers, standing.paper),
    (duties, standing.duty),
    (renewals, standing.renewal),
    (proposals, standing.proposal),
    (reviews, standing.review),
    (evidences, standing.evidence),
    (uses, standing.use),
    (hours, standing.hours),
    (workshops, standing.workshop),
)


@pytest.mark.parametrize(("records", "settle"), SETTLED, ids=lambda one: getattr(one, "__name__", ""))
def test_neither_order_nor_doubling_changes_what_stands_beside_a_grant(records, settle):
    @given(records, chance)
    def holds_for(several, lots):
        assert settle(shuffled(several, lots)) == settle(several)

    holds_for()


@given(statuses)
def test_a_status_is_never_above_any_head(records):
    """R1: two managers who did not know of each other: the lower word counts."""
    found, left = standing.status(records), standing.heads(records)
    assert (found is None) == (not left)
    if found is not None:
        known = {status.word: status for status in Status}
        assert found.status == min(known.get(one.body.status, Status.LEFT) for one in left)


@given(st.one_of(holds, pauses))
def test_a_suspension_lasts_at_least_as_long_as_every_head_says(records):
    """R9."""
    found = standing.hold(records)
    given_ = [one for one in standing.heads(records) if hasattr(one.body, "until_ms")]
    assert (found is None) == (not given_)
    for one in given_:
        assert found.until_ms is None or one.body.until_ms is not None
        assert found.until_ms is None or found.until_ms >= one.body.until_ms
        assert not found.holds(9) or found.until_ms is None
        assert found.holds(0)


@given(papers)
def test_a_paper_counts_no_longer_than_any_head_says_and_not_at_all_where_one_withdrew_it(records):
    """R2."""
    found, left = standing.paper(records), standing.heads(records)
    if any(isinstance(one.body, PaperWithdrawn) for one in left) or not left:
        assert found is None
        return
    for one in left:
        assert one.body.until_ms is None or found.until_ms <= one.body.until_ms
    assert found.until_ms in {one.body.until_ms for one in left}


@given(proposals)
def test_a_proposal_waits_only_while_nobody_answered_it(records):
    """R6."""
    found, left = standing.proposal(records), standing.heads(records)
    if found is not None:
        assert all(isinstance(one.body, GrantProposed) for one in left)
        assert found.at_ms == max(one.at.wall_ms for one in left)
        assert found.level > Level.NONE


@given(evidences)
def test_evidence_that_one_head_strikes_is_gone_and_a_quiz_has_the_fewest_points_of_all(records):
    """R5."""
    found, left = standing.evidence(records), standing.heads(records)
    if any(isinstance(one.body, EvidenceStruck) for one in left) or not left:
        assert found is None
    else:
        scores = [one.body.score for one in left]
        assert found.score == (None if None in scores else min(scores))


@given(uses)
def test_practice_is_the_most_that_anybody_says_of_each_number(records):
    found = standing.use(records)
    bodies = [one.body for one in records]
    if not bodies:
        assert found is None
        return
    assert found.practice == Practice(
        max(body.own_ms for body in bodies),
        max(body.sessions for body in bodies),
        max(body.supervised_ms for body in bodies),
        max(body.supervised_last_ms for body in bodies),
    )


@given(hours)
def test_of_several_calendars_only_the_spans_of_all_of_them_open(records):
    found, left = standing.hours(records), standing.heads(records)
    assert (found is None) == (not left)
    for one in left:
        assert set(found.spans) <= set(one.body.spans)
    if len(left) == 1:
        assert set(found.spans) == set(left[0].body.spans)


@given(workshops)
def test_a_workshop_is_shut_where_one_head_shut_it_and_ends_with_the_first(records):
    found, left = standing.workshop(records), standing.heads(records)
    if any(isinstance(one.body, WorkshopClosed) for one in left) or not left:
        assert found is None
    else:
        assert found.until_ms == min(one.body.until_ms for one in left)


@given(renewals)
def test_a_renewal_is_the_latest_of_the_heads(records):
    """R8."""
    found, left = standing.renewal(records), standing.heads(records)
    assert (found is None) == (not left)
    if found is not None:
        assert found.at_ms == max(one.at.wall_ms for one in left)


# --- one by one ---------------------------------------------------------------------------------


def test_a_status_that_this_version_does_not_know_lets_nobody_in():
    assert standing.status([told(0, 1, MemberStatus(ADA, "wizard", "z"))]).status is Status.LEFT


def test_a_lift_that_saw_one_of_two_suspensions_leaves_the_other():
    """R9: each lift says what it saw."""
    one = told(0, 1, MemberSuspended(ADA, "z", (), 50))
    other = told(1, 1, MemberSuspended(ADA, "z", (), 70, "unpaid"))
    lift = told(2, 1, MemberLifted(ADA, "z", (str(other.record),)))
    found = standing.hold([one, other, lift])
    assert (found.until_ms, found.record, found.skill) == (50, one.record, None)
    assert standing.hold([one, other]).cause == "unpaid"


def test_a_suspension_without_an_end_beats_every_other():
    endless = told(1, 1, GrantSuspended(ADA, SKILL, "z"))
    ends = told(0, 1, GrantSuspended(ADA, SKILL, "z", 1 << 60))
    found = standing.hold([ends, endless])
    assert (found.until_ms, found.skill) == (None, SKILL)


def test_a_suspension_holds_to_its_last_moment():
    found = standing.hold([told(0, 1, MemberSuspended(ADA, "z", (), 50))])
    assert found.holds(50)
    assert not found.holds(51)


def test_a_badge_says_who_pays_for_it_where_all_agree():
    one = told(0, 1, BadgeAdded("k:1", ADA, "z", (), "guild"))
    assert standing.badge([one]).payer == "guild"
    other = told(1, 1, BadgeAdded("k:1", ADA, "z"))
    assert standing.badge([one, other]).payer is None


def test_a_grant_says_who_vouched_for_it():
    """R10: a fallen sponsor's word is looked at again, whoever gave the grant on it."""
    given_ = GrantGiven(ADA, SKILL, "autonomous", "z", proposal=GRANT, vouched="s")
    assert standing.grant([told(0, 1, given_)]).vouched == "s"


def test_the_day_somebody_comes_of_age_stands_beside_like_a_name():
    added = told(0, 1, MemberAdded(ADA, "z"), {"name": "Ada", "minor_until": "2027-05-01"})
    edit = MemberEdited(ADA, "z", ("minor_until",), (str(added.record),))
    edited = told(1, 1, edit, {"minor_until": None})
    assert standing.profile([added]).person["minor_until"] == "2027-05-01"
    assert standing.profile([added, edited]).person == {"name": "Ada", "minor_until": None}
    assert standing.outdated([added, edited]) == {added.record: {"name": "Ada"}}, (
        "of an adult nothing is kept"
    )


BODIES = (
    MemberStatus(ADA, "guest", "z"),
    MemberSuspended(ADA, "z", (), 5, "safety"),
    PaperFiled(ADA, "dues", "z", 5),
    PaperFiled(ADA, "waiver", "z"),
    SponsorAssigned(ADA, "s", "z"),
    GrantSuspended(ADA, SKILL, "z"),
    GrantRenewed(ADA, SKILL, "z"),
    GrantProposed(ADA, SKILL, "autonomous", "z"),
    GrantReviewed(ADA, SKILL, "z", GRANT),
    GrantReviewed(ADA, SKILL, "z", f"{PLACES[0]}#8"),
    EvidenceNoted(ADA, SKILL, "quiz", "one", "z", 3),
    EvidenceNoted(ADA, SKILL, "tick", "one", "z"),
    EvidenceNoted(ADA, SKILL, "tick", "two", "z"),
    SkillUsed(ADA, SKILL, 1, 2, 3, 4),
    HoursSet("evening", "z", ("a/b",)),
    WorkshopOpened("laser", ADA, "z", 8, "social", 5),
    MachineLocked("laser", "z"),
    GrantGiven(ADA, SKILL, "trainee", "z"),
)


def test_each_thing_that_is_said_has_a_subject_of_its_own():
    assert len({standing.subject(body) for body in BODIES}) == len(BODIES)
    assert all(standing.subject(body) for body in BODIES)


@pytest.mark.parametrize(
    ("takes", "given_"),
    [
        (PaperWithdrawn(ADA, "dues", "z"), BODIES[2]),
        (SponsorReleased(ADA, "z"), BODIES[4]),
        (GrantLifted(ADA, SKILL, "z"), BODIES[5]),
        (ProposalRefused(ADA, SKILL, "z", GRANT), BODIES[7]),
        (ProposalApproved(ADA, SKILL, "z", GRANT), BODIES[7]),
        (EvidenceStruck(ADA, SKILL, "tick", "two", "z"), BODIES[12]),
        (WorkshopClosed("laser", "z"), BODIES[15]),
    ],
    ids=lambda body: body.kind,
)
def test_what_takes_a_thing_back_speaks_of_the_same_subject(takes, given_):
    assert standing.subject(takes) == standing.subject(given_)


def test_every_kind_of_right_has_a_subject_and_nothing_else_has():
    kinds = {type(body).kind for body in BODIES} | {"member.add", "member.edit", "member.lift"}
    kinds |= {"badge.add", "badge.block", "role.give", "role.revoke", "grant.revoke", "machine.unlock"}
    kinds |= {"paper.withdraw", "sponsor.release", "grant.lift", "grant.approve", "grant.refuse"}
    kinds |= {"evidence.strike", "workshop.close", "account.set", "account.state", "member.forget"}
    assert kinds == standing.KINDS
    start = SessionStarted("laser", SKILL, ADA, "k:1", "trainee", "tap", 5)
    assert standing.subject(start) is None


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.kind)
def test_what_a_desk_writes_fits_when_it_comes_from_elsewhere(body):
    moment = told(0, 1, body).at
    assert standing.fits(*decode(encode(Draft(moment, body))))


def test_a_number_that_is_none_does_not_fit():
    moment = told(0, 1, BODIES[0]).at
    assert not standing.fits(moment, SkillUsed(ADA, SKILL, "many"))
    assert not standing.fits(moment, WorkshopOpened("laser", ADA, "z", True, "social", 5))
