"""Members out of a spreadsheet: who is new, what changed of whom, their status and papers.

Used by `incoming.py` only. A row is one member, named by the handle; what its cells say is held
against the books and against the rows before it. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fabgate.charter import MEMBER_COLUMNS
from fabgate.desk import days, handles, incoming_badges, members, papers, tables, who
from fabgate.desk.arrivals import Arrival, Books
from fabgate.desk.deed import Turn
from fabgate.desk.difference import Change, Deed, Difference
from fabgate.desk.members import Details
from fabgate.desk.tables import Row
from fabgate.errors import UsageError
from fabgate.model import MemberId, Status
from fabgate.records import MemberAdded, MemberEdited, MemberStatus, PaperFiled, PaperWithdrawn
from fabgate.rules import authority
from fabgate.rules.standing import PERSON_FIELDS
from fabgate.store import people, roster
from fabgate.store.roster import Member

_YES = {"yes": True, "no": False}
_SHOWN_AS = {"minor_until": "of age on"}


def look(now: Turn, raw: bytes, reason: str) -> Difference:
    """What the file says that the books do not. Raises UsageError for what is no such file."""
    known = (*MEMBER_COLUMNS, *now.desk.settings.charter.papers)
    table = tables.read(raw, known, ("handle",))
    books = _books(now, reason)
    arrivals = [_opened(books, row) for row in table.rows]
    for one in arrivals:
        if not one.wrong:
            _person(books, one)
            _status(books, one)
            _papers(books, one)
            incoming_badges.look(books, one)
    return Difference(tuple(one.line() for one in arrivals), table.wrong)


def _books(now: Turn, reason: str) -> Books:
    everybody = roster.members(now.conn)
    filed: dict[MemberId, dict[str, int | None]] = {}
    for paper in people.papers(now.conn):
        filed.setdefault(paper.member, {})[paper.paper] = paper.until_ms
    return Books(
        now=now,
        reason=reason,
        everybody={one.handle: one for one in everybody},
        handle_of={one.id: one.handle for one in everybody},
        filed=filed,
        badges={badge.token: badge for badge in roster.badges(now.conn)},
        managers=who.managers(now.conn, now.today_ms),
        logins={one.login: one.handle for one in everybody if one.login},
    )


def _opened(books: Books, row: Row) -> Arrival:
    """Whose row it is. A new member is known from here on: a row above may name them as a payer."""
    handle = row.cells.get("handle", "")
    old = books.everybody.get(handle)
    new = Member(books.now.desk.mint(), handle, "", added_ms=books.now.today_ms)
    one = Arrival(row, old or new, new=old is None)
    before = books.lines.setdefault(handle, row.line)
    if not handle:
        one.refuse("handle", "nobody is named: write a short name, such as ada")
    elif before != row.line:
        one.refuse("handle", f"line {before} names the same member")
    elif old is None and (no := handles.unfit(handle)) is not None:
        one.refuse("handle", no)
    elif old is None:
        books.everybody[handle] = new
        books.handle_of[new.id] = handle
    return one


# --- the person -------------------------------------------------------------------------------


def _person(books: Books, one: Arrival) -> None:
    old, now = one.member, _detailed(books, one)
    fields = tuple(name for name in PERSON_FIELDS if getattr(old, name) != getattr(now, name))
    by = books.now.member.id
    if one.new:
        no = authority.may_enrol(books.now.actor)
        deed = Deed(MemberAdded(now.id, by), members.personal(now))
    elif fields:
        no = authority.may_edit(books.now.actor, old.id, fields)
        told = {name: value for name, value in members.personal(now).items() if name in fields}
        deed = Deed(MemberEdited(old.id, by, fields), told)
    else:
        return None
    if no is not None:
        return one.refuse("", books.told(no, old))
    one.member = books.everybody[now.handle] = now
    shown = [Change(_SHOWN_AS.get(n, n), _plain(getattr(old, n)), _plain(getattr(now, n))) for n in fields]
    return one.change(shown, deed)


def _detailed(books: Books, one: Arrival) -> Member:
    """The member with what the row says of them, as far as that fits."""
    cells = one.row.cells
    details = Details(
        name=cells.get("name"),
        language=cells.get("language"),
        email=cells.get("email"),
        login=cells.get("login"),
        nameable=_yes_or_no(one, "nameable"),
    )
    _check(books, one, details)
    said = details.given()
    return replace(one.member, **said, minor_until=_minor_until(books, one))  # type: ignore[arg-type]


def _check(books: Books, one: Arrival, details: Details) -> None:
    """What cannot be anybody's, is another's, or is no language that machines speak here."""
    if one.new and details.name is None:
        one.refuse("name", "a new member has a name")
    if details.name is not None and (no := members.unfit(Details(name=details.name))) is not None:
        one.refuse("name", no)
    try:
        members.check_language(books.now.desk.settings.lab.languages, details.language)
    except UsageError as bad:
        one.refuse("language", bad.what)
    try:
        members.check_email(details.email)
    except UsageError as bad:
        one.refuse("email", bad.what)
    if details.login is not None:
        owner = books.logins.setdefault(details.login, one.member.handle)
        if owner != one.member.handle:
            one.refuse("login", f"{details.login} is the login of {owner}")


def _minor_until(books: Books, one: Arrival) -> str | None:
    try:
        return members.minor_until(books.now.desk, one.row.cells.get("born"), one.member, books.now.today_ms)
    except UsageError as bad:
        one.refuse("born", f"{bad.what}. {bad.remedy}")
        return None


def _yes_or_no(one: Arrival, column: str) -> bool | None:
    cell = one.row.cells.get(column)
    if cell is not None and cell.casefold() not in _YES:
        one.refuse(column, f"{cell!r} is neither yes nor no")
    return None if cell is None else _YES.get(cell.casefold())


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "")


# --- status and papers ------------------------------------------------------------------------


def _status(books: Books, one: Arrival) -> None:
    word, old = one.row.cells.get("status"), one.member.status
    if word is None or word.casefold() == old.word:
        return None
    try:
        new = Status.of(word)
    except KeyError:
        known = ", ".join(status.word for status in Status)
        return one.refuse("status", f"{word!r} is no status; there are: {known}")
    last, alone = books.managers == {one.member.id}, books.managers == {books.now.member.id}
    no = authority.may_set_status(
        books.now.actor, one.member.id, old, new, books.reason, last_manager=last, alone=alone
    )
    if no is not None:
        return one.refuse("status", books.told(no, one.member))
    deed = Deed(MemberStatus(one.member.id, new.word, books.now.member.id))
    return one.change([Change("status", "" if one.new else old.word, new.word)], deed)


def _papers(books: Books, one: Arrival) -> None:
    filed = books.filed.get(one.member.id, {})
    for paper in books.now.desk.settings.charter.papers:
        cell = one.row.cells.get(paper)
        if cell is not None:
            _paper(books, one, paper, cell, filed)


def _paper(books: Books, one: Arrival, paper: str, cell: str, filed: Mapping[str, int | None]) -> None:
    """A day, `yes` for one without an end, `no` for one that is not on file."""
    try:
        until = _until(books, cell)
    except UsageError as bad:
        return one.refuse(paper, f"{bad.what}. {bad.remedy} Or yes, or no.")
    on_file = cell.casefold() != "no"
    if on_file == (paper in filed) and filed.get(paper) == (until if on_file else None):
        return None
    alone = books.managers == {books.now.member.id}
    no = authority.may_file_paper(
        books.now.actor, one.member.id, dues=paper == papers.DUES, alone=alone, reason=books.reason
    )
    if no is not None:
        return one.refuse(paper, books.told(no, one.member))
    member, by = one.member.id, books.now.member.id
    body = PaperFiled(member, paper, by, until) if on_file else PaperWithdrawn(member, paper, by)
    was = _filed(books, filed[paper]) if paper in filed else ""
    return one.change([Change(paper, was, _filed(books, until) if on_file else "")], Deed(body))


def _until(books: Books, cell: str) -> int | None:
    if cell.casefold() in _YES:
        return None
    return days.end_of_day_ms(books.now.desk.settings.lab.zone, cell)


def _filed(books: Books, until_ms: int | None) -> str:
    if until_ms is None:
        return "on file"
    day = days.of(until_ms, books.now.desk.settings.lab.zone).isoformat()
    return f"until {day}" + (" (over)" if until_ms < books.now.today_ms else "")
