"""What a hub knows of each gate, and what needs a person: the rows of its books that are no record.

They are of today: what must be known for ever stands in the journal (gate.join, gate.retire, hub.alarm).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from fabgate.store.faults import told
from fabgate.store.writer import Pen

OBSERVER = "observer."  # no gate's name has a dot: nobody takes what an observer writes for a gate's


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate, or an observer, as the hub knows it. Times are wall times of the hub (UTC, ms).

    `info` and `state` are what the gate said last, as JSON; `heard_ms` when it last said anything;
    `offset_ms` how far its clock was ahead of the hub's; `handed` the epoch of the hub in which it
    handed in its rights.
    """

    gate: str
    info: str | None = None
    state: str | None = None
    state_ms: int | None = None
    heard_ms: int | None = None
    offset_ms: int | None = None
    fingerprint: str | None = None
    invited_ms: int | None = None
    joined_ms: int | None = None
    retired_ms: int | None = None
    handed: str | None = None


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """Something that a person must look at; `over_ms` once they did. `count` says how often it came."""

    gate: str
    alarm: str
    what: str
    since_ms: int
    last_ms: int
    count: int
    over_ms: int | None = None


@told
def gates(conn: sqlite3.Connection) -> dict[str, GateRow]:
    """Every gate that the hub knows of, by name."""
    return {row[0]: GateRow(*row) for row in conn.execute(_GATES)}


_GATES = """\
SELECT gate, info, state, state_ms, heard_ms, offset_ms, fingerprint, invited_ms, joined_ms, retired_ms,
handed
FROM gates WHERE lab = lab() ORDER BY gate"""


def put_heard(pen: Pen, row: GateRow) -> None:
    """Note what was heard of a gate. What others write (invited, retired, its certificate) stays."""
    pen.execute(
        _PUT_HEARD,
        {
            "lab": pen.lab,
            "gate": row.gate,
            "info": row.info,
            "state": row.state,
            "state_ms": row.state_ms,
            "heard_ms": row.heard_ms,
            "offset_ms": row.offset_ms,
            "joined_ms": row.joined_ms,
            "handed": row.handed,
        },
    )


_PUT_HEARD = """\
INSERT INTO gates (lab, gate, info, state, state_ms, heard_ms, offset_ms, joined_ms, handed)
VALUES (:lab, :gate, :info, :state, :state_ms, :heard_ms, :offset_ms, :joined_ms, :handed)
ON CONFLICT (lab, gate) DO UPDATE SET info = excluded.info, state = excluded.state,
state_ms = excluded.state_ms, heard_ms = excluded.heard_ms, offset_ms = excluded.offset_ms,
joined_ms = excluded.joined_ms, handed = excluded.handed"""


def put_invited(pen: Pen, gate: str, fingerprint: str, at_ms: int) -> None:
    """Note the certificate that was made for a gate or an observer. One that was retired is back."""
    pen.execute(_INVITED, (pen.lab, gate, fingerprint, at_ms))


_INVITED = """\
INSERT INTO gates (lab, gate, fingerprint, invited_ms) VALUES (?, ?, ?, ?)
ON CONFLICT (lab, gate) DO UPDATE SET fingerprint = excluded.fingerprint,
invited_ms = excluded.invited_ms, retired_ms = NULL"""


def put_retired(pen: Pen, gate: str, at_ms: int) -> None:
    """Note that nothing from this gate counts any more."""
    pen.execute(_RETIRED, (at_ms, pen.lab, gate))


_RETIRED = "UPDATE gates SET retired_ms = ? WHERE lab = ? AND gate = ?"


@told
def alarms(conn: sqlite3.Connection) -> tuple[AlarmRow, ...]:
    """All alarms, those that are over too, by gate."""
    return tuple(AlarmRow(*row) for row in conn.execute(_ALARMS))


_ALARMS = """\
SELECT gate, alarm, what, since_ms, last_ms, count, over_ms FROM alarms WHERE lab = lab()
ORDER BY gate, alarm"""


def put_alarm(pen: Pen, gate: str, alarm: str, what: str, at_ms: int, count: int = 1) -> bool:
    """Count an alarm. True when it is a new one: the first of its kind, or the last one was over."""
    row = pen.execute(_OPEN_ALARM, (pen.lab, gate, alarm)).fetchone()
    new = row is None or row[0] is not None
    pen.execute(_NEW_ALARM if new else _MORE, {
        "lab": pen.lab, "gate": gate, "alarm": alarm, "what": what, "at": at_ms, "count": count,
    })  # fmt: skip
    return new


_OPEN_ALARM = "SELECT over_ms FROM alarms WHERE lab = ? AND gate = ? AND alarm = ?"
_NEW_ALARM = """\
INSERT OR REPLACE INTO alarms (lab, gate, alarm, what, since_ms, last_ms, count)
VALUES (:lab, :gate, :alarm, :what, :at, :at, :count)"""
_MORE = """\
UPDATE alarms SET what = :what, last_ms = :at, count = count + :count
WHERE lab = :lab AND gate = :gate AND alarm = :alarm"""


def end_alarm(pen: Pen, gate: str, alarm: str, at_ms: int) -> bool:
    """Note that an alarm is dealt with. False where there is none open of this kind."""
    done = pen.execute(_OVER, (at_ms, pen.lab, gate, alarm)).rowcount
    return done > 0


_OVER = "UPDATE alarms SET over_ms = ? WHERE lab = ? AND gate = ? AND alarm = ? AND over_ms IS NULL"
