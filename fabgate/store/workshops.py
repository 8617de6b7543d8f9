"""Group sessions that were opened, and the calendars of opening hours."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from fabgate.model import MachineId, MemberId, RecordId
from fabgate.rules.standing import HoursStands, WorkshopStands
from fabgate.store.faults import told


def workshops(conn: sqlite3.Connection, today_ms: int) -> tuple[WorkshopStands, ...]:
    """The workshops that are open at a wall time, by machine."""
    return tuple(one for one in _workshops(conn) if today_ms <= one.until_ms)


def workshop(conn: sqlite3.Connection, machine: MachineId) -> WorkshopStands | None:
    """The workshop that was opened on a machine and not closed; its time may be over."""
    return next((one for one in _workshops(conn) if one.machine == machine), None)


@told
def _workshops(conn: sqlite3.Connection) -> list[WorkshopStands]:
    return [
        WorkshopStands(
            MachineId(machine),
            MemberId(leader),
            people,
            purpose,
            until,
            MemberId(by),
            RecordId.of(record),
            at,
        )
        for machine, leader, people, purpose, until, by, record, at in conn.execute(_WORKSHOPS)
    ]


_WORKSHOPS = """\
SELECT machine, leader, people, purpose, until_ms, given_by, record, since_ms FROM workshops
WHERE lab = lab() ORDER BY machine"""


@told
def openings(conn: sqlite3.Connection) -> dict[str, HoursStands]:
    """The calendar of each opening that has one, by opening."""
    return {
        opening: HoursStands(opening, tuple(json.loads(spans)), MemberId(by), RecordId.of(record), at)
        for opening, spans, by, record, at in conn.execute(_OPENINGS)
    }


_OPENINGS = """\
SELECT opening, spans, given_by, record, at_ms FROM openings WHERE lab = lab() ORDER BY opening"""


@told
def calendar(conn: sqlite3.Connection, names: Sequence[str] | None = None) -> dict[str, tuple[str, ...]]:
    """The spans alone, of all openings or of these, as `hours.closed` asks for them."""
    asked = None if names is None else json.dumps(list(names))
    found = conn.execute(_SPANS, {"names": asked})
    return {opening: tuple(json.loads(spans)) for opening, spans in found}


_SPANS = """\
SELECT opening, spans FROM openings
WHERE lab = lab() AND (:names IS NULL OR opening IN (SELECT value FROM json_each(:names)))"""
