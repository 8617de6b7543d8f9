"""The ink: the only part of the daemon that writes the journal.

A start is written before its deadline or not at all. Everything else is kept in memory, in order,
until it can be written: a full disk ends no session and loses no second of one (law 10).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from fabgate.errors import DiskFull, StoreBusy, StoreError
from fabgate.events import Ink, Inked, InkFailed
from fabgate.model import Clock, Moment, RecordId
from fabgate.records import Draft, GateStarted, GateStopped, Refused
from fabgate.store import journal, views
from fabgate.store.db import Pen, Store, Writer
from fabgate.store.files import release_reserve, restore_reserve

log = logging.getLogger(__name__)
PATIENCE_MS = 2_000
COMMITS = 100  # between two checkpoints: the first commit after one costs a second flush
UNREAD = 32  # records: what a view has not read, a tap of a lab reads that has rules of disuse, or services
PRACTICE = 128  # records that are read for them at a time: a tap may come meanwhile


@dataclass(frozen=True, slots=True)
class Beat:
    """Mark the open sessions as still alive at this moment."""

    at: Moment


Written = Ink | Draft | Beat


def write_down(pen: Pen, draft: Draft) -> RecordId:
    """Append a record; with a daemon's start or end goes the mark that its run is, or is not, over."""
    match draft.body:
        case GateStarted():
            journal.mark_run(pen, clean=False)
        case GateStopped(checked=checked):
            journal.mark_run(pen, clean=checked and not journal.running(pen.conn))
        case _:
            pass
    return pen.append(draft)


class InkWell:
    """Writes what the loop hands over, one job at a time, on a connection of its own."""

    def __init__(self, store: Store, clock: Clock, owed: Iterable[Draft] = ()) -> None:
        self._store, self._clock = store, clock
        self._writer: Writer | None = None
        self.unwritten: deque[Draft] = deque(owed)
        self._told: set[str] = set()

    def open(self) -> None:
        """To be called in the thread that writes."""
        self._writer = self._store.writer()

    @property
    def writer(self) -> Writer:
        assert self._writer is not None, "the ink well is not open"
        return self._writer

    def write(self, job: Written) -> Inked | InkFailed | None:
        """Do the job; a start is answered, everything else is certain to be written some day."""
        match job:
            case Beat():
                self._beat(job)
            case Draft():
                self._keep(job)
            case Ink(ink=None):
                self._keep(Draft(job.at, job.body))
            case Ink():
                return self._start(job)
        return None

    def idle(self) -> None:
        """Between jobs: what could not be written, then the write-ahead log and views (no tap waits now)."""
        if not self.flush():
            return
        try:
            if self.writer.commits >= COMMITS:
                self.writer.checkpoint()
            restore_reserve(self._store.folder)
            self._read_views()
        except (StoreError, OSError) as error:
            self._complain("upkeep_failed", error)
        else:
            self._told.discard("upkeep_failed")

    def _read_views(self) -> None:
        """Read the views on where enough is unread. Who writes just now goes first, and so does a tap: the
        lock is not waited for, and a slice is a few milliseconds."""
        if views.behind(self.writer.conn) < UNREAD:
            return
        with suppress(StoreBusy), self.writer.write(patience_ms=0) as pen:
            views.catch_up(pen, PRACTICE)

    def flush(self) -> bool:
        """Write what could not be written before; whether nothing is left."""
        return not self.unwritten or self._flush() is None

    def close(self) -> None:
        self.writer.close()

    def _start(self, job: Ink) -> Inked | InkFailed:
        assert job.ink is not None
        now = self._clock.now()
        patience_ms = PATIENCE_MS if job.by_ms is None else job.by_ms - now.boot_ms
        if patience_ms <= 0:
            return InkFailed(job.machine, job.ink, now)
        try:
            with self.writer.write(patience_ms) as pen:
                for late in self.unwritten:
                    write_down(pen, late)
                record = pen.append(Draft(job.at, job.body))
        except StoreError as error:
            log.error("event=start_not_written machine=%s error=%r", job.machine, error.what)
            return InkFailed(job.machine, job.ink, self._clock.now())
        self._all_written()
        return Inked(job.machine, job.ink, record, self._clock.now())

    def _keep(self, draft: Draft) -> None:
        self.unwritten.append(draft)
        if isinstance(self._flush(), DiskFull) and self._make_room():
            self._flush()

    def _flush(self) -> StoreError | None:
        """Write all that is kept; what stood in the way."""
        try:
            with self.writer.write(PATIENCE_MS) as pen:
                for draft in self.unwritten:
                    write_down(pen, draft)
        except StoreError as error:
            self._complain("not_written", error)
            self._forget_refusals()
            return error
        self._all_written()
        return None

    def _all_written(self) -> None:
        self.unwritten.clear()
        self._told -= {"not_written", "reserve_not_released"}

    def _make_room(self) -> bool:
        """The reserve is there for the ends of sessions. A card that gives nothing back ends none."""
        if not self.unwritten:
            return False
        try:
            return release_reserve(self._store.folder)
        except StoreError as error:
            self._complain("reserve_not_released", error)
            return False

    def _forget_refusals(self) -> None:
        """Refusals are not worth memory while the disk is ill; sessions are."""
        kept = [draft for draft in self.unwritten if not isinstance(draft.body, Refused)]
        self.unwritten = deque(kept)

    def _beat(self, job: Beat) -> None:
        """One beat speaks for every session that is open in the journal: ends that are owed go first."""
        if not self.flush():
            return
        try:
            journal.beat(self.writer, job.at)
        except StoreError as error:
            self._complain("heartbeat_not_written", error)
        else:
            self._told.discard("heartbeat_not_written")

    def _complain(self, event: str, error: StoreError | OSError) -> None:
        """Say it once until it is over: a full disk lasts for hours, and is asked every second."""
        if event not in self._told:
            self._told.add(event)
            log.error("event=%s kept=%d error=%r", event, len(self.unwritten), str(error))
