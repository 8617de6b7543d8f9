"""How much members have worked on each skill: a view of the journal, read on in slices (R5, R8)."""

from __future__ import annotations

import sqlite3

from fabgate.model import MemberId, SkillId
from fabgate.rules.progress import Practice
from fabgate.store.writer import Pen

SLICE = 2_048


def of(conn: sqlite3.Connection, member: MemberId, skill: SkillId) -> Practice:
    """How much a member has worked on a skill, up to the newest record here."""
    raise NotImplementedError


def of_member(conn: sqlite3.Connection, member: MemberId) -> dict[SkillId, Practice]:
    """The same of every skill that they have worked on."""
    raise NotImplementedError


def of_all(conn: sqlite3.Connection) -> dict[tuple[MemberId, SkillId], Practice]:
    """The same of everybody."""
    raise NotImplementedError


def behind(conn: sqlite3.Connection) -> int:
    """How many records the view has not read yet: at some hundred it is time to `catch_up`."""
    raise NotImplementedError


def catch_up(pen: Pen, at_most: int = SLICE) -> int:
    """Read the journal on by at most so many records, within the pen's transaction; how many it read."""
    raise NotImplementedError
