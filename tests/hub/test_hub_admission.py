"""Who is listened to on a broker with certificates: from the first hello under an invitation, and in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_lab import LAB, Lab, first_manager, hub_settings
from test_hub_hostile import AT, batch, begun, books

from fabgate.records import GateJoined
from fabgate.rehearsal.exchange import SESSION_MS
from fabgate.store import gates, journal
from fabgate.store.db import Store
from fabgate.store.gates import GateRow
from fabgate.store.keys import Keys
from fabgate.wire.marks import OriginMark, RosterMark
from fabgate.wire.presence import GateInfo, GateState
from fabgate.wire.roster import KeyLine, Keyring

DAY_MS = 86_400_000
FIRST, SECOND = "a" * 64, "b" * 64


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A hub on a broker that asks for certificates."""
    made = Lab(tmp_path)
    made.settings = hub_settings(tmp_path / "hub", broker="mosquitto")
    made.make_hub()
    first_manager(made.settings, made.clock)
    made.hub_on()
    yield made
    if made.hub is not None:
        made.hub_off()


def invite(lab: Lab, fingerprint: str = FIRST) -> None:
    with Store(lab.settings.gate.state).writer() as writer, writer.write() as pen:
        gates.put_invited(pen, "gate-9", fingerprint, lab.clock.now().wall_ms)
    lab.settle()


def said(certificate: str) -> bytes:
    return GateInfo(
        "a", "1", (OriginMark("e1", 0, ""),), RosterMark(None, 0, 0, "00" * 32), (), (), (), certificate
    ).encode()


def hello(lab: Lab, certificate: str = FIRST) -> None:
    lab.say("gate-9", "info", said(certificate))
    lab.settle()


def records(lab: Lab, epoch: str = "e1") -> list[str | None]:
    """What the hub holds of an epoch after the gate has sent its first record."""
    lab.say("gate-9", "journal", batch("gate-9", epoch, [begun()]).encode())
    lab.settle()
    return lab.held().get(f"openfab/gate-9/{epoch}", [])


def row(lab: Lab) -> GateRow:
    with Store(lab.settings.gate.state).reader() as reader:
        return gates.gates(reader.conn)["gate-9"]


def joins(lab: Lab) -> int:
    with Store(lab.settings.gate.state).reader() as reader:
        return len(list(journal.entries(reader.conn, kinds=(GateJoined.kind,))))


def later(lab: Lab, ms: int) -> None:
    lab.pass_ms(ms)
    lab.settle()


def test_a_gate_joins_by_its_first_hello_and_once(lab: Lab) -> None:
    invite(lab)
    for _ in range(3):
        hello(lab)
        later(lab, 2_000)
    assert joins(lab) == 1
    assert (row(lab).joined_ms or 0) >= (row(lab).invited_ms or 0)
    assert len(records(lab)) == 1
    assert lab.alarms() == {}


def test_a_state_that_came_before_the_hello_counts_with_it(lab: Lab) -> None:
    """A broker that kept both gives them to a hub that comes later in any order."""
    invite(lab)
    lab.hub_off()
    lab.pass_ms(SESSION_MS + 1)  # nothing waits for it: all that it hears was kept
    gate = lab.exchange.join("gate-9", ())
    gate.publish(f"fabgate/1/{LAB}/gate-9/state", GateState("ready", "a", AT, "1").encode(), retain=True)
    gate.publish(f"fabgate/1/{LAB}/gate-9/info", said(FIRST), retain=True)
    lab.exchange.settle()
    lab.hub_on()
    lab.settle()
    assert row(lab).state == "ready"
    assert lab.hub is not None
    assert [live.talks for live in lab.hub.gates] == [True]


def test_a_state_of_a_gate_that_comes_late_does_not_count(lab: Lab) -> None:
    invite(lab)
    later(lab, DAY_MS + 1)
    lab.say("gate-9", "state", GateState("ready", "a", AT, "1").encode())
    hello(lab)
    later(lab, 2_000)
    assert row(lab).state is None


def test_before_its_first_hello_a_gate_changes_nothing(lab: Lab) -> None:
    invite(lab)
    before, keys = books(lab), Keys.load(lab.settings.gate.state)
    lab.say("gate-9", "state", GateState("ready", "a", lab.clock.now(), "1").encode())
    lab.say("gate-9", "keys", Keyring((KeyLine("k9", "ab" * 32),)).encode())
    assert records(lab) == []
    assert (books(lab), Keys.load(lab.settings.gate.state)) == (before, keys)
    assert (row(lab).state, row(lab).heard_ms, joins(lab)) == (None, None, 0)


def test_a_gate_that_comes_a_day_after_it_was_invited_does_not_count_until_it_is_invited_anew(
    lab: Lab,
) -> None:
    invite(lab)
    later(lab, DAY_MS + 60_000)
    hello(lab)
    later(lab, 2_000)
    assert records(lab) == []
    assert (row(lab).info, row(lab).heard_ms, joins(lab)) == (None, None, 0)
    assert set(lab.alarms()) == {("gate-9", "late")}
    invite(lab, SECOND)
    assert records(lab) == []
    hello(lab, SECOND)
    assert len(records(lab)) == 1
    assert joins(lab) == 1


def test_a_gate_that_was_invited_anew_goes_on_as_before_and_joins_by_its_new_certificate(lab: Lab) -> None:
    invite(lab)
    hello(lab)
    later(lab, 60_000)
    invite(lab, SECOND)
    hello(lab, FIRST)
    assert len(records(lab)) == 1
    assert joins(lab) == 1
    hello(lab, SECOND)
    assert joins(lab) == 2
    assert (row(lab).joined_ms or 0) >= (row(lab).invited_ms or 0)
    assert len(records(lab, "e2")) == 1


def test_a_known_gate_that_shows_its_new_certificate_late_does_not_count_under_it(lab: Lab) -> None:
    invite(lab)
    hello(lab)
    later(lab, 60_000)
    invite(lab, SECOND)
    later(lab, DAY_MS + 60_000)
    hello(lab, SECOND)
    later(lab, 2_000)
    assert records(lab) == []
    assert ("gate-9", "late") in lab.alarms()
    hello(lab, FIRST)
    assert len(records(lab)) == 1


def test_which_certificate_a_gate_has_is_asked_anew_by_each_run_of_the_hub(lab: Lab) -> None:
    invite(lab)
    hello(lab)
    later(lab, 60_000)
    invite(lab, SECOND)
    lab.hub_off()
    lab.hub_on()
    lab.settle()
    assert records(lab) == []
    hello(lab, FIRST)
    assert len(records(lab)) == 1


def test_a_gate_joins_once_by_a_hub_whose_clock_was_set_back(lab: Lab) -> None:
    invite(lab)
    lab.clock.step_wall(-3_600_000)
    for _ in range(3):
        hello(lab)
        later(lab, 2_000)
    assert joins(lab) == 1


def test_a_gate_is_never_late_on_a_broker_without_certificates(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    lab.make_hub()
    lab.hub_on()
    invite(lab)
    later(lab, 2 * DAY_MS)
    assert len(records(lab)) == 1
    assert joins(lab) == 1
    lab.hub_off()
