"""Run by a Python that has Home Assistant, not by ours: its own schemas and templates on our payloads.

    python ha_schemas.py < [{"payload": ..., "states": {topic: [texts]}}, ...]

Prints what each value template makes of each text, as JSON; exits with a traceback where a schema refuses.
`test_wire_discovery.py` calls it where HOMEASSISTANT_PYTHON names such a Python.
"""

import asyncio
import copy
import importlib
import json
import sys
import tempfile


def merged(payload, component):
    """A component as Home Assistant sees it: with what it takes from the message around it."""
    from homeassistant.components.mqtt.schemas import SHARED_OPTIONS

    whole = copy.deepcopy(component)
    whole["device"], whole["origin"] = payload["device"], payload["origin"]
    for option in SHARED_OPTIONS:
        if option in payload and option not in whole:
            whole[option] = payload[option]
    return whole


def rendered(hass, template, texts):
    from homeassistant.components.mqtt.models import MqttValueTemplate

    template.hass = hass
    value = MqttValueTemplate(template)
    return [value.async_render_with_possible_json_value(text) for text in texts]


def values_of(hass, config, states):
    """What the templates of an entity make of the messages at the topics that it names."""
    found = {"value": rendered(hass, config["value_template"], states[config["state_topic"]])}
    for there in config.get("availability", []):
        found["there"] = rendered(hass, there["value_template"], states[there["topic"]])
    if "json_attributes_template" in config:
        texts = states[config["json_attributes_topic"]]
        found["attributes"] = rendered(hass, config["json_attributes_template"], texts)
    return found


async def check(cases):
    from homeassistant.components.mqtt.schemas import DEVICE_DISCOVERY_SCHEMA
    from homeassistant.core import HomeAssistant
    from homeassistant.helpers import frame

    with tempfile.TemporaryDirectory() as folder:
        hass = HomeAssistant(folder)
        frame.async_setup(hass)
        told = []
        for case in cases:
            payload = case["payload"]
            DEVICE_DISCOVERY_SCHEMA(copy.deepcopy(payload))
            values = {}
            for key, component in payload["components"].items():
                platform = component["platform"]
                module = importlib.import_module(f"homeassistant.components.mqtt.{platform}")
                if set(component) == {"platform"}:
                    continue
                whole = merged(payload, component)
                del whole["platform"]
                config = module.DISCOVERY_SCHEMA(whole)
                values[key] = values_of(hass, config, case["states"])
            told.append(values)
        await hass.async_stop(force=True)
        return told


json.dump(asyncio.run(check(json.load(sys.stdin))), sys.stdout)
