"""Before the first tap: open the books, close what a crash left open, know what must be checked.

A database that is not sound is moved aside and a new epoch begins without any right: nobody is
let in by mistake, and nothing is deleted. A journal that opens but does not verify is kept as it
is, and every start is refused until a person has looked at it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fabgate import VERSION
from fabgate.config import Settings
from fabgate.errors import ChainBroken, DiskFull, StoreBusy, StoreCorrupt, StoreError
from fabgate.events import Event, Mended, Troubled
from fabgate.gate.ink import write_down
from fabgate.model import Clock, MachineId, Moment, Trouble, Why
from fabgate.records import Draft, GateStarted, SessionStopped
from fabgate.reports.checks import RUN_LOCK
from fabgate.rules.sequence import LastEnd
from fabgate.store import db, journal, linked
from fabgate.store.db import Medium, Store, Writer
from fabgate.store.files import Lock, release_reserve
from fabgate.store.keys import Keys
from fabgate.wire.roster import EVERY, lacking

log = logging.getLogger(__name__)
LAST = 100
LOST = ("corrupt", "restore")  # why an epoch began whose books do not have what happened last
GLANCE_MS = 1_000  # `fabgate doctor` holds the lock for a moment to see whether a gate runs


@dataclass(frozen=True, slots=True)
class Books:
    """The gate's store, opened for a run. `clean`: the run before ended as it should.

    `sound`: the last hundred records verify. `aside`: where a corrupt database was moved to.
    `owed`: records of this boot that a full disk did not take; the ink writes them when it can.
    `refused`: machines (`*`: all) under rules of the hub that this version does not know.
    """

    store: Store
    clean: bool
    sound: bool
    aside: str | None = None
    owed: tuple[Draft, ...] = ()
    refused: frozenset[str] = frozenset()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let no other gate run on these books meanwhile: it would close this one's sessions as a crash's.

    The kernel drops the lock with the process, however that dies. Raises StoreBusy when a gate runs
    there, StoreError when there are no books.
    """
    _must_exist(Store(folder))
    lock = Lock(folder / RUN_LOCK)
    try:
        lock.take(GLANCE_MS)
    except StoreBusy:
        lock.close()
        raise StoreBusy(
            f"another gate runs on these books: {folder}",
            "Stop it first (systemctl stop fabgate-gate), or give this gate a state folder of its own.",
        ) from None
    try:
        yield
    finally:
        lock.close()


def _must_exist(store: Store) -> None:
    if not store.exists():
        raise StoreError(
            f"{store.path} is not there", "Make the books of this gate first: fabgate init --manager NAME"
        )


def open_books(settings: Settings, clock: Clock, medium: Medium = db.OPEN_MEDIUM) -> Books:
    """The books of this gate, recovered and begun anew. Raises StoreError when there are none, or no keys."""
    store = Store(settings.gate.state, medium)
    _must_exist(store)
    Keys.load(settings.gate.state)  # before anything is written: systemd tries again every second
    try:
        return _opened(settings, clock, store, aside=None)
    except StoreCorrupt as error:
        aside = _begin_again(settings, clock.now(), error)
        return _opened(settings, clock, store, aside)


def _opened(settings: Settings, clock: Clock, store: Store, aside: str | None) -> Books:
    db.migrate(settings.gate.state, clock.now())
    with store.writer() as writer:
        if not linked.linked(writer.conn).forked:
            return _begun(settings, clock, store, writer, aside)
    _leave_fork(settings, clock)
    with store.writer() as writer:
        return _begun(settings, clock, store, writer, aside)


def _begun(settings: Settings, clock: Clock, store: Store, writer: Writer, aside: str | None) -> Books:
    sound = not journal.verify(writer.conn, last=LAST).broken
    clean = journal.was_clean(writer.conn) and aside is None
    refused = lacking(linked.linked(writer.conn).needs)
    drafts = _first_words(writer, clock.now(), settings.gate.beat_ms, clean)
    owed = () if _written(writer, drafts) or _written_over_reserve(writer, store, drafts) else drafts
    return Books(store, clean, sound, aside, owed, refused)


def _leave_fork(settings: Settings, clock: Clock) -> None:
    """The hub holds other records under this epoch's name: the card was copied, or put back. What is
    written from now on has a name of its own, or none of it would ever reach the hub."""
    try:
        begun = db.begin_anew(settings.gate.state, clock.now(), "fork")
        log.critical("event=fork_left begun=%s", begun)
    except DiskFull as error:  # the next start tries again; this gate works on
        log.critical("event=fork_not_left error=%r", error.what)


def troubles(books: Books, machines: Iterable[MachineId], at: Moment) -> list[Event]:
    """What keeps the machines from starting: the books, until they were read through; rules of the hub
    that this version does not know."""
    found: list[Event] = []
    if not (books.clean and books.sound):
        what = Trouble.CHECKING if books.sound else Trouble.JOURNAL
        found += [Troubled(machine, what, at) for machine in machines]
    return found + [Troubled(one, Trouble.OUTDATED, at) for one in machines if books.refused & {one, EVERY}]


