"""What the books say of each session, held against what the pencil has."""

from __future__ import annotations

import sqlite3
from collections import deque

from bench_told import Broken
from bench_work import Ended

from fabgate.model import Moment
from fabgate.records import (
    AlarmCalled,
    Entry,
    LidSeen,
    PowerMissed,
    SessionStarted,
    SessionStopped,
)
from fabgate.store import journal

AGAIN = ("alarm for idle", "alarm for lid", "alarm for badge_gone")  # what can come about more than once
KINDS = tuple(kind.kind for kind in (SessionStarted, SessionStopped, LidSeen, AlarmCalled, PowerMissed))


class Books:
    """The journal as it grows."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._read = 0
        self._waiting: dict[str, deque[Ended]] = {}
        self._lids: dict[str, int] = {}  # by session: how often the books have it
        self._lids_due: dict[str, int] = {}  # and how often it moved
        self._called: dict[tuple[str, str], int] = {}
        self._open: dict[str, str] = {}  # session: its machine
        self._last: dict[
            str, tuple[Moment, bool]
        ] = {}  # machine: when its newest session ended, and if recovered
        self.sessions = 0

    def hear(self, ended: Ended) -> None:
        """A session ended; its end is in the books with the next `news`, or some day."""
        self._waiting.setdefault(ended.machine, deque()).append(ended)

    def news(self) -> dict[str, str]:
        """Read what is new, and check it; why the last session of each machine ended, of those that did."""
        found = {}
        for entry in journal.entries(self._conn, self._read, KINDS, own=True) if self._read else self._all():
            self._read = max(self._read, entry.id.seq)
            match entry.body:
                case SessionStarted():
                    self._open[str(entry.id)] = entry.body.machine
                case SessionStopped():
                    self._stopped(entry, entry.body)
                    found[entry.body.machine] = entry.body.why
                case LidSeen():
                    self._lids[entry.body.session] = self._lids.get(entry.body.session, 0) + 1
                case AlarmCalled():
                    self._once((entry.body.session, f"alarm for {entry.body.why}"))
                case PowerMissed():
                    self._once((entry.body.session, f"no power at {entry.body.output}"))
                case _:
                    raise AssertionError(entry)
        return found

    def last_end(self, machine: str, now: Moment, now_ms: int) -> tuple[bool, int | None]:
        """Whether it is known when the newest session ended, and when: (True, None) where there was none."""
        self.news()
        if machine in self._open.values():
            return False, None
        if machine not in self._last:
            return True, None
        at, recovered = self._last[machine]
        if recovered or at.boot != now.boot:
            return False, None
        return True, now_ms - (now.boot_ms - at.boot_ms)

    def end(self) -> None:
        """The day is over: nothing is open, and every session of the pencil is in the books."""
        self.news()
        waits = [one for waiting in self._waiting.values() for one in waiting]
        if self._open or waits:
            raise Broken(f"without an end in the books: {self._open or waits}")
        for session, lids in self._lids_due.items():
            if self._lids.get(session, 0) != lids:
                raise Broken(
                    f"in {session} the lid moved {lids} times, the books have {self._lids.get(session, 0)}"
                )
        if broken := journal.verify(self._conn).broken:
            raise Broken(f"the journal is broken: {broken[0]}")

    # --- inside

    def _all(self) -> list[Entry]:
        return list(journal.entries(self._conn, kinds=KINDS))

    def _once(self, what: tuple[str, str]) -> None:
        self._called[what] = self._called.get(what, 0) + 1
        # The limit has two rows in the table, itself and what overruns it.
        most = 1 + (what[1] == "alarm for limit")
        again = what[1] in AGAIN
        if self._called[what] > most and not again:
            raise Broken(f"told too often in session {what[0]}: {what[1]}")

    def _stopped(self, entry: Entry, stop: SessionStopped) -> None:
        if self._open.pop(stop.session, None) is None:
            raise Broken(f"{stop.machine}: a stop without a start, or a second one: {stop.session}")
        assert entry.at is not None
        self._last[stop.machine] = (entry.at, stop.recovered)
        waiting = self._waiting.get(stop.machine)
        if not waiting:
            if stop.length_ms == 0 and stop.why in ("aborted", "recovered"):
                return  # its start was written, and it never had power
            raise Broken(f"{stop.machine}: the books have a session that the bench never saw: {stop}")
        self.sessions += 1
        self._agrees(stop, waiting.popleft())

    def _agrees(self, stop: SessionStopped, ended: Ended) -> None:
        what = f"{ended.machine}: {ended.who} from {ended.since_ms} to {ended.at_ms}"
        length_ms = ended.at_ms - ended.since_ms
        lost = stop.recovered and ended.unwritten
        if stop.why not in ended.whys and not lost:
            raise Broken(f"{what}: ended by {sorted(ended.whys)}, and the books say {stop.why}")
        if stop.recovered:
            most_ms = stop.length_ms + stop.uncertain_ms
            if length_ms < stop.length_ms or (length_ms > most_ms and not ended.unwritten):
                raise Broken(f"{what}: recovered as {stop.length_ms} ms + {stop.uncertain_ms} ms")
            return
        if stop.length_ms != length_ms:
            raise Broken(f"{what}: the books say {stop.length_ms} ms")
        if ended.busy_ms is not None and stop.busy_ms != ended.busy_ms:
            raise Broken(f"{what}: it worked for {ended.busy_ms} ms, and the books say {stop.busy_ms}")
        self._lids_due[stop.session] = ended.lids
