"""What the hub asks of its store: the contract that every engine keeps, and SQLite behind it.

The daemon knows nothing else of a store, so a second engine is this file's `HubBooks` once more; the
tests in `tests/hub/test_hub_books.py` hold for each. Promised by all of them:

- What `write()` has committed is durable; an exception within undoes all of it. Reads outside see only
  what is committed.
- A foreign origin's records are held without a gap, each body byte for byte; what is held is never
  altered but for a purge that its own origin wrote.
- The rights are a set that grows; `arrived` numbers rise, and none is ever used twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from fabgate.config import Settings
from fabgate.desk import balances
from fabgate.model import Moment, Origin, RecordId
from fabgate.records import AccountState, CheckedIn, CheckedOut, ClockSeen, Draft, GateCommanded
from fabgate.rules.progress import Practice
from fabgate.store import gates as rows
from fabgate.store import heard, journal, needed, practice, present, rights, views
from fabgate.store.connect import Identity
from fabgate.store.db import Pen, Store
from fabgate.store.gates import AlarmRow, GateRow
from fabgate.store.heard import Body, Mark, NoteOf, Outcome
from fabgate.store.keys import Keys
from fabgate.store.practice import Skilled
from fabgate.store.present import Word
from fabgate.store.rights import Stretch

PATIENCE_MS = 2_000
CHECKPOINT_COMMITS = 64
PRACTICE = 1_000  # records that are read for it at a time: whoever works at the desk waits for one slice


class HubPen(Protocol):
    """What is written within one `write()`: all of it is there afterwards, or nothing."""

    def take(
        self, origin: Origin, first: int, bodies: Sequence[Body], previous: bytes, last: bytes
    ) -> Outcome:
        """Records of a gate, if they continue what is held (see `store.heard.take`)."""

    def take_notes(self, origin: Origin, first: int, last: int, notes: Sequence[NoteOf]) -> bool:
        """The notes of records that are held, if they continue what is held of them."""

    def take_right(self, record: RecordId, hash: bytes, body: str, beside: str | None) -> rights.Outcome:  # noqa: A002
        """A right record that a gate hands in; what it was told of a known one is laid beside it."""

    def knows_right(self, record: RecordId) -> bool:
        """Whether a right record is in the set."""

    def mark(self, origin: Origin) -> Mark:
        """How far an origin is held, with what this transaction took."""

    def append(self, draft: Draft) -> RecordId:
        """A record of the hub's own."""

    def tell_state(self, state: AccountState, at: Moment) -> None:
        """How a payer stands, for all gates: it has seen all that was said of them."""

    def put_presence(self, gate: str, said: CheckedIn | CheckedOut, at: Moment, now_ms: int) -> None:
        """That a gate's record says who came or went; `now_ms` is the hub's wall time."""

    def put_gate(self, row: GateRow) -> None:
        """What was heard of a gate; what others write of it stays."""

    def put_alarm(self, gate: str, alarm: str, what: str, at_ms: int, count: int) -> bool:
        """Count an alarm; True when it is a new one."""


class HubBooks(Protocol):
    """The store of a hub. One thread uses it; other processes write the same books meanwhile."""

    @property
    def identity(self) -> Identity:
        """The lab, and the epoch that the hub writes under."""

    def write(self) -> AbstractContextManager[HubPen]:
        """One durable transaction. Raises StoreBusy, DiskFull; the books can be used again after either."""

    def version(self) -> int:
        """A number that changes whenever something was written, by another process or by this one's pen."""

    def marks(self, gate: str) -> Mapping[Origin, Mark]:
        """How far each epoch of a gate is held."""

    def hash_of(self, origin: Origin, seq: int) -> bytes | None:
        """The hash of a record of a gate; None where it is not held."""

    def rights_after(self, arrived: int, rows: int, size: int, but: Origin | None) -> Stretch:
        """The rights to hand out next (see `store.rights.after`)."""

    def newest_right(self) -> int:
        """The highest `arrived` there is."""

    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """What a reader of these rights has to understand, and for which machines (`*`: all)."""

    def on_site(self, since_ms: int) -> Sequence[Word]:
        """The last word of each gate, and of this hub's desk, on each member who came or went since then."""

    def read_practice(self) -> bool:
        """Read a slice of what is new in the journals into the view of practice; whether more is left.

        Raises StoreBusy, DiskFull."""

    def untold(self, own_step_ms: int) -> Mapping[Skilled, Practice]:
        """Whose practice moved since it was told last (`skill.use`): their own work by so much at least."""

    def states(self, settings: Settings, at: Moment) -> Sequence[AccountState]:
        """How payers stand, those of whom it is worth telling. Raises ChainBroken, DiskFull."""

    def gates(self) -> Mapping[str, GateRow]: ...

    def alarms(self) -> Sequence[AlarmRow]: ...

    def last_seq(self) -> int:
        """The `seq` of the hub's own newest record."""

    def commands(self, after: int) -> Sequence[tuple[RecordId, GateCommanded]]:
        """What people at the hub asked of gates after that `seq` and nobody has answered yet."""

    def command(self, record: RecordId) -> GateCommanded | None:
        """What was asked of a gate by this record; None where it is no such record."""

    def asked(self, verb: str) -> frozenset[str]:
        """The gates that were asked for this in the hub's present epoch, answered or not."""

    def boots_seen(self) -> frozenset[tuple[str, str]]:
        """Gate and boot of each `clock.seen` that this hub wrote."""

    def keys(self) -> Keys:
        """The badge keys of the lab."""

    def keep_keys(self, keys: Keys) -> None:
        """Keep these keys durably in the place of those. Raises StoreError, DiskFull."""

    def stopped(self, last: Draft) -> None:
        """The last record of a run that ended as it should."""

    def tidy(self) -> None:
        """A moment in which nothing is pressing: keep the log short."""

    def close(self) -> None: ...


