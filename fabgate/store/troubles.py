"""What is wrong with the machines of these books, as the journal says: a view, nothing is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from fabgate.model import Origin
from fabgate.records import Entry, GateStarted, TroubleBegan, TroubleOver
from fabgate.store.gates import gates
from fabgate.store.journal import entry_of
from fabgate.store.slices import all_epochs, rows

Troubles = dict[str, tuple[str, ...]]
"""The troubles of each machine that has one, oldest first."""

_TROUBLE_KINDS = (GateStarted.kind, TroubleBegan.kind, TroubleOver.kind)


def troubles_now(conn: sqlite3.Connection) -> Troubles:
    """What each machine suffers from, as its gate has written since it last started. The books of a hub say
    it of every gate that is not retired."""
    still: Troubles = {}
    for number, origin in _present(conn):
        newest_first = rows(conn, number, kinds=_TROUBLE_KINDS, backwards=True)
        still |= _since_it_started(entry_of(origin, *row) for row in newest_first)
    return still


def _present(conn: sqlite3.Connection) -> Iterator[tuple[int, Origin]]:
    """The present epoch of each gate: another one begins with a start. A hub has no machine, its own
    records are many, and none of them is asked for."""
    found = all_epochs(conn)
    retired = {name for name, one in gates(conn).items() if one.retired_ms is not None}
    own, *others = found
    for name in others or (own,):
        if name not in retired:
            yield found[name][-1]


def _since_it_started(entries: Iterator[Entry]) -> Troubles:
    over: set[tuple[str, str]] = set()
    still: Troubles = {}
    for entry in entries:
        match entry.body:
            case TroubleOver(machine=machine, trouble=trouble):
                over.add((machine, trouble))
            case TroubleBegan(machine=machine, trouble=trouble) if (machine, trouble) not in over:
                over.add((machine, trouble))
                still[machine] = (trouble, *still.get(machine, ()))
            case GateStarted():
                break
            case _:
                pass
    return still
