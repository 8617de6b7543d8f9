"""Grants out of a spreadsheet: who may do what. Used by `incoming.py` only; nothing is written here.

Who imports waives what the lab's rules ask for besides, and each record names what that was (R5). What
was written for a member already is not given anew, whether or not it ran out since: a file renews nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fabgate.desk import days, grounds, tables, who
from fabgate.desk.deed import Turn
from fabgate.desk.difference import Change, Deed, Difference, Line
from fabgate.desk.tables import Row, Wrong
from fabgate.errors import UsageError
from fabgate.model import Code, Denied, Level, MemberId, SkillId
from fabgate.records import GrantGiven, ProposalApproved
from fabgate.rules import authority
from fabgate.rules.authority import Gift, Held
from fabgate.store import people, roster
from fabgate.store.roster import Grant, Member

COLUMNS = ("handle", "skill", "level", "until", "reason")
_NEEDED = ("handle", "skill", "level")
_LEVELS = {level.word: level for level in Level if level is not Level.NONE}


class _Unfit(Exception):
    """A cell that says nothing that can be done, and why."""

    def __init__(self, column: str, why: str | Denied) -> None:
        super().__init__(column)
        self.column = column
        self.why = why


@dataclass
class _Books:
    now: Turn
    reason: str
    everybody: dict[str, Member]
    given: dict[tuple[MemberId, SkillId], Grant]
    lines: dict[tuple[str, str], int] = field(default_factory=dict)


def look(now: Turn, raw: bytes, reason: str) -> Difference:
    """What the file gives that was not given yet. Raises UsageError for what is no such file."""
    table = tables.read(raw, COLUMNS, _NEEDED)
    everybody = {one.handle: one for one in roster.members(now.conn)}
    given = {(grant.member, grant.skill): grant for grant in roster.grants(now.conn)}
    books = _Books(now, reason, everybody, given)
    return Difference(tuple(_line(books, row) for row in table.rows), table.wrong)


def _line(books: _Books, row: Row) -> Line:
    handle = row.cells.get("handle", "")
    try:
        member, gift = _member(books, row), _gift(books, row)
        old = books.given.get((member.id, gift.skill))
        if _is_so(old, gift, "until" in row.cells):
            return Line(row.line, handle)
        deeds = tuple(_deeds(books, member, gift, row.cells.get("reason", books.reason)))
    except _Unfit as bad:
        return Line(row.line, handle, wrong=(Wrong(row.line, bad.column, bad.why),))
    change = Change(gift.skill, _shown(books, old), _shown(books, gift))
    return Line(row.line, handle, new=old is None, changes=(change,), deeds=deeds)


def _member(books: _Books, row: Row) -> Member:
    handle = row.cells.get("handle", "")
    member = books.everybody.get(handle)
    if member is None:
        near = who.near(handle, books.everybody)
        raise _Unfit("handle", Denied(Code.UNKNOWN_MEMBER, {"handle": handle, "near": near}))
    return member


def _gift(books: _Books, row: Row) -> Gift:
    skill = books.now.desk.skill(row.cells.get("skill", ""))
    if isinstance(skill, Denied):
        raise _Unfit("skill", skill)
    before = books.lines.setdefault((row.cells["handle"], skill.id), row.line)
    if before != row.line:
        raise _Unfit("skill", f"line {before} is about the same member and skill")
    word = row.cells.get("level", "")
    if word not in _LEVELS:
        raise _Unfit("level", f"{word!r} is no level; there are: {', '.join(_LEVELS)}")
    return Gift(skill.id, _LEVELS[word], _until(books, row))


def _until(books: _Books, row: Row) -> int | None:
    text = row.cells.get("until")
    if text is None:
        return None
    try:
        return days.end_of_day_ms(books.now.desk.settings.lab.zone, text)
    except UsageError as bad:
        raise _Unfit("until", f"{bad.what}. {bad.remedy}") from None


def _is_so(old: Grant | None, gift: Gift, with_end: bool) -> bool:
    """Whether this was given already; an empty `until` leaves the day that is written."""
    if old is None or old.level is not gift.level:
        return False
    return not with_end or old.until_ms == gift.until_ms


def _deeds(books: _Books, member: Member, gift: Gift, reason: str) -> Iterator[Deed]:
    """A sponsor is made in two steps, as at the desk: autonomous comes first."""
    now = books.now
    holds = grounds.worth(grounds.holding(now, member.id, gift.skill))
    if gift.until_ms is not None and gift.until_ms < now.today_ms:
        raise _Unfit("until", now.denied(Denied(Code.PAST_DATE, {"until_ms": gift.until_ms}), member))
    if gift.level is Level.SPONSOR and holds.level < Level.AUTONOMOUS:
        first = Gift(gift.skill, Level.AUTONOMOUS, gift.until_ms)
        yield _given(now, member, holds, first, reason)
        holds = Held(Level.AUTONOMOUS, gift.until_ms, now.member.id)
    yield _given(now, member, holds, gift, reason)
    waits = people.proposal(now.conn, member.id, gift.skill)
    if waits is not None and waits.level <= gift.level:
        body = ProposalApproved(member.id, gift.skill, now.member.id, str(waits.record))
        yield Deed(body, reason=reason)


def _given(now: Turn, member: Member, holds: Held, gift: Gift, reason: str) -> Deed:
    asked = grounds.of(now, member.id, gift, waive=True)
    no = authority.may_grant(now.actor, member.id, holds, gift, reason, grounds=asked)
    if no is not None:
        raise _Unfit("level", now.denied(no, member, skill=gift.skill, level=gift.level.word))
    waived = tuple(map(str, asked.missing)) if gift.level > holds.level else ()
    body = GrantGiven(
        member.id,
        gift.skill,
        gift.level.word,
        now.member.id,
        gift.until_ms,
        waived=waived,
        offline=asked.offline,
    )
    return Deed(body, reason=reason)


def _shown(books: _Books, one: Grant | Gift | None) -> str:
    if one is None:
        return ""
    if one.until_ms is None:
        return one.level.word
    return f"{one.level.word} until {days.of(one.until_ms, books.now.desk.settings.lab.zone)}"
