"""The lookup: answers how a badge stands, and tells the loop what the desk has changed.

It reads on a connection of its own; it decides nothing. What the desk asks of a session stands in the
journal; what it changes in the roster, at this gate or at the hub, is a row among the rights. Both reach
the loop through `watch`, at most a tenth of a second later.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping

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
from fabgate.model import Clock, MachineId, MachineRules, Moment, RecordId, Standing, Token
from fabgate.records import CloseAsked, Entry
from fabgate.store import journal, linked, roster
from fabgate.store.db import Reader, Store

log = logging.getLogger(__name__)
REMEMBERED = 256  # badges whose older tokens are kept, for as long as their sessions may run
LOCK = "lock"
GROUNDS = {"hold", "badge", "grant", "?"}  # subjects by which somebody who works may lose their ground


class Lookup:
    """Standings for the loop, on its own read connection."""

    def __init__(self, store: Store, machines: Mapping[MachineId, MachineRules], clock: Clock) -> None:
        self._store, self._machines, self._clock = store, machines, clock
        self._reader: Reader | None = None
        self._version = self._cursor = self._arrived = 0
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
            standing = self._standing((job.token, *older), job.machine, job.at)
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

    def _step_over(self, error: ChainBroken) -> None:
        """The next record cannot be read. It may have been a change of the roster; those behind it count."""
        log.critical("event=record_unreadable error=%r", error.what)
        self._cursor += 1
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

    def _standing(self, tokens: tuple[Token, ...], machine: MachineId, at: Moment) -> Standing:
        rules = self._machines[machine]
        conn = self.reader.conn
        # With a clock that is not set, a date is judged by the latest time known to be right (law 5).
        today_ms = at.wall_ms if at.synced else max(at.wall_ms, journal.latest_synced_ms(conn) or 0)
        return roster.standing(conn, tokens, rules, roster.Asked(today_ms, synced=at.synced, at=at))

    def _asked(self, entry: Entry) -> Iterator[Event]:
        """What one record of the journal asks of a machine here."""
        if isinstance(entry.body, CloseAsked):
            here = MachineId(entry.body.machine)
            if here in self._machines:
                yield CloseNow(here, RecordId.of(entry.body.session), self._clock.now())
