"""What a month's machines were used for: one row a session, or sums of the same rows.

Used by `export usage`. Reads the journal and the names in the roster, and changes nothing. The rows
come out in one order (end, then session id) and twice the same from the same journal.

Two roundings, both said in the file for treasurers (`docs/`): a length is cut to whole seconds, in
the member's favour, once, in the ledger; hours are those seconds / 3600 to four decimals, half up.
Sums add whole seconds and make hours of the sum, so they equal the rows to the second.
"""

from __future__ import annotations

import enum
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from fabgate.model import MachineId, MemberId, Moment, RecordId
from fabgate.reports.spool import Spool, Spooled
from fabgate.rules.ledger import KINDS, SYNC_KINDS, Dated, Ledger, Session, Usage, first_syncs
from fabgate.rules.month import Month
from fabgate.store import journal, roster

AHEAD_S = 86_400  # a session that ends later than this from now was dated by a clock that is wrong
NAMES_KEPT = 10_000  # of members at a time, so that memory does not grow with the lab


class Per(enum.StrEnum):
    """What a sum is made for."""

    MEMBER = "member"
    MACHINE = "machine"
    MEMBER_MACHINE = "member-machine"


@dataclass(frozen=True, slots=True)
class Row:
    """One session. Fields in the order of the columns; `docs/` says what each means.

    Members by handle; one who is no longer in the roster by their id, without a name. `uncertain_s`
    is rounded up: a recovered session ended at most so many seconds later. `busy_s` is None where nothing
    told whether the machine worked.
    """

    session: str
    stop: str
    member: str
    name: str
    machine: str
    skill: str
    level: str
    sponsor: str
    payer: str
    purpose: str
    people: int
    start_utc: str
    end_utc: str
    start_local: str
    end_local: str
    seconds_powered: int
    seconds_charged: int
    hours: Decimal
    ended: str
    recovered: bool
    uncertain_s: int
    blind_s: int
    busy_s: int | None
    dated: str


@dataclass(frozen=True, slots=True)
class Sum:
    """The sessions of one member, one machine or both; what it is not made for is empty.

    `busy_s` is the work of those sessions that tell it, None where none does.
    """

    member: str
    name: str
    machine: str
    sessions: int
    seconds_powered: int
    seconds_charged: int
    busy_s: int | None = None

    @property
    def hours(self) -> Decimal:
        return hours(self.seconds_charged)


@dataclass(frozen=True, slots=True)
class StillOpen:
    """A session that began before the month was over and has not ended: it is in no file yet."""

    session: RecordId
    machine: MachineId
    member: str
    start_local: str


Name = tuple[str, str]  # handle and name
Names = Callable[[str], Name]


@dataclass(frozen=True, slots=True)
class Report:
    """A month of usages. Good for as long as the `with` that it came from.

    `open` names the sessions that are in no file yet. `undated` counts, by the month that they
    carry, sessions of a clock that was not right: they may belong to this month and stand in
    another. `unpaired` counts stops that end nothing.
    """

    month: Month
    zone: ZoneInfo
    open: tuple[StillOpen, ...]
    undated: Mapping[str, int]
    unpaired: int
    _names: Names
    _spool: Spool

    def rows(self) -> Iterator[Row]:
        """The sessions that ended in the month, by their end, then by their id."""
        return (_row(usage, self._names, self.zone) for usage in self._spool)

    def sums(self, per: Per) -> tuple[Sum, ...]:
        """The same sessions added up, by member's handle and machine."""
        sessions: Counter[tuple[str, str]] = Counter()
        powered: Counter[tuple[str, str]] = Counter()
        charged: Counter[tuple[str, str]] = Counter()
        busy: Counter[tuple[str, str]] = Counter()
        for usage in self._spool:
            key = (
                "" if per is Per.MACHINE else usage.member,
                "" if per is Per.MEMBER else usage.machine,
            )
            sessions[key] += 1
            powered[key] += usage.seconds
            charged[key] += usage.seconds_charged
            if usage.busy_s is not None:
                busy[key] += usage.busy_s
        sums = [
            Sum(*self._named(key[0]), key[1], number, powered[key], charged[key], busy.get(key))
            for key, number in sessions.items()
        ]
        return tuple(sorted(sums, key=lambda one: (one.member, one.machine)))

    def _named(self, member: str) -> Name:
        return self._names(member) if member else ("", "")