def last_ends(books: Books, machines: Iterable[MachineId]) -> dict[MachineId, LastEnd]:
    """How the newest session of each machine ended, as far as the books know; no entry where it had none.

    One that a crash ended has no known end, nor has any in books that were begun anew or put back, before
    there was another: what ran then is not in these.
    """
    owed = {draft.body.machine for draft in books.owed if isinstance(draft.body, SessionStopped)}
    with books.store.reader() as reader:
        found = {one: _last_end(reader.conn, one) for one in machines if one not in owed}
    known = {machine: end for machine, end in found.items() if end is not None}
    return known | {MachineId(machine): LastEnd(None) for machine in owed}


def _last_end(conn: sqlite3.Connection, machine: MachineId) -> LastEnd | None:
    says = f'"machine":"{machine}"'
    try:
        lost = journal.begun_by(conn) in LOST
        newest = journal.entries(
            conn, 1 if lost else 0, (SessionStopped.kind,), newest_first=True, limit=1, own=True, saying=says
        )
        end = next(newest, None)
    except ChainBroken:
        return LastEnd(None)
    if end is None:
        return LastEnd(None) if lost else None
    recovered = not isinstance(end.body, SessionStopped) or end.body.recovered
    return LastEnd(None if recovered else end.at)


def check_books(books: Books, machines: Iterable[MachineId], clock: Clock) -> list[Event]:
    """Read all the books, and say for every machine whether starts may go on.

    What cannot even be read counts as broken. The file stays where it is: sessions may run on it.
    """
    if books.clean or not books.sound:
        return []
    try:
        broken = _damage(books)
    except StoreError as error:
        broken = (error.what,)
    at = clock.now()
    for what in broken:
        log.critical("event=books_broken what=%r", what)
    told: list[Event] = []
    for machine in machines:
        if broken:
            told.append(Troubled(machine, Trouble.JOURNAL, at))
        told.append(Mended(machine, Trouble.CHECKING, at))
    return told


def _damage(books: Books) -> tuple[str, ...]:
    """What is wrong with the database as a whole, and with the chain of the journal."""
    if found := db.check(books.store.folder):
        return found
    with books.store.reader() as reader:
        verdict = journal.verify(reader.conn)
    log.info("event=journal_checked records=%d broken=%d", verdict.checked, len(verdict.broken))
    return tuple(f"record {found.record}: {found.what}" for found in verdict.broken)


def _begin_again(settings: Settings, at: Moment, error: StoreCorrupt) -> str:
    previous = db.last_known(settings.gate.state)
    aside = db.move_aside(settings.gate.state, at)
    log.critical("event=database_corrupt moved_to=%s error=%r", aside, error.what)
    db.create(
        settings.gate.state, settings.lab.name, settings.gate.name, at, cause="corrupt", previous=previous
    )
    return str(aside)


def _first_words(writer: Writer, now: Moment, beat_ms: int, clean: bool) -> tuple[Draft, ...]:
    """What this boot has to say: the ends that nobody wrote, at their last heartbeat, and its own start."""
    drafts = []
    for run in journal.running(writer.conn):
        drafts.append(Draft(now, recovered(run, now, beat_ms)))
        log.warning("event=session_recovered session=%s machine=%s", run.start, run.machine)
    return (*drafts, Draft(now, GateStarted(VERSION, clean)))


def _written(writer: Writer, drafts: tuple[Draft, ...]) -> bool:
    try:
        with writer.write() as pen:
            for draft in drafts:
                write_down(pen, draft)
    except DiskFull as error:
        log.critical("event=disk_full error=%r", error.what)
        return False
    return True


def _written_over_reserve(writer: Writer, store: Store, drafts: tuple[Draft, ...]) -> bool:
    try:
        return release_reserve(store.folder) and _written(writer, drafts)
    except StoreError as error:  # a card that went read-only gives nothing back
        log.critical("event=reserve_not_released error=%r", error.what)
        return False


def recovered(run: journal.Running, now: Moment, beat_ms: int) -> SessionStopped:
    """The end of a session that nobody saw end.

    It lived at its last heartbeat and was dead before the next one, or before now in the same
    boot: what lies between is `uncertain_ms`, and is charged only by a person's decision.
    """
    since_beat_ms = now.boot_ms - run.beat.boot_ms if now.boot == run.beat.boot else beat_ms
    return SessionStopped(
        session=str(run.start),
        machine=run.machine,
        why=Why.RECOVERED,
        length_ms=run.beat.boot_ms - run.opened.boot_ms,
        recovered=True,
        uncertain_ms=min(beat_ms, max(0, since_beat_ms)),
    )
