"""Workshops: a machine that one person starts for a group, until a given time (edge case 8).

Nobody's qualification is asked or earned in one; the leader's own badge starts it, with everybody's
eyes on it. Facts of what was done: `by`, `subject`, `handle` (the leader's), `machine`, `title`,
`people`, `purpose`, `until_ms`; `replaced` where another was open there.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.config import MachineSettings
from fabgate.desk import held, purposes, who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, Level, MachineId, SkillId
from fabgate.records import WorkshopClosed, WorkshopOpened
from fabgate.rules import authority
from fabgate.rules.earned import WorkshopStands
from fabgate.store import roster, workshops
from fabgate.store.roster import Member

LONGEST_MS = 12 * 3_600_000
MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Group:
    """For how many people, what for, until when (wall)."""

    people: int
    purpose: str
    until_ms: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A workshop that is open, on which machine, and who leads it."""

    workshop: WorkshopStands
    title: str
    leader: Member | None


def opened(
    desk: Desk, by: str | None, machine: str, group: Group, leader: str | None = None
) -> Done | Denied:
    """Opens a machine to a group. It powers nothing: the leader's tap does, and any other tap is as ever.

    `leader`: whoever acts, unless somebody is named. One that was open there ends by it. Raises
    UsageError for a number of people that is none, for an end that is over or more than 12 hours away,
    and for a door.
    """
    if not 1 <= group.people <= MOST_PEOPLE:
        raise UsageError(f"{group.people} people is no group", f"Give a number from 1 to {MOST_PEOPLE}.")
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = _machine(now, machine)
        if isinstance(found, Denied):
            return now.denied(found)
        rules = found.rules
        leads = now.member if leader is None else now.find(leader)
        if isinstance(leads, Denied):
            return leads
        no = authority.may_open_workshop(now.actor, leads.id, rules.skill, _level(now, leads, rules.skill))
        no = no or _unfit(now, group) or _same(now, rules.machine, leads, group)
        if no is not None:
            return now.denied(no, leads, machine=machine, title=rules.title)
        old = workshops.workshop(now.conn, rules.machine)
        replaced = old is not None and old.until_ms >= now.today_ms
        said = (group.people, group.purpose, group.until_ms)
        record = now.write(WorkshopOpened(rules.machine, leads.id, now.member.id, *said))
        return now.done(
            record,
            leads,
            machine=machine,
            title=rules.title,
            people=group.people,
            purpose=group.purpose,
            until_ms=group.until_ms,
            replaced=replaced,
        )


def closed(desk: Desk, by: str | None, machine: str) -> Done | Denied:
    """Closes a workshop before its time: its leader's tap starts nothing for a group any more.

    A session that runs goes on until its own end.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        old = workshops.workshop(now.conn, MachineId(who.sound(machine)))
        found = now.desk.machine(who.sound(machine))
        if old is None and isinstance(found, Denied):
            return now.denied(found)
        title = machine if isinstance(found, Denied) else found.rules.title
        is_open = old is not None and old.until_ms >= now.today_ms
        leader = None if old is None else roster.member(now.conn, old.leader)
        no = authority.may_close_workshop(now.actor, old.leader if old is not None and is_open else None)
        if no is not None:
            return now.denied(no, leader, machine=machine, title=title)
        record = now.write(WorkshopClosed(machine, now.member.id))
        return now.done(record, leader, machine=machine, title=title)


def listed(desk: Desk) -> tuple[Shown, ...]:
    """The workshops that are open now, by machine."""
    today = who.today_ms(desk.conn, desk.clock.now())
    return tuple(
        Shown(one, _title(desk, one.machine), roster.member(desk.conn, one.leader))
        for one in workshops.workshops(desk.conn, today)
    )


def _machine(now: Turn, name: str) -> MachineSettings | Denied:
    found = now.desk.machine(who.sound(name))
    if not isinstance(found, Denied) and not found.rules.kind.is_machine:
        raise UsageError(f"{name} is a {found.rules.kind}: nobody works there", "Name a machine.")
    return found


def _level(now: Turn, leader: Member, skill: SkillId) -> Level:
    one = held.on(now.conn, now.desk.settings.skills, leader.id, skill, now.today_ms)
    return Level.NONE if one is None else one.worth


def _unfit(now: Turn, group: Group) -> Denied | None:
    if group.until_ms <= now.today_ms:
        raise UsageError("that time is over already", "A workshop begins now: say when it ends.")
    if group.until_ms > now.today_ms + LONGEST_MS:
        raise UsageError("a workshop lasts 12 hours at most", "Open it on the day, each day anew.")
    return purposes.unknown(now.desk.settings, group.purpose)


def _same(now: Turn, machine: MachineId, leader: Member, group: Group) -> Denied | None:
    old = workshops.workshop(now.conn, machine)
    if old is None or (old.leader, old.people, old.purpose, old.until_ms) != (
        leader.id,
        group.people,
        group.purpose,
        group.until_ms,
    ):
        return None
    return Denied(Code.NOTHING_TO_DO, {"since_ms": old.since_ms})


def _title(desk: Desk, machine: MachineId) -> str:
    known = desk.settings.machines.get(machine)
    return machine if known is None else known.rules.title
