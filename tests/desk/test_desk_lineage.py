"""Who vouched for whom: trees that hold everybody once, whatever rings the records make."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from newcomers import refused

from fabgate.desk import lineage
from fabgate.desk.lineage import Word
from fabgate.model import Code, Level, MemberId, Origin, RecordId, SkillId

LASER = SkillId("laser")


def word(member: str, by: str, since: int = 0, vouched: str | None = None) -> Word:
    record = RecordId(Origin("lab/gate/e1"), since + 1)
    found = None if vouched is None else MemberId(vouched)
    return Word(MemberId(member), LASER, Level.AUTONOMOUS, record, since, MemberId(by), found)


def drawn(*words: Word) -> list[tuple[str, int]]:
    return [(twig.member, twig.depth) for twig in lineage.twigs(words)]


def test_the_proposer_vouches_and_not_the_manager_who_approved():
    assert drawn(word("ada", "zoe", vouched="bob"), word("bob", "zoe", 1)) == [
        ("zoe", 0),
        ("bob", 1),
        ("ada", 2),
    ]


def test_branches_stand_in_the_order_of_their_grants_and_rails_say_what_follows():
    words = [word("b", "zoe", 1), word("c", "b", 2), word("d", "zoe", 3), word("e", "b", 4)]
    found = list(lineage.twigs(words))
    assert [(one.member, one.rails) for one in found] == [
        ("zoe", ()),
        ("b", (True,)),
        ("c", (True, True)),
        ("e", (True, False)),
        ("d", (False,)),
    ]
    assert [one.level for one in found][:2] == [None, Level.AUTONOMOUS]


def test_there_may_be_several_roots_and_one_may_stand_for_oneself():
    assert drawn(word("zoe", "zoe"), word("ada", "zoe", 1), word("bob", "eve", 2)) == [
        ("eve", 0),
        ("bob", 1),
        ("zoe", 0),
        ("ada", 1),
    ]


def test_a_ring_is_cut_open_at_its_oldest_grant_and_marked():
    found = list(lineage.twigs([word("a", "c", 2), word("b", "a", 3), word("c", "b", 1), word("d", "b", 4)]))
    assert [(one.member, one.depth, one.ring) for one in found] == [
        ("c", 0, True),
        ("a", 1, False),
        ("b", 2, False),
        ("d", 3, False),
    ]


def test_a_chain_of_thousands_is_drawn_without_end_and_without_a_wall_of_rails():
    words = [word(f"m{n}", f"m{n - 1}", n) for n in range(1, 5_000)]
    found = list(lineage.twigs(words))
    assert len(found) == 5_000
    assert (found[-1].depth, len(found[-1].rails)) == (4_999, 24)


@given(st.lists(st.integers(0, 9), min_size=10, max_size=10), st.sets(st.integers(0, 9)))
def test_everybody_stands_in_a_tree_exactly_once_below_their_sponsor(sponsors: list[int], without: set[int]):
    words = [word(str(who), str(by), who) for who, by in enumerate(sponsors) if who not in without]
    found = list(lineage.twigs(words))
    shown = [one.member for one in found]
    assert len(shown) == len(set(shown))
    assert {one.member for one in words} <= set(shown)
    above: dict[int, str] = {}
    for one in found:
        above[one.depth] = one.member
        sponsor = next((said.sponsor for said in words if said.member == one.member), None)
        assert (
            one.ring or sponsor in (None, one.member) if one.depth == 0 else sponsor == above[one.depth - 1]
        )


def test_the_tree_is_of_one_skill_or_of_all(lab_of_newcomers):
    here = lab_of_newcomers
    here.gift("ada", "print", Level.AUTONOMOUS)
    assert {one.skill for one in lineage.tree(here.desk)} == {"laser", "print"}
    assert [one.member for one in lineage.tree(here.desk, "print")] == [here.id("ada")]
    refused(lineage.tree(here.desk, "lasr"), Code.UNKNOWN_SKILL)
