"""What has happened at this gate, counted: a view of the journal that is read on and never from the start.

Used by whoever shows numbers every minute. The count stands in a file beside the books, with the record
that it reaches to; it is a view, so a lost or spoilt file costs one reading of the journal and nothing
else. It holds ids of machines and records, never a member or a badge.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from fabgate import records
from fabgate.errors import StoreError
from fabgate.model import Origin, RecordId
from fabgate.records import (
    Body,
    GateStarted,
    Refused,
    SessionStarted,
    SessionStopped,
    TroubleBegan,
    TroubleOver,
)
from fabgate.store.faults import told
from fabgate.store.files import GROUP_MODE, whole
from fabgate.store.slices import own_epochs, rows
from fabgate.store.writer import SEQ_BITS, SEQ_MASK

TALLY = "tally.json"
_FORM = 1
_COUNTED = tuple(
    body.kind for body in (GateStarted, Refused, SessionStarted, SessionStopped, TroubleBegan, TroubleOver)
)
_HASH = "SELECT hash FROM journal WHERE position = ?"
_LAST = "SELECT position, hash FROM journal WHERE position BETWEEN ? AND ? ORDER BY position DESC LIMIT 1"

By = tuple[str, str]  # a machine, and why or what


@dataclass(slots=True)
class Tally:
    """What the journal tells up to the record at `position`, whose hash is `hash`.

    `sessions` by machine and why they ended, `powered_ms` by machine, `refusals` by machine and code;
    `open` the machine of each session that has no end yet; `troubles` of the present run.
    """

    position: int = 0
    hash: str = ""
    sessions: Counter[By] = field(default_factory=Counter)
    powered_ms: Counter[str] = field(default_factory=Counter)
    refusals: Counter[By] = field(default_factory=Counter)
    open: dict[str, str] = field(default_factory=dict)
    troubles: set[By] = field(default_factory=set)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The count as it was last saved; an empty one where there is none that can be read."""
        try:
            said = json.loads((folder / TALLY).read_bytes())
            return cls._of(said) if said["form"] == _FORM else cls()
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    @classmethod
    def _of(cls, said: dict[str, Any]) -> Self:
        """Raises ValueError, KeyError, TypeError or AttributeError for what is no count."""
        return cls(
            int(said["position"]),
            str(said["hash"]),
            Counter({(str(one), str(two)): int(number) for one, two, number in said["sessions"]}),
            Counter({str(machine): int(ms) for machine, ms in said["powered_ms"].items()}),
            Counter({(str(one), str(two)): int(number) for one, two, number in said["refusals"]}),
            {str(record): str(machine) for record, machine in said["open"].items()},
            {(str(one), str(two)) for one, two in said["troubles"]},
        )

    def save(self, folder: Path) -> None:
        """Keep the count for the next reading; where it cannot be kept, the next one reads more."""
        with contextlib.suppress(StoreError), whole(folder / TALLY, GROUP_MODE) as file:
            file.write(json.dumps(self._said(), separators=(",", ":")).encode())

    def read_on(self, conn: sqlite3.Connection) -> None:
        """Count what was written since; from the start where this journal is not the one counted.

        Raises StoreCorrupt.
        """
        if not self._fits(conn):
            empty = type(self)()
            for name in self.__slots__:
                setattr(self, name, getattr(empty, name))
        for number, origin in own_epochs(conn):
            self._read_epoch(conn, number, origin)

    def _fits(self, conn: sqlite3.Connection) -> bool:
        """Whether the record that was last counted is still there: books may have been restored."""
        with told:
            found = conn.execute(_HASH, (self.position,)).fetchone()
        return found is not None and bytes(found[0]).hex() == self.hash

    def _read_epoch(self, conn: sqlite3.Connection, number: int, origin: Origin) -> None:
        base = number << SEQ_BITS
        after = max(self.position - base, 0)
        with told:  # before the reading: what is written meanwhile is the next one's
            last = conn.execute(_LAST, (base + after + 1, base | SEQ_MASK)).fetchone()
        if last is None:
            return
        for position, body in rows(conn, number, after, _COUNTED):
            if position <= last[0]:
                self._take(RecordId(origin, position & SEQ_MASK), body)
        self.position, self.hash = last[0], bytes(last[1]).hex()

    def _take(self, record: RecordId, text: str | None) -> None:
        """Count one record; one that cannot be read is the audit's to name."""
        with contextlib.suppress(ValueError):
            self._count(record, records.decode(text or "")[1])

    def _count(self, record: RecordId, said: Body) -> None:
        match said:
            case SessionStarted(machine=machine):
                self.open[str(record)] = machine
            case SessionStopped(machine=machine, why=why, length_ms=length_ms, session=session):
                self.open.pop(session, None)
                self.sessions[machine, why] += 1
                self.powered_ms[machine] += length_ms
            case Refused(machine=machine, code=code, count=count):
                self.refusals[machine, code] += count
            case TroubleBegan(machine=machine, trouble=trouble):
                self.troubles.add((machine, trouble))
            case TroubleOver(machine=machine, trouble=trouble):
                self.troubles.discard((machine, trouble))
            case GateStarted():
                self.troubles.clear()
            case _:
                pass

    def _said(self) -> dict[str, Any]:
        return {
            "form": _FORM,
            "position": self.position,
            "hash": self.hash,
            "sessions": [[*by, number] for by, number in self.sessions.items()],
            "powered_ms": dict(self.powered_ms),
            "refusals": [[*by, number] for by, number in self.refusals.items()],
            "open": self.open,
            "troubles": sorted(self.troubles),
        }
