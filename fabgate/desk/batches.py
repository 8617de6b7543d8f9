"""Files for an accounting program: each is named, its hash recorded, and refused a second time.

The file is made first, outside the lock; the record is the last thing before it gets its name. A crash
between the two leaves a batch on record without its file, never a file that nobody knows of.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabgate.desk import bookkeeping
from fabgate.desk.deed import Desk, Done, Turn, looking, turn
from fabgate.model import Code, Denied
from fabgate.records import BatchExported
from fabgate.rules import batches as names
from fabgate.store import batches


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which month, for which program; `again`: though it went out already."""

    period: str
    profile: str
    again: bool = False


def named(desk: Desk, by: str | None, wanted: Wanted) -> str | Denied:
    """The name that the batch will have, or why this person may not make it. Changes nothing."""
    now = looking(desk, by)
    return now if isinstance(now, Denied) else _named(now, wanted)


def exported(desk: Desk, by: str | None, wanted: Wanted, batch: str, rows: int, sha256: str) -> Done | Denied:
    """Records that a file went out. Refused where another one went out since `batch` was named."""
    with turn(desk, by) as now:
        if isinstance(now, Denied):
            return now
        name = _named(now, wanted)
        if isinstance(name, Denied):
            return name
        if name != batch:
            return _already(now, wanted)
        body = BatchExported(batch, wanted.period, wanted.profile, rows, sha256, now.member.id)
        return now.done(now.write(body), batch=batch, period=wanted.period, rows=rows)


def _named(now: Turn, wanted: Wanted) -> str | Denied:
    no = bookkeeping.refused(now)
    if no is not None:
        return now.denied(no)
    earlier = batches.of(now.conn, wanted.period, wanted.profile)
    if earlier and not wanted.again:
        return _already(now, wanted)
    return names.name(wanted.period, wanted.profile, len(earlier))


def _already(now: Turn, wanted: Wanted) -> Denied:
    latest = batches.of(now.conn, wanted.period, wanted.profile)[-1]
    return now.denied(Denied(Code.EXPORTED_ALREADY, {"batch": latest, "period": wanted.period}))
