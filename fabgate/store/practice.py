"""How much members have worked on each skill: a view of the journal, read on in slices (R5, R8).

The table holds what the journal says up to a record of each epoch (`practice_read`); what came after
is read when somebody asks, so that an answer is exact, and no session writes a row of its own. An end
names its start, wherever that stands: an end in another epoch than its start's is remembered in
`practice_ends`, so that a session counts once, in whatever order a hub hears of it.

Charged sessions count, those that were found open after a crash too. What was taken back, workshops
and maintenance earn nothing, nor does whoever worked alone as a trainee.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from fabgate import records
from fabgate.charter import DAY_MS
from fabgate.model import Level, MemberId, Moment, Origin, RecordId, SkillId
from fabgate.records import SessionStarted, SessionStopped
from fabgate.rules.progress import Practice
from fabgate.rules.states import MAINTENANCE
from fabgate.store.faults import told
from fabgate.store.writer import SEQ_BITS, SEQ_MASK, Pen, Writer

SLICE = 2_048
BEHIND = 128  # records: to read through so many again takes a millisecond
TOLD_EVERY_MS = 7 * DAY_MS

Skilled = tuple[MemberId, SkillId]
Found = dict[Skilled, Practice]


def of(conn: sqlite3.Connection, member: MemberId, skill: SkillId) -> Practice:
    """How much a member has worked on a skill, up to the newest record here."""
    return of_all(conn, member).get((member, skill), Practice())


def of_member(conn: sqlite3.Connection, member: MemberId) -> dict[SkillId, Practice]:
    """The same of every skill that they have worked on."""
    return {skill: one for (_, skill), one in of_all(conn, member).items()}


@told
def of_all(conn: sqlite3.Connection, member: MemberId | None = None) -> Found:
    """The same of everybody, or of one member, by member and skill.

    What the view holds, with what it has not read yet, and at least what the hub said.
    """
    which = "" if member is None else " AND member = :member"
    given = {} if member is None else {"member": member}
    reading = _Reading(conn)
    reading.read(None)
    found = _rows(conn, _VIEW + which, given)
    for key, one in reading.found(member).items():
        found[key] = _plus(found.get(key, Practice()), one)
    for key, one in _rows(conn, _USES + which, given).items():
        found[key] = _most(found.get(key, Practice()), one)
    return found


class Worked:
    """Answers for several members at one moment: what the view has not read yet is read once, when needed."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._tail: _Reading | None = None

    def own_ms(self, member: MemberId, skill: SkillId) -> int:
        """The end (wall) of their last own session as autonomous; 0 where there was none."""
        if self._tail is None:
            self._tail = _Reading(self._conn)
            self._tail.read(None)
        row = self._conn.execute(_OWN_MS, {"member": member, "skill": skill}).fetchone()
        return max(int(row[0]), self._tail.found(member).get((member, skill), Practice()).own_ms)


_OWN_MS = """\
SELECT max(
coalesce((SELECT own_ms FROM practice WHERE member = :member AND skill = :skill AND lab = lab()), 0),
coalesce((SELECT own_ms FROM uses WHERE member = :member AND skill = :skill AND lab = lab()), 0))"""


@told
def untold(conn: sqlite3.Connection, own_step_ms: int = TOLD_EVERY_MS) -> Found:
    """At a hub: whose practice its last `skill.use` does not say, as far as the view has read.

    That somebody worked again is told after `own_step_ms` only: disuse is counted in months.
    """
    found = conn.execute(_UNTOLD, {"step": own_step_ms})
    return {(MemberId(who), SkillId(skill)): Practice(*numbers) for who, skill, *numbers in found}


_UNTOLD = """\
SELECT p.member, p.skill, p.own_ms, p.sessions, p.supervised_ms, p.supervised_last_ms FROM practice AS p
JOIN members AS m ON m.id = p.member LEFT JOIN uses AS u ON u.member = p.member AND u.skill = p.skill
WHERE p.lab = lab() AND (p.own_ms >= coalesce(u.own_ms, 0) + iif(u.own_ms, :step, 1)
OR p.sessions > coalesce(u.sessions, 0) OR p.supervised_ms > coalesce(u.supervised_ms, 0))
ORDER BY p.member, p.skill"""


@told
def behind(conn: sqlite3.Connection) -> int:
    """How many records the view has not read yet."""
    return sum(end - position for _, position, end in _unread(conn))


def catch_up(pen: Pen, at_most: int = SLICE) -> int:
    """Read the journal on by about so many records, within the pen's transaction; how many it read."""
    reading = _Reading(pen.conn)
    count = reading.read(at_most)
    for (member, skill), one in reading.found().items():
        numbers = (one.own_ms, one.sessions, one.supervised_ms, one.supervised_last_ms)
        pen.execute(_ADD, (pen.lab, member, skill, *numbers))
    for number, position in reading.read_to.items():
        pen.execute(_READ_TO, (number, pen.lab, position))
    for session, (position, counted) in reading.ends.items():
        pen.execute(_END, (pen.lab, session, position, int(counted)))
    return count


