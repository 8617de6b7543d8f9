"""The journals of other origins, as the hub holds them: verified, contiguous, never altered (law 7).

What comes in stands in the same journal as the hub's own records, each origin by itself; `heard` says
how far each is held. Nothing is taken that does not continue what is there, and nothing that is there
is written over: the hash of a chain's newest record vouches for all before it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fabgate.model import Origin, RecordId
from fabgate.records import EpochBegun, GateAnswered, GateCommanded, Note
from fabgate.store import chain, journal, rights, sound
from fabgate.store.faults import told
from fabgate.store.outgoing import BESIDE
from fabgate.store.seen import SEEN, Views, gate_of
from fabgate.store.writer import SEQ_BITS, SEQ_MASK, Pen
from fabgate.wire.kinds import LONG_TEXT

EPOCHS = 1_000  # of one gate: each new card, restored backup or moved database begins one
NOTE_KINDS = 32  # texts beside one record
NOTE_SIGNS = LONG_TEXT  # what is held must have a way on
KIND_SIGNS = 32
FORK = "fork"  # why an epoch began, see `records.EpochBegun`


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an origin is held, without a gap: its newest record, and the notes of all up to `noted`."""

    seq: int = 0
    hash: bytes = chain.ROOT
    noted: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """So many records are new, `rights` of them give or take a right.

    `lacks`: a new epoch tells of records of an older one that never came. `forked`: it began because the
    gate's books were an old copy. `odd`: what could not be put into the set of rights, because another
    record stands there under its id.
    """

    records: int
    lacks: str | None = None
    odd: tuple[str, ...] = ()
    forked: bool = False
    rights: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """All of it was here already."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Records before it are missing; nothing was taken."""


@dataclass(frozen=True, slots=True)
class Differs:
    """Record `seq` is held with another content: nothing was taken, nothing is written over."""

    seq: int


@dataclass(frozen=True, slots=True)
class Broken:
    """It is not what its own hash says, or no journal of ours: nothing was taken."""

    what: str


@dataclass(frozen=True, slots=True)
class TooMany:
    """One gate would have more epochs than a lab can bring about: nothing was taken."""


Outcome = Taken | Held | Gap | Differs | Broken | TooMany
Body = str | bytes  # bytes: the hash of a body that was blanked by retention


@told
def marks(conn: sqlite3.Connection, gate: str | None = None) -> dict[Origin, Mark]:
    """How far each foreign origin is held, of one gate or of all; the oldest known first."""
    found = conn.execute(_MARKS, {"gate": gate}).fetchall()
    return {
        Origin(f"{lab}/{name}/{epoch}"): Mark(seq, last, noted)
        for lab, name, epoch, seq, last, noted in found
    }


_MARKS = """\
SELECT o.lab, o.gate, o.epoch, h.seq, h.hash, h.noted FROM heard AS h JOIN origins AS o ON o.id = h.origin
WHERE h.lab = lab() AND (:gate IS NULL OR o.gate = :gate) ORDER BY o.id"""


@told
def hash_of(conn: sqlite3.Connection, origin: Origin, seq: int) -> bytes | None:
    """The hash of a record; None where it is not held."""
    position = journal.position(conn, RecordId(origin, seq))
    row = conn.execute("SELECT hash FROM journal WHERE position = ?", (position,)).fetchone()
    return None if row is None else bytes(row[0])


def mark(conn: sqlite3.Connection, origin: Origin) -> Mark:
    """How far one foreign origin is held; nothing of one that was never heard of."""
    return _held(conn, origin)[1]


def take(
    pen: Pen, origin: Origin, first: int, bodies: Sequence[Body], previous: bytes, last: bytes
) -> Outcome:
    """Take the records `first` and on of a foreign origin into the books, if they continue what is held.

    `previous` is the hash of the record before the first, `last` that of the last one. What is held
    already is compared and passed over, so a batch may come as often as it likes.
    """
    if not bodies or first < 1 or first + len(bodies) > SEQ_MASK or origin == pen.identity.origin:
        return Broken("there is nothing in it that could be taken")
    links = _links(origin, first, bodies, previous)
    if links[-1] != last:
        return Broken("it does not have the hash that it says")
    number, held = _held(pen.conn, origin)
    if first > held.seq + 1:
        return Gap()
    if number is not None:
        other = _other(pen.conn, number, first, held, [previous, *links])
        if other is not None:
            return Differs(other)
    elif previous != chain.ROOT:
        return Broken("its first record follows on something")
    known = held.seq + 1 - first
    if known >= len(bodies):
        return Held()
    return _take_new(pen, origin, number, held.seq + 1, bodies[known:], links[known:])


