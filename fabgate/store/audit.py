"""Is the journal what was written? Every link of the chain, computed again (law 12).

Part of `journal`, in a file of its own. A body may be missing only where a purge record of the
same origin says so; anything else that differs is named, and the reading goes on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from fabgate import records
from fabgate.model import Origin, RecordId
from fabgate.store import chain
from fabgate.store.faults import told
from fabgate.store.slices import all_epochs, last_position
from fabgate.store.writer import SEQ_BITS, SEQ_MASK

_PAGE = 4_096

# All as bytes: a damaged text is no text any more, and Python could not read it as one.
_READ = """\
SELECT position, CAST(lab AS BLOB), CAST(hash AS BLOB), CAST(body AS BLOB), CAST(body_hash AS BLOB)
FROM journal WHERE position > ? AND position <= ? ORDER BY position LIMIT ?"""

_NOTES_ONLY = ("notes",)
_PURGE = f'{{"kind":"{records.Purged.kind}"'.encode()

Row = tuple[int, bytes, bytes, bytes | None, bytes | None]


def _gate_of(origin: Origin) -> str:
    return origin.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Break:
    """One record that is not what its chain says, and what is wrong with it."""

    record: RecordId
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many records were checked, and those found broken, in their order."""

    checked: int
    broken: tuple[Break, ...] = ()

    @property
    def sound(self) -> bool:
        return not self.broken


@told
def verify(conn: sqlite3.Connection, last: int | None = None) -> Verdict:
    """Check chain and bodies of the whole journal, or of the `last` records of the present epoch; in the
    books of a hub, of every gate's newest epoch too.

    The first record of a part is taken at its word for the one before it. What a hub holds of its gates
    must end where it says that it does. That a journal of its own was cut off at its end shows no break
    here; `db.check` may see it, and the hub would. Raises StoreCorrupt when the file cannot be read.
    """
    origins = {
        number: Origin(f"{lab}/{gate}/{epoch}")
        for number, lab, gate, epoch in conn.execute("SELECT id, lab, gate, epoch FROM origins ORDER BY id")
    }
    own = frozenset(number for (number,) in conn.execute("SELECT id FROM origins WHERE own = 1"))
    audit = _Audit(origins, own=own)
    for end in conn.execute(_ENDS, {"bits": SEQ_BITS, "mask": SEQ_MASK}):
        audit.end(*end)
    for after, upto in [_WHOLE] if last is None else _parts(conn, last):
        audit.begin(after, conn.execute(_HASH, (after,)).fetchone())
        for row in _rows(conn, after, upto):
            audit.read(*row)
    if audit.unexcused():
        for position, body in conn.execute(_ELSEWHERE):
            audit.elsewhere(position, body)
    return audit.verdict()


# Such a record stands in another journal than the bodies that it excuses: rare, and looked for last.
_ELSEWHERE = "SELECT position, CAST(body AS BLOB) FROM journal WHERE kind = 'purge.of'"


_WHOLE = (-1, (1 << 63) - 1)
_HASH = "SELECT CAST(hash AS BLOB) FROM journal WHERE position = ?"
# One statement sees one moment: a hub goes on taking records in meanwhile.
_ENDS = """\
SELECT o.id, h.seq, CAST(h.hash AS BLOB),
(SELECT max(position) FROM journal WHERE position BETWEEN o.id << :bits AND (o.id << :bits) + :mask),
(SELECT CAST(hash AS BLOB) FROM journal WHERE position = (o.id << :bits) + h.seq)
FROM origins AS o LEFT JOIN heard AS h ON h.origin = o.id WHERE o.own = 0 ORDER BY o.id"""


def _parts(conn: sqlite3.Connection, last: int) -> Iterator[tuple[int, int]]:
    """The positions before and up to the `last` records of each newest epoch, this store's own first."""
    for epochs in all_epochs(conn).values():
        number, _ = epochs[-1]
        end = last_position(conn, number)
        yield max(end - last, end & ~SEQ_MASK), number << SEQ_BITS | SEQ_MASK


def _rows(conn: sqlite3.Connection, after: int, upto: int) -> Iterator[Row]:
    """Page by page: each is one short read, and writers go on in between."""
    while page := conn.execute(_READ, (after, upto, _PAGE)).fetchall():
        yield from page
        # A damaged page may hold its records in any order: never go back.
        after = max(after, *(row[0] for row in page))


