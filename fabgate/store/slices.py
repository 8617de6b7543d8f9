"""The journal's rows in slices: each a short read, so that the log can be folded in between.

Used by this room only; everybody else reads `journal.entries`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping

from fabgate.model import Origin
from fabgate.store.faults import told
from fabgate.store.writer import SEQ_BITS, SEQ_MASK

_SLICE = 2_048

Row = tuple[int, str | None]  # position, body


def rows(
    conn: sqlite3.Connection,
    number: int,
    after: int = 0,
    kinds: Collection[str] = (),
    backwards: bool = False,
    saying: str | None = None,
) -> Iterator[Row]:
    """The rows of epoch `number` after the `seq` given, in order. A slice is a stretch of positions
    and not a count of rows: one that holds none of the wanted kinds is as short as any. `saying`: only
    those whose text has this in it."""
    low, end = (number << SEQ_BITS) + after, last_position(conn, number)
    which = {"kinds": json.dumps(sorted(kinds)) if kinds else None, "saying": saying}
    for step in range(0, end - low, _SLICE):
        if backwards:
            yield from _slice(conn, _BACKWARDS, max(low, end - step - _SLICE), end - step, which)
        else:
            yield from _slice(conn, _FORWARDS, low + step, min(end, low + step + _SLICE), which)


@told
def _slice(
    conn: sqlite3.Connection, sql: str, after: int, upto: int, which: Mapping[str, str | None]
) -> list[Row]:
    return conn.execute(sql, {"after": after, "upto": upto, **which}).fetchall()


_FORWARDS = """\
SELECT position, body FROM journal WHERE position > :after AND position <= :upto
AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
AND (:saying IS NULL OR instr(body, :saying) > 0) ORDER BY position"""
_BACKWARDS = _FORWARDS + " DESC"


@told
def own_epochs(conn: sqlite3.Connection) -> list[tuple[int, Origin]]:
    """Number and name of each epoch of this gate, the present one last."""
    found = conn.execute("SELECT id, lab, gate, epoch FROM origins WHERE own = 1 ORDER BY id")
    return [(number, Origin(f"{lab}/{gate}/{epoch}")) for number, lab, gate, epoch in found]


@told
def all_epochs(conn: sqlite3.Connection) -> dict[str, list[tuple[int, Origin]]]:
    """Number and name of each epoch in the books by its gate, in their order; this gate's own first.

    The books of a gate hold no records but its own, those of a hub every gate's.
    """
    found: dict[str, list[tuple[int, Origin]]] = {}
    for number, lab, gate, epoch in conn.execute(_EPOCHS):
        found.setdefault(gate, []).append((number, Origin(f"{lab}/{gate}/{epoch}")))
    return found


_EPOCHS = "SELECT id, lab, gate, epoch FROM origins WHERE lab = lab() ORDER BY own DESC, id"


@told
def last_position(conn: sqlite3.Connection, number: int) -> int:
    """Where the newest record of epoch `number` stands."""
    base = number << SEQ_BITS
    found = conn.execute(_LAST, (base, base | SEQ_MASK)).fetchone()[0]
    return int(found or base)


_LAST = "SELECT max(position) FROM journal WHERE position BETWEEN ? AND ?"
