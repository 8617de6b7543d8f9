"""Which files of a month went out to an accounting program."""

from __future__ import annotations

import sqlite3

from fabgate.store.faults import told


@told
def of(conn: sqlite3.Connection, period: str, profile: str | None = None) -> tuple[str, ...]:
    """The names of the batches of a month (`2026-10`), for one program or for any, the oldest first."""
    found = conn.execute(_OF, {"period": period, "profile": profile})
    return tuple(batch for (batch,) in found)


_OF = """\
SELECT batch FROM batches WHERE lab = lab() AND period = :period AND profile = coalesce(:profile, profile)
ORDER BY position"""
