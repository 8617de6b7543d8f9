"""The views of the journal that are read on when somebody has time: practice, and wear.

What a view has not read yet, a question reads itself; so an answer is exact, and no session writes a row
of a view.
"""

from __future__ import annotations

import sqlite3

from fabgate.store import practice, wear
from fabgate.store.writer import Pen

BEHIND = practice.BEHIND


def behind(conn: sqlite3.Connection) -> int:
    """How many records the view has not read yet that is furthest behind."""
    return max(practice.behind(conn), wear.behind(conn))


def catch_up(pen: Pen, at_most: int = practice.SLICE) -> int:
    """Read each on by about so many records, within the pen's transaction; how many the longest read."""
    return max(practice.catch_up(pen, at_most), wear.catch_up(pen, at_most))
