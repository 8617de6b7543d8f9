"""What is told beside the virtual gate: the newest of the journal, and the bill of this month as it grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from sqlite3 import Connection

from fabgate.config import Settings
from fabgate.desk.month import drafts
from fabgate.model import Moment, RecordId, Trouble
from fabgate.records import (
    CheckedIn,
    CheckedOut,
    Entry,
    GateStarted,
    GrantGiven,
    PeriodClosed,
    Refused,
    SessionStarted,
    SessionStopped,
    TroubleBegan,
    TroubleOver,
    UsageSettled,
)
from fabgate.rules.month import Month
from fabgate.store import journal, roster, sales
from fabgate.wire.topics import HUB


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the journal: `kind` of its record, who and what it is about."""

    kind: str
    at_ms: int
    who: str | None = None
    beside: str | None = None
    machine: str = ""
    gate: str = ""
    word: str = ""
    length_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A line of this month's bill, as it would be charged now."""

    at_ms: int
    who: str
    item: str
    cents: int


@dataclass(frozen=True, slots=True)
class Books:
    """What the hub's books say of it: the newest lines first."""

    told: tuple[Told, ...]
    owed: tuple[Owed, ...]
    month: Month
    last: Month
    closed: bool

    @property
    def cents(self) -> int:
        return sum(one.cents for one in self.owed)


_KINDS = (
    SessionStarted.kind,
    SessionStopped.kind,
    Refused.kind,
    CheckedIn.kind,
    CheckedOut.kind,
    TroubleBegan.kind,
    TroubleOver.kind,
    GateStarted.kind,
    UsageSettled.kind,
    PeriodClosed.kind,
    GrantGiven.kind,
)
_LINES = 9


def books(conn: Connection, settings: Settings, now: Moment) -> Books:
    """The newest of the journal, and the bill of this month. Raises StoreError."""
    names = {str(one.id): one.name for one in roster.members(conn)}
    newest = journal.entries(conn, kinds=_KINDS, newest_first=True, limit=_LINES)
    told = tuple(line for entry in newest if (line := _told(conn, names, entry)) is not None)
    month = Month.at(now.wall_ms // 1000, settings.lab.zone)
    last = Month(month.year - (month.month == 1), (month.month - 2) % 12 + 1)
    return Books(told, _owed(conn, settings, names, month, now), month, last, _is_closed(conn, last))


def _is_closed(conn: Connection, month: Month) -> bool:
    closed = sales.last_closed(conn)
    return closed is not None and month <= closed


def _owed(
    conn: Connection, settings: Settings, names: Mapping[str, str], month: Month, now: Moment
) -> tuple[Owed, ...]:
    first_s, _ = month.bounds(settings.lab.zone)
    with drafts(conn, settings, month, now, leave_out=True) as found:
        lines = [
            Owed(one.started_s * 1000, names.get(payer, ""), one.item, one.cents)
            for payer, charges in found
            for one in charges
            if one.started_s >= first_s  # what months before have left is for their own closing
        ]
    return tuple(sorted(lines, key=lambda one: one.at_ms, reverse=True))


def _told(conn: Connection, names: Mapping[str, str], entry: Entry) -> Told | None:
    if entry.at is None or entry.body is None:
        return None
    gate, at_ms = entry.id.origin.split("/")[1], entry.at.wall_ms
    line = Told(entry.body.kind, at_ms, gate=gate, machine=getattr(entry.body, "machine", ""))
    match entry.body:
        case SessionStarted(member=member, sponsor=sponsor):
            return replace(line, who=names.get(member), beside=names.get(sponsor or ""))
        case SessionStopped(session=session, why=why, length_ms=length_ms):
            start = journal.entry(conn, RecordId.of(session))
            member = getattr(None if start is None else start.body, "member", "")
            return replace(line, who=names.get(member), word=why, length_ms=length_ms)
        case TroubleBegan(trouble=trouble) | TroubleOver(trouble=trouble):
            return None if trouble == Trouble.CHECKING else replace(line, word=trouble)
        case GateStarted() if gate == HUB:
            return None
        case GrantGiven(skill=skill, level=level):
            return replace(line, who=names.get(entry.body.member), machine=skill, word=level)
        case PeriodClosed(period=period):
            return replace(line, word=period)
        case body:
            return replace(line, who=names.get(getattr(body, "member", None) or ""))