@dataclass(slots=True)
class _Audit:
    """The reading of one journal, record by record in the order of their positions."""

    origins: dict[int, Origin]
    checked: int = 0
    at: int = 0  # the position before
    before: bytes | None = chain.ROOT  # its hash as stored; None when that record is not there
    instead: bytes | None = chain.ROOT  # its hash as it should have been
    broken: dict[int, str] = field(default_factory=dict)
    blank: list[int] = field(default_factory=list)
    purges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    own: frozenset[int] = frozenset()  # the numbers of this store's own epochs

    def end(
        self, number: int, seq: int | None, noted: bytes | None, last: int | None, stored: bytes | None
    ) -> None:
        """Compare the end of a gate's journal with what is noted of it; `last`: where it ends."""
        base = number << SEQ_BITS
        ends = (last or base) & SEQ_MASK
        if seq is None or noted is None:
            self._break(base + ends, "nothing is noted of how far this journal is held")
        elif ends < seq:
            self._break(base + ends + 1, f"it and all up to {seq} are missing at the end, and were held")
        elif ends > seq:
            self._break(base + seq + 1, "it stands behind the end that is noted")
        elif stored != noted and seq:
            self._break(base + seq, "its hash is not the one that is noted")

    def begin(self, at: int, found: tuple[bytes] | None) -> None:
        """Start in the middle of a journal, behind the record at `at`; or before the first of all."""
        if at >= 0 and at & SEQ_MASK:
            self.at = at if found else at - 1
            self.before = self.instead = found[0] if found else None

    def read(
        self, position: int, lab: bytes, stored: bytes, body: bytes | None, blanked: bytes | None
    ) -> None:
        self.checked += 1
        origin = self.origins.get(position >> SEQ_BITS)
        if origin is None:
            self._break(position, "it belongs to no origin that this store knows")
            return
        if position >> SEQ_BITS != self.at >> SEQ_BITS:
            self.at = position & ~SEQ_MASK
            self.before = self.instead = chain.ROOT
        if position != self.at + 1:
            self._gap(position)
        if lab != origin.partition("/")[0].encode():
            self._break(position, "it bears the name of another lab")
        if (body is None) == (blanked is None):
            self._break(position, "it has neither a body nor a blank, or both")
        if body is None:
            self.blank.append(position)
        self._link(origin, position, stored, blanked or b"" if body is None else chain.body_hash(body))
        if body is not None and body.startswith(_PURGE) and position not in self.broken:
            self._purge(position, body)
        self.at = position

    def _link(self, origin: Origin, position: int, stored: bytes, hashed: bytes) -> None:
        seq = position & SEQ_MASK
        should: bytes | None = None
        if self.before is not None:
            should = chain.link(origin, seq, self.before, hashed)
        if stored != should and self.instead is not None and self.instead != self.before:
            # The hash before was altered, and was told already: this record may still be right.
            should = chain.link(origin, seq, self.instead, hashed)
        if should is not None and stored != should:
            self._break(position, "its hash does not fit its body and the record before it")
        self.before, self.instead = stored, should

    def _purge(self, position: int, body: bytes) -> None:
        try:
            _, said = records.decode(body.decode())
        except ValueError:
            return
        if isinstance(said, records.Purged) and said.last < position & SEQ_MASK and said.kinds != _NOTES_ONLY:
            self.purges.setdefault(position >> SEQ_BITS, []).append((said.first, said.last))

    def elsewhere(self, position: int, body: bytes) -> None:
        """A purge of another epoch's records: of whatever origin where this store wrote it itself, else of
        the same gate's."""
        writer = self.origins.get(position >> SEQ_BITS)
        try:
            _, said = records.decode(body.decode())
        except ValueError:
            return
        if writer is None or position in self.broken or not isinstance(said, records.PurgedElsewhere):
            return
        own = position >> SEQ_BITS in self.own or _gate_of(writer) == _gate_of(Origin(said.origin))
        number = {name: number for number, name in self.origins.items()}.get(Origin(said.origin))
        if own and number is not None and said.kinds != _NOTES_ONLY:
            self.purges.setdefault(number, []).append((said.first, said.last))

    def _gap(self, position: int) -> None:
        missing, ends = self.at + 1 & SEQ_MASK, position - 1 & SEQ_MASK
        if position <= self.at:
            self._break(position, "it does not stand in its place")
        elif missing < ends:
            self._break(self.at + 1, f"records {missing} to {ends} are missing")
        else:
            self._break(self.at + 1, "it is missing")
        self.before = self.instead = None

    def _break(self, position: int, what: str) -> None:
        self.broken.setdefault(position, what)

    def unexcused(self) -> list[int]:
        """The records without a body that no purge says why of, as far as purges were read."""
        found = []
        for position in self.blank:
            ranges = self.purges.get(position >> SEQ_BITS, ())
            if not any(first <= position & SEQ_MASK <= last for first, last in ranges):
                found.append(position)
        return found

    def verdict(self) -> Verdict:
        for position in self.unexcused():
            self._break(position, "its body is missing, and no purge record says why")
        return Verdict(self.checked, tuple(self._told(position) for position in sorted(self.broken)))

    def _told(self, position: int) -> Break:
        origin = self.origins.get(position >> SEQ_BITS, Origin(f"?/?/{position >> SEQ_BITS}"))
        return Break(RecordId(origin, position & SEQ_MASK), self.broken[position])