def _links(origin: Origin, first: int, bodies: Sequence[Body], previous: bytes) -> list[bytes]:
    """The hash of each record, computed anew."""
    links = []
    for seq, body in enumerate(bodies, first):
        hashed = body if isinstance(body, bytes) else chain.body_hash(body.encode())
        previous = chain.link(origin, seq, previous, hashed)
        links.append(previous)
    return links


def _held(conn: sqlite3.Connection, origin: Origin) -> tuple[int | None, Mark]:
    """The number of an origin in this store and how far it is held; None where it was never heard of."""
    parts = tuple(origin.split("/"))
    row = conn.execute(_HELD, parts).fetchone() if len(parts) == 3 else None  # a record may say anything
    return (None, Mark()) if row is None else (row[0], Mark(*row[1:]))


_HELD = """\
SELECT h.origin, h.seq, h.hash, h.noted FROM heard AS h JOIN origins AS o ON o.id = h.origin
WHERE o.lab = ? AND o.gate = ? AND o.epoch = ?"""


def _other(
    conn: sqlite3.Connection, number: int, first: int, held: Mark, links: Sequence[bytes]
) -> int | None:
    """The first record that is held with another hash; `links` begins with the one before `first`."""
    if first == held.seq + 1:
        return None if links[0] == held.hash else held.seq
    base = number << SEQ_BITS
    stored = conn.execute(_HASHES, (base + first - 1, base + min(held.seq, first + len(links) - 2)))
    hashes = [bytes(one) for (one,) in stored]
    if first == 1:
        hashes.insert(0, chain.ROOT)
    pairs = zip(hashes, links, strict=False)
    return next((seq for seq, (ours, said) in enumerate(pairs, first - 1) if ours != said), None)


_HASHES = "SELECT hash FROM journal WHERE position BETWEEN ? AND ? ORDER BY position"


def _take_new(
    pen: Pen, origin: Origin, number: int | None, first: int, bodies: Sequence[Body], links: Sequence[bytes]
) -> Outcome:
    said: list[sound.Said | None] = []
    for seq, body in enumerate(bodies, first):
        try:
            said.append(None if isinstance(body, bytes) else sound.read(body))
        except ValueError as error:
            return Broken(f"record {seq}: {error}")
    if first == 1 and (said[0] is None or said[0]["kind"] != EpochBegun.kind):
        return Broken("it does not begin as an epoch does")
    if number is None and pen.execute(_EPOCHS, tuple(origin.split("/")[:2])).fetchone()[0] >= EPOCHS:
        return TooMany()
    if number is None:
        number = _new_origin(pen, origin)
    base = number << SEQ_BITS
    pen.conn.executemany(_PUT, _rows(pen.lab, base + first, bodies, links))
    views = Views(pen, origin, base)
    for seq, record in enumerate(said, first):
        if record is not None and record["kind"] in SEEN:
            views.see(seq, record, bodies[seq - first], links[seq - first])
    views.write()
    pen.execute(_MOVE, (first + len(bodies) - 1, links[-1], number))
    lacks = _lacks(pen.conn, origin, said[0]) if first == 1 and said[0] else None
    forked = first == 1 and said[0] is not None and said[0]["cause"] == FORK
    return Taken(len(bodies), lacks, tuple(views.odd), forked, views.rights)


def _rows(
    lab: str, position: int, bodies: Sequence[Body], links: Sequence[bytes]
) -> Iterable[tuple[int, str, bytes, str | None, bytes | None]]:
    for at, (body, link) in enumerate(zip(bodies, links, strict=True), position):
        blank = isinstance(body, bytes)
        yield at, lab, link, None if blank else body, body if blank else None  # type: ignore[misc]


_PUT = "INSERT INTO journal (position, lab, hash, body, body_hash) VALUES (?, ?, ?, ?, ?)"
_MOVE = "UPDATE heard SET seq = ?, hash = ? WHERE origin = ?"


def _new_origin(pen: Pen, origin: Origin) -> int:
    number = pen.execute(_ORIGIN, tuple(origin.split("/"))).fetchone()[0]
    pen.execute(
        "INSERT INTO heard (origin, lab, seq, hash, noted) VALUES (?, ?, 0, ?, 0)",
        (number, pen.lab, chain.ROOT),
    )
    return int(number)


_EPOCHS = "SELECT count(*) FROM origins WHERE lab = ? AND gate = ?"
_ORIGIN = "INSERT INTO origins (lab, gate, epoch, own) VALUES (?, ?, ?, 0) RETURNING id"