_ADD = """\
INSERT INTO practice (lab, member, skill, own_ms, sessions, supervised_ms, supervised_last_ms)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (member, skill, lab) DO UPDATE SET own_ms = max(own_ms, excluded.own_ms),
sessions = sessions + excluded.sessions, supervised_ms = supervised_ms + excluded.supervised_ms,
supervised_last_ms = max(supervised_last_ms, excluded.supervised_last_ms)"""
_READ_TO = "INSERT OR REPLACE INTO practice_read (origin, lab, position) VALUES (?, ?, ?)"
_END = "INSERT OR REPLACE INTO practice_ends (lab, session, position, counted) VALUES (?, ?, ?, ?)"


def keep_up(writer: Writer, at_most: int = SLICE) -> bool:
    """Read on by a slice where enough is unread, in a transaction of its own; whether more is left.

    For whoever has time: a gate between jobs, a hub between batches. Raises StoreBusy, DiskFull.
    """
    unread = behind(writer.conn)
    if unread < BEHIND:
        return False
    with writer.write() as pen:
        return catch_up(pen, at_most) < unread


# --- reading --------------------------------------------------------------------------------------


def _rows(conn: sqlite3.Connection, sql: str, given: dict[str, MemberId]) -> Found:
    return {
        (MemberId(who), SkillId(skill)): Practice(*numbers)
        for who, skill, *numbers in conn.execute(sql, given)
    }


_NUMBERS = "SELECT member, skill, own_ms, sessions, supervised_ms, supervised_last_ms FROM"
_VIEW = f"{_NUMBERS} practice WHERE lab = lab()"
_USES = f"{_NUMBERS} uses WHERE lab = lab()"


def _plus(one: Practice, other: Practice) -> Practice:
    return Practice(
        max(one.own_ms, other.own_ms),
        one.sessions + other.sessions,
        one.supervised_ms + other.supervised_ms,
        max(one.supervised_last_ms, other.supervised_last_ms),
    )


def _most(one: Practice, other: Practice) -> Practice:
    return Practice(
        max(one.own_ms, other.own_ms),
        max(one.sessions, other.sessions),
        max(one.supervised_ms, other.supervised_ms),
        max(one.supervised_last_ms, other.supervised_last_ms),
    )


def worked(start: SessionStarted, began: Moment, stop: SessionStopped, ended: Moment) -> Practice | None:
    """What one session adds to its member's practice; None where it earns nothing (R5)."""
    if not stop.charged or start.purpose == MAINTENANCE or start.workshop is not None:
        return None
    # A recovered end was written when the gate came back, however much later.
    end_ms = began.wall_ms + stop.length_ms if stop.recovered else ended.wall_ms
    if start.level in _OWN:
        return Practice(own_ms=end_ms)
    if start.level == Level.TRAINEE.word and (start.sponsor is not None or start.company):
        return Practice(0, 1, stop.length_ms, end_ms)
    return None


_OWN = {Level.AUTONOMOUS.word, Level.SPONSOR.word}


def _unread(conn: sqlite3.Connection) -> list[tuple[int, int, int]]:
    """Each epoch that goes on behind what the view has read: its number, up to where, where it ends."""
    found = conn.execute(_UNREAD, {"bits": SEQ_BITS, "mask": SEQ_MASK}).fetchall()
    return [row for row in found if row[2] is not None and row[2] > row[1]]


_UNREAD = """\
SELECT o.id, coalesce(r.position, o.id << :bits),
(SELECT max(position) FROM journal WHERE position BETWEEN o.id << :bits AND (o.id << :bits) + :mask)
FROM origins AS o LEFT JOIN practice_read AS r ON r.origin = o.id WHERE o.lab = lab() ORDER BY o.id"""


@dataclass(frozen=True, slots=True)
class _Session:
    """A session with both its ends as they stand in the journal, not read any further yet."""

    id: str
    start: str
    stop: str


