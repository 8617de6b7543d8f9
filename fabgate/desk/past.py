"""What somebody did at machines, a month at a time, the newest first: for whoever looks at their own.

Read from the newest record back, and no further than the month: what a member did years ago costs nobody
anything until they ask for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from sqlite3 import Connection
from typing import Literal

from fabgate.desk.deed import Desk
from fabgate.model import MemberId, Origin, RecordId
from fabgate.records import Entry, SessionStarted, SessionStopped
from fabgate.rules.ledger import SYNC_KINDS, Ledger, Session, first_syncs
from fabgate.rules.month import Month
from fabgate.store import annals, journal

As = Literal["member", "sponsor"]
_SAYS = '"session":"'


def of_month(desk: Desk, member: MemberId, month: Month, by: As = "member") -> tuple[Session, ...]:
    """The sessions that began in a month of the lab's zone: where they worked, or stood beside (`sponsor`).

    Raises ChainBroken, StoreCorrupt.
    """
    first_s, next_s = month.bounds(desk.settings.lab.zone)
    starts = {one.id: one for one in _starts(desk.conn, member, by, first_s * 1000, next_s * 1000)}
    stops = list(_stops(desk.conn, starts)) if starts else []
    entries = [*starts.values(), *stops]
    unsure = any(one.at is not None and not one.at.synced for one in entries)
    ledger = Ledger(first_syncs(journal.entries(desk.conn, kinds=SYNC_KINDS) if unsure else ()))
    ended = list(ledger.usages(entries))
    found = (
        one for one in chain(ended, ledger.still_open()) if first_s <= one.start.wall_ms // 1000 < next_s
    )
    return tuple(sorted(found, key=lambda one: (one.start.wall_ms, one.session), reverse=True))


def _starts(conn: Connection, member: MemberId, by: As, first_ms: int, next_ms: int) -> Iterator[Entry]:
    """Theirs of a month, and those of a clock that was not right: only the ledger knows when they began."""
    saying = annals.said(by, member)
    kinds = (SessionStarted.kind,)
    for entry in journal.entries(conn, kinds=kinds, newest_first=True, saying=saying):
        if entry.at is None or getattr(entry.body, by, None) != member:
            continue
        if entry.at.synced and entry.at.wall_ms < first_ms:
            return
        if not entry.at.synced or entry.at.wall_ms < next_ms:
            yield entry


def _stops(conn: Connection, starts: Mapping[RecordId, Entry]) -> Iterator[Entry]:
    """Their ends: each stands behind its start in the journal of its gate, mostly not far behind."""
    running = {str(one.start) for one in journal.running(conn)}
    ends = journal.ends(conn)
    for gate in dict.fromkeys(map(_gate, starts)):
        of_gate = [one for one in starts if _gate(one) == gate]
        yield from _stops_of(conn, of_gate, _behind(of_gate, ends), running)


def _behind(starts: Iterable[RecordId], ends: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """From where to where each epoch of a gate is read, by its origin: from the first of these starts on."""
    first = {one.origin: one.seq for one in sorted(starts, reverse=True)}
    epochs = [origin for origin in ends if _of(origin) == _of(next(iter(first)))]
    since = min(epochs.index(origin) for origin in first)
    return {origin: (first.get(Origin(origin), 0), ends[origin]) for origin in epochs[since:]}


def _stops_of(
    conn: Connection,
    starts: Iterable[RecordId],
    where: Mapping[str, tuple[int, int]],
    running: Collection[str],
) -> Iterator[Entry]:
    wanted = {str(one) for one in starts} - set(running)
    after = {origin: since for origin, (since, _) in where.items()}
    upto = {origin: end for origin, (_, end) in where.items()}
    if not wanted:
        return
    for origin, seq, body in journal.texts(conn, after, upto, (SessionStopped.kind,)):
        session = "" if body is None else body.partition(_SAYS)[2].partition('"')[0]
        if session in wanted:
            yield journal.entry_of(origin, seq, body)
            wanted.discard(session)
            if not wanted:
                return


def _gate(record: RecordId) -> str:
    return _of(record.origin)


def _of(origin: str) -> str:
    """The gate of an origin, with its lab."""
    return origin.rpartition("/")[0]