def _lacks(conn: sqlite3.Connection, origin: Origin, begun: sound.Said) -> str | None:
    """What a new epoch knows of the one before that was never heard here."""
    before, seq = begun.get("previous_origin"), begun.get("last_seq")
    if before is None or not before.startswith(gate_of(origin)):
        return None
    held = mark(conn, Origin(before))
    if seq is None:
        return f"{before} ended nobody knows where; held up to {held.seq}"
    if held.seq < seq:
        return f"records {held.seq + 1} to {seq} of {before} are lacking"
    if held.seq == seq and begun.get("last_hash") not in (None, held.hash.hex()):
        return f"record {seq} of {before} is another one than its gate had"
    return None


@dataclass(frozen=True, slots=True)
class NoteOf:
    """A text beside record `seq`."""

    seq: int
    note: Note


def take_notes(pen: Pen, origin: Origin, first: int, last: int, notes: Sequence[NoteOf]) -> bool:
    """Take the notes of the records `first` to `last` of a foreign origin; False where they do not fit.

    They fit when the records are held and the notes of all before them are. What is held already stays.
    A record that was blanked has no notes any more.
    """
    number, held = _held(pen.conn, origin)
    if number is None or first > held.noted + 1 or last > held.seq or first > last:
        return False
    if not _fit(first, last, notes):
        return False
    base = number << SEQ_BITS
    new = [one for one in notes if one.seq > held.noted]
    plain = (one for one in new if one.note.kind != BESIDE)
    pen.conn.executemany(_NOTE, ((pen.lab, one.note.kind, one.note.text, base + one.seq) for one in plain))
    for one in new:
        if one.note.kind == BESIDE:  # beside a right, not beside the journal
            lay_beside(pen, RecordId(origin, one.seq), one.note.text)
    pen.execute("UPDATE heard SET noted = max(noted, ?) WHERE origin = ?", (last, number))
    return True


_NOTE = """\
INSERT OR IGNORE INTO notes (position, lab, kind, text)
SELECT position, ?, ?, ? FROM journal WHERE position = ? AND body IS NOT NULL"""


def lay_beside(pen: Pen, record: RecordId, text: str) -> None:
    """Put what is personal of a right, which travels after it, beside it, where nothing is known yet.

    The right then counts as come anew, so that whoever was handed it without is handed it once more.
    """
    row = pen.execute(_RIGHT, (pen.lab, str(record))).fetchone()
    if row is not None:
        take_right(pen, record, bytes(row[0]), row[1], text)


_RIGHT = "SELECT hash, body FROM rights WHERE lab = ? AND record = ?"


def take_right(pen: Pen, record: RecordId, hash: bytes, body: str, beside: str | None) -> rights.Outcome:  # noqa: A002
    """Take up a right that a gate hands in; what was missing beside a known one is laid there."""
    outcome = rights.take(pen, record, hash, body, beside)
    if isinstance(outcome, rights.Known) and outcome.filled and _may_move(pen, outcome.arrived):
        come_anew(pen, outcome.arrived)
    return outcome


def _may_move(pen: Pen, arrived: int) -> bool:
    """Whether those who are handed the rights in their order may get this one after the others.

    Not where two have claims to one badge: for a moment it would be the badge of one of them alone.
    """
    subject = str(pen.execute("SELECT subject FROM rights WHERE arrived = ?", (arrived,)).fetchone()[0])
    return not subject.startswith("badge/") or len(rights.heads(pen.conn, subject)) == 1


def knows_right(conn: sqlite3.Connection, record: RecordId) -> bool:
    return (
        conn.execute("SELECT 1 FROM rights WHERE lab = lab() AND record = ?", (str(record),)).fetchone()
        is not None
    )


def come_anew(pen: Pen, arrived: int) -> None:
    """Let a right be the newest that these books came to know."""
    pen.execute(
        "UPDATE rights SET arrived = (SELECT max(arrived) + 1 FROM rights) WHERE arrived = ?", (arrived,)
    )


def _fit(first: int, last: int, notes: Sequence[NoteOf]) -> bool:
    of: dict[int, int] = {}
    for one in notes:
        of[one.seq] = of.get(one.seq, 0) + 1
        if len(one.note.kind) > KIND_SIGNS or len(one.note.text) > NOTE_SIGNS:
            return False
    return all(first <= seq <= last and count <= NOTE_KINDS for seq, count in of.items())


@told
def commands(conn: sqlite3.Connection, after: int) -> list[tuple[RecordId, GateCommanded]]:
    """What people at this hub asked of gates after a `seq` of its present epoch, and nobody answered yet."""
    asked: dict[str, tuple[RecordId, GateCommanded]] = {}
    for entry in journal.entries(conn, after=after, kinds=(GateCommanded.kind, GateAnswered.kind), own=True):
        match entry.body:
            case GateCommanded() as command:
                asked[str(entry.id)] = (entry.id, command)
            case GateAnswered(command=command):
                asked.pop(command, None)
            case _:
                pass
    return list(asked.values())
