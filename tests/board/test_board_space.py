"""The entry of the lab in the SpaceAPI: open or not, how many, and nobody's name."""

from __future__ import annotations

from dataclasses import replace

import jsonschema
import pytest
from board_lab import opened

# What version 15 asks for, in our own words: https://schema.spaceapi.io/15.json has the whole of it.
TEXT = {"type": "string", "minLength": 1}
ASKED = {
    "type": "object",
    "required": ["api_compatibility", "space", "logo", "url", "contact"],
    "properties": {
        "api_compatibility": {"type": "array", "items": TEXT, "contains": {"const": "15"}},
        "space": TEXT,
        "logo": TEXT,
        "url": TEXT,
        "contact": {"type": "object", "properties": {"email": TEXT}},
        "location": {"type": "object", "minProperties": 1, "properties": {"timezone": TEXT}},
        "state": {
            "type": "object",
            "properties": {"open": {"type": "boolean"}, "lastchange": {"type": "number"}},
        },
        "sensors": {
            "type": "object",
            "properties": {
                "people_now_present": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["value"],
                        "properties": {"value": {"type": "number"}},
                    },
                }
            },
        },
    },
}


@pytest.fixture
def told(lab):
    said = replace(
        lab.settings.board,
        site="https://lab.example",
        logo="https://lab.example/l.svg",
        mail="hi@lab.example",
    )
    lab.settings = replace(lab.settings, board=said)
    with opened(lab) as board:

        def ask():
            answer = board.client.get("/spaceapi.json")
            assert answer.status_code == 200
            jsonschema.validate(answer.json(), ASKED)
            return answer

        yield ask


def test_a_lab_that_nobody_checks_in_to_says_no_count(told):
    found = told().json()
    assert found["space"] == "openfab"
    assert found["state"] == {"open": False}
    assert "sensors" not in found


def test_a_keyholder_opens_the_lab_and_people_are_a_count(told, lab):
    lab.done("member status ada autonomous --by zoe --reason minutes")
    lab.done("member edit ada --nameable --by zoe")
    lab.done("presence in ada --by zoe")
    lab.done("presence in bob --by zoe")
    answer = told()
    assert answer.json()["state"] == {"open": True, "lastchange": lab.clock.now().wall_ms // 1000}
    assert answer.json()["sensors"]["people_now_present"] == [{"value": 2}]
    for name in ("Ada", "Bob", "Zoe"):
        assert name not in answer.text


def test_other_pages_may_read_it(told):
    headers = told().headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"


def test_where_nothing_is_configured_it_says_what_is_missing(board):
    answer = board.client.get("/spaceapi.json")
    assert answer.status_code == 404
    assert "[board] site, [board] logo, [board] mail" in answer.json()["text"]
