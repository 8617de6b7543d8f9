"""The set of all right records of the lab that this store knows, and the roster that it makes.

The set only grows: own records enter as they are appended, others by `take`, in any order and as
often as they come. The roster's tables are what `rules/standing.py` makes of the set. `arrived` is
the order in which this store came to know the records: to hand them out is to send what came after
a number, in that order, so that whoever stops half way stands where this store once stood.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from fabgate import records
from fabgate.model import Moment, Origin, RecordId
from fabgate.records import Body, Unknown
from fabgate.rules import standing
from fabgate.rules.standing import Said
from fabgate.store import settling
from fabgate.store.faults import told
from fabgate.store.nib import Nib

_MODULUS = 1 << 256
_ROW_BYTES = 160  # of a row beside its texts: a hash in hexadecimal, names, commas
_SECRET = ("email",)
TABLES = (
    "members",
    "people",
    "badges",
    "grants",
    "roles",
    "locks",
    "papers",
    "grant_holds",
    "renewals",
    "proposals",
    "reviews",
    "evidence",
    "duties",
    "uses",
    "workshops",
    "openings",
    "accounts",
    "account_states",
)
"""The roster: every table that this set alone makes, those that others name first."""


@dataclass(frozen=True, slots=True)
class Right:
    """A right record as it is kept and handed on; `body` byte for byte as its origin made it."""

    arrived: int
    record: RecordId
    hash: bytes
    body: str
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rights after a number: those to hand out, up to which number they reach, and the newest there is."""

    rights: tuple[Right, ...]
    upto: int
    end: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What set a store has: how many records, the sum of their hashes (hexadecimal), the newest number."""

    records: int
    digest: str
    arrived: int


@dataclass(frozen=True, slots=True)
class Taken:
    """The record is new here, and was put into the set."""

    arrived: int
    subject: str


@dataclass(frozen=True, slots=True)
class Known:
    """The record was here already; `filled` if what stood beside it was not, and is now."""

    arrived: int
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Differs:
    """Under this id another record is known here. Nothing was changed: a person must look."""

    record: RecordId


@dataclass(frozen=True, slots=True)
class Unfit:
    """It cannot be in this set, and why. Nothing was changed."""

    why: str


Outcome = Taken | Known | Differs | Unfit


@dataclass(frozen=True, slots=True)
class Told:
    """One record of a subject's history; `by` is the record that superseded it, None for a head."""

    record: RecordId
    at: Moment
    body: Body
    superseded_by: RecordId | None


# --- moves --------------------------------------------------------------------------------------


def put(pen: Nib, record: RecordId, hash: bytes, body: str, said: Body, beside: str | None) -> None:  # noqa: A002
    """Put an own record that gives or takes a right into the set, and settle its subject at once."""
    about = standing.subject(said)
    if about is not None:
        _insert(pen, record, hash, body, about, beside)
        settle(pen, about)


def take(pen: Nib, record: RecordId, hash: bytes, body: str, beside: str | None = None) -> Outcome:  # noqa: A002
    """Take up a right record that was made elsewhere.

    Its subject is settled when the transaction ends, or by `settle`. A kind that this version does
    not know is kept and passed on, and moves nothing. What stands beside a known record is filled
    in where it was missing, never replaced.
    """
    row = pen.execute(_KNOWN, (pen.lab, str(record))).fetchone()
    if row is not None:
        return _again(pen, record, row, (bytes(hash), body), beside)
    about = subject_of(body)
    no = _unfit(pen, record, hash, about)
    if no is not None or about is None:
        return Unfit(no or "it is no record of a right")
    arrived = _insert(pen, record, hash, body, about, beside)
    pen.unsettled.add(about)
    return Taken(arrived, about)


_KNOWN = "SELECT arrived, hash, body, beside, subject FROM rights WHERE lab = ? AND record = ?"
_Row = tuple[int, bytes, str, str | None, str]


def _again(
    pen: Nib, record: RecordId, row: _Row, given: tuple[bytes, str], beside: str | None
) -> Known | Differs:
    arrived, hash_, body, has, about = row
    if (bytes(hash_), body) != given:
        return Differs(record)
    mine, theirs = standing.read_beside(has), standing.read_beside(beside)
    if theirs is None or (mine is not None and theirs.keys() <= mine.keys()):
        return Known(arrived)
    both = standing.write_beside({**theirs, **(mine or {})})
    pen.execute(_LAY_BESIDE, (both, arrived))
    settle(pen, about)  # at once: what is outdated must not stay, nor be told as news
    return Known(arrived, pen.execute(_BESIDE, (arrived,)).fetchone()[0] != has)


