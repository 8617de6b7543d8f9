"""Who is here: what a gate saw itself, what the hub says of the others, and what ends by itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_books import moment
from rights_lab import right

from fabgate.charter import Charter
from fabgate.model import MemberId, Moment, Status
from fabgate.records import CheckedIn, CheckedOut, Draft, MemberAdded, MemberStatus, MemberSuspended
from fabgate.store import present
from fabgate.store.asked import Asked
from fabgate.store.db import Writer, create
from fabgate.store.present import Present, Word

ADA, BOB, ZOE = MemberId("m-00aa"), MemberId("m-00bb"), MemberId("m-00zz")
NOW = moment().wall_ms
STAY = 1_000
LATER = "a later boot"


@pytest.fixture
def gate(writer: Writer) -> Iterator[Writer]:
    for who in (ADA, BOB):
        right(writer, MemberAdded(who, ZOE), {"handle": who[-2:], "name": who[-2:]})
    yield writer


def came(writer: Writer, who: MemberId, ms: int = 0, boot: str | None = None, synced: bool = True) -> None:
    at = moment(ms, synced=synced) if boot is None else moment(ms, boot, synced)
    with writer.write() as pen:
        pen.append(Draft(at, CheckedIn(who, who, "door", "k1:0")))


def went(writer: Writer, who: MemberId, ms: int = 0) -> None:
    with writer.write() as pen:
        pen.append(Draft(moment(ms), CheckedOut(who, who)))


def elsewhere(writer: Writer, *words: Word) -> None:
    with writer.write() as pen:
        present.put_elsewhere(pen, words)


def asked(ms: int = 0, at: Moment | None = None, linked: bool = True, synced: bool = True) -> Asked:
    return Asked(NOW + ms, Charter(stay_ms=STAY), synced=synced, linked=linked, at=at)


def here(writer: Writer, ms: int = 0, **more: object) -> list[MemberId]:
    return [one.member for one in present.now(writer.conn, asked(ms, **more))]  # type: ignore[arg-type]


# --- at this gate -------------------------------------------------------------------------------


def test_who_checks_in_is_here_until_they_check_out(gate: Writer):
    """R4."""
    assert here(gate) == []
    came(gate, ADA)
    assert present.now(gate.conn, asked(5)) == (
        Present(ADA, "gate1", NOW, NOW + STAY, False, Status.TRAINEE),
    )
    went(gate, ADA, 5)
    assert here(gate, 6) == []
    assert present.of(gate.conn, ADA, asked(6)) == (False, NOW + 5)
    came(gate, ADA, 7)
    assert present.of(gate.conn, ADA, asked(8)) == (True, None)


def test_who_was_here_longest_comes_first(gate: Writer):
    came(gate, BOB)
    came(gate, ADA, 3)
    assert here(gate, 5) == [BOB, ADA]


def test_a_check_in_counts_for_as_long_as_the_lab_says_and_then_ends_by_itself(gate: Writer):
    """Edge case 2: somebody left without a word."""
    came(gate, ADA)
    assert here(gate, STAY - 1) == [ADA]
    assert here(gate, STAY) == []
    assert present.of(gate.conn, ADA, asked(STAY)) == (False, None)  # nobody saw them go


def test_who_checks_in_again_stays_longer(gate: Writer):
    came(gate, ADA)
    came(gate, ADA, STAY - 1)
    assert here(gate, STAY + 5) == [ADA]


def test_within_a_boot_its_own_clock_counts_and_not_the_wall(gate: Writer):
    """Law 5, edge case 14."""
    came(gate, ADA)
    assert here(gate, 99 * STAY, at=moment(STAY - 1)) == [ADA]
    assert here(gate, 0, at=moment(STAY)) == []
    [one] = present.now(gate.conn, asked(99 * STAY, at=moment(10)))
    assert one.until_ms == NOW + 99 * STAY + STAY - 10


def test_after_a_restart_the_wall_clock_counts_if_it_was_right_then_and_is_now(gate: Writer):
    """A doubt refuses: nobody is here whose check-in cannot be dated."""
    came(gate, ADA)
    came(gate, BOB, synced=False)
    after = moment(5, LATER)
    assert here(gate, 5, at=after) == [ADA]
    assert here(gate, 5, at=after, synced=False) == []
    assert here(gate, 5, at=moment(5), synced=False) == [ADA, BOB]


def test_a_check_in_from_the_future_does_not_count_longer_than_one_of_now(gate: Writer):
    came(gate, ADA, 50 * STAY)
    [one] = present.now(gate.conn, asked(0))
    assert one.until_ms == NOW + STAY


def test_who_is_suspended_or_has_left_is_nobody_s_company(gate: Writer):
    """R4."""
    came(gate, ADA)
    came(gate, BOB)
    right(gate, MemberSuspended(ADA, ZOE, until_ms=NOW + 5))
    right(gate, MemberStatus(BOB, "left", ZOE))
    assert here(gate, 5) == []
    assert here(gate, 6) == [ADA]
    right(gate, MemberStatus(BOB, "guest", ZOE))
    assert {one.member: one.status for one in present.now(gate.conn, asked(6))}[BOB] is Status.GUEST


def test_somebody_whom_these_books_do_not_know_is_not_here(gate: Writer):
    came(gate, MemberId("m-99"))
    assert here(gate) == []


# --- what the hub says --------------------------------------------------------------------------


def test_who_is_at_another_gate_is_here_while_the_link_is_there(gate: Writer):
    """R4: with the link down only this gate's own word counts."""
    elsewhere(gate, Word(ADA, "hub", NOW))
    came(gate, BOB)
    assert here(gate) == [ADA, BOB]
    assert here(gate, linked=False) == [BOB]
    assert present.of(gate.conn, ADA, asked()) == (True, None)
    assert present.of(gate.conn, ADA, asked(linked=False)) == (False, None)


