"""What retention erases of the journal: which records are old enough, and which are needed all the same.

Used by the desk. A body is blanked under a record that says so, and the chain stays whole (law 12). Only a
right clock dates a record: one of a boot that never knew the time is as young as the next that did. Two
records of a session go together or not at all, or the one that stayed would look like a session that runs.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fabgate.model import Moment, Origin, RecordId
from fabgate.records import (
    Draft,
    MemberForgotten,
    Purged,
    PurgedElsewhere,
    SessionStarted,
    SessionStopped,
)
from fabgate.rules import standing
from fabgate.store import journal, rights
from fabgate.store.faults import told
from fabgate.store.slices import all_epochs, own_epochs, rows
from fabgate.store.writer import SEQ_BITS, SEQ_MASK, Pen

SLICE = 64  # records that one transaction blanks, a few milliseconds: a tap waits for so many at most
WIDTH = 1_024  # and among so many: those between are read under the lock too
_HEAD = re.compile(r'\{"kind":"([^"]+)","boot":"[^"]*","ms":-?[0-9]+,"wall":(-?[0-9]+),"synced":true[,}]')
_SESSION = re.compile(r'"session":"([^"]+)"')
_LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Rule:
    """Records of these kinds go that are older than `before_ms` (wall); `name` is written with them.

    Those that are older than `since_ms` too are another rule's.
    """

    name: str
    kinds: tuple[str, ...]
    before_ms: int
    since_ms: int = -1


@dataclass(frozen=True, slots=True)
class Stretch:
    """Records `first` to `last` of an epoch, among which all of the rule's kinds go: `count` of them."""

    number: int
    origin: Origin
    first: int
    last: int
    rule: Rule
    count: int


@dataclass(frozen=True, slots=True)
class Needed:
    """What the books still want of the records of sessions, whatever their age.

    `after`: up to where in each journal no session began that is still to be charged, as the newest closed
    month says; None where months are not closed here. `sessions`: those that a closing has left out, or
    that are to be priced again.
    """

    after: Mapping[Origin, int] | None = None
    sessions: frozenset[str] = frozenset()


@told
def stretches(
    conn: sqlite3.Connection, rules: Collection[Rule], now_ms: int, needed: Needed = Needed()
) -> Iterator[Stretch]:
    """All that is to go, epoch by epoch, in stretches of at most `SLICE` records. Nothing is written."""
    for epochs in all_epochs(conn).values():
        for number, origin in epochs:
            cuts = {cut for rule in rules for cut in (rule.before_ms, rule.since_ms)}
            ends = _ends(conn, number, cuts, now_ms)
            for rule in rules:
                between = ends[rule.since_ms], ends[rule.before_ms]
                yield from _of_rule(conn, number, origin, rule, between, needed)


def blank(pen: Pen, at: Moment, stretch: Stretch) -> RecordId:
    """Erase a stretch, and write the record that says so."""
    said = stretch.rule
    base = stretch.number << SEQ_BITS
    journal.blank(pen, base, stretch.first, stretch.last, said.kinds)
    return pen.append(Draft(at, _purged(pen.conn, stretch.number, stretch.origin, stretch)))


def _purged(conn: sqlite3.Connection, number: int, origin: Origin, one: Stretch) -> Purged | PurgedElsewhere:
    """In the journal that it speaks of; of another, by name."""
    if number == own_epochs(conn)[-1][0]:
        return Purged(one.first, one.last, one.rule.name, one.rule.kinds)
    return PurgedElsewhere(origin, one.first, one.last, one.rule.name, one.rule.kinds)


# --- how old ------------------------------------------------------------------------------------


def _ends(conn: sqlite3.Connection, number: int, cuts: Collection[int], now_ms: int) -> dict[int, int]:
    """For each moment the last record (`seq`) that is known to be older, and all before it with it.

    A record that a clock from the future has dated says nothing.
    """
    found = dict.fromkeys(cuts, 0)
    open_ = set(found)
    for position, body in rows(conn, number):
        head = _HEAD.match(body) if body is not None else None
        wall_ms = int(head[2]) if head else now_ms + 1
        if wall_ms > now_ms:
            continue
        open_ = {cut for cut in open_ if wall_ms <= cut}
        if not open_:
            break
        found.update(dict.fromkeys(open_, position & SEQ_MASK))
    return found


# --- which --------------------------------------------------------------------------------------


