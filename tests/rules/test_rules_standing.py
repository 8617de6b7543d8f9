"""The merging of rights as pure arithmetic: any order, any doubling, the most restrictive word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from said_sets import ADA, PLACES, chance, names, sets, shuffled, told, until

from fabgate.records import (
    BadgeAdded,
    BadgeBlocked,
    GrantGiven,
    GrantRevoked,
    MachineLocked,
    MachineUnlocked,
    MemberAdded,
    MemberEdited,
    RoleGiven,
    RoleRevoked,
)
from fabgate.rules import standing

LEVELS = ("trainee", "autonomous", "sponsor")

grants = sets(
    st.one_of(
        st.builds(
            lambda level, end, seen: GrantGiven(ADA, "laser", level, "z", end, supersedes=seen),
            st.sampled_from(LEVELS),
            until,
            names,
        ),
        st.builds(lambda seen: GrantRevoked(ADA, "laser", "z", seen), names),
    )
)
locks = sets(
    st.one_of(
        st.builds(lambda seen: MachineLocked("laser", "z", seen), names),
        st.builds(lambda seen: MachineUnlocked("laser", "z", seen), names),
    )
)
badges = sets(
    st.one_of(
        st.builds(lambda who, seen: BadgeAdded("k:1", who, "z", seen), st.sampled_from("ab"), names),
        st.builds(lambda who, seen: BadgeBlocked("k:1", who, "z", seen), st.sampled_from("ab"), names),
    )
)
roles = sets(
    st.one_of(
        st.builds(lambda seen: RoleGiven(ADA, "manager", "z", supersedes=seen), names),
        st.builds(lambda seen: RoleRevoked(ADA, "manager", "z", supersedes=seen), names),
    )
)


@given(grants, locks, badges, roles, chance)
def test_neither_order_nor_doubling_changes_what_is_settled(grants, locks, badges, roles, chance):
    for records, settle in (
        (grants, standing.grant),
        (locks, standing.lock),
        (badges, standing.badge),
        (roles, standing.role),
    ):
        assert settle(shuffled(records, chance)) == settle(records)
        assert standing.heads(shuffled(records, chance)) == standing.heads(records)
        assert standing.superseded(shuffled(records, chance)) == standing.superseded(records)
        assert standing.outdated(shuffled(records, chance)) == standing.outdated(records)


@given(grants)
def test_what_is_held_is_never_more_than_any_head_gives(records):
    held = standing.grant(records)
    left = standing.heads(records)
    assert bool(left) == bool(records), "something always counts, whatever names what"
    if any(isinstance(one.body, GrantRevoked) for one in left) or not left:
        assert held is None
    else:
        assert all(held.level <= standing.level_of(one.body.level) for one in left)
        assert all(one.body.until_ms is None or held.until_ms <= one.body.until_ms for one in left)


@given(badges)
def test_a_badge_opens_only_with_one_owner_and_no_block(records):
    found = standing.badge(records)
    left = standing.heads(records)
    if found is not None and found.blocked_ms is None:
        assert not any(isinstance(one.body, BadgeBlocked) for one in left)
        assert {one.body.member for one in left} == set(found.owners)
        assert len(found.owners) == 1


def test_an_origin_has_seen_its_own_and_cannot_name_what_it_has_not_written_yet():
    early = told(0, 1, GrantRevoked(ADA, "laser", "z", (f"{PLACES[0]}#2", f"{PLACES[0]}#1")))
    late = told(0, 2, GrantGiven(ADA, "laser", "trainee", "z"))
    assert standing.heads([early, late]) == (late,)


def test_records_that_name_each_other_in_a_ring_all_count():
    one = told(0, 1, GrantRevoked(ADA, "laser", "z", (f"{PLACES[1]}#1",)))
    other = told(1, 1, GrantGiven(ADA, "laser", "sponsor", "z", supersedes=(f"{PLACES[0]}#1",)))
    assert standing.heads([one, other]) == (one, other)
    assert standing.grant([one, other]) is None


def test_an_edit_that_was_made_unseen_replaces_only_the_fields_it_speaks_of():
    added = told(0, 1, MemberAdded(ADA, "z"), {"name": "Ada", "handle": "ada", "email": "a@example.org"})
    name = told(1, 1, MemberEdited(ADA, "z", ("name",), (str(added.record),)), {"name": "Countess"})
    email = told(2, 1, MemberEdited(ADA, "z", ("email",), (str(added.record),)), {"email": None})
    found = standing.profile([email, name, added])
    assert found.person == {"name": "Countess", "handle": "ada", "email": None}
    assert standing.outdated([added, name, email]) == {added.record: {"handle": "ada"}}


def test_a_later_edit_of_one_place_replaces_an_earlier_one_that_it_does_not_name():
    first = told(0, 1, MemberEdited(ADA, "z", ("name",)), {"name": "Ada"})
    second = told(0, 2, MemberEdited(ADA, "z", ("name",)), {"name": "Countess"})
    assert standing.outdated([second, first]) == {first.record: {}}


def test_of_two_edits_that_did_not_know_of_each_other_the_higher_id_is_believed():
    added = told(0, 1, MemberAdded(ADA, "z"), {"name": "Ada"})
    seen = (str(added.record),)
    one = told(1, 1, MemberEdited(ADA, "z", ("name",), seen), {"name": "Countess"})
    other = told(2, 1, MemberEdited(ADA, "z", ("name",), seen), {"name": "Augusta"})
    assert standing.profile([other, one, added]).person == {"name": "Augusta"}


def test_a_value_that_another_store_blanked_already_does_not_bring_an_older_one_back():
    added = told(0, 1, MemberAdded(ADA, "z"), {"name": "Ada"})
    blanked = told(1, 1, MemberEdited(ADA, "z", ("name",), (str(added.record),)), {})
    assert standing.profile([added, blanked]).person == {}


def test_a_field_that_only_a_later_version_knows_is_kept():
    added = told(0, 1, MemberAdded(ADA, "z"), {"name": "Ada", "pronoun": "she"})
    assert standing.outdated([added]) == {}


def test_parts_of_a_subject_that_hold_a_slash_are_not_taken_for_two():
    assert standing.grant_subject("a/b", "c") != standing.grant_subject("a", "b/c")
    assert standing.grant_subject("a%2Fb", "c") != standing.grant_subject("a/b", "c")


def test_levels_and_offices_that_this_version_does_not_know_give_nothing():
    assert standing.grant([told(0, 1, GrantGiven(ADA, "laser", "wizard", "z"))]) is None
    assert standing.role([told(0, 1, RoleGiven(ADA, "wizard", "z"))]) is None


def test_no_records_are_no_right():
    assert standing.grant([]) is standing.role([]) is standing.badge([]) is standing.lock([]) is None
    assert standing.profile([told(0, 1, MemberEdited(ADA, "z", ("name",)), {"name": "x"})]) is None
