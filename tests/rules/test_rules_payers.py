"""What a payer is and has, settled: any order, any doubling, and the cautious word where two differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from said_sets import ADA, PLACES, chance, names, sets, shuffled, told

from fabgate.records import AccountSet, AccountState, BadgeAdded, Draft, decode, encode
from fabgate.rules import standing

small = st.integers(-3, 3)
flags = st.booleans()
accounts = sets(
    st.builds(
        lambda word, one, two, seen: AccountSet(ADA, "z", word, one, two, seen),
        st.sampled_from(("", "member", "company")),
        flags,
        flags,
        names,
    )
)
states = sets(
    st.builds(lambda cents, at, seen: AccountState(ADA, cents, at, (), (), (), seen), small, small, names)
)


def _account(place: int, seq: int, category: str = "", *seen: str, **what: bool) -> standing.Said:
    return told(place, seq, AccountSet(ADA, "z", category, supersedes=seen, **what))


def test_nothing_was_said_of_a_payer_that_nobody_has_set():
    assert standing.account([]) is None
    assert standing.state([]) is None


def test_the_last_word_on_a_payer_is_what_they_are():
    first = _account(0, 1, "member")
    found = standing.account([first, _account(0, 2, "company", organisation=True)])
    assert (found.member, found.category, found.organisation, found.prepaid) == (ADA, "company", True, False)
    assert found.record.seq == 2


def test_where_two_did_not_see_each_other_the_payer_pays_everybodys_price_and_before():
    """No side's discount may hold that the other side took away."""
    found = standing.account(
        [_account(0, 1, "member"), _account(1, 1, "company", prepaid=True, organisation=True)]
    )
    assert (found.category, found.organisation, found.prepaid) == ("", True, True)


def test_two_who_agree_on_the_category_keep_it():
    assert standing.account([_account(0, 1, "member"), _account(1, 1, "member")]).category == "member"


def test_of_two_balances_the_later_counts_and_of_one_moment_the_lower():
    """A hub that was restored tells again what it reckons now."""
    early, late = AccountState(ADA, 500, 1), AccountState(ADA, 900, 2)
    assert standing.state([told(0, 1, early), told(1, 1, late)]).balance_cents == 900
    less = AccountState(ADA, -100, 2)
    assert standing.state([told(0, 1, late), told(1, 1, less)]).balance_cents == -100


def test_a_state_that_was_seen_and_replaced_counts_no_more_whatever_its_date():
    old = told(0, 1, AccountState(ADA, 900, 99))
    new = told(1, 1, AccountState(ADA, 100, 5, supersedes=(str(old.record),)))
    assert standing.state([new, old]).balance_cents == 100


def test_a_state_tells_plans_what_is_left_and_how_far_each_journal_is_in_it():
    body = AccountState(ADA, 5, 7, ("month:2026-11-30",), ("laser:2026-11:60",), (f"{PLACES[0]}#4",))
    found = standing.state([told(2, 1, body)])
    assert (found.plans, found.left, found.read) == (body.plans, body.left, body.read)
    assert (found.as_of_ms, found.balance_cents) == (7, 5)


def test_a_badge_says_what_it_is_worked_for_where_all_agree():
    one = told(0, 1, BadgeAdded("k:1", ADA, "z", purpose="private"))
    assert standing.badge([one]).purpose == "private"
    other = told(1, 1, BadgeAdded("k:1", ADA, "z", purpose="client"))
    assert standing.badge([one, other]).purpose == ""


@pytest.mark.parametrize(("settled", "several"), [(standing.account, accounts), (standing.state, states)])
def test_the_order_in_which_records_came_changes_nothing(settled, several):
    @given(several, chance)
    def same(records, random):
        assert settled(shuffled(records, random)) == settled(records)

    same()


@pytest.mark.parametrize(
    "body", [AccountSet(ADA, "z", "member"), AccountState(ADA, -5, 1, ("a:",), (), ("x#1",))]
)
def test_what_a_desk_writes_fits_when_it_comes_from_elsewhere(body):
    assert standing.fits(*decode(encode(Draft(told(0, 1, body).at, body))))
    assert standing.subject(body) not in (None, standing.subject(BadgeAdded("k:1", ADA, "z")))