def _of_rule(
    conn: sqlite3.Connection,
    number: int,
    origin: Origin,
    rule: Rule,
    between: tuple[int, int],
    needed: Needed,
) -> Iterator[Stretch]:
    after, end = between
    usages = set(journal.USAGES) <= set(rule.kinds)
    kept: Collection[str] = ()
    if usages:
        end = end if needed.after is None else min(end, needed.after.get(origin, 0))
        kept = needed.sessions | _unended(conn, number, origin, end)
    first = count = last = 0
    for position, body in _candidates(conn, number, rule, after, end):
        seq = position & SEQ_MASK
        stays = usages and _session(origin, seq, body) in kept
        if count and (stays or count == SLICE or seq - first >= WIDTH):
            yield Stretch(number, origin, first, last, rule, count)
            count = 0
        if not stays:
            first = seq if count == 0 else first
            last, count = seq, count + 1
    if count:
        yield Stretch(number, origin, first, last, rule, count)


def _candidates(
    conn: sqlite3.Connection, number: int, rule: Rule, after: int, end: int
) -> Iterator[tuple[int, str]]:
    whole = {kind.partition(":")[0] for kind in rule.kinds}
    for position, body in rows(conn, number, after, whole):
        if position & SEQ_MASK > end:
            return
        if body is not None and journal.meant(_kind(body), body, rule.kinds):
            yield position, body


def _kind(body: str) -> str:
    return body[9 : body.index('"', 9)] if body.startswith('{"kind":"') else ""


def _session(origin: Origin, seq: int, body: str) -> str:
    """The session that a record belongs to, by its start."""
    if _kind(body) == SessionStarted.kind:
        return str(RecordId(origin, seq))
    found = _SESSION.search(body)
    return found[1] if found else ""


def _unended(conn: sqlite3.Connection, number: int, origin: Origin, end: int) -> frozenset[str]:
    """The sessions of which not both ends are among the records up to `end` of this epoch."""
    begun: set[str] = set()
    strange: set[str] = set()
    mine = f"{origin}#"
    for position, body in rows(conn, number, kinds=journal.USAGES):
        seq = position & SEQ_MASK
        if seq > end or body is None:
            break
        session = _session(origin, seq, body)
        if _kind(body) == SessionStopped.kind and not session.startswith(mine):
            strange.add(session)  # it began in another epoch: there its start stays
        elif _kind(body) == SessionStopped.kind:
            begun.discard(session)
        else:
            begun.add(session)
    return frozenset(begun | strange)


# --- texts beside -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts beside these records of an epoch (by `seq`) are to go: `count` of them."""

    number: int
    origin: Origin
    seqs: tuple[int, ...]
    rule: Rule
    count: int


@told
def texts(conn: sqlite3.Connection, usual: Rule, money: Rule, now_ms: int) -> Iterator[Texts]:
    """The texts that are old enough: beside money by the rule `money`, beside all else by `usual`.

    Those beside a right that nothing has replaced stay: they say why it holds.
    """
    for epochs in all_epochs(conn).values():
        for number, origin in epochs:
            ends = _ends(conn, number, (usual.before_ms, money.before_ms), now_ms)
            for rule, other in ((usual, False), (money, True)):
                seqs: list[int] = []
                counted = 0
                for seq, count in _noted(conn, number, origin, ends[rule.before_ms], other):
                    seqs.append(seq)
                    counted += count
                    if len(seqs) == SLICE:
                        yield Texts(number, origin, tuple(seqs), rule, counted)
                        seqs, counted = [], 0
                if seqs:
                    yield Texts(number, origin, tuple(seqs), rule, counted)


def _noted(
    conn: sqlite3.Connection, number: int, origin: Origin, end: int, money: bool
) -> Iterator[tuple[int, int]]:
    base = number << SEQ_BITS
    for position, kind, count in conn.execute(_NOTED, (base, base + end)).fetchall():
        if (kind in journal.MONEY) is money and not _stands(
            conn, kind, RecordId(origin, position & SEQ_MASK)
        ):
            yield position & SEQ_MASK, count


_NOTED = """\
SELECT n.position, j.kind, count(*) FROM notes AS n JOIN journal AS j ON j.position = n.position
WHERE n.position > ? AND n.position <= ? GROUP BY n.position ORDER BY n.position"""


