"""The journal read backwards, a page at a time, for somebody who looks for something in it.

A page ends where it is full, and also where it has looked at so many records without being full: whoever
asks goes on from its mark. What is written meanwhile is newer than any mark, so the pages that follow stay
as they were.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fabgate.model import Origin
from fabgate.records import Entry
from fabgate.store import journal
from fabgate.store.faults import told
from fabgate.store.slices import Row, all_epochs, last_position
from fabgate.store.writer import SEQ_BITS, SEQ_MASK

AT_MOST = 250_000  # records that are looked at for one page: about a second
_WINDOW = 8_192  # of them in one read, so that the log can be folded in between
_ROWS = 64
_MARK = re.compile(r"\d{1,7}\.\d{1,13}(-\d{1,7}\.\d{1,13}){0,2000}")


@dataclass(frozen=True, slots=True)
class Sought:
    """What a record must be; what is left empty is not asked.

    `kinds`, and `but`, those that are passed over. `saying`: at most two texts that stand in the record as
    it is written, such as `"machine":"laser"`. `text`: stands in the record or in the reason or reference
    beside it, whatever the case of its letters. `gate`: whose journal. From `from_ms` (wall) on, and
    before `to_ms`: a record of a clock that was not right belongs where it stands among the others.
    """

    kinds: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()
    saying: tuple[str, ...] = ()
    text: str = ""
    gate: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Records, the newest first. `mark`: from where on the next page looks, None where nothing is left.

    `looked_ms` (wall): how far back was looked, where it ended because so many were looked at.
    """

    entries: tuple[Entry, ...]
    mark: str | None
    looked_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The positions of one epoch that are looked at: above `low`, up to `high`."""

    origin: Origin
    low: int
    high: int


@dataclass
class _Gate:
    """How far the journal of one gate was read: what stands below `below` is still to be looked at.

    `found`: what was read ahead. `wall_ms`: of the next of them; it never rises, whatever the clock said.
    """

    stretches: list[_Stretch]  # the newest last
    below: int
    found: deque[tuple[Origin, Row]] = field(default_factory=deque)
    head: Entry | None = None
    wall_ms: int = 1 << 62

    @property
    def resume(self) -> int | None:
        """Below which position the next page looks; None where nothing is left."""
        if self.found:
            return self.found[0][1][0] + 1
        return self.below if self.stretches else None

    def look(self) -> None:
        """Let the next of what was found be the head."""
        if self.head is None and self.found:
            origin, row = self.found[0]
            self.head = journal.entry_of(origin, *row)
            if self.head.at is not None:
                self.wall_ms = min(self.wall_ms, self.head.at.wall_ms)

    def take(self) -> Entry:
        assert self.head is not None, "only what was looked at is taken"
        taken, self.head = self.head, None
        self.found.popleft()
        return taken


def page(
    conn: sqlite3.Connection, sought: Sought, mark: str | None, most: int, at_most: int = AT_MOST
) -> Page:
    """The next `most` records that were sought, from a `mark` on or from the newest.

    Of several gates the newest comes first, as far as their clocks agree; those of one gate stay in their
    order. A mark that no page gave leads to no record. Raises ChainBroken, StoreCorrupt.
    """
    begin = None if mark is None else _read(mark)
    known = all_epochs(conn).items()
    gates = [_gate(conn, sought, epochs, begin) for name, epochs in known if sought.gate in (None, name)]
    look = _Look(conn, sought, at_most)
    entries: list[Entry] = []
    while look.ahead(gates):
        heads = [gate for gate in gates if gate.head is not None]
        if not heads:
            return Page(tuple(entries), None)
        if len(entries) == most:
            return Page(tuple(entries), _mark(gates))
        entries.append(max(heads, key=lambda gate: gate.wall_ms).take())
    return Page(tuple(entries), _mark(gates), _looked_ms(conn, gates))


def gates(conn: sqlite3.Connection) -> tuple[str, ...]:
    """Whose journals are in these books, their own first."""
    return tuple(all_epochs(conn))


class _Look:
    """Reads on in the journal of each gate until its next record is known, as far as one page may cost."""

    def __init__(self, conn: sqlite3.Connection, sought: Sought, at_most: int) -> None:
        self._conn, self._left = conn, at_most
        one, two, *_ = (*sought.saying, None, None)
        self._which = {
            "kinds": json.dumps(sorted(sought.kinds)) if sought.kinds else None,
            "but": json.dumps(sorted(sought.but)) if sought.but else None,
            "one": one,
            "two": two,
            "text": sought.text.casefold() or None,
        }
        self._found = _FOUND
        if not sought.text.isascii():  # SQLite knows the case of plain letters only, and is quicker with them
            conn.create_function("folded", 1, _folded, deterministic=True)
            self._found = _FOUND.replace("lower(", "folded(")

    def ahead(self, gates: Sequence[_Gate]) -> bool:
        """Whether of every gate its next record is known, or that there is none."""
        return all(self._next(gate) for gate in gates)

    def _next(self, gate: _Gate) -> bool:
        while not gate.found and gate.stretches:
            stretch = gate.stretches[-1]
            gate.below = min(gate.below, stretch.high + 1)
            if gate.below - 1 <= stretch.low:
                gate.stretches.pop()
            elif self._left <= 0:
                return False
            else:
                self._read(gate, stretch)
        gate.look()
        return True

    def _read(self, gate: _Gate, stretch: _Stretch) -> None:
        after = max(stretch.low, gate.below - 1 - _WINDOW)
        which = {**self._which, "after": after, "below": gate.below, "most": _ROWS}
        rows = _window(self._conn, self._found, which)
        down_to = rows[-1][0] if len(rows) == _ROWS else after + 1
        self._left -= gate.below - down_to
        gate.below = down_to
        gate.found.extend((stretch.origin, row) for row in rows)


@told
def _window(conn: sqlite3.Connection, found: str, which: Mapping[str, object]) -> list[Row]:
    return conn.execute(found, which).fetchall()


def _folded(text: str | None) -> str | None:
    return None if text is None else text.casefold()


_FOUND = """\
SELECT position, body FROM journal AS j WHERE position > :after AND position < :below
AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
AND (:but IS NULL OR kind IS NULL OR kind NOT IN (SELECT value FROM json_each(:but)))
AND (:one IS NULL OR instr(body, :one) > 0) AND (:two IS NULL OR instr(body, :two) > 0)
AND (:text IS NULL OR instr(lower(body), :text) > 0 OR EXISTS (SELECT 1 FROM notes AS n
WHERE n.position = j.position AND n.kind IN ('reason', 'ref') AND instr(lower(n.text), :text) > 0))
ORDER BY position DESC LIMIT :most"""


# --- where to look ------------------------------------------------------------------------------


def _gate(
    conn: sqlite3.Connection,
    sought: Sought,
    epochs: Sequence[tuple[int, Origin]],
    begin: Mapping[int, int] | None,
) -> _Gate:
    stretches = [_stretch(conn, sought, number, origin) for number, origin in epochs]
    if begin is None:
        return _Gate(stretches, stretches[-1].high + 1)
    below = next((begin[number] for number, _ in epochs if number in begin), None)
    return _Gate([], 0) if below is None else _Gate(stretches, below)


def _stretch(conn: sqlite3.Connection, sought: Sought, number: int, origin: Origin) -> _Stretch:
    low, high = number << SEQ_BITS, last_position(conn, number)
    if sought.to_ms is not None:
        _, high = _parted(conn, low, high, sought.to_ms)
    if sought.from_ms is not None:
        low, _ = _parted(conn, low, high, sought.from_ms)
    return _Stretch(origin, low, high)


def _parted(conn: sqlite3.Connection, low: int, high: int, wall_ms: int) -> tuple[int, int]:
    """The last position that is known to be before a time, and the last that may be.

    Between the two stand records of a clock that was not right. Only those that bear a right time are asked,
    of which each is later than the one before.
    """
    before, end = low, high + 1
    known = low
    while end - before > 1:
        middle = (before + end) // 2
        found = _dated(conn, before, middle)
        if found is None:
            before = middle
        elif found[1] < wall_ms:
            before, known = middle, found[0]
        else:
            end = found[0]
    return known, end - 1


@told
def _dated(conn: sqlite3.Connection, after: int, upto: int) -> tuple[int, int] | None:
    """The last record of a stretch that bears a right time: where it stands, and its wall time."""
    found: tuple[int, int] | None = conn.execute(_DATED, (after, upto)).fetchone()
    return found


_DATED = """\
SELECT position, json_extract(body, '$.wall') FROM journal WHERE position > ? AND position <= ?
AND body IS NOT NULL AND json_extract(body, '$.synced') ORDER BY position DESC LIMIT 1"""


# --- marks --------------------------------------------------------------------------------------


def _read(mark: str) -> Mapping[int, int]:
    """By the number of an origin, below which position to go on; nothing for what is no mark."""
    if not _MARK.fullmatch(mark):
        return {}
    parts = (tuple(map(int, part.split("."))) for part in mark.split("-"))
    return {number: (number << SEQ_BITS) + min(seq, SEQ_MASK) for number, seq in parts}


def _mark(gates: Sequence[_Gate]) -> str | None:
    places = [gate.resume for gate in gates if gate.resume is not None]
    return "-".join(f"{at >> SEQ_BITS}.{at & SEQ_MASK}" for at in places) or None


def _looked_ms(conn: sqlite3.Connection, gates: Sequence[_Gate]) -> int | None:
    """Down to which time all that was sought is on this page or one before."""
    found = (_time_at(conn, gate.below) for gate in gates if gate.stretches and not gate.found)
    return max((at for at in found if at is not None), default=None)


@told
def _time_at(conn: sqlite3.Connection, position: int) -> int | None:
    row = conn.execute(_TIME, (position, position | SEQ_MASK)).fetchone()
    return None if row is None else int(row[0])


_TIME = """\
SELECT json_extract(body, '$.wall') FROM journal WHERE position BETWEEN ? AND ? AND body IS NOT NULL
ORDER BY position LIMIT 1"""
