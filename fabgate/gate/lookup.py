"""The lookup: answers how a badge stands, and tells the loop what the desk has changed.

It reads on a connection of its own; it decides nothing. What the desk asks of a session stands in the
journal, and so does who comes and goes; what it changes in the roster, at this gate or at the hub, is a row
among the rights; who is on site elsewhere, the link says. All of it reaches the loop through `watch`, at
most a tenth of a second later.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from fabgate.charter import Charter
from fabgate.errors import ChainBroken, StoreError
from fabgate.events import (
    Ask,
    CloseNow,
    Event,
    LockChanged,
    Looked,
    LookFailed,
    Recheck,
    Rechecked,
    RosterMoved,
)
from fabgate.link.hooks import LastWord
from fabgate.model import Clock, MachineId, MachineRules, Moment, RecordId, Standing, Token
from fabgate.records import CheckedIn, CheckedOut, CloseAsked, Entry
from fabgate.store import journal, linked, present, roster
from fabgate.store.asked import Asked, Money
from fabgate.store.db import Reader, Store
from fabgate.store.spent import Spent
from fabgate.tariff import Tariff

log = logging.getLogger(__name__)
REMEMBERED = 256  # badges whose older tokens are kept, for as long as their sessions may run
LOCK = "lock"
# Subjects by which somebody who works, waits or stands by may lose their ground. A paper ends no session,
# but who waits for a sponsor without one waits for nothing; who comes of age, or does not, is of a member;
# other hours are another closing time.
GROUNDS = {"hold", "badge", "grant", "status", "pause", "renew", "paper", "member", "workshop", "hours", "?"}


@dataclass(frozen=True, slots=True)
class Terms:
    """What each question is asked under, besides the machine's own rules. `word` is what the hub said; None
    at a gate on its own, which is its own source: nobody is elsewhere."""

    charter: Charter = field(default_factory=Charter)
    zone: tzinfo = UTC
    word: LastWord | None = None
    tariff: Tariff = field(default_factory=Tariff)


class Lookup:
    """Standings for the loop, on its own read connection."""

    def __init__(
        self,
        store: Store,
        machines: Mapping[MachineId, MachineRules],
        clock: Clock,
        terms: Terms | None = None,
    ) -> None:
        self._store, self._machines, self._clock = store, machines, clock
        self._terms = terms or Terms()
        tariff, self._spent = self._terms.tariff, Spent()
        self._money = Money(tariff, self._spent) if tariff.versions else None
        self._reader: Reader | None = None
        self._version = self._cursor = self._arrived = 0
        self._lists = 0  # of who is on site elsewhere, that were seen
        self._came = False  # somebody came or went here
        self._ends_ms: int | None = None  # when the next check-in is over by itself, in CLOCK_BOOTTIME
        self._dated: bool | None = None  # whether that was read by a clock that was right; None: to be read
        self._older: dict[Token, tuple[Token, ...]] = {}
        self._again: set[MachineId] = set()  # where whoever works is to be looked up again
        self._blind = False

    def open(self) -> None:
        """To be called in the thread that reads. What happened before now is not news."""
        self._reader = self._store.reader()
        self._version = self._reader.data_version()
        self._cursor = journal.last_seq(self._reader.conn)
        self._arrived = linked.newest(self._reader.conn)

    @property
    def reader(self) -> Reader:
        assert self._reader is not None, "the lookup is not open"
        return self._reader

    def close(self) -> None:
        self.reader.close()

    def answer(self, job: Ask | Recheck) -> Looked | LookFailed | Rechecked | None:
        """How the badge stands now, for this machine; None for a recheck that must wait for `watch`."""
        older = self._tokens(job)
        try:
            standing = self._standing((job.token, *older), job)
        except (sqlite3.Error, StoreError) as error:
            log.error("event=lookup_failed machine=%s error=%r", job.machine, str(error))
            return self._failed(job)
        now = self._clock.now()
        if isinstance(job, Ask):
            return Looked(job.machine, job.token, job.at, standing, now)
        return Rechecked(job.machine, job.token, standing, now)

    def watch(self) -> list[Event]:
        """What the desk appended since the last look, as events; and the rechecks that failed, again.

        A look that fails ends nothing (law 10): what it did not see, the next one does.
        """
        told: list[Event] = []
        try:
            for event in self._changes():
                told.append(event)
            self._look_around(self._clock.now())
            if self._money is not None:
                self._spent.warm(self.reader.conn)
            self._blind = False
        except ChainBroken as error:
            self._step_over(error)
        except (sqlite3.Error, StoreError) as error:
            if not self._blind:
                log.error("event=watch_failed error=%r", str(error))
            self._blind = True
        told += [RosterMoved(machine, self._clock.now()) for machine in sorted(self._again)]
        self._again.clear()
        return told

    def _changes(self) -> Iterator[Event]:
        version = self.reader.data_version()
        if version == self._version:
            return
        yield from self._of_rights()
        for entry in journal.entries(self.reader.conn, after=self._cursor):
            yield from self._asked(entry)
            self._cursor = entry.id.seq
        self._version = version

    def _of_rights(self) -> Iterator[Event]:
        """What other rights mean here. The roster is asked again once, however much of it has moved."""
        while found := linked.news(self.reader.conn, self._arrived):
            for arrived, subject in found:
                kind, _, machine = subject.partition("/")
                here = MachineId(machine)
                if kind == LOCK and here in self._machines:
                    yield LockChanged(here, roster.lock(self.reader.conn, here), self._clock.now())
                elif kind in GROUNDS:
                    self._again.update(self._machines)
                self._arrived = arrived

    def wake_ms(self) -> int | None:
        """When a check-in ends by itself, so that `watch` has something to see (CLOCK_BOOTTIME ms)."""
        return self._ends_ms

    def _look_around(self, at: Moment) -> None:
        """Who came, who went, whose check-in is over: whoever works is looked up again, and so is who stands
        by. The books are asked where something has changed, and not ten times a second."""
        lists = 0 if self._terms.word is None else self._terms.word.lists
        over = self._ends_ms is not None and self._ends_ms <= at.boot_ms
        if self._came or over or lists != self._lists:
            self._again.update(self._machines)
            self._came, self._lists, self._dated = False, lists, None
        if at.synced != self._dated:
            asked = self._asked_under(at, others=True)
            ends = (one.until_ms - asked.today_ms for one in present.now(self.reader.conn, asked))
            left_ms = min((left for left in ends if left > 0), default=None)
            self._ends_ms = None if left_ms is None else at.boot_ms + left_ms
            self._dated = at.synced

    def _step_over(self, error: ChainBroken) -> None:
        """The next record cannot be read. It may have been a change of the roster; those behind it count."""
        log.critical("event=record_unreadable error=%r", error.what)
        self._cursor += 1
        self._came = True
        self._again.update(self._machines)

    def _tokens(self, job: Ask | Recheck) -> tuple[Token, ...]:
        """The tokens of this badge under older keys, as its tap said them."""
        if isinstance(job, Recheck):
            return self._older.get(job.token, ())
        if job.older:
            self._older[job.token] = job.older
            if len(self._older) > REMEMBERED:
                self._older.pop(next(iter(self._older)))
        return job.older

    def _failed(self, job: Ask | Recheck) -> LookFailed | None:
        if isinstance(job, Ask):
            return LookFailed(job.machine, job.token, self._clock.now())
        self._again.add(job.machine)
        return None

    def _standing(self, tokens: tuple[Token, ...], job: Ask | Recheck) -> Standing:
        # A link that is lost keeps others' presence from a start; it takes nobody from one who works (R4).
        asked = self._asked_under(job.at, others=isinstance(job, Recheck))
        return roster.standing(self.reader.conn, tokens, self._machines[job.machine], asked)

    def _asked_under(self, at: Moment, others: bool) -> Asked:
        """What holds now. `others`: who was on site elsewhere counts, though the link may be down."""
        word, today_ms = self._terms.word, at.wall_ms
        if not at.synced:
            # With a clock that is not set, a date is judged by the latest time known to be right (law 5).
            today_ms = max(today_ms, journal.latest_synced_ms(self.reader.conn) or 0)
        return Asked(
            today_ms,
            self._terms.charter,
            self._terms.zone,
            synced=at.synced,
            roster_age_ms=0 if word is None else word.age_ms(at),
            linked=word is not None and (others or word.counts(at)),
            at=at,
            money=self._money,
        )

    def _asked(self, entry: Entry) -> Iterator[Event]:
        """What one record of the journal asks of a machine here."""
        match entry.body:
            case CloseAsked(machine=machine, session=session) if machine in self._machines:
                yield CloseNow(MachineId(machine), RecordId.of(session), self._clock.now())
            case CheckedIn() | CheckedOut():
                self._came = True
            case _:
                pass
