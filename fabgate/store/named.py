"""Who can be named to somebody who needs help: those who agreed to it, and handles like a mistyped one.

Asked within a transaction, while a tap may wait: each question stops after a few rows, however
many members there are.
"""

from __future__ import annotations

import sqlite3

from fabgate.model import MemberId
from fabgate.store.faults import told

MOST = 20
_HANDLES = 2_000


@told
def managers(conn: sqlite3.Connection, today_ms: int, but: MemberId | None = None) -> tuple[str, ...]:
    """Names of active managers who agreed to be named. Who may sponsor is `helpers.py`'s to say."""
    given = {"today": today_ms, "but": but, "most": MOST}
    return tuple(sorted(name for (name,) in conn.execute(_MANAGERS, given)))


_MANAGERS = """\
SELECT p.name FROM roles AS r JOIN members AS m ON m.id = r.member JOIN people AS p ON p.member = r.member
WHERE r.role = 'manager' AND r.lab = lab() AND m.status > 0 AND p.nameable = 1
AND (m.suspended_ms IS NULL OR m.suspended_until_ms < :today) AND r.member IS NOT :but LIMIT :most"""


@told
def handles(conn: sqlite3.Connection, like: str) -> tuple[str, ...]:
    """Handles to look for a near one in: all of a usual lab, of a large one those that begin alike."""
    found = conn.execute(_ALL, (_HANDLES + 1,)).fetchall()
    if len(found) > _HANDLES:
        first = like[:1]
        found = conn.execute(_ALIKE, (first, first, _HANDLES)).fetchall()
    return tuple(handle for (handle,) in found)


_ALL = "SELECT handle FROM people WHERE lab = lab() ORDER BY handle LIMIT ?"
_ALIKE = """\
SELECT handle FROM people WHERE lab = lab() AND handle >= ? AND handle < ? || char(1114111)
ORDER BY handle LIMIT ?"""
