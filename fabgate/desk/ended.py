"""The usages between two marks of all journals, read quickly: plain ones from their texts.

All others go by the ledger. Which start and stop belong together is the ledger's rule: the first stop of a
session counts, and only one that its own gate has written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from sqlite3 import Connection

from fabgate.charges import Worked
from fabgate.model import Origin
from fabgate.records import SessionStarted
from fabgate.rules import plain
from fabgate.rules.ledger import KINDS, Ledger, Session, Syncs, Usage
from fabgate.store import journal

_START = f'{{"kind":"{SessionStarted.kind}"'


@dataclass(slots=True)
class Reading:
    """One reading, from `after` to `upto` by origin. `said`: sessions of which somebody has said something;
    they are not plain. `now_s`: as for `closing.in_the_way`."""

    conn: Connection
    after: Mapping[str, int]
    upto: Mapping[str, int]
    syncs: Syncs
    said: Collection[str]
    now_s: int | None
    _open: dict[str, tuple[Origin, int, str]] = field(default_factory=dict)

    def ended(self) -> Iterator[Usage | Worked]:
        """What ended, as soon as its stop is read. Raises ChainBroken, StoreCorrupt."""
        for origin, seq, text in journal.texts(self.conn, self.after, self.upto, KINDS):
            if text is None:
                continue
            if text.startswith(_START):
                self._open[f"{origin}#{seq}"] = origin, seq, text
            else:
                yield from self._stopped(origin, seq, text)

    def still_open(self) -> tuple[Session, ...]:
        """What began and has not ended in what was read, in the order of their starts."""
        ledger = Ledger(self.syncs)
        for one in self._open.values():
            for _ in ledger.usages([journal.entry_of(*one)]):
                pass
        return ledger.still_open()

    def _stopped(self, origin: Origin, seq: int, text: str) -> Iterator[Usage | Worked]:
        try:
            ended = plain.read(text)
            session = str(ended.get("session"))
        except ValueError:
            journal.entry_of(origin, seq, text)  # says which record it is
            raise
        begun = self._open.get(session)
        if begun is None or _gate(begun[0]) != _gate(origin):
            return
        del self._open[session]
        work = None
        if session not in self.said:
            work = plain.worked(session, f"{origin}#{seq}", begun[2], ended, self.now_s)
        if work is not None:
            yield work
        else:
            entries = [journal.entry_of(*begun), journal.entry_of(origin, seq, text)]
            yield from Ledger(self.syncs).usages(entries)


def _gate(origin: str) -> str:
    return origin.rpartition("/")[0]
