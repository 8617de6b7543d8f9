"""How much each machine was used, and how much since each of its services: a view of the journal.

Kept as `practice` is: the tables hold what the journal says up to a record of each epoch (`wear_read`),
and what came after is read when somebody asks. A service that is done keeps what the machine had run by
then; since then is the difference.

A session counts by its end, maintenance too: what wears a machine does not ask who pays. A start that
was taken back is no job. An end that two epochs say, one of them from a copy that was restored, counts
twice: a service comes the sooner for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from fabgate import records
from fabgate.model import Moment
from fabgate.records import MachineServiced, SessionStopped
from fabgate.rules.said import fits
from fabgate.rules.upkeep import Wear
from fabgate.store import annals
from fabgate.store.faults import told
from fabgate.store.writer import SEQ_BITS, SEQ_MASK, Pen

SLICE = 2_048
_MOST_MS = 1 << 40  # of one session: an odd number in a record must not make the sum of all one


@dataclass(frozen=True, slots=True)
class Done:
    """A service that was done: what the machine had run by then, and by whose word."""

    wear: Wear
    by: str


@dataclass(slots=True)
class Worn:
    """What a machine has run, and its services as they were done last, by their names."""

    all: Wear = field(default_factory=Wear)
    done: dict[str, Done] = field(default_factory=dict)

    def since(self, service: str) -> Wear:
        """Its use since a service was done; since ever where that never was."""
        done = self.done.get(service)
        return self.all if done is None else self.all.since(done.wear)


@told
def of(conn: sqlite3.Connection, machine: str) -> Worn:
    """How much a machine was used, up to the newest record here."""
    worn = _kept(conn, machine)
    for after, upto in _unread(conn):
        _read(conn, after, upto, {machine: worn}, machine)
    return worn


def catch_up(pen: Pen, at_most: int = SLICE) -> int:
    """Read the journal on by about so many records, within the pen's transaction; how many it read."""
    count, found = 0, _All(pen.conn)
    for after, end in _unread(pen.conn):
        upto = min(end, after + at_most - count)
        if upto > after:
            _read(pen.conn, after, upto, found)
            pen.execute(_READ_TO, (after >> SEQ_BITS, pen.lab, upto))
            count += upto - after
    for machine, worn in found.items():
        _keep(pen, machine, worn)
    return count


@told
def behind(conn: sqlite3.Connection) -> int:
    """How many records the view has not read yet."""
    return sum(end - after for after, end in _unread(conn))


# --- what is kept -------------------------------------------------------------------------------


class _All(dict[str, Worn]):
    """Every machine as it is kept, read when it is first asked for."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        super().__init__()
        self._conn = conn

    def __missing__(self, machine: str) -> Worn:
        self[machine] = _kept(self._conn, machine)
        return self[machine]


def _kept(conn: sqlite3.Connection, machine: str) -> Worn:
    row = conn.execute(_WEAR, (machine,)).fetchone()
    found = conn.execute(_SERVICES, (machine,))
    done = {name: Done(Wear(*numbers), by) for name, by, *numbers in found}
    return Worn(Wear() if row is None else Wear(*row), done)


def _keep(pen: Pen, machine: str, worn: Worn) -> None:
    whole = worn.all
    pen.execute(_PUT, (pen.lab, machine, whole.powered_ms, whole.busy_ms, whole.jobs, whole.since_ms))
    for name, done in worn.done.items():
        at = done.wear
        pen.execute(
            _PUT_SERVICE, (pen.lab, machine, name, at.powered_ms, at.busy_ms, at.jobs, at.since_ms, done.by)
        )


_WEAR = "SELECT powered_ms, busy_ms, jobs, since_ms FROM wear WHERE machine = ? AND lab = lab()"
_SERVICES = """\
SELECT service, given_by, powered_ms, busy_ms, jobs, at_ms FROM services
WHERE machine = ? AND lab = lab() ORDER BY service"""
_PUT = """\
INSERT OR REPLACE INTO wear (lab, machine, powered_ms, busy_ms, jobs, since_ms) VALUES (?, ?, ?, ?, ?, ?)"""
_PUT_SERVICE = """\
INSERT OR REPLACE INTO services (lab, machine, service, powered_ms, busy_ms, jobs, at_ms, given_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_READ_TO = "INSERT OR REPLACE INTO wear_read (origin, lab, position) VALUES (?, ?, ?)"


# --- reading ------------------------------------------------------------------------------------


def _unread(conn: sqlite3.Connection) -> list[tuple[int, int]]:
    """Each epoch that goes on behind what the view has read: after which position, up to which."""
    found = conn.execute(_UNREAD, {"bits": SEQ_BITS, "mask": SEQ_MASK}).fetchall()
    return [(after, end) for after, end in found if end is not None and end > after]


_UNREAD = """\
SELECT coalesce(r.position, o.id << :bits),
(SELECT max(position) FROM journal WHERE position BETWEEN o.id << :bits AND (o.id << :bits) + :mask)
FROM origins AS o LEFT JOIN wear_read AS r ON r.origin = o.id WHERE o.lab = lab() ORDER BY o.id"""


def _read(
    conn: sqlite3.Connection, after: int, upto: int, found: dict[str, Worn], only: str | None = None
) -> None:
    """Add what a stretch of the journal says, of every machine or of one."""
    for at, said in _said(conn, after, upto, only):
        worn = found[said.machine]
        if isinstance(said, SessionStopped):
            worn.all = _plus(worn.all, said, at)
        else:
            worn.done[said.service] = Done(replace(worn.all, since_ms=at.wall_ms), said.by)


def _said(
    conn: sqlite3.Connection, after: int, upto: int, only: str | None
) -> Iterator[tuple[Moment, SessionStopped | MachineServiced]]:
    """What bears on it, in its order; what cannot be read is passed over: the audit names it."""
    saying = None if only is None else annals.said("machine", only)
    for low in range(after, upto, SLICE):
        given = {"after": low, "upto": min(upto, low + SLICE), "saying": saying}
        for (body,) in conn.execute(_BODIES, given).fetchall():
            with suppress(ValueError, TypeError):
                at, said = records.decode(body)
                if isinstance(said, SessionStopped | MachineServiced) and fits(at, said):
                    yield at, said


_BODIES = """\
SELECT body FROM journal WHERE position > :after AND position <= :upto AND body IS NOT NULL
AND kind IN ('session.stop', 'machine.serviced')
AND (:saying IS NULL OR instr(body, :saying) > 0) ORDER BY position"""


def _plus(wear: Wear, stop: SessionStopped, at: Moment) -> Wear:
    return Wear(
        wear.powered_ms + _length(stop.length_ms),
        wear.busy_ms + _length(stop.busy_ms or 0),
        wear.jobs + int(stop.charged),
        at.wall_ms if wear.since_ms is None and at.synced else wear.since_ms,
    )


def _length(ms: int) -> int:
    return min(max(0, ms), _MOST_MS)
