"""The lab's first day."""

from __future__ import annotations

from dataclasses import replace

import pytest
from first_day import done

from fabgate.desk import lab, members
from fabgate.desk.deed import Desk
from fabgate.desk.members import Details
from fabgate.errors import StoreError, UsageError
from fabgate.model import Code, Denied, Role
from fabgate.records import EpochBegun, MemberAdded, RoleGiven
from fabgate.store import db, journal, roster
from fabgate.store.db import Store
from fabgate.store.keys import Keys

ZOE = Details("Zoé Dupont", login="zdupont", language="fr", email="zoe@example.org", nameable=True)


def test_init_makes_books_keys_and_the_first_manager(settings, clock):
    answer = done(lab.init(settings, clock, ZOE, login="root"))
    assert answer.facts["handle"] == "zoe"
    assert answer.facts["subject"] == "Zoé Dupont"
    Keys.load(settings.gate.state)
    with Store(settings.gate.state).reader() as books:
        zoe = roster.member(books.conn, "zoe")
        assert zoe is not None
        assert (zoe.login, zoe.language, zoe.email, zoe.nameable) == (
            "zdupont",
            "fr",
            "zoe@example.org",
            True,
        )
        (role,) = roster.roles(books.conn)
        assert (role.member, role.role, role.machine, role.first) == (zoe.id, Role.MANAGER, None, True)
        bodies = [entry.body for entry in journal.entries(books.conn)]
        assert bodies == [
            EpochBegun("init"),
            MemberAdded(zoe.id, zoe.id),
            RoleGiven(zoe.id, "manager", zoe.id, first=True),
        ]
        assert answer.record == role.record
        assert journal.notes(books.conn, role.record) == {"login": "root"}


def test_init_refuses_a_lab_that_has_a_manager_and_changes_nothing(here, settings, clock):
    before = len(here.entries())
    answer = lab.init(settings, clock, Details("Mallory", "mallory"))
    assert isinstance(answer, Denied)
    assert answer.code is Code.NOTHING_TO_DO
    assert answer.facts["lab"] == "openfab"
    assert len(here.entries()) == before
    assert roster.member(here.desk.conn, "mallory") is None


def test_init_does_not_help_one_out_of_a_suspension(here, settings, clock):
    here.member("ada")
    here.role("ada", Role.MANAGER)
    done(members.suspend(here.desk, "ada", "zoe", "away"))
    assert isinstance(lab.init(settings, clock, Details("Zoe again", "zoe2")), Denied)


@pytest.mark.parametrize(
    "unfit", [Details(), Details(" "), Details("Zoe", handle="Zoe!"), Details("x" * 201)]
)
def test_init_makes_nothing_for_a_name_that_cannot_be_one(settings, clock, unfit):
    answer = lab.init(settings, clock, unfit)
    assert isinstance(answer, Denied)
    assert answer.code in (Code.NAME_UNFIT, Code.HANDLE_UNFIT)
    assert not settings.gate.state.exists()


def test_init_makes_nothing_for_a_language_without_texts(settings, clock):
    with pytest.raises(UsageError, match="'eo'"):
        lab.init(settings, clock, Details("Zoe", language="eo"))
    assert not settings.gate.state.exists()


def test_an_init_that_was_cut_short_is_completed(settings, clock):
    folder = settings.gate.state
    keys = Keys.create(folder)
    db.create(folder, "openfab", "gate1", clock.now())
    done(lab.init(settings, clock, ZOE))
    assert Keys.load(folder) == keys
    with Store(folder).writer() as writer:
        desk = Desk(settings, writer, clock)
        assert [member.handle for member in members.listed(desk)] == ["zoe"]


def test_books_begun_anew_after_damage_keep_the_keys_and_take_a_first_manager(here, settings, clock):
    folder, keys = settings.gate.state, here.desk.keys
    here.desk.writer.close()
    db.move_aside(folder, clock.now())
    db.create(folder, "openfab", "gate1", clock.now(), cause="corrupt")
    done(lab.init(settings, clock, ZOE))
    assert Keys.load(folder) == keys


def test_damaged_keys_stop_init_before_any_books_are_made(settings, clock):
    settings.gate.state.mkdir(parents=True)
    (settings.gate.state / "keys.json").write_text("{}")
    with pytest.raises(StoreError):
        lab.init(settings, clock, ZOE)
    assert not Store(settings.gate.state).exists()


def test_a_rehearsal_names_the_epoch_and_the_ids(settings, clock):
    answer = done(lab.init(settings, clock, ZOE, mint=lambda: "m-zoe", epoch="0badcafe"))
    assert answer.facts["member"] == "m-zoe"
    assert str(answer.record) == "openfab/gate1/0badcafe#3"


def test_without_a_given_handle_it_is_made_from_the_name(settings, clock):
    named = replace(ZOE, name="Ada Lovelace")
    assert done(lab.init(settings, clock, named)).facts["handle"] == "ada"