class SqliteBooks:
    """The same store as a gate's, with the journals of others in it."""

    def __init__(self, store: Store) -> None:
        self._folder = store.folder
        self._writer = store.writer()
        self.identity = self._writer.identity

    @contextmanager
    def write(self) -> Iterator[HubPen]:
        with self._writer.write(PATIENCE_MS) as pen:
            yield SqlitePen(pen)

    def version(self) -> int:
        return self._writer.data_version()

    def marks(self, gate: str) -> Mapping[Origin, Mark]:
        return heard.marks(self._writer.conn, gate)

    def hash_of(self, origin: Origin, seq: int) -> bytes | None:
        return heard.hash_of(self._writer.conn, origin, seq)

    def rights_after(self, arrived: int, rows: int, size: int, but: Origin | None) -> Stretch:
        return rights.after(self._writer.conn, arrived, rows, size, but)

    def newest_right(self) -> int:
        return rights.mark(self._writer.conn).arrived

    def needs(self) -> Mapping[str, tuple[str, ...]]:
        return needed.needs(self._writer.conn)

    def on_site(self, since_ms: int) -> Sequence[Word]:
        return present.words(self._writer.conn, since_ms)

    def read_practice(self) -> bool:
        unread = views.behind(self._writer.conn)
        if not unread:
            return False
        with self._writer.write(PATIENCE_MS) as pen:
            return views.catch_up(pen, PRACTICE) < unread

    def untold(self, own_step_ms: int) -> Mapping[Skilled, Practice]:
        return practice.untold(self._writer.conn, own_step_ms)

    def states(self, settings: Settings, at: Moment) -> Sequence[AccountState]:
        return balances.reckoned(self._writer.conn, settings, at)

    def gates(self) -> Mapping[str, GateRow]:
        return rows.gates(self._writer.conn)

    def alarms(self) -> Sequence[AlarmRow]:
        return rows.alarms(self._writer.conn)

    def last_seq(self) -> int:
        return journal.last_seq(self._writer.conn)

    def commands(self, after: int) -> Sequence[tuple[RecordId, GateCommanded]]:
        return heard.commands(self._writer.conn, after)

    def command(self, record: RecordId) -> GateCommanded | None:
        entry = journal.entry(self._writer.conn, record)
        return entry.body if entry is not None and isinstance(entry.body, GateCommanded) else None

    def asked(self, verb: str) -> frozenset[str]:
        found = journal.entries(self._writer.conn, kinds=(GateCommanded.kind,), own=True)
        return frozenset(
            one.body.gate
            for one in found
            if isinstance(one.body, GateCommanded)
            and one.body.verb == verb
            and one.id.origin == self.identity.origin
        )

    def boots_seen(self) -> frozenset[tuple[str, str]]:
        found = journal.entries(self._writer.conn, kinds=(ClockSeen.kind,), own=True)
        return frozenset(
            (one.body.gate, one.body.of_boot) for one in found if isinstance(one.body, ClockSeen)
        )

    def keys(self) -> Keys:
        return Keys.load(self._folder)

    def keep_keys(self, keys: Keys) -> None:
        keys.keep(self._folder)

    def stopped(self, last: Draft) -> None:
        """The last record of a run that ended as it should."""
        with self._writer.write(PATIENCE_MS) as pen:
            pen.append(last)
            journal.mark_run(pen, clean=True)

    def tidy(self) -> None:
        if self._writer.commits >= CHECKPOINT_COMMITS:
            self._writer.checkpoint()

    def close(self) -> None:
        self._writer.close()


class SqlitePen:
    """`HubPen` over the pen of the store."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen

    def take(
        self, origin: Origin, first: int, bodies: Sequence[Body], previous: bytes, last: bytes
    ) -> Outcome:
        return heard.take(self._pen, origin, first, bodies, previous, last)

    def take_notes(self, origin: Origin, first: int, last: int, notes: Sequence[NoteOf]) -> bool:
        return heard.take_notes(self._pen, origin, first, last, notes)

    def take_right(self, record: RecordId, hash: bytes, body: str, beside: str | None) -> rights.Outcome:  # noqa: A002
        return heard.take_right(self._pen, record, hash, body, beside)

    def knows_right(self, record: RecordId) -> bool:
        return heard.knows_right(self._pen.conn, record)

    def mark(self, origin: Origin) -> Mark:
        return heard.mark(self._pen.conn, origin)

    def append(self, draft: Draft) -> RecordId:
        return self._pen.append(draft)

    def tell_state(self, state: AccountState, at: Moment) -> None:
        balances.write(self._pen, self._pen.conn, (state,), at)

    def put_presence(self, gate: str, said: CheckedIn | CheckedOut, at: Moment, now_ms: int) -> None:
        present.heard(self._pen, gate, said, at, now_ms)

    def put_gate(self, row: GateRow) -> None:
        rows.put_heard(self._pen, row)

    def put_alarm(self, gate: str, alarm: str, what: str, at_ms: int, count: int) -> bool:
        return rows.put_alarm(self._pen, gate, alarm, what, at_ms, count)


ENGINES = {"sqlite": SqliteBooks}
