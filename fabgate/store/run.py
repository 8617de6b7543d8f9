"""What runs now, when it was last seen alive, and how the run before ended. Part of `journal`.

Nothing is written at a start or a stop but the record itself: what runs is read out of the
journal, from the place up to which every session is known to have ended (`gate_run.settled`). A
row for each open session would cost a tap a second page: measured, 27 KB a session against 18 on
the device. The only row that is overwritten as time goes is the heartbeat of a boot.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from fabgate import records
from fabgate.model import Moment, Origin, RecordId
from fabgate.records import Body, SessionProved, SessionStarted, SessionStopped
from fabgate.store.faults import told
from fabgate.store.slices import last_position, own_epochs, rows
from fabgate.store.writer import SEQ_BITS, SEQ_MASK, Pen, Writer

_SETTLE_EVERY = 256  # records: to read through so many again takes a millisecond or two


@dataclass(frozen=True, slots=True)
class Running:
    """A session that has begun and not ended: where, since when, and when it was last seen alive.

    `beat` is `opened` when no heartbeat came since. Both are of the same boot.
    """

    machine: str
    start: RecordId
    opened: Moment
    beat: Moment
    said: SessionStarted


@told
def running(conn: sqlite3.Connection) -> tuple[Running, ...]:
    """Every session that is open in the books, the oldest first; at a hub those of all gates.

    After a crash of a gate these are the ones to close at their `beat`. Raises StoreCorrupt.
    """
    beats = {beat.boot: beat for beat in _beats(conn)}
    own = (
        Running(said.machine, start, opened, _alive(opened, beats.get(opened.boot)), said)
        for _, start, opened, said in _open(conn)
    )
    return (*own, *_elsewhere(conn))


@told
def standing_by(conn: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    """At which machines of this gate who stands beside a trainee now: the sponsor of the start, or who
    took their place since (R4). Raises StoreCorrupt."""
    begun = {str(start): said for _, start, _, said in _open(conn) if said.sponsor is not None}
    if not begun:
        return ()
    tied = {start: said.sponsor or "" for start, said in begun.items()}
    for _, _, _, said in _since(conn, _settled(conn), (SessionProved.kind,)):
        if isinstance(said, SessionProved) and said.session in tied:
            tied[said.session] = said.by
    return tuple((said.machine, tied[start]) for start, said in begun.items())


def _elsewhere(conn: sqlite3.Connection) -> Iterator[Running]:
    """What runs at the gates, as far as a hub has heard."""
    for lab, gate, epoch, position, body in conn.execute(_ELSEWHERE).fetchall():
        at, said = records.decode(body)
        if isinstance(said, SessionStarted):
            start = RecordId(Origin(f"{lab}/{gate}/{epoch}"), position & SEQ_MASK)
            yield Running(said.machine, start, at, at, said)


_ELSEWHERE = """\
SELECT o.lab, o.gate, o.epoch, s.position, j.body FROM open_sessions AS s
JOIN journal AS j ON j.position = s.position JOIN origins AS o ON o.id = s.position >> 40
WHERE s.lab = lab() AND j.body IS NOT NULL ORDER BY s.position"""


def _alive(opened: Moment, beat: Moment | None) -> Moment:
    """The last sign of life of a session; a beat from before it began is none of its own."""
    if beat is None or beat.boot_ms < opened.boot_ms:
        return opened
    return beat


def _settled(conn: sqlite3.Connection) -> int:
    """Up to where in the journal every session is known to have ended."""
    return int(conn.execute("SELECT settled FROM gate_run WHERE lab = lab()").fetchone()[0])


def _open(conn: sqlite3.Connection) -> list[tuple[int, RecordId, Moment, SessionStarted]]:
    """The starts that no stop has followed, with their positions."""
    settled = _settled(conn)
    found: dict[str, tuple[int, RecordId, Moment, SessionStarted]] = {}
    for position, record, at, said in _since(conn, settled, (SessionStarted.kind, SessionStopped.kind)):
        if isinstance(said, SessionStarted):
            found[str(record)] = (position, record, at, said)
        elif isinstance(said, SessionStopped):
            found.pop(said.session, None)
    return list(found.values())


def _since(
    conn: sqlite3.Connection, position: int, kinds: tuple[str, ...] = ()
) -> Iterator[tuple[int, RecordId, Moment, Body]]:
    """This gate's records behind a position, over all its epochs. One that cannot be read is passed
    over: to name it is the audit's part, and a gate must be able to start and refuse."""
    for number, origin in own_epochs(conn):
        after = max(0, position - (number << SEQ_BITS))
        for found, body in rows(conn, number, after, kinds):
            try:
                at, said = records.decode(body or "")
            except ValueError:
                continue
            yield found, RecordId(origin, found & SEQ_MASK), at, said


