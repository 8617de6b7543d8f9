"""Who is named to somebody who needs help: only those who agreed to it, and never very many."""

from __future__ import annotations

from rights_lab import right

from fabgate.model import MemberId
from fabgate.records import MemberAdded, MemberStatus, MemberSuspended, RoleGiven
from fabgate.store import named
from fabgate.store.db import Writer

BY = MemberId("m-init")
TODAY = 1_800_000_000_000


def manager(writer: Writer, handle: str, nameable: bool = True) -> MemberId:
    member = MemberId(f"m-{handle}")
    person = {"handle": handle, "name": handle.title(), "nameable": nameable}
    right(writer, MemberAdded(member, BY), person)
    right(writer, RoleGiven(member, "manager", BY))
    return member


def test_managers_are_named_who_agreed_and_are_active(writer: Writer):
    zoe = manager(writer, "zoe")
    manager(writer, "yan")
    manager(writer, "shy", nameable=False)
    right(writer, MemberSuspended(manager(writer, "out"), BY))
    assert named.managers(writer.conn, TODAY) == ("Yan", "Zoe")
    assert named.managers(writer.conn, TODAY, but=zoe) == ("Yan",)


def test_a_manager_whose_suspension_is_over_is_named_again(writer: Writer):
    """R9."""
    right(writer, MemberSuspended(manager(writer, "zoe"), BY, until_ms=TODAY))
    assert named.managers(writer.conn, TODAY) == ()
    assert named.managers(writer.conn, TODAY + 1) == ("Zoe",)


def test_who_has_left_the_lab_is_named_to_nobody(writer: Writer):
    """R1."""
    right(writer, MemberStatus(manager(writer, "zoe"), "left", BY))
    assert named.managers(writer.conn, TODAY) == ()


def test_nobody_reads_through_a_list_of_hundreds(writer: Writer):
    for number in range(named.MOST + 5):
        manager(writer, f"a{number}")
    assert len(named.managers(writer.conn, TODAY)) == named.MOST
