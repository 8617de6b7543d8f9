"""What is wrong with the machines of this gate, as its journal says: a view, nothing is kept."""

from __future__ import annotations

import sqlite3

from fabgate.records import GateStarted, TroubleBegan, TroubleOver
from fabgate.store import journal

Troubles = dict[str, tuple[str, ...]]
"""The troubles of each machine that has one, oldest first."""

_TROUBLE_KINDS = (GateStarted.kind, TroubleBegan.kind, TroubleOver.kind)


def troubles_now(conn: sqlite3.Connection) -> Troubles:
    """What each machine suffers from, as the gate has written since it last started."""
    over: set[tuple[str, str]] = set()
    still: Troubles = {}
    for entry in journal.entries(conn, kinds=_TROUBLE_KINDS, newest_first=True):
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
