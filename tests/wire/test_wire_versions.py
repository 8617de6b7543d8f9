"""Older and newer peers: what was once written is read for ever, what is new is passed over or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_makers import calm, values

from fabgate.wire.commands import VERBS, Answer, Command
from fabgate.wire.forms import Malformed
from fabgate.wire.journal import Ack, Batch, Notes
from fabgate.wire.kinds import ID
from fabgate.wire.presence import GateInfo, GateState, HubState, MachineState
from fabgate.wire.present import Present
from fabgate.wire.roster import EVERY, FEATURES, SPONSORSHIP, Keyring, Need, Page, lacking
from fabgate.wire.topics import PRESENT, Topic, parse, to_gate

RECORDED = Path(__file__).parent / "recorded" / "v1"
OF = {
    "state": GateState,
    "state-lost": GateState,
    "info": GateInfo,
    "info-first": GateInfo,
    "machine-state": MachineState,
    "journal": Batch,
    "notes": Notes,
    "ack": Ack,
    "ack-nothing": Ack,
    "roster": Page,
    "need": Need,
    "need-first": Need,
    "rights": Page,
    "keys": Keyring,
    "keyring": Keyring,
    "present": Present,
    "cmd": Command,
    "answer": Answer,
    "hub-state": HubState,
}
each_recorded = pytest.mark.parametrize("name", OF)


def recorded(name: str) -> bytes:
    """A message as the first wire wrote it; the file ends with a line feed, which is none of it."""
    return (RECORDED / f"{name}.txt").read_bytes().removesuffix(b"\n")


def test_every_recorded_message_is_read():
    assert {file.stem for file in RECORDED.iterdir()} == set(OF)


@each_recorded
def test_what_the_first_wire_wrote_is_read_and_says_the_same(name):
    message = OF[name].decode(recorded(name))
    assert isinstance(message, OF[name])
    head, *rows = message.encode().decode().split("\n")
    first, *others = recorded(name).decode().split("\n")
    assert says(json.loads(head), json.loads(first))
    assert rows == others


def says(now, once):
    """Whether all that was said once is said now, in each object; later fields may have come to it."""
    match now, once:
        case dict(), dict():
            return now.keys() >= once.keys() and all(says(now[name], once[name]) for name in once)
        case list(), list():
            return len(now) == len(once) and all(map(says, now, once))
    return now == once


def grown(said, within=""):
    """An object of a newer version: something more in each object, at the front and at the back."""
    match said:
        case dict() if within == "needs":
            return said
        case dict():
            inner = {name: grown(value, name) for name, value in said.items()}
            return {"later": {"deep": [1, None, 2.5, "é"]}, **inner, "zz": [{"state": 1}]}
        case list():
            return [grown(each) for each in said]
    return said


@each_recorded
def test_fields_that_a_newer_peer_adds_are_passed_over(name):
    first, *others = recorded(name).decode().split("\n")
    rows = [json.dumps(grown(json.loads(row))) if name == "notes" else row for row in others]
    newer = "\n".join([json.dumps(grown(json.loads(first))), *rows])
    assert OF[name].decode(newer.encode()) == OF[name].decode(recorded(name))


def test_a_newer_number_of_the_wire_is_read_and_can_be_told():
    info = GateInfo.decode(recorded("info").replace(b'"wire":1', b'"wire":2'))
    assert isinstance(info, GateInfo)
    assert info.wire == 2
    for numbers, understood in (("[1]", True), ("[2,1]", True), ("[2,3]", False), ("[]", False)):
        hub = HubState.decode(recorded("hub-state").replace(b"[1]", numbers.encode()))
        assert isinstance(hub, HubState)
        assert hub.understood is understood


def test_a_verb_that_is_not_known_yet_is_read_so_that_it_can_be_answered():
    command = Command.decode(recorded("cmd").replace(b'"stop"', b'"dance"'))
    assert isinstance(command, Command)
    assert command.verb not in VERBS


def test_a_page_that_does_not_say_what_it_needs_is_refused():
    head, *rows = recorded("roster").decode().split("\n")
    said = json.loads(head)
    del said["needs"]
    assert isinstance(Page.decode("\n".join([json.dumps(said), *rows]).encode()), Malformed)


def test_a_gate_refuses_the_machines_whose_rules_it_does_not_know_and_no_others():
    needs = {"hours": ("laser",), "tariffs": ("laser", "mill"), "balances": (EVERY,)}
    assert lacking({}, frozenset()) == frozenset()
    assert lacking(needs, {"hours", "tariffs", "balances"}) == frozenset()
    assert lacking(needs, {"hours", "balances"}) == {"laser", "mill"}
    assert lacking(needs, {"hours", "tariffs"}) == {EVERY}
    assert lacking({"hours": ("laser",)}) == ({"laser"} if "hours" not in FEATURES else frozenset())


def test_this_version_reads_the_rights_of_sponsorship_and_one_before_it_must_refuse_its_machines():
    needs = {SPONSORSHIP: (EVERY,)}
    assert lacking(needs) == frozenset()
    assert lacking(needs, frozenset()) == {EVERY}


def test_a_gate_that_does_not_tell_of_its_rules_is_read_as_one_that_says_nothing_of_them():
    info = GateInfo.decode(recorded("info"))
    assert isinstance(info, GateInfo)
    assert info.rules == ""
    newer = GateInfo.decode(recorded("info").replace(b'{"', b'{"rules":"5ca1ab1e","', 1))
    assert isinstance(newer, GateInfo)
    assert newer.rules == "5ca1ab1e"


def test_what_the_first_gates_listen_to_brings_them_no_list_of_who_is_on_site():
    first = ("ack", "roster", "keyring", "cmd/+", "state")
    assert PRESENT not in first
    assert parse(f"fabgate/1/openfab/gate-1/{PRESENT}") == Topic("openfab", "gate-1", PRESENT)
    assert f"fabgate/1/openfab/gate-1/{PRESENT}" in to_gate("openfab", "gate-1")


@calm
@given(
    st.dictionaries(values(ID), st.lists(values(ID)).map(tuple), max_size=4),
    st.frozensets(values(ID), max_size=4),
    st.frozensets(values(ID), max_size=4),
)
def test_who_knows_more_refuses_no_more(needs, features, more):
    assert lacking(needs, features | more) <= lacking(needs, features)
