"""What a record from elsewhere must be before it is taken in: whoever reads it later trusts it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_books import refusal, start

from fabgate.model import RecordId
from fabgate.records import decode, encode
from fabgate.store import sound

HEAD = '{"kind":"%s","boot":"b","ms":1,"wall":1,"synced":true%s}'


def test_what_this_version_writes_is_sound() -> None:
    for draft in (start(), refusal(7)):
        assert sound.read(encode(draft)) == json.loads(encode(draft))


def test_a_gate_that_does_not_know_how_old_its_roster_is_says_so() -> None:
    """R12."""
    unknown = ',"machine":"d","member":"m","badge":"k","status":"guest","roster_age_ms":-1'
    assert sound.read(HEAD % ("door.open", unknown))["roster_age_ms"] == -1


def test_a_kind_that_nobody_knows_needs_its_moment_only() -> None:
    assert sound.read(HEAD % ("something.new", ',"x":[1]'))["x"] == [1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"kind":"x"}',
        HEAD % ("x", "") + " ",
        HEAD % ("x" * 60, ""),
        HEAD % ("x", ',"kind":"y"'),
        HEAD % ("x", ',"kind":1'),
        HEAD % ("x", ',"y":NaN'),
        HEAD % ("x", ',"y":"\\ud800"'),
        HEAD % ("x", ',"y":' + "[" * 100_000),
        HEAD % ("x", ',"wall":-1'),
        HEAD % ("x", ',"wall":9999999999999999'),
        HEAD % ("x", ',"ms":true'),
        HEAD % ("x", ',"synced":1'),
        HEAD % ("session.stop", ""),
        HEAD % ("session.stop", ',"session":"no id","machine":"m","why":"w","length_ms":1'),
        HEAD % ("session.stop", ',"session":"a/b/c#1","machine":"m","why":"w","length_ms":9999999999999'),
        HEAD % ("session.stop", ',"session":null,"machine":"m","why":"w","length_ms":1'),
        HEAD % ("grant.give", ',"member":"m","skill":"s","level":"king","by":"b"'),
        HEAD % ("grant.give", ',"member":"m","skill":"s","level":["sponsor"],"by":"b"'),
        HEAD % ("grant.give", ',"member":"m","skill":"s","level":"sponsor","by":"b","supersedes":["x"]'),
        HEAD % ("member.status", ',"member":"m","status":"king","by":"b"'),
        HEAD % ("grant.review", ',"member":"m","skill":"s","by":"b","grant":"that one"'),
        HEAD % ("door.open", ',"machine":"d","member":"m","badge":"k","status":"guest","roster_age_ms":-2'),
    ],
)
def test_what_nobody_could_live_with_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        sound.read(text)


@given(text=st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        sound.read(text)
    except ValueError:
        return


@given(
    values=st.dictionaries(
        st.sampled_from(
            ["boot", "ms", "wall", "session", "machine", "why", "length_ms", "charged", "blind_ms"]
        ),
        st.one_of(st.integers(), st.booleans(), st.none(), st.text(max_size=9), st.just("a/b/c#1")),
    )
)
def test_what_is_sound_can_be_decoded_and_counted(values: dict[str, object]) -> None:
    said = {"kind": "session.stop", "boot": "b", "ms": 1, "wall": 1, "synced": True, **values}
    text = json.dumps(said, separators=(",", ":"))
    try:
        sound.read(text)
    except ValueError:
        return
    at, stop = decode(text)
    RecordId.of(stop.session)
    assert 0 <= stop.length_ms < 1 << 40
    assert 0 <= at.wall_ms < 1 << 48
