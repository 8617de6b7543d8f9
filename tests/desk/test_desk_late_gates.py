"""A hub does not close a month over a gate whose records may still be on their way."""

from __future__ import annotations

import json

import pytest

from fabgate.desk.late_gates import late
from fabgate.rules.closing import Kind
from fabgate.store import gates
from fabgate.store.gates import GateRow

END_S = 1_793_487_600


@pytest.fixture
def books(here):
    return here.desk.writer


def told(books, **row):
    with books.write() as pen:
        gates.put_heard(pen, GateRow(**{"gate": "wood", "joined_ms": 1, "heard_ms": END_S * 1000, **row}))
    return [(one.kind, one.gate, one.what) for one in late(books.conn, END_S)]


def test_a_gate_that_was_heard_after_the_month_is_in_nobodys_way(books):
    assert told(books) == []


def test_a_gate_that_was_not_heard_since_stands_in_the_way(books):
    assert told(books, heard_ms=END_S * 1000 - 1) == [(Kind.GATE_AWAY, "wood", "")]
    assert told(books, heard_ms=None) == [(Kind.GATE_AWAY, "wood", "")]


def test_a_gate_that_never_joined_or_was_retired_does_not(books):
    assert told(books, joined_ms=None, heard_ms=None) == []
    told(books, heard_ms=1)
    with books.write() as pen:
        gates.put_retired(pen, "wood", 5)
    assert list(late(books.conn, END_S)) == []


def test_an_observer_has_no_records(books):
    assert told(books, gate="observer.ha", heard_ms=1) == []


def test_a_gate_that_said_it_has_more_records_than_are_here_stands_in_the_way(books):
    info = json.dumps({"origins": [{"epoch": "e1", "seq": 7, "hash": "00"}]})
    assert told(books, info=info) == [(Kind.GATE_LACKS, "wood", "7 record(s) are on their way")]


@pytest.mark.parametrize("info", ["{", '{"origins": 7}', '{"origins": [{}]}', "[]", '{"origins": [3]}'])
def test_a_gate_that_says_nothing_that_can_be_read_is_asked_for_its_hearing_only(books, info):
    assert told(books, info=info) == []


def test_records_that_are_known_to_be_lost_stand_in_the_way_until_somebody_dealt_with_it(books):
    with books.write() as pen:
        gates.put_alarm(pen, "wood", "gap", "records 3 to 9 are lacking", 1)
        gates.put_alarm(pen, "wood", "clock", "another time", 1)
    assert told(books) == [(Kind.GATE_LACKS, "wood", "records 3 to 9 are lacking")]
    with books.write() as pen:
        gates.end_alarm(pen, "wood", "gap", 2)
    assert told(books) == []
