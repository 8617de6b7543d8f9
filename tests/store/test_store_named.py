"""Who is named to somebody who needs help: only those who agreed to it, and never very many."""

from __future__ import annotations

import pytest

from fabgate.model import Level, MemberId, Moment, RecordId, Role, SkillId
from fabgate.store import db, named, roster
from fabgate.store.roster import Grant, Member, RoleHeld

NOON = 1_792_000_000_000
LASER = SkillId("laser")


@pytest.fixture
def writer(tmp_path):
    store = db.create(tmp_path / "state", "openfab", "gate1", Moment("boot", 0, NOON, True))
    with store.writer() as writer:
        yield writer


def put(writer, handle, nameable=True, level=None, until_ms=None, manager=False, suspended=False):
    member = MemberId(f"m-{handle}")
    record = RecordId(writer.identity.origin, 1)
    with writer.write() as pen:
        roster.put_member(pen, Member(member, handle, handle.title(), nameable=nameable))
        if level is not None:
            roster.put_grant(pen, Grant(member, LASER, level, member, record, NOON, until_ms))
        if manager:
            roster.put_role(pen, RoleHeld(member, Role.MANAGER, None, False, record))
        if suspended:
            roster.suspend(pen, member, NOON, record)
    return member


def test_sponsors_are_named_who_agreed_are_active_and_hold_the_level_today(writer):
    ada = put(writer, "ada", level=Level.SPONSOR, until_ms=NOON)
    put(writer, "bob", level=Level.AUTONOMOUS)
    put(writer, "shy", level=Level.SPONSOR, nameable=False)
    put(writer, "late", level=Level.SPONSOR, until_ms=NOON - 1)
    put(writer, "out", level=Level.SPONSOR, suspended=True)
    assert named.sponsors(writer.conn, LASER, NOON, Level.SPONSOR) == ("Ada",)
    assert named.sponsors(writer.conn, LASER, NOON, Level.AUTONOMOUS) == ("Ada", "Bob")
    assert named.sponsors(writer.conn, LASER, NOON, Level.AUTONOMOUS, but=ada) == ("Bob",)
    assert named.sponsors(writer.conn, SkillId("mill"), NOON, Level.TRAINEE) == ()


def test_managers_are_named_who_agreed_and_are_active(writer):
    zoe = put(writer, "zoe", manager=True)
    put(writer, "yan", manager=True)
    put(writer, "shy", manager=True, nameable=False)
    put(writer, "out", manager=True, suspended=True)
    assert named.managers(writer.conn) == ("Yan", "Zoe")
    assert named.managers(writer.conn, but=zoe) == ("Yan",)


def test_nobody_reads_through_a_list_of_hundreds(writer):
    for number in range(named.MOST + 5):
        put(writer, f"a{number}", level=Level.SPONSOR)
    assert len(named.sponsors(writer.conn, LASER, NOON, Level.SPONSOR)) == named.MOST


def test_handles_are_all_of_a_lab(writer):
    for handle in ("zoe", "ada"):
        put(writer, handle)
    assert named.handles(writer.conn, "q") == ("ada", "zoe")