def test_what_the_hub_says_takes_the_place_of_what_it_said(gate: Writer):
    elsewhere(gate, Word(ADA, "hub", NOW))
    elsewhere(gate, Word(BOB, "hub", NOW))
    assert here(gate) == [BOB]
    elsewhere(gate)
    assert here(gate) == []


def test_the_hub_counts_for_a_gate_that_does_not_know_the_time(gate: Writer):
    elsewhere(gate, Word(ADA, "hub", NOW))
    assert here(gate, 99 * STAY) == []
    assert here(gate, 99 * STAY, synced=False) == [ADA]


def test_who_went_by_another_door_is_out_here_too(gate: Writer):
    """R4: a gate where somebody stands beside a trainee hears that they left."""
    came(gate, ADA)
    elsewhere(gate, Word(ADA, "hub", NOW - 50, NOW + 5))
    assert here(gate, 6) == []
    assert present.of(gate.conn, ADA, asked(6)) == (False, NOW + 5)
    came(gate, ADA, 7)
    elsewhere(gate, Word(ADA, "hub", NOW - 50, NOW + 5))
    assert here(gate, 8) == [ADA], "that was before they came here"


def test_a_check_in_by_a_clock_that_was_not_right_cannot_be_said_to_be_before_anything(gate: Writer):
    came(gate, ADA, synced=False)
    elsewhere(gate, Word(ADA, "hub", NOW - 50, NOW + 5))
    assert here(gate, 6, at=moment(6)) == [ADA]


def test_whom_this_gate_saw_go_stays_out_while_the_hub_has_not_heard_of_it(gate: Writer):
    elsewhere(gate, Word(ADA, "hub", NOW))
    went(gate, ADA, 5)
    assert here(gate, 6) == []
    elsewhere(gate, Word(ADA, "hub", NOW))
    assert here(gate, 6) == [], "this is the old word"
    elsewhere(gate, Word(ADA, "hub", NOW + 9))
    assert here(gate, 10) == [ADA], "they came in again elsewhere"


# --- at the hub ---------------------------------------------------------------------------------


def hear(writer: Writer, gate: str, ms: int, out: bool = False, synced: bool = True, now: int = 0) -> None:
    body = CheckedOut(ADA, ADA) if out else CheckedIn(ADA, ADA)
    with writer.write() as pen:
        present.heard(pen, gate, body, moment(ms, "its boot", synced), NOW + now)


def test_a_hub_knows_who_is_at_which_gate(gate: Writer):
    hear(gate, "gate7", 5)
    assert present.words(gate.conn, NOW) == (Word(ADA, "gate7", NOW + 5),)
    assert [one.gate for one in present.now(gate.conn, asked(9))] == ["gate7"]
    hear(gate, "gate7", 9, out=True)
    assert present.words(gate.conn, NOW) == (Word(ADA, "gate7", NOW + 5, NOW + 9),)
    assert here(gate, 10) == []


def test_words_that_are_older_than_a_stay_are_told_no_more(gate: Writer):
    hear(gate, "gate7", 5)
    assert present.words(gate.conn, NOW + 6) == ()
    hear(gate, "gate7", 9, out=True)
    assert present.words(gate.conn, NOW + 6) != (), "that they went is newer"
    assert present.words(gate.conn, NOW + 10) == ()


def test_who_goes_by_one_gate_is_out_at_all(gate: Writer):
    hear(gate, "gate7", 5)
    hear(gate, "gate8", 9, out=True)
    assert here(gate, 10) == []


def test_a_word_that_comes_late_is_put_in_its_place(gate: Writer):
    hear(gate, "gate8", 9, out=True)
    hear(gate, "gate7", 5)
    assert here(gate, 10) == [], "they had come in before they went"
    hear(gate, "gate7", 10)
    assert here(gate, 11) == [ADA]


def test_a_gate_without_a_clock_says_now(gate: Writer):
    hear(gate, "gate7", -99_999, synced=False, now=5)
    assert present.words(gate.conn, NOW) == (Word(ADA, "gate7", NOW + 5),)


def test_the_hub_s_own_desk_lets_somebody_out_everywhere(gate: Writer):
    hear(gate, "gate7", 5)
    went(gate, ADA, 9)
    assert here(gate, 10) == []
    assert Word(ADA, "gate7", NOW + 5, NOW + 9) in present.words(gate.conn, NOW)


said = st.tuples(st.sampled_from(("gate7", "gate8")), st.integers(0, 9), st.booleans())


@given(st.lists(said, max_size=8, unique_by=lambda one: one[1]), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_a_hub_says_the_same_of_everybody_whichever_gate_it_hears_first(words, lots):
    """Each gate's own words come in their order; between gates they come in any."""
    with tempfile.TemporaryDirectory() as folder:
        store = create(Path(folder) / "hub", "openfab", "hub", moment())
        with store.writer() as hub:
            right(hub, MemberAdded(ADA, ZOE), {"handle": "ada"})
            waiting = {name: sorted(one for one in words if one[0] == name) for name in ("gate7", "gate8")}
            while any(waiting.values()):
                name = lots.choice([name for name, left in waiting.items() if left])
                gate, ms, out = waiting[name].pop(0)
                hear(hub, gate, ms, out)
            last = max(words, key=lambda one: one[1], default=None)
            assert here(hub, 10) == ([] if last is None or last[2] else [ADA])
