"""Gates whose records of a month a hub does not have, or may not have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from sqlite3 import Connection

from fabgate.rules.closing import Kind, Obstacle
from fabgate.store import gates, heard
from fabgate.store.gates import OBSERVER, GateRow

# What of a gate's journal is not in these books: the hub's words for it, see `hub/alarms.py`.
_MISSING = {"gap", "differs", "unsound", "forked"}


def late(conn: Connection, next_s: int) -> Iterator[Obstacle]:
    """What a hub lacks of its gates for a month that ended with second `next_s` (UTC); one for each gate.

    A gate that was never heard has no records, one that was retired writes none any more.
    """
    held = {str(origin): mark.seq for origin, mark in heard.marks(conn).items()}
    alarms = {
        row.gate: row.what for row in gates.alarms(conn) if row.over_ms is None and row.alarm in _MISSING
    }
    for name, row in gates.gates(conn).items():
        if name.startswith(OBSERVER) or row.joined_ms is None or row.retired_ms is not None:
            continue
        behind = _behind(row, held)
        if name in alarms:
            yield Obstacle(Kind.GATE_LACKS, gate=name, what=alarms[name])
        elif row.heard_ms is None or row.heard_ms < next_s * 1000:
            yield Obstacle(Kind.GATE_AWAY, gate=name, started_s=(row.heard_ms or 0) // 1000)
        elif behind:
            yield Obstacle(Kind.GATE_LACKS, gate=name, what=f"{behind} record(s) are on their way")


def _behind(row: GateRow, held: Mapping[str, int]) -> int:
    """How many records a gate said to have, when it was heard last, that are not here."""
    try:
        said = json.loads(row.info or "{}").get("origins", ())
        marks = [(str(one["epoch"]), int(one["seq"])) for one in said]
    except (ValueError, TypeError, KeyError, AttributeError):
        return 0
    epochs = {origin.split("/")[2]: seq for origin, seq in held.items() if origin.split("/")[1] == row.gate}
    return sum(max(0, seq - epochs.get(epoch, 0)) for epoch, seq in marks)
