"""A topic names a lab, a gate and what is said; everybody subscribes to what concerns them, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_makers import calm, values, wire_samples

from fabgate.wire import topics
from fabgate.wire.kinds import ID, LAB
from fabgate.wire.topics import Topic, parse, to_gate, to_hub

WHATS = [
    spoken.what.replace("<machine>", "laser").replace("<verb>", "stop") for spoken in wire_samples.TOPICS
]


def heard(topic: str, subscriptions: tuple[str, ...]) -> bool:
    """Whether a broker would deliver this."""
    parts = topic.split("/")
    return any(
        len(parts) == len(wanted.split("/"))
        and all(want in ("+", part) for want, part in zip(wanted.split("/"), parts, strict=True))
        for wanted in subscriptions
    )


@calm
@given(values(LAB), values(ID), st.sampled_from(WHATS))
def test_a_topic_is_read_as_it_was_written(lab, gate, what):
    topic = Topic(lab, gate, what)
    assert parse(str(topic)) == topic


@calm
@given(st.text(max_size=80))
def test_any_text_is_a_topic_or_none(text):
    found = parse(text)
    assert found is None or str(found) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fabgate/1/openfab/gate-1",
        "fabgate/1/openfab/gate-1/",
        "fabgate/2/openfab/gate-1/state",
        "fabgate/1/openfab/Gate-1/state",
        "fabgate/1/openfab/gate-1/state\n",
        "fabgate/1/openfab/gate-1/state/more",
        "fabgate/1/openfab/../state",
        "fabgate/1/open/fab/gate-1/state",
        "fabgate/1/openfab/+/state",
        "fabgate/1/#",
        "fabgate/1/ openfab/gate-1/state",
        "fabgate/1/openfab/gate-1/machine//state",
        "fabgate/1/openfab/gate-1/machine/laser",
        "/fabgate/1/openfab/gate-1/state",
        "$SYS/broker/uptime",
        f"fabgate/1/openfab/{'g' * 33}/state",
    ],
)
def test_what_is_no_topic_of_this_wire_is_none(text):
    assert parse(text) is None


def test_a_lab_may_have_a_name_that_people_write():
    assert parse("fabgate/1/Fab Lab ʻĪ/gate-1/state") == Topic("Fab Lab ʻĪ", "gate-1", "state")


def test_a_topic_that_is_not_known_yet_is_read_all_the_same():
    topic = parse("fabgate/1/openfab/gate-1/later")
    assert topic is not None
    assert topic.what == "later"


def test_the_machine_and_the_verb_stand_in_the_topic():
    assert Topic("l", "g", topics.machine_state("laser")).machine == "laser"
    assert Topic("l", "g", topics.command("hand_in")).verb == "hand_in"
    assert Topic("l", "g", topics.STATE).machine is None
    assert Topic("l", "g", topics.STATE).verb is None


@pytest.mark.parametrize("spoken", wire_samples.TOPICS, ids=lambda spoken: spoken.topic)
def test_who_reads_a_topic_subscribes_to_it(spoken):
    lab, gate = wire_samples.LAB, wire_samples.GATE
    assert heard(spoken.place, to_hub(lab)) == ("the hub" in spoken.to or spoken.gate is None)
    own = spoken.what == topics.STATE  # a gate listens to itself, for one that has its name
    assert heard(spoken.place, to_gate(lab, gate)) == ("the gate" in spoken.to or own)


@calm
@given(values(ID), st.sampled_from(WHATS))
def test_a_gate_hears_nothing_that_is_meant_for_another(gate, what):
    if gate not in (wire_samples.GATE, topics.HUB):
        assert not heard(str(Topic("openfab", gate, what)), to_gate("openfab", wire_samples.GATE))


def test_a_hub_hears_nothing_of_another_lab():
    assert not any(heard(str(Topic("elsewhere", "gate-1", what)), to_hub("openfab")) for what in WHATS)