_LAY_BESIDE = "UPDATE rights SET beside = ? WHERE arrived = ?"
_BESIDE = "SELECT beside FROM rights WHERE arrived = ?"


def _unfit(pen: Nib, record: RecordId, hash_: bytes, about: str | None) -> str | None:
    if record.origin.partition("/")[0] != pen.lab:
        return "it is another lab's"
    if record.origin == pen.identity.origin:
        return "it bears the name of this store's own epoch, which did not write it"
    if len(hash_) != 32:
        return "its hash is none"
    return None if about is not None else "it is no record of a right"


def subject_of(body: str) -> str | None:
    """What the record with this text is about; `?/<kind>` for one that this version cannot read.

    None for a kind that is known and gives or takes no right.
    """
    try:
        at, said = records.decode(body)
    except (ValueError, TypeError, RecursionError):
        return "?/?"
    if isinstance(said, Unknown):
        return f"?/{said.kind}" if standing.is_text(said.kind) else "?/?"
    if not standing.is_right(said):
        return None
    return standing.subject(said) if standing.fits(at, said) else f"?/{said.kind}"


def _insert(
    pen: Nib,
    record: RecordId,
    hash_: bytes,
    body: str,
    about: str,
    beside: str | None,
) -> int:
    beside = standing.write_beside(standing.read_beside(beside))
    row = (pen.lab, str(record), about, hash_, body, beside)
    arrived = pen.execute(_INSERT, row).lastrowid
    count, digest = pen.execute(_SUM, (pen.lab,)).fetchone() or (0, bytes(32))
    total = (int.from_bytes(digest, "big") + int.from_bytes(hash_, "big")) % _MODULUS
    pen.execute(_PUT_SUM, (pen.lab, count + 1, total.to_bytes(32, "big")))
    return int(arrived or 0)


_INSERT = "INSERT INTO rights (lab, record, subject, hash, body, beside) VALUES (?, ?, ?, ?, ?, ?)"
_SUM = "SELECT records, digest FROM rights_sum WHERE lab = ?"
_PUT_SUM = "INSERT OR REPLACE INTO rights_sum (lab, records, digest) VALUES (?, ?, ?)"


def settle(pen: Nib, subject: str) -> None:
    """Make the roster's row of a subject, and of those that waited for it, from the set."""
    settle_all(pen, {subject})


def settle_all(pen: Nib, subjects: set[str]) -> None:
    """The same for several, each once: members come first, because the other rows name them."""
    waiting = set(subjects)
    for about in sorted(one for one in subjects if one.startswith("member/")):
        waiting |= settling.member(pen, _erased(pen, about))
    for about in sorted(one for one in waiting if not one.startswith(("member/", "?/"))):
        settling.other(pen, about, _erased(pen, about))
    pen.unsettled -= waiting


def _erased(pen: Nib, about: str) -> list[Said]:
    """The records of a subject, after values that were replaced have gone from beside them (law 12)."""
    found = _said(pen.conn, pen.lab, about)
    due = standing.outdated(found) if about.startswith(("member/", "badge/")) else {}
    for record, beside in due.items():
        pen.execute(_ERASE, (standing.write_beside(beside), pen.lab, str(record)))
    return found


_ERASE = "UPDATE rights SET beside = ? WHERE lab = ? AND record = ?"


def rebuild(pen: Nib) -> None:
    """Make the whole roster anew from the set, and read again what an earlier version could not."""
    read_again(pen)
    found = pen.execute("SELECT DISTINCT subject FROM rights WHERE lab = ?", (pen.lab,))
    settle_all(pen, {about for (about,) in found})


def read_again(pen: Nib) -> None:
    """Let those rights count that an earlier version kept and could not read."""
    readable = _readable(pen.conn, pen.lab)
    for arrived, about in readable.items():
        pen.execute("UPDATE rights SET subject = ? WHERE arrived = ?", (about, arrived))
    settle_all(pen, set(readable.values()))


@told
def unread(conn: sqlite3.Connection) -> bool:
    """Whether there are any such rights."""
    return bool(_readable(conn, _lab(conn)))


def _readable(conn: sqlite3.Connection, lab: str) -> dict[int, str]:
    """The rights that were kept unread and can be read now, with what they are about."""
    found = {arrived: subject_of(body) or "?/?" for arrived, body in conn.execute(_UNREAD, (lab,))}
    return {arrived: about for arrived, about in found.items() if not about.startswith("?/")}


_UNREAD = "SELECT arrived, body FROM rights WHERE lab = ? AND subject >= '?/' AND subject < '?0'"


