"""What Home Assistant finds a gate by: one retained message a gate, at a topic of Home Assistant's own.

The hub publishes it. It names the topics of `presence.py`, which Home Assistant then reads for itself;
nothing in it can be commanded, for nothing remote turns anything on (law 3), and no person is in it
(law 12). The form is Home Assistant's device discovery for MQTT, with every key written out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args

from fabgate.wire.presence import GateInfo, MachineInfo, Standing
from fabgate.wire.topics import STATE, Topic, machine_state

PREFIX = "homeassistant"
_PLAIN = re.compile("[a-z0-9]{1,32}")
_QOS = 1

Component = Mapping[str, object]


def discovery(lab: str, gate: str, info: GateInfo, gone: Collection[str] = ()) -> tuple[str, bytes]:
    """Topic and payload by which Home Assistant makes a device of a gate; publish it retained.

    `gone`: machines that the gate had when this was published last, and has no more; Home Assistant
    forgets their entities. Twice the same info gives the same bytes.
    """
    own = _object_id(lab, gate)
    components = dict(_of_gate(lab, gate, own))
    for machine in info.machines:
        components |= _of_machine(lab, gate, own, machine)
    for machine_gone in sorted(set(gone) - {machine.machine for machine in info.machines}):
        components |= _nothing(machine_gone)
    said = {
        "device": {
            "identifiers": [own],
            "name": gate,
            "manufacturer": "fabgate",
            "model": "gate",
            "sw_version": info.version,
        },
        "origin": {"name": "fabgate", "sw_version": info.version},
        "components": components,
    }
    return _topic(own), json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def removal(lab: str, gate: str) -> tuple[str, bytes]:
    """Topic and payload by which Home Assistant forgets a gate; publish it retained."""
    return _topic(_object_id(lab, gate)), b""


def _topic(own: str) -> str:
    return f"{PREFIX}/device/{own}/config"


def _object_id(lab: str, gate: str) -> str:
    """One word for a gate, never that of another: a lab's name may hold signs that none may hold there."""
    if _PLAIN.fullmatch(lab):
        return f"fabgate_{lab}_{gate}"
    digest = hashlib.sha256(lab.encode("utf-8", "replace")).hexdigest()[:16]
    return f"fabgate_x-{digest}_{gate}"


def _of_gate(lab: str, gate: str, own: str) -> Iterator[tuple[str, Component]]:
    """The gate itself. That it is there must stay to be seen while it is not: no availability."""
    topic = str(Topic(lab, gate, STATE))
    yield (
        "connection",
        {
            **_entity("binary_sensor", own, "connection", "Connection"),
            "device_class": "connectivity",
            "entity_category": "diagnostic",
            "state_topic": topic,
            "value_template": "{{ 'ON' if value_json.state == 'ready' else 'OFF' }}",
        },
    )
    yield (
        "version",
        {
            **_entity("sensor", own, "version", "Version"),
            "entity_category": "diagnostic",
            "state_topic": topic,
            "value_template": "{{ value_json.version }}",
        },
    )


def _of_machine(lab: str, gate: str, own: str, machine: MachineInfo) -> dict[str, Component]:
    # The ending makes the key one of its own: no machine's key is another's, or the gate's.
    name, title = machine.machine, machine.title
    shared = {
        "state_topic": str(Topic(lab, gate, machine_state(name))),
        "availability": [_there(lab, gate)],
    }
    return _running(name, title, own, shared, machine.metered) | {
        f"{name}_power": {
            **_entity("binary_sensor", own, f"{name}/power", f"{title} power"),
            **shared,
            "device_class": "power",
            "value_template": "{{ 'ON' if value_json.powered else 'OFF' }}",
        },
        f"{name}_state": {
            **_entity("sensor", own, f"{name}/state", f"{title} state"),
            **shared,
            "device_class": "enum",
            "options": list(get_args(Standing)),
            "value_template": "{{ value_json.state }}",
        },
        f"{name}_problem": {
            **_entity("binary_sensor", own, f"{name}/problem", f"{title} problem"),
            **shared,
            "device_class": "problem",
            "entity_category": "diagnostic",
            "value_template": "{{ 'ON' if value_json.troubles else 'OFF' }}",
            "json_attributes_topic": shared["state_topic"],
            "json_attributes_template": "{{ {'troubles': value_json.troubles} | tojson }}",
        },
    }


def _running(
    name: str, title: str, own: str, shared: Mapping[str, object], metered: bool
) -> dict[str, Component]:
    """Whether it works, where something tells."""
    if not metered:
        return {}
    return {
        f"{name}_running": {
            **_entity("binary_sensor", own, f"{name}/running", f"{title} running"),
            **shared,
            "device_class": "running",
            "value_template": "{{ 'ON' if value_json.busy else 'OFF' }}",
        }
    }


def _nothing(machine: str) -> dict[str, Component]:
    """What makes Home Assistant forget a machine: its platforms, and nothing more."""
    return {
        f"{machine}_power": {"platform": "binary_sensor"},
        f"{machine}_state": {"platform": "sensor"},
        f"{machine}_problem": {"platform": "binary_sensor"},
        f"{machine}_running": {"platform": "binary_sensor"},
    }


def _entity(platform: str, own: str, what: str, name: str) -> dict[str, Any]:
    return {"platform": platform, "unique_id": f"{own}/{what}", "name": name, "qos": _QOS}


def _there(lab: str, gate: str) -> Component:
    """A gate that stops, or is lost, knows nothing of its machines that can be relied on."""
    return {
        "topic": str(Topic(lab, gate, STATE)),
        "value_template": "{{ 'online' if value_json.state == 'ready' else 'offline' }}",
        "payload_available": "online",
        "payload_not_available": "offline",
    }
