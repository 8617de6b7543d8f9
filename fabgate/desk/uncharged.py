"""The usages that no closed month has charged, laid out for pricing; and which of them a person must see.

A usage is charged once: by the first closing that has read its stop and ends after it (and after what counts
as one with it). So those are left out that stand in a sealed page. Reading begins where the last closing
found nothing left to charge; what was taken back to be priced anew is read by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from sqlite3 import Connection

from fabgate.charges import Worked
from fabgate.config import Settings
from fabgate.desk.ended import Reading
from fabgate.model import MemberId, RecordId
from fabgate.records import Entry, SessionStarted, SessionStopped
from fabgate.rules import closing
from fabgate.rules.closing import NOTHING_SAID, Kind, Obstacle, Said
from fabgate.rules.ledger import SYNC_KINDS, Ledger, Session, Usage, first_syncs
from fabgate.store import charged, journal
from fabgate.store.charged import Correction
from fabgate.store.worksheet import Worksheet

_TOLD_EVERY = 10_000

Tell = Callable[[str, int], None]
"""Told now and then what is done, and how much of it: `read` usages, `priced` usages, `written` lines."""


@dataclass(slots=True)
class Uncharged:
    """One reading of what is to be charged by the end of a month (`first_s` to `next_s`, UTC).

    `now_s` is the wall time of an honest clock, None without one. `leave_out`: sessions that stand in the way
    are `held`; undated ones always are. `read` says up to where each journal is read. After `lay_out`:
    `obstacles`, how many usages are of months before (`late`), when the earliest ended.
    """

    conn: Connection
    settings: Settings
    first_s: int
    next_s: int
    now_s: int | None
    leave_out: bool
    sheet: Worksheet
    read: Mapping[str, int]
    tell: Tell | None = None
    obstacles: list[Obstacle] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    late: int = 0
    earliest_s: int | None = None
    _said: Mapping[str, Said] = field(default_factory=dict)
    _since_s: int = 0
    _first: dict[str, int] = field(default_factory=dict)  # by origin: the first start that is left
    _struck: set[str] = field(default_factory=set)

    def lay_out(self) -> None:
        """Put all of them on the sheet, those of later months too: what counts as one may go on there."""
        last = charged.last_period(self.conn)
        after = {} if last is None else closing.read_marks(last.body.after)
        self._said = said(self.conn)
        since = self.settings.tariff.versions[0].since
        self._since_s = int(datetime.combine(since, time(), self.settings.lab.zone).timestamp())
        self.sheet.strike(self._charged(after))
        syncs = first_syncs(journal.entries(self.conn, kinds=SYNC_KINDS))
        found = Reading(self.conn, after, self.read, syncs, self._said.keys(), self.now_s)
        self.sheet.lay(self._wanted(self._counted(found.ended())))
        self.sheet.lay(self._wanted(self._open(found.still_open())))
        for entries in self._again():
            self.sheet.lay(self._wanted(Ledger(syncs).usages(entries)))

    def leave(self, *records: str) -> None:
        """A session is not charged by this month: the next reading begins before its start and its stop."""
        for record in records:
            origin, _, seq = record.rpartition("#")
            self._first[origin] = min(self._first.get(origin, int(seq)), int(seq))

    def after(self) -> dict[str, int]:
        """Up to where, by origin, no session began that is left to charge."""
        return {origin: self._first.get(origin, end + 1) - 1 for origin, end in self.read.items()}

    def _charged(self, after: Mapping[str, int]) -> Iterator[str]:
        """The sessions beyond `after` that closed months have charged, taken back since or not."""
        for period in charged.periods(self.conn):
            read = closing.read_marks(period.body.read)
            if any(seq > after.get(origin, 0) for origin, seq in read.items()):
                for session in charged.sessions(self.conn, period.month):
                    origin, _, seq = session.rpartition("#")
                    if int(seq) > after.get(origin, 0):
                        yield session

    def _counted(self, found: Iterable[Usage | Worked]) -> Iterator[Usage | Worked]:
        for number, usage in enumerate(found, 1):
            if self.tell is not None and number % _TOLD_EVERY == 0:
                self.tell("read", number)
            yield usage

    def _wanted(self, found: Iterable[Usage | Worked]) -> Iterator[Worked]:
        """Those that somebody pays for under this price list; obstacles among them are told."""
        for usage in found:
            kind = None
            if isinstance(usage, Worked):
                work = usage
            else:
                words = self._said.get(str(usage.session), NOTHING_SAID)
                kind, work = closing.in_the_way(usage, words, self.now_s), closing.worked(usage, words)
            if not work.payer or (kind is not Kind.UNDATED and work.started_s < self._since_s):
                continue  # of a badge that nobody owns, or older than the price list
            if kind is not None and self._stops(kind, work):
                continue
            yield work
            if work.ended_s < self.first_s:
                self._count(work)

    def _stops(self, kind: Kind, work: Worked) -> bool:
        """Tell of a usage that stands in the way of this month; whether it is left out of it."""
        if kind is not Kind.UNDATED and work.ended_s >= self.next_s:
            return False
        if self.sheet.struck(work.session):
            return True
        self.obstacles.append(closing.of_work(kind, work))
        left_out = self.leave_out or kind is Kind.UNDATED
        if left_out:
            self.held.add(work.session)
            self.leave(*work.records[:2])
        return left_out

    def _count(self, work: Worked) -> None:
        if not self.sheet.struck(work.session):
            self.late += 1
            self.earliest_s = min(self.earliest_s or work.ended_s, work.ended_s)

    def _open(self, found: Iterable[Session]) -> Iterator[Usage]:
        """What has not ended as far as is known: an obstacle, unless a person has settled it."""
        for one in found:
            words = self._said.get(str(one.session), NOTHING_SAID)
            if words.length_ms is not None:
                yield closing.ended(one, words)
                continue
            self.leave(str(one.session))
            begun_s = one.start.wall_ms // 1000
            if self._since_s <= begun_s < self.next_s and not one.would:
                self.obstacles.append(closing.of_session(Kind.OPEN, one))

    def _again(self) -> Iterator[list[Entry]]:
        """Start and stop of each session whose charge was taken back to be priced anew, and was not yet."""
        for id_ in charged.again(self.conn):
            back = journal.entry(self.conn, charged.marks(self.conn, id_)["again"].record)
            was = charged.charge(self.conn, id_)
            if was is None or back is None or back.at is None or back.at.wall_ms >= self.next_s * 1000:
                continue
            left = [one for one in was.sessions if not self._stands(one, was.payer)]
            self.sheet.unstrike(left)
            found = (journal.entry(self.conn, RecordId.of(one)) for one in was.records)
            yield [one for one in found if one is not None and _of(one, left)]

    def _stands(self, session: str, payer: MemberId) -> bool:
        """Whether a closed month has charged it anew, to whoever pays for it by now."""
        pays = self._said.get(session, NOTHING_SAID).payer
        found = charged.of_session(self.conn, payer if pays is None else MemberId(pays), session)
        return found is not None


def said(conn: Connection) -> Mapping[str, Said]:
    """What people said of sessions, by session."""
    return {session: _said(words) for session, words in charged.corrections(conn).items()}


def said_of(conn: Connection, session: str) -> Said:
    """What people said of one session."""
    return _said(charged.corrections(conn, session).get(session, {}))


def _said(words: Mapping[str, Correction]) -> Said:
    length, started = words.get("length_ms"), words.get("started_ms")
    payer, purpose, free = words.get("payer"), words.get("purpose"), words.get("free")
    return Said(
        None if length is None else int(length.value),
        None if started is None else int(started.value),
        None if payer is None else payer.value,
        None if purpose is None else purpose.value,
        free is not None and bool(free.value),
        tuple(dict.fromkeys(one.record for one in words.values())),
    )


def _of(entry: Entry, sessions: Collection[str]) -> bool:
    """Whether a record is the start or the stop of one of these sessions."""
    match entry.body:
        case SessionStarted():
            return str(entry.id) in sessions
        case SessionStopped(session=session):
            return session in sessions
        case _:
            return False
