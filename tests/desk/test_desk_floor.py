"""What the wall is made from, read out of real books."""

from __future__ import annotations

import pytest
from cli_lab import ADA, BOB, Floor, Lab

from fabgate.desk import floor
from fabgate.desk.floor import Help
from fabgate.model import Company
from fabgate.rules.wall import AtWork
from fabgate.store.db import Store


@pytest.fixture
def lab(tmp_path) -> Lab:
    lab = Lab(tmp_path)
    lab.done('init --manager "Zoe Dupont" --id zoe')
    lab.people()
    return lab


def read(lab: Lab) -> floor.Floor:
    with Store(lab.settings.gate.state).reader() as reader:
        return floor.read(reader.conn, lab.settings, lab.clock.now())


def test_every_machine_is_there_in_the_order_of_the_configuration(lab):
    found = read(lab).machines
    assert [one.machine for one in found] == ["laser", "router"]
    assert found[0].title == "the laser cutter"
    assert found[0].company is Company.SUPERVISED
    assert (found[0].session, found[0].lock_ms, found[0].troubles) == (None, None, ())


def test_a_session_is_there_without_its_people(lab):
    began_ms = lab.clock.now().wall_ms
    Floor(lab).tap("laser", ADA)
    laser, router = read(lab).machines
    assert laser.session == AtWork(began_ms, 2 * 3_600_000)
    assert router.session is None
    assert "ada" not in repr(read(lab)).casefold()


def test_a_lock_and_a_trouble_are_there(lab):
    locked_ms = lab.clock.now().wall_ms
    lab.done("machine lock router --by zoe --reason broken")
    gate = Floor(lab)
    gate.stage.bench.press("laser", "estop")
    gate.stage.settle()
    laser, router = read(lab).machines
    assert router.lock_ms == locked_ms
    assert laser.troubles == ("estop",)


def test_nobody_is_counted_where_nobody_ever_checks_in(lab):
    assert (read(lab).people, read(lab).hours.counts) == (None, False)


def test_people_are_a_count_and_a_keyholder_staffs_the_lab(lab):
    lab.done("presence in bob --by zoe")
    found = read(lab)
    assert (found.people, found.hours.counts, found.hours.staffed_ms) == (1, True, None)
    lab.clock.advance(60_000)
    came_ms = lab.clock.now().wall_ms
    lab.done("member status ada autonomous --by zoe --reason minutes")
    lab.done("presence in ada --by zoe")
    assert (read(lab).people, read(lab).hours.staffed_ms) == (2, came_ms)


def test_who_can_help_is_named_only_where_they_agreed(lab):
    lab.done("presence in ada --by zoe")
    lab.done("presence in bob --by zoe")
    assert read(lab).helpers == (Help("laser", (), 1), Help("router", (), 1))
    lab.done("member edit ada --nameable --by zoe")
    assert read(lab).helpers == (Help("laser", ("Ada Lovelace",), 0), Help("router", ("Ada Lovelace",), 0))


def test_who_is_suspended_or_away_helps_nobody(lab):
    lab.done("member edit ada --nameable --by zoe")
    assert read(lab).helpers == ()
    lab.done("presence in ada --by zoe")
    lab.done("grant revoke ada router --by zoe --reason rest")
    assert [one.skill for one in read(lab).helpers] == ["laser"]
    lab.done("presence out ada --by zoe")
    assert read(lab).helpers == ()


def test_a_trainee_is_no_helper(lab):
    Floor(lab).tap("laser", BOB)
    lab.done("presence in bob --by zoe")
    assert read(lab).helpers == ()
