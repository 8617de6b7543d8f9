"""Where somebody or something is named among the rights, for those who look back.

A look at every record: for a history that a person asks for, not for a tap.
"""

from __future__ import annotations

import json
import sqlite3

from fabgate.store.faults import told


@told
def subjects(conn: sqlite3.Connection, field: str, value: str) -> tuple[str, ...]:
    """The subjects of which some record says this of a field, in the order in which they came first.

    As far as the text goes, `field` may stand anywhere in a record.
    """
    found = conn.execute(_SUBJECTS, (said(field, value),))
    return tuple(about for (about,) in found)


# Texts are made in one way only (`records.encode`), so a field is found as it is written there.
_SUBJECTS = """\
SELECT subject FROM rights WHERE lab = lab() AND instr(body, ?) > 0 GROUP BY subject ORDER BY min(arrived)"""


def said(field: str, value: str) -> str:
    """A field as a record's text bears it: what to look for with `journal.entries(saying=...)`."""
    return f"{json.dumps(field)}:{json.dumps(value, ensure_ascii=False)}"
