"""Who is here: check-ins and check-outs of this store's gate, and what the hub says of the others (R4).

One row for each member and gate: the last word of that gate. Who goes is out wherever they came in. A
check-in ends by itself after the lab's `stay`, timed by the clock of the boot that it was made in, else by
the wall clock; where nobody knows the time, an older one does not count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from fabgate.model import MemberId, Moment, Status
from fabgate.records import CheckedIn, CheckedOut
from fabgate.rules import terms
from fabgate.store.asked import Asked
from fabgate.store.faults import told
from fabgate.store.nib import Nib


@dataclass(frozen=True, slots=True)
class Present:
    """A member who is checked in; it counts up to `until_ms` (wall)."""

    member: MemberId
    gate: str
    since_ms: int
    until_ms: int
    minor: bool
    status: Status


@dataclass(frozen=True, slots=True)
class Word:
    """What a gate last said of a member: in since `since_ms`, out again at `out_ms` (wall), or still in."""

    member: MemberId
    gate: str
    since_ms: int
    out_ms: int | None = None


# --- questions ----------------------------------------------------------------------------------


@told
def now(conn: sqlite3.Connection, asked: Asked) -> tuple[Present, ...]:
    """Who is checked in, the longest first; of other gates only where `asked.linked`.

    Who is suspended or has left the lab is nobody's company.
    """
    found: dict[MemberId, Present] = {}
    for who, status, minor_until, *row in conn.execute(_NOW, {"today": asked.today_ms}):
        one = _Row(*row)
        left_ms = one.left_ms(asked)
        if left_ms is not None:
            minor = terms.minor(minor_until, asked.today_ms, asked.zone)
            until_ms = asked.today_ms + left_ms
            member = MemberId(who)
            found[member] = Present(member, one.gate, one.since_ms, until_ms, minor, Status(status))
    return tuple(sorted(found.values(), key=lambda one: (one.since_ms, one.member)))


@told
def of(conn: sqlite3.Connection, member: MemberId, asked: Asked) -> tuple[bool, int | None]:
    """Whether a member is checked in, and if not, when they last checked out (wall), where they did.

    A check-in that is over by itself is nobody's going: it says that nobody knows where they are, and takes
    them from no session that they stand by with a tap (R4).
    """
    rows = [_Row(*row) for row in conn.execute(_OF, {"member": member})]
    known = [one for one in rows if one.own or asked.linked]
    if any(one.left_ms(asked) is not None for one in known):
        return True, None
    return False, max((one.out_ms for one in known if one.out_ms is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as the statements give it; `own`: of this store's own gate."""

    gate: str
    own: int
    since_ms: int
    out_ms: int | None
    boot: str | None
    boot_ms: int | None
    synced: int

    def left_ms(self, asked: Asked) -> int | None:
        """How long this check-in still counts; None where it does not."""
        if self.out_ms is not None or not (self.own or asked.linked):
            return None
        left = asked.charter.stay_ms - self._age_ms(asked)
        return left if left > 0 else None

    def _age_ms(self, asked: Asked) -> int:
        if asked.at is not None and self.boot == asked.at.boot and self.boot_ms is not None:
            return asked.at.boot_ms - self.boot_ms
        if asked.synced and self.synced:
            # A clock that was ahead makes nobody's stay longer than that of one who comes now.
            return max(0, asked.today_ms - self.since_ms)
        # The hub counts for a gate that does not know the time; nobody does for what was before a restart.
        return asked.charter.stay_ms if self.own else 0


_NOW = """\
SELECT q.member, m.status, p.minor_until,
q.gate, q.gate = (SELECT gate FROM origins WHERE own = 1 ORDER BY id DESC LIMIT 1),
q.since_ms, q.out_ms, q.boot, q.boot_ms, q.synced
FROM present AS q JOIN members AS m ON m.id = q.member JOIN people AS p ON p.member = q.member
WHERE q.lab = lab() AND q.out_ms IS NULL AND m.status > 0
AND (m.suspended_ms IS NULL OR m.suspended_until_ms < :today) ORDER BY q.since_ms"""
_OF = """\
SELECT gate, gate = (SELECT gate FROM origins WHERE own = 1 ORDER BY id DESC LIMIT 1),
since_ms, out_ms, boot, boot_ms, synced FROM present WHERE member = :member AND lab = lab()"""


