"""What the hub reads out of a gate's records while it takes them: rights, purges, money, what runs now.

A part of `heard`, in a file of its own.
"""

from __future__ import annotations

from collections.abc import Collection

from fabgate import records
from fabgate.model import Origin, RecordId
from fabgate.records import GateStarted, Purged, SessionStarted, SessionStopped
from fabgate.rules import standing
from fabgate.store import journal, money_views, rights, sound
from fabgate.store.writer import Pen


def gate_of(origin: Origin) -> str:
    """How the names of all epochs of its gate begin."""
    return origin.rpartition("/")[0] + "/"


SEEN = {
    SessionStarted.kind,
    SessionStopped.kind,
    GateStarted.kind,
    Purged.kind,
    *standing.KINDS,
    *money_views.KINDS,
}


class Views:
    """Shown each record of a kind in `SEEN`, in order; `write` at the end. `rights` counts those that give or
    take a right, `odd` tells of those that could not be put into the set."""

    def __init__(self, pen: Pen, origin: Origin, base: int) -> None:
        self._pen, self._origin, self._base = pen, origin, base
        self._started: dict[str, tuple[int, str]] = {}  # those that end in the same batch are never written
        self._stopped: list[str] = []
        self.odd: list[str] = []
        self.rights = 0

    def see(self, seq: int, said: sound.Said, body: str | bytes, link: bytes) -> None:
        record = RecordId(self._origin, seq)
        match said["kind"]:
            case SessionStarted.kind:
                self._started[str(record)] = (self._base + seq, said["machine"])
            case SessionStopped.kind:
                if self._started.pop(said["session"], None) is None:
                    self._stopped.append(said["session"])
            case GateStarted.kind:  # a gate that starts has nothing running
                self._started.clear()
                self._pen.execute(_NOTHING_RUNS, (self._pen.lab, self._origin.split("/")[1]))
            case Purged.kind:
                self._blank(said["first"], min(said["last"], seq - 1), said.get("kinds", ()))
            case kind if kind in money_views.KINDS:
                _, money = records.decode(str(body))
                money_views.keep(self._pen, self._base + seq, record, money)
            case _ if isinstance(body, str):
                self.rights += 1
                outcome = rights.take(self._pen, record, link, body)
                if isinstance(outcome, rights.Differs | rights.Unfit):
                    self.odd.append(f"record {record} is known with another content")

    def _blank(self, first: int, last: int, kinds: Collection[str]) -> None:
        """What the gate erased is erased here too; but who worked where, only when the books are done with
        it: a gate knows nothing of months that are closed."""
        journal.blank(self._pen, self._base, first, last, kinds, but=journal.USAGES)

    def write(self) -> None:
        for session in self._stopped:
            # Only of the gate that says so: nobody ends another's session in these books.
            if session.startswith(gate_of(self._origin)):
                position = journal.position(self._pen.conn, RecordId.of(session))
                self._pen.execute("DELETE FROM open_sessions WHERE position = ?", (position,))
        for position, machine in self._started.values():
            self._pen.execute(
                "INSERT INTO open_sessions (position, lab, machine) VALUES (?, ?, ?)",
                (position, self._pen.lab, machine),
            )


_NOTHING_RUNS = """\
DELETE FROM open_sessions WHERE lab = ?
AND position >> 40 IN (SELECT id FROM origins WHERE gate = ? AND lab = lab())"""
