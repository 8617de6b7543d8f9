"""What payers did at this gate that was not in their state yet: read on from the journal, and kept in memory.

Used by whoever answers taps, in its own thread. A state says how far this gate's journal is in it; so what
stands behind that is taken off once, and nothing twice. Nothing is written, and nothing is read where
nobody has a state.
"""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from fabgate import records
from fabgate.model import Level, Moment, RecordId
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rules.credit import Used
from fabgate.rules.states import MAINTENANCE
from fabgate.store.slices import last_position, own_epochs, rows
from fabgate.store.writer import SEQ_MASK

FAR = 1 << 16  # records: what lies further back is in every state, or the gate was never heard of
SLICE = 2_048
_MOST = 512  # sessions of one payer
_KINDS = (SessionStarted.kind, SessionStopped.kind)

Read = Mapping[str, int]
"""How far each epoch is in a state: its name -> `seq`."""


@dataclass(frozen=True, slots=True)
class _Ended:
    origin: str
    seq: int
    used: Used


@dataclass(slots=True)
class Spent:
    """The sessions of this gate by who pays. `of` reads on first, so its answer is as new as the books."""

    _ended: dict[str, deque[_Ended]] = field(default_factory=dict)
    _open: dict[str, tuple[Moment, SessionStarted]] = field(default_factory=dict)
    _read: dict[int, int] = field(default_factory=dict)  # by the number of an epoch, up to which `seq`
    _warm: bool = False

    def of(self, conn: sqlite3.Connection, payer: str, read: Read, as_of_ms: int, at: Moment) -> list[Used]:
        """What a payer used since a state that has read so far; of an epoch that it does not name, since it
        was told. What runs at `at` is among it, for as long as it has run by then."""
        self._read_on(conn)
        ended = [one.used for one in self._ended.get(payer, ()) if _is_new(one, read, as_of_ms)]
        return ended + [
            _used(said, opened, at.boot_ms - opened.boot_ms, None)
            for opened, said in self._open.values()
            if _payer(said) == payer and opened.boot == at.boot and _counts(said)
        ]

    def warm(self, conn: sqlite3.Connection) -> None:
        """Read on by a slice, for who has time: then the first tap need not read it all."""
        if not self._warm:
            self._warm = not self._read_on(conn, SLICE)

    def _read_on(self, conn: sqlite3.Connection, at_most: int = 1 << 40) -> bool:
        """Read what is unread, or about so many records of it; whether more is left."""
        for number, origin in own_epochs(conn):
            end = last_position(conn, number) & SEQ_MASK
            if number not in self._read:
                self._read[number] = max(_oldest(conn, origin), end - FAR)
            # What is written meanwhile is the next reading's: each record is to count once.
            upto = min(end, self._read[number] + at_most)
            for position, body in rows(conn, number, self._read[number], _KINDS):
                if position & SEQ_MASK > upto:
                    break
                with suppress(ValueError, TypeError):  # what cannot be read the audit names
                    self._take(RecordId(origin, position & SEQ_MASK), *records.decode(body or ""))
            self._read[number] = max(upto, self._read[number])
            if upto < end:
                return True
        return False

    def _take(self, record: RecordId, at: Moment, said: records.Body) -> None:
        if isinstance(said, SessionStarted):
            self._open[str(record)] = (at, said)
        elif isinstance(said, SessionStopped) and said.session in self._open:
            opened, begun = self._open.pop(said.session)
            if said.charged and _counts(begun):
                length_ms = max(0, said.length_ms - said.blind_ms)
                used = _used(begun, opened, length_ms, said.busy_ms)
                kept = self._ended.setdefault(_payer(begun), deque(maxlen=_MOST))
                kept.append(_Ended(record.origin, record.seq, used))


def reads(text: str) -> dict[str, int]:
    """How far each epoch is in a state, out of the JSON of its texts; what is none is passed over."""
    found: dict[str, int] = {}
    for name in json.loads(text):
        with suppress(ValueError):
            record = RecordId.of(name)
            found[record.origin] = record.seq
    return found


def _oldest(conn: sqlite3.Connection, origin: str) -> int:
    """From where on anybody's state wants to know of this epoch."""
    told = [reads(text).get(origin, 0) for (text,) in conn.execute(_STATES)]
    return min(told, default=0)


_STATES = "SELECT read FROM account_states WHERE lab = lab()"


def _is_new(one: _Ended, read: Read, as_of_ms: int) -> bool:
    upto = read.get(one.origin)
    return one.seq > upto if upto is not None else one.used.ended_s * 1000 > as_of_ms


def _payer(said: SessionStarted) -> str:
    return said.payer or said.member


def _counts(said: SessionStarted) -> bool:
    """Neither maintenance nor a gate that only looks on costs anybody anything."""
    return said.purpose != MAINTENANCE and not said.would


def _used(said: SessionStarted, opened: Moment, length_ms: int, busy_ms: int | None) -> Used:
    seconds, started_s = max(0, length_ms) // 1000, opened.wall_ms // 1000
    supervised = said.level == Level.TRAINEE.word and said.sponsor is not None
    busy_s = None if busy_ms is None else busy_ms // 1000
    return Used(said.machine, said.purpose, supervised, started_s, started_s + seconds, seconds, busy_s)
