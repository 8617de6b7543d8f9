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
from fabgate.store.writer import SEQ_BITS, SEQ_MASK

_PAGE = 4_096

# All as bytes: a damaged text is no text any more, and Python could not read it as one.
_READ = """\
SELECT position, CAST(lab AS BLOB), CAST(hash AS BLOB), CAST(body AS BLOB), CAST(body_hash AS BLOB)
FROM journal WHERE position > ? ORDER BY position LIMIT ?"""

_PURGE = f'{{"kind":"{records.Purged.kind}"'.encode()

Row = tuple[int, bytes, bytes, bytes | None, bytes | None]


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
    """Check chain and bodies of the whole journal, or of the `last` records of the present epoch.

    The first record of a part is taken at its word for the one before it. A journal that was cut
    off at its end shows no break here; `db.check` may see it, and the hub would. Raises StoreCorrupt
    when the file cannot be read.
    """
    origins = {
        number: Origin(f"{lab}/{gate}/{epoch}")
        for number, lab, gate, epoch in conn.execute("SELECT id, lab, gate, epoch FROM origins ORDER BY id")
    }
    audit = _Audit(origins)
    after = -1
    if last is not None:
        after = _part(conn, last)
        audit.begin(after, conn.execute(_HASH, (after,)).fetchone())
    for row in _rows(conn, after):
        audit.read(*row)
    return audit.verdict()


_HASH = "SELECT CAST(hash AS BLOB) FROM journal WHERE position = ?"


def _part(conn: sqlite3.Connection, last: int) -> int:
    """The position before the `last` records of the newest epoch."""
    end = conn.execute("SELECT max(position) FROM journal").fetchone()[0] or 0
    return int(max(end - last, end & ~SEQ_MASK))


def _rows(conn: sqlite3.Connection, after: int) -> Iterator[Row]:
    """Page by page: each is one short read, and writers go on in between."""
    while page := conn.execute(_READ, (after, _PAGE)).fetchall():
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

    def begin(self, at: int, found: tuple[bytes] | None) -> None:
        """Start in the middle of a journal, behind the record at `at`."""
        if at & SEQ_MASK:
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
        if isinstance(said, records.Purged) and said.last < position & SEQ_MASK:
            self.purges.setdefault(position >> SEQ_BITS, []).append((said.first, said.last))

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

    def verdict(self) -> Verdict:
        for position in self.blank:
            ranges = self.purges.get(position >> SEQ_BITS, ())
            if not any(first <= position & SEQ_MASK <= last for first, last in ranges):
                self._break(position, "its body is missing, and no purge record says why")
        return Verdict(self.checked, tuple(self._told(position) for position in sorted(self.broken)))

    def _told(self, position: int) -> Break:
        origin = self.origins.get(position >> SEQ_BITS, Origin(f"?/?/{position >> SEQ_BITS}"))
        return Break(RecordId(origin, position & SEQ_MASK), self.broken[position])
