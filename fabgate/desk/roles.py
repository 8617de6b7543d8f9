"""Roles: the offices of the lab, given and taken away by a manager.

Facts of what was done: `by`, `subject`, `handle`, `role`, `machine`.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.desk import who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, MachineId, Role
from fabgate.records import RoleGiven, RoleRevoked
from fabgate.rules import authority
from fabgate.store import roster
from fabgate.store.roster import Member, RoleHeld


@dataclass(frozen=True, slots=True)
class Shown:
    """An office and who holds it."""

    held: RoleHeld
    holder: Member | None


def give(
    desk: Desk, by: str | None, whom: str, role: Role, reason: str, machine: str | None = None
) -> Done | Denied:
    """Gives a member an office; a maintainer's is for one machine.

    Raises UsageError for a maintainer without a machine, or a machine with another office.
    """
    _check(role, machine)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        place = _machine(now, machine)
        if isinstance(place, Denied):
            return place
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        no = authority.may_give_role(now.actor, member.id, reason)
        if no is None and _held(now, member, role, place) is not None:
            no = Denied(Code.NOTHING_TO_DO)
        if no is not None:
            return now.denied(no, member, role=role.value, machine=machine)
        record = now.write(RoleGiven(member.id, role.value, now.member.id, place), reason)
        return now.done(record, member, role=role.value, machine=machine)


def revoke(
    desk: Desk, by: str | None, whom: str, role: Role, reason: str, machine: str | None = None
) -> Done | Denied:
    """Takes an office away; also for a machine that is no longer in the configuration."""
    _check(role, machine)
    place = None if machine is None else MachineId(machine)
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        member = now.find(whom)
        if isinstance(member, Denied):
            return member
        held = _held(now, member, role, place)
        no = authority.may_revoke_role(now.actor, held is not None and _last(now, member, role), reason)
        if no is not None:
            return now.denied(no, member, role=role.value, machine=machine)
        if held is None:
            return now.denied(Denied(Code.NOTHING_TO_DO), member, role=role.value, machine=machine)
        record = now.write(RoleRevoked(member.id, role.value, now.member.id, place), reason)
        return now.done(record, member, role=role.value, machine=machine)


def listed(desk: Desk, whom: str | None = None) -> tuple[Shown, ...] | Denied:
    """All offices, or a member's."""
    member = None if whom is None else who.find(desk.conn, whom)
    if isinstance(member, Denied):
        return member
    found = roster.roles(desk.conn, None if member is None else member.id)
    return tuple(Shown(held, roster.member(desk.conn, held.member)) for held in found)


def _check(role: Role, machine: str | None) -> None:
    if role is Role.MAINTAINER and machine is None:
        raise UsageError("a maintainer looks after one machine: which?", "Add --machine MACHINE.")
    if role is not Role.MAINTAINER and machine is not None:
        raise UsageError(f"a {role} is one for the whole lab", "Leave --machine out.")


def _machine(now: Turn, name: str | None) -> MachineId | Denied | None:
    if name is None:
        return None
    found = now.desk.machine(name)
    return now.denied(found) if isinstance(found, Denied) else found.rules.machine


def _held(now: Turn, member: Member, role: Role, machine: MachineId | None) -> RoleHeld | None:
    held = roster.roles(now.conn, member.id)
    return next((one for one in held if (one.role, one.machine) == (role, machine)), None)


def _last(now: Turn, member: Member, role: Role) -> bool:
    """Whether nobody would be left who may manage."""
    return role is Role.MANAGER and who.managers(now.conn, now.today_ms) <= {member.id}