def _stands(conn: sqlite3.Connection, kind: str, record: RecordId) -> bool:
    """Whether it gives or takes a right, and nothing has replaced it."""
    if kind not in standing.KINDS:
        return False
    row = conn.execute(_SUBJECT, (str(record),)).fetchone()
    return row is None or record in rights.heads(conn, row[0])


_SUBJECT = "SELECT subject FROM rights WHERE lab = lab() AND record = ?"


def drop(pen: Pen, at: Moment, one: Texts) -> RecordId:
    """Erase these texts, and write the record that says so."""
    base = one.number << SEQ_BITS
    for seq in one.seqs:
        pen.execute("DELETE FROM notes WHERE position = ?", (base + seq,))
    rule = Rule(one.rule.name, (journal.NOTES,), one.rule.before_ms)
    stretch = Stretch(one.number, one.origin, one.seqs[0], one.seqs[-1], rule, one.count)
    return pen.append(Draft(at, _purged(pen.conn, one.number, one.origin, stretch)))


# --- the forgotten ------------------------------------------------------------------------------


@told
def forgotten(conn: sqlite3.Connection) -> frozenset[str]:
    """Everybody who was forgotten, by id."""
    found = conn.execute(_FORGOTTEN).fetchall()
    return frozenset(json.loads(body)["member"] for (body,) in found)


_FORGOTTEN = """\
SELECT body FROM rights WHERE lab = lab() AND subject >= 'member/' AND subject < 'member0'
AND substr(body, 1, 24) = '{"kind":"member.forget",'"""
_STRING = re.compile(r'"([^"\\]*)"')


@dataclass(frozen=True, slots=True)
class Text:
    """A text beside the record at `position`: of kind `kind`, a reason or a login."""

    position: int
    kind: str


def about(conn: sqlite3.Connection, gone: frozenset[str]) -> Iterator[Text]:
    """The texts beside records that speak of somebody who was forgotten, and the logins of theirs.

    Those beside money stay: no line of the books may lose its reason. So does why they were forgotten.
    """
    after, page = 0, [("", 0, "", "")]
    while gone and page:
        page = _notes_after(conn, after)
        for kind, position, body, of in page:
            after = position
            if kind not in journal.MONEY and body is not None and _speaks(body, of, gone):
                yield Text(position, of)


@told
def _notes_after(conn: sqlite3.Connection, after: int) -> list[tuple[str, int, str, str]]:
    return conn.execute(_NOTES_AFTER, {"after": after, "most": _PAGE}).fetchall()


_PAGE = 1_000
# All of a record's on one page, or what is left of them would be passed over.
_NOTES_AFTER = """\
SELECT j.kind, n.position, j.body, n.kind FROM notes AS n JOIN journal AS j ON j.position = n.position
WHERE n.position IN (SELECT DISTINCT position FROM notes WHERE position > :after ORDER BY 1 LIMIT :most)
ORDER BY n.position, n.kind"""


def _speaks(body: str, of: str, gone: frozenset[str]) -> bool:
    """Whether a text beside this record is theirs: a login of whoever did it, all else of who is named."""
    if not gone & set(_STRING.findall(body)):
        return False
    try:
        said = json.loads(body)
    except ValueError:
        return False
    if of == _LOGIN:
        return said.get("by") in gone
    if said["kind"] == MemberForgotten.kind:
        return False
    values = (value for field, value in said.items() if field != "by" and isinstance(value, str | list))
    return any(gone & set(value if isinstance(value, list) else (value,)) for value in values)


def naming(conn: sqlite3.Connection, words: Collection[str]) -> Iterator[RecordId]:
    """The records beside which a text names somebody by one of these words, in whatever case."""
    wanted = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in words), re.IGNORECASE)
    for position, lab, gate, epoch, text in _all_reasons(conn):
        if wanted.search(text):
            yield RecordId(Origin(f"{lab}/{gate}/{epoch}"), position & SEQ_MASK)


@told
def _all_reasons(conn: sqlite3.Connection) -> list[tuple[int, str, str, str, str]]:
    return conn.execute(_REASONS).fetchall()


_REASONS = """\
SELECT n.position, o.lab, o.gate, o.epoch, n.text FROM notes AS n JOIN origins AS o ON o.id = n.position >> 40
WHERE n.lab = lab() AND n.kind <> 'login' ORDER BY n.position"""


def drop_text(pen: Pen, one: Text) -> None:
    """Erase one text."""
    pen.execute("DELETE FROM notes WHERE position = ? AND kind = ?", (one.position, one.kind))
