"""What payers are and have, in the tables of the roster."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rights_lab import PLACES, Lab, all_meet, hand, known, lab_of, play, right, rows_of, take

from fabgate.model import MemberId
from fabgate.records import AccountSet, AccountState, BadgeAdded, MemberAdded
from fabgate.store import rights
from fabgate.store.db import Writer

ADA, BOB, ZOE = MemberId("m-00aa"), MemberId("m-00bb"), MemberId("m-00zz")
PERSON = {"handle": "ada", "name": "Ada", "language": "fr", "email": None, "login": None, "nameable": True}
ACCOUNT = "SELECT category, organisation, prepaid FROM accounts WHERE member = ?"
STATE = "SELECT balance_cents, plans, remains, read, as_of_ms FROM account_states WHERE member = ?"


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


def test_what_a_payer_is_stands_in_a_row_that_the_next_word_replaces(gate: Writer):
    right(gate, AccountSet(ADA, ZOE, "member"))
    right(gate, AccountSet(ADA, ZOE, "company", organisation=True, prepaid=True))
    assert gate.conn.execute(ACCOUNT, (ADA,)).fetchall() == [("company", 1, 1)]


def test_a_balance_that_the_hub_told_stands_at_the_gate(gate: Writer, hub: Writer):
    right(hub, AccountState(ADA, -250, 9, ("month:",), ("*::60",), ("openfab/gate1/e0000001#4",)))
    hand(hub, gate)
    row = (-250, '["month:"]', '["*::60"]', '["openfab/gate1/e0000001#4"]', 9)
    assert gate.conn.execute(STATE, (ADA,)).fetchall() == [row]


def test_a_badge_keeps_what_it_is_worked_for(gate: Writer):
    right(gate, BadgeAdded("k:1", ADA, ZOE, purpose="private"))
    assert gate.conn.execute("SELECT purpose FROM badges").fetchall() == [("private",)]


def test_what_is_said_of_a_payer_whom_nobody_knows_waits_for_them(gate: Writer, hub: Writer):
    right(gate, MemberAdded(BOB, ZOE), PERSON | {"handle": "bob"})
    right(gate, AccountSet(BOB, ZOE, "member"))
    right(gate, AccountState(BOB, 100, 1))
    _, added, *others = known(gate)
    take(hub, *others)
    assert hub.conn.execute(ACCOUNT, (BOB,)).fetchall() == []
    take(hub, added)
    assert rows_of(hub.conn) == rows_of(gate.conn)
    assert hub.conn.execute(ACCOUNT, (BOB,)).fetchall() == [("member", 0, 0)]


member = st.sampled_from((ADA, BOB))
deed = st.one_of(
    st.builds(lambda who: (MemberAdded(who, "z"), PERSON), member),
    st.builds(
        lambda who, word, one: (AccountSet(who, "z", word, one), None),
        member,
        st.sampled_from(("", "a")),
        st.booleans(),
    ),
    st.builds(
        lambda who, cents, at: (AccountState(who, cents, at), None),
        member,
        st.integers(-2, 2),
        st.integers(0, 2),
    ),
)
place = st.sampled_from(PLACES)
step = st.one_of(
    st.tuples(st.just("deed"), place, deed),
    st.tuples(st.just("meet"), st.tuples(place, place), st.integers(1, 9)),
)


@given(st.lists(step, max_size=20), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_stores_that_know_the_same_records_say_the_same_of_every_payer(steps, chance):
    with tempfile.TemporaryDirectory() as folder, lab_of(Path(folder), *PLACES) as lab:
        play(lab, steps)
        all_meet(lab, chance)
        found = [rows_of(writer.conn) for writer in lab.stores.values()]
        assert found[0] == found[1] == found[2]
        for writer in lab.stores.values():
            with writer.write() as pen:
                rights.rebuild(pen)
            assert rows_of(writer.conn) == found[0], "made anew it is what it grew to be"
