"""How a machine is kept: its services, done and due, and when it could not be used.

Facts of what was done: `by`, `machine`, `title`, `service`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fabgate.config import MachineSettings
from fabgate.desk import who
from fabgate.desk.deed import Desk, Done, Turn, turn
from fabgate.model import Code, Denied, MachineId, Service, Upkeep
from fabgate.records import MachineServiced
from fabgate.rules import authority, downtime, upkeep
from fabgate.rules.downtime import Stretch
from fabgate.rules.ledger import SYNC_KINDS, first_syncs
from fabgate.rules.upkeep import Wear
from fabgate.store import journal, outages, wear


@dataclass(frozen=True, slots=True)
class Kept:
    """A service of a machine: what is left of it, the use since it was done last, when and by whom that was.

    `done_ms` is None where it never was; `by` is a member's id.
    """

    service: Service
    left: Upkeep
    wear: Wear
    done_ms: int | None
    by: str | None


def serviced(
    desk: Desk, by: str | None, machine: str, service: str, reason: str | None, seen_ms: int | None = None
) -> Done | Denied:
    """Notes that a service was done: what it counts begins anew. Managers, and who maintains the machine.

    NOTHING_TO_DO for a service that the machine does not have, and for one that somebody noted after
    `seen_ms` (wall), when whoever acts looked at it.
    """
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        found = desk.machine(machine)
        if isinstance(found, Denied):
            return now.denied(found)
        rules = found.rules
        no = authority.may_unlock(now.actor, rules.machine)
        if no is None and service not in {one.name for one in rules.services}:
            no = Denied(Code.NOTHING_TO_DO)
        if no is None:
            no = _noted_since(now, machine, service, seen_ms)
        if no is not None:
            return now.denied(no, machine=machine, title=rules.title)
        record = now.write(MachineServiced(machine, service, now.member.id), reason)
        return now.done(record, machine=machine, title=rules.title, service=service)


def _noted_since(now: Turn, machine: str, service: str, seen_ms: int | None) -> Denied | None:
    """Somebody else has noted it since it was looked at."""
    done = wear.of(now.conn, machine).done.get(service)
    since_ms = None if done is None else done.wear.since_ms
    if seen_ms is None or since_ms is None or since_ms <= seen_ms:
        return None
    return Denied(Code.NOTHING_TO_DO, {"since_ms": since_ms})


def kept(desk: Desk, machine: MachineSettings) -> tuple[Kept, ...]:
    """Every service of a machine, in the order of the configuration."""
    today = who.today_ms(desk.conn, desk.clock.now())
    worn = wear.of(desk.conn, machine.rules.machine)
    return tuple(_kept(one, worn, today) for one in machine.rules.services)


def _kept(service: Service, worn: wear.Worn, today_ms: int) -> Kept:
    since, done = worn.since(service.name), worn.done.get(service.name)
    left = upkeep.state(service, since, today_ms)
    if done is None:
        return Kept(service, left, since, None, None)
    return Kept(service, left, since, done.wear.since_ms, done.by)


def out_of_service(desk: Desk, machine: MachineId, from_ms: int, to_ms: int) -> tuple[Stretch, ...]:
    """When (wall) a machine could not be used between two times, as far as these books know."""
    return all_out_of_service(desk, [machine], from_ms, to_ms)[machine]


def all_out_of_service(
    desk: Desk, machines: Collection[MachineId], from_ms: int, to_ms: int
) -> Mapping[MachineId, tuple[Stretch, ...]]:
    """The same of several machines: the books are read once."""
    now_ms = who.today_ms(desk.conn, desk.clock.now())
    syncs = first_syncs(journal.entries(desk.conn, kinds=SYNC_KINDS))
    told = outages.told(desk.conn, machines, syncs)
    return {
        machine: downtime.within(downtime.stretches(said, now_ms), from_ms, to_ms)
        for machine, said in told.items()
    }