# --- questions ----------------------------------------------------------------------------------


@told
def after(
    conn: sqlite3.Connection,
    arrived: int,
    limit_rows: int,
    limit_bytes: int,
    but_origin: Origin | None = None,
) -> Stretch:
    """The next rights after a number, in their order: at most so many rows, of so many bytes of JSON.

    One row comes however long it is. `but_origin`: without the records of this epoch, which the
    one who asks wrote itself; `upto` passes over them.
    """
    end = _newest(conn)
    found: list[Right] = []
    left, upto = limit_bytes, arrived
    for row in conn.execute(_AFTER, {"after": arrived, "end": end}):
        right = Right(row[0], RecordId.of(row[1]), bytes(row[2]), row[3], row[4])
        if but_origin is None or right.record.origin != but_origin:
            left -= weight(right)
            if found and (left < 0 or len(found) >= limit_rows):
                return Stretch(tuple(found), upto, end)
            found.append(right)
        upto = right.arrived
    return Stretch(tuple(found), max(upto, end), end)


_AFTER = """\
SELECT arrived, record, hash, body, beside FROM rights
WHERE arrived > :after AND arrived <= :end AND lab = lab() ORDER BY arrived"""


def weight(right: Right) -> int:
    """About how many bytes a right takes on the wire: its texts stand there as JSON strings again."""
    texts = (right.body, right.beside or "", str(right.record))
    return _ROW_BYTES + sum(len(text.encode()) + 2 * text.count('"') + text.count("\\") for text in texts)


@told
def mark(conn: sqlite3.Connection) -> Mark:
    """What set this store has: two that say the same records and digest have the same set."""
    row = conn.execute("SELECT records, digest FROM rights_sum WHERE lab = lab()").fetchone()
    count, digest = row or (0, bytes(32))
    return Mark(count, bytes(digest).hex(), _newest(conn))


def _newest(conn: sqlite3.Connection) -> int:
    row = conn.execute(
        "SELECT arrived FROM rights WHERE lab = lab() ORDER BY arrived DESC LIMIT 1"
    ).fetchone()
    return int(row[0]) if row else 0


@told
def heads(conn: sqlite3.Connection, subject: str) -> tuple[RecordId, ...]:
    """The records of a subject that nothing supersedes: what a new one must name."""
    return tuple(one.record for one in standing.heads(_said(conn, _lab(conn), subject)))


@told
def history(conn: sqlite3.Connection, subject: str) -> tuple[Told, ...]:
    """All that happened to a subject, in the order in which this store came to know it."""
    found = _said(conn, _lab(conn), subject)
    gone = standing.superseded(found)
    return tuple(Told(one.record, one.at, one.body, gone.get(one.record)) for one in found)


@told
def subjects(conn: sqlite3.Connection, beginning: str) -> tuple[str, ...]:
    """The subjects that begin so, by name: `grant/<member>/` for all skills that were ever given."""
    found = conn.execute(_SUBJECTS, (beginning, beginning + "\U0010ffff"))
    return tuple(about for (about,) in found)


_SUBJECTS = """\
SELECT DISTINCT subject FROM rights WHERE lab = lab() AND subject >= ? AND subject < ? ORDER BY subject"""


@told
def beside(conn: sqlite3.Connection, record: RecordId) -> str | None:
    """What stands beside a right record, for whoever sends it on; None where nothing does."""
    row = conn.execute(
        "SELECT beside FROM rights WHERE lab = lab() AND record = ?", (str(record),)
    ).fetchone()
    return None if row is None else row[0]


def for_gate(beside: str | None) -> str | None:
    """What a gate is told of it: no e-mail address, which no machine needs (law 12)."""
    said = standing.read_beside(beside)
    if said is None:
        return None
    return standing.write_beside({name: value for name, value in said.items() if name not in _SECRET})


def _lab(conn: sqlite3.Connection) -> str:
    return str(conn.execute("SELECT lab()").fetchone()[0])


@told
def said_of(conn: sqlite3.Connection, subject: str) -> list[Said]:
    """All that was said of a subject, for whoever settles it anew."""
    return _said(conn, _lab(conn), subject)


def _said(conn: sqlite3.Connection, lab: str, subject: str) -> list[Said]:
    found = []
    for record, body, beside_ in conn.execute(_OF_SUBJECT, (lab, subject)):
        at, said = records.decode(body)
        if standing.is_right(said):
            found.append(Said(RecordId.of(record), at, said, standing.read_beside(beside_)))
    return found


_OF_SUBJECT = "SELECT record, body, beside FROM rights WHERE lab = ? AND subject = ? ORDER BY arrived"
