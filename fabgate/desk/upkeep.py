"""How a machine is kept: its services, done and due, and when it could not be used.

Facts of what was done: `by`, `machine`, `title`, `service`.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.config import MachineSettings
from fabgate.desk import who
from fabgate.desk.deed import Desk, Done, turn
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


def serviced(desk: Desk, by: str | None, machine: str, service: str, reason: str | None) -> Done | Denied:
    """Notes that a service was done: what it counts begins anew. Managers, and who maintains the machine.

    NOTHING_TO_DO for a service that the machine does not have.
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
        if no is not None:
            return now.denied(no, machine=machine, title=rules.title)
        record = now.write(MachineServiced(machine, service, now.member.id), reason)
        return now.done(record, machine=machine, title=rules.title, service=service)


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
    now_ms = who.today_ms(desk.conn, desk.clock.now())
    syncs = first_syncs(journal.entries(desk.conn, kinds=SYNC_KINDS))
    found = downtime.stretches(outages.told(desk.conn, [machine], syncs)[machine], now_ms)
    return downtime.within(found, from_ms, to_ms)
