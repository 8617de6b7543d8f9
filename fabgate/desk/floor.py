"""What the wall is made from: the books as they are now, read at once, with no name of who works where.

Of people it tells only how many are here, and who of those that agreed to be named could help.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from fabgate.charter import Opening, Skill
from fabgate.config import MachineSettings, Settings
from fabgate.desk import who
from fabgate.desk.helpers import NO_MACHINE
from fabgate.model import Kind, Level, Lock, MachineId, MachineRules, Moment, SkillId, Status
from fabgate.rules.wall import AtWork, Hours, Machine
from fabgate.store import journal, present, roster, workshops
from fabgate.store.asked import Asked
from fabgate.store.helpers import Helpers
from fabgate.store.practice import Worked
from fabgate.store.present import Present
from fabgate.store.troubles import troubles_now

_CHECKS_IN = (Kind.DOOR, Kind.COUNTER)


@dataclass(frozen=True, slots=True)
class Help:
    """Who could sponsor on a skill and is here: names of those who agreed to that, and how many others."""

    skill: SkillId
    names: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Floor:
    """The lab at one moment. `machines` without doors and counters; `people`: how many are checked in, None
    where nobody ever checks in."""

    machines: tuple[Machine, ...]
    helpers: tuple[Help, ...]
    people: int | None
    hours: Hours


def read(conn: sqlite3.Connection, settings: Settings, at: Moment) -> Floor:
    """The floor of these books. Raises StoreError."""
    asked = Asked(who.today_ms(conn, at), settings.charter, settings.lab.zone, at.synced, at=at)
    here = present.now(conn, asked)
    counts = bool(here) or any(one.rules.kind in _CHECKS_IN for one in settings.machines.values())
    keys = [one.since_ms for one in here if one.status is Status.AUTONOMOUS]
    openings = tuple(settings.charter.openings.values())
    hours = Hours(
        openings, workshops.calendar(conn), settings.lab.zone, min(keys, default=None), counts=counts
    )
    return Floor(
        _machines(conn, settings),
        _helpers(conn, settings, asked, here),
        len(here) if counts else None,
        hours,
    )


def _machines(conn: sqlite3.Connection, settings: Settings) -> tuple[Machine, ...]:
    at_work = {one.machine: AtWork(one.opened.wall_ms, one.said.limit_ms) for one in journal.running(conn)}
    locks = roster.locks(conn)
    troubles = troubles_now(conn) if settings.hub is None else {}
    return tuple(
        _machine(one, settings, locks, at_work.get(one.rules.machine), troubles.get(one.rules.machine, ()))
        for one in settings.machines.values()
        if one.rules.kind.is_machine
    )


def _machine(
    one: MachineSettings,
    settings: Settings,
    locks: Mapping[MachineId, Lock],
    session: AtWork | None,
    troubles: tuple[str, ...],
) -> Machine:
    rules, lock = one.rules, locks.get(one.rules.machine)
    known = settings.charter.skills.get(rules.skill)
    company = known.company if settings.hub is not None and known is not None else rules.company
    return Machine(
        rules.machine,
        rules.title,
        rules.skill,
        company,
        _openings(rules, settings),
        rules.warning_ms,
        lock_ms=None if lock is None else lock.since_ms,
        session=session,
        troubles=troubles,
    )


def _openings(rules: MachineRules, settings: Settings) -> tuple[Opening, ...]:
    """Those of the lab's rules. A hub may have another file of rules than its gates: where it does not know
    one of a machine's openings, it says nothing of that machine's hours."""
    known = settings.charter.openings
    return tuple(known[name] for name in rules.openings) if known.keys() >= set(rules.openings) else ()


def _helpers(
    conn: sqlite3.Connection, settings: Settings, asked: Asked, here: tuple[Present, ...]
) -> tuple[Help, ...]:
    """By skill, those of the lab's machines only, in the order of the machines."""
    used = {one.rules.skill: one.rules for one in settings.machines.values() if one.rules.kind.is_machine}
    if not here:
        return ()
    worked = Worked(conn)
    found = (_help(conn, settings, asked, here, rules, worked) for rules in used.values())
    return tuple(one for one in found if one.names or one.others)


def _help(
    conn: sqlite3.Connection,
    settings: Settings,
    asked: Asked,
    here: tuple[Present, ...],
    machine: MachineRules,
    worked: Worked,
) -> Help:
    known = settings.skills.get(machine.skill) or Skill(machine.skill, machine.skill)
    least: Level = machine.sponsor_from
    rules = MachineRules(
        NO_MACHINE, machine.skill, known.title, sponsor_from=least, sponsor_status=known.sponsor_status
    )
    able = Helpers(conn, rules, asked, known, worked).able(here)
    members = [member for one in able if (member := roster.member(conn, one)) is not None]
    names = tuple(sorted(one.name for one in members if one.nameable))
    return Help(machine.skill, names, len(able) - len(names))
