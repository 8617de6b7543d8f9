"""Machines: what they are, who locked them, who works on them; taken out of service and put back.

Facts of what was done: `by`, `machine`, `title`.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.config import MachineSettings
from fabgate.desk import helpers, sessions, who
from fabgate.desk.deed import Desk, Done, turn
from fabgate.desk.sessions import Open
from fabgate.model import Code, Denied, Lock, MachineId
from fabgate.records import MachineLocked, MachineUnlocked
from fabgate.rules import authority
from fabgate.store import journal, roster


@dataclass(frozen=True, slots=True)
class Locked:
    """A lockout: since when, by whose hand, and why; None where nobody knows any more.

    `cause` where the machine's own gate did it: `oops`, `welded`.
    """

    lock: Lock
    by: str | None
    reason: str | None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A machine: its configuration, its lockout, the session that is open, who may sponsor here.

    `sponsors` are the names of those who agreed to be named.
    """

    settings: MachineSettings
    locked: Locked | None
    open: Open | None
    sponsors: tuple[str, ...]


def lock(desk: Desk, by: str | None, machine: str, reason: str) -> Done | Denied:
    """Takes a machine out of service, from the next tap on; a running session ends as it has it set."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = desk.machine(machine)
        if isinstance(found, Denied):
            return now.denied(found)
        rules = found.rules
        no = authority.may_lock(now.actor, reason)
        old = roster.lock(now.conn, rules.machine)
        if no is None and old is not None:
            no = Denied(Code.NOTHING_TO_DO, {"since_ms": old.since_ms})
        if no is not None:
            return now.denied(no, machine=machine, title=rules.title)
        record = now.write(MachineLocked(machine, now.member.id), reason)
        return now.done(record, machine=machine, title=rules.title)


def unlock(desk: Desk, by: str | None, machine: str, reason: str | None = None) -> Done | Denied:
    """Puts a machine back into service. Nothing goes on by that: somebody must tap."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = desk.machine(machine)
        if isinstance(found, Denied):
            return now.denied(found)
        rules = found.rules
        no = authority.may_unlock(now.actor, rules.machine)
        if no is not None:
            return now.denied(no, machine=machine, title=rules.title)
        old = roster.lock(now.conn, rules.machine)
        if old is None:
            return now.denied(Denied(Code.NOTHING_TO_DO), machine=machine, title=rules.title)
        record = now.write(MachineUnlocked(machine, now.member.id), reason)
        return now.done(record, machine=machine, title=rules.title)


def listed(desk: Desk) -> tuple[Shown, ...]:
    """Every machine of the configuration, in its order."""
    at_work = {one.machine: one for one in sessions.listed(desk)}
    return tuple(_shown(desk, machine, at_work) for machine in desk.settings.machines.values())


def shown(desk: Desk, machine: str) -> Shown | Denied:
    """One machine."""
    found = desk.machine(machine)
    if isinstance(found, Denied):
        return found
    return _shown(desk, found, {one.machine: one for one in sessions.listed(desk)})


def _shown(desk: Desk, machine: MachineSettings, at_work: dict[MachineId, Open]) -> Shown:
    rules = machine.rules
    today = who.today_ms(desk.conn, desk.clock.now())
    sponsors = helpers.sponsors(desk.conn, desk.settings, rules.skill, today, rules.sponsor_from)
    lock = roster.lock(desk.conn, rules.machine)
    locked = None if lock is None else _locked(desk, lock)
    return Shown(machine, locked, at_work.get(rules.machine), sponsors)


def _locked(desk: Desk, lock: Lock) -> Locked:
    found = journal.entry(desk.conn, lock.record)
    reason = journal.notes(desk.conn, lock.record).get("reason")
    match found.body if found is not None else None:
        case MachineLocked(by=by, cause=cause):
            return Locked(lock, who.name_of(desk.conn, by), reason, cause or None)
        case _:
            return Locked(lock, None, reason)
