"""What a gate knows of its hub: whose rights it has, up to where, what they need, whether it forked, and
when it was heard last.

One row, written in the transaction of what it speaks of: a page of rights that is in force is also
noted as such, and none is noted that is not.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fabgate.model import Moment
from fabgate.store.faults import told
from fabgate.store.writer import Pen

FOLDER = "link"  # of a gate that has joined, in its state folder
OLD = ".link.old"  # while it joins anew
Needs = Mapping[str, tuple[str, ...]]
_MOST_NEWS = 500


@dataclass(frozen=True, slots=True)
class Linked:
    """`hub` is the hub's epoch, None before the first page; `arrived` its number of the last right here.

    `needs` says for each feature at which machines (`*`: all) it is needed. `forked`: the hub has records
    of this epoch that are not in these books, so that the next start begins a new one.
    """

    hub: str | None = None
    arrived: int = 0
    needs: Needs = field(default_factory=dict)
    forked: bool = False


def has_joined(state: Path) -> bool:
    """Whether the gate of this state folder has joined a hub, or has tried to. What is wrong with it is
    told by the link, each time it tries."""
    return any((state / name).exists() for name in (FOLDER, OLD))


@told
def linked(conn: sqlite3.Connection) -> Linked:
    """What is known. Needs that cannot be read are needs of every machine: they fail closed."""
    row = conn.execute("SELECT hub, arrived, needs, forked FROM link WHERE lab = lab()").fetchone()
    if row is None:
        return Linked()
    hub, arrived, needs, forked = row
    return Linked(hub or None, arrived, _needs(needs), bool(forked))


def _needs(text: str) -> Needs:
    try:
        said = json.loads(text)
        return {str(name): tuple(str(machine) for machine in said[name]) for name in said}
    except (ValueError, TypeError, IndexError):
        return {"?": ("*",)}


def keep(pen: Pen, now: Linked) -> None:
    """Write it down, in the transaction of the pen."""
    needs = json.dumps({name: list(now.needs[name]) for name in sorted(now.needs)}, separators=(",", ":"))
    pen.execute(_KEEP, (pen.lab, now.hub or "", now.arrived, needs, int(now.forked)))


_KEEP = """\
INSERT INTO link (lab, hub, arrived, needs, forked) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (lab) DO UPDATE SET hub = excluded.hub, arrived = excluded.arrived, needs = excluded.needs,
forked = excluded.forked"""


@told
def heard(conn: sqlite3.Connection) -> Moment | None:
    """When the hub was heard last, as far as it was written down: of this boot or of one before (R12)."""
    row = conn.execute(_HEARD).fetchone()
    return None if row is None else Moment(row[0], row[1], row[2], bool(row[3]))


_HEARD = """\
SELECT heard_boot, heard_boot_ms, heard_ms, heard_synced FROM link
WHERE lab = lab() AND heard_boot IS NOT NULL"""


def age_ms(last: Moment | None, now: Moment) -> int | None:
    """How long ago that was: by the clock of the boot, else by wall clocks that were both right (R12).

    None where nobody knows.
    """
    if last is None:
        return None
    if last.boot == now.boot:
        return max(0, now.boot_ms - last.boot_ms)
    return max(0, now.wall_ms - last.wall_ms) if last.synced and now.synced else None


def put_heard(pen: Pen, at: Moment) -> None:
    """Note when the hub was heard."""
    pen.execute(_PUT_HEARD, (pen.lab, at.boot, at.boot_ms, at.wall_ms, int(at.synced)))


_PUT_HEARD = """\
INSERT INTO link (lab, hub, arrived, needs, forked, heard_boot, heard_boot_ms, heard_ms, heard_synced)
VALUES (?, '', 0, '{}', 0, ?, ?, ?, ?)
ON CONFLICT (lab) DO UPDATE SET heard_boot = excluded.heard_boot, heard_boot_ms = excluded.heard_boot_ms,
heard_ms = excluded.heard_ms, heard_synced = excluded.heard_synced"""


@told
def news(conn: sqlite3.Connection, arrived: int) -> list[tuple[int, str]]:
    """Number and subject of the next rights that came after a number, from wherever; at most some hundred."""
    return conn.execute(_NEWS, (arrived, _MOST_NEWS)).fetchall()


_NEWS = "SELECT arrived, subject FROM rights WHERE arrived > ? AND lab = lab() ORDER BY arrived LIMIT ?"


@told
def newest(conn: sqlite3.Connection) -> int:
    """The number of the newest right that is known here; 0 for none."""
    return int(conn.execute("SELECT coalesce(max(arrived), 0) FROM rights").fetchone()[0])
