"""Home Assistant reads of each gate that is ours, and of no other; also behind a broker that forgets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hub_lab import LAB, Lab, hub_settings, ok
from test_hub_hostile import info

from fabgate.desk import gates
from fabgate.store.db import Store
from fabgate.wire.discovery import removal


def topic(gate: str) -> str:
    return removal(LAB, gate)[0]


def components(lab: Lab, gate: str) -> dict[str, dict[str, object]] | None:
    """What somebody who connects now is told of a gate; None where nothing is said."""
    said = lab.exchange.retained(topic(gate))
    return None if said is None else json.loads(said)["components"]


def shown(lab: Lab, gate: str) -> set[str] | None:
    """The machines that a gate is shown with."""
    found = components(lab, gate)
    if found is None:
        return None
    return {name.removesuffix("_power") for name, one in found.items() if one.get("device_class") == "power"}


def forgotten(lab: Lab, gate: str) -> set[str]:
    """The machines of which nothing but an end is told."""
    ends = {name for name, one in (components(lab, gate) or {}).items() if one.keys() == {"platform"}}
    return {name.removesuffix("_power") for name in ends if name.endswith("_power")}


def retire(lab: Lab, gate: str) -> None:
    with lab.desk() as desk:
        ok(gates.retire(desk, "zoe", gate, "sold", lambda _: None))


def test_a_gate_is_shown_to_home_assistant_with_its_machines(lab: Lab) -> None:
    lab.join("gate-1", "gate-2")
    lab.settle()
    assert shown(lab, "gate-1") == {"laser-1"}
    assert shown(lab, "gate-2") == {"laser-2"}


def test_a_machine_that_a_gate_has_no_more_is_taken_away(lab: Lab) -> None:
    lab.say("gate-9", "info", info("a", "laser", "drill"))
    lab.settle()
    lab.say("gate-9", "info", info("b", "laser", "mill"))
    lab.settle()
    assert shown(lab, "gate-9") == {"laser", "mill"}
    assert forgotten(lab, "gate-9") == {"drill"}


def test_a_machine_that_left_while_the_hub_was_away_is_taken_away(lab: Lab) -> None:
    lab.say("gate-9", "info", info("a", "laser", "drill"))
    lab.settle()
    lab.hub_off()
    lab.hub_on()
    lab.settle()
    lab.say("gate-9", "info", info("b", "laser"))
    lab.settle()
    assert forgotten(lab, "gate-9") == {"drill"}


def test_what_is_the_same_is_said_once(lab: Lab) -> None:
    lab.say("gate-9", "info", info("a", "laser"))
    lab.settle()
    assert lab.port is not None
    said = lab.port.said
    for _ in range(20):
        lab.hub_work()
    assert lab.port.said == said


def test_a_gate_that_is_retired_disappears(lab: Lab) -> None:
    lab.join("gate-1", "gate-2")
    lab.settle()
    retire(lab, "gate-2")
    lab.settle()
    assert shown(lab, "gate-1") == {"laser-1"}
    assert shown(lab, "gate-2") is None


def test_a_gate_that_was_retired_while_the_hub_was_away_disappears_when_it_is_back(lab: Lab) -> None:
    lab.join("gate-1")
    lab.settle()
    lab.hub_off()
    retire(lab, "gate-1")
    assert shown(lab, "gate-1") == {"laser-1"}
    lab.hub_on()
    lab.settle()
    assert shown(lab, "gate-1") is None


def test_a_broker_that_forgot_what_it_kept_is_told_anew(lab: Lab) -> None:
    lab.join("gate-1")
    lab.settle()
    lab.exchange.stop()
    lab.exchange.start(forgot=True)
    lab.gates["gate-1"].off()
    lab.settle()
    assert shown(lab, "gate-1") == {"laser-1"}


@pytest.fixture
def strict(tmp_path: Path) -> Lab:
    """A hub whose broker asks for certificates: a gate counts by its invitation."""
    lab = Lab(tmp_path)
    lab.settings = hub_settings(tmp_path / "hub", broker="mosquitto")
    lab.make_hub()
    lab.hub_on()
    return lab


def test_a_gate_that_was_never_invited_is_not_shown(strict: Lab) -> None:
    strict.say("gate-9", "info", info("a", "laser"))
    strict.settle()
    assert ("gate-9", "uninvited") in strict.alarms()
    assert shown(strict, "gate-9") is None
    with Store(strict.settings.gate.state).writer() as writer, writer.write() as pen:
        pen.execute("UPDATE gates SET invited_ms = 1 WHERE gate = 'gate-9'")
    strict.settle()
    assert shown(strict, "gate-9") == {"laser"}
    strict.hub_off()


def test_no_message_is_made_of_what_a_retired_gate_says(lab: Lab) -> None:
    lab.say("gate-9", "info", info("a", "laser"))
    lab.settle()
    retire(lab, "gate-9")
    lab.settle()
    lab.say("gate-9", "info", info("b", "drill"))
    lab.settle()
    assert shown(lab, "gate-9") is None
