"""The outbox of a gate: a cursor on its journal for each of its own epochs (decision 0026).

What is sent is always read from the journal, never kept from before, so that a restart, a lost
message and a hub that forgot are one and the same case: the hub says what it has, and what comes
after that is sent. Its word is absolute and moves the cursor both ways. A broker's word that it took a
message counts for nothing; its word that nobody listens ends the sending for a while (law 7).
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from fabgate.link.pace import Pace
from fabgate.link.port import Fate, Port
from fabgate.model import Clock
from fabgate.store import outgoing
from fabgate.store.outgoing import Outgoing, Reach
from fabgate.wire.forms import FULL, MOST
from fabgate.wire.journal import Ack, Batch, Blank, NoteLine, Notes, size
from fabgate.wire.marks import OriginMark
from fabgate.wire.topics import JOURNAL, NOTES, Topic

WINDOW = 4  # batches on their way that the hub has not acknowledged
CHUNK = 25  # records that are read at once: between two such reads the clock is looked at
WORK_MS = 2  # of work in one turn (a tap must not starve)


class Word(Enum):
    """What an acknowledgement meant here."""

    TAKEN = auto()
    UNKNOWN = auto()  # of an epoch that these books never had
    FORKED = auto()  # the hub holds something else than these books say


@dataclass(slots=True)
class Track:
    """One epoch on its way: `held` and `noted` as the hub said last (`held` None: not yet, on this
    connection), `sent` and `told` how far records and notes were published since."""

    reach: Reach
    patience: Pace
    held: int | None = None
    noted: int = 0
    sent: int = 0
    told: int = 0
    batches: deque[int] = field(default_factory=deque)  # the last seq of each that is on its way
    shut: str = ""  # why nothing of it is sent any more, until the next connection

    @property
    def number(self) -> int:
        return self.reach.number

    @property
    def behind(self) -> int:
        """How many records the hub is not known to have."""
        return self.reach.seq - (self.held or 0)

    @property
    def underway(self) -> bool:
        """Whether something is sent that the hub has not acknowledged."""
        return self.held is not None and (self.sent > self.held or self.told > self.noted)

    def forget(self) -> None:
        """Whatever was sent may be lost, and nobody has said yet what the hub has."""
        self.held = None
        self.rewind(0, 0)

    def rewind(self, seq: int, noted: int) -> None:
        self.sent, self.told = seq, noted
        self.batches.clear()
        self.patience.rest()


class Outbox:
    """Sends this gate's journal to its hub. Used by the link's thread."""

    def __init__(self, lab: str, gate: str, port: Port, clock: Clock, chance: Callable[[], float]) -> None:
        self._journal, self._notes = str(Topic(lab, gate, JOURNAL)), str(Topic(lab, gate, NOTES))
        self._port, self._clock, self._chance = port, clock, chance
        self._tracks: dict[str, Track] = {}
        self._numbers: dict[int, Track] = {}  # published, and nothing heard of it yet
        self._pause = Pace(chance)  # nobody listens, or the broker would not take it
        self.trouble: Fate | None = None  # why it pauses

    # --- what there is to send

    def look(self, conn: sqlite3.Connection) -> None:
        """See how far each own epoch is written now."""
        for reach in outgoing.reaches(conn):
            track = self._tracks.get(reach.epoch)
            if track is None:
                self._tracks[reach.epoch] = Track(reach, Pace(self._chance))
            else:
                track.reach = reach

    def marks(self) -> tuple[OriginMark, ...]:
        """What the hello says of each own epoch, the present one last."""
        reaches = (track.reach for track in self._tracks.values())
        return tuple(OriginMark(r.epoch, r.seq, r.hash.hex() if r.seq else "") for r in reaches)

    @property
    def behind(self) -> int:
        """How many records the hub is not known to have."""
        return sum(track.behind for track in self._tracks.values())

    @property
    def unheard(self) -> bool:
        """Whether the hub has yet to say what it has."""
        return any(track.held is None and not track.shut for track in self._tracks.values())

    @property
    def shut(self) -> list[tuple[str, str]]:
        """The epochs that are not sent any more on this connection, and why."""
        return [(epoch, track.shut) for epoch, track in self._tracks.items() if track.shut]

    @property
    def present(self) -> str | None:
        """The epoch that is written now."""
        return next(reversed(self._tracks), None)

    # --- what is heard

    def begin(self) -> None:
        """A new connection, or a hub that began anew: what it has is asked again."""
        self._numbers.clear()
        self.resume()
        for track in self._tracks.values():
            track.shut = ""
            track.forget()

    def resume(self) -> None:
        """A hub is there: what was put off for want of one goes on."""
        self._pause.rest()
        self.trouble = None

    def delivered(self, number: int, fate: Fate) -> None:
        """The broker's word on a message: `ok` means little, anything else that it went nowhere."""
        of = self._numbers.pop(number, None)
        if of is None or fate is Fate.OK:
            return
        if fate is Fate.TOO_LARGE:  # the next try would be no smaller: everything else still goes
            of.shut = "unsendable"
            return
        self.trouble = fate
        for track in self._tracks.values():
            if track.held is not None:
                track.rewind(track.held, track.noted)
        if self._pause.due_ms is None or self._pause.is_due(self._now_ms()):
            self._pause.wait(self._now_ms())

    def acknowledged(self, conn: sqlite3.Connection, ack: Ack) -> Word:
        """The hub's word: go on from there, be it further on or further back."""
        track = self._tracks.get(ack.epoch)
        if track is None:
            return Word.UNKNOWN
        own = outgoing.hash_of(conn, track.number, ack.seq)
        if own is None or (ack.seq > 0 and own.hex() != ack.hash):
            track.shut = "forked"
            return Word.FORKED
        self.resume()
        self._move(track, ack.seq, min(ack.noted, ack.seq))
        return Word.TAKEN

    def _move(self, track: Track, seq: int, noted: int) -> None:
        before, said = track.held, track.noted
        track.held, track.noted = seq, noted
        if before is None or seq < before or noted < said:
            track.rewind(seq, noted)
        track.sent, track.told = max(track.sent, seq), max(track.told, noted)
        while track.batches and track.batches[0] <= seq:
            track.batches.popleft()
        if not track.underway:
            track.patience.rest()
        elif before is None or seq > before or noted > said:
            track.patience.again(self._now_ms())

    # --- what is said

    def turn(self, conn: sqlite3.Connection) -> int | None:
        """Send one batch, with its notes, if one may go now.

        Gives the milliseconds until there is something to do again: 0 at once (a backlog), None only
        when something is heard or written. Raises StoreError where the journal cannot be read.
        """
        now_ms = self._now_ms()
        for track in self._tracks.values():
            if track.underway and track.patience.is_due(now_ms):
                self._send_again(track, now_ms)
        if self._pause.is_waiting(now_ms):
            return (self._pause.due_ms or now_ms) - now_ms
        for track in self._tracks.values():
            if not track.shut and track.held is not None and self._advance(conn, track):
                if not track.patience.is_waiting(now_ms):
                    track.patience.wait(now_ms)
                return 0
        waits = [track.patience.due_ms for track in self._tracks.values() if track.underway]
        return min((max(0, due - now_ms) for due in waits if due is not None), default=None)

    def _send_again(self, track: Track, now_ms: int) -> None:
        """The hub has not moved on for too long: all that it is not known to have is on its way no more."""
        assert track.held is not None, "nothing is under way before the hub has said what it has"
        track.sent, track.told = track.held, track.noted
        track.batches.clear()
        track.patience.wait(now_ms)

    def _advance(self, conn: sqlite3.Connection, track: Track) -> bool:
        """Whether something was sent: notes that are late, or the next batch and its notes."""
        try:
            if track.told < track.sent and track.told - track.noted < WINDOW * MOST:
                self._send_notes(conn, track)
                return True
            if track.sent < track.reach.seq and len(track.batches) < WINDOW:
                self._send_batch(conn, track)
                if track.told - track.noted < WINDOW * MOST:
                    self._send_notes(conn, track)
                return True
        except ValueError:  # a record that no message can carry: everything else still goes
            track.shut = "unsendable"
        return False

    def _send_batch(self, conn: sqlite3.Connection, track: Track) -> None:
        previous = outgoing.hash_of(conn, track.number, track.sent)
        rows = list(self._slice(conn, track))
        if previous is None or not rows or rows[0].seq != track.sent + 1:
            raise ValueError("the journal has a hole")
        bodies = tuple(_carried(row) for row in rows)
        batch = Batch(track.reach.epoch, rows[0].seq, previous.hex(), rows[-1].hash.hex(), bodies)
        self._numbers[self._port.publish(self._journal, batch.encode())] = track
        track.sent = rows[-1].seq
        track.batches.append(track.sent)

    def _slice(self, conn: sqlite3.Connection, track: Track) -> Iterator[Outgoing]:
        """The records of the next batch: as many as a message takes, or as the time of a turn allows."""
        since_ms, after, count, filled = self._now_ms(), track.sent, 0, 0
        while count < MOST and (count == 0 or self._now_ms() - since_ms < WORK_MS):
            found = outgoing.rows(conn, track.number, after, min(CHUNK, MOST - count))
            if not found:
                return
            for row in found:
                filled += size(_carried(row)) + 1
                if row.seq != after + 1 or (count and filled > FULL):
                    return
                after, count = row.seq, count + 1
                yield row

    def _send_notes(self, conn: sqlite3.Connection, track: Track) -> None:
        """All notes of the records that were sent, none of them before its record."""
        first, last = track.told + 1, min(track.sent, track.told + MOST)
        lines = tuple(
            NoteLine(note.seq, note.kind, note.text)
            for note in outgoing.notes(conn, track.number, first, last)
        )
        for piece in Notes(track.reach.epoch, first, last, lines).pieces():
            self._numbers[self._port.publish(self._notes, piece.encode())] = track
        track.told = last

    def _now_ms(self) -> int:
        return self._clock.now().boot_ms


def _carried(row: Outgoing) -> str | Blank:
    return Blank((row.body_hash or b"").hex()) if row.body is None else row.body
