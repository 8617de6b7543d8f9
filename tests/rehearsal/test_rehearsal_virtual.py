"""The lab of `fabgate demo` as it is found: a month that was worked, and one thing to settle in it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from fabgate.cli import command
from fabgate.desk.month import drafts
from fabgate.devices.clock import SimClock
from fabgate.model import Role
from fabgate.records import SessionStarted
from fabgate.rehearsal.virtual import GATES, PEOPLE, files, found
from fabgate.rules.closing import Kind
from fabgate.rules.month import Month
from fabgate.store import journal, roster
from fabgate.store.db import Store

PORTS = {"hub": 18_830, "gate-1": 18_831, "gate-2": 18_832}


def at(*when: int) -> int:
    return round(datetime(*when, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def opened(tmp_path):
    def open_at(now_ms, language="en"):
        cast = found(tmp_path, PORTS, command, now_ms, language)
        return cast, Store(cast.hub.gate.state).writer()

    return open_at


@pytest.mark.parametrize(
    ("now_ms", "last"),
    [
        (at(2026, 11, 22, 16), Month(2026, 10)),
        (at(2027, 1, 1, 12), Month(2026, 12)),
        (at(2028, 3, 1, 3), Month(2028, 2)),
    ],
)
def test_the_month_before_was_worked_and_nothing_since_today_began(opened, now_ms, last):
    cast, books = opened(now_ms)
    zone = cast.hub.lab.zone
    starts = [one.at.wall_ms for one in journal.entries(books.conn, kinds=(SessionStarted.kind,))]
    first_s, next_s = last.bounds(zone)
    assert sum(first_s * 1000 <= one < next_s * 1000 for one in starts) > 15
    today = datetime.fromtimestamp(now_ms / 1000, zone).replace(hour=0, minute=0)
    assert max(starts) < today.timestamp() * 1000
    books.close()


def test_one_session_stands_in_the_way_of_closing_it_and_the_rest_is_priced(opened):
    now_ms = at(2026, 11, 22, 16)
    cast, books = opened(now_ms)
    with drafts(books.conn, cast.hub, Month(2026, 10), SimClock(now_ms).now()) as month:
        assert [one.kind for one in month.obstacles] == [Kind.RECOVERED]
        payers = {payer for payer, charges in month if sum(one.cents for one in charges)}
    names = {roster.member(books.conn, one).handle for one in payers}
    assert names == {"ada", "bob", "cem"}
    books.close()


def test_nobody_of_the_demo_agreed_to_be_named_and_the_treasurer_is_one(opened):
    _, books = opened(at(2026, 11, 22, 16))
    members = roster.members(books.conn)
    assert {one.name for one in members} >= {one.name for one in PEOPLE}
    assert not any(one.nameable for one in members)
    tess = roster.member(books.conn, "tess")
    assert Role.TREASURER in {one.role for one in roster.roles(books.conn, tess.id)}
    books.close()


def test_in_a_lab_that_speaks_french_so_do_its_machines_and_people(opened):
    cast, books = opened(at(2026, 11, 2, 16), "fr")
    titles = {one.rules.title for gate in GATES for one in cast.gates[gate].machines.values()}
    assert titles == {"la découpeuse laser", "la fraiseuse", "l'accueil"}
    assert cast.hub.lab.languages == ("fr", "en", "nl", "de")
    assert roster.member(books.conn, "ada").language == "fr"
    books.close()


@pytest.mark.parametrize("language", ["fr", "nl", "de"])
def test_nothing_of_its_configuration_is_left_in_english(language):
    text = "".join(files(1, language).values())
    assert f'languages = ["{language}", ' in text
    assert "the " not in "".join(re.findall(r'= "([^"]*)"', text))


def test_each_gate_reaches_the_broker_by_a_cable_of_its_own(opened):
    cast, books = opened(at(2026, 11, 22, 16))
    for gate in GATES:
        address = (cast.gates[gate].gate.state / "link/address.json").read_text()
        assert str(PORTS[gate]) in address
    books.close()


def test_the_hub_of_the_demo_serves_no_board_of_its_own():
    assert "serve = false" in files(1)["hub.toml"]
