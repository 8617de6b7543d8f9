"""How each gate stands, as the hub's books have it now: for the lists at the desk and for the doctor."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from fabgate.config import Settings
from fabgate.hub import papers
from fabgate.hub.lab import info_of
from fabgate.store import gates as rows
from fabgate.store import heard, rights
from fabgate.store.gates import OBSERVER, GateRow
from fabgate.wire.presence import GateInfo

LATE_MS = 150_000  # a gate says that it is there once a minute


@dataclass(frozen=True, slots=True)
class Standing:
    """A gate as the hub's books have it now. What was never heard is None.

    `held` records are here, `missing` ones it told of and has not sent; `behind`: rights that it has yet
    to get; `days` its certificate is good.
    """

    row: GateRow
    info: GateInfo | None
    state: str
    age_ms: int | None
    held: int
    missing: int
    behind: int | None
    days: int | None
    alarms: tuple[str, ...]

    @property
    def away(self) -> bool:
        return self.state != "ready"


def standings(settings: Settings, conn: sqlite3.Connection, epoch: str, wall_ms: int) -> list[Standing]:
    """Every gate that was invited or heard, by name, the retired ones last; no observer.

    `epoch` is the hub's present one.
    """
    days = papers.days_left(settings, wall_ms)
    alarms: dict[str, list[str]] = {}
    for one in rows.alarms(conn):
        if one.over_ms is None:
            alarms.setdefault(one.gate, []).append(one.alarm)
    found = [
        _standing(conn, row, epoch, wall_ms, days.get(name), tuple(alarms.get(name, ())))
        for name, row in rows.gates(conn).items()
        if not name.startswith(OBSERVER)
    ]
    return sorted(found, key=lambda one: one.row.retired_ms is not None)


def _standing(
    conn: sqlite3.Connection,
    row: GateRow,
    epoch: str,
    wall_ms: int,
    days: int | None,
    alarms: tuple[str, ...],
) -> Standing:
    info = info_of(row)
    marks = {origin.rpartition("/")[2]: mark.seq for origin, mark in heard.marks(conn, row.gate).items()}
    origins = () if info is None else info.origins
    return Standing(
        row=row,
        info=info,
        state=_state(row, wall_ms),
        age_ms=None if row.heard_ms is None else max(0, wall_ms - row.heard_ms),
        held=sum(marks.values()),
        missing=sum(max(0, one.seq - marks.get(one.epoch, 0)) for one in origins),
        behind=None if row.retired_ms is not None else behind(info, epoch, rights.mark(conn).arrived),
        days=days,
        alarms=alarms,
    )


def behind(info: GateInfo | None, epoch: str, newest: int) -> int | None:
    """How many rights up to `newest` a gate has not said that it has."""
    if info is None:
        return None
    return max(0, newest - info.roster.arrived) if info.roster.hub == epoch else newest


def _state(row: GateRow, wall_ms: int) -> str:
    """In one word; a gate that should have said something by now is silent, whatever it said last."""
    if row.retired_ms is not None:
        return "retired"
    if row.state is None:
        return "invited" if row.heard_ms is None else "unknown"
    if row.state == "ready" and row.heard_ms is not None and wall_ms - row.heard_ms > LATE_MS:
        return "silent"
    return "away" if row.state in ("lost", "stopping") else row.state