class _Reading:
    """Reads on from where the view stands. `read_to` is how far each epoch was read, `ends` what became of
    ends that stand in another epoch than their starts. Writes nothing, and decodes what is asked for."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._numbers: dict[str, int | None] = {}
        self._known = {
            session: (position, bool(counted)) for session, position, counted in conn.execute(_ENDS)
        }
        self._sessions: list[_Session] = []
        self.read_to: dict[int, int] = {}
        self.ends: dict[str, tuple[int, bool]] = {}

    def read(self, at_most: int | None) -> int:
        """Read all that is unread, or about so many records of it; how many were read."""
        count = 0
        for number, after, end in _unread(self._conn):
            upto = end if at_most is None else min(end, after + at_most - count)
            if upto > after:
                self._read_epoch(after, upto)
                self.read_to[number] = upto
                count += upto - after
        return count

    def found(self, only: MemberId | None = None) -> Found:
        """What the sessions that were read add to the view, of everybody or of one member."""
        found: Found = {}
        for session in self._sessions:
            if only is None or only in session.start:
                for key, one in _decoded(session):
                    if only in (None, key[0]):
                        found[key] = _plus(found.get(key, Practice()), one)
        return found

    def _read_epoch(self, after: int, upto: int) -> None:
        for low in range(after, upto, SLICE):
            stretch = {"after": low, "upto": min(upto, low + SLICE)}
            for position, body in self._conn.execute(_SESSIONS, stretch).fetchall():
                if body.startswith(_START):
                    self._start(position, body)
                elif (named := _NAMED.search(body)) is not None:
                    self._stop(position, body, named[1])

    def _start(self, position: int, body: str) -> None:
        """A start whose end may have been here before it."""
        if all(counted for _, counted in self._known.values()):
            return
        session = str(self._record(position))
        at, counted = self._known.get(session, (0, True))
        stop = None if counted else self._body(at)
        if stop is not None:
            self._sessions.append(_Session(session, body, stop))
            self._remember(session, at, counted=True)

    def _stop(self, position: int, body: str, session: str) -> None:
        at = self._position(session)
        start = None if at is None else self._body(at)
        if at is not None and at >> SEQ_BITS == position >> SEQ_BITS:
            if start is not None and not self._known.get(session, (0, False))[1]:
                self._sessions.append(_Session(session, start, body))
        elif session in self._known:
            return
        elif at is None or start is None:
            self._remember(session, position, counted=False)
        elif not self._ended_at_home(at, session):
            self._sessions.append(_Session(session, start, body))
            self._remember(session, position, counted=True)

    def _remember(self, session: str, position: int, *, counted: bool) -> None:
        self._known[session] = self.ends[session] = (position, counted)

    def _ended_at_home(self, start: int, session: str) -> bool:
        """Whether the epoch of the start has an end for it too: a restored copy wrote the other one."""
        upto = start | SEQ_MASK
        return self._conn.execute(_ENDED, (start, upto, f'"session":"{session}"')).fetchone() is not None

    def _body(self, position: int) -> str | None:
        row = self._conn.execute(_BODY, (position,)).fetchone()
        return None if row is None else row[0]

    def _position(self, session: str) -> int | None:
        """Where a session's start stands; None where its epoch was never heard of."""
        try:
            record = RecordId.of(session)
        except ValueError:
            return None
        if record.origin not in self._numbers:
            row = self._conn.execute(_NUMBER, tuple(record.origin.split("/"))).fetchone()
            self._numbers[record.origin] = None if row is None else row[0]
        number = self._numbers[record.origin]
        return None if number is None else (number << SEQ_BITS) + record.seq

    def _record(self, position: int) -> RecordId:
        lab, gate, epoch = self._conn.execute(_ORIGIN, (position >> SEQ_BITS,)).fetchone()
        return RecordId(Origin(f"{lab}/{gate}/{epoch}"), position & SEQ_MASK)


def _decoded(session: _Session) -> Iterator[tuple[Skilled, Practice]]:
    """What a session comes to; nothing where it earns nothing, or cannot be read: the audit names those."""
    with suppress(ValueError, TypeError):
        began, start = records.decode(session.start)
        ended, stop = records.decode(session.stop)
        if isinstance(start, SessionStarted) and isinstance(stop, SessionStopped):
            one = worked(start, began, stop, ended) if stop.session == session.id else None
            if one is not None:
                yield (MemberId(start.member), SkillId(start.skill)), one


_SESSIONS = """\
SELECT position, body FROM journal WHERE position > :after AND position <= :upto
AND kind IN ('session.start', 'session.stop') ORDER BY position"""
_START = f'{{"kind":"{SessionStarted.kind}"'
_NAMED = re.compile(r'"session":"([^"\\]+)"')  # no text within a text can hold these quotes
_ENDS = "SELECT session, position, counted FROM practice_ends WHERE lab = lab()"
_BODY = "SELECT body FROM journal WHERE position = ?"
_NUMBER = "SELECT id FROM origins WHERE lab = ? AND gate = ? AND epoch = ?"
_ORIGIN = "SELECT lab, gate, epoch FROM origins WHERE id = ?"
_ENDED = """\
SELECT 1 FROM journal WHERE position > ? AND position <= ? AND kind = 'session.stop' AND instr(body, ?) > 0
LIMIT 1"""