def beat(writer: Writer, at: Moment) -> None:
    """Mark every open session of this boot as alive at `at`: one row, overwritten.

    Call it while a session is open. Raises DiskFull, StoreBusy.
    """
    with writer.write() as pen:
        pen.execute(_BEAT, (pen.lab, at.boot, at.boot_ms, at.wall_ms, int(at.synced)))
        read_to = pen.execute("SELECT read_to FROM gate_run WHERE lab = ?", (pen.lab,)).fetchone()[0]
        if _end(pen.conn) - read_to > _SETTLE_EVERY:
            _settle(pen)


_BEAT = """\
INSERT INTO beats (lab, boot, boot_ms, wall_ms, synced) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (lab, boot) DO UPDATE
SET boot_ms = excluded.boot_ms, wall_ms = excluded.wall_ms, synced = excluded.synced"""


def _beats(conn: sqlite3.Connection) -> list[Moment]:
    found = conn.execute("SELECT boot, boot_ms, wall_ms, synced FROM beats WHERE lab = lab()")
    return [Moment(boot, boot_ms, wall_ms, bool(synced)) for boot, boot_ms, wall_ms, synced in found]


def _end(conn: sqlite3.Connection) -> int:
    return last_position(conn, own_epochs(conn)[-1][0])


def _settle(pen: Pen) -> None:
    """Note how far the journal was read, and forget the heartbeats of boots with nothing open."""
    synced, end, open_now = latest_synced_ms(pen.conn), _end(pen.conn), _open(pen.conn)
    settled = min((position - 1 for position, *_ in open_now), default=end)
    pen.execute(
        "UPDATE gate_run SET settled = ?, read_to = ?, synced_ms = ? WHERE lab = ?",
        (settled, end, synced, pen.lab),
    )
    alive = {opened.boot for _, _, opened, _ in open_now}
    for old in _beats(pen.conn):
        if old.boot not in alive:
            pen.execute("DELETE FROM beats WHERE lab = ? AND boot = ?", (pen.lab, old.boot))


@told
def latest_synced_ms(conn: sqlite3.Connection) -> int | None:
    """The latest wall time (UTC, ms) that is known to be right: of records and heartbeats made while
    the clock was synced; None when there was none. A rule that needs a date takes it where the
    clock is behind it (law 5)."""
    read_to, synced = conn.execute("SELECT read_to, synced_ms FROM gate_run WHERE lab = lab()").fetchone()
    known = [] if synced is None else [synced]
    known += [at.wall_ms for _, _, at, _ in _since(conn, read_to) if at.synced]
    known += [at.wall_ms for at in _beats(conn) if at.synced]
    return max(known, default=None)


@told
def was_clean(conn: sqlite3.Connection) -> bool:
    """Whether the last run of the gate ended as it should; True for books that no gate ran on yet."""
    return bool(conn.execute("SELECT clean FROM gate_run WHERE lab = lab()").fetchone()[0])


def mark_run(pen: Pen, clean: bool) -> None:
    """Note that a run begins (not clean until it says so) or that it ends as it should."""
    pen.execute("UPDATE gate_run SET clean = ? WHERE lab = ?", (int(clean), pen.lab))
    _settle(pen)
