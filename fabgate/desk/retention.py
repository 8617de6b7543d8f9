"""What is erased by age (`[retention]`): each kind of personal data when its time is over, and no sooner.

Each store erases in its own books, slice by slice, each in a transaction of its own: a tap never waits for
more than one. What a month that is not closed yet needs stays; so do rights, money and what the chain is read
by. Run twice, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import time
from sqlite3 import Connection

from fabgate.config.retention import Retention, Span
from fabgate.desk import bookkeeping, days, forgetting, who
from fabgate.desk.deed import Desk
from fabgate.model import Moment, Origin, RecordId, Status
from fabgate.records import MemberStatus
from fabgate.rules import standing
from fabgate.store import charged, journal, purging, rights, roster, views
from fabgate.store.purging import Needed, Rule
from fabgate.store.roster import Member

SESSIONS = ("session.start", "session.stop", "session.alone", "session.proved", "session.close")
KINDS = {
    "doors": ("door.open",),
    "presence": ("presence.in", "presence.out"),
    "refusals": ("session.refused",),
    "unknown": ("session.refused:unknown_badge",),
    "sessions": SESSIONS,
}
"""The kinds of records that go under each key."""
_NEVER_MS = -1  # no record is older
_FOLDED = 32  # slices between two checkpoints

Pause = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Erased:
    """Of what one key covers, `count` went (or would go): records, texts, or people."""

    key: str
    span: Span
    count: int


def purge(
    desk: Desk, *, dry: bool = False, hub_has_all: bool = False, pause: Pause = lambda: None
) -> Iterator[Erased]:
    """Erases what is old enough, and tells of each key what went. `dry`: counts, and erases nothing.

    `hub_has_all`: of a gate that has joined a hub, whether the hub is known to have all its records; until
    then it keeps its sessions. `pause` is called between two slices. Nothing is erased by a clock that is not
    right. Raises StoreBusy, DiskFull: what was done before stays done.
    """
    at = desk.clock.now()
    if not at.synced:
        return
    kept = desk.settings.retention
    yield Erased("left", kept.left, _forget_old(desk, at, dry, pause))
    if not dry:
        _read_views(desk, pause)
    counts = dict.fromkeys(KINDS, 0)
    rules = _rules(desk, kept, at)
    for stretch in purging.stretches(desk.conn, rules, at.wall_ms, _needed(desk, hub_has_all)):
        counts[_key(stretch.rule)] += stretch.count
        if not dry:
            with desk.writer.write() as pen:
                purging.blank(pen, at, stretch)
            _between(desk, pause)
    yield from (Erased(key, getattr(kept, key), count) for key, count in counts.items())
    yield from _texts(desk, kept, at, dry, pause)


def _rules(desk: Desk, kept: Retention, at: Moment) -> list[Rule]:
    """By key. Of badges that nobody knows those are left that no rule for all refusals takes."""
    refused_ms = _before_ms(desk, kept.refusals, at)
    found = [_rule(desk, name, getattr(kept, name), kinds, at) for name, kinds in KINDS.items()]
    return [replace(one, since_ms=refused_ms) if _key(one) == "unknown" else one for one in found]


def _rule(desk: Desk, name: str, span: Span, kinds: tuple[str, ...], at: Moment) -> Rule:
    return Rule(f"retention.{name} = {span}", kinds, _before_ms(desk, span, at))


def _key(rule: Rule) -> str:
    return rule.name.partition(" ")[0].removeprefix("retention.")


def _before_ms(desk: Desk, span: Span, at: Moment) -> int:
    """The beginning of the day (wall) before which it is old enough."""
    zone = desk.settings.lab.zone
    day = span.before(days.of(at.wall_ms, zone))
    if day is None or day.year < 1970:
        return _NEVER_MS
    return days.moment_ms(zone, f"{day.isoformat()}T{time().isoformat('minutes')}", at.wall_ms)


def _read_views(desk: Desk, pause: Pause) -> None:
    """Let what is reckoned from sessions be reckoned before any of them goes."""
    while views.behind(desk.conn):
        with desk.writer.write() as pen:
            views.catch_up(pen)
        _between(desk, pause)


def _between(desk: Desk, pause: Pause) -> None:
    """After a slice: what was erased leaves the log too, and whoever waits for the lock gets it."""
    if desk.writer.commits >= _FOLDED:
        desk.writer.checkpoint()
    pause()


# --- what the books need ------------------------------------------------------------------------


def _needed(desk: Desk, hub_has_all: bool) -> Needed:
    """Which sessions no purge may touch here."""
    conn = desk.conn
    if bookkeeping.not_the_books(conn, desk.settings) is not None:
        return Needed() if hub_has_all else Needed({})
    closed = charged.periods(conn)
    if not closed:
        return Needed({}) if desk.settings.tariff.versions else Needed()
    after = (RecordId.of(one) for one in closed[-1].body.after)
    held = {session for period in closed for session in period.body.held}
    return Needed({Origin(one.origin): one.seq for one in after}, frozenset(held | _again(conn)))


def _again(conn: Connection) -> set[str]:
    """The sessions of charges that were taken back to be priced anew."""
    found = (charged.charge(conn, id_) for id_ in charged.again(conn))
    return {session for one in found if one is not None for session in one.sessions}


# --- people, and texts --------------------------------------------------------------------------


def _forget_old(desk: Desk, at: Moment, dry: bool, pause: Pause) -> int:
    """Forget who left long ago and owes nothing: where the books are kept, for only there that is known."""
    if bookkeeping.not_the_books(desk.conn, desk.settings) is not None:
        return 0
    before_ms = _before_ms(desk, desk.settings.retention.left, at)
    gone = purging.forgotten(desk.conn)
    old = [one for one in roster.members(desk.conn) if one.id not in gone and _left_ms(desk, one) < before_ms]
    needed = who.managers(desk.conn, at.wall_ms)
    needed = needed if len(needed) == 1 else frozenset()
    owing = forgetting.owing(desk, {one.id for one in old}) if old else {}
    due = [one for one in old if one.id not in needed and one.id not in owing]
    for one in () if dry else due:
        with desk.writer.write() as pen:
            forgetting.erase(pen, at, one, forgetting.BY_AGE, [])
        _between(desk, pause)
    return len(due)


def _left_ms(desk: Desk, one: Member) -> int:
    """When they left, by a clock that was right; later than any day for who has not."""
    never = 1 << 62
    if one.status is not Status.LEFT:
        return never
    about = standing.subject(MemberStatus(one.id, "", "")) or ""
    said = [told.at for told in rights.said_of(desk.conn, about)]
    return max((at.wall_ms if at.synced else never for at in said), default=never)


def _texts(desk: Desk, kept: Retention, at: Moment, dry: bool, pause: Pause) -> Iterator[Erased]:
    usual = _rule(desk, "notes", kept.notes, (journal.NOTES,), at)
    money = _rule(desk, "charges", kept.charges, (journal.NOTES,), at)
    counts = {usual.name: 0, money.name: 0}
    for one in purging.texts(desk.conn, usual, money, at.wall_ms):
        counts[one.rule.name] += one.count
        if not dry:
            with desk.writer.write() as pen:
                purging.drop(pen, at, one)
            _between(desk, pause)
    yield Erased("notes", kept.notes, counts[usual.name] + sweep(desk, dry=dry, pause=pause))
    yield Erased("charges", kept.charges, counts[money.name])


def sweep(desk: Desk, *, dry: bool = False, pause: Pause = lambda: None) -> int:
    """Erases the texts beside what happened to those who were forgotten; how many there were."""
    found = list(purging.about(desk.conn, purging.forgotten(desk.conn)))
    for first in range(0, 0 if dry else len(found), purging.SLICE):
        with desk.writer.write() as pen:
            for one in found[first : first + purging.SLICE]:
                purging.drop_text(pen, one)
        _between(desk, pause)
    return len(found)
