"""`journal verify` in the books of a hub: its own journal, every gate's, and where each of them ends."""

from __future__ import annotations

import sqlite3

import pytest
from hub_lab import FakeGate, Lab

from fabgate.records import Draft, GateStarted
from fabgate.store import db, journal
from fabgate.store.db import Store
from fabgate.store.journal import Verdict

GATE = "openfab/gate-1/e1"
BASE = "(SELECT id << 40 FROM origins WHERE gate = 'gate-1')"
OWN = "(SELECT max(id) << 40 FROM origins WHERE own = 1)"


@pytest.fixture
def one(lab: Lab) -> FakeGate:
    """A gate with seven records, all of them at the hub."""
    (gate,) = lab.join("gate-1")
    for _ in range(3):
        gate.session()
    lab.settle()
    lab.hub_off()
    return gate


def verdict(lab: Lab, *statements: str, last: int | None = None) -> Verdict:
    """What the audit says of the hub's books once somebody has been at them with another program."""
    store = Store(lab.settings.gate.state)
    conn = sqlite3.connect(store.path, isolation_level=None)
    conn.execute("PRAGMA ignore_check_constraints = ON")
    for statement in statements:
        conn.execute(statement)
    conn.close()
    with store.reader() as reader:
        return journal.verify(reader.conn, last)


def broken(found: Verdict) -> list[str]:
    return [str(one.record) for one in found.broken]


@pytest.mark.parametrize("last", [None, 1, 100])
def test_the_books_of_a_hub_with_gates_are_sound(lab: Lab, one: FakeGate, last: int | None) -> None:
    assert verdict(lab, last=last).sound


@pytest.mark.parametrize("last", [None, 2])
def test_a_gates_journal_that_was_cut_off_at_its_end_is_a_break(
    lab: Lab, one: FakeGate, last: int | None
) -> None:
    found = verdict(lab, f"DELETE FROM journal WHERE position > {BASE} + 5", last=last)
    assert broken(found) == [f"{GATE}#6"]
    assert "all up to 7" in found.broken[0].what


def test_a_gates_journal_that_is_gone_as_a_whole_is_a_break(lab: Lab, one: FakeGate) -> None:
    assert broken(verdict(lab, f"DELETE FROM journal WHERE position > {BASE}")) == [f"{GATE}#1"]


@pytest.mark.parametrize("last", [None, 1])
def test_an_end_that_was_made_up_is_a_break(lab: Lab, one: FakeGate, last: int | None) -> None:
    found = verdict(lab, "UPDATE heard SET hash = zeroblob(32)", last=last)
    assert broken(found) == [f"{GATE}#7"]


def test_records_behind_the_noted_end_are_a_break(lab: Lab, one: FakeGate) -> None:
    assert broken(verdict(lab, "UPDATE heard SET seq = 6")) == [f"{GATE}#7"]


def test_a_gates_journal_of_which_nothing_is_noted_is_a_break(lab: Lab, one: FakeGate) -> None:
    assert broken(verdict(lab, "DELETE FROM heard")) == [f"{GATE}#7"]


def test_the_last_records_are_the_hubs_own_too(lab: Lab, one: FakeGate) -> None:
    """A hub that was restored has a newer epoch than its gates; one that was not has older ones."""
    spoilt = f"UPDATE journal SET hash = zeroblob(32) WHERE position = (SELECT max(position) FROM journal \
WHERE position < {OWN} + (1 << 40))"
    (found,) = broken(verdict(lab, spoilt, last=3))
    assert found.startswith("openfab/hub/")


def test_the_last_records_are_those_of_every_gate(lab: Lab, one: FakeGate) -> None:
    two = lab.gate("gate-2")
    two.write(Draft(two.clock.now(), GateStarted("1", True)))
    two.on()
    lab.hub_on()
    lab.settle()
    spoilt = f"UPDATE journal SET hash = zeroblob(32) WHERE position = {BASE} + 7"
    assert broken(verdict(lab, spoilt, last=3)) == [f"{GATE}#7"]


def test_the_last_records_are_those_of_the_newest_epoch(lab: Lab, one: FakeGate) -> None:
    one.off()
    db.begin_anew(one.folder, one.clock.now(), "fork")
    one.session()
    one.on()
    lab.hub_on()
    lab.settle()
    spoilt = "UPDATE journal SET hash = zeroblob(32) WHERE position = (SELECT max(position) - 1 FROM journal)"
    found = broken(verdict(lab, spoilt, last=2))
    assert [one.partition("#")[2] for one in found] == ["2"]
