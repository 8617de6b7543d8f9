"""What Home Assistant is told: whole, unambiguous, read-only, and accepted by its own schemas."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabgate.model import Moment
from fabgate.wire.discovery import discovery, removal
from fabgate.wire.marks import OriginMark, RosterMark
from fabgate.wire.presence import GateInfo, GateState, MachineInfo, MachineState, Standing

AT = Moment("boot-1", 5_000, 1_790_000_000_000, synced=True)
HERE = Path(__file__).parent
IDS = st.from_regex("[a-z0-9_-]{1,32}", fullmatch=True)
LABS = st.text(
    st.characters(exclude_characters="/#+$", exclude_categories=("Cs", "Cc")), min_size=1, max_size=64
)

# Home Assistant's long names of what we use; anything else in a payload is a mistake.
KEYS = {
    "binary_sensor": {
        "needed": {"device_class", "state_topic", "value_template"},
        "may": {"entity_category"},
    },
    "sensor": {
        "needed": {"state_topic", "value_template"},
        "may": {"device_class", "options", "entity_category"},
    },
}
EVERY = {"platform", "unique_id", "name", "qos"}
OF_A_MACHINE = {"availability", "json_attributes_topic", "json_attributes_template"}
CLASSES = {"binary_sensor": {"connectivity", "power", "problem", "running"}, "sensor": {"enum", None}}


def info(*machines: str, title: str = "Laser") -> GateInfo:
    return GateInfo(
        instance="i1",
        version="0.4.0",
        origins=(OriginMark("e1", 0, ""),),
        roster=RosterMark(None, 0, 0, ""),
        keys=("k1",),
        machines=tuple(
            MachineInfo(machine, title, "laser", "tap", 3_600_000, 300_000, "autonomous")
            for machine in machines
        ),
        features=(),
    )


def said(*machines: str, lab: str = "openfab", gate: str = "gate-1", gone: tuple[str, ...] = ()) -> Any:
    return json.loads(discovery(lab, gate, info(*machines), gone)[1])


def check(payload: Any) -> None:
    """The form of a payload, strictly: nothing missing, nothing besides, no short names."""
    assert set(payload) == {"device", "origin", "components"}
    device = payload["device"]
    assert set(device) == {"identifiers", "name", "manufacturer", "model", "sw_version"}
    assert isinstance(device["identifiers"], list)
    assert payload["origin"]["name"] == "fabgate"
    for component in payload["components"].values():
        platform = component["platform"]
        if set(component) == {"platform"}:  # forgotten
            continue
        form = KEYS[platform]
        assert EVERY | form["needed"] <= set(component) <= EVERY | form["needed"] | form["may"] | OF_A_MACHINE
        assert component.get("device_class") in CLASSES[platform]
        assert component.get("entity_category") in (None, "diagnostic")
        assert ("options" in component) == (component.get("device_class") == "enum")
        assert component["qos"] == 1
    ids = [one["unique_id"] for one in payload["components"].values() if "unique_id" in one]
    assert len(set(ids)) == len(ids)


def test_a_gate_is_a_device_and_each_machine_has_power_state_and_problem():
    payload = said("laser", "lathe")
    check(payload)
    assert set(payload["components"]) == {
        "connection",
        "version",
        *(f"{machine}_{what}" for machine in ("laser", "lathe") for what in ("power", "state", "problem")),
    }
    assert payload["components"]["laser_state"]["options"] == list(get_args(Standing))
    assert (
        payload["components"]["laser_power"]["state_topic"] == "fabgate/1/openfab/gate-1/machine/laser/state"
    )


def test_a_machine_that_tells_whether_it_works_has_one_entity_more():
    metered = info("mill")
    metered = replace(metered, machines=(replace(metered.machines[0], metered=True),))
    payload = json.loads(discovery("openfab", "gate-1", metered)[1])
    check(payload)
    running = payload["components"]["mill_running"]
    assert (running["device_class"], running["state_topic"]) == (
        "running",
        "fabgate/1/openfab/gate-1/machine/mill/state",
    )
    assert running["value_template"] == "{{ 'ON' if value_json.busy else 'OFF' }}"


def test_it_stands_where_home_assistant_looks_for_devices():
    assert discovery("openfab", "gate-1", info())[0] == "homeassistant/device/fabgate_openfab_gate-1/config"


def test_the_same_gate_is_always_told_in_the_same_bytes():
    assert discovery("openfab", "gate-1", info("laser")) == discovery("openfab", "gate-1", info("laser"))


def test_a_gate_that_is_retired_is_forgotten_by_an_empty_message_at_its_topic():
    assert removal("openfab", "gate-1") == (discovery("openfab", "gate-1", info())[0], b"")


def test_a_machine_that_is_gone_is_forgotten_and_one_that_came_back_is_not():
    payload = said("laser", gone=("laser", "router"))
    check(payload)
    assert payload["components"]["router_power"] == {"platform": "binary_sensor"}
    assert "unique_id" in payload["components"]["laser_power"]


def test_nothing_can_be_commanded():
    """Nothing remote turns anything on, and nobody learns from a dashboard that it could."""
    payload = said("laser")
    assert {one["platform"] for one in payload["components"].values()} == {"sensor", "binary_sensor"}
    assert "command" not in json.dumps(payload)
    assert "/cmd/" not in json.dumps(payload)


def test_a_machine_is_there_only_while_its_gate_is_and_the_gate_itself_can_be_seen_to_be_away():
    components = said("laser")["components"]
    assert components["laser_power"]["availability"][0]["topic"] == "fabgate/1/openfab/gate-1/state"
    assert "availability" not in components["connection"]


@settings(deadline=None)
@given(LABS, IDS, st.lists(IDS, max_size=4, unique=True), st.text(max_size=20))
def test_whatever_a_lab_calls_its_things_the_payload_is_whole_and_its_topic_fits(lab, gate, machines, title):
    topic, payload = discovery(lab, gate, info(*machines, title=title))
    assert re.fullmatch(r"homeassistant/device/[a-zA-Z0-9_-]+/config", topic)
    read = json.loads(payload)
    check(read)
    assert len(read["components"]) == 2 + 3 * len(machines)


@settings(deadline=None)
@given(st.lists(st.tuples(LABS, IDS, IDS), min_size=2, max_size=2, unique=True))
def test_two_machines_never_share_an_id_in_whatever_labs_and_gates_they_are(two):
    ids = [
        {one["unique_id"] for one in said(machine, lab=lab, gate=gate)["components"].values()}
        for lab, gate, machine in two
    ]
    topics = {discovery(lab, gate, info())[0] for lab, gate, _ in two}
    same_gate = two[0][:2] == two[1][:2]
    assert len(topics) == (1 if same_gate else 2)
    assert len(ids[0] & ids[1]) == (2 if same_gate else 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a_b", "c"), ("a", "b_c")),
        (("a-b", "c"), ("a", "b-c")),
        (("x-0", "c"), ("x", "0_c")),
        (("a_b", "c"), (sha256(b"a_b").hexdigest()[:16], "c")),
    ],
)
def test_a_lab_and_its_gate_are_told_apart_from_another_lab_and_gate_that_read_alike(one, other):
    assert removal(*one)[0] != removal(*other)[0]


# --- Home Assistant's own word --------------------------------------------------------------------


def test_home_assistant_accepts_it_and_reads_our_messages_with_it(tmp_path: Path):
    """How to have such a Python stands in docs/developers.md; without one this is skipped."""
    python = os.environ.get("HOMEASSISTANT_PYTHON")
    if not python:
        pytest.skip("HOMEASSISTANT_PYTHON names no Python with Home Assistant: see docs/developers.md")
    lab = 'fablab "Zoé" {{ 1 }} ~'
    tree = f"fabgate/1/{lab}/gate-1"
    gate = [GateState(word, "i1", AT, "0.4.0") for word in ("ready", "stopping", "lost")]
    machine = [MachineState("in_use", True, (), AT), MachineState("fault", False, ("reader",), AT)]
    states = {
        f"{tree}/state": [one.encode().decode() for one in gate],
        f"{tree}/machine/laser/state": [one.encode().decode() for one in machine],
    }
    payload = json.loads(discovery(lab, "gate-1", info("laser", title="~ {{ 2 }}"), ["router"])[1])
    ran = subprocess.run(
        [python, "-I", HERE / "ha_schemas.py"],
        input=json.dumps([{"payload": payload, "states": states}]),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    there = ["online", "offline", "offline"]
    [values] = json.loads(ran.stdout)
    assert values["connection"] == {"value": ["ON", "OFF", "OFF"]}
    assert values["version"] == {"value": ["0.4.0"] * 3}
    assert values["laser_power"] == {"value": ["ON", "OFF"], "there": there}
    assert values["laser_state"] == {"value": ["in_use", "fault"], "there": there}
    assert values["laser_problem"]["value"] == ["OFF", "ON"]
    assert [json.loads(text) for text in values["laser_problem"]["attributes"]] == [
        {"troubles": []},
        {"troubles": ["reader"]},
    ]