@contextmanager
def usages(
    conn: sqlite3.Connection, month: Month, zone: ZoneInfo, now: Moment | None = None
) -> Iterator[Report]:
    """The report of the month's sessions: those whose end lies in the month, in the lab's zone.

    `conn` is a store's reading connection. By `now`, if that clock is right, `undated` also counts the
    sessions that end later than it. Raises StoreError, DiskFull.
    """
    latest_s = now.wall_ms // 1000 + AHEAD_S if now is not None and now.synced else None
    names = names_in(conn)
    ledger = Ledger(first_syncs(journal.entries(conn, kinds=SYNC_KINDS)))
    undated: Counter[str] = Counter()
    with Spool() as spool:
        spool.fill(
            _of_month(ledger.usages(journal.entries(conn, kinds=KINDS)), month, zone, undated, latest_s)
        )
        still_open = _still_open(ledger.still_open(), month, zone, names)
        yield Report(month, zone, still_open, dict(sorted(undated.items())), ledger.unpaired, names, spool)


def hours(seconds: int) -> Decimal:
    """Whole seconds as hours, to four decimals, half up (one step is 0.36 s)."""
    return Decimal((seconds * 20_000 + 3_600) // 7_200).scaleb(-4)


def _of_month(
    found: Iterable[Usage], month: Month, zone: ZoneInfo, undated: Counter[str], latest_s: int | None
) -> Iterator[Usage]:
    first_s, next_s = month.bounds(zone)
    for usage in found:
        if first_s <= usage.ended_s < next_s:
            yield usage
        elif usage.dated is Dated.UNSYNCED or (latest_s is not None and usage.ended_s > latest_s):
            undated[str(Month.at(usage.ended_s, zone))] += 1


def _still_open(
    sessions: Iterable[Session], month: Month, zone: ZoneInfo, names: Names
) -> tuple[StillOpen, ...]:
    _, next_s = month.bounds(zone)
    return tuple(
        StillOpen(one.session, one.machine, names(one.member)[0], local(one.start.wall_ms // 1000, zone))
        for one in sessions
        if one.start.wall_ms < next_s * 1000
    )


def _row(usage: Spooled, names: Names, zone: ZoneInfo) -> Row:
    handle, name = names(usage.member)
    return Row(
        f"{usage.origin}#{usage.seq}",
        usage.stop,
        handle,
        name,
        usage.machine,
        usage.skill,
        usage.level,
        names(usage.sponsor)[0] if usage.sponsor else "",
        names(usage.payer)[0],
        usage.purpose,
        usage.people,
        utc(usage.started_s),
        utc(usage.ended_s),
        local(usage.started_s, zone),
        local(usage.ended_s, zone),
        usage.seconds,
        usage.seconds_charged,
        hours(usage.seconds_charged),
        usage.why,
        bool(usage.recovered),
        -(-usage.uncertain_ms // 1000),
        -(-usage.blind_ms // 1000),
        usage.busy_s,
        usage.dated,
    )


def utc(utc_s: int) -> str:
    """An instant as text in UTC: `2026-10-24T10:00:00Z`."""
    return datetime.fromtimestamp(utc_s, UTC).isoformat().removesuffix("+00:00") + "Z"


def local(utc_s: int, zone: ZoneInfo) -> str:
    """An instant as text in a zone, with its distance to UTC: `2026-10-24T12:00:00+02:00`."""
    return datetime.fromtimestamp(utc_s, zone).isoformat()


def names_in(conn: sqlite3.Connection) -> Names:
    """Handle and name of a member; of one who is no longer here their id, and no name."""

    @lru_cache(maxsize=NAMES_KEPT)
    def of(member: str) -> Name:
        found = roster.member(conn, MemberId(member))
        # The roster looks for a handle too: an id that is gone must not become another's.
        return (found.handle, found.name) if found is not None and found.id == member else (member, "")

    return of
