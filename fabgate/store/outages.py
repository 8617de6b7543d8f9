"""When machines went out of service and came back, as these books tell it: locks and troubles.

Used by the desk for one machine and by the reports for all. `rules/downtime.py` makes stretches of it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from fabgate.model import MachineId
from fabgate.records import (
    Entry,
    GateStarted,
    GateStopped,
    MachineLocked,
    MachineUnlocked,
    TroubleBegan,
    TroubleOver,
)
from fabgate.rules.downtime import LOCKED, Begun, Over
from fabgate.rules.ledger import Syncs, settled
from fabgate.store import journal, rights

_LOCK = "lock"
_TROUBLES = (TroubleBegan.kind, TroubleOver.kind, GateStarted.kind, GateStopped.kind)
_There = dict[str, set[tuple[str, str]]]


def told(
    conn: sqlite3.Connection, machines: Iterable[MachineId], syncs: Syncs
) -> Mapping[MachineId, tuple[Begun | Over, ...]]:
    """What was said of these machines, each in the order of the books, its locks first."""
    found = {machine: list(_locks(conn, machine, syncs)) for machine in machines}
    there: _There = defaultdict(set)
    for entry in journal.entries(conn, kinds=_TROUBLES):
        if entry.at is not None:
            at_ms = settled(entry.id.origin, entry.at, syncs).wall_ms
            for machine, one in _trouble(entry, at_ms, there):
                if machine in found:
                    found[machine].append(one)
    return {machine: tuple(several) for machine, several in found.items()}


def _locks(conn: sqlite3.Connection, machine: MachineId, syncs: Syncs) -> Iterator[Begun | Over]:
    for one in rights.history(conn, f"{_LOCK}/{machine}"):
        at_ms = settled(one.record.origin, one.at, syncs).wall_ms
        if isinstance(one.body, MachineLocked):
            yield Begun(at_ms, _LOCK, one.body.cause or LOCKED)
        elif isinstance(one.body, MachineUnlocked):
            yield Over(at_ms, _LOCK)


def _trouble(entry: Entry, at_ms: int, there: _There) -> Iterator[tuple[MachineId, Begun | Over]]:
    """A trouble lasts until it is over, or until its gate stops or starts: a new run looks anew."""
    gate = entry.id.origin.rpartition("/")[0]
    match entry.body:
        case TroubleBegan(machine=machine, trouble=trouble):
            there[gate].add((machine, trouble))
            yield MachineId(machine), Begun(at_ms, f"{gate} {trouble}", trouble)
        case TroubleOver(machine=machine, trouble=trouble):
            there[gate].discard((machine, trouble))
            yield MachineId(machine), Over(at_ms, f"{gate} {trouble}")
        case GateStarted() | GateStopped():
            for machine, trouble in sorted(there.pop(gate, ())):
                yield MachineId(machine), Over(at_ms, f"{gate} {trouble}")
        case _:
            pass
