"""Before the first tap: open the books, close what a crash left open, know what must be checked.

A database that is not sound is moved aside and a new epoch begins without any right: nobody is
let in by mistake, and nothing is deleted. A journal that opens but does not verify is kept as it
is, and every start is refused until a person has looked at it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from fabgate import VERSION
from fabgate.config import Settings
from fabgate.devices.protocols import Clock
from fabgate.errors import StoreCorrupt, StoreError
from fabgate.events import Event, Mended, Troubled
from fabgate.model import MachineId, Moment, Trouble, Why
from fabgate.records import Draft, GateStarted, GateStopped, SessionStopped
from fabgate.store import db, journal
from fabgate.store.db import Medium, Pen, Store, Writer

log = logging.getLogger(__name__)
LAST = 100


@dataclass(frozen=True, slots=True)
class Books:
    """The gate's store, opened for a run. `clean`: the run before ended as it should.

    `sound`: the last hundred records verify. `aside`: where a corrupt database was moved to.
    """

    store: Store
    clean: bool
    sound: bool
    aside: str | None = None


def open_books(settings: Settings, clock: Clock, medium: Medium = db.OPEN_MEDIUM) -> Books:
    """The books of this gate, recovered and begun anew. Raises StoreError when there are none."""
    store = Store(settings.gate.state, medium)
    if not store.exists():
        raise StoreError(
            f"{store.path} is not there", "Make the books of this gate first: fabgate init --manager NAME"
        )
    aside = None
    try:
        db.migrate(settings.gate.state, clock.now())
        writer = store.writer()
    except StoreCorrupt as error:
        aside = _begin_again(settings, clock.now(), error)
        writer = store.writer()
    with writer:
        sound = not journal.verify(writer.conn, last=LAST).broken
        clean = journal.was_clean(writer.conn) and aside is None
        with writer.write() as pen:
            _recover(pen, writer, clock.now(), settings.gate.beat_ms)
            journal.mark_run(pen, clean=False)
            pen.append(Draft(clock.now(), GateStarted(VERSION, clean)))
    return Books(store, clean, sound, aside)


def close_books(writer: Writer, clock: Clock) -> None:
    """Say that this run ended as it should. With an open session it did not."""
    with writer.write() as pen:
        pen.append(Draft(clock.now(), GateStopped()))
        journal.mark_run(pen, clean=not journal.running(writer.conn))


def troubles(books: Books, machines: Iterable[MachineId], at: Moment) -> list[Event]:
    """What keeps the machines from starting until the books were read through."""
    found = Trouble.CHECKING if books.sound else Trouble.JOURNAL
    if books.clean and books.sound:
        return []
    return [Troubled(machine, found, at) for machine in machines]


def check_books(books: Books, machines: Iterable[MachineId], clock: Clock) -> list[Event]:
    """Read the whole journal, and say for every machine whether starts may go on."""
    if books.clean or not books.sound:
        return []
    with books.store.reader() as reader:
        verdict = journal.verify(reader.conn)
    at = clock.now()
    for found in verdict.broken:
        log.critical("event=journal_broken record=%s what=%r", found.record, found.what)
    log.info("event=journal_checked records=%d broken=%d", verdict.checked, len(verdict.broken))
    told: list[Event] = []
    for machine in machines:
        if verdict.broken:
            told.append(Troubled(machine, Trouble.JOURNAL, at))
        told.append(Mended(machine, Trouble.CHECKING, at))
    return told


def _begin_again(settings: Settings, at: Moment, error: StoreCorrupt) -> str:
    aside = db.move_aside(settings.gate.state, at)
    log.critical("event=database_corrupt moved_to=%s error=%r", aside, error.what)
    db.create(settings.gate.state, settings.lab.name, settings.gate.name, at, cause="corrupt")
    return str(aside)


def _recover(pen: Pen, writer: Writer, now: Moment, beat_ms: int) -> None:
    """Close what was open when the last run died, at its last heartbeat, and say how sure that is."""
    for run in journal.running(writer.conn):
        pen.append(Draft(now, recovered(run, now, beat_ms)))
        log.warning("event=session_recovered session=%s machine=%s", run.start, run.machine)


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
        uncertain_ms=min(beat_ms, since_beat_ms),
    )
