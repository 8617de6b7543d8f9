"""What a reader of these rights has to understand, so that it lets in nobody whom they keep out.

Rights that give what others do not have may be passed over by a gate that cannot read them; rights that
take away may not. A gate that lacks what is named here refuses its machines (`wire.roster.lacking`).
"""

from __future__ import annotations

import sqlite3

from fabgate.store.faults import told
from fabgate.wire.roster import EVERY, SPONSORSHIP

# A status may be that of a guest, or of somebody who left; a paper may run out or be withdrawn.
_NARROW = ("pause", "paper", "status")


@told
def needs(conn: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Features by name, with the machines (`*`: all) that they are needed for; none in a lab without any."""
    found = any(conn.execute(_ANY, {"kind": kind}).fetchone()[0] for kind in _NARROW)
    return {SPONSORSHIP: (EVERY,)} if found else {}


# Subjects are `<kind>/<of whom>`; "0" comes right after "/".
_ANY = """\
SELECT EXISTS (SELECT 1 FROM rights
WHERE lab = lab() AND subject >= :kind || '/' AND subject < :kind || '0')"""