@told
def words(conn: sqlite3.Connection, since_ms: int) -> tuple[Word, ...]:
    """At a hub: what its gates said of their members since a wall time, for all gates to know."""
    found = conn.execute(_WORDS, {"since": since_ms})
    return tuple(Word(MemberId(who), gate, since, out) for who, gate, since, out in found)


_WORDS = """\
SELECT member, gate, since_ms, out_ms FROM present
WHERE lab = lab() AND (since_ms >= :since OR out_ms >= :since) ORDER BY member, gate"""


# --- moves --------------------------------------------------------------------------------------


def note(pen: Nib, body: CheckedIn | CheckedOut, at: Moment) -> None:
    """This store's own word, with its record."""
    gate = pen.identity.gate
    if isinstance(body, CheckedIn):
        boot = (at.boot, at.boot_ms, int(at.synced))
        pen.execute(_PUT, (pen.lab, body.member, gate, at.wall_ms, None, *boot))
        return
    pen.execute("UPDATE present SET out_ms = ? WHERE member = ? AND lab = ? AND out_ms IS NULL", (
        at.wall_ms, body.member, pen.lab,
    ))  # fmt: skip
    pen.execute(_OUT, (pen.lab, body.member, gate, at.wall_ms, at.wall_ms, int(at.synced)))


_PUT = """\
INSERT OR REPLACE INTO present (lab, member, gate, since_ms, out_ms, boot, boot_ms, synced)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_OUT = """\
INSERT INTO present (lab, member, gate, since_ms, out_ms, synced) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (member, gate, lab) DO UPDATE SET out_ms = excluded.out_ms"""


def heard(pen: Nib, gate: str, body: CheckedIn | CheckedOut, at: Moment, now_ms: int) -> None:
    """At a hub: a gate's word of a member. `now_ms` (wall) counts where the gate's clock was not right.

    Words may come in any order, of one member from several gates: who went is out wherever they had come
    in before, and who came before somebody saw them go is out too.
    """
    when = at.wall_ms if at.synced else now_ms
    known = {name: (since, out) for name, since, out in pen.execute(_KNOWN, (body.member, pen.lab))}
    since, out = known.get(gate, (when, None))
    if isinstance(body, CheckedIn):
        last_out = max((gone for _, gone in known.values() if gone is not None), default=None)
        since = max(since, when)
        out = last_out if last_out is not None and last_out >= since else None
    else:
        since, out = min(since, when), when if out is None else max(out, when)
        pen.execute(_GONE, {"member": body.member, "lab": pen.lab, "when": when})
    pen.execute(_PUT, (pen.lab, body.member, gate, since, out, None, None, 1))


_KNOWN = "SELECT gate, since_ms, out_ms FROM present WHERE member = ? AND lab = ?"
_GONE = """\
UPDATE present SET out_ms = :when
WHERE member = :member AND lab = :lab AND since_ms <= :when AND out_ms IS NULL"""


def put_elsewhere(pen: Nib, said: Iterable[Word]) -> None:
    """At a gate: put what the hub says of other gates in the place of what it said before.

    Who went elsewhere after they had come in here is out here too. Whom this gate saw go stays out,
    until the hub tells of a check-in that this gate has not heard of.
    """
    own = pen.identity.gate
    before = {
        (who, gate): (since, out)
        for who, gate, since, out in pen.execute(_ELSEWHERE, (own, pen.lab)).fetchall()
    }
    pen.execute("DELETE FROM present WHERE gate <> ? AND lab = ?", (own, pen.lab))
    for word in said:
        since, out = before.get((word.member, word.gate), (None, None))
        gone = out if word.out_ms is None and since == word.since_ms else word.out_ms
        if word.gate != own:
            pen.execute(_PUT, (pen.lab, word.member, word.gate, word.since_ms, gone, None, None, 1))
        if word.out_ms is not None:
            pen.execute(_GONE_HERE, {"member": word.member, "lab": pen.lab, "own": own, "when": word.out_ms})


_ELSEWHERE = "SELECT member, gate, since_ms, out_ms FROM present WHERE gate <> ? AND lab = ?"
# A check-in by a clock that was not right cannot be said to be before or after anything.
_GONE_HERE = """\
UPDATE present SET out_ms = :when WHERE member = :member AND gate = :own AND lab = :lab
AND out_ms IS NULL AND since_ms <= :when AND synced = 1"""
