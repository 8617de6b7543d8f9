"""Group sessions that were opened, and the calendars of opening hours."""

from __future__ import annotations

import sqlite3

from fabgate.model import MachineId
from fabgate.rules.earned import HoursStands, WorkshopStands


def workshops(conn: sqlite3.Connection, today_ms: int) -> tuple[WorkshopStands, ...]:
    """The workshops that are open at a wall time, by machine."""
    raise NotImplementedError


def workshop(conn: sqlite3.Connection, machine: MachineId) -> WorkshopStands | None:
    """The workshop that was opened last on a machine and not closed; its time may be over."""
    raise NotImplementedError


def openings(conn: sqlite3.Connection) -> dict[str, HoursStands]:
    """The calendar of each opening that has one."""
    raise NotImplementedError


def calendar(conn: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Its spans alone, as `hours.closed` asks for them."""
    raise NotImplementedError
