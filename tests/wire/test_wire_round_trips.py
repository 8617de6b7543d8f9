"""What is written is read again, and whatever else comes is a value and no crash."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wire_makers import MESSAGES, anything, calm, each_message, each_sample, wire_samples

from fabgate.wire.forms import Malformed
from fabgate.wire.journal import Batch, Notes
from fabgate.wire.presence import GateState, MachineState
from fabgate.wire.roster import Page

WORST = (
    b"",
    b"\n",
    b"null",
    b"[]",
    b'"state"',
    b"[" * 60_000,
    b'{"a":' * 12_000,
    b"1" * 60_000,
    b"-" + b"9" * 5_000,
    b"NaN",
    b'{"state":NaN}',
    b'{"state":1e999}',
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf{}",
    b"\x00" * 100,
    b"{" * 65_536,
    b"x" * 70_000,
    b'{}\n"\n{}',
    b"\n" * 60_000,
)


@each_message
@calm
@given(data=st.data())
def test_what_is_written_is_read_again(of, data):
    message = data.draw(anything(of))
    assert of.decode(message.encode()) == message


@each_message
@pytest.mark.parametrize("worst", WORST, ids=range(len(WORST)))
def test_the_worst_bytes_are_malformed(of, worst):
    assert isinstance(of.decode(worst), Malformed)


@each_message
@calm
@given(data=st.binary(max_size=300))
@example(data=b"{}")
def test_any_bytes_are_a_message_or_malformed(of, data):
    assert isinstance(of.decode(data), Malformed | of)


@each_message
@calm
@given(text=st.text(max_size=200), rows=st.lists(st.text(max_size=80), max_size=3))
def test_any_text_is_a_message_or_malformed(of, text, rows):
    data = "\n".join([text, *rows]).encode("utf-8", "replace")
    assert isinstance(of.decode(data), Malformed | of)


@st.composite
def torn(draw, data):
    """Bytes of a message with some left out, doubled, put elsewhere or replaced."""
    for _ in range(draw(st.integers(1, 4))):
        here, there = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
        put = draw(
            st.binary(max_size=4) | st.sampled_from([b"", b"\n", b'"', b"{", b"}", b"\\ud800", b"1e9", b"-"])
        )
        data = data[:here] + put + data[draw(st.sampled_from([here, there])) :]
    return data


@each_sample
@calm
@given(data=st.data())
def test_a_torn_message_is_another_or_malformed(sample, data):
    of = type(sample)
    found = of.decode(data.draw(torn(sample.encode())))
    assert isinstance(found, Malformed | of)
    if isinstance(found, of):
        assert of.decode(found.encode()) == found


NASTY = [
    None,
    True,
    False,
    0,
    -1,
    1.0,
    1.5,
    2**40,
    2**63,
    10**400,
    "",
    "x" * 70,
    "\ud800",
    "a\x1b[2J",
    "a\nb",
    [],
    {},
    [[]],
]
NASTY += ["free\n", "1", ["\udfff"], {"boot": 1}, [None], "é", "lost ", [1], [True], "../..", "#", "+"]


def slots(said, path=()):
    """The place of every value in an object."""
    if path:
        yield path
    inner = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for name, value in inner:
        yield from slots(value, (*path, name))


def with_(said, path, value):
    copy = json.loads(json.dumps(said))
    place = copy
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return copy


@each_sample
def test_a_wrong_value_in_any_place_is_refused_or_is_right_there(sample):
    head, *rows = sample.encode().decode().split("\n")
    said = json.loads(head)
    for path in slots(said):
        for value in NASTY:
            changed = json.dumps(with_(said, path, value))
            found = type(sample).decode("\n".join([changed, *rows]).encode())
            if isinstance(found, type(sample)):
                again = json.loads(found.encode().split(b"\n")[0])
                # Equal and of one type: 1 is not True, and 1.0 is no whole number.
                assert repr(again) == repr(json.loads(changed))


@each_sample
def test_a_missing_field_is_malformed_and_told_by_its_name(sample):
    head, *rows = sample.encode().decode().split("\n")
    said = json.loads(head)
    may_lack = {field.name for field in fields(sample) if field.default is not MISSING}
    for name in said:
        rest = json.dumps({key: value for key, value in said.items() if key != name})
        found = type(sample).decode("\n".join([rest, *rows]).encode())
        if name in may_lack:
            assert isinstance(found, type(sample))
        else:
            assert found == Malformed(f"{name} is missing")


@each_sample
def test_a_field_that_stands_twice_is_malformed(sample):
    head, *rows = sample.encode().decode().split("\n")
    name, value = next(iter(json.loads(head).items()))
    twice = head[:-1] + f",{json.dumps(name)}:{json.dumps(value)}}}"
    assert type(sample).decode("\n".join([twice, *rows]).encode()) == Malformed("a field stands there twice")


def test_true_is_no_number_and_one_is_no_flag():
    sample = _sample(MachineState)
    said = json.loads(sample.encode())
    assert isinstance(MachineState.decode(json.dumps({**said, "powered": 1}).encode()), Malformed)
    at = {**said["at"], "ms": True}
    assert isinstance(MachineState.decode(json.dumps({**said, "at": at}).encode()), Malformed)


@each_message
@calm
@given(secret=st.text("QXZ", min_size=8, max_size=20))
def test_why_something_is_malformed_never_repeats_what_was_sent(of, secret):
    for text in (
        secret,
        f'{{"{secret}":1',
        json.dumps({secret: secret}),
        json.dumps(dict.fromkeys(FIELDS, secret)),
    ):
        found = of.decode(text.encode())
        if isinstance(found, Malformed):
            assert secret not in found.why
            assert len(found.why) < 200


FIELDS = {name for of in MESSAGES for name in of.__dataclass_fields__}


@pytest.mark.parametrize("of", [Batch, Notes, Page])
def test_a_second_line_belongs_to_messages_that_have_lines_only(of):
    data = _sample(of).encode() + b"\n"
    assert isinstance(of.decode(data), Malformed)
    assert isinstance(GateState.decode(_sample(GateState).encode() + b"\n{}"), Malformed)


def _sample(of):
    return next(spoken.sample for spoken in wire_samples.TOPICS if isinstance(spoken.sample, of))
