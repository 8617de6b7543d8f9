"""What one gate may make the hub keep; and a right that cannot be handed on, which nobody else waits for."""

from __future__ import annotations

import json
import sqlite3

import pytest
from hub_lab import Lab, enrol, grant, levels
from hypothesis import given
from hypothesis import strategies as st
from test_hub_hostile import AT, batch, begun, info

from fabgate.hub import handing, limits
from fabgate.hub.limits import DAY_MS, Daily
from fabgate.model import Level, Moment, Origin
from fabgate.records import ClockSeen, Draft, EpochBegun, GrantGiven, Note, encode
from fabgate.store import heard, journal
from fabgate.store.db import Store
from fabgate.store.heard import NoteOf
from fabgate.wire.journal import NoteLine, Notes
from fabgate.wire.kinds import LONG_TEXT
from fabgate.wire.presence import GateState


def too_many(lab: Lab, gate: str = "gate-9") -> str | None:
    """What the alarm of this kind says by now; None where there is none."""
    lab.settle()
    lab.pass_ms(2_000)
    lab.settle()
    with Store(lab.settings.gate.state).reader() as reader:
        row = reader.conn.execute(
            "SELECT what FROM alarms WHERE gate = ? AND alarm = 'too_many'", (gate,)
        ).fetchone()
    return None if row is None else row[0]


def epochs(lab: Lab, gate: str, number: int) -> None:
    """So many epochs of a gate, each of one record."""
    for one in range(number):
        lab.say(gate, "journal", batch(gate, f"e{one}", [begun()]).encode())
        lab.settle()


def test_a_gate_has_no_more_epochs_than_a_lab_can_bring_about(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heard, "EPOCHS", 3)
    epochs(lab, "gate-9", 3)
    assert too_many(lab) is None
    epochs(lab, "gate-9", 5)
    assert set(lab.held()) == {f"openfab/gate-9/e{one}" for one in range(3)}
    assert "epochs" in str(too_many(lab))
    epochs(lab, "gate-8", 1)
    assert "openfab/gate-8/e0" in lab.held(), "another gate is not counted with it"


@pytest.mark.parametrize("number", [limits.MACHINES, limits.MACHINES + 1])
def test_a_gate_with_more_machines_than_pins_is_not_believed(lab: Lab, number: int) -> None:
    lab.say("gate-9", "info", info("a", *(f"m{one}" for one in range(number))))
    told = too_many(lab)
    with Store(lab.settings.gate.state).reader() as reader:
        (kept,) = reader.conn.execute("SELECT info FROM gates WHERE gate = 'gate-9'").fetchone()
    if number > limits.MACHINES:
        assert told is not None
        assert kept is None
    else:
        assert told is None
        assert len(json.loads(kept)["machines"]) == number


def test_boots_without_a_clock_that_come_all_day_are_not_all_written_down(lab: Lab) -> None:
    wanted = limits.BOOTS_A_DAY
    for one in range(wanted + 20):
        at = Moment(f"boot-{one}", 5, 1_000, False)
        lab.say("gate-9", "state", GateState("ready", "a", at, "1").encode())
    assert "boots" in str(too_many(lab))
    with Store(lab.settings.gate.state).reader() as reader:
        assert len(list(journal.entries(reader.conn, kinds=(ClockSeen.kind,)))) == wanted


def test_a_flood_of_rights_is_taken_and_told_of(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lab.hub is not None
    monkeypatch.setattr(lab.hub._collector, "_rights", Daily(10))
    rights = [encode(Draft(AT, GrantGiven(f"m-{one}", "laser", "sponsor", "m-y"))) for one in range(11)]
    lab.say("gate-9", "journal", batch("gate-9", "e1", [begun(), *rights[:10]]).encode())
    assert too_many(lab) is None
    link = batch("gate-9", "e1", [begun(), *rights[:10]]).last
    more = batch("gate-9", "e1", rights[10:], first=12, previous=bytes.fromhex(link))
    lab.say("gate-9", "journal", more.encode())
    assert "rights" in str(too_many(lab))
    assert len(lab.held()["openfab/gate-9/e1"]) == 12


def test_a_gate_that_hands_in_without_end_is_heard_no_longer(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "RIGHTS_HANDED", 2)
    (one,) = lab.join("gate-1")
    lab.settle()
    with lab.desk() as desk:
        enrol(desk, "ada")
        grant(desk, "ada")
    lab.settle()
    lab.hub_off(cut=True)
    lab.anew()
    lab.hub_on()
    assert "handed in" in str(too_many(lab, "gate-1"))
    with Store(lab.settings.gate.state).reader() as reader:
        (handed,) = reader.conn.execute("SELECT handed FROM gates WHERE gate = 'gate-1'").fetchone()
    assert handed is not None
    assert one.link is not None


@given(counts=st.lists(st.integers(1, 40), max_size=20), most=st.integers(0, 100))
def test_a_day_counts_each_gate_by_itself(counts: list[int], most: int) -> None:
    daily = Daily(most)
    for number, more in enumerate(counts):
        at = Moment("b", number * 1_000, 0, False)
        assert daily.exceeded("gate-1", at, more) == (sum(counts[: number + 1]) > most)
    assert daily.exceeded("gate-2", Moment("b", 1, 0, False)) == (most < 1)
    assert daily.exceeded("gate-1", Moment("b", DAY_MS, 0, False)) == (most < 1)


def test_an_epoch_that_names_something_odd_before_it_is_taken(lab: Lab) -> None:
    said = encode(Draft(AT, EpochBegun("corrupt", "openfab/gate-9/e1/x", 40, "ab" * 32)))
    lab.say("gate-9", "journal", batch("gate-9", "e2", [said]).encode())
    lab.settle()
    assert list(lab.held()) == ["openfab/gate-9/e2"]


@pytest.mark.parametrize("more", [0, 1])
def test_no_note_is_kept_that_could_not_be_sent_on(lab: Lab, more: int) -> None:
    lab.say("gate-9", "journal", batch("gate-9", "e1", [begun()]).encode())
    lab.settle()
    text = "x" * (LONG_TEXT + more)
    assert lab.books is not None
    with lab.books.write() as pen:
        notes = [NoteOf(1, Note("reason", text))]
        assert pen.take_notes(Origin("openfab/gate-9/e1"), 1, 1, notes) is (more == 0)
    sent = Notes("e1", 1, 1, (NoteLine(1, "reason", text),)).encode()
    said = Notes.decode(sent)
    assert isinstance(said, Notes)
    assert (said.notes[0].text == text) is (more == 0)


def test_a_right_that_cannot_be_handed_on_is_told_of_and_passed_over(lab: Lab) -> None:
    (one,) = lab.join("gate-1")
    with lab.desk() as desk:
        for handle in ("ada", "bob", "eve"):
            enrol(desk, handle)
            grant(desk, handle)
    conn = sqlite3.connect(Store(lab.settings.gate.state).path, isolation_level=None)
    conn.execute(
        "UPDATE rights SET body = body || char(10) WHERE arrived = (SELECT max(arrived) - 2 FROM rights)"
    )
    conn.close()
    lab.settle()
    lab.pass_ms(2_000)
    lab.settle()
    assert ("hub", "unsound") in lab.alarms()
    found = levels(one.folder)
    assert found["eve"] == Level.AUTONOMOUS
    assert Origin("openfab/gate-1/e1") in {Origin(name) for name in lab.held()}
