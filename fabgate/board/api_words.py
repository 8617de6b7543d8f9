"""What the forms of the API share: moments, handles, pages of a list, marks in the journal."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import dropwhile, islice
from typing import Annotated, TypeVar

from fabgate.board.api_forms import Fits
from fabgate.records import Entry
from fabgate.store import journal, roster

One = TypeVar("One")
_LAST_MS = 253_370_764_799_000  # a clock that was set to nonsense is shown as near as Python's dates go
MOST = 500

Cursor = Annotated[str, Fits(0, 8_000, r"^[^\u0000]*$")]
Next = Annotated[str | None, "Send it as `after` for the next page; null on the last one."]


@dataclass(frozen=True, slots=True)
class Paged:
    """A page of a list."""

    after: Annotated[Cursor, "What `next` said of the page before; without it, the first page."] = ""
    limit: Annotated[int, Fits(1, MOST), "So many at most."] = 100


def utc(wall_ms: int | None) -> str | None:
    """A wall time for programs: 2026-10-24T07:00:00Z."""
    return None if wall_ms is None else instant(wall_ms)


def instant(wall_ms: int) -> str:
    """The same of a time that is known."""
    at = datetime.fromtimestamp(min(max(wall_ms, 0), _LAST_MS) / 1000, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def handle(member: roster.Member | None) -> str | None:
    return None if member is None else member.handle


def or_id(member: roster.Member | None, known_as: str) -> str:
    """The handle of somebody; their id where these books do not know them any more."""
    return known_as if member is None else member.handle


def handles(conn: sqlite3.Connection) -> Callable[[str], str]:
    """The handles behind members' ids; the id itself where nobody is known by it any more."""
    return cache(lambda member: or_id(roster.member(conn, member), member))


def page_of(
    found: Iterable[One], paged: Paged, name: Callable[[One], str]
) -> tuple[tuple[One, ...], str | None]:
    """The page of a list, and what the next one begins after.

    The list is put in the order of `name`, in which each thing has a place of its own: who comes or goes
    between two pages moves none of the others.
    """
    ordered = sorted(((name(one), one) for one in found), key=lambda named: named[0])
    items = [(key, one) for key, one in ordered if key > paged.after][: paged.limit + 1]
    page = items[: paged.limit]
    return tuple(one for _, one in page), page[-1][0] if len(items) > paged.limit else None


def page_behind(
    found: Iterable[One], paged: Paged, name: Callable[[One], str]
) -> tuple[tuple[One, ...], str | None]:
    """The same of a list that stays as it is, in its own order."""
    rest = iter(found)
    if paged.after:
        rest = dropwhile(lambda one: name(one) != paged.after, rest)
        next(rest, None)
    items = list(islice(rest, paged.limit + 1))
    page = items[: paged.limit]
    return tuple(page), name(page[-1]) if len(items) > paged.limit else None


# --- marks in the journal -----------------------------------------------------------------------

Marks = Mapping[str, int]
"""Up to where each origin's journal was read."""


def packed(marks: Marks) -> str:
    """Marks as a cursor."""
    text = json.dumps({origin: seq for origin, seq in sorted(marks.items()) if seq}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def marks_of(cursor: str, conn: sqlite3.Connection) -> Marks | None:
    """The marks of a cursor, none of the first page; None where it is none of these books, or not any more:
    they were restored since from a backup, or it was made up."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))) if cursor else {}
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    ends = journal.ends(conn)
    sound = all(type(seq) is int and 0 < seq <= ends.get(origin, 0) for origin, seq in found.items())
    return found if sound else None


def read_on(
    conn: sqlite3.Connection, after: Marks, kinds: tuple[str, ...], limit: int
) -> tuple[list[Entry], Marks, bool]:
    """The next records of these kinds after some marks, the marks behind them, and whether there are more.

    Gate by gate. Whoever asks again with the new marks is given each record once, also those that gates send
    later.
    """
    upto = journal.ends(conn)
    found = list(islice(journal.stretch(conn, after, upto, kinds), limit + 1))
    if len(found) <= limit:
        return found, upto, False
    last, nxt = found[limit - 1].id, found[limit].id
    return found[:limit], _between(list(upto), after, upto, last.origin, last.seq, nxt.origin), True


def _between(
    order: list[str], after: Marks, upto: Marks, last: str, seq: int, following: str
) -> dict[str, int]:
    """The marks after the record `seq` of `last`: what comes before it was read whole."""
    here, there = order.index(last), order.index(following)
    read_whole = {origin: upto[origin] for origin in order[: max(here, there)]}
    marks = {origin: after.get(origin, 0) for origin in order} | read_whole
    return marks if here < there else marks | {last: seq}
