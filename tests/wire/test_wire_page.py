"""The page of topics says what is sent: its samples are read, and its schemas hold them."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from wire_makers import HOME, MESSAGES, anything, calm, each_message, each_sample, from_wire, wire_samples

from fabgate.model import Origin
from fabgate.store import chain
from fabgate.wire.journal import Batch, Blank
from fabgate.wire.presence import GateInfo, GateState, HubState, MachineState
from fabgate.wire.present import Present
from fabgate.wire.roster import Keyring, Page

PAGE = (HOME / "docs" / "topics.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^On `([^`]+)`:\n\n```\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
MESSAGES_ON_IT, _, HOME_ASSISTANT = PAGE.partition("## For Home Assistant\n")
SCHEMAS = re.findall(r"^```json\n(.*?)\n```$", MESSAGES_ON_IT, re.MULTILINE | re.DOTALL)
SPOKEN = {spoken.place: spoken for spoken in wire_samples.TOPICS}


def test_the_page_shows_a_sample_of_every_message_and_topic():
    assert [place for place, _ in SHOWN] == list(SPOKEN)
    assert {type(spoken.sample) for spoken in SPOKEN.values()} == set(MESSAGES)


@pytest.mark.parametrize(("place", "text"), SHOWN, ids=[place for place, _ in SHOWN])
def test_a_sample_of_the_page_is_what_is_sent(place, text):
    sample = SPOKEN[place].sample
    assert type(sample).decode(text.encode()) == sample
    assert sample.encode().decode() == text


@pytest.mark.parametrize("text", SCHEMAS, ids=range(len(SCHEMAS)))
def test_every_schema_of_the_page_is_one(text):
    Draft202012Validator.check_schema(json.loads(text))


@each_message
def test_the_schema_of_a_message_stands_on_the_page(of):
    assert from_wire.published(of) in [json.loads(text) for text in SCHEMAS]


def held(of, data: bytes) -> None:
    """Raises ValidationError where a message does not fit its schemas."""
    head, *rows = data.decode().split("\n")
    Draft202012Validator(from_wire.published(of)).validate(json.loads(head))
    if of in from_wire.LINES:
        lines = Draft202012Validator(from_wire.LINES[of])
        for row in rows:
            lines.validate(row if "pattern" in from_wire.LINES[of] else json.loads(row))


@each_sample
def test_a_sample_fits_its_schema(sample):
    held(type(sample), sample.encode())


@each_message
@calm
@given(data=st.data())
def test_what_is_sent_fits_its_schema(of, data):
    held(of, data.draw(anything(of)).encode())


@pytest.mark.parametrize("of", MESSAGES, ids=lambda of: of.__name__)
def test_the_schema_of_a_message_refuses_a_wrong_type_and_takes_more_fields(of):
    sample = next(spoken.sample for spoken in SPOKEN.values() if isinstance(spoken.sample, of))
    said = json.loads(sample.encode().split(b"\n")[0])
    schema = Draft202012Validator(from_wire.published(of))
    assert schema.is_valid({**said, "later": 1})
    for name in said:
        assert not schema.is_valid({**said, name: 1.5})


def test_the_hashes_of_the_page_are_true():
    batch = next(spoken.sample for spoken in SPOKEN.values() if isinstance(spoken.sample, Batch))
    origin = Origin(f"{wire_samples.LAB}/{wire_samples.GATE}/{batch.epoch}")
    link = bytes.fromhex(batch.previous)
    for seq, body in enumerate(batch.bodies, batch.first):
        of_body = bytes.fromhex(body.hash) if isinstance(body, Blank) else chain.body_hash(body.encode())
        link = chain.link(origin, seq, link, of_body)
    assert link.hex() == batch.last


def test_the_digest_of_the_page_is_the_sum_of_its_rights():
    page = next(spoken.sample for spoken in SPOKEN.values() if isinstance(spoken.sample, Page))
    info = next(spoken.sample for spoken in SPOKEN.values() if isinstance(spoken.sample, GateInfo))
    assert info.roster.digest == f"{sum(int(right.hash, 16) for right in page.rights) % 2**256:064x}"
    assert info.roster.records == len(page.rights)


def test_the_message_for_home_assistant_names_topics_of_the_page():
    (said,) = re.findall(r"^```json\n(.*?)\n```$", HOME_ASSISTANT, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r'"(fabgate/[^"]*)"', said))
    assert named
    assert named <= set(SPOKEN)


def test_no_person_and_no_session_has_a_field_in_what_is_retained():
    retained = {type(spoken.sample) for spoken in SPOKEN.values() if spoken.retained}
    assert retained == {GateState, GateInfo, MachineState, HubState}
    personal = {
        "member",
        "person",
        "name",
        "by",
        "badge",
        "session",
        "reason",
        "token",
        "sponsor",
        "login",
        "handle",
    }
    assert fields(retained) & personal == set()


def test_who_is_on_site_is_told_to_each_gate_alone_by_an_id_and_times_and_kept_by_no_broker():
    (spoken,) = (spoken for spoken in SPOKEN.values() if isinstance(spoken.sample, Present))
    assert (spoken.by, spoken.to, spoken.retained) == ("the hub", "the gate", False)
    assert fields({Present}) == {"hub", "here", "member", "since_ms", "out_ms"}


def fields(classes) -> set[str]:
    found: set[str] = set()

    def walk(said) -> None:
        found.update(said.get("properties", ()))
        for value in said.values():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict):
                    walk(each)

    for of in classes:
        walk(from_wire.published(of))
    return found


def test_a_key_does_not_show_its_secret():
    keyring = next(spoken.sample for spoken in SPOKEN.values() if isinstance(spoken.sample, Keyring))
    assert all(key.secret_hex not in repr(keyring) for key in keyring.keys)
