"""Who signed in at the board acts as themselves and as nobody else, whatever a form or a login says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cli_lab import Lab

from fabgate.desk import members
from fabgate.desk.deed import SIGNED_IN, Desk, Done, looking
from fabgate.desk.members import Details
from fabgate.model import Code, Denied, MemberId
from fabgate.store import journal, roster
from fabgate.store.db import Store


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The desk as the board has it for ada; zoe is who is logged in on this computer."""
    lab = Lab(tmp_path)
    lab.done("init --manager Zoe --id zoe --login root")
    lab.people()
    with Store(lab.settings.gate.state).writer() as writer:
        ada = roster.member(writer.conn, "ada")
        yield Desk(lab.settings, writer, lab.clock, "root", signed_in=ada.id)


@pytest.mark.parametrize("proof", ["claimed", "login"])
@pytest.mark.parametrize("by", ["zoe", "bob"])
def test_who_signed_in_does_nothing_in_the_name_of_another(desk, proof, by):
    there = replace(desk, settings=replace(desk.settings, proof=proof))
    for no in (members.add(there, by, Details(name="Eve")), looking(there, by)):
        assert isinstance(no, Denied)
        assert no.code is Code.NOT_YOUR_LOGIN


@pytest.mark.parametrize("by", [None, "ada"])
def test_what_they_do_is_theirs_and_says_that_it_was_done_at_the_board(desk, by):
    done = members.edit(desk, by, "ada", Details(name="Ada King"))
    assert isinstance(done, Done)
    assert journal.entry(desk.conn, done.record).body.by == desk.signed_in
    assert journal.notes(desk.conn, done.record)["login"] == SIGNED_IN


def test_an_office_of_who_is_logged_in_on_the_computer_is_not_theirs(desk):
    no = members.add(desk, None, Details(name="Eve"))
    assert isinstance(no, Denied)
    assert no.code is Code.NOT_ALLOWED


def test_who_is_no_member_any_more_does_nothing(desk):
    gone = replace(desk, signed_in=MemberId("m-0000000000000000"))
    assert isinstance(members.edit(gone, None, "ada", Details(name="Ada King")), Denied)
