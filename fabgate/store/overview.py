"""What these books know in numbers: rights, and at a hub its gates and alarms. Reads only.

For whoever shows numbers every minute: each is one short query, none reads the journal.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from fabgate.store.faults import told


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate at the hub: what it said last, when, by how much its clock differs, how many records are held.

    `heard_ms` is the hub's wall time. What was never heard is None.
    """

    gate: str
    state: str | None
    retired: bool
    heard_ms: int | None
    offset_ms: int | None
    held: int


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm at the hub: about which gate, of which kind, whether it stands, how often it was raised."""

    gate: str
    alarm: str
    stands: bool
    count: int


@told
def rights_held(conn: sqlite3.Connection) -> int:
    """How many records of rights these books hold."""
    row = conn.execute("SELECT records FROM rights_sum WHERE lab = lab()").fetchone()
    return int(row[0]) if row else 0


@told
def gate_rows(conn: sqlite3.Connection) -> tuple[GateRow, ...]:
    """Every gate that the hub knows, by name."""
    found = conn.execute(_GATES).fetchall()
    return tuple(
        GateRow(gate, state, bool(retired), heard_ms, offset_ms, held)
        for gate, state, retired, heard_ms, offset_ms, held in found
    )


_GATES = """\
SELECT g.gate, g.state, g.retired_ms IS NOT NULL, g.heard_ms, g.offset_ms, (
    SELECT coalesce(sum(h.seq), 0) FROM heard AS h JOIN origins AS o ON o.id = h.origin
    WHERE o.lab = g.lab AND o.gate = g.gate
)
FROM gates AS g WHERE g.lab = lab() ORDER BY g.gate"""


@told
def alarm_rows(conn: sqlite3.Connection) -> tuple[AlarmRow, ...]:
    """Every alarm that was ever raised, by gate and kind."""
    found = conn.execute(
        "SELECT gate, alarm, over_ms IS NULL, count FROM alarms WHERE lab = lab() ORDER BY gate, alarm"
    ).fetchall()
    return tuple(AlarmRow(gate, alarm, bool(stands), count) for gate, alarm, stands, count in found)
